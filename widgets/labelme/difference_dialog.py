"""What LabelMe saved, held against the masks here, before any of it is taken over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo
from core.labels.changes import compare_masks
from core.labels.pair import MaskPair, sizes_differ
from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.label_diff.figures import ChangeFigures, change_words
from widgets.label_diff.sides import ShownPair, Sides, prepared
from widgets.labelme.problem_list import ProblemList
from widgets.latest_task import LatestTask

_LIST_WIDTH = 200


@dataclass(frozen=True)
class Difference:
    """One mask that came back.

    Attributes:
        sample: The sample's id.
        pair: Reads photo and masks, before and after; called off the UI thread.
        problems: What was left out or cut off, as sentences.
        edited_here: Whether the mask was edited here after it went out.
        obstacle: Why it cannot be taken over now, as a sentence; "" when it can.
    """

    sample: str
    pair: Callable[[], MaskPair]
    problems: tuple[str, ...] = ()
    edited_here: bool = False
    obstacle: str = ""


class DifferenceDialog(QDialog):
    """Shows what came back, sample by sample, and asks what to do. It changes nothing itself.

    Enter takes the mask that is shown, Delete leaves it, Esc decides later.
    """

    taken = Signal(object)
    """Ids of the samples whose masks are to be taken over (list)."""
    left = Signal(object)
    """Ids of the samples whose masks stay as they are (list)."""
    difference_shown = Signal(str)
    """A sample's masks are on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Difference] = []
        self._place = 0
        self._task = LatestTask(self)
        self._task.done.connect(self._on_prepared)
        self.list = QListWidget()
        self.sides = Sides()
        self.figures = ChangeFigures()
        self.problems = ProblemList()
        self._title = QLabel("Saved in LabelMe")
        self._sample = ElidedLabel()
        self._amount = QLabel()
        self._warning = QLabel()
        self.place_button = QPushButton("Next change (N)")
        self.all_button = QPushButton()
        self.leave_button = QPushButton("Leave it as it is")
        self.later_button = QPushButton("Decide later")
        self.take_button = QPushButton("Take over (Enter)")
        self._lay_out()
        self._connect()

    @property
    def sample(self) -> str:
        """The sample that is shown; "" for none."""
        entry = self._entry
        return entry.sample if entry is not None else ""

    @property
    def warning(self) -> str:
        """What is to be minded before taking the mask over."""
        return self._warning.text() if not self._warning.isHidden() else ""

    def show_differences(
        self, entries: Sequence[Difference], classes: Sequence[ClassInfo], ignore_index: int
    ) -> None:
        """Show what came back; the sample that is shown stays, where it is still among them."""
        current = self.sample
        self._entries = list(entries)
        self.sides.set_classes(classes, ignore_index)
        self.figures.set_classes(classes, ignore_index)
        names = [entry.sample for entry in self._entries]
        row = names.index(current) if current in names else 0
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems(names)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self.list.setVisible(len(names) > 1)
        takeable = sum(not entry.obstacle for entry in self._entries)
        self.all_button.setText(f"Take all {takeable:,}")
        self.all_button.setVisible(takeable > 1)
        self._show(row)

    def shut_down(self) -> None:
        """Wait for the reading in the background to end."""
        self._task.shut_down()

    def done(self, result: int) -> None:
        """Close, and want nothing shown any more."""
        self._task.forget()
        super().done(result)

    @property
    def _entry(self) -> Difference | None:
        row = self.list.currentRow()
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def _lay_out(self) -> None:
        self.setObjectName("LabelMeDifference")
        self.setWindowTitle("Saved in LabelMe")
        self.resize(1080, 680)
        self._title.setProperty("role", "title")
        self._sample.setProperty("role", "muted")
        self._amount.setProperty("role", "heading")
        self._warning.setProperty("role", "warning")
        self._warning.setWordWrap(True)
        self.list.setAccessibleName("Samples that came back")
        self.list.setToolTip("↑ and ↓ show another sample")
        self.list.setMinimumWidth(_LIST_WIDTH // 2)
        self.sides.set_names("the mask here", "LabelMe")
        for button, tip in (
            (self.place_button, "Zoom to the next change (N); 0 shows all again"),
            (self.all_button, "Take all of them over; masks of other samples are written at once"),
            (
                self.leave_button,
                "Keep the mask that is here (Delete)",
            ),
            (self.later_button, "Close without a decision (Esc)"),
            (self.take_button, "Take LabelMe's mask over (Enter). It can be undone"),
        ):
            button.setToolTip(tip)
            button.setAutoDefault(False)
        theme.set_icon(self.place_button, "skip-next")
        theme.set_icon(self.all_button, "check-all")
        theme.set_icon(self.take_button, "check", "accent_text")
        self.take_button.setProperty("role", "primary")
        self.take_button.setDefault(True)
        head = QHBoxLayout()
        head.setSpacing(theme.GRID * 2)
        head.addWidget(self._title)
        head.addWidget(self._sample, 1)
        state = QHBoxLayout()
        state.setSpacing(theme.GRID)
        state.addWidget(self._amount, 1)
        state.addWidget(self.place_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.sides, 1)
        column.addLayout(state)
        column.addWidget(self.figures)
        column.addWidget(self._warning)
        column.addWidget(self.problems)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.list)
        parts.addWidget(right)
        parts.setStretchFactor(1, 1)
        parts.setSizes([_LIST_WIDTH, 840])
        line = QFrame()
        line.setProperty("role", "line")
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addWidget(self.all_button)
        foot.addStretch(1)
        foot.addWidget(self.later_button)
        foot.addWidget(self.leave_button)
        foot.addWidget(self.take_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(theme.GRID * 2,) * 4)
        whole.setSpacing(theme.GRID)
        whole.addLayout(head)
        whole.addWidget(parts, 1)
        whole.addWidget(line)
        whole.addLayout(foot)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._show)
        self.place_button.clicked.connect(self._show_next_place)
        self.take_button.clicked.connect(lambda: self._decide(self.taken))
        self.leave_button.clicked.connect(lambda: self._decide(self.left))
        for key, button in (
            (Qt.Key.Key_N, self.place_button),
            (Qt.Key.Key_Delete, self.leave_button),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        self.all_button.clicked.connect(self._take_all)
        self.later_button.clicked.connect(self.reject)

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._entries):
            return
        entry = self._entries[row]
        self._place = 0
        self._sample.setText(entry.sample)
        self._amount.setText("Reading…")
        self.figures.show_change(None)
        self.problems.show_problems(entry.problems, "in LabelMe's file")
        warning = entry.obstacle
        if not warning and entry.edited_here:
            warning = (
                "The mask was edited here after it went to LabelMe: taking LabelMe's over replaces "
                "those edits too."
            )
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self.take_button.setEnabled(False)
        self.place_button.setEnabled(False)
        read = entry.pair
        self._task.request(lambda: prepared(_compared(read())))

    def _on_prepared(self, shown: ShownPair) -> None:
        entry = self._entry
        if entry is None or shown.pair.sample != entry.sample:
            return
        pair, change = shown.pair, shown.pair.change
        self.sides.show_pair(shown)
        self.figures.show_change(change, pair.problems)
        if change is None:
            self._amount.setText("What changes cannot be shown")
        elif change.changed_px:
            self._amount.setText(f"{change_words(change)} of the mask change")
        else:
            self._amount.setText("Nothing changes in this mask")
        can_take = change is not None and change.changed_px > 0 and not entry.obstacle
        self.take_button.setEnabled(can_take)
        self.place_button.setEnabled(change is not None and bool(change.boxes))
        self.take_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.difference_shown.emit(entry.sample)

    def _show_next_place(self) -> None:
        shown = self.sides.shown
        if shown is None or shown.pair.change is None or not shown.pair.change.boxes:
            return
        boxes = shown.pair.change.boxes
        self.sides.show_place(boxes[self._place % len(boxes)])
        self._place += 1

    def _decide(self, signal: SignalInstance) -> None:
        if self.sample:
            signal.emit([self.sample])

    def _take_all(self) -> None:
        self.taken.emit([entry.sample for entry in self._entries if not entry.obstacle])


def _compared(pair: MaskPair) -> MaskPair:
    """The pair with what changed, where both masks are there."""
    before, after = pair.before, pair.after
    if before is None or after is None or pair.change is not None:
        return pair
    if before.shape != after.shape:
        problem = sizes_differ("here", before.shape, "LabelMe", after.shape)
        return MaskPair(pair.sample, pair.photo, before, after, problem=problem)
    changed = (before != after).view("uint8")
    change = compare_masks(pair.sample, before, after)
    return MaskPair(
        pair.sample, pair.photo, before, after, changed, change, photo_problem=pair.photo_problem
    )
