"""The list at the left: the samples whose masks differ, which split, and in what order."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.labels.diff import LabelSetDiff
from widgets import theme
from widgets.gallery.loader import Render, ThumbnailLoader
from widgets.label_diff.model import Column, DiffModel, Order, Row

_ROW_HEIGHT = 40
_THUMBNAIL = 34
_PICTURE_WIDTH = 48
_CELL_PADDING = 18
_NAMED = 12

_HEADER_ORDERS: Mapping[Column, Order] = {
    Column.SAMPLE: Order.NAME,
    Column.PIXELS: Order.PIXELS,
    Column.SHARE: Order.SHARE,
}


class _Table(QTableView):
    """Leaves letters and ← → to the view around it; they are its keys, not a search for names."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take only the keys that move through rows."""
        key = event.key()
        sideways = key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if sideways or event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)


class ChangeList(QWidget):
    """Samples whose masks differ, the largest change first to begin with."""

    current_changed = Signal(str)
    """The id of the sample chosen; "" when there is none."""
    opened = Signal(str)
    """The id of the sample that was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ChangeList")
        self.model = DiffModel(self)
        self._current = ""
        self._is_asking = False
        self.split_box = QComboBox()
        self.split_box.setToolTip("Show only the changes in one split")
        self.split_box.setAccessibleName("Split")
        self.table = _Table()
        self._count = QLabel()
        self._count.setProperty("role", "muted")
        self._left_out = QLabel()
        self._left_out.setProperty("role", "warning")
        self._left_out.setWordWrap(True)
        self._set_up_table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.split_box)
        column.addWidget(self.table, 1)
        column.addWidget(self._count)
        column.addWidget(self._left_out)
        self._loader = ThumbnailLoader(self)
        self._loader.ready.connect(self.model.thumbnail_is_ready)
        self._blank = QPixmap(_THUMBNAIL, _THUMBNAIL)
        self._blank.fill(Qt.GlobalColor.transparent)
        self.model.set_thumbnails(self._thumbnail)
        self.split_box.activated.connect(self._on_split)
        self.table.horizontalHeader().sectionClicked.connect(self._on_header)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_row)
        self.table.doubleClicked.connect(self._on_double_click)

    @property
    def current(self) -> str:
        """The id of the sample chosen; "" when there is none."""
        return self._current

    @property
    def current_row(self) -> Row | None:
        """What is known of the sample chosen."""
        return self.model.at(self.table.currentIndex().row())

    @property
    def words(self) -> list[str]:
        """What stands below the table."""
        return [label.text() for label in (self._count, self._left_out) if label.text()]

    def show_diff(self, diff: LabelSetDiff) -> None:
        """Show the masks that differ; the chosen sample stays chosen when it is among them."""
        wanted, split = self._current, self.split_box.currentData()
        self.split_box.clear()
        self.split_box.addItem(f"All splits ({len(diff.changes):,})", None)
        for name, count in diff.changed_by_split.items():
            if name:
                self.split_box.addItem(f"{name} ({count:,})", name)
        self.split_box.setVisible(self.split_box.count() > 2)
        self.split_box.setCurrentIndex(max(self.split_box.findData(split), 0))
        self.model.set_rows(diff.changes, diff.not_compared)
        self.model.set_split(self.split_box.currentData())
        self._fit_columns()
        self._say_what_is_left_out(diff)
        self._restore(wanted)

    def clear(self) -> None:
        """Show nothing."""
        self.model.set_rows((), ())
        self._restore("")

    def select(self, sample_id: str) -> bool:
        """Choose a sample; False when it is not shown."""
        row = self.model.row_of(sample_id)
        if row >= 0:
            self._choose_row(row)
        return row >= 0

    def step(self, by: int) -> None:
        """Choose the sample that many rows on; stops at the ends."""
        rows = self.model.rowCount()
        if rows:
            self._choose_row(min(max(self.table.currentIndex().row() + by, 0), rows - 1))

    def set_thumbnails(self, render: Render | None) -> None:
        """Say how the small picture of a sample id is drawn; called off the UI thread."""
        self._loader.set_size(round(_THUMBNAIL * self.devicePixelRatioF()))
        self._loader.set_source(render)

    def shut_down(self) -> None:
        """End the threads that draw small pictures."""
        self._loader.shut_down()

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setObjectName("ChangedSamples")
        table.setAccessibleName("Changed samples")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        # Names of one dataset mostly begin alike: their ends tell them apart.
        table.setTextElideMode(Qt.TextElideMode.ElideLeft)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionsClickable(True)
        self._fit_columns()

    def _fit_columns(self) -> None:
        header, modes = self.table.horizontalHeader(), QHeaderView.ResizeMode
        width = self.table.fontMetrics().horizontalAdvance
        for column, size in {
            Column.PICTURE: _PICTURE_WIDTH,
            Column.PIXELS: width("8,888,888") + _CELL_PADDING,
            Column.SHARE: width("< 0.01") + _CELL_PADDING,
        }.items():
            header.setSectionResizeMode(column, modes.Fixed)
            header.resizeSection(column, size)
        header.setSectionResizeMode(Column.SAMPLE, modes.Stretch)

    def _say_what_is_left_out(self, diff: LabelSetDiff) -> None:
        parts, names = [], []
        for label_set, samples in ((diff.a, diff.only_in_a), (diff.b, diff.only_in_b)):
            if samples:
                parts.append(f"{len(samples):,} only in {label_set}")
                names += [f"Only in {label_set}: {_listed(samples)}"]
        if diff.not_compared:
            parts.append(f"{len(diff.not_compared):,} not comparable, at the end of the list")
        self._left_out.setText(" · ".join(parts))
        self._left_out.setToolTip("\n".join(names))
        self._left_out.setVisible(bool(parts))

    def _restore(self, wanted: str) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._count.setText(f"{shown:,} of {total:,} masks" if shown != total else "")
        self._count.setVisible(shown != total)
        if not shown:
            self._set_current("")
        elif not self.select(wanted):
            self._choose_row(0)

    def _choose_row(self, row: int) -> None:
        index = self.model.index(row, Column.SAMPLE)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)

    def _on_split(self, place: int) -> None:
        wanted = self._current
        self.model.set_split(self.split_box.itemData(place))
        self._restore(wanted)

    def _on_header(self, section: int) -> None:
        order = _HEADER_ORDERS.get(Column(section))
        if order is not None:
            self.model.set_order(order)
            # Who sorts anew wants to see what is on top now.
            self._restore("")

    def _on_current_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        # A reset makes the view forget its row for a moment; that is no choice of the user.
        row = self.model.at(current.row()) if current.isValid() else None
        if row is not None:
            self._set_current(row.sample)

    def _set_current(self, sample_id: str) -> None:
        if sample_id != self._current:
            self._current = sample_id
            self.current_changed.emit(sample_id)

    def _on_double_click(self, index: QModelIndex) -> None:
        row = self.model.at(index.row())
        if row is not None:
            self.opened.emit(row.sample)

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
        area = self.table.viewport().rect()
        first, last = self.table.rowAt(area.top()), self.table.rowAt(area.bottom())
        if first >= 0:
            rows = self.model.rowCount()
            self._loader.want(self.model.ids(first, last if last >= 0 else rows - 1))


def _listed(samples: tuple[str, ...]) -> str:
    names = ", ".join(samples[:_NAMED])
    return names if len(samples) <= _NAMED else f"{names} and {len(samples) - _NAMED:,} more"
