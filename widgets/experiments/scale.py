"""Where the values of a column lie on an axis, and what is written along it. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.runs.table.columns import Column, Kind, Value, number_text
from widgets.plots.axis import log_ticks, time_of_work

# From this ratio of the largest to the smallest value on an axis counts in powers of ten.
_LOG_FROM = 10.0
_ROOM = 0.04
_MOST_WORDS = 14
_MOST_NUMBERS = 8
# So few different values are written as they are, rather than round numbers between them.
_FEW = 6
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TIME_STEPS = (
    *(n for n in (1, 2, 5, 10, 20, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 20, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 5, 10, 30, 100, 365)),
)


class Counting(StrEnum):
    """How an axis counts."""

    LINEAR = "linear"
    LOG = "log"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: values to fractions of its length, 0 to 1.

    Attributes:
        column: What it shows.
        counting: How it counts.
        low: The value at 0, as an exponent of ten where it counts so.
        high: The value at 1.
        words: The texts in order, where it shows texts.
        can_be_log: Whether all values are above zero.
        few: The values themselves, where there are only few.
    """

    column: Column
    counting: Counting
    low: float = 0.0
    high: float = 1.0
    words: tuple[str, ...] = ()
    can_be_log: bool = False
    few: tuple[float, ...] = ()

    def fraction(self, value: Value) -> float | None:
        """Where a value lies; None where it has no place."""
        if self.counting is Counting.WORDS:
            text = value if isinstance(value, str) else self.column.plain(value)
            if not text or text not in self.words:
                return None
            return (self.words.index(text) + 0.5) / len(self.words)
        if value is None or isinstance(value, str) or not math.isfinite(value):
            return None
        if self.counting is Counting.LOG:
            if value <= 0:
                return None
            value = math.log10(value)
        return (value - self.low) / (self.high - self.low)

    def value_at(self, fraction: float) -> float:
        """The number at a place; for texts the place itself."""
        if self.counting is Counting.WORDS:
            return fraction
        number = self.low + fraction * (self.high - self.low)
        return float(10.0**number) if self.counting is Counting.LOG else number

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Places and what is written at them, at most about `most` of them."""
        if self.counting is Counting.WORDS:
            step = max(math.ceil(len(self.words) / max(most, 1)), 1)
            return [
                ((place + 0.5) / len(self.words), word)
                for place, word in enumerate(self.words)
                if place % step == 0
            ]
        most = min(most, _MOST_NUMBERS)
        if self.few and (found := self._ticks_at_values(most)):
            return found
        if self.counting is Counting.LOG and self.column.kind is Kind.DURATION:
            return self._log_times(most)
        if self.counting is Counting.LOG:
            exponents = log_ticks(self.low, self.high)
            while len(exponents) > max(most, 2):
                exponents = exponents[::2]
            return [(self._place(each), number_text(_round(10.0**each))) for each in exponents]
        spacing = self._step(max(most, 2))
        first = math.ceil(self.low / spacing - 1e-9)
        last = math.floor(self.high / spacing + 1e-9)
        values = [number * spacing for number in range(first, last + 1)]
        return [(self._place(value), self._text(value, spacing)) for value in values]

    def _ticks_at_values(self, most: int) -> list[tuple[float, str]]:
        """The few values, from the largest on; those that would touch it are left out."""
        found: list[tuple[float, str]] = []
        for value in sorted(self.few, reverse=True):
            place = self.fraction(value)
            if place is not None and all(abs(place - at) >= 0.7 / most for at, _ in found):
                found.append((place, self.column.text(value)))
        return found[::-1]

    def _log_times(self, most: int) -> list[tuple[float, str]]:
        """Round times, each far enough from the one before."""
        found: list[tuple[float, str]] = []
        for step in _TIME_STEPS:
            place = self._place(math.log10(step))
            if 0 <= place <= 1 and (not found or place - found[-1][0] >= 1 / max(most, 2)):
                found.append((place, time_of_work(step)))
        return found

    def _place(self, number: float) -> float:
        return (number - self.low) / (self.high - self.low)

    def _step(self, most: int) -> float:
        least = (self.high - self.low) / most
        if self.column.kind in (Kind.DURATION, Kind.MOMENT):
            return float(next((each for each in _TIME_STEPS if each >= least), _TIME_STEPS[-1]))
        power = 10.0 ** math.floor(math.log10(least))
        step = next(each * power for each in (1, 2, 5, 10) if each * power >= least * 0.999)
        # Between whole numbers of images there is nothing to write.
        return max(step, 1.0) if self.column.decimals == 0 else step

    def _text(self, value: float, step: float) -> str:
        if self.column.kind is Kind.DURATION:
            return time_of_work(value)
        if self.column.kind is Kind.MOMENT:
            return self.column.text(value)
        return number_text(0.0 if abs(value) < step * 1e-6 else _round(value))


def make_scale(
    column: Column, values: Iterable[Value], *, counting: Counting | None = None
) -> Scale:
    """An axis with room for those values.

    It counts in powers of ten where all values are above zero and the largest is at least ten
    times the smallest; figures in percent never do by themselves.

    Args:
        column: What it shows.
        values: All values, missing ones included.
        counting: How it shall count, where that is possible; None where the values decide.
    """
    present = [value for value in values if value is not None and value != ""]
    if column.kind is Kind.TEXT:
        words = sorted({str(value) for value in present}, key=_natural)
        return Scale(column, Counting.WORDS, words=tuple(words))
    numbers = [
        value for value in present if not isinstance(value, str) and math.isfinite(value)
    ]  # fmt: skip
    if not numbers:
        return Scale(column, Counting.LINEAR)
    low, high = min(numbers), max(numbers)
    can_be_log = low > 0 and column.kind is not Kind.MOMENT
    suits_log = can_be_log and high / low >= _LOG_FROM and column.unit != "%"
    is_log = suits_log if counting is None else can_be_log and counting is Counting.LOG
    if is_log:
        low, high = math.log10(low), math.log10(high)
    room = (high - low) * _ROOM or (0.5 if is_log else abs(low) * 0.1 or 0.5)
    return Scale(
        column,
        Counting.LOG if is_log else Counting.LINEAR,
        low - room,
        high + room,
        can_be_log=can_be_log,
        few=_few(numbers) if column.unit != "%" and column.kind is Kind.NUMBER else (),
    )


def _few(numbers: Sequence[float]) -> tuple[float, ...]:
    different: set[float] = set()
    for number in numbers:
        different.add(number)
        if len(different) > _FEW:
            return ()
    return tuple(sorted(different))


def most_ticks(length: float, room: float) -> int:
    """How many ticks fit along an axis.

    Args:
        length: Length of the axis in px.
        room: Room that a tick needs in px.
    """
    return min(max(int(length // max(room, 1.0)), 2), _MOST_WORDS)


def fractions(scale: Scale, values: Sequence[Value]) -> list[float]:
    """Where values lie; NaN for those that have no place."""
    found = (scale.fraction(value) for value in values)
    return [math.nan if each is None else each for each in found]


def _natural(text: str) -> tuple[object, ...]:
    """Sorts `9` before `10`, also within texts such as `256×256`."""
    head = ""
    for sign in text:
        if not sign.isdigit():
            break
        head += sign
    return (0, int(head), text) if head else (1, 0, text.lower())


def _round(value: float) -> float:
    return float(f"{value:.6g}")
