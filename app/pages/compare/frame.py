"""The widgets of the Compare page and their places."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from widgets import theme
from widgets.analysis.side import LEAST_WIDTH, AnalysisSide
from widgets.comparison.overview import Overview
from widgets.comparison.prediction_bar import PredictionBar
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.viewing.viewer import ComparisonViewer
from widgets.empty_state import EmptyState
from widgets.tab_bar import KeyedTabBar

RUNS, SAMPLES = "Runs", "Samples"
_LIST_WIDTH, _SIDE_WIDTH = 256, 400
_LEAST_LIST, _LEAST_MIDDLE = 224, 520
_ROOMY = 760
"""From this height on there is room for figures, views and an open worklist."""
_MANY = 5
"""From so many runs on the pictures of a low window are small."""

CRAMPED = "So many runs leave little room for pictures here: G gives them that of the figures."
"""Said where pictures are small, and how they become larger."""


class CompareFrame(QWidget):
    """Two views behind tabs: all runs, and the samples of the chosen ones.

    The view of the samples has, from the top, the choice of runs with their figures, what there is
    to say of predictions, then list, linked views and analysis side by side, and the worklist.

    Args:
        samples: The list.
        viewer: The linked views.
        parent: Its parent.
    """

    view_changed = Signal(str)
    """`RUNS` or `SAMPLES` is shown."""

    def __init__(
        self, samples: SampleList, viewer: ComparisonViewer, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.tabs = KeyedTabBar("Views of the comparison")
        self.overview = Overview()
        self.prediction_bar = PredictionBar()
        self.side = AnalysisSide()
        self.empty = EmptyState("compare", "")
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setObjectName("CompareColumns")
        self._views = QStackedWidget()
        self._runs_room, self._worklist_room = _room(), _room()
        self._worklist_room.hide()  # needs no room before there is one
        self._samples_stack = QStackedWidget()
        self._lay_out(samples, viewer)
        self.tabs.currentChanged.connect(self._on_tab)
        self.side.folded_changed.connect(self._on_folded)
        self.overview.room_button.toggled.connect(self._enlarge)
        self.show_view(SAMPLES)

    # Rooms that others furnish

    def set_runs_view(self, widget: QWidget) -> None:
        """Put the view of all runs in its place."""
        _furnish(self._runs_room, widget)

    def set_worklist(self, widget: QWidget) -> None:
        """Put the worklist in its place below the samples."""
        _furnish(self._worklist_room, widget)
        self._worklist_room.show()

    # What is shown

    @property
    def view(self) -> str:
        """`RUNS` or `SAMPLES`."""
        return RUNS if self.tabs.currentIndex() == 0 else SAMPLES

    def show_view(self, view: str) -> None:
        """Show all runs (`RUNS`) or the samples of the chosen ones (`SAMPLES`)."""
        self.tabs.setCurrentIndex(0 if view == RUNS else 1)

    def give_room(self, is_working: bool) -> None:
        """Let the views have the room of the figures while a worklist is open in a low window."""
        self._is_working = is_working
        has_room = not is_working or self.height() >= _ROOMY
        self.overview.table.setVisible(has_room and not self.is_enlarged)

    @property
    def is_enlarged(self) -> bool:
        """Whether the views have the room of figures and analysis."""
        return self.overview.room_button.isChecked()

    @property
    def is_folded_by_hand(self) -> bool:
        """Whether the analysis is folded away other than to enlarge the views."""
        return self._was_folded if self.is_enlarged else self.side.is_folded

    def is_cramped(self, runs: int) -> bool:
        """Whether the pictures of so many runs are small here, and could be larger."""
        return runs >= _MANY and self.height() < _ROOMY and not self.is_enlarged

    def show_empty(self, is_empty: bool) -> None:
        """Show in place of the samples why there are none, or the samples again."""
        self._samples_stack.setCurrentIndex(0 if is_empty else 1)

    def sizes(self) -> dict[str, list[int]]:
        """Widths of the columns, by the splitter's name."""
        if self.side.is_folded:
            list_width, middle, _strip = self.splitter.sizes()
            wide = self._unfolded_width
            return {self.splitter.objectName(): [list_width, max(middle - wide, 1), wide]}
        return {self.splitter.objectName(): self.splitter.sizes()}

    def set_sizes(self, sizes: Mapping[str, list[int]]) -> None:
        """Take over widths that `sizes` gave."""
        known = sizes.get(self.splitter.objectName())
        if known and len(known) == self.splitter.count():
            self._unfolded_width = known[2]
            self.splitter.setSizes(known)

    # Layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the views large as long as the window has the room for it."""
        super().resizeEvent(event)
        self.give_room(self._is_working)
        needed = _LEAST_LIST + _LEAST_MIDDLE + LEAST_WIDTH + 5 * theme.GRID
        has_room = event.size().width() >= needed
        self._viewer.setMinimumWidth(_LEAST_MIDDLE if has_room else 0)

    def _lay_out(self, samples: SampleList, viewer: ComparisonViewer) -> None:
        self._unfolded_width = _SIDE_WIDTH
        self._is_working = self._was_folded = False
        samples.setMinimumWidth(_LEAST_LIST)
        self._viewer = viewer
        for column in (samples, viewer, self.side):
            self.splitter.addWidget(column)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([_LIST_WIDTH, 4 * _LIST_WIDTH, _SIDE_WIDTH])
        body = QWidget()
        column_layout = QVBoxLayout(body)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(theme.GRID)
        column_layout.addWidget(self.overview)
        column_layout.addWidget(self.prediction_bar)
        column_layout.addWidget(self.splitter, 1)
        column_layout.addWidget(self._worklist_room)
        self._samples_stack.addWidget(self.empty)
        self._samples_stack.addWidget(body)
        for title, view, tooltip in (
            (RUNS, self._runs_room, "All runs: choose those to compare (R)"),
            (SAMPLES, self._samples_stack, "Samples of the chosen runs, and what is wrong (R)"),
        ):
            self._views.addWidget(view)
            self.tabs.setTabToolTip(self.tabs.addTab(title), tooltip)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.GRID, 0, theme.GRID, theme.GRID)
        whole.setSpacing(theme.GRID)
        whole.addWidget(self.tabs)
        whole.addWidget(self._views, 1)

    def _on_tab(self, place: int) -> None:
        self._views.setCurrentIndex(place)
        self.view_changed.emit(self.view)

    def _enlarge(self, is_large: bool) -> None:
        """Give the views the room of figures and analysis, or take it back."""
        if is_large:
            self._was_folded = self.side.is_folded
            self.side.fold(True)
        elif self.side.is_folded:  # who brought it back meanwhile keeps it
            self.side.fold(self._was_folded)
        self.give_room(self._is_working)

    def _on_folded(self, folded: bool) -> None:
        list_width, middle, side = self.splitter.sizes()
        if folded:
            self._unfolded_width = max(side, _SIDE_WIDTH)
            self.splitter.setSizes([list_width, middle + side, 0])
        else:
            wide = self._unfolded_width
            self.splitter.setSizes([list_width, max(middle + side - wide, 1), wide])


def _room() -> QWidget:
    """A place for a widget that comes later."""
    room = QWidget()
    layout = QVBoxLayout(room)
    layout.setContentsMargins(0, 0, 0, 0)
    return room


def _furnish(room: QWidget, widget: QWidget) -> None:
    layout = room.layout()
    assert layout is not None
    layout.addWidget(widget)
