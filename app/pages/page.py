"""What every page of the window is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.actions import Action
from app.jobs import Jobs
from app.session import Session
from app.settings import Settings


class Page(QWidget):
    """A page of the main window: panels that show and change the shared session.

    Subclasses set `title` (the word on the rail), `icon_name` and `hint` (its tooltip), and build
    their widgets in `__init__`.
    """

    title: str = ""
    icon_name: str = ""
    hint: str = ""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.jobs = jobs
        self.setObjectName(type(self).__name__)

    def actions_table(self) -> list[Action]:
        """The page's commands, for menus, shortcuts and the shortcut sheet.

        Their shortcuts work while the page is the one shown.
        """
        return []

    def actions_installed(self, actions: Mapping[str, QAction]) -> None:
        """Called once with what was made of the page's commands, by id, for menus."""

    def activate(self) -> None:
        """Called each time the page comes to the front."""

    def may_close(self) -> bool:
        """Asked before the window closes or another dataset opens; False keeps it open."""
        return True

    def restore(self, settings: Settings) -> None:
        """Called once at the start: take over what the page remembered, such as panel sizes."""

    def remember(self, settings: Settings) -> None:
        """Called once before the window closes: leave in the settings what is to be remembered."""

    def shut_down(self) -> None:
        """Called once when the window closes: stop threads, timers and processes."""
