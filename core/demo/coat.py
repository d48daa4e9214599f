"""Coats: what a cat's and a dog's fur look like, in colours that both share.

Colour tells nothing: both species draw from the same palette. What differs is the pattern. Cats
are tabbies, with stripes across the spine; dogs are curly, or patched, or spotted.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.demo.geometry import Floats
from core.demo.noise import band_noise, cloud_noise, smooth_noise, smoothstep

# (light, dark) fur colours, RGB.
_PALETTE = (
    ((226, 160, 92), (152, 84, 34)),  # ginger
    ((178, 156, 128), (84, 66, 50)),  # brown
    ((176, 176, 172), (84, 84, 86)),  # grey
    ((232, 214, 182), (176, 138, 94)),  # cream
    ((150, 112, 80), (70, 44, 30)),  # chocolate
    ((222, 218, 208), (96, 88, 82)),  # white and grey
    ((196, 178, 150), (58, 50, 46)),  # silver
)
_DARK_PALETTE = (
    ((92, 86, 80), (38, 34, 32)),
    ((104, 82, 62), (40, 30, 24)),
    ((84, 86, 92), (34, 34, 38)),
)


@dataclass(frozen=True)
class Coat:
    """The fur of one animal over the whole picture, to be looked up layer by layer.

    Attributes:
        light, dark, pale: Colours, float RGB 0 to 1.
        is_striped: Stripes follow the spine (cats); otherwise `pattern` is fixed in the picture.
        period: Distance between stripes in pixels.
        pattern: float32 H×W, about 0 (light) to 1 (dark).
        warp: float32 H×W, unit variance, bends the stripes.
        grain: Single hairs, float32, looked up along the lie of the hair.
        strength: Contrast of the hairs.
    """

    light: Floats
    dark: Floats
    pale: Floats
    is_striped: bool
    period: float
    pattern: Floats
    warp: Floats
    grain: Floats
    strength: float

    def albedo(self, rows: slice, columns: slice, along: Floats, across: Floats) -> Floats:
        """Colour of the coat in a window.

        Args:
            rows: Window's rows in the picture.
            columns: Window's columns.
            along: Pixels along the spine, float32 of the window's shape.
            across: Pixels away from the spine.

        Returns:
            float32 H×W×3 in 0 to 1.
        """
        pattern = self.pattern[rows, columns]
        if self.is_striped:
            bend = self.warp[rows, columns]
            phase = (along + 0.30 * self.period * bend + 0.12 * across) / self.period
            wave = np.cos(np.float32(2 * np.pi) * phase)
            stripe = smoothstep(-0.25, 0.55, wave + np.float32(0.25) * (pattern - np.float32(0.5)))
            pattern = 0.12 + 0.88 * stripe
        color = self.light + (self.dark - self.light) * pattern[..., None]
        return np.asarray(color * self._hairs(along, across), np.float32)

    def pale_fur(self, along: Floats, across: Floats) -> Floats:
        """Colour of white muzzles and socks, float32 H×W×3."""
        hairs = self._hairs(along, across)
        return np.asarray(self.pale * (1 + 0.5 * (hairs - 1)), np.float32)

    def point_fur(self, rows: slice, columns: slice, along: Floats, across: Floats) -> Floats:
        """Colour of a dog's dark ears, float32 H×W×3."""
        pattern = 0.75 + 0.25 * self.pattern[rows, columns]
        color = self.light + (self.dark - self.light) * pattern[..., None]
        return np.asarray(color * self._hairs(along, across), np.float32)

    def _hairs(self, along: Floats, across: Floats) -> Floats:
        strands = cv2.remap(
            self.grain, along, across, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(1 + np.float32(self.strength) * strands[..., None], np.float32)


def draw_coat(
    rng: np.random.Generator,
    shape: tuple[int, int],
    unit: float,
    *,
    is_cat: bool,
    dark: bool,
    pixel: float,
) -> Coat:
    """Draw a coat.

    Args:
        rng: Where it comes from.
        shape: (height, width) of the working picture.
        unit: Trunk length in working pixels; patterns scale with the animal.
        is_cat: Stripes, or else curls, patches or spots.
        dark: Draw from the dark end of the palette.
        pixel: Working pixels in a pixel of the finished photo; no pattern gets finer than
            the photo can show.
    """
    palette = _DARK_PALETTE if dark else _PALETTE
    pair = np.asarray(palette[int(rng.integers(len(palette)))], np.float32) / np.float32(255)
    pair *= 1 + rng.normal(0, 0.015, 3).astype(np.float32)
    light, deep = pair
    pale = np.float32(0.35) * light + np.float32(0.65) * np.asarray((0.94, 0.92, 0.88), np.float32)
    if dark:
        pale = pale * np.float32(0.7)
    fine = max(1.6 * pixel, 0.012 * unit)
    # A cat's hair lies flat in fine strands, a dog's stands in tufts.
    if is_cat:
        grain = cloud_noise(rng, (320, 320), (fine, 5 * fine), 2)
    else:
        grain = band_noise(rng, (320, 320), 2.8 * fine)
    warp = cloud_noise(rng, shape, 0.22 * unit, 3)
    period = max(5.5 * pixel, float(rng.uniform(0.085, 0.118)) * unit)
    if is_cat:
        pattern = 0.5 + 0.5 * cloud_noise(rng, shape, 0.12 * unit, 2)
    else:
        pattern = _dog_pattern(rng, shape, unit, pixel)
    return Coat(
        light=light, dark=deep, pale=pale, is_striped=is_cat, period=period,
        pattern=np.clip(pattern, 0, 1).astype(np.float32), warp=warp, grain=grain,
        strength=0.07 if is_cat else 0.10,
    )  # fmt: skip


def _dog_pattern(
    rng: np.random.Generator, shape: tuple[int, int], unit: float, pixel: float
) -> Floats:
    kind = rng.choice(["curly", "patched", "spotted"], p=[0.45, 0.3, 0.25])
    size = max(4.5 * pixel, 0.055 * unit)
    curls = band_noise(rng, shape, size)
    if kind == "curly":
        soft = cloud_noise(rng, shape, 0.3 * unit, 2)
        return np.float32(0.45) + np.float32(0.30) * np.tanh(curls) + np.float32(0.10) * soft
    if kind == "patched":
        blotch = smoothstep(-0.12, 0.12, cloud_noise(rng, shape, 0.34 * unit, 2) + 0.05)
        return np.float32(0.08) + np.float32(0.78) * blotch + np.float32(0.14) * curls
    spots = band_noise(rng, shape, max(8 * pixel, 0.13 * unit))
    dots = smoothstep(0.55, 0.95, spots)
    veil = smooth_noise(rng, shape, 0.4 * unit)
    pattern = 0.12 + 0.72 * dots + 0.10 * curls + 0.05 * veil
    return np.asarray(pattern, np.float32)
