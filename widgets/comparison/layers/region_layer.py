"""Regions of errors: which pixel belongs to which, their outlines, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.dataset.model import ClassInfo
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion, region_mask
from core.images import Array
from widgets.comparison.layers.lines import Rgba

_OUTLINE = (255, 255, 255, 255)


def region_labels(
    prediction: Array,
    truth: Array,
    regions: Sequence[ErrorRegion],
    ignore_index: int,
    background: int | None,
) -> Array:
    """Number the pixels of regions.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        regions: Regions that were found with these two.
        ignore_index: Truth value that does not count.
        background: The class that is no object; None where every class is one.

    Returns:
        uint16 H×W: the place of the pixel's region in `regions`, counted from 1; 0 for none.
    """
    labels = np.zeros(truth.shape, np.uint16)
    for number, region in enumerate(regions, 1):
        mask = region_mask(prediction, truth, region, ignore_index, background=background)
        labels[mask] = number
    return labels


def outline_indices(labels: Array) -> Array:
    """Region numbers as a layer shows them, uint8 H×W: 0 for none, neighbours mostly differ."""
    shown: Array = ((labels - 1) % 254 + 1).astype(np.uint8)
    shown[labels == 0] = 0
    return shown


def outline_colors() -> list[Rgba]:
    """The 256 colours of outlines: all alike, nothing where there is no region."""
    return [(0, 0, 0, 0), *[_OUTLINE] * 255]


def region_at(labels: Array | None, regions: Sequence[ErrorRegion], x: int, y: int) -> int:
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
