"""Why a plot is empty, in words. No Qt in here."""

from __future__ import annotations

from collections.abc import Collection

from widgets.plots.catalogue import PLOT_KINDS
from widgets.plots.clock import XAxis
from widgets.plots.run_data import RunData

_FIRST_ITERATIONS = "{} appears with the first iterations."
_FIRST_VALIDATION = "{} appears with the first validation."
_ENDED_EMPTY = "Nothing was recorded."
_NOT_RECORDED = "This run does not record it."
_NO_EPOCHS = "No run here says its epochs. Choose another x axis."


def note_of(family: str, runs: Collection[RunData], axis: XAxis, *, is_over: bool) -> str:
    """Why a plot shows nothing; "" when it shows something.

    Args:
        family: What the plot shows.
        runs: The runs that are shown.
        axis: What the x axis counts.
        is_over: Whether the chosen run has ended.
    """
    if any(len(series) for data in runs for series in data.families[family].values()):
        return "" if any(data.clock.knows(axis) for data in runs) else _NO_EPOCHS
    if is_over:
        return _ENDED_EMPTY
    kind = PLOT_KINDS[family]
    if kind.is_optional and any(data.losses for data in runs):
        return _NOT_RECORDED
    sentence = _FIRST_VALIDATION if kind.of_validations else _FIRST_ITERATIONS
    return sentence.format(kind.noun)
