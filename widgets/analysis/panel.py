"""What the panels of the analysis have in common: controls, a body, and an empty state."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from widgets import theme
from widgets.analysis.report import RunReport
from widgets.elided_label import ElidedLabel
from widgets.empty_state import EmptyState
from widgets.export_button import ExportButton, Rows, picture_of


class AnalysisPanel(QWidget):
    """One of the panels at the right of the comparison.

    Subclasses put their controls into `line` and their widgets into `body`, and say in `rows` what
    the table holds that can be taken away.

    Args:
        name: What the panel shows, in words that follow "the".
        icon: Icon of its empty state.
        parent: Its parent.
    """

    samples_chosen = Signal(str, list)
    """Which samples somebody wants to see, in words, and their ids."""
    region_activated = Signal(str, object)
    """A sample's id and the `ErrorRegion` of it that somebody wants to see."""
    look_wanted = Signal()
    """Errors are to be looked for again, after somebody had cancelled it."""
    emptied = Signal(bool)
    """Whether there is nothing to show, now that this is another answer than before."""

    def __init__(self, name: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"Panel {name}")
        self.caption = ElidedLabel()
        self.caption.setProperty("role", "muted")
        self.export_button = ExportButton(name, self.picture, self.rows)
        self.empty = EmptyState(icon, "")
        self._look_button = self.empty.add_button("Look again", self.look_wanted.emit)
        self._look_button.hide()
        self._content = QWidget()
        self._stack = QStackedWidget()
        self.line = QHBoxLayout()
        self.line.setContentsMargins(0, 0, 0, 0)
        self.line.setSpacing(theme.GRID // 2)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(theme.GRID // 2)
        top.addLayout(self.line)
        top.addWidget(self.caption, 1)
        top.addWidget(self.export_button)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.GRID)
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(theme.GRID // 2)
        content.addLayout(top)
        content.addLayout(self.body, 1)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    @property
    def is_empty(self) -> bool:
        """Whether the panel says why it has nothing to show."""
        return self._stack.currentIndex() == 0

    def say(self, heading: str, text: str = "") -> None:
        """Show nothing; say why, and what to do about it."""
        self._look_button.hide()
        self.empty.say(heading, text)
        self._show(0)

    def say_why(self, report: RunReport | None, heading: str, text: str) -> None:
        """Show nothing; say why nothing is known of the run.

        Args:
            report: The run.
            heading: What is missing.
            text: What to do about it where nothing was predicted yet.
        """
        if report is None or report.evaluation is None:
            self.say(heading, report.problem if report is not None and report.problem else text)
        elif report.problem:
            self.say(heading, report.problem)
        elif report.is_looked_at:
            self.say("Looking for errors…", "How far it is stands at the bottom of the window.")
        else:
            self.say(heading, "The search was cancelled.")
            self._look_button.show()

    def show_content(self) -> None:
        """Show the panel's own widgets."""
        self._show(1)

    def _show(self, place: int) -> None:
        if place != self._stack.currentIndex():
            self._stack.setCurrentIndex(place)
            self.emptied.emit(place == 0)

    def rows(self) -> Rows:
        """The table of what is shown, its first row the titles."""
        raise NotImplementedError

    def picture(self) -> QPixmap:
        """What is shown, as a picture."""
        return picture_of([self._content])

    def choose_samples(self, title: str, sample_ids: Sequence[str]) -> None:
        """Tell which samples somebody wants to see."""
        self.samples_chosen.emit(title, list(sample_ids))
