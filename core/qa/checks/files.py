"""Checks of the files themselves: are photo and mask there, readable, and made for each other?"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from core.flags import Box, Severity
from core.qa.registry import Finding, Limits, check
from core.qa.view import SampleView

_MOST_BOXES = 32


@check(
    "pairs",
    title="Missing pair",
    severity=Severity.ERROR,
    structural=True,
    catches="A photo without a mask, or a mask without a photo.",
    misses="A mask that belongs to another photo.",
)
def pairs(view: SampleView, _limits: Limits) -> Iterable[Finding]:
    """A photo without a mask of this label set, or a mask without a photo."""
    if view.sample.image is None:
        yield Finding(1, "There is a mask but no photo of this name.")
    elif view.label_set not in view.sample.masks:
        yield Finding(1, f"There is no mask in {view.label_set}: draw one in the editor.")


@check(
    "unreadable",
    title="Unreadable file",
    severity=Severity.ERROR,
    structural=True,
    catches="Photos and masks that are empty, truncated or in a format that cannot be used.",
    misses="Files that decode, but show something else than they should.",
)
def unreadable(view: SampleView, _limits: Limits) -> Iterable[Finding]:
    """The photo or the mask cannot be decoded."""
    for error in view.errors:
        name = error.path.name if error.path else ""
        yield Finding(1, f"{error.what} ({name}). {error.remedy}")


@check(
    "size",
    title="Size differs",
    severity=Severity.ERROR,
    structural=True,
    catches="A mask whose width or height is not the photo's.",
    misses="A mask of the right size drawn for another crop.",
)
def size(view: SampleView, _limits: Limits) -> Iterable[Finding]:
    """The mask's size is not the photo's."""
    image, mask = view.image, view.mask
    if image is None or mask is None or view.is_matched:
        return
    mask_size = f"{mask.shape[1]}×{mask.shape[0]}"
    image_size = f"{image.shape[1]}×{image.shape[0]}"
    difference = abs(mask.shape[0] - image.shape[0]) + abs(mask.shape[1] - image.shape[1])
    yield Finding(difference, f"The mask is {mask_size}, the photo {image_size}.")


@check(
    "class_values",
    title="Illegal value",
    severity=Severity.ERROR,
    structural=True,
    catches="Mask pixels whose value is neither a class nor the ignore index.",
    misses="Pixels that show a wrong but existing class.",
)
def class_values(view: SampleView, _limits: Limits) -> Iterable[Finding]:
    """Pixels hold values that are no class; the value is their number."""
    if view.mask is None or not view.illegal_values:
        return
    illegal = np.isin(view.mask, view.illegal_values).view(np.uint8)
    pixels = int(np.count_nonzero(illegal))
    values = ", ".join(str(value) for value in view.illegal_values[:5])
    more = "…" if len(view.illegal_values) > 5 else ""
    noun = "pixel has" if pixels == 1 else "pixels have"
    highest = view.dataset.num_classes - 1
    yield Finding(
        pixels,
        f"{pixels} {noun} the value {values}{more}, which is no class (0 to {highest}).",
        _boxes(illegal),
    )


@check(
    "class_overlap",
    title="Classes overlap",
    severity=Severity.ERROR,
    structural=True,
    catches="Pixels that belong to two classes, in formats that can say so.",
    misses="Nothing in index masks: they hold one class per pixel and cannot overlap.",
)
def class_overlap(_view: SampleView, _limits: Limits) -> Iterable[Finding]:
    """Nothing to find in an index mask, the only format read so far: one value is one class."""
    return ()


def _boxes(pixels: np.ndarray) -> tuple[Box, ...]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
    largest_first = sorted(stats[1:], key=lambda row: -row[4])[:_MOST_BOXES]
    return tuple((int(x), int(y), int(w), int(h)) for x, y, w, h, _ in largest_first)
