"""What the user chose for the plots. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.plots.clock import XAxis
from widgets.plots.run_data import ACCURACY, CLASS_DICE, DICE, LOSS, LR, MEMORY, SPEED, USE

GOAL_MDICE = 75.0
"""The study's goal: mDice on the validation split, in percent."""

QUALITY = (LOSS, DICE, LR, CLASS_DICE)
PACE = (SPEED, USE, MEMORY, ACCURACY)

MOST_SMOOTHING = 0.99


@dataclass(frozen=True)
class PlotOptions:
    """How the curves are shown.

    Attributes:
        shown: The plots, by the kind of their curves, in order.
        axis: What the curves are aligned by.
        smoothing: Weight of a point against the next one in the moving average; 0 for none.
        log: Whether loss and learning rate have a logarithmic y axis.
        cut_outliers: Whether the y axis leaves out the few highest and lowest values.
        goal: The mDice to be reached, in percent: where the line stands.
        own_goal: Whether the user put it there; else it is the goal of the run that is looked at.
    """

    shown: tuple[str, ...] = QUALITY
    axis: XAxis = XAxis.ITERATION
    smoothing: float = 0.0
    log: bool = False
    cut_outliers: bool = False
    goal: float = GOAL_MDICE
    own_goal: bool = False
