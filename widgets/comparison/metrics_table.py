"""The table of metrics on screen, as high as its rows, with copying."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QFont, QFontMetrics, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QSizePolicy,
    QTableView,
    QWidget,
)

from widgets import theme
from widgets.comparison.metrics_model import MetricsModel, RunMetrics

_ROW_HEIGHT = 24
# In a low window the pictures need the room more: further runs are scrolled to.
_LOW_WINDOW, _ROWS_IN_LOW = 800, 3
_NAME_WIDTHS = (150, 300)
_LEAST_METRIC = 64
_TITLE_PADDING = 13
_ICON = QSize(14, 14)


class MetricsTable(QTableView):
    """Runs and their metrics; Ctrl+C copies the table as text, the context menu also as CSV."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.metrics_model = MetricsModel(self)
        self.setModel(self.metrics_model)
        self.setObjectName("MetricsTable")
        self.setAccessibleName("Metrics of the chosen runs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        self.setIconSize(_ICON)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self.copy_text_action = self._add_action("Copy as text", self.copy_text)
        self.copy_text_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_text_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_csv_action = self._add_action("Copy as CSV", self.copy_csv)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        theme.signals.changed.connect(self._on_theme_changed)
        self._fit_height()

    def set_runs(self, runs: Sequence[RunMetrics], class_names: Sequence[str]) -> None:
        """Show those runs."""
        self.metrics_model.set_runs(runs, class_names)
        self._fit_height()
        self._fit_columns()
        self._fit_height()

    def copy_text(self) -> None:
        """Put the table on the clipboard, columns separated by tabs."""
        rows = self.metrics_model.as_rows()
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in rows))

    def copy_csv(self) -> None:
        """Put the table on the clipboard as comma-separated values."""
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(self.metrics_model.as_rows())
        QGuiApplication.clipboard().setText(stream.getvalue())

    def _add_action(self, text: str, run: object) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(run)
        self.addAction(action)
        return action

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions([self.copy_text_action, self.copy_csv_action])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width among the columns."""
        super().resizeEvent(event)
        self._fit_columns()
        self._fit_height()

    def _fit_columns(self) -> None:
        """The run as wide as its name where there is room; the figures share the rest."""
        header = self.horizontalHeader()
        modes = QHeaderView.ResizeMode
        figures = [each for each in range(self.metrics_model.columnCount()) if each not in (0, 2)]
        if not figures:
            return
        # The best of a column has a star, and the mDice its interval beside it.
        needed = [
            max(self._title_width(column), self.sizeHintForColumn(column), _LEAST_METRIC)
            for column in figures
        ]
        header.setMinimumSectionSize(_LEAST_METRIC)
        goal = max(self.sizeHintForColumn(2) + theme.GRID, self._title_width(2))
        room = self.viewport().width() - goal - sum(needed)
        wanted = min(self.sizeHintForColumn(0) + theme.GRID, room, _NAME_WIDTHS[1])
        for column, width in ((0, max(wanted, _NAME_WIDTHS[0])), (2, goal)):
            header.setSectionResizeMode(column, modes.Fixed)
            header.resizeSection(column, width)
        rest = max(self.viewport().width() - goal - header.sectionSize(0) - sum(needed), 0)
        for place, (column, width) in enumerate(zip(figures, needed, strict=True)):
            share = rest * (place + 1) // len(figures) - rest * place // len(figures)
            header.setSectionResizeMode(column, modes.Fixed)
            header.resizeSection(column, width + share)

    def _title_width(self, column: int) -> int:
        font = QFont(self.horizontalHeader().font())
        font.setBold(True)
        metrics = QFontMetrics(font)
        title = self.metrics_model.headerData(column, Qt.Orientation.Horizontal)
        lines = str(title).split("\n")
        return max(metrics.horizontalAdvance(line) for line in lines) + _TITLE_PADDING

    def _fit_height(self) -> None:
        rows = max(self.metrics_model.rowCount(), 1)
        is_low = self.window().height() < _LOW_WINDOW
        policies = Qt.ScrollBarPolicy
        cut = is_low and rows > _ROWS_IN_LOW
        self.setVerticalScrollBarPolicy(
            policies.ScrollBarAlwaysOn if cut else policies.ScrollBarAlwaysOff
        )
        rows = _ROWS_IN_LOW if cut else rows
        header = self.horizontalHeader()
        height = header.sizeHint().height() + rows * _ROW_HEIGHT + 2 * self.frameWidth()
        if header.length() > self.viewport().width():
            height += self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(height)

    def _on_theme_changed(self) -> None:
        # Icons of the cells are made in the colours of the theme.
        self.viewport().update()
        self._fit_height()
