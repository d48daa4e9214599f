"""A strip over the canvas for what the AI click lacks: weights to be fetched, or the program."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.assist.catalogue import Model, size_in_words
from core.assist.messages import ModelFiles
from widgets import theme
from widgets.durations import time_left

_ICON = QSize(20, 20)
_STEPS = 1000
_DETAILS_HEIGHT = 88


class WeightsPanel(QFrame):
    """Asks before anything is fetched, shows how far it is, and says why it failed.

    Hidden while there is nothing to say. It says what the user wants by signals.
    """

    fetch_clicked = Signal()
    cancel_clicked = Signal()
    retry_clicked = Signal()
    """The user has installed what was missing, or wants to try once more."""
    smart_region_clicked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("WeightsPanel")
        self.setProperty("role", "panel")
        self._icon_name, self._icon_role = "creation-outline", "accent"
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("How much is fetched")
        self._details = QPlainTextEdit()
        self._details.setObjectName("WeightsDetails")
        self._details.setAccessibleName("Files of the model")
        self._details.setProperty("role", "log")
        self._details.setReadOnly(True)
        self._details.setTabChangesFocus(True)
        self._details.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self._details.setFixedHeight(_DETAILS_HEIGHT)
        self._details.hide()
        self._main = _button("", "WeightsMain", "", primary=True)
        self._main.clicked.connect(self._on_main)
        self._cancel = _button("Cancel", "WeightsCancel", "End the fetch; nothing of it stays")
        self._cancel.clicked.connect(self.cancel_clicked)
        self._smart = _button(
            "Use Smart region instead",
            "WeightsSmartRegion",
            "Finds the object in a box by its colours, without a model (G)",
        )
        self._smart.clicked.connect(self.smart_region_clicked)
        self._more = _button("Details", "WeightsMore", "Which files, from where, and where to")
        self._more.setCheckable(True)
        self._more.setProperty("role", "flat")
        self._more.toggled.connect(self._details.setVisible)
        self._close = QToolButton()
        self._close.setObjectName("WeightsClose")
        self._close.setToolTip("Close this; choosing the AI click (Q) shows it again")
        self._close.setAccessibleName("Close")
        theme.set_icon(self._close, "close")
        self._close.clicked.connect(self.dismiss)
        self._close.clicked.connect(self.closed)
        self._asks_to_fetch = False
        self._lay_out()
        theme.signals.changed.connect(self._refresh_icon)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; "" while it is hidden."""
        return self._text.text() if not self.isHidden() else ""

    @property
    def details(self) -> str:
        """Which files it is about, a line each."""
        return self._details.toPlainText()

    def ask(self, model: Model, files: ModelFiles | None) -> None:
        """Ask whether the weights of a model are to be fetched.

        Args:
            model: The model.
            files: Where its files come from and belong, when that is known.
        """
        host = files.host if files is not None else "the internet"
        license_name = files.license if files is not None else model.license
        self._tell(
            f"{model.title} is not on this computer yet. About {model.size} will be fetched from "
            f"{host} ({license_name}).",
            "creation-outline",
            "accent",
        )
        self._offer(f"Fetch {model.size}", "Fetch the weights of the model", fetches=True)
        self._show_details(_lines(files))

    def show_progress(self, model: Model, done: int, total: int, seconds: float | None) -> None:
        """Show how much is fetched.

        Args:
            model: The model.
            done: Bytes so far.
            total: Bytes in all; 0 while that is not known.
            seconds: Seconds left, when there is a pace.
        """
        parts = [f"Fetching {model.title}"]
        if total:
            parts.append(f"{size_in_words(done)} of {size_in_words(total)}")
        parts.append(time_left(seconds))
        self._tell(" · ".join(part for part in parts if part), "download", "accent")
        for widget in (self._main, self._smart, self._more, self._details, self._close):
            widget.hide()
        self._bar.setRange(0, _STEPS if total else 0)
        self._bar.setValue(min(_STEPS * done // max(total, 1), _STEPS))
        self._bar.show()
        self._cancel.setEnabled(True)
        self._cancel.show()

    def show_cancelling(self, model: Model) -> None:
        """Show that a fetch is about to end; what is at work ends within some seconds."""
        self.show_progress(model, 0, 0, None)
        self._text.setText(f"Cancelling the fetch of {model.title} …")
        self._cancel.setEnabled(False)

    def tell_failure(self, text: str, files: ModelFiles | None = None) -> None:
        """Say why weights could not be fetched, and offer to try again."""
        self._tell(text, "alert", "warning")
        self._offer("Try again", "Fetch the weights once more", fetches=True)
        self._show_details(_lines(files))

    def tell_problem(self, text: str) -> None:
        """Say why the model cannot be asked, and offer to look once more."""
        self._tell(text, "alert", "warning")
        self._offer("Check again", "Look whether it works by now", fetches=False)
        self._show_details([])

    def dismiss(self) -> None:
        """Say nothing any more."""
        self._more.setChecked(False)
        self.hide()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(4)
        words.addWidget(self._text)
        words.addWidget(self._bar)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        for button in (self._more, self._main, self._smart, self._cancel, self._close):
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 6, 8, 6)
        whole.setSpacing(8)
        whole.addLayout(row)
        whole.addWidget(self._details)

    def _tell(self, text: str, icon: str, role: str) -> None:
        self._icon_name, self._icon_role = icon, role
        self._refresh_icon()
        self._text.setText(text)
        self.show()

    def _offer(self, label: str, tooltip: str, *, fetches: bool) -> None:
        self._asks_to_fetch = fetches
        self._main.setText(label)
        self._main.setToolTip(tooltip)
        for widget in (self._main, self._smart, self._close):
            widget.show()
        self._bar.hide()
        self._cancel.hide()

    def _show_details(self, lines: Sequence[str]) -> None:
        self._details.setPlainText("\n".join(lines))
        self._more.setVisible(bool(lines))
        self._more.setChecked(self._more.isChecked() and bool(lines))
        self._details.setVisible(self._more.isChecked())

    def _on_main(self) -> None:
        if self._asks_to_fetch:
            self.fetch_clicked.emit()
        else:
            self.retry_clicked.emit()

    def _refresh_icon(self) -> None:
        self._icon.setPixmap(theme.icon(self._icon_name, self._icon_role).pixmap(_ICON))


def _button(text: str, name: str, tooltip: str, *, primary: bool = False) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if primary:
        button.setProperty("role", "primary")
    return button


def _lines(files: ModelFiles | None) -> list[str]:
    if files is None:
        return []
    return [f"{file.url}\n    → {file.path}" for file in files.files]
