"""Where what a model says differs from a mask. Nothing here writes to a mask.

A *disagreement* is an 8-connected area of pixels that all have one class in the mask and one other
class in the prediction. Pixels that the mask tells training to ignore are nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import cv2
import numpy as np

from core.images import Array
from core.masks.geometry import Rect, whole
from core.masks.pieces.finding import area_of, joined, stencil_in
from core.masks.shapes.regions import NOTHING, Bools, Region

Order = Literal["size", "confidence"]

_FARTHER = 64


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """One place where mask and prediction differ.

    Attributes:
        region: The pixels.
        own: Their class in the mask.
        said: Their class in the prediction.
        area: Number of pixels.
        confidence: How sure the model is, 0 to 1 on average; None when that is not known.
    """

    region: Region
    own: int
    said: int
    area: int
    confidence: float | None


def disagreements(
    mask: Array,
    predicted: Array,
    confidence: Array | None,
    *,
    least: int = 1,
    ignore: int = 255,
) -> list[Disagreement]:
    """All places where a prediction differs from a mask, in no order that means anything.

    Args:
        mask: Class indices, uint8 H×W.
        predicted: What the model says, uint8 H×W.
        confidence: How sure it is, uint8 H×W, 0 to 255 for 0 to 1; None when that is not known.
        least: Places with fewer pixels are left out.
        ignore: The mask's value of pixels that are left out.
    """
    return _within(mask, predicted, confidence, whole(mask.shape), least, ignore)


def updated(
    found: Sequence[Disagreement],
    mask: Array,
    predicted: Array,
    confidence: Array | None,
    changed: Rect,
    *,
    least: int = 1,
    ignore: int = 255,
) -> list[Disagreement]:
    """What `disagreements` would say after an edit, by looking only around it.

    Args:
        found: What it said before the edit.
        mask: Class indices after the edit, uint8 H×W.
        predicted: What the model says, uint8 H×W.
        confidence: How sure it is, uint8 H×W; None when that is not known.
        changed: A rectangle that holds all pixels that the edit changed.
        least: As it was before.
        ignore: As it was before.
    """
    image = whole(mask.shape)
    # Only places with a pixel in here can have got or lost pixels, or been joined or parted.
    near = changed.grown(1).intersected(image)
    if near.is_empty:
        return list(found)
    kept = [each for each in found if not stencil_in(each.region, near).any()]
    margin = _FARTHER
    while True:
        window = near.grown(margin).intersected(image)
        new = [
            each
            for each in _within(mask, predicted, confidence, window, 1, ignore)
            if stencil_in(each.region, near).any()
        ]
        if not any(_is_cut(each.region.rect, window, image) for each in new):
            return kept + [each for each in new if each.area >= least]
        margin *= 4


def ordered(found: Iterable[Disagreement], order: Order) -> list[Disagreement]:
    """The largest first, or those that the model is surest of first."""
    if order == "confidence":
        return sorted(found, key=lambda each: (-(each.confidence or 0.0), -each.area))
    return sorted(found, key=lambda each: (-each.area, -(each.confidence or 0.0)))


def surer_than(found: Iterable[Disagreement], confidence: float) -> list[Disagreement]:
    """Those that the model is on average at least so sure of; all whose confidence is unknown."""
    return [
        each for each in found if each.confidence is None or each.confidence >= confidence - 1e-9
    ]


def all_of(found: Iterable[Disagreement]) -> Region:
    """The pixels of all of them."""
    regions = [each.region for each in found]
    return joined(*regions) if regions else NOTHING


def _within(
    mask: Array, predicted: Array, confidence: Array | None, window: Rect, least: int, ignore: int
) -> list[Disagreement]:
    own, said = mask[window.slices], predicted[window.slices]
    found: list[Disagreement] = []
    # First where there is any difference, then the pairs of classes in each such area: so the mask
    # is gone over once, however many pairs there are.
    for area in _areas((own != said) & (own != ignore), window, least):
        owns, saids = mask[area.rect.slices], predicted[area.rect.slices]
        pairs = list(product(_values(owns, area.stencil), _values(saids, area.stencil)))
        for own_class, said_class in pairs:
            parts = [area]
            if len(pairs) > 1:
                chosen = area.stencil & (owns == own_class) & (saids == said_class)
                parts = _areas(chosen, area.rect, least) if own_class != said_class else []
            for part in parts:
                sure = None
                if confidence is not None:
                    stencil = part.stencil.view(np.uint8)
                    sure = cv2.mean(confidence[part.rect.slices], stencil)[0] / 255
                found.append(Disagreement(part, own_class, said_class, area_of(part), sure))
    return found


def _areas(chosen: Bools, rect: Rect, least: int) -> list[Region]:
    """The 8-connected areas of chosen pixels of a rectangle that have at least so many pixels."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(chosen.view(np.uint8), connectivity=8)
    areas = []
    for label in 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= least):
        x, y, width, height = (int(number) for number in stats[label, :4])
        part = Rect(x, y, width, height)
        stencil: Bools = labels[part.slices] == label
        areas.append(Region(part.moved(rect.x, rect.y), stencil))
    return areas


def _values(array: Array, stencil: Bools) -> list[int]:
    """The values that an array has under a stencil."""
    counts = cv2.calcHist([array], [0], stencil.view(np.uint8), [256], [0, 256])
    return [int(value) for value in np.flatnonzero(counts)]


def _is_cut(rect: Rect, window: Rect, image: Rect) -> bool:
    """Whether something found in a window may go on outside it."""
    wider = rect.grown(1).intersected(image)
    return wider.intersected(window) != wider
