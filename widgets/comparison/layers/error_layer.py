"""How the kinds of error of an error map are shown: colours, and lines beside them."""

from __future__ import annotations

from PySide6.QtGui import QPixmap

from core.evaluation.errors.error_map import ErrorKind
from core.images import Array
from widgets import theme
from widgets.comparison.layers.lines import Lines, Rgba, hatching_of, swatch_of

KINDS: dict[ErrorKind, str] = {
    ErrorKind.MISSED: "missed",
    ErrorKind.FALSE: "false",
    ErrorKind.WRONG_CLASS: "wrong class",
}
"""The kinds of error with the words for them, in the order they are shown."""

EXPLANATIONS: dict[ErrorKind, str] = {
    ErrorKind.MISSED: "Missed: the mask has an object here, the prediction has background.",
    ErrorKind.FALSE: "False: the prediction has an object here, the mask has background.",
    ErrorKind.WRONG_CLASS: "Wrong class: both have an object here, but of different classes.",
}

_LINES: dict[int, Lines] = {
    ErrorKind.MISSED: Lines.LEFT,
    ErrorKind.FALSE: Lines.RIGHT,
    ErrorKind.WRONG_CLASS: Lines.BOTH,
}


def error_word(value: int) -> str:
    """What a value of an error map means."""
    if value == ErrorKind.IGNORED:
        return "ignored"
    return KINDS[ErrorKind(value)] if value else "correct"


def error_colors() -> list[Rgba]:
    """The 256 colours of an error map: right pixels are transparent, ignored ones grey."""
    table: list[Rgba] = [(0, 0, 0, 0)] * 256
    for kind, word in KINDS.items():
        table[kind] = (*theme.ERROR_COLORS[word], 255)
    table[ErrorKind.IGNORED] = (*theme.IGNORE_COLOR, 255)
    return table


def hatching(kinds: Array) -> Array:
    """The lines that tell the kinds of error apart without colours.

    Missed pixels get lines that fall to the left, false ones lines that fall to the right, those
    of a wrong class both.

    Args:
        kinds: An error map, uint8 H×W of `ErrorKind` values.

    Returns:
        uint8 H×W: 1 on a line, else 0.
    """
    return hatching_of(kinds, _LINES)


def swatch(kind: ErrorKind, *, hatched: bool, ratio: float = 1.0) -> QPixmap:
    """A small square for a legend, painted as the error map paints that kind.

    Args:
        kind: The kind of error.
        hatched: Whether with its lines.
        ratio: Device pixels per logical pixel.
    """
    return swatch_of(
        theme.ERROR_COLORS[KINDS[kind]], _LINES[kind] if hatched else None, ratio=ratio
    )
