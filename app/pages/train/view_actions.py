"""The keys of the curves and of the previews."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.pages.train.panels import TrainPanels


def view_actions(panels: Callable[[], TrainPanels]) -> list[Action]:
    """Commands for how a run is shown.

    Args:
        panels: Gives the panels, which are made when somebody first looks at them.
    """
    return [
        Action(
            "train.whole_run", "Show the whole run", lambda: panels().plots.reset_view(), ("0",)
        ),
        Action(
            "train.axis",
            "Curves by iteration, epoch or time",
            lambda: panels().plot_bar.next_axis(),
            ("X",),
        ),
        Action(
            "train.log_scale", "Logarithmic loss", lambda: panels().plot_bar.log.toggle(), ("L",)
        ),
        Action(
            "train.outliers", "Ignore outliers", lambda: panels().plot_bar.outliers.toggle(), ("O",)
        ),
        Action("train.earlier", "Earlier previews", lambda: panels().previews.step(-1), ("Left",)),
        Action("train.later", "Later previews", lambda: panels().previews.step(1), ("Right",)),
        Action(
            "train.truth",
            "True masks in the previews",
            lambda: panels().previews.truth.toggle(),
            ("T",),
        ),
    ]
