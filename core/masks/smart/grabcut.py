"""Smart region: the object in a box, or under strokes, told from its ground by colour and edges.

GrabCut (Rother, Kolmogorov and Blake, "GrabCut: Interactive Foreground Extraction using Iterated
Graph Cuts", SIGGRAPH 2004), by OpenCV. The cut is made on a copy of the surroundings of at most
`WORK_SIDE` pixels; where that had to be shrunk, the border is then drawn along the edges of the
photo itself, by a fast guided filter (He, Sun and Tang, "Guided Image Filtering", IEEE PAMI 35(6),
2013; He and Sun, "Fast Guided Filter", 2015, arXiv:1505.00996), in a band of a few blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import PetsegError
from core.images import Array
from core.masks.geometry import EMPTY, Rect, around, whole
from core.masks.regions import NOTHING, Bools, Point, Region
from core.masks.smart.shrinking import shrunk, spread

Floats = npt.NDArray[np.float32]

WORK_SIDE = 400
"""Longest side of the copy on which the cut is made, in pixels."""

_ROUNDS = 4
# How far around the box ground is looked at, and around strokes without a box for the object,
# as parts of the longer side; at least so many pixels.
_AROUND_BOX, _AROUND_STROKES, _LEAST_MARGIN = 0.25, 1.0, 24
# Pieces and holes below this part of the largest piece are taken for noise, unless marked.
_NOISE_SHARE = 0.01
_BAND_BLOCKS = 2
_FILTER_RADIUS, _FILTER_EPSILON = 3, 1e-4
_SLAB = 512
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
    labels = _first_labels(hints, prior, area, factor, small.shape)
    labels[object_marks] = cv2.GC_FGD
    labels[ground_marks] = cv2.GC_BGD
    found = _cut(small, labels)
    found = _without_noise(found, object_marks, ground_marks, strokes_only=hints.box.is_empty)
    if factor > 1:
        stencil = _drawn_along_edges(photo, area, factor, small, found)
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
    hints: Hints, prior: Region | None, area: Rect, factor: int, shape: Sequence[int]
) -> Array:
    """What each pixel of the copy is taken for before the cut, without the marks."""
    labels = np.full(shape[:2], cv2.GC_PR_BGD, np.uint8)
    if not hints.box.is_empty:
        labels[:] = cv2.GC_BGD
        objects = around(mark.rect for mark in hints.marks if mark.is_object)
        allowed = hints.box.united(objects).intersected(area)
        labels[_blocks(allowed, area, factor)] = cv2.GC_PR_BGD
        if prior is None:
            inside = hints.box.intersected(area)
            labels[_blocks(inside, area, factor)] = cv2.GC_PR_FGD
    if prior is not None:
        likely = np.zeros((area.height, area.width), np.uint8)
        common = prior.rect.intersected(area)
        if not common.is_empty:
            inner = common.moved(-prior.rect.x, -prior.rect.y).slices
            likely[common.moved(-area.x, -area.y).slices] = prior.stencil[inner]
        rows, columns = (np.arange(n) * factor + factor // 2 for n in shape[:2])
        sampled = likely[np.ix_(rows.clip(max=area.height - 1), columns.clip(max=area.width - 1))]
        labels[(sampled != 0) & (labels == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    return labels


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


def _drawn_along_edges(photo: Array, area: Rect, factor: int, small: Array, found: Bools) -> Bools:
    """The result on the copy brought to the photo's own size, its border along the photo's edges.

    On the copy, the result is fitted by a linear function of the colour around every pixel; the
    function's coefficients are then applied to the photo's pixels in the band.
    """
    slopes, offset = _guided(small.astype(np.float32) / np.float32(255), found.astype(np.float32))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _BAND_BLOCKS + 1,) * 2)
    as_bytes = found.astype(np.uint8)
    band = (cv2.dilate(as_bytes, kernel) != 0) & (cv2.erode(as_bytes, kernel) == 0)
    result = spread(found, factor, area.height, area.width).copy()
    rows, columns = found.shape
    step = max(1, _SLAB // factor)
    for top in range(0, rows, step):
        for left in range(0, columns, step):
            part = slice(top, min(top + step, rows)), slice(left, min(left + step, columns))
            if not band[part].any():
                continue
            place = Rect(
                left * factor,
                top * factor,
                (part[1].stop - left) * factor,
                (part[0].stop - top) * factor,
            ).intersected(Rect(0, 0, area.width, area.height))
            seen = place.moved(area.x, area.y)
            colors = photo[seen.slices][..., :3].astype(np.float32) / 255
            here = _sampled(slopes, place, factor), _sampled(offset, place, factor)
            inside = np.einsum("yxc,yxc->yx", here[0], colors) + here[1] > 0.5
            at_border = spread(band[part], factor, place.height, place.width)
            np.copyto(result[place.slices], inside, where=at_border)
    return result


def _sampled(values: Floats, place: Rect, factor: int) -> Floats:
    """What values of the copy are at a rectangle of the photo's pixels, linear in between."""
    shift = (0.5 - factor / 2) / factor
    matrix = np.array(
        [
            [1 / factor, 0, place.x / factor + shift],
            [0, 1 / factor, place.y / factor + shift],
        ]
    )
    return cv2.warpAffine(
        values,
        matrix,
        (place.width, place.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32, copy=False)


def _guided(guide: Floats, values: Floats) -> tuple[Floats, Floats]:
    """The guided filter's coefficients with a guide of three channels: its equations 19 and 20.

    Args:
        guide: float32 H×W×3, 0 to 1.
        values: float32 H×W.

    Returns:
        Slopes float32 H×W×3 and offset float32 H×W, both averaged over the filter's window.
    """

    def mean(array: Floats) -> Floats:
        side = 2 * _FILTER_RADIUS + 1
        return cv2.blur(array, (side, side)).astype(np.float32, copy=False)

    guide_mean, value_mean = mean(guide), mean(values)
    together = mean(guide * values[..., None]) - guide_mean * value_mean[..., None]
    spreads = np.empty((*values.shape, 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            product = mean(np.ascontiguousarray(guide[..., i] * guide[..., j]))
            spreads[..., i, j] = product - guide_mean[..., i] * guide_mean[..., j]
            spreads[..., j, i] = spreads[..., i, j]
    spreads += np.float32(_FILTER_EPSILON) * np.eye(3, dtype=np.float32)
    slopes = np.linalg.solve(spreads, together[..., None])[..., 0].astype(np.float32)
    offset = value_mean - np.einsum("yxc,yxc->yx", slopes, guide_mean)
    return mean(np.ascontiguousarray(slopes)), mean(offset)


def _trimmed(region: Region) -> Region:
    box = Rect(*(int(side) for side in cv2.boundingRect(region.stencil.astype(np.uint8))))
    if box.is_empty:
        return NOTHING
    return Region(box.moved(region.rect.x, region.rect.y), region.stencil[box.slices].copy())
