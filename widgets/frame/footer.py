"""The foot of the window: one progress area for all background jobs, and the last message."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from widgets import theme
from widgets.elided_label import ElidedLabel

# How wide what can be taken back may be, once another message stands beside it, in px.
_UNDO_WORDS = 240


class Footer(QFrame):
    """Shows the first running job with its progress and time left, and how many more there are."""

    cancel_clicked = Signal(int)
    """The id of the job to end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Footer")
        self.setFixedHeight(32)
        self._jobs: dict[int, tuple[str, int, int, str]] = {}
        self._title = QToolButton()
        self._title.setObjectName("JobsButton")
        self._title.setToolTip("All background jobs")
        self._title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._title.setMenu(self._menu)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._cancel = QToolButton()
        self._cancel.setObjectName("CancelJob")
        self._cancel.setToolTip("Cancel this job")
        theme.set_icon(self._cancel, "close")
        self._cancel.clicked.connect(self._cancel_first)
        self._message = ElidedLabel()
        self._message.setProperty("role", "muted")
        # As wide as its sentence, so that Undo stands beside it.
        self._message.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._undo = QToolButton()
        self._undo.setObjectName("UndoLast")
        self._undo.setText("Undo")
        self._undo.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self._undo, "undo")
        self._undo.clicked.connect(self._take_back)
        self._undo.hide()
        self._take_back_last: Callable[[], object] | None = None
        self._done_last = ""
        self._device = QLabel()
        self._device.setProperty("role", "muted")
        self._device.setToolTip("What is being trained, and where")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._title)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        row.addWidget(self._message, 0)
        row.addWidget(self._undo)
        row.addStretch(1)
        row.addWidget(self._device, 0, Qt.AlignmentFlag.AlignRight)
        self._show_first()

    def show_job(self, job: int, title: str, done: int, total: int, time_left: str) -> None:
        """Show or update a job; a total of 0 means that its length is not known."""
        self._jobs[job] = (title, done, total, time_left)
        self._show_first()

    def remove_job(self, job: int) -> None:
        """Take a job off the list."""
        self._jobs.pop(job, None)
        self._show_first()

    def show_undoable(self, text: str, take_back: Callable[[], object]) -> None:
        """Show what was done, with a button that takes it back.

        The button stays when another message comes, and says then what it takes back.
        """
        self.forget_undo()
        self.show_message(text)
        self._take_back_last, self._done_last = take_back, text
        self._undo.setText("Undo")
        self._undo.setToolTip(f"Take back: {text}")
        self._undo.show()

    def forget_undo(self) -> None:
        """Offer to take nothing back any more."""
        self._take_back_last = None
        self._undo.hide()

    def show_message(self, text: str, role: str = "muted") -> None:
        """Show a sentence until the next one comes; `role` is muted or error."""
        if self._take_back_last is not None:
            words = self.fontMetrics().elidedText(
                self._done_last, Qt.TextElideMode.ElideRight, _UNDO_WORDS
            )
            self._undo.setText(f"Undo: {words}")
        self._message.setProperty("role", role)
        self._message.style().unpolish(self._message)
        self._message.style().polish(self._message)
        self._message.setText(text)

    def message(self) -> str:
        """The sentence shown last."""
        return self._message.text()

    def show_device(self, text: str) -> None:
        """Say what runs where, at the right edge."""
        self._device.setText(text)

    def _take_back(self) -> None:
        take_back = self._take_back_last
        if take_back is not None:
            self.forget_undo()
            self.show_message("Taken back.")
            take_back()

    def _show_first(self) -> None:
        busy = bool(self._jobs)
        for widget in (self._title, self._bar, self._cancel):
            widget.setVisible(busy)
        if not busy:
            return
        title, done, total, time_left = next(iter(self._jobs.values()))
        more = f"  +{len(self._jobs) - 1}" if len(self._jobs) > 1 else ""
        self._title.setText(_line(title, done, total, time_left) + more)
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for job, entry in self._jobs.items():
            action = self._menu.addAction(theme.icon("close"), f"Cancel: {_line(*entry)}")
            action.triggered.connect(lambda _=False, job=job: self.cancel_clicked.emit(job))

    def _cancel_first(self) -> None:
        if self._jobs:
            self.cancel_clicked.emit(next(iter(self._jobs)))


def _line(title: str, done: int, total: int, time_left: str) -> str:
    line = f"{title} {done}/{total}" if total else title
    return f"{line} · {time_left}" if time_left else line
