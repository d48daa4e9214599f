"""One sample as the checks see it: everything is decoded and computed once, on first use."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset, Sample
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array, decode_image, decode_mask
from core.images.headers import probe
from core.lazy import lazy
from core.qa.outlines import Component, components_of

_EXACT_IN_FLOAT32 = 1 << 24


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

    @lazy
    def image_bytes(self) -> bytes | PetsegError | None:
        """The photo's file; None without one, the reason when it cannot be opened."""
        return _bytes_or_error(self.sample.image)

    @lazy
    def mask_bytes(self) -> bytes | PetsegError | None:
        """The mask's file; None without one, the reason when it cannot be opened."""
        return _bytes_or_error(self.sample.masks.get(self.label_set))

    @lazy
    def _image_or_error(self) -> Array | PetsegError | None:
        data = self.image_bytes
        if data is None or isinstance(data, PetsegError):
            return data
        assert self.sample.image is not None
        try:
            return decode_image(data, self.sample.image)
        except PetsegError as error:
            return error

    @lazy
    def _mask_or_error(self) -> Array | PetsegError | None:
        data = self.mask_bytes
        if data is None or isinstance(data, PetsegError):
            return data
        try:
            return decode_mask(data, self.sample.masks[self.label_set], self.dataset.coding)
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
    def image_size(self) -> tuple[int, int] | None:
        """Width and height of the photo as it is shown; None when it is missing or unreadable.

        Read from the file's header, unless the photo has been decoded anyway.
        """
        if "_image_or_error" not in vars(self) and isinstance(self.image_bytes, bytes):
            try:
                return probe(self.image_bytes).upright_size
            except PetsegError:
                return None
        image = self.image
        return None if image is None else (image.shape[1], image.shape[0])

    @property
    def is_matched(self) -> bool:
        """Whether photo and mask are both there and of one size."""
        image, mask = self.image, self.mask
        return image is not None and mask is not None and image.shape[:2] == mask.shape

    @lazy
    def counts(self) -> npt.NDArray[np.int64]:
        """Pixels per mask value, 256 numbers; all zero without a mask."""
        if self.mask is None:
            return np.zeros(256, np.int64)
        if self.mask.size < _EXACT_IN_FLOAT32:  # a third of bincount's time
            counted = cv2.calcHist([self.mask], [0], None, [256], [0, 256])
            return counted.ravel().astype(np.int64)
        return np.bincount(self.mask.ravel(), minlength=256)

    @lazy
    def illegal_values(self) -> list[int]:
        """Mask values that are neither a class nor the ignore index."""
        present = np.flatnonzero(self.counts)
        legal = {info.index for info in self.dataset.classes} | {self.dataset.ignore_index}
        return [int(value) for value in present if int(value) not in legal]

    @lazy
    def foreground(self) -> Array:
        """1 where the mask shows any class but the background, uint8 H×W; ignored pixels are 0."""
        if self.mask is None:
            return np.zeros((0, 0), np.uint8)
        foreground = (self.mask > 0).view(np.uint8)
        if self.counts[self.dataset.ignore_index]:
            foreground = foreground & (self.mask != self.dataset.ignore_index)
        return foreground

    @lazy
    def labelled(self) -> npt.NDArray[np.int32]:
        """The number of the 8-connected foreground component at each pixel, 0 for none.

        Costs ten times what `components` costs.
        """
        if self.foreground.size == 0:
            return np.zeros((0, 0), np.int32)
        _, labels = cv2.connectedComponents(self.foreground, connectivity=8, ltype=cv2.CV_32S)
        return labels.astype(np.int32, copy=False)

    @lazy
    def components(self) -> list[Component]:
        """The 8-connected components of the foreground, all classes merged, top to bottom."""
        mask = self.mask
        if mask is None:
            return []
        # Outlines are followed around whatever is not 0, so that the mask itself will do.
        has_ignored = self.counts[self.dataset.ignore_index] > 0
        return components_of(self.foreground if has_ignored else mask)

    @lazy
    def grey(self) -> Array | None:
        """The photo's brightness, uint8 H×W; None when it is missing or unreadable."""
        if self.image is None:
            return None
        return cv2.cvtColor(self.image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)

    @lazy
    def outer_contours(self) -> list[npt.NDArray[np.int32]]:
        """The outer contours of the foreground, each N×1×2 of (x, y)."""
        if self.foreground.size == 0:
            return []
        contours, _ = cv2.findContours(self.foreground, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        return [contour.astype(np.int32, copy=False) for contour in contours]


def _bytes_or_error(path: Path | None) -> bytes | PetsegError | None:
    if path is None:
        return None
    try:
        return read_bytes(path)
    except PetsegError as error:
        return error
