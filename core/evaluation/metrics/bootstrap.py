"""How far figures would scatter on other images of the same kind: resampling images.

The images of a split are drawn again and again, as many as there are, with replacement, and the
figures computed each time; the interval holds the middle part of what comes out (the percentile
interval of Efron and Tibshirani: "An Introduction to the Bootstrap", 1993, chapter 13).

Every figure here is made of sums over images. So a draw is a row of weights (how often each image
was drawn), many draws are one product of matrices, and no image is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

LEVEL, RESAMPLES = 0.95, 2000

Floats = npt.NDArray[np.float64]

_CELLS_AT_ONCE = 1 << 21


def resampled_sums(counts: npt.NDArray[np.generic], resamples: int, seed: int) -> Floats:
    """Sums over images, for many draws of images.

    Args:
        counts: N×M, what was counted of each image.
        resamples: Number of draws R.
        seed: The same seed gives the same draws for as many images.

    Returns:
        float64 R×M.
    """
    values = np.asarray(counts, np.float64)
    sums = np.zeros((resamples, values.shape[1]))
    start = 0
    for weights in _draws(len(values), resamples, seed):
        sums[start : start + len(weights)] = weights @ values
        start += len(weights)
    return sums


def swapped_sums(counts: npt.NDArray[np.generic], times: int, seed: int) -> Floats:
    """Sums over a random half of the images: each is in it or not, by the toss of a coin.

    Returns:
        float64 R×M for N×M counts and R times.
    """
    values = np.asarray(counts, np.float64)
    random = np.random.default_rng(seed)
    sums = np.zeros((times, values.shape[1]))
    step = _step(len(values))
    for start in range(0, times, step):
        rows = min(step, times - start)
        coins = np.frombuffer(random.bytes(rows * -(-len(values) // 8)), np.uint8)
        chosen = np.unpackbits(coins.reshape(rows, -1), axis=1, count=len(values))
        sums[start : start + rows] = chosen.astype(np.float64) @ values
    return sums


def interval(values: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The middle part of what was found, along the first axis.

    Args:
        values: R×…; nan stands for a draw in which there was nothing to measure.
        level: The share that lies inside, 0 to 1.

    Returns:
        Lower and upper end, each of the remaining axes; nan where all is nan.
    """
    rest = values.shape[1:]
    low, high = np.full(rest, np.nan), np.full(rest, np.nan)
    some = ~np.isnan(values).all(axis=0)
    if some.any():
        ends = [(1 - level) / 2, (1 + level) / 2]
        chosen = values[:, some]
        find = np.nanquantile if np.isnan(chosen).any() else np.quantile
        low[some], high[some] = find(chosen, ends, axis=0)
    return low, high


def _draws(images: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Weights of images, some rows at a time, so that memory does not grow with their number."""
    random = np.random.default_rng(seed)
    step = _step(images)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        chosen = random.integers(0, images, (rows, images), np.int64)
        chosen += np.arange(rows)[:, None] * images
        counts = np.bincount(chosen.ravel(), minlength=rows * images)
        yield counts.reshape(rows, images).astype(np.float64)


def _step(images: int) -> int:
    return max(1, _CELLS_AT_ONCE // max(images, 1))
