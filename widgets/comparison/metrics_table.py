"""The table of metrics on screen, as high as its rows, with copying."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
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

_ROW_HEIGHT = 28
_NAME_WIDTH = 200
_METRIC_WIDTH = 78
_GOAL_WIDTH = 120


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

    def _fit_columns(self) -> None:
        header = self.horizontalHeader()
        for column in range(self.metrics_model.columnCount()):
            if column == 0:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
                header.setMinimumSectionSize(56)
            else:
                width = _GOAL_WIDTH if column == 2 else _METRIC_WIDTH
                header.resizeSection(column, max(width, header.sectionSizeHint(column)))

    def _fit_height(self) -> None:
        rows = max(self.metrics_model.rowCount(), 1)
        height = self.horizontalHeader().sizeHint().height() + rows * _ROW_HEIGHT
        self.setFixedHeight(height + 2 * self.frameWidth())

    def _on_theme_changed(self) -> None:
        # Icons of the cells are made in the colours of the theme.
        self.viewport().update()
        self._fit_height()
