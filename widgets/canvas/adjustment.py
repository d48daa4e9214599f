"""How a photo is shown: brighter, with more contrast, or one channel of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from widgets.canvas.sampling import DevicePart, ImagePyramid, smooth_part

Floats = npt.NDArray[np.float32]
Channel = Literal["color", "red", "green", "blue", "luminance"]
CHANNELS: tuple[Channel, ...] = ("color", "red", "green", "blue", "luminance")

_PLACE = {"blue": 0, "green": 1, "red": 2}
# What lies beyond these shares of the pixels becomes black or white with automatic contrast.
_DARKEST, _BRIGHTEST = 0.005, 0.995
# Local contrast: the light of a place, 0 to 1, is raised to this power; what is added to it so that
# black stays dark; how far it may be lifted; and the variance from which on a step is a border.
_LIFT, _FLOOR, _LARGEST_GAIN, _FLATNESS = 0.45, 0.01, 6.0, 0.004


@dataclass(frozen=True, slots=True)
class ImageAdjustment:
    """How a photo is shown.

    Attributes:
        brightness: -100 to 100; ±100 shifts every value by half the range.
        contrast: -100 (all grey) to 100 (black and white).
        gamma: 0.1 to 10; above 1 lightens the dark parts and keeps black and white.
        channel: All colours, or one value of each pixel shown as grey.
        auto_contrast: Stretch the photo's values, all channels alike, over the whole range.
        local_contrast: Lift the photo's dark places so that what lies in them can be seen, with its
            details stretched as much as the light.
        opacity: 0 to 100; how strongly the photo covers the even ground under it.

    Raises:
        ValueError: a value is out of its range.
    """

    brightness: int = 0
    contrast: int = 0
    gamma: float = 1.0
    channel: Channel = "color"
    auto_contrast: bool = False
    local_contrast: bool = False
    opacity: int = 100

    def __post_init__(self) -> None:
        for name, value in (("brightness", self.brightness), ("contrast", self.contrast)):
            if not -100 <= value <= 100:
                raise ValueError(f"{name} is from -100 to 100, not {value}")
        if not 0.1 <= self.gamma <= 10:
            raise ValueError(f"gamma is from 0.1 to 10, not {self.gamma}")
        if not 0 <= self.opacity <= 100:
            raise ValueError(f"opacity is from 0 to 100, not {self.opacity}")
        if self.channel not in CHANNELS:
            raise ValueError(f"there is no channel {self.channel!r}")

    @property
    def is_neutral(self) -> bool:
        """Whether the photo is shown as it is."""
        return self == ImageAdjustment()

    def table(self) -> Array:
        """What brightness, contrast and gamma make of each value, uint8 256."""
        values = np.arange(256) / 255
        # The slope is 0 at -100, 1 at 0 and steep at 100, alike in both directions.
        slope = math.tan((self.contrast / 100.5 + 1) * math.pi / 4)
        if self.contrast == -100:
            slope = 0.0
        values = (values - 0.5) * slope + 0.5 + self.brightness / 200
        values = np.clip(values, 0.0, 1.0) ** (1 / self.gamma)
        return np.round(255 * values).astype(np.uint8)


class AdjustedPhoto:
    """A photo that is shown adjusted. Only what is seen of it is ever computed.

    Automatic and local contrast look at a small copy of the whole photo, so that a place looks the
    same however the view is zoomed and moved.

    Args:
        photo: The photo, which stays as it is.
        adjustment: How it is shown.
    """

    def __init__(self, photo: ImagePyramid, adjustment: ImageAdjustment) -> None:
        self.photo = photo
        self.adjustment = adjustment
        self.width, self.height = photo.width, photo.height

    def render(self, part: DevicePart) -> Array:
        """The photo as a part of the view shows it.

        Returns:
            uint8 H×W×4 in the byte order of QImage.Format_RGB32.
        """
        pixels = self._one_channel(self.photo.render(part))
        if self._gain is not None:
            pixels = _multiplied(pixels, smooth_part(self._gain, part, self.width, self.height))
        return _as_bgra(cv2.LUT(pixels, self._table).astype(np.uint8, copy=False))

    def _one_channel(self, bgra: Array) -> Array:
        """BGRA pixels as B, G, R; or as the one value that is shown of each, without an axis."""
        channel = self.adjustment.channel
        if channel == "color":
            return cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)
        if channel == "luminance":
            return cv2.cvtColor(bgra, cv2.COLOR_BGRA2GRAY).astype(np.uint8, copy=False)
        return cv2.extractChannel(bgra, _PLACE[channel]).astype(np.uint8, copy=False)

    @cached_property
    def _gain(self) -> Floats | None:
        """What each pixel of the photo's small copy is multiplied with."""
        if not self.adjustment.local_contrast:
            return None
        grey = _grey(self._one_channel(self.photo.smallest))
        light = (grey / 255).astype(np.float32)
        gain = (_light_around(light) + _FLOOR) ** (_LIFT - 1)
        limited: Floats = np.clip(gain, 1.0, _LARGEST_GAIN)
        return limited

    @cached_property
    def _table(self) -> Array:
        table = self.adjustment.table()
        if not self.adjustment.auto_contrast:
            return table
        small = self._one_channel(self.photo.smallest)
        if self._gain is not None:
            small = _multiplied(small, self._gain)
        counts = np.bincount(small.ravel(), minlength=256)
        shares = np.cumsum(counts) / counts.sum()
        low, high = np.searchsorted(shares, (_DARKEST, _BRIGHTEST))
        stretched = (np.arange(256) - low) * (255 / max(high - low, 1))
        result: Array = table[np.clip(np.round(stretched), 0, 255).astype(np.uint8)]
        return result


def _grey(pixels: Array) -> Array:
    if pixels.ndim == 2:
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _light_around(light: Floats) -> Floats:
    """The light of each place without its details, where objects keep their borders.

    The guided filter of He, Sun and Tang ("Guided Image Filtering", 2010, with the picture as its
    own guide): a plain blur would let a bright object darken its middle and lift its surroundings.
    """
    side = 2 * max(2, max(light.shape) // 24) + 1

    def mean(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(cv2.blur(values, (side, side)))

    average = mean(light)
    spread = mean(light * light) - average * average
    slope = spread / (spread + _FLATNESS)
    around: Floats = np.clip(mean(slope) * light + mean(average * (1 - slope)), 0.0, 1.0)
    return around


def _as_bgra(pixels: Array) -> Array:
    code = cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_BGR2BGRA
    return cv2.cvtColor(pixels, code).astype(np.uint8, copy=False)


def _multiplied(pixels: Array, gain: Floats) -> Array:
    factors = gain if pixels.ndim == 2 else cv2.merge([gain] * 3)
    return cv2.multiply(pixels, factors, dtype=cv2.CV_8U).astype(np.uint8, copy=False)
