"""Durations in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """A length of time: `8 s`, `2 min 05 s`, `3 h 20 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def time_left(seconds: float | None) -> str:
    """The time left, or nothing while it is not known."""
    return "" if seconds is None else f"{duration(seconds)} left"
