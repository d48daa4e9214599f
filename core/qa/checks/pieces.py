"""Checks of the mask's pieces: how many there are, how small, how thin, with what holes.

The foreground is every class but the background, merged; pieces are its 8-connected components.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.flags import Box, Severity
from core.qa.outlines import components_of
from core.qa.registry import MOST_BOXES, Finding, Limit, Measurement, Options, check
from core.qa.view import SampleView

_GROUP = "Pieces"


def _find_empty_or_full(measured: Measurement, _limit: float) -> Finding:
    pixels = int(measured.notes["foreground"])
    if measured.notes["full"]:
        return Finding(pixels, "The mask is full: not one pixel of background is left.")
    if pixels == 0:
        return Finding(0, "The mask is empty: no object is marked.")
    noun = "pixel" if pixels == 1 else "pixels"
    message = f"The mask is nearly empty: {pixels} {noun} of foreground."
    return Finding(pixels, message, measured.boxes)


@check(
    "empty_or_full",
    title="Empty or full",
    group=_GROUP,
    severity=Severity.WARNING,
    structural=True,
    catches="Masks without an object, with next to nothing, or without any background.",
    misses="Photos that rightly show no object: accept their flag.",
    find=_find_empty_or_full,
    limit=Limit(10, 0, 10_000, "px", "A mask with fewer foreground pixels is empty", "below"),
)
def empty_or_full(view: SampleView, _options: Options) -> Measurement | None:
    """Next to no foreground, or no background; scored by the number of foreground pixels."""
    if view.mask is None or view.mask.size == 0:
        return None
    pixels = sum(component.area for component in view.components)
    is_full = pixels == view.mask.size
    # A full mask is flagged whatever the limit, an empty one even at the limit 0.
    score = -1.0 if is_full or pixels == 0 else float(pixels)
    boxes = tuple(component.box for component in view.components[:MOST_BOXES])
    return Measurement(score, (), boxes, {"foreground": pixels, "full": is_full})


def _find_too_many(measured: Measurement, _limit: float) -> Finding:
    message = f"The objects are in {measured.score:.0f} pieces."
    return Finding(measured.score, message, measured.boxes)


@check(
    "too_many_components",
    title="Fragments",
    group=_GROUP,
    severity=Severity.WARNING,
    structural=True,
    catches="Objects that fell apart into many pieces.",
    misses="Objects in two to five pieces; photos with many objects are flagged too.",
    find=_find_too_many,
    limit=Limit(5, 1, 100, "", "More pieces than this are too many"),
    repairs=("drop_specks", "keep_largest"),
)
def too_many_components(view: SampleView, _options: Options) -> Measurement | None:
    """The number of pieces of the foreground."""
    pieces = view.components
    if not pieces:
        return None
    boxes = tuple(piece.box for piece in pieces[:MOST_BOXES])
    return Measurement(len(pieces), (), boxes)


def _find_specks(measured: Measurement, limit: float) -> Finding:
    number = sum(area < limit for area in measured.values)
    words = "1 piece is" if number == 1 else f"{number} pieces are"
    message = f"{words} smaller than {limit:g} pixels."
    return Finding(number, message, measured.boxes[:number])


@check(
    "noise",
    title="Specks",
    group=_GROUP,
    severity=Severity.WARNING,
    structural=True,
    catches="Pieces of a few pixels, left behind by a tool or a slip of the hand.",
    misses="Specks inside an object, and specks that touch it.",
    find=_find_specks,
    limit=Limit(10, 2, 1000, "px", "Pieces smaller than this are specks", "below"),
    repairs=("drop_specks",),
)
def noise(view: SampleView, _options: Options) -> Measurement | None:
    """The areas of the pieces, smallest first; scored by the smallest."""
    pieces = view.components
    if not pieces:
        return None
    if len(pieces) > 1:
        pieces = sorted(pieces, key=lambda piece: piece.area)
    boxes = tuple(piece.box for piece in pieces[:MOST_BOXES])
    return Measurement(pieces[0].area, tuple(piece.area for piece in pieces), boxes)


def _find_thin(measured: Measurement, limit: float) -> Finding:
    crossing = [
        (ratio, box)
        for ratio, box in zip(measured.values, measured.boxes, strict=False)
        if ratio > limit
    ]
    first = crossing[0][0] if crossing else measured.score
    message = f"A piece is {first:.1f} times as long as wide."
    return Finding(first, message, tuple(box for _, box in crossing))


@check(
    "aspect_ratio",
    title="Very thin piece",
    group=_GROUP,
    severity=Severity.WARNING,
    structural=True,
    catches="Pieces whose bounding box is much longer than wide: stray lines, border slivers.",
    misses="Thin pieces that run diagonally or bend.",
    find=_find_thin,
    limit=Limit(8.0, 1, 100, "", "Longer side over shorter side", step=0.5),
)
def aspect_ratio(view: SampleView, _options: Options) -> Measurement | None:
    """How long and thin the pieces are; scored by the thinnest, told by the first that is flagged.

    The study's check reports the first contour it meets, so the order of the contours is kept.
    """
    boxes = [piece.box for piece in view.components if not piece.is_nested]
    if len(boxes) > 1:
        boxes = [_box(contour) for contour in view.outer_contours]
    ratios = [(max(box[2:]) / min(box[2:]), box) for box in boxes]
    if not ratios:
        return None
    score = max(ratio for ratio, _ in ratios)
    if len(ratios) > MOST_BOXES:  # of very many pieces those that may be flagged are kept
        thinnest = sorted(range(len(ratios)), key=lambda place: -ratios[place][0])[:MOST_BOXES]
        ratios = [ratios[place] for place in sorted(thinnest)]
    return Measurement(score, tuple(ratio for ratio, _ in ratios), tuple(box for _, box in ratios))


def _find_holes(measured: Measurement, limit: float) -> Finding:
    boxes = tuple(
        box for share, box in zip(measured.values, measured.boxes, strict=False) if share > limit
    )
    return Finding(measured.score, f"Holes take {measured.score:.0f} % of an object's area.", boxes)


@check(
    "holes",
    title="Large holes",
    group=_GROUP,
    severity=Severity.WARNING,
    structural=True,
    catches="Objects with much background enclosed by them.",
    misses="Small holes, and gaps that are open to the outside.",
    find=_find_holes,
    limit=Limit(30, 0, 100, "%", "Enclosed background, of the outer contour's area"),
    repairs=("fill_holes",),
)
def holes(view: SampleView, _options: Options) -> Measurement | None:
    """Background enclosed by each piece, in percent of its outer contour's area."""
    places: list[tuple[float, Box]] = []
    mask, ignored = view.mask, view.dataset.ignore_index
    pieces = view.components
    if mask is not None and view.counts[ignored] and pieces:
        # What is to be ignored inside an object is no hole.
        pieces = components_of(view.foreground | (mask == ignored))
    for piece in pieces:
        if piece.holes and piece.polygon_area > 0 and not piece.is_nested:
            share = 100 * sum(hole.area for hole in piece.holes) / piece.polygon_area
            places += [(share, hole.box) for hole in piece.holes]
    if not places:
        return None
    places.sort(key=lambda place: -place[0])
    places = places[:MOST_BOXES]
    return Measurement(
        places[0][0], tuple(share for share, _ in places), tuple(box for _, box in places)
    )


def _box(contour: np.ndarray) -> Box:
    x, y, width, height = cv2.boundingRect(contour)
    return (x, y, width, height)
