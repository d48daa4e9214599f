"""The flags of one sample, in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.flags import Flag
from widgets.flags.empty_line import EmptyLine
from widgets.flags.row import FlagRow

# Px of height: for one flag at least; for the line that says that there are none.
_ROOM_FOR_FLAGS, _ROOM_FOR_NONE = 64, 36
_ANY_HEIGHT = 16_777_215  # Qt's QWIDGETSIZE_MAX, which PySide does not offer


class FlagPanel(QStackedWidget):
    """Lists flags, the worst first; one of them can be chosen, to see the place it speaks of."""

    flag_chosen = Signal(object)
    """The chosen Flag, or None when none is chosen any more."""
    repair_requested = Signal(object)
    accept_requested = Signal(object)
    limit_requested = Signal(object)
    withdraw_requested = Signal(object)
    """The Flag that is to be repaired, accepted, measured differently, or flagged again."""
    menu_requested = Signal(object)
    """The Flag for which everything is asked that can be done with it."""

    def __init__(self, parent: QWidget | None = None, *, with_actions: bool = False) -> None:
        """Make an empty list; `with_actions` gives each flag the buttons that act on it."""
        super().__init__(parent)
        self._with_actions = with_actions
        self._accepted: list[tuple[Flag, str]] = []
        self._rows: list[FlagRow] = []
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._list)
        self._nothing = EmptyLine()
        self.addWidget(self._scroll)
        self.addWidget(self._nothing)
        self.setAccessibleName("Flags")
        self.show_flags([], checked=False)

    @property
    def rows(self) -> list[FlagRow]:
        """The rows, in order."""
        return list(self._rows)

    @property
    def chosen(self) -> Flag | None:
        """The chosen flag."""
        return next((row.flag for row in self._rows if row.is_chosen), None)

    @property
    def first(self) -> Flag | None:
        """The chosen flag, else the first one that nobody has accepted."""
        open_flags = (row.flag for row in self._rows if not row.is_accepted)
        return self.chosen or next(open_flags, None)

    def show_flags(
        self,
        flags: Sequence[Flag],
        *,
        checked: bool = True,
        accepted: Sequence[tuple[Flag, str]] = (),
    ) -> None:
        """Show the flags of a sample; `checked` tells whether the checks have looked at it yet.

        A flag that was chosen stays chosen when it is still there. Accepted flags, each with what
        was said of it, stand below the others.
        """
        ordered = sorted(flags, key=lambda flag: -flag.severity.rank)
        shown = [row.flag for row in self._rows if not row.is_accepted]
        if shown != ordered or list(accepted) != self._accepted:
            self._accepted = list(accepted)
            self._rebuild(ordered)
        if checked:
            self._nothing.say("check-circle-outline", "ok", "No flags: nothing to mend here")
        else:
            self._nothing.say("progress-clock", "muted", "Not checked yet")
        # Without flags the room is the picture's.
        has_rows = bool(ordered or accepted)
        self.setMinimumHeight(_ROOM_FOR_FLAGS if has_rows else _ROOM_FOR_NONE)
        self.setMaximumHeight(_ANY_HEIGHT if has_rows else _ROOM_FOR_NONE)
        self.setCurrentWidget(self._scroll if has_rows else self._nothing)

    def choose(self, flag: Flag | None) -> None:
        """Choose a flag of the list, or none."""
        before = self.chosen
        for row in self._rows:
            row.set_chosen(row.flag is flag)
        if self.chosen != before:
            self.flag_chosen.emit(self.chosen)

    def _rebuild(self, flags: Sequence[Flag]) -> None:
        chosen = self.chosen
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        rows = [FlagRow(flag, with_actions=self._with_actions) for flag in flags]
        rows += [
            FlagRow(flag, with_actions=self._with_actions, accepted=note)
            for flag, note in self._accepted
        ]
        for row in rows:
            row.chosen.connect(self._on_chosen)
            row.stepped.connect(self._on_stepped)
            row.repair_clicked.connect(self.repair_requested)
            row.accept_clicked.connect(self.accept_requested)
            row.limit_clicked.connect(self.limit_requested)
            row.withdraw_clicked.connect(self.withdraw_requested)
            row.menu_requested.connect(self.menu_requested)
            self._column.insertWidget(len(self._rows), row)
            self._rows.append(row)
        if chosen is not None:
            again = next((flag for flag in flags if flag == chosen), None)
            if again is None:
                self.flag_chosen.emit(None)
            else:
                self.choose(again)
        self._scroll.verticalScrollBar().setValue(0)

    def _on_chosen(self, row: FlagRow) -> None:
        self.choose(None if row.is_chosen else row.flag)

    def _on_stepped(self, row: FlagRow, step: int) -> None:
        place = self._rows.index(row) + step
        if 0 <= place < len(self._rows):
            neighbour = self._rows[place]
            neighbour.setFocus(Qt.FocusReason.TabFocusReason)
            self._scroll.ensureWidgetVisible(neighbour)
            self.choose(neighbour.flag)
