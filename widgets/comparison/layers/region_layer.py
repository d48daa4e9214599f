"""Regions of errors: which pixel belongs to which, their outlines, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.dataset.model import ClassInfo
from core.evaluation.errors.finding import find_columns
from core.evaluation.errors.kinds import KINDS, ErrorKind
from core.evaluation.errors.label_suspects import suspected
from core.evaluation.errors.regions import ErrorRegion
from core.images import Array
from widgets.comparison.layers.lines import Rgba

Numbers = npt.NDArray[np.int32]
"""Which region each pixel lies in, counted from 1; 0 for none."""

_OUTLINE = (255, 255, 255, 255)


def find_regions(
    prediction: Array,
    truth: Array,
    *,
    num_classes: int,
    ignore_index: int,
    background: int | None,
    confidence: Array | None = None,
    known: Sequence[ErrorRegion] | None = None,
) -> tuple[tuple[ErrorRegion, ...], Numbers | None]:
    """Find the regions of errors, and which pixel lies in which.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes.
        ignore_index: Truth value that does not count.
        background: The class that is no object; None where every class is one.
        confidence: How sure the run is, uint8 H×W, 0 to 255 for 0 to 1.
        known: The regions as an analysis has them: it may know more of the labels.

    Returns:
        The regions, largest first, and int32 H×W: the place of the pixel's region counted from 1,
        0 for none; or None when nothing is wrong.

    Raises:
        ValueError: there are values that are no class.
    """
    columns, labels = find_columns(
        prediction,
        truth,
        num_classes=num_classes,
        ignore_index=ignore_index,
        background=background,
        confidence=confidence,
    )
    kinds = suspected(columns, truth.size)
    found = tuple(columns.region(place, KINDS[kind]) for place, kind in enumerate(kinds.tolist()))
    if known is not None and [each.anchor for each in known] == [each.anchor for each in found]:
        found = tuple(known)
    return found, labels


def outline_indices(labels: Numbers) -> Array:
    """Region numbers as a layer shows them, uint8 H×W: 0 for none, neighbours mostly differ."""
    shown: Array = ((labels - 1) % 254 + 1).astype(np.uint8)
    shown[labels == 0] = 0
    return shown


def outline_colors() -> list[Rgba]:
    """The 256 colours of outlines: all alike, nothing where there is no region."""
    return [(0, 0, 0, 0), *[_OUTLINE] * 255]


def region_at(labels: Numbers | None, regions: Sequence[ErrorRegion], x: int, y: int) -> int:
    """The place in `regions` of the region at a pixel; -1 for none."""
    if labels is None or not (0 <= y < labels.shape[0] and 0 <= x < labels.shape[1]):
        return -1
    place = int(labels[y, x]) - 1
    return place if place < len(regions) else -1


def region_words(region: ErrorRegion, classes: Sequence[ClassInfo]) -> str:
    """A region in a line: "Missed part · 123 px · cat taken for background · 83 % sure"."""
    parts = [
        region.kind.words,
        f"{region.pixels:,} px",
        f"{_name(region.true_class, classes)} taken for {_name(region.predicted_class, classes)}",
    ]
    if region.kind is ErrorKind.LABEL and region.form is not None:
        parts[0] += f" (else: {region.form.words.lower()})"
    if region.confidence is not None:
        parts.append(f"{100 * region.confidence:.0f} % sure")
    return " · ".join(parts)


def _name(value: int, classes: Sequence[ClassInfo]) -> str:
    return classes[value].name if 0 <= value < len(classes) else f"value {value}"
