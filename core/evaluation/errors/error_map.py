"""Where a prediction is wrong, pixel by pixel, and in which way."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from core.evaluation.metrics.confusion import ConfusionMatrix, Mask

BACKGROUND = 0


class ErrorKind(IntEnum):
    """What an error map says of a pixel."""

    CORRECT = 0
    MISSED = 1
    FALSE = 2
    WRONG_CLASS = 3
    IGNORED = 255


class ErrorCounts(NamedTuple):
    """Pixels by kind of error.

    Attributes:
        correct: The prediction is right, background included.
        missed: An object in the truth, background in the prediction.
        false: Background in the truth, an object in the prediction.
        wrong_class: An object in both, but of different classes.
    """

    correct: int = 0
    missed: int = 0
    false: int = 0
    wrong_class: int = 0

    @property
    def wrong(self) -> int:
        """Pixels of all three kinds of error."""
        return self.missed + self.false + self.wrong_class


def error_map(
    truth: Mask,
    prediction: Mask,
    ignore_index: int = 255,
    background: int | None = BACKGROUND,
) -> Mask:
    """Classify every pixel as an `ErrorKind`.

    Args:
        truth: True classes, uint8 H×W.
        prediction: Predicted classes, uint8 H×W.
        ignore_index: Truth value whose pixels are not judged.
        background: The class that is no object; None where every class is one: then nothing is
            missed or false, and whatever is wrong is of the wrong class.

    Returns:
        uint8 H×W: 0 correct, 1 missed, 2 false, 3 wrong class, 255 ignored.

    Raises:
        ValueError: the shapes differ.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"shapes differ: {truth.shape} and {prediction.shape}")
    kinds: Mask
    if background is None:
        kinds = np.full(truth.shape, ErrorKind.WRONG_CLASS, np.uint8)
    else:
        in_truth, in_prediction = truth != background, prediction != background
        # Missed is 1 and false is 2, so an object in both that differs in class is their sum.
        kinds = in_truth.view(np.uint8) * np.uint8(ErrorKind.MISSED)
        kinds += in_prediction.view(np.uint8) * np.uint8(ErrorKind.FALSE)
    kinds[truth == prediction] = ErrorKind.CORRECT
    kinds[truth == ignore_index] = ErrorKind.IGNORED
    return kinds


def count_errors(kinds: Mask) -> ErrorCounts:
    """Count the pixels of an error map by kind."""
    counts = np.bincount(kinds.ravel(), minlength=256)
    return ErrorCounts(
        correct=int(counts[ErrorKind.CORRECT]),
        missed=int(counts[ErrorKind.MISSED]),
        false=int(counts[ErrorKind.FALSE]),
        wrong_class=int(counts[ErrorKind.WRONG_CLASS]),
    )


def errors_in(matrix: ConfusionMatrix, background: int | None = BACKGROUND) -> ErrorCounts:
    """The counts by kind from a confusion matrix, without looking at the pixels again."""
    counts = matrix.full_counts
    correct = int(counts.trace())
    missed = false = 0
    if background is not None:
        right = int(counts[background, background])
        missed = int(counts[:, background].sum()) - right
        false = int(counts[background].sum()) - right
    return ErrorCounts(
        correct=correct,
        missed=missed,
        false=false,
        wrong_class=int(counts.sum()) - correct - missed - false,
    )
