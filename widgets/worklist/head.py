"""The worklist's one line: how far it is, which places are listed, and what to do with them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from core.worklist.entries import Order, Progress, State
from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.export_button import ExportButton, Rows
from widgets.worklist import words
from widgets.worklist.add_button import AddButton
from widgets.worklist.retrain_button import RetrainButton

_EMPTY = (
    "Empty. Add errors of the shown samples, then decide them here one by one with the keyboard."
)
_ALL_DONE = "Every place is decided."
_NONE_SHOWN = {
    State.TO_REVIEW: "No place is left to review.",
    State.DECIDED: "No place is decided.",
    State.SKIPPED: "No place is skipped.",
}
_ORDERS = {Order.SUSPICION: "Most suspicious first", Order.SIZE: "Largest first"}


class WorklistHead(QWidget):
    """Shows how far the list is; its boxes and buttons are the bar's to listen to.

    Args:
        picture: Makes a picture of the list.
        table: Makes a table of it.
        parent: Its parent.
    """

    def __init__(
        self,
        picture: Callable[[], QPixmap],
        table: Callable[[], Rows],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.fold_button = QToolButton()
        self.progress = QProgressBar()
        self.progress_words = QLabel()
        self.hint = ElidedLabel()
        self.stale_words = QLabel()
        self.state_box = QComboBox()
        self.order_box = QComboBox()
        self.export_button = ExportButton("worklist", picture, table)
        self.add_button = AddButton()
        self.retrain_button = RetrainButton()
        self._build()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for at_left in (self.fold_button, self.progress, self.progress_words):
            row.addWidget(at_left)
        row.addWidget(self.hint, 1)
        for at_right in (
            self.stale_words, self.state_box, self.order_box, self.export_button, self.add_button,
            self.retrain_button,
        ):  # fmt: skip
            row.addWidget(at_right)

    @property
    def state(self) -> State | None:
        """Which places are to be listed; None for all."""
        found = self.state_box.currentData()
        return State(found) if found else None

    @property
    def order(self) -> Order:
        """In which order they are to be worked through."""
        return Order(self.order_box.currentData())  # Qt gives it back as text

    @property
    def has_keys(self) -> bool:
        """Whether letters belong to one of the boxes now: they choose one of its lines."""
        return self.order_box.hasFocus() or self.state_box.hasFocus()

    def show_progress(self, progress: Progress, shown: int) -> None:
        """Say how far the list is, and how many of its places are listed."""
        has_entries = progress.entries > 0
        self.progress.setRange(0, max(progress.entries, 1))
        self.progress.setValue(progress.decided)
        self.progress_words.setText(progress.words())
        for widget in (
            self.progress, self.progress_words, self.state_box, self.order_box, self.export_button
        ):  # fmt: skip
            widget.setVisible(has_entries)
        self.fold_button.setEnabled(has_entries)
        self.hint.setText(self._said(progress, shown))

    def show_runs(self, retrainable: Mapping[str, str], stale: Sequence[str]) -> None:
        """Say which runs can be trained again, and which are stale; see `WorklistBar.show_runs`."""
        self.retrain_button.show_runs(retrainable)
        self.stale_words.setText(words.stale(stale))
        self.stale_words.setVisible(bool(stale))
        self.stale_words.setToolTip(
            "They learned labels that are others now: " + ", ".join(stale) if stale else ""
        )

    def show_folded(self, folded: bool) -> None:
        """Say whether only this line is shown."""
        self.fold_button.setArrowType(Qt.ArrowType.RightArrow if folded else Qt.ArrowType.DownArrow)

    def _said(self, progress: Progress, shown: int) -> str:
        if not progress.entries:
            return _EMPTY
        if progress.decided == progress.entries and self.state is not State.SKIPPED:
            return _ALL_DONE
        return "" if shown or self.state is None else _NONE_SHOWN[self.state]

    def _build(self) -> None:
        self.fold_button.setText("Worklist")
        self.fold_button.setObjectName("WorklistFold")
        self.fold_button.setToolTip("Work through the worklist with the keyboard, or fold it (W)")
        self.fold_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold_button.setAutoRaise(True)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.progress.setAccessibleName("Decided places")
        self.hint.setProperty("role", "muted")
        self.stale_words.setProperty("role", "warning")
        self.state_box.addItem("All places", "")
        for state in State:
            self.state_box.addItem(state.value.capitalize(), state.value)
        self.state_box.setAccessibleName("Places shown in the worklist")
        self.state_box.setToolTip("Which places are listed and gone through")
        for order, title in _ORDERS.items():
            self.order_box.addItem(title, order)
        self.order_box.setAccessibleName("Order of the worklist")
        self.order_box.setToolTip("Which places come first")
