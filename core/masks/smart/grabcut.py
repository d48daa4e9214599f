"""Smart region: the object in a box, or under strokes, told from its ground by colour and edges.

GrabCut (Rother, Kolmogorov and Blake, "GrabCut: Interactive Foreground Extraction using Iterated
Graph Cuts", SIGGRAPH 2004), by OpenCV. The cut is made on a copy of the surroundings of at most
`WORK_SIDE` pixels; where that had to be shrunk, the border is then drawn along the edges of the
photo itself (`core.masks.smart.guided`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from core.errors import PetsegError
from core.images import Array
from core.masks.geometry import EMPTY, Rect, around, whole
from core.masks.shapes.regions import NOTHING, Bools, Point, Region
from core.masks.smart.guided import along_edges
from core.masks.smart.shrinking import shrunk

WORK_SIDE = 400
"""Longest side of the copy on which the cut is made, in pixels."""

_ROUNDS = 4
# How far around the box ground is looked at, and around strokes without a box for the object,
# as parts of the longer side; at least so many pixels.
_AROUND_BOX, _AROUND_STROKES, _LEAST_MARGIN = 0.25, 0.6, 24
# What the cut begins with. It can lose the object altogether, so the middle of a box, an ellipse
# of this part of its size, is object unless a stroke says otherwise; around strokes without a box
# so much of their length is likely object, and the rim of what is looked at is ground. The values
# are those that found most of 59 animals of the study's validation photos again.
_CORE_OF_BOX, _LIKELY_BESIDE, _RIM = 0.4, 0.25, 0.02
# The noise of a photo is smoothed before the cut: bilateral filter, diameter and the two sigmas.
_SMOOTHING = (5, 25.0, 3.0)
# Pieces and holes below this part of the largest piece are taken for noise, unless marked.
_NOISE_SHARE = 0.01
_SIDE_OF_SMALLEST = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A stroke that says what is object and what is ground.

    Attributes:
        points: Its course, in continuous image coordinates (x, y); one point is a dot.
        width: In pixels of the image.
        is_object: Whether it marks object; else ground.
    """

    points: tuple[Point, ...]
    width: float
    is_object: bool

    @property
    def rect(self) -> Rect:
        """The pixels it can touch; may reach beyond the image."""
        reach = self.width / 2
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        left, top = math.floor(min(xs) - reach), math.floor(min(ys) - reach)
        right, bottom = math.ceil(max(xs) + reach), math.ceil(max(ys) + reach)
        return Rect(left, top, max(right - left, 1), max(bottom - top, 1))


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user has said of the object.

    Attributes:
        box: A rectangle around it; `EMPTY` for none.
        marks: Strokes, in the order drawn: later ones prevail.
    """

    box: Rect = EMPTY
    marks: tuple[Mark, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return self.box.is_empty and not self.marks


def propose(photo: Array, hints: Hints, prior: Region | None = None) -> Region:
    """The object that the hints point at.

    Outside the box is ground, save for what object marks there reach; without a box the object
    is looked for around the strokes. The same hints always give the same proposal.

    Args:
        photo: uint8 H×W×4 or H×W×3 in OpenCV's order (blue, green, red).
        hints: A box, strokes, or both.
        prior: Where the object is likely to be, such as an existing mask; the cut begins with it.

    Returns:
        The proposal; nothing when no object was found.

    Raises:
        PetsegError: The hints are beside the photo, or there is no room to look at.
    """
    full = whole(photo.shape)
    area = search_area(hints, full)
    if min(area.width, area.height) < _SIDE_OF_SMALLEST:
        raise PetsegError(
            "There is too little of the photo here to find an object in",
            remedy="Drag a larger box, on the photo.",
        )
    factor = -(-max(area.width, area.height) // WORK_SIDE)
    small = shrunk(photo, area, factor)
    object_marks, ground_marks = _drawn(hints.marks, area, factor, small.shape)
    likely = None if prior is None else _likely(prior, area, factor, small.shape[:2])
    labels = _first_labels(hints, likely, area, full, factor, object_marks, ground_marks)
    found = _cut(cv2.bilateralFilter(small, *_SMOOTHING).astype(np.uint8, copy=False), labels)
    found = _without_noise(found, object_marks, ground_marks, strokes_only=hints.box.is_empty)
    if factor > 1:
        stencil = along_edges(photo, area, factor, small, found)
        object_marks, ground_marks = _drawn(hints.marks, area, 1, stencil.shape)
        stencil = (stencil | object_marks) & ~ground_marks
    else:
        stencil = found
    return _trimmed(Region(area, stencil))


def search_area(hints: Hints, full: Rect) -> Rect:
    """The part of the photo that is looked at: the hints and what is around them."""
    strokes = around(mark.rect for mark in hints.marks)
    share = _AROUND_STROKES if hints.box.is_empty else _AROUND_BOX
    said = hints.box.united(strokes)
    margin = max(_LEAST_MARGIN, round(share * max(said.width, said.height)))
    return said.intersected(full).grown(margin).intersected(full)


def _first_labels(
    hints: Hints,
    likely: Bools | None,
    area: Rect,
    full: Rect,
    factor: int,
    object_marks: Bools,
    ground_marks: Bools,
) -> Array:
    """What each pixel of the copy is taken for before the cut."""
    labels = np.full(object_marks.shape, cv2.GC_PR_BGD, np.uint8)
    reach = 0.0
    if not hints.box.is_empty:
        labels[:] = cv2.GC_BGD
        objects = around(mark.rect for mark in hints.marks if mark.is_object)
        allowed = hints.box.united(objects).intersected(area)
        labels[_blocks(allowed, area, factor)] = cv2.GC_PR_BGD
        inside = labels[_blocks(hints.box.intersected(area), area, factor)]
        if likely is None:
            inside[:] = cv2.GC_PR_FGD
            core = np.zeros(labels.shape, bool)
            core[_blocks(hints.box.intersected(area), area, factor)] = _ellipse(inside.shape)
            if not (core & ground_marks).any():
                labels[core] = cv2.GC_FGD
    else:
        strokes = around(mark.rect for mark in hints.marks)
        reach = max(strokes.width, strokes.height) / factor
        labels[_rim(area, full, max(2, round(_RIM * reach)), labels.shape)] = cv2.GC_BGD
        if likely is None and object_marks.any():
            away = cv2.distanceTransform((~object_marks).astype(np.uint8), cv2.DIST_L2, 5)
            labels[np.asarray(away) < _LIKELY_BESIDE * reach] = cv2.GC_PR_FGD
    if likely is not None:
        labels[likely & (labels == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    labels[object_marks] = cv2.GC_FGD
    labels[ground_marks] = cv2.GC_BGD
    return labels


def _likely(prior: Region, area: Rect, factor: int, shape: tuple[int, ...]) -> Bools:
    """A region as the copy has it: what the pixels in the middle of blocks are."""
    seen = np.zeros((area.height, area.width), bool)
    common = prior.rect.intersected(area)
    if not common.is_empty:
        inner = common.moved(-prior.rect.x, -prior.rect.y).slices
        seen[common.moved(-area.x, -area.y).slices] = prior.stencil[inner]
    rows = (np.arange(shape[0]) * factor + factor // 2).clip(max=area.height - 1)
    columns = (np.arange(shape[1]) * factor + factor // 2).clip(max=area.width - 1)
    sampled: Bools = seen[np.ix_(rows, columns)]
    return sampled


def _ellipse(shape: tuple[int, ...]) -> Bools:
    """The middle of a rectangle of that height and width."""
    down, across = ((2 * np.arange(n) + 1 - n) / max(n, 1) for n in shape)
    middle: Bools = down[:, None] ** 2 + across**2 <= _CORE_OF_BOX**2
    return middle


def _rim(area: Rect, full: Rect, width: int, shape: tuple[int, ...]) -> Bools:
    """The border of what is looked at, save where it is the photo's own."""
    rim = np.ones(shape, bool)
    rim[
        0 if area.y == full.y else width : None if area.bottom == full.bottom else -width,
        0 if area.x == full.x else width : None if area.right == full.right else -width,
    ] = False
    return rim


def _blocks(rect: Rect, area: Rect, factor: int) -> tuple[slice, slice]:
    """The pixels of the copy that stand for some of a rectangle's pixels."""
    x, y = (rect.x - area.x) // factor, (rect.y - area.y) // factor
    right, bottom = -((area.x - rect.right) // factor), -((area.y - rect.bottom) // factor)
    return slice(y, bottom), slice(x, right)


def _drawn(
    marks: Sequence[Mark], area: Rect, factor: int, shape: Sequence[int]
) -> tuple[Bools, Bools]:
    """The pixels of the copy that strokes mark as object, and as ground."""
    canvas = np.zeros(shape[:2], np.uint8)
    for mark in marks:
        # OpenCV's coordinates are those of centres of pixels; four binary places are kept.
        points = (np.array(mark.points) - (area.x, area.y)) / factor - 0.5
        course = np.rint(points * 16).astype(np.int32).reshape(-1, 1, 2)
        color, width = (1 if mark.is_object else 2), max(1, round(mark.width / factor))
        if len(course) == 1:
            course = np.concatenate((course, course))
        cv2.polylines(canvas, [course], False, color, width, cv2.LINE_8, 4)
    return canvas == 1, canvas == 2


def _cut(small: Array, labels: Array) -> Bools:
    """Cut object from ground. `labels` are OpenCV's, and are changed."""
    if not np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).any():
        # Only ground was marked: anything else may be the object.
        labels[labels == cv2.GC_PR_BGD] = cv2.GC_PR_FGD
    is_ground = np.isin(labels, (cv2.GC_BGD, cv2.GC_PR_BGD))
    if not is_ground.any():
        # A box as large as the photo: its rim is the likeliest ground.
        rim = max(1, round(0.03 * max(labels.shape)))
        inner = np.zeros(labels.shape, bool)
        inner[rim:-rim, rim:-rim] = True
        labels[~inner & (labels == cv2.GC_PR_FGD)] = cv2.GC_PR_BGD
        is_ground = labels == cv2.GC_PR_BGD
    if not is_ground.any() or is_ground.all():
        return np.logical_not(is_ground)
    cv2.setRNGSeed(0)  # it begins with a random clustering of colours
    ground, thing = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, 0, 0), ground, thing, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _without_noise(
    found: Bools, object_marks: Bools, ground_marks: Bools, *, strokes_only: bool
) -> Bools:
    """Without small pieces and small holes, and of strokes alone only the pieces they touch."""
    result = found.copy()
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(
        found.astype(np.uint8), connectivity=8
    )
    if count < 2:
        return result
    areas = stats[:, cv2.CC_STAT_AREA]
    least = _NOISE_SHARE * areas[1:].max()
    marked = np.zeros(count, bool)
    marked[np.unique(pieces[object_marks])] = True
    keep = marked if strokes_only and object_marks.any() else marked | (areas >= least)
    keep[0] = False
    result = keep[pieces]
    count, holes, stats, _ = cv2.connectedComponentsWithStats(
        (~result).astype(np.uint8), connectivity=4
    )
    fill = stats[:, cv2.CC_STAT_AREA] < least
    fill[0] = False
    fill[np.unique(holes[ground_marks])] = False
    # What touches the border of the copy is no hole.
    for rim in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
        fill[np.unique(rim)] = False
    filled: Bools = result | fill[holes]
    return filled


def _trimmed(region: Region) -> Region:
    box = Rect(*(int(side) for side in cv2.boundingRect(region.stencil.astype(np.uint8))))
    if box.is_empty:
        return NOTHING
    return Region(box.moved(region.rect.x, region.rect.y), region.stencil[box.slices].copy())
