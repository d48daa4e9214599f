"""Counting the pixels of classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.confusion import Counts, Mask
from core.masks.counting import count_values

Bools = npt.NDArray[np.bool_]

# Comparing and counting runs in vector units; a histogram goes pixel by pixel, and slowest over
# areas of one value, of which masks consist. So few classes are counted one by one.
_ONE_BY_ONE = 16


def count_classes(mask: Mask, num_classes: int) -> Counts:
    """Number of pixels of each class, int64 K; other values are not counted.

    Args:
        mask: Class indices, uint8 H×W.
        num_classes: Number of classes K.
    """
    if num_classes > _ONE_BY_ONE:
        return count_values(mask)[:num_classes]
    found = [count_true(mask == value) for value in range(num_classes)]
    return np.array(found, np.int64)


def count_true(chosen: Bools) -> int:
    """Number of pixels that are true in bools of H×W."""
    return int(np.count_nonzero(chosen))


def classes_in(prediction: Mask, truth: Mask, num_classes: int) -> list[int]:
    """The classes that occur in the prediction or in the truth, ascending."""
    counts = count_classes(prediction, num_classes) + count_classes(truth, num_classes)
    return np.flatnonzero(counts).tolist()
