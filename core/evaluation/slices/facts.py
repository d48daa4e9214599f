"""What a sample is like, apart from any run: the facts that slices are cut by."""

from __future__ import annotations

from dataclasses import dataclass

from core.evaluation.metrics.confusion import Mask
from core.images import Array

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What one sample is like. Objects are pieces of a class that is not the background.

    Attributes:
        brightness: Mean lightness L* of the photo, 0 (black) to 100 (white); nan without a photo.
        difference: Colour difference between the objects and what is right around them, ΔE*ab;
            nan without a photo, an object or a background.
        light_inside: Mean lightness L* of the objects along their outline, 0 to 100; or nan.
        light_outside: The same of what is right around them; or nan.
        object_share: Share of the judged pixels that are objects, 0 to 1.
        objects: Number of objects.
        classes: The classes of the objects in the mask, ascending.
        touches_edge: Whether an object reaches the edge of the picture.
    """

    brightness: float = NAN
    difference: float = NAN
    light_inside: float = NAN
    light_outside: float = NAN
    object_share: float = 0.0
    objects: int = 0
    classes: tuple[int, ...] = ()
    touches_edge: bool = False


def measure_facts(
    photo: Array | None,
    truth: Mask,
    *,
    num_classes: int,
    ignore_index: int = 255,
    background: int | None = 0,
) -> SampleFacts:
    """Measure one sample.

    Args:
        photo: RGB, uint8 H×W×3; None when there is none of the mask's size.
        truth: True classes, uint8 H×W.
        num_classes: Number of classes.
        ignore_index: Truth value that does not count.
        background: As in `find_errors`.
    """
    raise NotImplementedError
