"""One sample as the checks see it: everything is decoded and computed once, on first use."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.flags import Box
from core.images import Array, read_image, read_mask


class Component(NamedTuple):
    """A connected piece of the foreground: its area in pixels and its bounding box."""

    area: int
    box: Box


class SampleView:
    """A sample and its mask of one label set, shared by all checks of a scan.

    Attributes:
        dataset: The dataset, for its classes and ignore index.
        sample: The sample.
        label_set: Which of its masks is looked at.
    """

    def __init__(self, dataset: Dataset, sample: Sample, label_set: str) -> None:
        self.dataset = dataset
        self.sample = sample
        self.label_set = label_set

    @cached_property
    def _image_or_error(self) -> Array | PetsegError | None:
        if self.sample.image is None:
            return None
        try:
            return read_image(self.sample.image)
        except PetsegError as error:
            return error

    @cached_property
    def _mask_or_error(self) -> Array | PetsegError | None:
        path = self.sample.masks.get(self.label_set)
        if path is None:
            return None
        try:
            return read_mask(path)
        except PetsegError as error:
            return error

    @property
    def image(self) -> Array | None:
        """The photo, RGB uint8 H×W×3; None when it is missing or unreadable."""
        found = self._image_or_error
        return None if isinstance(found, PetsegError) else found

    @property
    def mask(self) -> Array | None:
        """The mask, uint8 H×W of class indices; None when it is missing or unreadable."""
        found = self._mask_or_error
        return None if isinstance(found, PetsegError) else found

    @property
    def errors(self) -> list[PetsegError]:
        """Why the photo or the mask could not be read."""
        found = (self._image_or_error, self._mask_or_error)
        return [entry for entry in found if isinstance(entry, PetsegError)]

    @property
    def is_matched(self) -> bool:
        """Whether photo and mask are both there and of one size."""
        image, mask = self.image, self.mask
        return image is not None and mask is not None and image.shape[:2] == mask.shape

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """Pixels per mask value, 256 numbers; all zero without a mask."""
        if self.mask is None:
            return np.zeros(256, np.int64)
        return np.bincount(self.mask.ravel(), minlength=256)

    @cached_property
    def illegal_values(self) -> list[int]:
        """Mask values that are neither a class nor the ignore index."""
        present = np.flatnonzero(self.counts)
        legal = {info.index for info in self.dataset.classes} | {self.dataset.ignore_index}
        return [int(value) for value in present if int(value) not in legal]

    @cached_property
    def foreground(self) -> Array:
        """1 where the mask shows any class but the background, uint8 H×W; ignored pixels are 0."""
        if self.mask is None:
            return np.zeros((0, 0), np.uint8)
        foreground = (self.mask > 0).view(np.uint8)
        if self.counts[self.dataset.ignore_index]:
            foreground = foreground & (self.mask != self.dataset.ignore_index)
        return foreground

    @cached_property
    def labelled(self) -> npt.NDArray[np.int32]:
        """The number of the 8-connected foreground component at each pixel, 0 for none."""
        return self._labels_and_stats[0]

    @cached_property
    def components(self) -> list[Component]:
        """The 8-connected components of the foreground, all classes merged."""
        return [
            Component(int(area), (int(x), int(y), int(width), int(height)))
            for x, y, width, height, area in self._labels_and_stats[1][1:]
        ]

    @cached_property
    def _labels_and_stats(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        if self.foreground.size == 0:
            return np.zeros((0, 0), np.int32), np.zeros((1, 5), np.int32)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(
            self.foreground, connectivity=8, ltype=cv2.CV_32S
        )
        return labels.astype(np.int32, copy=False), stats.astype(np.int32, copy=False)

    @cached_property
    def outer_contours(self) -> list[npt.NDArray[np.int32]]:
        """The outer contours of the foreground, each N×1×2 of (x, y)."""
        if self.foreground.size == 0:
            return []
        contours, _ = cv2.findContours(self.foreground, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        return [contour.astype(np.int32, copy=False) for contour in contours]
