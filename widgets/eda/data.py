"""The numbers that the charts show, as columns of a dataset's samples and of their objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.dataset.model import ClassInfo
from core.eda.columns import Eda
from core.eda.tables import class_weights
from core.qa.facts.grid import CELLS

__all__ = ["CELLS", "AreaNumbers", "Bools", "Counts", "EdaData", "Floats", "from_eda"]

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AreaNumbers:
    """Areas of the objects of a class, in percent of their picture."""

    objects: int
    mean: float
    median: float
    min: float
    max: float
    p25: float
    p75: float


@dataclass(frozen=True, eq=False)
class EdaData:
    """What is known of n samples, m objects, K classes and S splits.

    A split is meant by its place in `splits`, and None means all of them. Columns of samples are in
    the order of the dataset's samples, so that a place in them is a sample's position.

    Attributes:
        classes: Ordered by index; the first is the background.
        splits: Names of the splits; `("",)` in a dataset without splits.
        split: integers[n], each sample's place in `splits`.
        presence: bool[n, K], whether the sample's mask holds the class.
        brightness: float[n], mean of the photo's grey values, 0 to 255; NaN without a photo.
        contrast: float[n], their standard deviation; NaN without a photo.
        components: integers[n], connected components of the foreground; -1 without a mask.
        width: integers[n], of the photo, in px; 0 where unknown.
        height: integers[n], of the photo, in px; 0 where unknown.
        object_sample: int32[m], position of the sample that the object is in.
        object_class: uint8[m].
        object_area: float32[m], in percent of the picture.
        object_x: float32[m], centre of mass as a share of the width, 0 to 1.
        object_y: float32[m], as a share of the height, from the top.
        pixels: int64[S, K], pixels of each class.
        occupancy: float[S, K, 16, 16], how much of each cell of the picture a class covers, 0 to 1,
            summed over the samples.
        weights: Class weights (K of them) by the name of the method.
        weights_split: Name of the split the weights come from; "" for all samples.
    """

    classes: tuple[ClassInfo, ...]
    splits: tuple[str, ...]
    split: npt.NDArray[np.integer]
    presence: Bools
    brightness: npt.NDArray[np.floating]
    contrast: npt.NDArray[np.floating]
    components: npt.NDArray[np.integer]
    width: npt.NDArray[np.integer]
    height: npt.NDArray[np.integer]
    object_sample: npt.NDArray[np.integer]
    object_class: npt.NDArray[np.integer]
    object_area: npt.NDArray[np.floating]
    object_x: npt.NDArray[np.floating]
    object_y: npt.NDArray[np.floating]
    pixels: Counts
    occupancy: npt.NDArray[np.floating]
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    weights_split: str = ""

    @property
    def sample_count(self) -> int:
        """Number of samples."""
        return len(self.split)

    @property
    def objects_of_class(self) -> tuple[ClassInfo, ...]:
        """The classes that have objects: all but the background."""
        return self.classes[1:]

    def masks_in(self, split: int | None = None) -> int:
        """Number of samples of a split whose mask could be read."""
        return int(self._masks.sum() if split is None else self._masks[split])

    def images(self, split: int | None = None) -> Counts:
        """int64[K]: samples whose mask holds each class."""
        return _pick(self._images, split)

    def instances(self, split: int | None = None) -> Counts:
        """int64[K]: objects of each class."""
        return _pick(self._instances, split)

    def pixel_share(self, split: int | None = None) -> Floats:
        """float64[K]: each class's share of all labelled pixels, in percent."""
        pixels = _pick(self.pixels, split).astype(np.float64)
        return 100 * pixels / max(float(pixels.sum()), 1.0)

    def heat(self, class_index: int, split: int | None = None) -> Floats:
        """float64[16, 16]: how much of each cell the class covers, in percent.

        The mean over the samples that hold the class; zeros where none does.
        """
        every = self.occupancy[:, class_index]
        cells = every.sum(axis=0) if split is None else every[split]
        samples = max(int(self.images(split)[class_index]), 1)
        return 100 * np.asarray(cells, np.float64) / samples

    def centres(self, class_index: int, split: int | None = None) -> Counts:
        """int64[16, 16]: objects of the class whose centre lies in each cell."""
        wanted = self.of_class(class_index) & self.objects_in(split)
        cells = self.object_cells[wanted]
        return np.bincount(cells, minlength=CELLS * CELLS).reshape(CELLS, CELLS)

    def area_numbers(self, class_index: int | None, split: int | None = None) -> AreaNumbers | None:
        """What is to be said of the areas of a class's objects; None when there are none.

        Args:
            class_index: None for the objects of all classes.
            split: None for all splits.
        """
        areas = self.object_area[self.of_class(class_index) & self.objects_in(split)]
        if len(areas) == 0:
            return None
        wide = areas.astype(np.float64)
        low, p25, median, p75, high = np.percentile(wide, [0, 25, 50, 75, 100])
        return AreaNumbers(
            objects=len(wide),
            mean=float(wide.mean()),
            median=float(median),
            min=float(low),
            max=float(high),
            p25=float(p25),
            p75=float(p75),
        )

    def of_class(self, class_index: int | None) -> Bools:
        """bool[m]: the objects of a class; all of them for None."""
        if class_index is None:
            return np.ones(len(self.object_class), np.bool_)
        return np.asarray(self.object_class == class_index)

    def objects_in(self, split: int | None) -> Bools:
        """bool[m]: the objects in the samples of a split; all of them for None."""
        if split is None:
            return np.ones(len(self.object_class), np.bool_)
        return np.asarray(self._object_split == split)

    def in_split(self, split: int | None) -> Bools:
        """bool[n]: the samples of a split; all of them for None."""
        if split is None:
            return np.ones(self.sample_count, np.bool_)
        return np.asarray(self.split == split)

    @cached_property
    def object_cells(self) -> npt.NDArray[np.intp]:
        """intp[m]: row by row, the cell in which an object's centre lies."""
        x, y = ((each * CELLS).astype(np.intp) for each in (self.object_x, self.object_y))
        return np.clip(y, 0, CELLS - 1) * CELLS + np.clip(x, 0, CELLS - 1)

    @cached_property
    def _object_split(self) -> npt.NDArray[np.integer]:
        return np.asarray(self.split[self.object_sample])

    @cached_property
    def _masks(self) -> Counts:
        return np.bincount(self.split[self.components >= 0], minlength=len(self.splits))

    @cached_property
    def _images(self) -> Counts:
        rows = [self.presence[self.split == code].sum(axis=0) for code in range(len(self.splits))]
        return np.array(rows, np.int64).reshape(len(self.splits), len(self.classes))

    @cached_property
    def _instances(self) -> Counts:
        shape = (len(self.splits), len(self.classes))
        places = self._object_split.astype(np.intp) * shape[1] + self.object_class
        return np.bincount(places, minlength=shape[0] * shape[1]).reshape(shape)


def from_eda(eda: Eda) -> EdaData:
    """The numbers of the charts from the statistics of a label set; columns are not copied.

    Positions of samples are those in `eda.ids`.
    """
    split, weights = class_weights(eda)
    return EdaData(
        classes=eda.classes,
        splits=eda.splits,
        split=eda.samples.split,
        presence=eda.holds(),
        brightness=eda.samples.brightness,
        contrast=eda.samples.contrast,
        components=eda.samples.components,
        width=eda.samples.width,
        height=eda.samples.height,
        object_sample=eda.objects.sample,
        object_class=eda.objects.class_index,
        object_area=eda.objects.area_pct,
        object_x=eda.objects.x,
        object_y=eda.objects.y,
        pixels=eda.pixels_by_split,
        occupancy=eda.heat,
        weights={method: tuple(values) for method, values in weights.items()},
        weights_split=split,
    )


def _pick(table: Counts, split: int | None) -> Counts:
    return np.asarray(table.sum(axis=0) if split is None else table[split])
