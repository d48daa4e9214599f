"""What the linked views show of one sample, read from files off the UI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.dataset.encoding.coding import MaskCoding
from core.errors import PetsegError
from core.evaluation.comparing.agreement import AgreementCounts, agreement_map, count_agreement
from core.evaluation.errors.error_map import ErrorCounts, count_errors, error_map
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.predicting.files import decode_prediction
from core.images import Array, read_image, read_mask
from widgets.canvas import ImagePyramid
from widgets.comparison.layers.agreement_layer import agreement_lines
from widgets.comparison.layers.error_layer import hatching
from widgets.comparison.layers.region_layer import Numbers, find_regions, outline_indices
from widgets.latest_task import LatestTask

_KEPT = 12


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """Where the layers of one sample are.

    Attributes:
        sample: The sample's id.
        image: The photo; None when there is none.
        truth: The mask the runs are held against; None when there is none.
        predictions: One file per run; None for a run without a prediction of this sample.
        ignore_index: Value in the mask that is not judged.
        coding: How mask files encode the classes (`Dataset.coding`).
        confidences: One file per run; None, or nothing at all, where there is no confidence.
        num_classes: Number of classes; None to take whatever there is, without regions of errors.
        background: The class that is no object; None where every class is one.
        pair: Places of the two runs of which is told who is right where; None for none.
        regions: Per run, regions of errors that are known already; None to find them.
        not_asked: Per run, whether it is a fold that other folds answer for: it has learned the
            sample, or the sample is in none.
    """

    sample: str
    image: Path | None
    truth: Path | None
    predictions: tuple[Path | None, ...]
    ignore_index: int = 255
    coding: MaskCoding | None = None
    confidences: tuple[Path | None, ...] = ()
    num_classes: int | None = None
    background: int | None = 0
    pair: tuple[int, int] | None = None
    regions: tuple[tuple[ErrorRegion, ...] | None, ...] = ()
    not_asked: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class RunLayers:
    """What one run says of a sample.

    Attributes:
        prediction: Class indices, uint8 H×W; None when `problem` says why there are none.
        errors: The error map, uint8 H×W; None without a truth or a prediction of its size.
        lines: The hatching of `errors`.
        counts: Pixels by kind of error.
        problem: Why something is missing, as a sentence; "" when nothing is.
        confidence: How sure the run is, uint8 H×W, 0 to 255 for 0 to 1.
        confidence_problem: Why there is none, as a sentence.
        regions: The regions of errors, the largest first.
        labels: Which pixel lies in which of them, int32 H×W, counted from 1; None without any.
        outlines: The same as a layer shows it, uint8 H×W.
        is_left_out: It says nothing because it is a fold that is not asked about the sample.
    """

    prediction: Array | None = None
    errors: Array | None = None
    lines: Array | None = None
    counts: ErrorCounts | None = None
    problem: str = ""
    confidence: Array | None = None
    confidence_problem: str = ""
    regions: tuple[ErrorRegion, ...] = ()
    labels: Numbers | None = None
    outlines: Array | None = None
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class PairLayers:
    """Who of two runs is right where.

    Attributes:
        places: The places of the two runs.
        found: The agreement map, uint8 H×W; None where one of them cannot be judged.
        lines: Its hatching.
        counts: Its pixels by who is right.
    """

    places: tuple[int, int]
    found: Array | None = None
    lines: Array | None = None
    counts: AgreementCounts | None = None


@dataclass(frozen=True, slots=True)
class SampleLayers:
    """All layers of one sample, decoded.

    Attributes:
        sample: The sample's id.
        photo: The photo; None when `photo_problem` says why there is none.
        photo_problem: A sentence; "" when there is a photo.
        truth: The mask, uint8 H×W; None when `truth_problem` says why there is none.
        truth_problem: A sentence; "" when there is a mask.
        runs: What each run says.
        pair: Who of two runs is right where; None when that was not asked.
        is_whole: Whether regions of errors were looked for, too; they take longer than the rest.
    """

    sample: str
    photo: ImagePyramid | None
    photo_problem: str
    truth: Array | None
    truth_problem: str
    runs: tuple[RunLayers, ...]
    pair: PairLayers | None = None
    is_whole: bool = True


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


class LayerLoader(QObject):
    """Reads samples in a thread; only the sample asked for last is delivered.

    It is delivered as soon as it can be seen, and again with its regions of errors. The last few
    samples are kept, and the neighbours of the one asked for are read ahead, so that walking
    through a list finds the next one ready.
    """

    loaded = Signal(object)
    """The `SampleLayers` of the sample asked for last; twice, if it was not whole at first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Apart, so that a sample that is asked for need not wait for the regions of another.
        self._reading, self._dividing = LatestTask(self), LatestTask(self)
        self._reading.done.connect(self._on_read)
        self._dividing.done.connect(self._on_divided)
        self._read_now: LayerFiles | None = None
        self._divided_now: LayerFiles | None = None
        self._wanted: LayerFiles | None = None
        self._ahead: list[LayerFiles] = []
        self._kept: OrderedDict[LayerFiles, SampleLayers] = OrderedDict()

    def request(self, files: LayerFiles, ahead: Iterable[LayerFiles] = ()) -> None:
        """Ask for a sample, and for others to be read after it."""
        self._wanted = files
        self._ahead = list(ahead)
        kept = self._kept.get(files)
        if kept is not None:
            self._kept.move_to_end(files)
            self.loaded.emit(kept)
        self._go_on()

    def has(self, files: LayerFiles) -> bool:
        """Whether a sample would be delivered at once, and whole."""
        kept = self._kept.get(files)
        return kept is not None and kept.is_whole

    def cancel(self) -> None:
        """Deliver nothing more until something is asked for again."""
        self._wanted, self._ahead = None, []
        self._read_now = self._divided_now = None
        self._reading.forget()
        self._dividing.forget()

    def forget(self) -> None:
        """Read files anew from now on, because some have changed."""
        self.cancel()
        self._kept.clear()

    def shut_down(self) -> None:
        """End the threads."""
        self._reading.shut_down()
        self._dividing.shut_down()

    def _go_on(self) -> None:
        """Begin what is most urgent: of the wanted sample first, then of its neighbours."""
        following = ([self._wanted] if self._wanted is not None else []) + self._ahead
        unread = next((files for files in following if files not in self._kept), None)
        if unread is not None and unread != self._read_now:
            self._read_now = unread
            self._reading.request(partial(_read_first, unread))
        known = ((files, self._kept.get(files)) for files in following)
        for files, layers in known:
            if layers is None or layers.is_whole:
                continue
            if files != self._divided_now:
                self._divided_now = files
                self._dividing.request(partial(_divide, files, layers))
            return

    def _on_read(self, result: tuple[LayerFiles, SampleLayers]) -> None:
        self._read_now = None
        self._take(*result)

    def _on_divided(self, result: tuple[LayerFiles, SampleLayers]) -> None:
        self._divided_now = None
        self._take(*result)

    def _take(self, files: LayerFiles, layers: SampleLayers) -> None:
        self._kept[files] = layers
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        if files == self._wanted:
            self.loaded.emit(layers)
        self._go_on()


def _read_first(files: LayerFiles) -> tuple[LayerFiles, SampleLayers]:
    return files, load_layers(files, regions=False)


def _divide(files: LayerFiles, layers: SampleLayers) -> tuple[LayerFiles, SampleLayers]:
    return files, add_regions(layers, files)


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
