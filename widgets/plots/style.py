"""Colours and lines of curves, for the theme in use."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.plots.run_data import TOTAL_LOSS

LINE_WIDTH = 2.0
EMPHASIS_WIDTH = 2.5
DASHED_WIDTH = 1.6

# Okabe and Ito's colours again, those first that the class colours take last.
_TERM_COLORS = ("#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#E69F00", "#0072B2")

_LINES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)

_TERM_WORDS = {"ce": "CE", "dice": "Dice", "focal": "Focal"}
_CURVE_WORDS = {
    "lr": "learning rate",
    "mDice": "mDice",
    "train": "training",
    "mAcc": "val, class mean",
    "aAcc": "val, pixels",
    "images": "images/s",
    "gpu": "GPU",
    "waiting": "waiting",
    "memory": "memory",
}


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


def further_color(place: int) -> QColor:
    """The colour of a curve besides the first one of its plot, counted from 0."""
    return QColor(_TERM_COLORS[(place + 1) % len(_TERM_COLORS)])


def line_of(place: int) -> Qt.PenStyle:
    """The line of the curve at a place among those of one kind, where colours tell the runs."""
    return _LINES[place % len(_LINES)]


def curve_words(name: str) -> str:
    """What the legend calls a curve that is neither a loss nor a class."""
    return _CURVE_WORDS.get(name, name)


def loss_words(name: str) -> str:
    """What the legend calls a loss term: `decode.loss_ce` becomes `CE`, `aux.loss_dice` `aux Dice`.

    The decoder is the part that every model has, so only other parts are named.
    """
    if name == TOTAL_LOSS:
        return "total"
    *parts, term = name.removeprefix("decode.").split(".")
    term = term.removeprefix("loss_").replace("_", " ")
    return " ".join([*parts, _TERM_WORDS.get(term, term)])
