"""The list of samples at the left of the comparison: what to sort by, a filter, and the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.flags import Flag
from widgets import theme
from widgets.comparison.samples.measures import ORDERS, Measure, Order, ScoredSample, measures
from widgets.comparison.samples.sample_model import Column, SampleModel
from widgets.gallery.loader import Render, ThumbnailLoader

_ROW_HEIGHT = 40
_THUMBNAIL = 34
_CELL_PADDING = 18
_PICTURE_WIDTH = 48

# What a click on a column's title sorts by: first this, and with another click that.
_HEADER_ORDERS: Mapping[Column, tuple[Order, Order]] = {
    Column.SAMPLE: (Order.NAME, Order.NAME),
    Column.A: (Order.A_WORST, Order.A_BEST),
    Column.B: (Order.B_WORST, Order.B_BEST),
    Column.DELTA: (Order.B_LOSES, Order.B_GAINS),
}


class SampleTable(QTableView):
    """The rows; ↑ ↓ (and ← →) move, Enter and a double click open."""

    opened = Signal()
    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → are the previous and the next sample, as everywhere; Enter opens."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)


class SampleList(QWidget):
    """Samples, worst first to begin with."""

    current_changed = Signal(str)
    """The id of the sample chosen; "" when there is none."""
    opened = Signal(str)
    """The id of the sample that is wanted in the editor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("SampleList")
        self.model = SampleModel(self)
        self._measures: list[Measure] = []
        self._runs = 0
        self._current = ""
        self.filter_edit = QLineEdit()
        self.filter_edit.setPlaceholderText("Filter by name")
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.setToolTip("Show only samples whose name contains this (Ctrl+F)")
        self.filter_edit.setAccessibleName("Filter samples by name")
        self.measure_box = QComboBox()
        self.measure_box.setToolTip("What the figures in the list are")
        self.order_box = QComboBox()
        self.order_box.setToolTip("How the samples are sorted")
        for box in (self.measure_box, self.order_box):
            policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            box.setSizeAdjustPolicy(policy)
            box.setMinimumContentsLength(10)
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self.table = SampleTable()
        self._set_up_table()

        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(4)
        form.addRow("&Show", self.measure_box)
        form.addRow("S&ort", self.order_box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.filter_edit)
        column.addLayout(form)
        column.addWidget(self.table, 1)
        column.addWidget(self._count)

        self._loader = ThumbnailLoader(self)
        self._loader.ready.connect(self.model.thumbnail_is_ready)
        self._is_asking = False
        self._blank = QPixmap(_THUMBNAIL, _THUMBNAIL)
        self._blank.fill(Qt.GlobalColor.transparent)
        self.model.set_thumbnails(self._thumbnail)
        self.filter_edit.textChanged.connect(self._on_filter)
        self.filter_edit.returnPressed.connect(self.table.setFocus)
        self.measure_box.activated.connect(self._on_measure)
        self.order_box.activated.connect(self._on_order)
        self.table.horizontalHeader().sectionClicked.connect(self._on_header)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_row)
        self.table.doubleClicked.connect(self._open)
        self.table.opened.connect(self._open)
        self.table.stepped.connect(self.step)
        self.set_classes(())
        self._show_orders(1)

    @property
    def current(self) -> str:
        """The id of the sample chosen; "" when there is none."""
        return self._current

    def set_classes(self, class_names: Sequence[str]) -> None:
        """Offer the measures of those classes."""
        if [measure.id for measure in self._measures] == [m.id for m in measures(class_names)]:
            return
        self._measures = measures(class_names)
        self.measure_box.clear()
        for measure in self._measures:
            self.measure_box.addItem(f"{measure.title} ({measure.unit})", measure.id)
        self.model.set_measure(self._measures[0])

    def set_samples(self, samples: Sequence[ScoredSample], runs: int) -> None:
        """Show those samples for one run or two; the chosen one stays chosen if it is there."""
        wanted = self._current
        self._show_orders(runs)
        self.model.set_samples(samples, runs)
        self._fit_columns()
        self._restore(wanted)
        self._show_count()

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Show which samples are flagged; `changed` names those whose flags differ now."""
        self.model.set_flags(flags, changed)

    def set_order(self, order: Order) -> None:
        """Sort the samples."""
        self.order_box.setCurrentIndex(self.order_box.findData(order))
        self.model.set_order(order)
        self._scroll_to_current()

    def set_measure(self, measure_id: str) -> None:
        """Choose what the figures are."""
        place = self.measure_box.findData(measure_id)
        self.measure_box.setCurrentIndex(place)
        self.model.set_measure(self._measures[place])
        self._scroll_to_current()

    def select(self, sample_id: str) -> bool:
        """Choose a sample; False when it is not shown."""
        row = self.model.row_of(sample_id)
        if row < 0:
            return False
        index = self.model.index(row, Column.SAMPLE)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        return True

    def step(self, by: int) -> None:
        """Choose the sample that many rows on; stops at the ends."""
        rows = self.model.rowCount()
        if rows:
            row = min(max(self.table.currentIndex().row() + by, 0), rows - 1)
            self.table.setCurrentIndex(self.model.index(row, Column.SAMPLE))

    def neighbours(self) -> list[str]:
        """The samples below and above the chosen one, the one below first."""
        row, ids = self.table.currentIndex().row(), self.model.ids
        return [ids[each] for each in (row + 1, row - 1) if row >= 0 and 0 <= each < len(ids)]

    def set_thumbnails(self, render: Render | None) -> None:
        """Say how the small picture of a sample id is drawn; called off the UI thread."""
        self._loader.set_size(round(_THUMBNAIL * self.devicePixelRatioF()))
        self._loader.set_source(render)

    def shut_down(self) -> None:
        """End the threads that draw small pictures."""
        self._loader.shut_down()

    def _thumbnail(self, sample_id: str) -> QPixmap | None:
        """The picture of a sample that is being painted; one that is not there yet is asked for."""
        tile = self._loader.tile(sample_id)
        if tile is None and not self._is_asking:
            # Once for all that the present repaint misses.
            self._is_asking = True
            QTimer.singleShot(0, self, self._ask_for_thumbnails)
        if tile is None or tile.image is None:
            return self._blank
        pixmap = QPixmap.fromImage(tile.image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        return pixmap

    def _ask_for_thumbnails(self) -> None:
        self._is_asking = False
        area, ids = self.table.viewport().rect(), self.model.ids
        first, last = self.table.rowAt(area.top()), self.table.rowAt(area.bottom())
        if first >= 0:
            self._loader.want(ids[first : last + 1 if last >= 0 else len(ids)])

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setObjectName("ComparedSamples")
        table.setAccessibleName("Samples")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        # Names of one dataset mostly begin alike: their ends tell them apart.
        table.setTextElideMode(Qt.TextElideMode.ElideLeft)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        self._fit_columns()

    def _fit_columns(self) -> None:
        header = self.table.horizontalHeader()
        modes = QHeaderView.ResizeMode
        metrics = self.table.fontMetrics()
        figure = metrics.horizontalAdvance("88,888") + _CELL_PADDING
        delta = metrics.horizontalAdvance("+88,888") + _CELL_PADDING
        for column in map(Column, range(self.model.columnCount())):
            match column:
                case Column.PICTURE:
                    header.setSectionResizeMode(column, modes.Fixed)
                    header.resizeSection(column, _PICTURE_WIDTH)
                case Column.SAMPLE:
                    header.setSectionResizeMode(column, modes.Stretch)
                case _:
                    header.setSectionResizeMode(column, modes.Fixed)
                    header.resizeSection(column, delta if column is Column.DELTA else figure)

    def _show_orders(self, runs: int) -> None:
        if runs == self._runs:
            return
        self._runs = runs
        self.order_box.clear()
        for order in ORDERS[runs]:
            self.order_box.addItem(order.value, order)
        order = self.model.order if self.model.order in ORDERS[runs] else Order.A_WORST
        self.set_order(order)

    def _restore(self, wanted: str) -> None:
        if self.model.rowCount() == 0:
            self._set_current("")
        elif not self.select(wanted):
            self.table.setCurrentIndex(self.model.index(0, Column.SAMPLE))
            self.table.scrollToTop()

    def _show_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._count.setText(f"{shown} of {total} samples" if shown != total else f"{total} samples")

    def _scroll_to_current(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _on_filter(self, text: str) -> None:
        wanted = self._current
        self.model.set_filter(text)
        self._restore(wanted)
        self._show_count()

    def _on_measure(self, place: int) -> None:
        self.set_measure(self._measures[place].id)
        self._choose_first()

    def _on_order(self, place: int) -> None:
        self.set_order(self.order_box.itemData(place))
        self._choose_first()

    def _on_header(self, section: int) -> None:
        column = Column(section)
        if column not in _HEADER_ORDERS:
            return
        first, second = _HEADER_ORDERS[column]
        self.set_order(second if self.model.order is first else first)
        self._choose_first()

    def _choose_first(self) -> None:
        # Who sorts anew wants to see what is on top now.
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, Column.SAMPLE))
            self.table.scrollToTop()

    def _on_current_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        self._set_current(self.model.ids[current.row()] if current.isValid() else "")

    def _set_current(self, sample_id: str) -> None:
        # A model reset makes the view forget its row for a moment; that is no choice of the user.
        if sample_id != self._current:
            self._current = sample_id
            self.current_changed.emit(sample_id)

    def _open(self) -> None:
        if self._current:
            self.opened.emit(self._current)
