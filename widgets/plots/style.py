"""Colours of curves, for the theme in use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.plots.run_data import TOTAL_LOSS

LINE_WIDTH = 2.0
EMPHASIS_WIDTH = 2.5

# Okabe and Ito's colours again, those first that the class colours take last.
_TERM_COLORS = ("#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#E69F00", "#0072B2")

_TERM_WORDS = {"ce": "CE", "dice": "Dice"}


def loss_color(name: str, names: Sequence[str]) -> QColor:
    """The colour of a loss term; the sum is drawn in the colour of text."""
    if name == TOTAL_LOSS:
        return theme.color("text")
    terms = [each for each in names if each != TOTAL_LOSS]
    return QColor(_TERM_COLORS[terms.index(name) % len(_TERM_COLORS)])


def class_color(name: str, classes: Sequence[ClassInfo]) -> QColor:
    """The colour of a class; the background, which is black or nothing in masks, is grey."""
    for info in classes:
        if info.name == name:
            return theme.color("muted") if info.index == 0 else QColor(*info.color)
    return theme.color("muted")


def loss_words(name: str) -> str:
    """What the legend calls a loss term: `decode.loss_ce` becomes `CE`, `aux.loss_dice` `aux Dice`.

    The decoder is the part that every model has, so only other parts are named.
    """
    if name == TOTAL_LOSS:
        return "total"
    *parts, term = name.removeprefix("decode.").split(".")
    term = term.removeprefix("loss_").replace("_", " ")
    return " ".join([*parts, _TERM_WORDS.get(term, term)])
