"""Durations in words."""

from __future__ import annotations

import time
from datetime import datetime


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


def ago(then: float, now: float | None = None) -> str:
    """How long ago a moment in seconds since 1970 is: `just now`, `5 min ago`, `on 3 May 2026`."""
    seconds = (time.time() if now is None else now) - then
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 24 * 3600:
        return f"{seconds // 3600:.0f} h ago"
    day = datetime.fromtimestamp(then).astimezone()
    return f"on {day.day} {day:%B %Y}"
