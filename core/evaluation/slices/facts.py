"""What a sample is like, apart from any run: the facts that slices are cut by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.errors.rules import RULES
from core.evaluation.metrics.confusion import Mask
from core.images import Array
from core.masks.counting import count_values
from core.qa.facts.contrast import outline_contrast

NAN = float("nan")

# The brightness of a photo is that of so many pixels, the longer side.
_SIDE = 96


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What one sample is like. Objects are pieces of a class that is not the background.

    Attributes:
        brightness: Mean lightness L* of the photo, 0 (black) to 100 (white); nan without a photo.
        difference: Colour difference between the objects and what is right around them, ΔE*ab, as
            the check "Low contrast" has it; nan without a photo, an object or a background.
        light_inside: Mean lightness L* of the objects along their outline, 0 to 100; or nan.
        light_outside: The same of what is right around them; or nan.
        object_share: Share of the judged pixels that are objects, 0 to 1; nan without a background.
        objects: Number of objects larger than specks; 0 without a background.
        classes: The classes of the objects in the mask, ascending.
        touches_edge: Whether an object reaches the edge of the picture; never without a background.
    """

    brightness: float = NAN
    difference: float = NAN
    light_inside: float = NAN
    light_outside: float = NAN
    object_share: float = NAN
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
    counts = count_values(truth)[:num_classes]
    if ignore_index < num_classes:
        counts[ignore_index] = 0
    judged = int(counts.sum())
    brightness = NAN if photo is None else _brightness(photo)
    if background is None:
        classes = tuple(np.flatnonzero(counts).tolist())
        return SampleFacts(brightness=brightness, classes=classes)
    counts[background] = 0
    classes = tuple(np.flatnonzero(counts).tolist())
    if not classes:
        return SampleFacts(brightness=brightness, object_share=0.0 if judged else NAN)
    ignored = truth == ignore_index
    foreground = ((truth != background) & ~ignored).view(np.uint8)
    contrast = None
    if photo is not None:
        contrast = outline_contrast(
            photo, foreground, ignored.view(np.uint8) if ignored.any() else None
        )
    edges = (foreground[0], foreground[-1], foreground[:, 0], foreground[:, -1])
    return SampleFacts(
        brightness=brightness,
        difference=NAN if contrast is None else contrast.difference,
        light_inside=NAN if contrast is None else contrast.light_inside,
        light_outside=NAN if contrast is None else contrast.light_outside,
        object_share=int(counts.sum()) / judged,
        objects=sum(_pieces(truth, index) for index in classes),
        classes=classes,
        touches_edge=any(bool(edge.any()) for edge in edges),
    )


@dataclass(frozen=True, slots=True, eq=False)
class FactColumns:
    """The facts of many samples, one entry of each column per sample; see `SampleFacts`.

    Attributes:
        brightness, difference, light_inside, light_outside, object_share: float32.
        objects: int32.
        touches_edge: bool.
        classes: bool N×K, which classes of objects are in the mask.
    """

    brightness: npt.NDArray[np.float32]
    difference: npt.NDArray[np.float32]
    light_inside: npt.NDArray[np.float32]
    light_outside: npt.NDArray[np.float32]
    object_share: npt.NDArray[np.float32]
    objects: npt.NDArray[np.int32]
    touches_edge: npt.NDArray[np.bool_]
    classes: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.objects)

    @classmethod
    def of(cls, facts: Sequence[SampleFacts], num_classes: int) -> FactColumns:
        """The columns of some samples."""
        classes = np.zeros((len(facts), num_classes), np.bool_)
        for row, each in enumerate(facts):
            classes[row, list(each.classes)] = True
        columns = {
            name: np.array([getattr(each, name) for each in facts], kind)
            for name, kind in _KINDS.items()
        }
        return cls(classes=classes, **columns)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> FactColumns:
        """The columns as `as_arrays` gave them.

        Raises:
            ValueError, KeyError: they do not fit together, or some are missing.
        """
        columns = {name: arrays[name] for name in (*_KINDS, "classes")}
        if len({len(column) for column in columns.values()}) != 1 or columns["classes"].ndim != 2:
            raise ValueError("the columns of the facts do not fit together")
        return cls(**columns)  # type: ignore[arg-type]

    def as_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The columns by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def at(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> FactColumns:
        """Some of the samples."""
        return FactColumns(**{name: column[index] for name, column in self.as_arrays().items()})  # type: ignore[arg-type]

    def sample(self, row: int) -> SampleFacts:
        """One sample."""
        values = {name: getattr(self, name)[row].item() for name in _KINDS}
        return SampleFacts(classes=tuple(np.flatnonzero(self.classes[row]).tolist()), **values)


_KINDS: dict[str, type[np.generic]] = {
    "brightness": np.float32,
    "difference": np.float32,
    "light_inside": np.float32,
    "light_outside": np.float32,
    "object_share": np.float32,
    "objects": np.int32,
    "touches_edge": np.bool_,
}


def _brightness(photo: Array) -> float:
    times = max(1, max(photo.shape[:2]) // _SIDE)
    if times > 1:
        size = (max(1, photo.shape[1] // times), max(1, photo.shape[0] // times))
        photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return float(cv2.cvtColor(photo, cv2.COLOR_RGB2LAB)[..., 0].mean()) * 100 / 255


def _pieces(truth: Mask, index: int) -> int:
    """How many pieces of a class are no specks."""
    stencil = (truth == index).view(np.uint8)
    x, y, width, height = cv2.boundingRect(stencil)
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        stencil[y : y + height, x : x + width], connectivity=8
    )
    areas = stats[1:, cv2.CC_STAT_AREA]
    return int((areas > RULES.within(truth.shape).speck).sum())
