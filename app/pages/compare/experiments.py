"""The Runs view of the Compare page: all runs of the dataset, and which of them to look at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.actions import Action
from app.jobs import Jobs
from app.session import Session
from app.settings import Settings


class Experiments(QWidget):
    """The Runs view; a widget for the page's frame.

    Args:
        session: What is open.
        jobs: Writes files off the UI thread.
    """

    runs_chosen = Signal(object)
    """The ids (list) of one to six ticked runs that the user wants to look at or compare."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.jobs = session, jobs
        QVBoxLayout(self)

    def actions_table(self) -> list[Action]:
        """The view's commands; the page says when they count."""
        return []

    def activate(self) -> None:
        """Look at the runs again; called when the view comes to the front."""

    def set_chosen(self, run_ids: Sequence[str]) -> None:
        """Tick these runs, for somebody else chose them."""

    def restore(self, settings: Settings) -> None:
        """Take over what was remembered."""

    def remember(self, settings: Settings) -> None:
        """Leave in the settings what is to be remembered."""

    def shut_down(self) -> None:
        """Wait for what reads in the background."""
