"""How striped a surface is, at three widths of stripes, whatever their direction."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array

Floats = npt.NDArray[np.float32]

CANVAS = 96
"""Largest side of a patch, in pixels."""

# Distances between stripes in pixels, directions over half a turn.
_PERIODS = (3.75, 6.0, 8.9)
_DIRECTIONS = 8
# The energy of a narrow band varies slowly: so many samples per side are enough to see it.
_SAMPLES = 32


def _filters() -> tuple[npt.NDArray[np.intp], Floats]:
    """For every wave the part of a spectrum that it answers to: places in it, and weights.

    A Gabor filter (Daugman, 1985) with the envelope exp(-2r²/period²) is a Gaussian around its
    wave's frequency; without the share that plain brightness has in it.
    """
    places, weights = [], []
    for period in _PERIODS:
        width = CANVAS / (np.pi * period)
        for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
            center_x = CANVAS / period * np.cos(angle)
            center_y = CANVAS / period * np.sin(angle)
            x = round(center_x) - _SAMPLES // 2 + np.arange(_SAMPLES)
            y = round(center_y) - _SAMPLES // 2 + np.arange(_SAMPLES)
            off = (x - center_x)[None, :] ** 2 + (y - center_y)[:, None] ** 2
            brightness = np.exp(-(x[None, :] ** 2 + y[:, None] ** 2) / (2 * width**2))
            weights.append((np.exp(-off / (2 * width**2)) * (1 - brightness)).ravel())
            places.append(((y % CANVAS)[:, None] * CANVAS + (x % CANVAS)[None, :]).ravel())
    return np.array(places, np.intp), np.array(weights, np.float32)


_PLACES, _WEIGHTS = _filters()


def stripes(even: Floats, core: Array) -> Floats:
    """How much one direction stands out, at three widths of stripes: 12 numbers.

    How far the strongest direction exceeds the average one, weighted by energy, by pixel, and
    over the whole object; and each width's share.

    Args:
        even: Evenly lit brightness, 0 outside the object, at most `CANVAS` pixels a side.
        core: 1 where the object counts, uint8 of the same shape.
    """
    height, width = even.shape
    canvas = np.zeros((CANVAS, CANVAS), np.float32)
    canvas[:height, :width] = even
    spectrum = np.fft.fft2(canvas)
    # Moved to frequency 0 and cut to a few samples, a band's amplitude is what it was.
    bands = (spectrum.take(_PLACES) * _WEIGHTS).reshape(-1, _SAMPLES, _SAMPLES)
    waves = np.fft.ifft2(bands)
    canvas[:height, :width] = core
    share = cv2.resize(canvas, (_SAMPLES, _SAMPLES), interpolation=cv2.INTER_AREA)
    chosen = np.flatnonzero(share >= min(0.9, float(share.max())))
    waves = waves.reshape(len(_PERIODS), _DIRECTIONS, -1).take(chosen, axis=2)
    energy = waves.real**2 + waves.imag**2
    average, strongest = energy.mean(1) + np.float32(1e-9), energy.max(1)
    total = average.mean(1)
    return np.concatenate(
        [
            strongest.sum(1) / average.sum(1),
            (strongest / average).mean(1),
            energy.mean(2).max(1) / total,
            np.log(total / total.sum()),
        ]
    ).astype(np.float32)
