"""Growing, shrinking and smoothing a connected piece. Nothing here writes to a mask.

Distances are Euclidean, between centres of pixels, so the structuring element is a disc. All of it
costs what the piece's rectangle, grown by the radius, costs, whatever the size of the mask. The
border of the mask is no border of a piece: nothing retreats from it.

A piece grows over background only: it never takes a pixel of another class (or of the ignore
value), whatever a stroke would be allowed to paint over. What a piece gives up becomes background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import whole
from core.masks.pieces.finding import BACKGROUND, connected, stencil_in, trimmed
from core.masks.shapes.regions import NOTHING, Bools, Region

# Slack of a distance in float32: squares of distances are whole numbers, so distances up to a
# thousand pixels are at least this far apart.
_SLACK = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What would be written to a mask to change a piece.

    Attributes:
        region: The pixels that get another value; perhaps none.
        value: That value, or one for each pixel of `region.rect`, uint8 height × width.
        result: The piece as it would be then; perhaps nothing.
    """

    region: Region
    value: int | Array
    result: Region


def grow(mask: Array, piece: Region, radius: int) -> Change:
    """Add the background within a distance of a piece.

    Background that the piece cannot reach without crossing another class stays. A pixel that is
    added gets the class of the nearest pixel of the piece.

    Args:
        mask: Class indices, uint8 H×W.
        piece: An 8-connected piece of the mask.
        radius: The distance in pixels, at least 1.
    """
    rect = piece.rect.grown(radius).intersected(whole(mask.shape))
    inside = stencil_in(piece, rect)
    if not inside.any():
        return _nothing(piece)
    near = _distance_to(inside) <= radius + _SLACK
    allowed = inside | (near & (mask[rect.slices] == BACKGROUND))
    row, column = np.argwhere(inside)[0]
    found = connected(allowed, (int(column), int(row)), 8)
    result = Region(found.rect.moved(rect.x, rect.y), found.stencil)
    added = trimmed(Region(rect, stencil_in(result, rect) & ~inside))
    return Change(added, _nearest_values(mask, piece, added, radius), result)


def shrink(mask: Array, piece: Region, radius: int) -> Change:
    """Take away what is within a distance of a piece's outside, holes and other classes included.

    Args:
        mask: Class indices, uint8 H×W.
        piece: A piece of the mask.
        radius: The distance in pixels, at least 1.
    """
    rect = piece.rect.grown(1).intersected(whole(mask.shape))
    inside = stencil_in(piece, rect)
    if not inside.any():
        return _nothing(piece)
    if inside.all():  # it is the whole mask, which has no outside
        return Change(NOTHING, BACKGROUND, piece)
    kept = _distance_to(~inside) > radius + _SLACK
    lost = trimmed(Region(rect, inside & ~kept))
    return Change(lost, BACKGROUND, trimmed(Region(rect, inside & kept)))


def smooth(mask: Array, piece: Region, radius: int) -> Change:
    """Let every pixel follow the majority of the disc around it.

    That is a median filter of the piece: straight borders stay where they are, bumps and notches
    that are small beside the disc go, and so do parts and holes thinner than the radius. Pixels of
    other classes stay. A pixel that is added gets the class of the nearest pixel of the piece.

    Args:
        mask: Class indices, uint8 H×W.
        piece: A piece of the mask.
        radius: Radius of the disc in pixels, at least 1.
    """
    rect = piece.rect.grown(radius).intersected(whole(mask.shape))
    inside = stencil_in(piece, rect)
    if not inside.any():
        return _nothing(piece)
    element = disc(radius)
    # Beyond the mask the piece goes on as it does at the border. A disc has an odd number of
    # pixels, so no place is undecided and rounding cannot decide.
    votes = cv2.filter2D(
        inside.view(np.uint8), cv2.CV_32F, element, borderType=cv2.BORDER_REPLICATE
    )
    wanted = votes > element.sum() / 2
    kept = inside & wanted
    added = wanted & ~inside & (mask[rect.slices] == BACKGROUND)
    region = trimmed(Region(rect, added | (inside & ~wanted)))
    new = Region(region.rect, stencil_in(Region(rect, added), region.rect))
    values = _nearest_values(mask, piece, new, radius)
    value = np.where(new.stencil, values, BACKGROUND).astype(np.uint8)
    return Change(region, value, trimmed(Region(rect, kept | added)))


def fill(mask: Array, piece: Region, holes: Region) -> Change:
    """Close the holes of a piece; each pixel gets the class of the nearest pixel of the piece."""
    stencil = stencil_in(piece, piece.rect) | stencil_in(holes, piece.rect)
    reach = max(holes.rect.width, holes.rect.height, 1)
    values = _nearest_values(mask, piece, holes, reach)
    return Change(holes, values, Region(piece.rect, stencil))


def disc(radius: int) -> npt.NDArray[np.float32]:
    """A disc as float32 of 2 · radius + 1 pixels across: 1 inside it, 0 outside."""
    offsets = np.arange(-radius, radius + 1)
    return (offsets[:, None] ** 2 + offsets**2 <= radius**2).astype(np.float32)


def _nothing(piece: Region) -> Change:
    return Change(NOTHING, BACKGROUND, piece)


def _distance_to(targets: Bools) -> npt.NDArray[Any]:
    """Distance of each pixel to the nearest target, float32; there must be a target."""
    elsewhere = (~targets).view(np.uint8)
    return cv2.distanceTransform(elsewhere, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def _nearest_values(mask: Array, piece: Region, added: Region, reach: int) -> int | Array:
    """For pixels beside a piece the class of the nearest pixel of the piece."""
    if added.is_empty:
        return BACKGROUND
    values = piece.values(mask)
    if values.min() == values.max():
        return int(values[0])
    rect = added.rect.grown(reach).intersected(whole(mask.shape))
    inside = stencil_in(piece, rect)
    _, labels = cv2.distanceTransformWithLabels(
        (~inside).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    value_of = np.zeros(int(labels.max()) + 1, np.uint8)
    value_of[labels[inside]] = mask[rect.slices][inside]
    nearest: Array = value_of[labels[added.rect.moved(-rect.x, -rect.y).slices]]
    return nearest
