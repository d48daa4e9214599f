"""The form of the checks, built from what they declare."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.qa.registry import CHECKS, Check
from core.qa.settings import CheckSettings
from widgets import theme
from widgets.checks.settings_row import CheckRow
from widgets.empty_state import EmptyState
from widgets.filters.search_field import SearchField


class CheckSettingsForm(QWidget):
    """Switches checks on and off and sets their limits and options; saves nothing itself.

    Args:
        checks: The checks, by id, in their order; every registered one by default.
        parent: The widget it is in.
    """

    settings_changed = Signal(object)
    """The user changed something: the new `CheckSettings`."""

    def __init__(
        self, checks: Mapping[str, Check] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._checks = CHECKS if checks is None else checks
        self._settings = CheckSettings()
        self._rows = {check.id: CheckRow(check) for check in self._checks.values()}
        self._headings: dict[str, QLabel] = {}
        self.search = SearchField()
        self.reset_all_button = QPushButton("Reset all")
        self._summary = QLabel()
        self._nothing = EmptyState("magnify-close", "No check is called that")
        self._stack = QStackedWidget()
        self._scroll = QScrollArea()
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def settings(self) -> CheckSettings:
        """The settings as the form shows them."""
        return self._settings

    @property
    def summary(self) -> str:
        """How many checks there are, are off, and were changed, in words."""
        return self._summary.text()

    def set_settings(self, settings: CheckSettings) -> None:
        """Show other settings, without a signal."""
        self._settings = settings
        self._refresh()

    def row(self, check_id: str) -> CheckRow:
        """The row of a check."""
        return self._rows[check_id]

    def shown_checks(self) -> list[str]:
        """Ids of the checks that the search leaves in sight."""
        return [check_id for check_id, row in self._rows.items() if not row.isHidden()]

    def show_check(self, check_id: str) -> None:
        """Bring a check into sight, and the keyboard to its limit or its switch."""
        self.search.clear()
        row = self._rows[check_id]
        target = row.limit_field or row.switch
        self._scroll.ensureWidgetVisible(row)
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search checks")
        self.search.setObjectName("check_search")
        self.search.setToolTip("Words of a check's name or of what it catches (Esc empties it)")
        self.search.setClearButtonEnabled(True)
        self.reset_all_button.setProperty("role", "flat")
        self.reset_all_button.setObjectName("reset_all_checks")
        self.reset_all_button.setToolTip("Every check on, with its default limit and options")
        self._summary.setProperty("role", "muted")
        second = QHBoxLayout()
        second.addWidget(self._summary, 1)
        second.addWidget(self.reset_all_button)
        head = QVBoxLayout()
        head.setContentsMargins(theme.GRID * 2, theme.GRID, theme.GRID * 2, theme.GRID)
        head.setSpacing(theme.GRID)
        head.addWidget(self.search)
        head.addLayout(second)
        self._nothing.add_button("Show all checks", self.search.clear, icon="close")
        self._scroll.setWidget(self._body())
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._nothing)
        line = QFrame()
        line.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line)
        column.addWidget(self._stack, 1)

    def _body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.GRID * 2, theme.GRID, theme.GRID * 2, theme.GRID * 2)
        column.setSpacing(theme.GRID)
        for group in dict.fromkeys(row.check.group for row in self._rows.values()):
            heading = QLabel(group)
            heading.setProperty("role", "title")
            heading.setContentsMargins(0, theme.GRID, 0, 0)
            self._headings[group] = heading
            column.addWidget(heading)
            for row in self._rows.values():
                if row.check.group == group:
                    column.addWidget(row)
        column.addStretch(1)
        return body

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.search.left.connect(self._leave_search)
        self.reset_all_button.clicked.connect(lambda: self._change(CheckSettings()))
        for check_id, row in self._rows.items():
            row.switched.connect(partial(self._on_switched, check_id))
            row.limit_changed.connect(partial(self._on_limit, check_id))
            row.option_changed.connect(partial(self._on_option, check_id))
            row.reset_asked.connect(partial(self._on_reset, check_id))

    def _on_switched(self, check_id: str, on: bool) -> None:
        self._change(self._settings.with_enabled(check_id, on))

    def _on_limit(self, check_id: str, value: float) -> None:
        self._change(self._settings.with_limit(check_id, value))

    def _on_option(self, check_id: str, name: str, value: float) -> None:
        self._change(self._settings.with_option(check_id, name, value))

    def _on_reset(self, check_id: str) -> None:
        self._change(self._settings.without(check_id))
        self._rows[check_id].switch.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change(self, settings: CheckSettings) -> None:
        if settings == self._settings:
            return
        self._settings = settings
        self._refresh()
        self.settings_changed.emit(settings)

    def _refresh(self) -> None:
        for row in self._rows.values():
            row.show_settings(self._settings)
        total = len(self._rows)
        off = sum(not self._settings.is_on(check_id) for check_id in self._rows)
        changed = sum(not self._settings.is_default(check_id) for check_id in self._rows)
        parts = ["1 check" if total == 1 else f"{total} checks"]
        parts += [f"{off} off"] if off else []
        parts += [f"{changed} changed"] if changed else []
        self._summary.setText(", ".join(parts))
        self.reset_all_button.setEnabled(self._settings != CheckSettings())

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        shown_groups = set()
        for row in self._rows.values():
            fits = row.matches(words)
            row.setVisible(fits)
            if fits:
                shown_groups.add(row.check.group)
        for group, heading in self._headings.items():
            heading.setVisible(group in shown_groups)
        self._nothing.say("No check is called that", f"Nothing matches “{text.strip()}”.")
        self._stack.setCurrentWidget(self._scroll if shown_groups else self._nothing)

    def _leave_search(self) -> None:
        for check_id in self.shown_checks():
            self._rows[check_id].switch.setFocus(Qt.FocusReason.TabFocusReason)
            return
