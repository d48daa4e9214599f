"""How "who is right where" is shown: in the colours of the two runs, always with lines."""

from __future__ import annotations

from PySide6.QtGui import QPixmap

from core.evaluation.comparing.agreement import Agreement
from core.images import Array
from widgets import theme
from widgets.comparison.layers.lines import Lines, Rgba, hatching_of, swatch_of

Rgb = tuple[int, int, int]

BOTH_WRONG_COLOR: Rgb = (70, 70, 70)
"""A dark grey: no run has it, and it is seen on light and on dark photos."""

_LINES: dict[int, Lines] = {
    Agreement.ONLY_FIRST: Lines.LEFT,
    Agreement.ONLY_SECOND: Lines.RIGHT,
    Agreement.BOTH_WRONG: Lines.BOTH,
}


def agreement_words(first: str, second: str) -> dict[Agreement, str]:
    """What the values mean, for runs with those letters, in the order they are shown."""
    return {
        Agreement.BOTH_RIGHT: "both right",
        Agreement.ONLY_FIRST: f"only {first} right",
        Agreement.ONLY_SECOND: f"only {second} right",
        Agreement.BOTH_WRONG: "both wrong",
    }


def agreement_word(value: int, first: str, second: str) -> str:
    """What one value of an agreement map means."""
    if value == Agreement.IGNORED:
        return "ignored"
    return agreement_words(first, second)[Agreement(value)]


def agreement_colors(first: Rgb, second: Rgb) -> list[Rgba]:
    """The 256 colours of an agreement map, from the colours of the two runs."""
    table: list[Rgba] = [(0, 0, 0, 0)] * 256
    table[Agreement.ONLY_FIRST] = (*first, 255)
    table[Agreement.ONLY_SECOND] = (*second, 255)
    table[Agreement.BOTH_WRONG] = (*BOTH_WRONG_COLOR, 255)
    table[Agreement.IGNORED] = (*theme.IGNORE_COLOR, 255)
    return table


def agreement_lines(found: Array) -> Array:
    """The lines over an agreement map, uint8 H×W: 1 on a line, else 0.

    Where only the first run is right they fall to the left, where only the second is to the right,
    where both are wrong they cross.
    """
    return hatching_of(found, _LINES)


def agreement_swatch(value: Agreement, first: Rgb, second: Rgb, *, ratio: float = 1.0) -> QPixmap:
    """A small square for a legend, painted as the map paints that value."""
    colors = {
        Agreement.ONLY_FIRST: first,
        Agreement.ONLY_SECOND: second,
        Agreement.BOTH_WRONG: BOTH_WRONG_COLOR,
    }
    return swatch_of(colors.get(value), _LINES.get(value), ratio=ratio)
