"""All checks in a list; beside it the scores of the chosen one, with its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy.typing as npt
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.qa.registry import CHECKS
from widgets import theme
from widgets.checks.threshold_panel import ThresholdPanel
from widgets.flags.severity import check_title, check_words

_LIST_WIDTH = 216


class LimitsTab(QWidget):
    """Chooses a check and moves its limit; the gallery answers at once."""

    check_chosen = Signal(str)
    limit_changing = Signal(str, float)
    limit_chosen = Signal(str, float)
    samples_chosen = Signal(str, object)
    settings_requested = Signal()
    """The user wants to see all checks with their limits and options."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._was_chosen = False
        self.threshold = ThresholdPanel()
        self.list = QListWidget()
        self.list.setAccessibleName("Checks")
        self.list.setToolTip("Choose a check to see its scores and move its limit")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.settings_button = QPushButton("All checks…")
        self.settings_button.setToolTip("Switch checks on and off, set limits and options")
        theme.set_icon(self.settings_button, "tune-variant")
        side = QVBoxLayout()
        side.setSpacing(4)
        side.addWidget(self.list, 1)
        side.addWidget(self.settings_button)
        left = QWidget()
        left.setLayout(side)
        left.setFixedWidth(_LIST_WIDTH)
        side.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 4, theme.GRID, theme.GRID)
        row.setSpacing(theme.GRID)
        row.addWidget(left)
        row.addWidget(self.threshold, 1)
        self.list.itemClicked.connect(lambda _item: setattr(self, "_was_chosen", True))
        self.list.currentItemChanged.connect(lambda *_: self._on_chosen())
        self.settings_button.clicked.connect(self.settings_requested)
        self.threshold.limit_changing.connect(self.limit_changing)
        self.threshold.limit_chosen.connect(self.limit_chosen)
        self.threshold.samples_chosen.connect(self.samples_chosen)

    @property
    def current(self) -> str | None:
        """The check that is chosen."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None

    def set_checks(self, checks: Sequence[str]) -> None:
        """Offer the checks that have a limit, in that order; the chosen one stays chosen."""
        offered = [check for check in checks if CHECKS[check].limit is not None]
        if offered == self._checks():
            return
        chosen = self.current
        blocker = QSignalBlocker(self.list)
        self.list.clear()
        for check in offered:
            item = QListWidgetItem(check_title(check))
            item.setData(Qt.ItemDataRole.UserRole, check)
            item.setToolTip(check_words(check))
            self.list.addItem(item)
        self.list.setCurrentRow(offered.index(chosen) if chosen in offered else 0)
        blocker.unblock()

    def set_counts(self, flagged: Mapping[str, int]) -> None:
        """Say how many samples each check flags."""
        if not self._was_chosen:
            first = next((check for check in self._checks() if flagged.get(check)), None)
            if first is not None:
                self._show(first)
        for row in range(self.list.count()):
            item = self.list.item(row)
            check = item.data(Qt.ItemDataRole.UserRole)
            count = flagged.get(check, 0)
            item.setText(f"{check_title(check)} ({count:,})" if count else check_title(check))

    def choose(self, check: str) -> None:
        """Choose a check."""
        self._was_chosen = True
        self._show(check)

    def _show(self, check: str) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == check:
                self.list.setCurrentRow(row)

    def show_scores(self, scores: npt.ArrayLike, limit: float | None) -> None:
        """Show the scores of the chosen check, one per sample, and its limit."""
        if self.current is not None:
            self.threshold.show_scores(CHECKS[self.current], scores, limit)

    def show_nothing(self) -> None:
        """Show no scores."""
        self.threshold.clear()

    def _checks(self) -> list[str]:
        rows = range(self.list.count())
        return [str(self.list.item(row).data(Qt.ItemDataRole.UserRole)) for row in rows]

    def _on_chosen(self) -> None:
        if self.current is not None:
            self.check_chosen.emit(self.current)
