"""Repairs of a mask's size and of the way it lies, against its photo."""

from __future__ import annotations

import numpy as np

from core.images import Array
from core.qa.registry import Options
from core.qa.repairs.registry import RepairContext, RepairOption, repair

# What an EXIF orientation asks for before the picture is shown, as (transpose first, then flip up
# and down, then flip left and right). Source: Exif 2.32 (CIPA DC-008), tag 274.
_TURNS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
# The orientations that turn clockwise by so many quarters.
_QUARTERS = (1, 6, 3, 8)
# The orientation that takes back another one: only the two quarter turns are not their own inverse.
_INVERSE = {6: 8, 8: 6}


@repair(
    "resize_mask",
    title="Resize to the photo",
    words="The mask is stretched to the photo's size; each pixel takes the value nearest to it.",
    needs_photo=True,
)
def resize_mask(mask: Array, context: RepairContext, _options: Options) -> Array:
    """Scale a mask to the photo's size by nearest neighbour; no value appears that was not there.

    The value of a pixel is that at its centre: column i of W takes column ⌊(2i + 1)·w / 2W⌋ of w.
    """
    if context.image_size is None:
        return mask
    width, height = context.image_size
    rows = (2 * np.arange(height) + 1) * mask.shape[0] // (2 * height)
    columns = (2 * np.arange(width) + 1) * mask.shape[1] // (2 * width)
    scaled: Array = mask[rows[:, None], columns]
    return scaled


@repair(
    "reorient",
    title="Turn like the photo",
    words=(
        "The mask is turned as the photo's EXIF orientation says, or as you choose. Where the "
        "sizes cannot tell (half turns, square photos), repairing it again turns it again."
    ),
    options={
        "back": RepairOption(0, 0, 1, "", "Take the turn back"),
        "degrees": RepairOption(
            0, 0, 270, "°", "Turn clockwise by (0: as the photo's EXIF orientation says)", 90
        ),
    },
    needs_photo=True,
)
def reorient(mask: Array, context: RepairContext, options: Options) -> Array:
    """Apply the photo's EXIF orientation to the mask, or another turn, or take it back.

    A quarter turn is left out where the mask has the photo's size already and would lose it.
    """
    quarters = round(options["degrees"] / 90) % 4
    orientation = _QUARTERS[quarters] if quarters else context.orientation
    if _TURNS.get(orientation, _TURNS[1])[0] and context.image_size is not None:
        width, height = context.image_size
        if width != height and mask.shape == (height, width):
            return mask
    return turned(mask, _INVERSE.get(orientation, orientation) if options["back"] else orientation)


def turned(mask: Array, orientation: int) -> Array:
    """An array as an EXIF orientation says it is to be shown; unknown orientations change nothing.

    Args:
        mask: H×W, or H×W×C.
        orientation: 1 to 8.
    """
    transposes, upside_down, mirrored = _TURNS.get(orientation, _TURNS[1])
    result = mask.swapaxes(0, 1) if transposes else mask
    if upside_down:
        result = result[::-1]
    if mirrored:
        result = result[:, ::-1]
    return np.ascontiguousarray(result)
