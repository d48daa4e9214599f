"""The commands of the list of runs, as data. Light to load: the window needs it when it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from widgets.training.run_panel import RunPanel


def run_actions(panel: Callable[[], RunPanel]) -> list[Action]:
    """The commands of the list of runs.

    Args:
        panel: Gives the panel, which is made when its page is first shown.
    """
    group = "Runs"
    return [
        Action(
            "train.pause",
            "Pause or resume the chosen run",
            lambda: panel().pause_button.click(),
            ("Ctrl+Shift+P",),
            group=group,
        ),
        Action(
            "train.stop",
            "Stop the chosen run",
            lambda: panel().stop_button.click(),
            ("Ctrl+.",),
            group=group,
        ),
        Action(
            "train.cancel",
            "Cancel the chosen run",
            lambda: panel().cancel_button.click(),
            ("Ctrl+Shift+.", "Ctrl+>"),  # the second is what Shift makes of the point
            group=group,
        ),
        Action(
            "train.sooner",
            "Start the waiting run sooner",
            lambda: panel().queue.up_button.click(),
            ("Alt+Up",),
            group=group,
        ),
        Action(
            "train.later_run",
            "Start the waiting run later",
            lambda: panel().queue.down_button.click(),
            ("Alt+Down",),
            group=group,
        ),
        Action(
            "train.pause_queue",
            "Pause the queue, or let it go on",
            lambda: panel().queue.pause_button.click(),
            ("Ctrl+Shift+Q",),
            group=group,
        ),
        Action(
            "train.log",
            "Open the log of the chosen run",
            lambda: panel().log_button.click(),
            ("Ctrl+L",),
            group=group,
        ),
    ]
