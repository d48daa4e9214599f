"""Choosing a class by its number: one digit, or two where there are more than ten classes."""

from __future__ import annotations

from collections.abc import Callable, Container
from time import monotonic

_PAUSE = 0.8
"""Seconds within which a second digit belongs to the first."""


class ClassDigits:
    """Reads digits as they are typed.

    The first digit counts at once. A second one that soon follows makes a number of both, if that
    is a class; so 1 and then 4 choose class 1, and then class 14.

    Args:
        clock: Tells the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._first = 0
        self._typed_at = -_PAUSE

    def value(self, digit: int, classes: Container[int]) -> int:
        """The class that is meant by a digit after those before it.

        Args:
            digit: 0 to 9.
            classes: The values that are classes.
        """
        now = self._clock()
        both = 10 * self._first + digit
        if self._first and now - self._typed_at < _PAUSE and both in classes:
            self._first = 0
            return both
        self._first, self._typed_at = digit, now
        return digit
