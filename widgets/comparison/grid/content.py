"""What each kind of panel shows of a sample: its layers, what it says in their place, readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.dataset.model import ClassInfo
from core.images import Array
from core.masks.geometry import Rect
from widgets import theme
from widgets.comparison.grid.duo_view import layer_names
from widgets.comparison.grid.panel import LinkedView, PanelKind
from widgets.comparison.layers.agreement_layer import agreement_colors, agreement_word
from widgets.comparison.layers.confidence_layer import confidence_colors, confidence_word
from widgets.comparison.layers.error_layer import error_colors, error_word
from widgets.comparison.layers.lines import Rgba, hatching_colors
from widgets.comparison.layers.region_layer import outline_colors, region_at
from widgets.comparison.layers.sample_layers import SampleLayers

MASK, LINES, CONFIDENCE, OUTLINES = "mask", "lines", "confidence", "outlines"
ALL_LAYERS = (CONFIDENCE, MASK, LINES, OUTLINES)
"""The layers of a view, from the lowest to the highest."""

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run as the views head it: its letter, its name, and its colour (RGB)."""

    letter: str
    name: str
    color: Rgb


@dataclass(frozen=True, slots=True)
class _Shown:
    """The arrays of one panel, by layer; None for a layer that it has not.

    Attributes:
        message: What it says in their place.
    """

    mask: Array | None = None
    lines: Array | None = None
    confidence: Array | None = None
    outlines: Array | None = None
    message: str = ""


def mask_colors(classes: Sequence[ClassInfo], ignore_index: int) -> list[Rgba]:
    """The 256 colours of masks and predictions."""
    return theme.class_table(classes, ignore_index=ignore_index)


def asked_letters(runs: Sequence[ShownRun], layers: SampleLayers | None) -> list[str]:
    """The letters of the runs that have panels: of folds those that are asked of the sample."""
    found = layers.runs if layers is not None else ()
    asked = [run.letter for run, each in zip(runs, found, strict=False) if not each.is_left_out]
    return asked or [run.letter for run in runs]


def aspect_of(layers: SampleLayers | None) -> float:
    """Width of a sample's picture divided by its height; 1 where there is none."""
    if layers is not None and layers.photo is not None:
        return float(layers.photo.width / max(layers.photo.height, 1))
    if layers is not None and layers.truth is not None:
        return float(layers.truth.shape[1] / max(layers.truth.shape[0], 1))
    return 1.0


def show_layers(
    view: LinkedView,
    kind: PanelKind,
    layers: SampleLayers | None,
    places: Sequence[int],
    mask_colors: Sequence[Rgba],
    pair_colors: Sequence[Rgb],
) -> None:
    """Give a view the layers of a sample.

    Args:
        view: The view; of two runs, each gets layers of its own.
        kind: What it shows.
        layers: The sample; None for none.
        places: The places of its runs.
        mask_colors: The colours of masks and predictions.
        pair_colors: The colours of the two runs of which is told who is right.
    """
    shown = _shown_by(kind, layers, places)
    colors: Sequence[Rgba] = mask_colors
    if kind is PanelKind.ERRORS:
        colors = error_colors()
    elif kind is PanelKind.AGREEMENT and len(pair_colors) == 2:
        colors = agreement_colors(*pair_colors)
    names = {layer: layer_names(view, layer) for layer in ALL_LAYERS}
    for side, each in enumerate(shown):
        # Nothing shines through it, or the legend would not hold.
        view.set_overlay(
            names[CONFIDENCE][side],
            each.confidence,
            confidence_colors(),
            solid=range(256),
            borders=False,
        )
        view.set_overlay(names[MASK][side], each.mask, colors)
        view.set_overlay(names[LINES][side], each.lines, hatching_colors(), borders=False)
        view.set_overlay(names[OUTLINES][side], each.outlines, outline_colors())
        # Under outlines the rest stays to be seen.
        view.set_layer_style(names[OUTLINES][side], "outline")
        view.set_layer_style(
            names[MASK][side], "outline" if kind is PanelKind.CONFIDENCE else "fill"
        )


def problem_of(kind: PanelKind, layers: SampleLayers | None, places: Sequence[int]) -> str:
    """What a panel says where something is missing; "" where nothing is."""
    messages = [each.message for each in _shown_by(kind, layers, places)]
    return next((message for message in messages if message), "")


def reading_of(
    layers: SampleLayers | None,
    kind: PanelKind,
    place: int | None,
    classes: Sequence[ClassInfo],
    pixel: tuple[int, int],
    photo: Rect,
    letters: tuple[str, str],
) -> str:
    """What a panel shows at a pixel of the photo, in words; "" for nothing.

    Args:
        layers: The sample.
        kind: What the panel shows.
        place: The place of its run; None for a panel of none.
        classes: The dataset's classes.
        pixel: Column and row.
        photo: All pixels of the photo.
        letters: The letters of the two runs of which is told who is right.
    """
    if layers is None:
        return ""
    shown = _shown_by(kind, layers, [] if place is None else [place])[0]
    values = shown.confidence if kind is PanelKind.CONFIDENCE else shown.mask
    if values is None:
        return ""
    # A mask of another size than the photo is stretched over it.
    row = min(pixel[1] * values.shape[0] // max(photo.height, 1), values.shape[0] - 1)
    column = min(pixel[0] * values.shape[1] // max(photo.width, 1), values.shape[1] - 1)
    value = int(values[row, column])
    if kind is PanelKind.CONFIDENCE:
        return confidence_word(value)
    if kind is PanelKind.AGREEMENT:
        return agreement_word(value, *letters)
    if kind is not PanelKind.ERRORS:
        return classes[value].name if value < len(classes) else f"value {value}"
    word = error_word(value)
    if place is not None:
        run = layers.runs[place]
        number = region_at(run.labels, run.regions, column, row)
        if number >= 0:
            word += f" · {run.regions[number].kind.words.lower()}"
    return word


def _shown_by(kind: PanelKind, layers: SampleLayers | None, places: Sequence[int]) -> list[_Shown]:
    """What a panel shows: one entry, or one for each of its two runs."""
    if layers is None:
        return [_Shown()] * max(len(places), 1)
    if kind is PanelKind.PHOTO:
        return [_Shown(message=layers.photo_problem)]
    if kind is PanelKind.TRUTH:
        return [_Shown(layers.truth, message=layers.truth_problem or layers.photo_problem)]
    if kind is PanelKind.AGREEMENT:
        return [_agreement(layers)]
    return [_of_run(kind, layers, place) for place in places] or [_Shown()]


def _agreement(layers: SampleLayers) -> _Shown:
    pair = layers.pair
    if pair is None:
        return _Shown()
    problems = [*(layers.runs[place].problem for place in pair.places), layers.truth_problem]
    return _Shown(pair.found, pair.lines, message=next(filter(None, problems), ""))


def _of_run(kind: PanelKind, layers: SampleLayers, place: int) -> _Shown:
    run = layers.runs[place]
    predicted = "" if run.prediction is not None else run.problem
    if kind is PanelKind.PREDICTION:
        return _Shown(
            run.prediction, outlines=run.outlines, message=predicted or layers.photo_problem
        )
    if kind is PanelKind.CONFIDENCE:
        problem = predicted or ("" if run.confidence is not None else run.confidence_problem)
        return _Shown(run.prediction, confidence=run.confidence, message=problem)
    shown = _Shown(run.errors, run.lines, outlines=run.outlines)
    return replace(shown, message=run.problem or layers.truth_problem or layers.photo_problem)
