"""Smoothed copies of series, kept up to date at the cost of the new points alone. No Qt in here."""

from __future__ import annotations

import numpy as np

from widgets.plots.series import Floats, Series

# Points that are smoothed with one product of matrices.
_BLOCK = 128


class SmoothedSeries:
    """The exponential moving average of a series.

    Each point is the mean of itself and of all before it, in which a point counts `weight` times
    as much as the one after it. Early points are divided by the weights there are so far (as in
    Kingma and Ba, *Adam*, 2015, section 3), so that the line begins where its series does. NaN
    counts for nothing and stays NaN.

    Args:
        source: What is smoothed.
        weight: 0 (the series itself) up to, not including, 1 (its mean).
    """

    def __init__(self, source: Series, weight: float) -> None:
        self.source = source
        self.weight = weight
        self.series = Series()
        self._cuts = source.cuts
        # The weighted sum of the values so far, and of the weights.
        self._sum = self._share = 0.0

    def update(self) -> Series:
        """Take over what the source got since, and return the smoothed series."""
        if self._cuts != self.source.cuts:
            self._restart()
        done = len(self.series)
        if done < len(self.source):
            values = self.source.y[done:]
            known = np.isfinite(values)
            sums = _decaying_sums(np.where(known, values, 0.0), self._sum, self.weight)
            if known.all():
                fading = self.weight ** np.arange(1, len(values) + 1)
                shares = self._share * fading + (1 - fading)
            else:
                shares = _decaying_sums(known.astype(np.float64), self._share, self.weight)
            self._sum, self._share = float(sums[-1]), float(shares[-1])
            with np.errstate(divide="ignore", invalid="ignore"):
                smoothed = np.where(known, sums / shares, np.nan)
            self.series.extend(self.source.x[done:], smoothed)
        return self.series

    def _restart(self) -> None:
        self.series = Series()
        self._sum = self._share = 0.0
        self._cuts = self.source.cuts


def _decaying_sums(values: Floats, before: float, weight: float) -> Floats:
    """The sums s[k] = weight * s[k-1] + (1 - weight) * values[k], with s[-1] = `before`.

    Within a block the sums are one product with a triangular matrix; from block to block only the
    last sum is handed on. That is some hundred times as fast as a loop over the points.
    """
    size = min(_BLOCK, len(values))
    padded = np.zeros(-(-len(values) // size) * size)
    padded[: len(values)] = values
    ages = np.arange(size)[None, :] - np.arange(size)[:, None]
    kernel = np.where(ages >= 0, (1 - weight) * weight ** np.maximum(ages, 0), 0.0)
    blocks: Floats = padded.reshape(-1, size) @ kernel
    fading = weight ** np.arange(1, size + 1)
    carried = [before]
    for last in blocks[:-1, -1].tolist():
        carried.append(carried[-1] * float(fading[-1]) + last)
    blocks += np.outer(carried, fading)
    return blocks.reshape(-1)[: len(values)]
