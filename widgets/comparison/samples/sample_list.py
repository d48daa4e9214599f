"""The list of samples at the left of the comparison: what to sort by, what narrows it, its rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from core.flags import Flag
from widgets import theme
from widgets.comparison.samples.chosen_chip import ChosenChip
from widgets.comparison.samples.columns import SampleColumns
from widgets.comparison.samples.measures import By, Measure, Order, measures, orders
from widgets.comparison.samples.sample_model import Column, SampleModel
from widgets.comparison.samples.sample_table import THUMBNAIL, SampleTable
from widgets.elided_label import ElidedLabel
from widgets.export_button import ExportButton, picture_of
from widgets.filters.search_field import SearchField
from widgets.gallery.loader import Render, ThumbnailLoader

_PICTURE_WIDTH = 560


class SampleList(QWidget):
    """Samples, worst first to begin with."""

    current_changed = Signal(str)
    """The id of the sample chosen; "" when there is none."""
    opened = Signal(str)
    """The id of the sample that is wanted in the editor."""
    measure_changed = Signal()
    """The figures are others: `model.measure`."""
    chosen_changed = Signal(str, object)
    """What `set_chosen` was given: which samples are shown, and their ids; None for all."""
    chosen_cleared = Signal()
    """The user wants all samples again, after `set_chosen`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("SampleList")
        self.model = SampleModel(self)
        self._class_names: Sequence[str] = ()
        self._kinds: Mapping[str, str] = {}
        self._has_quality = False
        self._measures: list[Measure] = []
        self._wanted_measure = ""
        self._current = ""
        self._is_narrowing = False
        self._chosen_title = ""
        self.filter_edit = SearchField()
        self.filter_edit.setPlaceholderText("Search by name")
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.setToolTip("Show only samples whose name contains this (Ctrl+F)")
        self.filter_edit.setAccessibleName("Search samples by name")
        self.chip = ChosenChip()
        self.measure_box = QComboBox()
        self.measure_box.setToolTip("What the figures in the list are")
        self.measure_box.setAccessibleName("Figures in the list")
        self.order_box = QComboBox()
        self.order_box.setToolTip("How the samples are sorted")
        self.order_box.setAccessibleName("Order of the samples")
        for box in (self.measure_box, self.order_box):
            policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            box.setSizeAdjustPolicy(policy)
            box.setMinimumContentsLength(6)
        self._count = QLabel()
        self._count.setObjectName("SampleCount")
        self._count.setProperty("role", "muted")
        self.export_button = ExportButton("list of samples", self.picture, self.model.as_rows)
        self.table = SampleTable(self.model)
        self._lay_out()

        self._loader = ThumbnailLoader(self)
        self._loader.ready.connect(self.model.thumbnail_is_ready)
        self._is_asking = False
        self._blank = QPixmap(THUMBNAIL, THUMBNAIL)
        self._blank.fill(Qt.GlobalColor.transparent)
        self.model.set_thumbnails(self._thumbnail)
        self.filter_edit.textChanged.connect(self._on_filter)
        self.filter_edit.left.connect(self.table.setFocus)
        self.chip.cleared.connect(self.clear_chosen)
        self.measure_box.activated.connect(self._on_measure)
        self.order_box.activated.connect(self._on_order)
        self.table.horizontalHeader().sectionClicked.connect(self._on_header)
        self.table.selectionModel().currentRowChanged.connect(self._on_current_row)
        self.table.doubleClicked.connect(self._open)
        self.table.opened.connect(self._open)
        self.table.stepped.connect(self.step)
        self.set_classes(())
        self._list_orders()

    def _lay_out(self) -> None:
        form = QHBoxLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(4)
        for box in (self.measure_box, self.order_box):
            form.addWidget(box, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self._count, 1)
        foot.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.filter_edit)
        column.addLayout(form)
        column.addWidget(self.chip)
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    # What is shown

    @property
    def current(self) -> str:
        """The id of the sample chosen; "" when there is none."""
        return self._current

    def set_classes(self, class_names: Sequence[str]) -> None:
        """Offer the measures of those classes."""
        self._class_names = class_names
        self._list_measures()

    def set_kinds(self, kinds: Mapping[str, str], *, has_quality: bool = False) -> None:
        """Offer more measures.

        Args:
            kinds: The kinds of errors whose pixels are known, by value, with the words for them.
            has_quality: Whether it is known how far the masks can be believed.
        """
        self._kinds, self._has_quality = kinds, has_quality
        self._list_measures()

    def set_samples(self, columns: SampleColumns) -> None:
        """Show those samples for one to six runs; the chosen one stays chosen if it is there."""
        wanted, before = self._current, self.model.runs
        self.model.set_samples(columns)
        if self.model.runs != before:
            self._list_orders()
        self.table.fit_columns()
        self._restore(wanted)
        self._say_what_is_chosen()
        self._show_count()

    def set_chosen(self, title: str, sample_ids: Collection[str] | None) -> None:
        """Show only some samples, and say which.

        Args:
            title: Which they are, in words: "dog predicted as cat".
            sample_ids: The samples, those of other splits too; None to show all again.
        """
        self._chosen_title = title if sample_ids is not None else ""
        self._narrow(lambda: self.model.set_chosen(sample_ids))
        self._say_what_is_chosen()
        self._show_count()
        self.chosen_changed.emit(self._chosen_title, sample_ids)

    def clear_chosen(self) -> bool:
        """Show all samples again; False when they already are."""
        if not self._chosen_title:
            return False
        self.set_chosen("", None)
        self.chosen_cleared.emit()
        return True

    @property
    def is_narrowed(self) -> bool:
        """Whether the list is narrowed by `set_chosen`."""
        return bool(self._chosen_title)

    def set_flags(
        self, flags: Mapping[str, Sequence[Flag]], changed: Collection[str] | None = None
    ) -> None:
        """Show which samples are flagged; `changed` names those whose flags differ now."""
        self.model.set_flags(flags, changed)

    def set_order(self, order: Order) -> None:
        """Sort the samples."""
        self.order_box.setCurrentIndex(self._orders.index(order))
        self.model.set_order(order)
        self.table.fit_columns()
        self._scroll_to_current()

    def set_pair(self, first: int, second: int) -> None:
        """Choose the two runs of which the difference is shown and sorted by."""
        self.model.set_pair(first, second)
        self._list_orders()
        self.table.fit_columns()

    def set_measure(self, measure_id: str) -> None:
        """Choose what the figures are."""
        self._wanted_measure = measure_id
        self._take_measure([measure.id for measure in self._measures].index(measure_id))

    def want_measure(self, measure_id: str) -> None:
        """Choose what the figures are, as soon as that is known."""
        self._wanted_measure = measure_id
        ids = [measure.id for measure in self._measures]
        if measure_id in ids:
            self._take_measure(ids.index(measure_id))

    def show_first(self) -> None:
        """Choose the sample on top."""
        self._choose_first()

    def _take_measure(self, place: int) -> None:
        before, measure = self.model.measure, self._measures[place]
        self.measure_box.setCurrentIndex(place)
        self.model.set_measure(measure)
        self.table.fit_columns()
        self._scroll_to_current()
        if measure != before:
            self.measure_changed.emit()

    def select(self, sample_id: str) -> bool:
        """Choose a sample; False when it is not shown."""
        row = self.model.row_of(sample_id)
        if row < 0:
            return False
        index = self.model.index(row, Column.SAMPLE)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._set_current(sample_id)
        return True

    def reveal(self, sample_id: str) -> bool:
        """Choose a sample, showing all samples where it is hidden; False if there is none."""
        if self.select(sample_id):
            return True
        if not self.model.knows(sample_id):
            return False
        self.filter_edit.clear()
        self.clear_chosen()
        return self.select(sample_id)

    def choose_none(self) -> None:
        """Choose no sample, until one is chosen or the samples are others."""
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())
        self._set_current("")

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
        self._loader.set_size(round(THUMBNAIL * self.devicePixelRatioF()))
        self._loader.set_source(render)

    def picture(self) -> QPixmap:
        """The part of the list in view, wide enough for names, headed by what it shows."""
        measure, order = self.measure_box.currentText(), self.order_box.currentText()
        heading = ElidedLabel(", ".join((measure, order, self._count.text())))
        chip, table = ElidedLabel(self.chip.text), SampleTable(self.model)
        chip.setProperty("role", "heading")
        width = max(self.table.width(), _PICTURE_WIDTH)
        table.resize(width, self.table.height())
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.fit_columns()
        table.ensurePolished()
        table.verticalScrollBar().setValue(self.table.verticalScrollBar().value())
        labels = [heading, chip] if self._chosen_title else [heading]
        for label in labels:
            label.resize(width, label.sizeHint().height())
        return picture_of([*labels, table])

    def shut_down(self) -> None:
        """End the threads that draw small pictures."""
        self._loader.shut_down()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc shows all samples again."""
        if event.key() != Qt.Key.Key_Escape or not self.clear_chosen():
            super().keyPressEvent(event)

    # Small pictures

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

    # Measures and orders

    @property
    def _orders(self) -> list[Order]:
        return orders(self.model.runs)

    def _list_measures(self) -> None:
        offered = measures(self._class_names, self._kinds, has_quality=self._has_quality)
        if offered == self._measures:
            return
        self._measures = offered
        self.measure_box.clear()
        for measure in offered:
            self.measure_box.addItem(measure.label, measure.id)
            tip = Qt.ItemDataRole.ToolTipRole
            self.measure_box.setItemData(self.measure_box.count() - 1, measure.title, tip)
        _widen_list(self.measure_box)
        # What was wanted may not be known yet; it is taken again once it is.
        ids = [each.id for each in offered]
        wanted = self._wanted_measure
        self._take_measure(ids.index(wanted) if wanted in ids else 0)

    def _list_orders(self) -> None:
        offered = self._orders
        self.order_box.clear()
        for order in offered:
            self.order_box.addItem(order.text(self.model.pair))
        _widen_list(self.order_box)
        self.set_order(self.model.order if self.model.order in offered else Order.A_WORST)

    # What happens

    def _restore(self, wanted: str) -> None:
        if self.model.rowCount() == 0:
            self._set_current("")
        elif not self.select(wanted):
            first = self.model.index(0, Column.SAMPLE)
            self.table.setCurrentIndex(first)
            self.table.scrollToTop()
            self._set_current(self.model.ids[0])

    def _say_what_is_chosen(self) -> None:
        if self._chosen_title:
            self.chip.say(self._chosen_title, self.model.chosen)
        else:
            self.chip.hide()

    def _show_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        if shown != total:
            self._count.setText(f"{shown:,} of {total:,} samples")
        else:
            self._count.setText("1 sample" if total == 1 else f"{total:,} samples")
        self.export_button.setEnabled(total > 0)

    def _scroll_to_current(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _on_filter(self, text: str) -> None:
        self._narrow(lambda: self.model.set_filter(text))
        self._show_count()

    def _narrow(self, change: Callable[[], None]) -> None:
        """Show more samples or fewer; the chosen one stays chosen if it is still there."""
        wanted = self._current
        # Rows that go make the view choose others in passing: nobody wants to see those.
        self._is_narrowing = True
        change()
        self._is_narrowing = False
        self._restore(wanted)

    def _on_measure(self, place: int) -> None:
        self.set_measure(self._measures[place].id)
        self._choose_first()

    def _on_order(self, place: int) -> None:
        self.set_order(self._orders[place])
        self._choose_first()

    def _on_header(self, section: int) -> None:
        # First this, and with another click that.
        if section == Column.PICTURE:
            return
        if section == Column.SAMPLE:
            first = second = Order.NAME
        elif section == self.model.delta_column:
            first, second = Order.B_LOSES, Order.B_GAINS
        else:
            run = section - Column.A
            first, second = Order(By.WORST, run), Order(By.BEST, run)
        self.set_order(second if self.model.order == first else first)
        self._choose_first()

    def _choose_first(self) -> None:
        # Who sorts anew wants to see what is on top now.
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, Column.SAMPLE))
            self.table.scrollToTop()

    def _on_current_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        if self._is_narrowing:
            return
        if current.isValid():
            self._set_current(self.model.ids[current.row()])
        elif not self.model.ids:
            self._set_current("")

    def _set_current(self, sample_id: str) -> None:
        if sample_id != self._current:
            self._current = sample_id
            self.current_changed.emit(sample_id)

    def _open(self) -> None:
        if self._current:
            self.opened.emit(self._current)


def _widen_list(box: QComboBox) -> None:
    """Make the list of a narrow box as wide as what it offers."""
    box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 2 * theme.GRID)
