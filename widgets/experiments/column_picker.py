"""A button that opens a list of columns, to be searched and ticked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from core.runs.table.columns import Column
from widgets import theme

_SIZE = QSize(320, 360)
_ID = int(Qt.ItemDataRole.UserRole)


class ColumnPicker(QToolButton):
    """Offers columns. Nothing ticked by hand means the choice is made automatically.

    Args:
        text: What the button says.
        tooltip: What the choice is for.
    """

    changed = Signal()
    """Other columns are chosen by hand, or none any more."""

    def __init__(self, text: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setProperty("role", "chip")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._text = text
        self._columns: tuple[Column, ...] = ()
        self._chosen: list[str] | None = None
        self._automatic: list[str] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search the columns")
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tooltip)
        self.list.setUniformItemSizes(True)
        self.automatic_button = QPushButton("Automatic")
        self.automatic_button.setToolTip("What tells most: figures, and settings that differ")
        self.menu_frame = QFrame()
        self._lay_out()
        self.search.textChanged.connect(self._show_found)
        self.list.itemChanged.connect(self._on_ticked)
        self.automatic_button.clicked.connect(self.choose_automatically)
        self.search.installEventFilter(self)

    @property
    def chosen(self) -> list[str] | None:
        """The ids chosen by hand; None where the choice is automatic."""
        return None if self._chosen is None else list(self._chosen)

    def set_columns(self, columns: Sequence[Column], automatic: Sequence[str]) -> None:
        """Offer these columns.

        Args:
            columns: All of them, in order.
            automatic: The ids that are chosen as long as nothing is chosen by hand.
        """
        is_other = tuple(columns) != self._columns
        is_changed = list(automatic) != self._automatic
        self._columns, self._automatic = tuple(columns), list(automatic)
        if is_other:
            self._fill()
        elif is_changed:
            self._show_ticks()

    def set_chosen(self, ids: Sequence[str] | None) -> None:
        """Choose by hand, or automatically (None)."""
        wanted = None if ids is None else list(ids)
        if wanted != self._chosen:
            self._chosen = wanted
            self._show_ticks()
            self.changed.emit()

    def choose_automatically(self) -> None:
        """Let go of what was chosen by hand."""
        self.set_chosen(None)

    def hide_column(self, column_id: str) -> None:
        """Take one column out of those that are chosen."""
        chosen = self._automatic if self._chosen is None else self._chosen
        self.set_chosen([each for each in chosen if each != column_id])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the search to the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                return True  # it would close the menu
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.automatic_button)
        buttons.addStretch()
        column = QVBoxLayout(self.menu_frame)
        column.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        self.menu_frame.setFixedSize(_SIZE)
        menu = QMenu(self)
        entry = QWidgetAction(menu)
        entry.setDefaultWidget(self.menu_frame)
        menu.addAction(entry)
        menu.aboutToShow.connect(self.search.setFocus)
        self.setMenu(menu)

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        section = ""
        for column in self._columns:
            if column.section != section:
                section = str(column.section)
                head = QListWidgetItem(section)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                self.list.addItem(head)
            item = QListWidgetItem(column.head)
            item.setData(_ID, column.id)
            item.setToolTip(f"{column.tip}\nIn filters: {column.id}")
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
            )
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._show_ticks()
        self._show_found(self.search.text())

    def _show_ticks(self) -> None:
        wanted = set(self._automatic if self._chosen is None else self._chosen)
        self.list.blockSignals(True)
        for at in range(self.list.count()):
            item = self.list.item(at)
            if item.data(_ID):
                is_in = item.data(_ID) in wanted
                item.setCheckState(Qt.CheckState.Checked if is_in else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self.setText(self._text if self._chosen is None else f"{self._text}: {len(wanted)}")
        self.automatic_button.setEnabled(self._chosen is not None)

    def _show_found(self, words: str) -> None:
        for at in range(self.list.count()):
            item = self.list.item(at)
            said = f"{item.text()} {item.data(_ID) or ''}".lower()
            item.setHidden(bool(words) and (not item.data(_ID) or words.lower() not in said))

    def _on_ticked(self, _item: QListWidgetItem) -> None:
        known = {column.id for column in self._columns}
        items = (self.list.item(at) for at in range(self.list.count()))
        ticked = [
            item.data(_ID)
            for item in items
            if item.data(_ID) and item.checkState() == Qt.CheckState.Checked
        ]
        # What no run has at the moment is not forgotten for that.
        absent = [each for each in self._chosen or () if each not in known]
        self.set_chosen([*ticked, *absent])
