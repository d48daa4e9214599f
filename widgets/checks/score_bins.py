"""The scores of one check over all samples, as bars, and how many a limit flags.

Everything is computed once for an array of scores; moving the limit costs a binary search.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from core.qa.registry import Limit
from widgets.checks.number_field import with_unit

Floats = npt.NDArray[np.float64]

_MOST_BARS = 64
# A range that reaches this many times beyond the default limit is shown on a logarithmic axis:
# else the limit would stand in the first few pixels.
_WIDE = 40.0
# Where one bar is this many times as high as the middle one, small ones would not be seen.
_TALL = 30.0


class ScoreScale:
    """Where a score stands on an axis from 0 to 1.

    Attributes:
        low, high: The scores at its ends.
        is_log: Whether it is logarithmic: equal factors beyond the smallest step look alike.

    Args:
        low: The lower end.
        high: The upper end, greater than `low`.
        step: A sensible smallest difference.
        is_log: Whether to use logarithms; `low` is then at least -step.
    """

    def __init__(self, low: float, high: float, step: float, *, is_log: bool) -> None:
        self.low, self.high, self.is_log = low, high, is_log
        self._step = step
        self._from, self._to = self._bent(np.array([low, high], np.float64)).tolist()

    def place(self, score: float) -> float:
        """The place of a score, 0 to 1; beyond the ends for scores beyond them."""
        return float((self._bent(np.float64(score)) - self._from) / (self._to - self._from))

    def score(self, place: float) -> float:
        """The score at a place; the inverse of `place`."""
        return float(self._straight(np.float64(self._from + place * (self._to - self._from))))

    def grid(self, parts: int) -> Floats:
        """The scores that divide the axis into equal parts, ends included."""
        return np.asarray(self._straight(np.linspace(self._from, self._to, parts + 1)), np.float64)

    def _bent(self, scores: Floats | np.float64) -> Floats:
        if not self.is_log:
            return np.asarray(scores, np.float64)
        return np.asarray(np.log1p(np.maximum(scores - self.low, 0) / self._step), np.float64)

    def _straight(self, places: Floats | np.float64) -> Floats:
        if not self.is_log:
            return np.asarray(places, np.float64)
        return np.asarray(np.expm1(places) * self._step + self.low, np.float64)


class ScoreBins:
    """Scores counted into bars.

    Attributes:
        scale: The axis.
        edges: Scores between the bars, float64, one more than there are bars.
        counts: Samples per bar.
        total: Number of samples, those without a score included.
        is_empty: Whether no sample has a finite score.
        is_whole: Whether all scores are whole numbers.
        is_log_count: Whether bars are better drawn by the logarithm of their counts.

    Args:
        scores: One score per sample, NaN for samples without one.
        limit: The check's limit as declared.
        value: The limit in use, which the axis has to show.
    """

    def __init__(self, scores: npt.ArrayLike, limit: Limit, value: float) -> None:
        self._scores = np.asarray(scores, np.float64).ravel()
        self._limit = limit
        self.total = int(self._scores.size)
        self._sorted = np.sort(self._scores[~np.isnan(self._scores)])
        found = self._sorted[np.isfinite(self._sorted)]
        self.is_whole = bool(found.size) and bool((found == np.round(found)).all())
        self.is_empty = found.size == 0
        self.scale = self._scale(found, value)
        self.edges = self._edges()
        counts, _ = np.histogram(found, self.edges)
        self.counts = counts
        some = counts[counts > 0]
        self.is_log_count = some.size > 2 and bool(some.max() > _TALL * np.median(some))

    def flagged(self, value: float) -> int:
        """How many samples a limit flags."""
        if self._limit.flags == "above":
            return int(self._sorted.size - np.searchsorted(self._sorted, value, "right"))
        return int(np.searchsorted(self._sorted, value, "left"))

    def flagged_positions(self, value: float) -> npt.NDArray[np.intp]:
        """Which samples a limit flags: their places in the scores."""
        with np.errstate(invalid="ignore"):
            crossed = self._scores > value if self._limit.flags == "above" else self._scores < value
        return np.flatnonzero(crossed)

    def positions(self, bar: int) -> npt.NDArray[np.intp]:
        """Which samples a bar counts: their places in the scores."""
        low, high = self.edges[bar], self.edges[bar + 1]
        with np.errstate(invalid="ignore"):
            is_last = bar == len(self.counts) - 1
            inside = (self._scores >= low) & (
                (self._scores <= high) if is_last else (self._scores < high)
            )
        return np.flatnonzero(inside)

    def bar_at(self, place: float) -> int | None:
        """The bar at a place of the axis; None beside all."""
        bar = int(np.searchsorted(self.edges, self.scale.score(place), "right")) - 1
        return bar if 0 <= bar < len(self.counts) else None

    def bar_words(self, bar: int) -> str:
        """The range of a bar: `3 to 5 px`."""
        low, high = float(self.edges[bar]), float(self.edges[bar + 1])
        if self.is_whole:
            low, high = low + 0.5, high - 0.5
        if low == high:
            return with_unit(low, self._limit.unit)
        return f"{low:.4g} to {with_unit(float(f'{high:.4g}'), self._limit.unit)}"

    def border(self, value: float) -> float:
        """The score at which the flagged bars begin.

        Whole scores stand in the middle of their bars, so the border lies between two of them.
        """
        if not self.is_whole:
            return value
        return float(
            np.floor(value) + 0.5 if self._limit.flags == "above" else np.ceil(value) - 0.5
        )

    def ticks(self, most: int) -> list[float]:
        """Round scores to write below the axis, about `most` of them."""
        scale = self.scale
        if scale.is_log:
            least = max(scale.low, 1.0) if self.is_whole else scale.low
            round_ones = [base * 10.0**power for power in range(-4, 10) for base in (1, 2, 5)]
            inside = [value for value in round_ones if least <= value <= scale.high]
            thinned = inside[:: max(1, math.ceil(len(inside) / most))]
            return [0.0, *thinned] if scale.low <= 0 else thinned
        rough = (scale.high - scale.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(base * power for base in (1, 2, 5, 10) if base * power >= rough)
        if self.is_whole:
            step = max(step, 1.0)
        first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
        return [number * step for number in range(first, last + 1)]

    def _scale(self, found: Floats, value: float) -> ScoreScale:
        """An axis for sorted finite scores on which the limit can be moved."""
        limit = self._limit
        ends = [value, limit.default]
        if found.size:
            ends += [float(found[0]), float(found[-1])]
        # Room to move the limit to both sides, as far as that leaves the scores in sight.
        span = max(ends) - min(ends)
        ends.append(max(limit.minimum, limit.default - max(span, limit.default)))
        ends.append(min(limit.maximum, max(2 * limit.default, limit.default + limit.step)))
        low, high = min(ends), max(ends)
        if self.is_whole:
            low, high = np.floor(low) - 0.5, np.ceil(high) + 0.5
        elif high - low < limit.step:
            low, high = low - limit.step, high + limit.step
        wide = high - low > _WIDE * max(limit.default - low, limit.step)
        return ScoreScale(float(low), float(high), limit.step, is_log=wide)

    def _edges(self) -> Floats:
        span = self.scale.high - self.scale.low
        if self.is_whole and span <= _MOST_BARS:
            return np.arange(self.scale.low, self.scale.high + 0.5, 1.0)
        edges = self.scale.grid(_MOST_BARS)
        if self.is_whole:
            edges = np.unique(np.floor(edges) + 0.5)
            edges[0] = min(edges[0], self.scale.low)
            edges[-1] = max(edges[-1], self.scale.high)
        # Rounding may have moved the ends inwards by a hair.
        edges[0], edges[-1] = min(edges[0], self.scale.low), max(edges[-1], self.scale.high)
        return edges
