"""The rows of the list on screen: their keys, and columns as wide as there is room."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets.comparison.samples.measures import By
from widgets.comparison.samples.sample_model import Column, SampleModel

THUMBNAIL = 46
_ROW_HEIGHT = 52
_CELL_PADDING = 14
_PICTURE_WIDTH = 60
_LEAST_NAME = 60


class SampleTable(QTableView):
    """↑ ↓ (and ← →) move, Enter and a double click open.

    Columns of runs for which there is no room are left out; the ones that are sorted by, or of
    which the difference is shown, are left out last.
    """

    opened = Signal()
    stepped = Signal(int)

    def __init__(self, model: SampleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples = model
        self.setModel(model)
        self.setObjectName("ComparedSamples")
        self.setAccessibleName("Samples")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        # Names of one dataset mostly begin alike: their ends tell them apart.
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        # Rows of one height are placed without asking the model for each of them.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        self.fit_columns()

    @property
    def hidden_runs(self) -> list[int]:
        """The places of the runs whose columns are left out."""
        runs = range(self._samples.runs)
        return [run for run in runs if self.isColumnHidden(Column.A + run)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → are the previous and the next sample, as everywhere; Enter opens."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for other columns."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give each column the room its figures need, and the name the rest."""
        header, model, modes = self.horizontalHeader(), self._samples, QHeaderView.ResizeMode
        metrics = self.fontMetrics()
        example = "88,888" if model.runs <= 2 or model.measure.unit == "px" else "100.0"
        figure = metrics.horizontalAdvance(example) + _CELL_PADDING
        delta = metrics.horizontalAdvance(f"+{example}") + _CELL_PADDING
        room = self.viewport().width() - _PICTURE_WIDTH - _LEAST_NAME
        for column in self._by_importance():
            width = delta if column == model.delta_column else figure
            has_room = width <= room or column == Column.A
            if model.measure.is_of_mask:
                has_room = column == Column.A  # the others would say the same
                width = max(width, metrics.horizontalAdvance("Quality %") + 2 * _CELL_PADDING)
            self.setColumnHidden(column, not has_room)
            room -= width if has_room else 0
            header.setSectionResizeMode(column, modes.Fixed)
            header.resizeSection(column, width)
        header.setSectionResizeMode(Column.PICTURE, modes.Fixed)
        header.resizeSection(Column.PICTURE, _PICTURE_WIDTH)
        header.setSectionResizeMode(Column.SAMPLE, modes.Stretch)

    def _by_importance(self) -> list[int]:
        """The columns with figures, those that are shown in any case first."""
        model = self._samples
        first = [model.order.run] if model.order.by in (By.WORST, By.BEST) else []
        first += [*model.pair] if model.runs > 1 else []
        runs = [run for run in dict.fromkeys([*first, *range(model.runs)]) if run < model.runs]
        columns = [Column.A + run for run in runs]
        if model.delta_column is not None:
            columns.insert(min(3, len(columns)), model.delta_column)
        return columns
