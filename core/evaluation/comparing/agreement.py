"""Who is right where: two predictions of one sample held against its mask, pixel by pixel."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from core.evaluation.metrics.confusion import Mask


class Agreement(IntEnum):
    """What an agreement map says of a pixel."""

    BOTH_RIGHT = 0
    ONLY_FIRST = 1
    ONLY_SECOND = 2
    BOTH_WRONG = 3
    IGNORED = 255


class AgreementCounts(NamedTuple):
    """Pixels of a sample that count, by who is right; background is included."""

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int


def agreement_map(truth: Mask, first: Mask, second: Mask, ignore_index: int = 255) -> Mask:
    """Say for every pixel which of two predictions is right.

    Args:
        truth: True classes, uint8 H×W.
        first: Predicted classes of the first run, uint8 H×W.
        second: Predicted classes of the second run, uint8 H×W.
        ignore_index: Truth value whose pixels are not judged.

    Returns:
        uint8 H×W of `Agreement` values.

    Raises:
        ValueError: the shapes differ.
    """
    if not truth.shape == first.shape == second.shape:
        raise ValueError(f"shapes differ: {truth.shape}, {first.shape} and {second.shape}")
    # A wrong second run is 1 (only the first is right), a wrong first one 2, both are 3.
    found: Mask = (second != truth).view(np.uint8) * np.uint8(Agreement.ONLY_FIRST)
    found += (first != truth).view(np.uint8) * np.uint8(Agreement.ONLY_SECOND)
    found[truth == ignore_index] = Agreement.IGNORED
    return found


def count_agreement(found: Mask) -> AgreementCounts:
    """Count the pixels of an agreement map by who is right."""
    counts = np.bincount(found.ravel(), minlength=256)
    return AgreementCounts(*(int(count) for count in counts[:4]))
