"""The panel of charts below the gallery; what is chosen in them filters it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from widgets import theme
from widgets.eda.choice import Choice
from widgets.eda.controls import ChoiceChip, Notice
from widgets.eda.data import EdaData
from widgets.eda.tab import ChartTab, make_combo
from widgets.tab_bar import KeyedTabBar

NO_NUMBERS = "Check the masks to see the charts"
_HOW = "One look at every file counts classes, areas, positions and light."
_HEIGHT = 240
_LEAST_HEIGHT = 216


class EdaPanel(QWidget):
    """Tabs of charts: class balance, areas, position, light and contrast.

    A chart is built when its tab is first seen, and drawn anew only while it is seen. There is at
    most one choice in all charts together. A tab of the owner's, such as that of the flags, is put
    before them by `insert_tab`.
    """

    samples_chosen = Signal(str, object)
    """What the samples have in common, in words; and their positions, an ascending int array."""
    selection_cleared = Signal()
    """Nothing is chosen any more."""
    weights_chosen = Signal(str, object)
    """A method of class weights, and the list of weights."""
    scan_requested = Signal()
    """The user asks for the numbers, where there are none."""
    split_changed = Signal(object)
    """The name of the split that the charts show, or None for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("EdaPanel")
        self._data: EdaData | None = None
        self._choice: Choice | None = None
        self._chooser: ChartTab | None = None
        self.tabs = KeyedTabBar("Charts of the dataset")
        self.chip = ChoiceChip()
        self.chip.hide()
        self.split = make_combo("Split of the charts", "Count the samples of one split only", 112)
        self._room = QStackedWidget()
        self._pages: list[_Page | None] = []
        self._lay_out()
        for title, make in (
            ("Class balance", self._make_balance),
            ("Areas", _make_areas),
            ("Position", _make_position),
            ("Light && contrast", _make_light),
        ):
            page = _Page(make)
            page.notice.action_requested.connect(self.scan_requested)
            self._add(len(self._pages), title, page, page)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.split.currentIndexChanged.connect(self._on_split_changed)
        self.chip.clicked.connect(self.clear)
        self.show_nothing()

    @property
    def data(self) -> EdaData | None:
        """The numbers shown."""
        return self._data

    @property
    def choice(self) -> Choice | None:
        """What is chosen in a chart."""
        return self._choice

    @property
    def notice(self) -> Notice | None:
        """What the tab in sight says while it has no charts; None for a tab of the owner's."""
        page = self._pages[self.tabs.currentIndex()]
        return None if page is None else page.notice

    @property
    def current_chart(self) -> ChartTab | None:
        """The charts in sight, if they were built."""
        page = self._pages[self.tabs.currentIndex()]
        return None if page is None else page.chart

    def chart(self, title: str) -> ChartTab | None:
        """The charts of a tab, if they were built; a tab that was never seen has none."""
        for place, page in enumerate(self._pages):
            if self.tabs.tabText(place).replace("&&", "&") == title and page is not None:
                return page.chart
        return None

    def insert_tab(self, place: int, title: str, widget: QWidget) -> None:
        """Put a widget of the owner's among the tabs, and show it when it is the first."""
        self._add(place, title, widget, None)
        if place == 0:
            self.tabs.setCurrentIndex(0)

    def show_tab(self, title: str) -> None:
        """Bring a tab to the front."""
        for place in range(self.tabs.count()):
            if self.tabs.tabText(place).replace("&&", "&") == title:
                self.tabs.setCurrentIndex(place)

    def show_nothing(self, *, can_scan: bool = True) -> None:
        """Say that there are no numbers yet, and what to do."""
        self._forget_data()
        for page in self._charts():
            page.notice.say(NO_NUMBERS, _HOW, icon="chart-bar", can_act=can_scan)
            page.show_notice()

    def show_busy(self, done: int = 0, total: int = 0) -> None:
        """Say that the numbers are being counted; charts that have numbers keep them meanwhile.

        Args:
            done: How much of it is done.
            total: Of how much; 0 where it is not known.
        """
        if self._data is not None:
            return
        words = f"{done:,} of {total:,} samples" if total else ""
        for page in self._charts():
            page.notice.say("Counting …", words, icon="timer-sand", can_act=False)
            page.notice.show_progress(done, total)
            page.show_notice()

    def set_data(self, data: EdaData) -> None:
        """Show numbers.

        A choice stays when the samples are the same as before; otherwise it is cleared.
        """
        earlier = self._data
        is_same = (
            earlier is not None
            and earlier.splits == data.splits
            and np.array_equal(earlier.split, data.split)
        )
        if earlier is not None and not is_same:
            self.clear()
        self._data = data
        self._offer_splits(data)
        for page in self._charts():
            page.is_stale = True
        self._refresh_seen()

    def clear(self) -> None:
        """Take the choice back, and tell of it."""
        if self._choice is not None:
            self.forget_choice()
            self.selection_cleared.emit()

    def forget_choice(self) -> None:
        """Take the choice back without telling of it, for it was cleared elsewhere."""
        for page in self._charts():
            if page.chart is not None and page.chart.has_data:
                page.chart.forget_choice()
        self._choice = self._chooser = None
        self.chip.hide()

    def set_split(self, name: str | None) -> None:
        """Count the samples of a split; of all for None."""
        place = self.split.findText(name) if name else 0
        self.split.setCurrentIndex(max(place, 0))

    def sizeHint(self) -> QSize:
        """Low and wide."""
        return QSize(960, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """As low as the charts can be read."""
        return QSize(640, _LEAST_HEIGHT)

    def showEvent(self, event: QShowEvent) -> None:
        """Build what is seen for the first time."""
        super().showEvent(event)
        self._refresh_seen()

    def event(self, event: QEvent) -> bool:
        """Take Escape before the page does while something is chosen."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
            and self._choice is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the choice back wherever the focus is in the panel."""
        if event.key() == Qt.Key.Key_Escape and self._choice is not None:
            self.clear()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, theme.GRID, 0)
        head.setSpacing(theme.GRID)
        head.addWidget(self.tabs, 1)
        for widget in (self.chip, self.split):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._room, 1)

    def _add(self, place: int, title: str, widget: QWidget, page: _Page | None) -> None:
        self._pages.insert(place, page)
        self._room.insertWidget(place, widget)
        blocker = QSignalBlocker(self.tabs)
        self.tabs.insertTab(place, title)
        blocker.unblock()
        self._room.setCurrentIndex(self.tabs.currentIndex())

    def _charts(self) -> list[_Page]:
        return [page for page in self._pages if page is not None]

    def _make_balance(self) -> ChartTab:
        from widgets.eda.balance import BalanceTab

        tab = BalanceTab()
        tab.weights_chosen.connect(self.weights_chosen)
        return tab

    def _forget_data(self) -> None:
        self.clear()
        self._data = None
        self.split.hide()

    def _offer_splits(self, data: EdaData) -> None:
        names = [name for name in data.splits if name]
        offered = [self.split.itemText(place) for place in range(1, self.split.count())]
        self._show_splits()
        if names == offered and self.split.count():
            return
        blocker = QSignalBlocker(self.split)
        self.split.clear()
        self.split.addItem("All splits", None)
        for code, name in enumerate(data.splits):
            if name:
                self.split.addItem(name, code)
        blocker.unblock()

    def _show_splits(self) -> None:
        """Offer the splits where charts count them; a tab of the owner's knows nothing of them."""
        splits = [] if self._data is None else [name for name in self._data.splits if name]
        is_chart = self._pages[self.tabs.currentIndex()] is not None
        self.split.setVisible(is_chart and len(splits) > 1)

    def _refresh_seen(self) -> None:
        page = self._pages[self.tabs.currentIndex()]
        if page is None or self._data is None or not page.is_stale or not self.isVisible():
            return
        if page.chart is None:
            chart = page.build()
            chart.chosen.connect(lambda choice: self._on_chosen(chart, choice))
            chart.unchosen.connect(self.clear)
        page.show_data(self._data, self.split.currentData())

    def _on_tab_changed(self, place: int) -> None:
        self._room.setCurrentIndex(place)
        self._show_splits()
        self._refresh_seen()

    def _on_split_changed(self) -> None:
        self.clear()
        for page in self._charts():
            page.is_stale = True
        self._refresh_seen()
        code = self.split.currentData()
        self.split_changed.emit(None if code is None else self.split.currentText())

    def _on_chosen(self, chart: ChartTab, choice: Choice) -> None:
        if self._chooser is not None and self._chooser is not chart:
            self._chooser.forget_choice()
        self._choice, self._chooser = choice, chart
        self.chip.say(choice.words, len(choice.positions))
        self.chip.show()
        self.samples_chosen.emit(choice.words, choice.positions)


class _Page(QStackedWidget):
    """The room of a tab: a notice, or the charts once they are seen with numbers."""

    def __init__(self, make: Callable[[], ChartTab]) -> None:
        super().__init__()
        self._make = make
        self.notice = Notice("Check the masks")
        self.chart: ChartTab | None = None
        self.is_stale = True
        self.addWidget(self.notice)

    def build(self) -> ChartTab:
        """Make the charts."""
        self.chart = self._make()
        self.addWidget(self.chart)
        return self.chart

    def show_data(self, data: EdaData, split: int | None) -> None:
        """Draw the charts, and bring them to the front."""
        if self.chart is not None:
            self.chart.set_data(data, split)
            self.setCurrentWidget(self.chart)
            self.is_stale = False

    def show_notice(self) -> None:
        """Bring the notice to the front."""
        self.setCurrentWidget(self.notice)
        self.is_stale = True


# The charts bring pyqtgraph, which takes a while to load: not before they are seen.


def _make_areas() -> ChartTab:
    from widgets.eda.areas import AreasTab

    return AreasTab()


def _make_position() -> ChartTab:
    from widgets.eda.position import PositionTab

    return PositionTab()


def _make_light() -> ChartTab:
    from widgets.eda.light import LightTab

    return LightTab()
