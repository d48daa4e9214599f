"""What a click on a connected piece would do, worked out before the click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.images import Array
from core.masks.pieces.finding import (
    BACKGROUND,
    OutOfReach,
    Pixel,
    area_of,
    component,
    count_pieces,
    holes_of,
    joined,
    others,
    trimmed,
)
from core.masks.pieces.morphology import Change, fill, grow, shrink, smooth
from core.masks.pieces.splitting import Cut, lengthened, merged, piece_under, split
from core.masks.shapes.regions import Region

PieceAction = Literal[
    "change", "delete", "keep", "fill", "grow", "shrink", "smooth", "split", "merge", "copy"
]

# Smoothing looks at a whole disc for each pixel.
_SMOOTHING_COST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the user wants of a piece.

    Attributes:
        action: What a click does.
        any_class: Whether neighbouring classes are taken together as one piece.
        reach: Pixels to grow, shrink or smooth by, or of the widest gap that merging bridges.
        first: The piece that another one is to be merged with, and its class.
    """

    action: PieceAction = "change"
    any_class: bool = False
    reach: int = 1
    first: tuple[Region, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pointed:
    """A piece that is pointed at.

    Attributes:
        piece: Its pixels.
        value: The class of the pixel that is pointed at.
        area: Number of pixels of the piece.
        change: What a click would write; None for what needs no working out.
        changed: Number of pixels that it would write to.
        count: Number of other pieces that would go, when only this one is to be kept.
        joins: Whether merging makes one piece of the two.
    """

    piece: Region
    value: int
    area: int
    change: Change | None = None
    changed: int = 0
    count: int = 0
    joins: bool = True


def point_at(mask: Array, pixel: Pixel, wish: Wish, most: int | None = None) -> Pointed | None:
    """The piece under a pixel, and what would become of it.

    Args:
        mask: Class indices, uint8 H×W.
        pixel: Column and row.
        wish: What is wanted.
        most: Number of pixels of the mask that may be looked at; None for all of it.

    Returns:
        None when the pixel is background or outside the mask.

    Raises:
        OutOfReach: more would have to be looked at.
    """
    # What goes to another image has one class.
    any_class = wish.any_class and wish.action != "copy"
    piece = component(mask, pixel, any_class=any_class, most=most)
    if piece.rect.is_empty:
        return None
    value, area = int(mask[pixel[1], pixel[0]]), area_of(piece)
    if wish.action == "keep":
        rest = others(mask, piece, None if any_class else value, most=most)
        change = Change(rest, BACKGROUND, piece)
        return Pointed(piece, value, area, change, area_of(rest), count_pieces(rest))
    if wish.action == "merge":
        return _merging(mask, piece, wish, Pointed(piece, value, area), most)
    reshaped = _reshaped(mask, piece, wish, most)
    if reshaped is None:
        return Pointed(piece, value, area)
    return Pointed(piece, value, area, reshaped, area_of(reshaped.region))


@dataclass(frozen=True, slots=True, eq=False)
class Parting:
    """A line drawn through a piece.

    Attributes:
        piece: The piece under the line.
        value: Its class, or that of its most frequent pixels.
        cut: The two sides; None when the piece holds together.
    """

    piece: Region
    value: int
    cut: Cut | None


def part_along(
    mask: Array,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    any_class: bool = False,
    most: int | None = None,
) -> Parting | None:
    """Cut the piece that most of a line lies on; None when it lies on background only.

    An end of the line that lies inside the piece is continued straight until it leaves it.

    Raises:
        OutOfReach: more would have to be looked at than `most` pixels.
    """
    first, last = (
        (int(np.floor(start[0])), int(np.floor(start[1]))),
        (int(np.floor(end[0])), int(np.floor(end[1]))),
    )
    piece = piece_under(mask, first, last, any_class=any_class, most=most)
    if piece.rect.is_empty:
        return None
    value = int(np.bincount(piece.values(mask)).argmax())
    return Parting(piece, value, split(piece, *lengthened(piece, start, end)))


def change_of(parting: Parting, current_class: int) -> Change | None:
    """What to write for a piece that was cut.

    The smaller side gets the current class; when the piece is of that class already, a line of
    background parts the two sides instead.
    """
    cut = parting.cut
    if cut is None:
        return None
    if current_class != parting.value:
        return Change(cut.smaller, current_class, cut.smaller)
    return Change(cut.line, BACKGROUND, cut.smaller)


def _reshaped(mask: Array, piece: Region, wish: Wish, most: int | None) -> Change | None:
    _check(piece.rect.grown(wish.reach).area, most)
    if wish.action == "fill":
        enclosed = holes_of(mask, piece)
        # Pieces of other classes in a hole are no holes.
        empty = enclosed.stencil & (mask[enclosed.rect.slices] == BACKGROUND)
        return fill(mask, piece, trimmed(Region(enclosed.rect, empty)))
    if wish.action == "grow":
        return grow(mask, piece, wish.reach)
    if wish.action == "shrink":
        return shrink(mask, piece, wish.reach)
    if wish.action == "smooth":
        _check(_SMOOTHING_COST * piece.rect.grown(wish.reach).area, most)
        return smooth(mask, piece, wish.reach)
    return None


def _merging(mask: Array, piece: Region, wish: Wish, pointed: Pointed, most: int | None) -> Pointed:
    if wish.first is None:
        return pointed
    first, value = wish.first
    column = int(piece.stencil[0].argmax())  # a piece has a pixel in the first row of its rectangle
    if first.holds(piece.rect.x + column, piece.rect.y):
        return pointed  # it is the first one again
    _check(first.rect.united(piece.rect).area, most)
    region, joins = merged(mask, first, piece, wish.reach)
    change = Change(region, value, joined(first, region))
    return Pointed(piece, pointed.value, pointed.area, change, area_of(region), joins=joins)


def _check(cost: int, most: int | None) -> None:
    if most is not None and cost > most:
        raise OutOfReach
