"""A region of wrong pixels: what is wrong with it, where it lies, and which pixels are its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.partition import partition
from core.evaluation.metrics.confusion import Mask

Box = tuple[int, int, int, int]
"""A rectangle (left, top, width, height) in pixels."""


@dataclass(frozen=True, slots=True)
class ErrorRegion:
    """Wrong pixels that belong together: one kind, one true class, one predicted class.

    Attributes:
        kind: What went wrong.
        true_class: What the mask says there.
        predicted_class: What the run says there.
        box: The rectangle around it (left, top, width, height), in pixels.
        pixels: How many there are.
        anchor: One of them (x, y): it names the region within its sample, see `region_mask`.
        confidence: Mean probability that the run gives its class there, 0 to 1; None without a
            stored confidence.
        object_pixels: Size of the true object that it lies in, in pixels; 0 on background.
        thickness: How thick that object is there, in pixels: the width of the widest disc in the
            object that is centred in the region; 0 on background.
        form: The kind by place and shape alone. It differs from `kind` where the label is under
            suspicion: then it says what else it would be.
    """

    kind: ErrorKind
    true_class: int
    predicted_class: int
    box: Box
    pixels: int
    anchor: tuple[int, int]
    confidence: float | None = None
    object_pixels: int = 0
    thickness: float = 0.0
    form: ErrorKind | None = None


def region_mask(
    prediction: Mask,
    truth: Mask,
    region: ErrorRegion,
    ignore_index: int = 255,
    *,
    background: int | None = 0,
) -> npt.NDArray[np.bool_]:
    """The pixels of a region.

    The region is found again by its anchor, so nothing but the region has to be kept. Give the
    prediction and the truth that it was found with: in others the region may have another shape.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        region: A region that `find_errors` gave for these two.
        ignore_index: Truth value that does not count.
        background: As in `find_errors`.

    Returns:
        bool H×W; nothing is set when there is no such region any more.
    """
    x, y = region.anchor
    found = partition(prediction, truth, ignore_index=ignore_index, background=background)
    nothing = np.zeros(truth.shape, np.bool_)
    if found is None or not (0 <= y < truth.shape[0] and 0 <= x < truth.shape[1]):
        return nothing
    number = found.regions[y, x]
    is_still_there = (
        number > 0
        and truth[y, x] == region.true_class
        and prediction[y, x] == region.predicted_class
    )
    return np.asarray(found.regions == number, np.bool_) if is_still_there else nothing
