"""Random fields that stand for fur, fabric, grass and wood."""

from __future__ import annotations

import cv2
import numpy as np

from core.demo.geometry import Floats


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], cell: float | tuple[float, float]
) -> Floats:
    """Smooth random values of about unit variance that change over `cell` pixels.

    Args:
        rng: Where the values come from.
        shape: (height, width) of the field.
        cell: Size of a feature in pixels; (vertical, horizontal) for stretched features.

    Returns:
        float32 array of `shape`.
    """
    down, across = cell if isinstance(cell, tuple) else (cell, cell)
    height, width = shape
    rows = max(2, int(np.ceil(height / down)) + 3)
    columns = max(2, int(np.ceil(width / across)) + 3)
    grid = rng.standard_normal((rows, columns), dtype=np.float32)
    # The window slides by part of a cell so that the lattice never shows in the same place.
    top, left = int(rng.uniform(0.5, 1.5) * down), int(rng.uniform(0.5, 1.5) * across)
    if down <= 1 and across <= 1:
        return grid[:height, :width]
    size = (max(left + width, round(columns * across)), max(top + height, round(rows * down)))
    field = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(field[top : top + height, left : left + width] * np.float32(1.35))


def cloud_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell: float | tuple[float, float],
    octaves: int = 4,
    gain: float = 0.55,
) -> Floats:
    """Smooth noise with ever finer detail added; about unit variance, float32 of `shape`."""
    down, across = cell if isinstance(cell, tuple) else (cell, cell)
    total = np.zeros(shape, np.float32)
    weight, power = 1.0, 0.0
    for octave in range(octaves):
        fine = 0.5**octave
        if min(down, across) * fine < 0.7 and octave:
            break
        total += np.float32(weight) * smooth_noise(
            rng, shape, (max(1.0, down * fine), max(1.0, across * fine))
        )
        power += weight**2
        weight *= gain
    return total / np.float32(np.sqrt(power))


def band_noise(rng: np.random.Generator, shape: tuple[int, int], period: float) -> Floats:
    """Noise whose features all have about the same size (`period` pixels), unit variance."""
    grain = smooth_noise(rng, shape, max(1.0, period / 2.2))
    band = blur(grain, period / 6) - blur(grain, period / 2.6)
    return band / np.float32(max(float(band.std()), 1e-6))


def blur(field: Floats, sigma: float) -> Floats:
    """Gaussian blur; large ones are computed on a smaller copy, which looks the same."""
    if sigma < 0.3:
        return field
    if sigma > 12 and min(field.shape[:2]) > 32:
        small = cv2.resize(field, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigma / 4, borderType=cv2.BORDER_REFLECT_101)
        size = (field.shape[1], field.shape[0])
        return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR))
    border = cv2.BORDER_REFLECT_101
    return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma, borderType=border))


def smoothstep(low: float, high: float, values: Floats) -> Floats:
    """0 below `low`, 1 above `high`, and a smooth ramp between."""
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
