"""Photos with predicted and true masks over them, made off the UI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from core.dataset.encoding.coding import MaskCoding
from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array, decode_image, read_mask
from widgets import theme
from widgets.latest_task import LatestTask

_SIDE = 360
_OPACITY = 0.45
_KEPT = 24

_T = TypeVar("_T")

Colors = NDArray[np.float32]


@dataclass(frozen=True)
class PreviewFiles:
    """Where one sample's photo, prediction and truth are.

    Attributes:
        sample: The sample's id.
        dice: Mean Dice of the prediction in percent; None where it cannot be measured.
        prediction: A PNG of class indices.
        image: The photo; None when it is no longer there.
        truth: The mask of the label set that the run learns; None when there is none.
    """

    sample: str
    dice: float | None
    prediction: Path
    image: Path | None
    truth: Path | None


@dataclass(frozen=True)
class PreviewPicture:
    """What is shown of one sample.

    Attributes:
        sample: Its id.
        dice: Mean Dice in percent, or None.
        predicted: The photo with the prediction over it; None when `problem` says why.
        truth: The photo with the true mask over it; None when there is none.
        problem: Why there is no picture, as a sentence.
    """

    sample: str
    dice: float | None
    predicted: QImage | None
    truth: QImage | None
    problem: str = ""


@dataclass(frozen=True)
class Look:
    """How masks are read and coloured."""

    classes: tuple[ClassInfo, ...]
    coding: MaskCoding | None
    ignore_index: int


class PreviewLoader(QObject):
    """Makes pictures in a thread; only the ones asked for last are delivered."""

    loaded = Signal(object)
    """A list of `PreviewPicture`, in the order of what was asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = LatestTask(self)
        self._task.done.connect(self.loaded)
        # Touched by the thread only. Photo and truth stay the same from validation to validation.
        self._photos: OrderedDict[Hashable, Array] = OrderedDict()
        self._truths: OrderedDict[Hashable, QImage | None] = OrderedDict()

    def request(self, files: Sequence[PreviewFiles], look: Look) -> None:
        """Ask for pictures, in place of those asked for before."""
        wanted = list(files)
        self._task.request(lambda: [self._picture(each, look) for each in wanted])

    def forget(self) -> None:
        """Want nothing any more."""
        self._task.forget()

    def shut_down(self) -> None:
        """Wait for the thread to end."""
        self._task.shut_down()

    def _picture(self, files: PreviewFiles, look: Look) -> PreviewPicture:
        try:
            mask = read_mask(files.prediction)
            photo = self._photo(files, mask.shape)
        except PetsegError as error:
            return PreviewPicture(files.sample, files.dice, None, None, str(error))
        colors = _colors(look)
        truth = _kept(
            self._truths,
            (files.image, files.truth, tuple(map(tuple, colors.tolist()))),
            lambda: _truth(files.truth, photo, look, colors),
        )
        return PreviewPicture(files.sample, files.dice, _overlaid(photo, mask, colors), truth)

    def _photo(self, files: PreviewFiles, shape: tuple[int, ...]) -> Array:
        image = files.image
        if image is None:  # the mask alone still tells something
            return _shrunk(np.full((*shape[:2], 3), 128, np.uint8), cv2.INTER_AREA)
        return _kept(self._photos, image, lambda: _read_photo(image))


def _kept(cache: OrderedDict[Hashable, _T], key: Hashable, make: Callable[[], _T]) -> _T:
    if key not in cache:
        cache[key] = make()
        while len(cache) > _KEPT:
            cache.popitem(last=False)
    cache.move_to_end(key)
    return cache[key]


def _read_photo(path: Path) -> Array:
    return _shrunk(decode_image(read_bytes(path), path, at_least=_SIDE), cv2.INTER_AREA)


def _truth(path: Path | None, photo: Array, look: Look, colors: Colors) -> QImage | None:
    if path is None:
        return None
    try:
        return _overlaid(photo, read_mask(path, look.coding), colors)
    except PetsegError:
        return None  # the Dataset page tells what is wrong with a mask


def _shrunk(pixels: Array, how: int) -> Array:
    height, width = pixels.shape[:2]
    scale = _SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=how))


def _colors(look: Look) -> Colors:
    """RGB and opacity of each mask value, float32 256×4, colours in 0 to 255, opacity 0 to 1."""
    table = theme.class_table(look.classes, 255, look.ignore_index)
    colors = np.array(table, np.float32)
    colors[:, 3] /= 255
    return colors


def _overlaid(photo: Array, mask: Array, colors: Colors) -> QImage:
    """The photo with the classes of a mask over it, their borders opaque."""
    height, width = photo.shape[:2]
    mask = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST))
    border = np.zeros(mask.shape, bool)
    border[:, 1:] |= mask[:, 1:] != mask[:, :-1]
    border[1:] |= mask[1:] != mask[:-1]
    # Of two neighbours the one further down or right stands for the border; where that one is
    # background, the other does.
    shown = mask.copy()
    for axis in (0, 1):
        before = np.roll(mask, 1, axis)
        empty = border & (colors[shown, 3] == 0)
        shown[empty] = before[empty]
    opacity = colors[shown, 3] * np.where(border, 1.0, _OPACITY).astype(np.float32)
    mixed = photo + (colors[shown, :3] - photo) * opacity[..., None]
    pixels = np.ascontiguousarray(mixed.astype(np.uint8))
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
