"""The config that a run would use, and what differs from its recipe."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.training.checks.finding import counted
from core.training.preview.messages import ResolvedConfig
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.filters.search_field import SearchField

_COLUMNS = ("Key", "In the recipe", "In this run", "Because of")
_BY = {"form": "the form", "dataset": "the dataset"}
_NOTHING = "–"
_WAIT = "The first time takes some seconds."


class ConfigDialog(QDialog):
    """Two tabs to search and copy from. Made at once, and filled when the config is there."""

    def __init__(self, recipe: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Config · {recipe}")
        self.resize(880, 600)
        self._config: ResolvedConfig | None = None
        self.search = SearchField()
        self.search.setPlaceholderText("Search keys and values")
        self.search.setToolTip("Words of a key or a value (Enter goes on, Esc empties it)")
        self.search.setClearButtonEnabled(True)
        self.changes = QTreeWidget()
        self.changes.setHeaderLabels(list(_COLUMNS))
        self.changes.setRootIsDecorated(False)
        self.changes.setUniformRowHeights(True)
        self.changes.setAccessibleName("Difference from the recipe")
        self.changes.setToolTip("A key as --set takes it, its value in the recipe and in this run")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("role", "log")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("The whole config")
        self.tabs = QTabWidget()
        self.tabs.addTab(self.changes, "Difference from the recipe")
        self.tabs.addTab(self.text, "Whole config")
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self.state = EmptyState(
            "progress-clock", "Building the config…", "The first time takes some seconds."
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.state)
        self._stack.addWidget(self.tabs)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip("Copy what the open tab shows")
        self.close_button = QPushButton("Close")
        self.close_button.setToolTip("Close (Esc)")
        for button in (self.copy_button, self.close_button):
            button.setAutoDefault(False)
        self.copy_button.setEnabled(False)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addWidget(self._count, 1)
        foot.addWidget(self.copy_button)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(self.search)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self.search.textChanged.connect(self._search)
        self.search.left.connect(self._next)
        self.tabs.currentChanged.connect(lambda _index: self._search())
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.reject)

    def show_config(self, config: ResolvedConfig) -> None:
        """Fill the tabs."""
        self._config = config
        self.changes.clear()
        for change in config.changes:
            values = (
                change.key,
                change.before if change.before is not None else _NOTHING,
                change.after if change.after is not None else _NOTHING,
                _BY[change.by],
            )
            item = QTreeWidgetItem(list(values))
            for number, value in enumerate(values):
                item.setToolTip(number, value)
            self.changes.addTopLevelItem(item)
        header = self.changes.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for number, width in enumerate((360, 160, 200)):
            self.changes.setColumnWidth(number, width)
        self.text.setPlainText(config.text)
        self._stack.setCurrentWidget(self.tabs)
        self.copy_button.setEnabled(True)
        self._search()

    def show_problem(self, text: str) -> None:
        """Say why there is no config."""
        self.state.set_icon("alert-circle-outline", "error")
        self.state.say("The config cannot be built", text)
        self._stack.setCurrentWidget(self.state)

    def shown_keys(self) -> list[str]:
        """The keys that the search leaves in the list of differences."""
        return [item.text(0) for item in self._items() if not item.isHidden()]

    def _items(self) -> list[QTreeWidgetItem]:
        numbers = range(self.changes.topLevelItemCount())
        items = (self.changes.topLevelItem(number) for number in numbers)
        return [item for item in items if item is not None]

    def _search(self) -> None:
        words = self.search.text().strip().lower()
        for item in self._items():
            line = " ".join(item.text(column) for column in range(len(_COLUMNS))).lower()
            item.setHidden(words not in line)
        hits = self._mark(words)
        if self._config is None:
            return
        if self.tabs.currentWidget() is self.text:
            self._count.setText(f"found in {counted(hits, 'place')}" if words else "")
        else:
            by_form = sum(change.by == "form" for change in self._config.changes)
            shown = len(self.shown_keys())
            everything = (
                f"{by_form} by the form, {len(self._config.changes) - by_form} by the dataset"
            )
            self._count.setText(f"{shown} shown" if words else everything)

    def _mark(self, words: str) -> int:
        """Mark every place of the whole config where the words are."""
        marks = []
        if words:
            look = QTextCharFormat()
            look.setBackground(theme.color("selection"))
            cursor = QTextCursor(self.text.document())
            while not (cursor := self.text.document().find(words, cursor)).isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor, mark.format = cursor, look
                marks.append(mark)
        self.text.setExtraSelections(marks)
        return len(marks)

    def _next(self) -> None:
        if self.tabs.currentWidget() is not self.text:
            self.changes.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        words = self.search.text().strip()
        if words and not self.text.find(words):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(words)

    def _copy(self) -> None:
        if self._config is None:
            return
        if self.tabs.currentWidget() is self.text:
            text = self._config.text
        else:
            shown = set(self.shown_keys())
            text = "\n".join(
                f"{change.key}: {change.before or _NOTHING} → {change.after or _NOTHING}"
                for change in self._config.changes
                if change.key in shown
            )
        QGuiApplication.clipboard().setText(text)
        self._count.setText("Copied.")
