"""How severities look: an icon with a shape of its own, a colour role, and a word."""

from __future__ import annotations

from core.flags import Severity
from core.qa.checks import CHECKS

ICONS: dict[Severity, str] = {
    Severity.ERROR: "close-octagon",
    Severity.WARNING: "alert",
    Severity.INFO: "information",
}
"""Octagon, triangle and circle: told apart without their colour."""

ROLES: dict[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "accent",
}

WORDS: dict[Severity, str] = {
    Severity.ERROR: "Error",
    Severity.WARNING: "Warning",
    Severity.INFO: "Note",
}


def check_title(check: str) -> str:
    """The two or three words a check is listed under."""
    known = CHECKS.get(check)
    return known.title if known is not None else check.replace("_", " ").capitalize()


def check_words(check: str) -> str:
    """What a check catches and what it misses, for tooltips; "" for an unknown one."""
    known = CHECKS.get(check)
    if known is None:
        return ""
    return f"Catches: {known.catches}\nMisses: {known.misses}"


def counted(number: int, noun: str) -> str:
    """A number with its noun in the plural where it belongs: `1 flag`, `2 flags`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
