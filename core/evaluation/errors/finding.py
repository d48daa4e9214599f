"""Finding the errors of one prediction: which regions are wrong, and in which way."""

from __future__ import annotations

from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.metrics.confusion import Mask


def find_errors(
    prediction: Mask,
    truth: Mask,
    *,
    num_classes: int,
    ignore_index: int = 255,
    background: int | None = 0,
    confidence: Mask | None = None,
) -> list[ErrorRegion]:
    """Divide the wrong pixels of a prediction into regions.

    Every pixel whose class is wrong and that counts lies in exactly one region, so the pixels
    summed by true and predicted class are the confusion matrix without its diagonal.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes.
        ignore_index: Truth value that does not count.
        background: The class that is no object, as `background_of` says; None where every class
            is one.
        confidence: Probability of the predicted class, uint8 H×W, 0 to 255 for 0 to 1.

    Returns:
        The regions, largest first.

    Raises:
        ValueError: the shapes differ, or there are values that are no class.
    """
    raise NotImplementedError
