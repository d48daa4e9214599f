"""Reads the layers of one sample, and finds the regions of errors in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.errors import PetsegError
from core.evaluation.comparing.agreement import agreement_map, count_agreement
from core.evaluation.errors.error_map import count_errors, error_map
from core.evaluation.predicting.files import decode_prediction
from core.images import Array, read_image, read_mask
from widgets.canvas import ImagePyramid
from widgets.comparison.layers.agreement_layer import agreement_lines
from widgets.comparison.layers.error_layer import hatching
from widgets.comparison.layers.layer_content import (
    LayerFiles,
    PairLayers,
    RunLayers,
    SampleLayers,
)
from widgets.comparison.layers.region_layer import find_regions, outline_indices


def load_layers(files: LayerFiles, *, regions: bool = True) -> SampleLayers:
    """Read the layers of a sample; what cannot be read is said in words and left out.

    Args:
        files: Where they are.
        regions: Whether to look for the regions of errors; `add_regions` does it later.
    """
    photo, photo_problem = None, ""
    if files.image is None:
        photo_problem = "There is no photo for this mask."
    else:
        try:
            photo = ImagePyramid(read_image(files.image))
        except PetsegError as error:
            photo_problem = str(error)
    truth, truth_problem = _mask(
        files.truth, lambda path: read_mask(path, files.coding), "This sample has no mask."
    )
    runs = tuple(_run_layers(files, place, truth) for place in range(len(files.predictions)))
    pair = None if files.pair is None else _pair_layers(files, files.pair, truth, runs)
    is_whole = files.num_classes is None or not any(run.errors is not None for run in runs)
    layers = SampleLayers(
        files.sample, photo, photo_problem, truth, truth_problem, runs, pair, is_whole
    )
    return add_regions(layers, files) if regions else layers


def add_regions(layers: SampleLayers, files: LayerFiles) -> SampleLayers:
    """Look for the regions of errors of every run."""
    if layers.is_whole:
        return layers
    runs = tuple(_with_regions(files, place, layers) for place in range(len(layers.runs)))
    return replace(layers, runs=runs, is_whole=True)


def _mask(
    path: Path | None, read: Callable[[Path], Array], absent: str
) -> tuple[Array | None, str]:
    if path is None:
        return None, absent
    try:
        return read(path), ""
    except PetsegError as error:
        return None, str(error)


def _run_layers(files: LayerFiles, place: int, truth: Array | None) -> RunLayers:
    if files.predictions[place] is None and any(files.not_asked[place : place + 1]):
        said = "This fold has not held the sample out."
        return RunLayers(problem=said, confidence_problem=said, is_left_out=True)
    prediction, problem = _mask(files.predictions[place], decode_prediction, "Not predicted yet.")
    path = files.confidences[place] if place < len(files.confidences) else None
    absent = "There is no confidence for this prediction: predict the split again."
    confidence, unsure = _mask(path, decode_prediction, problem or absent)
    if confidence is not None and prediction is not None and confidence.shape != prediction.shape:
        confidence, unsure = None, "The confidence has another size than the prediction."
    if prediction is None or truth is None:
        return RunLayers(
            prediction, problem=problem, confidence=confidence, confidence_problem=unsure
        )
    problem = _why_not_comparable(files, prediction, truth)
    if problem:
        return RunLayers(
            prediction, problem=problem, confidence=confidence, confidence_problem=unsure
        )
    errors = error_map(truth, prediction, files.ignore_index, files.background)
    return RunLayers(
        prediction,
        errors,
        hatching(errors),
        count_errors(errors),
        confidence=confidence,
        confidence_problem=unsure,
    )


def _why_not_comparable(files: LayerFiles, prediction: Array, truth: Array) -> str:
    """Why a prediction cannot be held against the mask, as a sentence; "" when it can."""
    if prediction.shape != truth.shape:
        height, width = truth.shape
        return (
            f"The prediction is {prediction.shape[1]}×{prediction.shape[0]} pixels, but"
            f" the mask is {width}×{height}. Predict the split again."
        )
    highest = int(prediction.max()) if prediction.size else 0
    if files.num_classes is not None and highest >= files.num_classes:
        return (
            f"The prediction holds the class {highest}, but the dataset has the classes 0 to"
            f" {files.num_classes - 1}. The run was trained with another class list."
        )
    return ""


def _with_regions(files: LayerFiles, place: int, layers: SampleLayers) -> RunLayers:
    run, truth = layers.runs[place], layers.truth
    if run.errors is None or run.prediction is None or truth is None or files.num_classes is None:
        return run
    judged = truth[truth != files.ignore_index]
    if judged.size and int(judged.max()) >= files.num_classes:
        return run  # of a mask that the checks complain about
    regions, labels = find_regions(
        run.prediction,
        truth,
        num_classes=files.num_classes,
        ignore_index=files.ignore_index,
        background=files.background,
        confidence=run.confidence,
        known=files.regions[place] if place < len(files.regions) else None,
    )
    outlines = None if labels is None else outline_indices(labels)
    return replace(run, regions=regions, labels=labels, outlines=outlines)


def _pair_layers(
    files: LayerFiles,
    places: tuple[int, int],
    truth: Array | None,
    runs: tuple[RunLayers, ...],
) -> PairLayers:
    first, second = (runs[place] for place in places)
    is_judged = first.errors is not None and second.errors is not None
    if not is_judged or truth is None or first.prediction is None or second.prediction is None:
        return PairLayers(places)
    found = agreement_map(truth, first.prediction, second.prediction, files.ignore_index)
    return PairLayers(places, found, agreement_lines(found), count_agreement(found))
