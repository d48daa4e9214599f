"""Choosing how a folder is to be read. Opening it is somebody else's business."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.dataset.layouts.layout import AmbiguousLayout, Candidate
from core.dataset.layouts.names import printable_name
from widgets import theme
from widgets.opening import words
from widgets.opening.preview import LayoutPreview

_CANDIDATE = Qt.ItemDataRole.UserRole


class LayoutDialog(QDialog):
    """The ways to read a folder, each with a preview. Shown with `open`, so that nothing waits.

    Args:
        ambiguous: What opening the folder raised.
        can_remember: Whether the choice may be written into the dataset's folder.
    """

    layout_chosen = Signal(str, bool)
    """The layout to open the folder with, and whether to remember it in `dataset.toml`."""

    def __init__(
        self,
        ambiguous: AmbiguousLayout,
        *,
        can_remember: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        assert ambiguous.path is not None, "an ambiguous layout is one of a folder"
        name = printable_name(ambiguous.path.name)
        self.setWindowTitle(f"Open {name}")
        self.resize(880, 560)
        heading = QLabel("Which pictures are photos, and which are masks?")
        heading.setProperty("role", "title")
        text = QLabel(f"{name} can be read in more than one way. Your files stay as they are.")
        text.setProperty("role", "muted")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName("Ways to read the folder")
        self.list.setToolTip("↑ and ↓ choose, Enter opens the folder like that")
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setMinimumWidth(240)
        for candidate in ambiguous.candidates:
            self._add(candidate)
        self.preview = LayoutPreview(ambiguous.path)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self.list)
        parts.addWidget(self.preview)
        parts.setStretchFactor(1, 1)
        parts.setSizes([300, 560])
        parts.setChildrenCollapsible(False)
        self.remember_box = QCheckBox("Remember this in dataset.toml")
        self.remember_box.setToolTip(
            "Writes the layout into the dataset's folder, and asks no more"
        )
        self.remember_box.setChecked(can_remember)
        self.remember_box.setEnabled(can_remember)
        if not can_remember:
            self.remember_box.setToolTip("The dataset's folder cannot be written")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Open nothing (Esc)")
        self.cancel_button.setAutoDefault(False)
        self.open_button = QPushButton("Open like this")
        self.open_button.setProperty("role", "primary")
        self.open_button.setToolTip("Open the folder as the preview shows it (Enter)")
        self.open_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addWidget(self.remember_box)
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(heading)
        column.addWidget(text)
        column.addSpacing(theme.GRID)
        column.addWidget(parts, 1)
        column.addSpacing(theme.GRID)
        column.addLayout(foot)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemDoubleClicked.connect(lambda _item: self.accept())
        self.open_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.finished.connect(self._on_finished)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    @property
    def chosen(self) -> Candidate | None:
        """The way that is selected."""
        item = self.list.currentItem()
        candidate: Candidate | None = item.data(_CANDIDATE) if item is not None else None
        return candidate

    def _add(self, candidate: Candidate) -> None:
        title = candidate.description[:1].upper() + candidate.description[1:]
        item = QListWidgetItem(f"{title}\n{words.counts(candidate)}")
        item.setData(_CANDIDATE, candidate)
        item.setToolTip(f'layout = "{candidate.text}"')
        lines = 3 if len(title) > 40 else 2
        item.setSizeHint(QSize(0, lines * self.fontMetrics().height() + 2 * theme.GRID))
        self.list.addItem(item)

    def _on_current_changed(self, _now: object = None, _before: object = None) -> None:
        candidate = self.chosen
        self.open_button.setEnabled(candidate is not None)
        if candidate is not None:
            self.preview.show_candidate(candidate)

    def _on_finished(self, result: int) -> None:
        candidate = self.chosen
        self.preview.shut_down()
        if result == QDialog.DialogCode.Accepted and candidate is not None:
            self.layout_chosen.emit(candidate.text, self.remember_box.isChecked())
        self.deleteLater()
