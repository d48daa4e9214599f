"""Small masks for properties, and drawing regions on them."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.masks.shapes.regions import Region

VALUES = [0, 0, 1, 1, 2, 255]


def masks_of(most: int = 16, values: list[int] | None = None) -> st.SearchStrategy[np.ndarray]:
    """Masks of up to `most` pixels each way."""
    sides = st.integers(1, most)
    elements = st.sampled_from(VALUES if values is None else values)
    return hnp.arrays(np.uint8, st.tuples(sides, sides), elements=elements)


def drawn(region: Region, shape: tuple[int, ...]) -> np.ndarray:
    """A region as a bool array of the mask's shape."""
    canvas = np.zeros(shape, bool)
    canvas[region.rect.slices] = region.stencil
    return canvas


def pixel_of(mask: np.ndarray, data: st.DataObject) -> tuple[int, int]:
    """Any pixel of a mask: column and row."""
    return (
        data.draw(st.integers(0, mask.shape[1] - 1), label="x"),
        data.draw(st.integers(0, mask.shape[0] - 1), label="y"),
    )


def written(mask: np.ndarray, region: Region, value) -> np.ndarray:
    """A copy of a mask with a value, or one for each pixel of the rectangle, in a region."""
    copy = mask.copy()
    np.copyto(copy[region.rect.slices], np.asarray(value, np.uint8), where=region.stencil)
    return copy
