"""Which plots there are, and what their curves look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.plots.drawn import CurveLook
from widgets.plots.run_data import (
    ACCURACY,
    CLASS_DICE,
    DICE,
    LOSS,
    LR,
    MEMORY,
    SPEED,
    TOTAL_LOSS,
    USE,
)
from widgets.plots.style import (
    DASHED_WIDTH,
    EMPHASIS_WIDTH,
    LINE_WIDTH,
    class_color,
    curve_words,
    further_color,
    line_of,
    loss_color,
    loss_words,
)

_PERCENT = (0, 100)
_ORDER = (TOTAL_LOSS, "train", "mAcc", "aAcc", "gpu", "waiting")
_OF_VALIDATIONS = ("mAcc", "aAcc")


@dataclass(frozen=True)
class PlotKind:
    """A plot that can be shown.

    Attributes:
        title: What it shows, with its unit.
        noun: What it shows within a sentence, capital letter first.
        tip: What its curves mean.
        y_range: Fixed ends of the y axis.
        value_format: How values are written, in Python's format language.
        is_noisy: Whether its curves are worth smoothing.
        can_be_log: Whether a logarithmic y axis makes sense.
        of_validations: Whether its points come with the validations.
        is_optional: Whether a run may well have nothing to show in it.
    """

    title: str
    noun: str
    tip: str
    y_range: tuple[float | None, float | None] = (None, None)
    value_format: str = ".4g"
    is_noisy: bool = False
    can_be_log: bool = False
    of_validations: bool = False
    is_optional: bool = False


PLOT_KINDS: Mapping[str, PlotKind] = {
    LOSS: PlotKind(
        "Loss", "The loss", "What training makes small, and the terms it is the sum of",
        is_noisy=True, can_be_log=True,
    ),
    DICE: PlotKind(
        "Validation mDice, %", "mDice", "Mean Dice over the classes on the val split",
        y_range=_PERCENT, value_format=".2f", of_validations=True,
    ),
    LR: PlotKind(
        "Learning rate", "The learning rate", "The optimizer's step size",
        y_range=(0, None), can_be_log=True,
    ),
    CLASS_DICE: PlotKind(
        "Class Dice, %", "Dice per class", "Dice of each class on the val split",
        y_range=_PERCENT, value_format=".2f", of_validations=True,
    ),
    ACCURACY: PlotKind(
        "Accuracy, %", "Accuracy",
        "Share of pixels that are right: in the batches that are trained on, and in the val "
        "split over all pixels and as the mean over the classes",
        y_range=_PERCENT, value_format=".2f", is_noisy=True, is_optional=True,
    ),
    SPEED: PlotKind(
        "Speed, images/s", "The speed", "Images that are trained on in a second",
        y_range=(0, None), is_noisy=True, is_optional=True,
    ),
    USE: PlotKind(
        "GPU and waiting, %", "Use of the GPU",
        "How busy the GPU is, and the share of the time that goes by waiting for data",
        y_range=_PERCENT, value_format=".0f", is_noisy=True, is_optional=True,
    ),
    MEMORY: PlotKind(
        "Memory, GB", "Memory", "Memory of the worker, or of the GPU where it trains on one",
        y_range=(0, None), value_format=".2f", is_optional=True,
    ),
}  # fmt: skip


def curve_text(family: str, name: str) -> str:
    """What the legend calls a curve."""
    if family == LOSS:
        return loss_words(name)
    return name if family == CLASS_DICE else curve_words(name)


def ordered(family: str, names: Iterable[str], classes: Sequence[ClassInfo]) -> list[str]:
    """The curves of a plot in the order in which they are told: the most telling first.

    Classes come in their order with the background last; losses begin with the sum.
    """
    known = {info.name: info.index or len(classes) for info in classes}
    order = {name: place for place, name in enumerate(_ORDER)} if family != CLASS_DICE else known
    return sorted(dict.fromkeys(names), key=lambda name: order.get(name, len(order)))


def is_smoothed(family: str, name: str) -> bool:
    """Whether a curve is noisy enough to be smoothed; validations are few and exact."""
    return PLOT_KINDS[family].is_noisy and name not in _OF_VALIDATIONS


def own_look(
    family: str,
    name: str,
    names: Sequence[str],
    classes: Sequence[ClassInfo],
    color: QColor,
) -> CurveLook:
    """The look of a curve where only one run is shown: each curve has a colour of its own.

    Args:
        family: The kind of curve.
        name: Its name.
        names: All curves of that kind.
        classes: The classes of the dataset.
        color: Colour of the run, for what has but one curve.
    """
    marked = PLOT_KINDS[family].of_validations or name in _OF_VALIDATIONS
    if family == LOSS:
        width = EMPHASIS_WIDTH if name == TOTAL_LOSS else LINE_WIDTH
        return CurveLook(loss_color(name, names), width)
    if family == CLASS_DICE:
        return CurveLook(class_color(name, classes), LINE_WIDTH, marked=marked)
    own = color if names[0] == name else further_color(names.index(name) - 1)
    return CurveLook(own, LINE_WIDTH, marked=marked)


def run_look(
    family: str, place: int, color: QColor, *, emphasised: bool
) -> tuple[CurveLook, tuple[QColor, Qt.PenStyle]]:
    """The look of a curve among several runs, and that of its legend entry.

    The colour tells the run, the kind of line the curve.

    Args:
        family: The kind of curve.
        place: Its place among the curves of that kind.
        color: Colour of the run.
        emphasised: Whether the run is the chosen one.
    """
    line = line_of(place)
    width = EMPHASIS_WIDTH if emphasised else LINE_WIDTH
    if line is not Qt.PenStyle.SolidLine:
        width = DASHED_WIDTH
    marked = PLOT_KINDS[family].of_validations and line is Qt.PenStyle.SolidLine
    return CurveLook(color, width, line, marked=marked), (theme.color("text"), line)


def begins_hidden(family: str, name: str, classes: Sequence[ClassInfo]) -> bool:
    """Whether a curve is hidden at first where several runs are shown: too many cannot be read."""
    if family == CLASS_DICE:
        return len(classes) > 1 and name == classes[0].name
    return family == LOSS and name != TOTAL_LOSS
