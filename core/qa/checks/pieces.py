"""Checks of the mask's pieces: how many there are, how small, how thin, with what holes.

The foreground is every class but the background, merged; pieces are its 8-connected components.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from core.flags import Box, Severity
from core.qa.registry import Finding, Limit, Limits, check
from core.qa.view import SampleView


@check(
    "empty_or_full",
    title="Empty or full",
    severity=Severity.WARNING,
    structural=True,
    catches="Masks without an object, with next to nothing, or without any background.",
    misses="Photos that rightly show no object: accept their flag.",
    limits={"smallest": Limit(10, 0, 10_000, "px", "A mask with fewer foreground pixels is empty")},
)
def empty_or_full(view: SampleView, limits: Limits) -> Iterable[Finding]:
    """Next to no foreground, or no background; the value is the number of foreground pixels."""
    if view.mask is None or view.mask.size == 0:
        return
    foreground = int(np.count_nonzero(view.foreground))
    if foreground == 0:
        yield Finding(0, "The mask is empty: no object is marked.")
    elif foreground < limits["smallest"]:
        noun = "pixel" if foreground == 1 else "pixels"
        yield Finding(
            foreground,
            f"The mask is nearly empty: {foreground} {noun} of foreground.",
            tuple(component.box for component in view.components),
        )
    elif foreground == view.mask.size:
        yield Finding(foreground, "The mask is full: not one pixel of background is left.")


@check(
    "too_many_components",
    title="Fragments",
    severity=Severity.WARNING,
    structural=True,
    catches="Objects that fell apart into many pieces.",
    misses="Objects in two to five pieces; photos with many objects are flagged too.",
    limits={"most": Limit(5, 1, 1000, "", "More pieces than this are too many")},
)
def too_many_components(view: SampleView, limits: Limits) -> Iterable[Finding]:
    """The foreground has too many pieces; the value is their number."""
    pieces = view.components
    if len(pieces) > limits["most"]:
        yield Finding(
            len(pieces),
            f"The objects are in {len(pieces)} pieces.",
            tuple(component.box for component in pieces),
        )


@check(
    "noise",
    title="Specks",
    severity=Severity.WARNING,
    structural=True,
    catches="Pieces of a few pixels, left behind by a tool or a slip of the hand.",
    misses="Specks inside an object, and specks that touch it.",
    limits={"smallest": Limit(10, 2, 10_000, "px", "Pieces smaller than this are specks")},
)
def noise(view: SampleView, limits: Limits) -> Iterable[Finding]:
    """Pieces of very few pixels; the value is how many there are."""
    specks = [component for component in view.components if component.area < limits["smallest"]]
    if specks:
        words = "1 piece is" if len(specks) == 1 else f"{len(specks)} pieces are"
        yield Finding(
            len(specks),
            f"{words} smaller than {limits['smallest']:g} pixels.",
            tuple(component.box for component in specks),
        )


@check(
    "aspect_ratio",
    title="Very thin piece",
    severity=Severity.WARNING,
    structural=True,
    catches="Pieces whose bounding box is much longer than wide: stray lines, border slivers.",
    misses="Thin pieces that run diagonally or bend.",
    limits={"most": Limit(8.0, 1, 100, "", "Longer side over shorter side")},
)
def aspect_ratio(view: SampleView, limits: Limits) -> Iterable[Finding]:
    """A piece is very long and thin; the value is the first such piece's ratio of sides."""
    boxes: list[Box] = []
    first = 0.0
    for contour in view.outer_contours:
        x, y, width, height = (int(number) for number in cv2.boundingRect(contour))
        ratio = max(width, height) / min(width, height)
        if ratio > limits["most"]:
            first = first or ratio
            boxes.append((x, y, width, height))
    if boxes:
        yield Finding(first, f"A piece is {first:.1f} times as long as wide.", tuple(boxes))


@check(
    "holes",
    title="Large holes",
    severity=Severity.WARNING,
    structural=True,
    catches="Objects with much background enclosed by them.",
    misses="Small holes, and gaps that are open to the outside.",
    limits={"share": Limit(30, 0, 100, "%", "Enclosed background, of the outer contour's area")},
)
def holes(view: SampleView, limits: Limits) -> Iterable[Finding]:
    """Background enclosed by an object; the value is its percentage of the outer contour's area."""
    if not view.components:
        return
    enclosed, boxes_of = _enclosed_background(view)
    worst = 0.0
    boxes: list[Box] = []
    for contour in view.outer_contours:
        x, y = (int(number) for number in contour[0, 0])
        piece = int(view.labelled[y, x])
        area = float(cv2.contourArea(contour))
        if enclosed.get(piece, 0) == 0 or area <= 0:
            continue
        share = 100 * enclosed[piece] / area
        if share > limits["share"]:
            worst = max(worst, share)
            boxes += boxes_of[piece]
    if boxes:
        yield Finding(worst, f"Holes take {worst:.0f} % of an object's area.", tuple(boxes))


def _enclosed_background(view: SampleView) -> tuple[dict[int, int], dict[int, list[Box]]]:
    """Pixels and boxes of the holes of each component, by the component's number."""
    # Background is 4-connected where the foreground is 8-connected. A frame of background around
    # the mask makes everything that is open to the outside one single component.
    background = np.pad(view.foreground ^ 1, 1, constant_values=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(background, connectivity=4)
    outside = int(labels[0, 0])
    areas: dict[int, int] = {}
    boxes: dict[int, list[Box]] = {}
    for number in range(1, count):
        if number == outside:
            continue
        x, y, width, height, area = (int(value) for value in stats[number])
        # The pixel left of a hole's first pixel in its top row belongs to the piece around it.
        column = int(np.argmax(labels[y, x : x + width] == number)) + x
        piece = int(view.labelled[y - 1, column - 2])
        areas[piece] = areas.get(piece, 0) + area
        boxes.setdefault(piece, []).append((x - 1, y - 1, width, height))
    return areas, boxes
