"""The right side of the comparison: a tab per panel, folded away to a narrow strip when asked."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.tab_bar import KeyedTabBar

STRIP_WIDTH = 28
LEAST_WIDTH = 320


class AnalysisSide(QWidget):
    """Panels one behind the other, chosen by tabs; folded it is a strip with one button."""

    folded_changed = Signal(bool)
    """The user folded the panels or brought them back."""
    tab_changed = Signal(str)
    """Another panel is shown; the word of its tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("AnalysisSide")
        self._folded = False
        self.tabs = KeyedTabBar("Panels of the analysis")
        self.tabs.setProperty("role", "dense")
        self.fold_button = QToolButton()
        self.fold_button.setObjectName("FoldAnalysis")
        self.fold_button.setAutoRaise(True)
        self.fold_button.clicked.connect(lambda: self.fold(not self._folded))
        self._stack = QStackedWidget()
        self._top = QVBoxLayout()
        self._top.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tabs, 1)
        row.addWidget(self.fold_button, 0, Qt.AlignmentFlag.AlignTop)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(theme.GRID)
        body.addLayout(self._top)
        body.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(row)
        column.addWidget(self._body, 1)
        column.addStretch(0)
        self.tabs.currentChanged.connect(self._on_tab)
        self._show_folding()

    @property
    def is_folded(self) -> bool:
        """Whether only the strip is there."""
        return self._folded

    @property
    def tab(self) -> str:
        """The word of the tab that is chosen; "" while there is none."""
        return self.tabs.tabText(self.tabs.currentIndex()).replace("&", "")

    def add_panel(self, title: str, panel: QWidget, tooltip: str = "") -> None:
        """Add a panel behind those that are there."""
        self._stack.addWidget(panel)
        place = self.tabs.addTab(title)
        self.tabs.setTabToolTip(place, tooltip)

    def show_tab(self, panel: QWidget, is_shown: bool) -> None:
        """Show or hide the tab of a panel; another one comes to the front when it was chosen."""
        self.tabs.setTabVisible(self._stack.indexOf(panel), is_shown)

    def add_line(self, line: QWidget) -> None:
        """Put a line above all panels, such as the one that chooses the run."""
        self._top.addWidget(line)

    def choose_tab(self, title: str) -> None:
        """Show the panel of that tab; an unknown word, or one that is hidden, changes nothing."""
        for place in range(self.tabs.count()):
            if self.tabs.tabText(place) == title and self.tabs.isTabVisible(place):
                self.tabs.setCurrentIndex(place)

    def fold(self, folded: bool) -> None:
        """Fold the panels away, or bring them back."""
        if folded != self._folded:
            self._folded = folded
            self._show_folding()
            self.folded_changed.emit(folded)

    def _show_folding(self) -> None:
        self.tabs.setVisible(not self._folded)
        self._body.setVisible(not self._folded)
        self.setMinimumWidth(STRIP_WIDTH if self._folded else LEAST_WIDTH)
        self.setMaximumWidth(STRIP_WIDTH if self._folded else 16_777_215)
        theme.set_icon(self.fold_button, "chevron-left" if self._folded else "chevron-right")
        verb = "Show" if self._folded else "Fold away"
        panels = "figures, confusion, slices, errors, calibration, scatter"
        self.fold_button.setToolTip(f"{verb} {panels} (F)")
        self.fold_button.setAccessibleName(f"{verb} the analysis")

    def _on_tab(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self.tab_changed.emit(self.tab)
