"""In what the recipes of the ticked runs differ, as a table to search and to take away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QToolButton,
    QWidget,
)

from core.runs.table.columns import RunTable
from core.runs.table.differences import Difference, differences, differences_csv
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.export_button import picture_of
from widgets.run_colors import colors, run_color

_ROW_HEIGHT = 26
_LEAST_WIDTH, _MOST_WIDTH = 96, 260
_SWATCH = 12

Index = QModelIndex | QPersistentModelIndex


class DifferenceModel(QAbstractTableModel):
    """A row for each setting, a column for each run; where runs agree the text is muted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: list[Difference] = []
        self._runs: list[tuple[str, str]] = []

    def set_content(self, found: Sequence[Difference], runs: Sequence[tuple[str, str]]) -> None:
        """Show these differences of these runs (id and name)."""
        if list(found) == self._found and list(runs) == self._runs:
            return
        self.beginResetModel()
        self._found, self._runs = list(found), list(runs)
        self.endResetModel()

    @property
    def shown(self) -> list[Difference]:
        """The differences that are shown."""
        return list(self._found)

    @property
    def names(self) -> list[str]:
        """What the runs are called."""
        return [name for _, name in self._runs]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of settings."""
        return 0 if parent.isValid() else len(self._found)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The setting, what it is about, and the runs."""
        return 0 if parent.isValid() else 2 + len(self._runs)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The runs with their colours."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        run = self._runs[section - 2] if section >= 2 else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return run[1] if run is not None else ("Setting", "About")[section]
            case Qt.ItemDataRole.ToolTipRole:
                return run[1] if run is not None else None
            case Qt.ItemDataRole.DecorationRole if run is not None:
                swatch = QPixmap(_SWATCH, _SWATCH)
                swatch.fill(QColor(*run_color(run[0])))
                return swatch
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            case _:
                return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        if not index.isValid():
            return None
        found, place = self._found[index.row()], index.column() - 2
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return found.texts[place] if place >= 0 else (found.title, found.section)[place + 2]
            case Qt.ItemDataRole.ToolTipRole if place < 0:
                return f"{found.tip}\n{found.key}" if found.tip else found.key
            case Qt.ItemDataRole.ToolTipRole:
                return found.texts[place]
            case Qt.ItemDataRole.ForegroundRole if place == -1 or _is_like_first(found, place):
                return theme.color("muted")
            case Qt.ItemDataRole.FontRole if place >= 1 and not _is_like_first(found, place):
                font = QFont(theme.base_font())
                font.setBold(True)
                return font
            case _:
                return None


class DifferencesView(QStackedWidget):
    """The table, and what to do while there is nothing to compare."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("DifferencesView")
        self._table = RunTable()
        self._runs: list[str] = []
        self._all: list[Difference] = []
        self.empty = EmptyState("table-column-plus-after", "")
        self.model = DifferenceModel(self)
        self.view = _Table(self)
        self.view.setModel(self.model)
        self.bar = QWidget()
        self.search = QLineEdit()
        self.equal_button = QToolButton()
        self.copy_button = QToolButton()
        self._lay_out()
        self.search.textChanged.connect(lambda _text: self._show())
        self.equal_button.toggled.connect(lambda _on: self._find())
        self.copy_button.clicked.connect(self.copy)
        self.view.copy_requested.connect(self.copy)
        colors.changed.connect(self._recolor)
        self._show()

    def set_runs(self, table: RunTable, run_ids: Sequence[str]) -> None:
        """Show in what these runs differ."""
        self._table, self._runs = table, list(run_ids)
        self._find()

    def csv(self) -> str:
        """What is shown, as CSV."""
        return differences_csv(self.model.shown, self.model.names)

    def copy(self) -> None:
        """Put what is shown into the clipboard, columns separated by tabs."""
        lines = ["\t".join(["Setting", "About", *self.model.names])]
        lines += ["\t".join([d.title, d.section, *d.texts]) for d in self.model.shown]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def picture(self) -> QPixmap:
        """The table at twice its size, to be taken away."""
        return picture_of([self.view if self.currentIndex() else self.empty])

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search the settings")
        self.search.setAccessibleName("Search the settings")
        self.search.setToolTip("Show only settings with these words in their names or values")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.equal_button.setText("Also what is equal")
        self.equal_button.setCheckable(True)
        self.equal_button.setProperty("role", "chip")
        self.equal_button.setToolTip("Show the settings that the runs have in common too")
        self.copy_button.setToolTip("Copy the table (Ctrl+C in it)")
        self.copy_button.setAccessibleName("Copy the table")
        theme.set_icon(self.copy_button, "content-copy")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.search, 1)
        row.addWidget(self.equal_button)
        row.addWidget(self.copy_button)
        row.addStretch()
        self.addWidget(self.empty)
        self.addWidget(self.view)

    def _find(self) -> None:
        self._all = differences(
            self._table, self._runs, with_equal=self.equal_button.isChecked()
        )  # fmt: skip
        self._show()

    def _show(self) -> None:
        rows = [row for run_id in self._runs if (row := self._table.row(run_id)) is not None]
        shown = [each for each in self._all if each.has(self.search.text())]
        self.model.set_content(shown, [(row.id, row.name) for row in rows])
        self.view.fit_columns()
        if len(rows) < 2:
            self.empty.say(
                "Two runs are needed" if rows else "No run is ticked",
                "Tick two to six runs in the table: what differs in their recipes appears here.",
            )
        elif not self._all:
            self.empty.say("These runs have the same recipe", "They differ in nothing but luck.")
        elif not shown:
            self.empty.say("No setting has these words", "Search for others, or for none.")
        self.setCurrentIndex(1 if len(rows) >= 2 and shown else 0)

    def _recolor(self) -> None:
        last = self.model.columnCount() - 1
        if last >= 2:
            self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 2, last)


class _Table(QTableView):
    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("DifferencesTable")
        self.setAccessibleName("Settings in which the ticked runs differ")
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setIconSize(QSize(_SWATCH, _SWATCH))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)

    def fit_columns(self) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column in range(self.model().columnCount()):
            wanted = max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
            header.resizeSection(column, min(max(wanted + 16, _LEAST_WIDTH), _MOST_WIDTH))


def _is_like_first(found: Difference, place: int) -> bool:
    return place >= 1 and found.texts[place] == found.texts[0]
