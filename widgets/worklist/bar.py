"""The worklist below the samples: how far it is, the place at hand, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.worklist.entries import Changes, Entry, Order
from widgets import theme
from widgets.worklist.entry_table import EntryTable
from widgets.worklist.head import WorklistHead
from widgets.worklist.model import WorklistModel
from widgets.worklist.picture import picture_of_places
from widgets.worklist.places import Places
from widgets.worklist.verb_row import VerbRow
from widgets.worklist.verbs import Verb, verb_of

_LOW_WINDOW = 800
"""In lower windows the views above need the room more than the list does."""
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class WorklistBar(QFrame):
    """Shows the worklist and tells what is wished; it changes nothing by itself.

    Folded it is one line. Unfolded it shows the place at hand with its verbs, and the list. While
    anything in it has the focus, the verbs' keys work.
    """

    verb_wanted = Signal(object, int)
    """A `Verb` for an entry's id; 0 for the verbs that are about none."""
    current_changed = Signal(object)
    """The `Entry` that is at hand, or None."""
    left = Signal()
    """The user goes back to the page (Esc)."""
    retrain_wanted = Signal(str)
    """The id of the run to be trained again on the labels as they are now."""
    folded_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Worklist")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setProperty("role", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._places = Places()
        self._names: Sequence[str] = ()
        self._is_folded = True
        self._current = 0
        self._is_read_only = ""
        self.model = WorklistModel(self._places, self)
        self.head = WorklistHead(self.picture, self.model.as_rows)
        self.progress_words, self.hint = self.head.progress_words, self.head.hint
        self.stale_words = self.head.stale_words
        self.state_box, self.order_box = self.head.state_box, self.head.order_box
        self.export_button, self.add_button = self.head.export_button, self.head.add_button
        self.retrain_button = self.head.retrain_button
        self.verbs = VerbRow()
        self.buttons, self.place = self.verbs.buttons, self.verbs.place
        self.list = EntryTable(self.model)
        self._details = QWidget()
        self._lay_out()
        self._connect()
        self.show_entries([])
        self.fold(True)

    # What is shown

    @property
    def current(self) -> Entry | None:
        """The entry at hand."""
        return self._places.find(self._current)

    @property
    def order(self) -> Order:
        """In which order the entries are worked through."""
        return self._places.order

    @property
    def is_folded(self) -> bool:
        """Whether only one line is shown."""
        return self._is_folded

    def set_classes(self, names: Sequence[str]) -> None:
        """Say how classes are called."""
        self._names = tuple(names)
        self.model.set_classes(names)
        self.add_button.set_classes(names)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show a whole worklist. The entry at hand stays, as long as it is there."""
        with self.list.quiet():
            self.model.renew(entries)
        self._show_all()

    def show_changes(self, changes: Changes) -> None:
        """Follow what became of the worklist; what this costs does not grow with the list."""
        if changes.is_whole:
            self.show_entries(changes.entries)
            return
        with self.list.quiet():
            self.model.change(changes.entries, changes.gone)
        self._show_all()

    def _show_all(self) -> None:
        progress = self._places.progress
        self.head.show_progress(progress, self._places.shown)
        if not progress.entries:
            self.fold(True)
        if self.current is None:
            self.choose(self._places.first_open())
        else:
            self.list.show_row(self._places.row_of(self._current))
            self._show_current()

    def picture(self) -> QPixmap:
        """The places that are listed, as a picture to be taken away."""
        said = [f"Worklist: {self._places.progress.words()}", self.order_box.currentText().lower()]
        if self._places.state is not None:
            said.insert(1, f"only what is {self._places.state.value}")
        return picture_of_places(self.model, " · ".join(said))

    def show_runs(self, retrainable: Mapping[str, str], stale: Sequence[str]) -> None:
        """Say which runs can be trained again, and which ones learned other labels than these.

        Args:
            retrainable: Names by id of the runs that repairs were made for.
            stale: Names of the stale runs.
        """
        self.head.show_runs(retrainable, stale)

    def set_read_only(self, why: str) -> None:
        """Say why nothing can be decided here; "" when everything can."""
        self._is_read_only = why
        self._show_current()

    def choose(self, entry_id: int) -> None:
        """Put an entry at hand; 0 for none."""
        self._current = entry_id
        self.list.show_row(self._places.row_of(entry_id))
        self._show_current()
        self.current_changed.emit(self.current)

    def step(self, by: int) -> None:
        """Put the next entry that is not decided at hand (1), or the one before (-1).

        Where only decided ones are shown, it is the next of them.
        """
        if by < 0:
            self.step_row(-1)
        elif self._places.shown:
            self.choose(self._places.next_after(self._current))

    def step_row(self, by: int) -> None:
        """Put the entry below the present one at hand (1), or the one above (-1)."""
        shown = self._places.shown
        if shown:
            row = (self._places.row_of(self._current) or 0) + by
            self.choose(self._places.at(min(max(row, 0), shown - 1)).id)

    def fold(self, folded: bool) -> None:
        """Show one line only, or everything."""
        changed, self._is_folded = folded != self._is_folded, folded
        self._details.setVisible(not folded)
        self.head.show_folded(folded)
        if changed:
            self.folded_changed.emit(folded)

    def work(self) -> None:
        """Unfold, and let the keys of the verbs work at once; folds where that is so already."""
        focused = self._focused()
        has_focus = focused is not None and (focused is self or self.isAncestorOf(focused))
        if not self._is_folded and has_focus:
            self.fold(True)
            self.left.emit()
        elif len(self._places):
            self.fold(False)
            (self.list if self._has_room else self).setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.current_changed.emit(self.current)

    # Keys

    def event(self, event: QEvent) -> bool:
        """The verbs' keys belong to the worklist while it has the focus."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and (self._verb_of(event) is not None or event.key() == Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key stands for."""
        verb = self._verb_of(event)
        if verb is not None:
            self.do(verb)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in _STEPS:
            self.step_row(_STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _verb_of(self, event: QKeyEvent) -> Verb | None:
        return None if self.head.has_keys else verb_of(event)

    def do(self, verb: Verb) -> None:
        """Do a verb with the entry at hand, as its key or button does."""
        if verb in (Verb.NEXT, Verb.BACK):
            self.step(1 if verb is Verb.NEXT else -1)
            return
        button = self.buttons.get(verb)
        if self._current and (button is None or button.isEnabled()):
            self.verb_wanted.emit(verb, self._current)

    # Building

    def _lay_out(self) -> None:
        details = QVBoxLayout(self._details)
        details.setContentsMargins(0, 0, 0, 0)
        details.setSpacing(theme.GRID // 2)
        details.addWidget(self.verbs)
        details.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.head)
        column.addWidget(self._details)

    def _connect(self) -> None:
        self.head.fold_button.clicked.connect(self._on_fold)
        self.state_box.currentIndexChanged.connect(self._on_state)
        self.order_box.currentIndexChanged.connect(self._on_order)
        self.retrain_button.retrain_wanted.connect(self.retrain_wanted)
        self.list.row_chosen.connect(self._on_row)
        self.verbs.wanted.connect(self.do)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the list where the window has the room for it."""
        super().resizeEvent(event)
        self.list.setVisible(self._has_room)

    @property
    def _has_room(self) -> bool:
        return self.window().height() >= _LOW_WINDOW

    def _on_fold(self) -> None:
        if self._is_folded:
            self.work()
        else:
            self.fold(True)
            self.left.emit()

    def _on_order(self) -> None:
        self._places.order = self.head.order
        self._sort()

    def _on_state(self) -> None:
        self._places.state = self.head.state
        self._sort()
        if self._places.shown and self._places.row_of(self._current) is None:
            self.choose(self._places.first_open() or self._places.at(0).id)

    def _sort(self) -> None:
        with self.list.quiet():
            self.model.renew()
        self._show_all()

    def _on_row(self, row: int) -> None:
        entry_id = self._places.at(row).id
        if entry_id != self._current:
            self.choose(entry_id)

    def _focused(self) -> QWidget | None:
        window = self.window()
        return window.focusWidget() if window is not None else None

    def _show_current(self) -> None:
        self.verbs.show_entry(self.current, self._names, self._is_read_only)
