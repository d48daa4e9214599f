"""Comparing two label sets: the samples that changed most, each before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.flags import Box
from core.labels.changes import MaskChange
from core.labels.diff import LabelSetDiff
from core.labels.pair import MaskPair
from widgets import theme
from widgets.empty_state import EmptyState
from widgets.gallery.loader import Render
from widgets.label_diff.bars import PairBar, SampleBar
from widgets.label_diff.change_list import ChangeList
from widgets.label_diff.figures import ChangeFigures, change_words
from widgets.label_diff.sides import ShownPair, Sides, prepared
from widgets.latest_task import LatestTask

Reader = Callable[[str, str, str], MaskPair]
"""Decodes a sample's masks: `reader(sample id, before, after)`; called off the UI thread."""

_LIST_WIDTH = 336
_Keys = Qt.Key


class LabelDiffView(QWidget):
    """A list sorted by the size of the change, and the chosen sample before and after.

    The owner says which label sets there are (`set_label_sets`), compares when `pair_changed` is
    emitted, and hands the outcome to `show_diff`. Masks are decoded off the UI thread.

    Keys: A D or ← → previous and next sample, N the next place that changed, S swaps the sides,
    X hides the masks, H the hatching, 0 shows the whole image, Enter or E opens the editor.
    """

    edit_requested = Signal(str)
    """The id of the sample that is wanted in the editor."""
    pair_changed = Signal(str, str)
    """The user chose other label sets: before, after."""
    current_changed = Signal(str)
    """The id of the sample that is looked at; "" for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("LabelDiffView")
        self._label_sets: tuple[str, ...] = ()
        self._diff: LabelSetDiff | None = None
        self._reader: Reader | None = None
        self._placed = ""
        self._places: list[Box] = []
        self._place: int | None = None
        self.pair_bar = PairBar()
        self.list = ChangeList()
        self.sample_bar = SampleBar()
        self.sides = Sides()
        self.figures = ChangeFigures()
        self.empty = EmptyState("compare-horizontal", "")
        self._stack = QStackedWidget()
        self._task = LatestTask(self)
        self._task.done.connect(self._show_pair)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.list.table)
        self._keys: dict[int, Callable[[], object]] = {
            _Keys.Key_A: lambda: self.list.step(-1),
            _Keys.Key_Left: lambda: self.list.step(-1),
            _Keys.Key_D: lambda: self.list.step(1),
            _Keys.Key_Right: lambda: self.list.step(1),
            _Keys.Key_N: self.show_next_place,
            _Keys.Key_S: self.pair_bar.swap,
            _Keys.Key_X: self.sample_bar.overlays_button.toggle,
            _Keys.Key_H: self.sample_bar.hatched_button.toggle,
            _Keys.Key_0: self.show_whole,
            _Keys.Key_E: self._edit,
            _Keys.Key_Return: self._edit,
            _Keys.Key_Enter: self._edit,
        }
        self.set_label_sets(())

    # What the owner calls

    @property
    def pair(self) -> tuple[str, str]:
        """The label sets before and after that are chosen; empty names while there are none."""
        return self.pair_bar.pair

    @property
    def diff(self) -> LabelSetDiff | None:
        """The difference on the screen."""
        return self._diff

    @property
    def current(self) -> str:
        """The id of the sample chosen; "" for none."""
        return self.list.current

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Take names and colours from those classes."""
        self.sides.set_classes(classes, ignore_index)
        self.figures.set_classes(classes, ignore_index)

    def set_label_sets(self, names: Sequence[str]) -> None:
        """Offer those label sets, and forget what was shown. `pair` is then a pair to begin with.

        A pair that was chosen stays chosen when both are still there.
        """
        self._label_sets = tuple(names)
        self.pair_bar.set_label_sets(names)
        self._forget()
        if len(names) < 2:
            self._say_only_one()

    def set_pair(self, before: str, after: str) -> None:
        """Choose two label sets; `pair_changed` is not emitted."""
        self.pair_bar.set_pair(before, after)
        self._forget()

    def set_reader(self, reader: Reader | None) -> None:
        """Say how a sample's masks are read."""
        self._reader = reader

    def set_thumbnails(self, render: Render | None) -> None:
        """Say how the small picture of a sample id is drawn; called off the UI thread."""
        self.list.set_thumbnails(render)

    def show_progress(self, done: int, total: int) -> None:
        """Say how far the comparison has come; what is shown stays until there is an outcome."""
        if self._diff is None and all(self.pair):
            before, after = self.pair
            text = f"{done:,} of {total:,} masks" if total else ""
            self._say("progress-clock", f"Comparing {before} and {after}", text)

    def show_problem(self, text: str) -> None:
        """Say why there is no comparison."""
        self._forget()
        self._say("alert-circle-outline", "The label sets could not be compared", text, "error")

    def show_diff(self, diff: LabelSetDiff) -> None:
        """Show how two label sets differ; the sample looked at stays when it is still there."""
        self._diff = diff
        self.pair_bar.set_pair(diff.a, diff.b)
        self.sides.set_names(diff.a, diff.b)
        self.pair_bar.set_summary(_summary(diff))
        before = self.list.current
        self.list.show_diff(diff)
        if self.list.model.total:
            self._stack.setCurrentWidget(self._body)
            if self.list.current == before:
                self._show_current()
        else:
            self._say_nothing_changed(diff)

    def select(self, sample_id: str) -> bool:
        """Choose a sample; False when it did not change, or is hidden by the split."""
        return self.list.select(sample_id)

    def reload(self) -> None:
        """Read the chosen sample's files again, for they were written."""
        self._show_current()

    def shut_down(self) -> None:
        """End the threads that read files."""
        self._task.shut_down()
        self.list.shut_down()

    # What the user does

    def show_next_place(self) -> None:
        """Zoom to the next place that changed; after the last one the whole image is shown."""
        if self._places:
            following = 0 if self._place is None else self._place + 1
            self._show_place(following if following < len(self._places) else None)

    def show_whole(self) -> None:
        """Show the whole image."""
        self._show_place(None)

    def event(self, event: QEvent) -> bool:
        """Keep the keys of this view from becoming shortcuts of the window around it."""
        if event.type() == QEvent.Type.ShortcutOverride and self._is_mine(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the keys in the class's description."""
        if self._is_mine(event):
            self._keys[event.key()]()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _is_mine(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() not in self._keys:
            return False
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return plain and self._stack.currentWidget() is self._body

    # Inside

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(theme.GRID, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.sample_bar)
        column.addWidget(self.sides, 1)
        column.addWidget(self.figures)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setObjectName("LabelDiffSplitter")
        self._body.setChildrenCollapsible(False)
        self._body.addWidget(self.list)
        self._body.addWidget(right)
        self._body.setStretchFactor(1, 1)
        self._body.setSizes([_LIST_WIDTH, 3 * _LIST_WIDTH])
        self.list.setMinimumWidth(240)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        whole.setSpacing(theme.GRID)
        whole.addWidget(self.pair_bar)
        whole.addWidget(self._stack, 1)

    def _connect(self) -> None:
        bar, sides = self.sample_bar, self.sides
        self.pair_bar.pair_changed.connect(self._on_pair_chosen)
        self.list.current_changed.connect(self._on_current)
        self.list.opened.connect(self.edit_requested)
        bar.place_stepped.connect(self.show_next_place)
        bar.overlays_toggled.connect(sides.set_overlays_visible)
        bar.hatched_toggled.connect(sides.set_hatched)
        bar.fit_clicked.connect(self.show_whole)
        bar.edit_clicked.connect(self._edit)
        sides.overlays_visible_changed.connect(bar.overlays_button.setChecked)
        sides.opened.connect(self._edit)

    def _on_pair_chosen(self, before: str, after: str) -> None:
        self._forget()
        self.list.table.setFocus()  # so that the next key walks through the outcome
        self.pair_changed.emit(before, after)

    def _forget(self) -> None:
        self._task.forget()
        self._diff = None
        self.pair_bar.set_summary("")
        self.pair_bar.setVisible(len(self._label_sets) > 1)
        self.sides.set_names(*self.pair)
        self.list.clear()
        self.show_progress(0, 0)

    def _on_current(self, sample_id: str) -> None:
        self._show_current()
        self.current_changed.emit(sample_id)

    def _show_current(self) -> None:
        sample_id, reader, diff = self.list.current, self._reader, self._diff
        if not sample_id or reader is None or diff is None:
            self._task.forget()
            self._say_of("", None, [])
            self.sides.clear("No mask of this split differs." if diff is not None else "")
            return
        # What the comparison knows is said at once; the pictures follow when they are decoded.
        row = self.list.current_row
        self._say_of(sample_id, row if isinstance(row, MaskChange) else None, [])
        before, after = diff.a, diff.b
        self._task.request(lambda: prepared(reader(sample_id, before, after)))

    def _show_pair(self, shown: ShownPair) -> None:
        pair = shown.pair
        if pair.sample != self.list.current:
            return
        self.sides.show_pair(shown)
        self._say_of(pair.sample, pair.change, pair.problems)
        if self._place is not None:
            self.sides.show_place(self._places[self._place])

    def _say_of(self, sample_id: str, change: MaskChange | None, problems: list[str]) -> None:
        self.sample_bar.show_sample(sample_id, change_words(change) if change else "")
        self.figures.show_change(change, problems)
        boxes = change.boxes if change else []
        if sample_id != self._placed or boxes != self._places:
            self._placed, self._places, self._place = sample_id, boxes, None
        self.sample_bar.show_places(self._place, len(boxes))

    def _show_place(self, place: int | None) -> None:
        self._place = place
        self.sample_bar.show_places(place, len(self._places))
        self.sides.show_place(self._places[place] if place is not None else None)

    def _edit(self) -> None:
        if self.list.current:
            self.edit_requested.emit(self.list.current)

    def _say(self, icon: str, heading: str, text: str, role: str = "muted") -> None:
        self.empty.set_icon(icon, role)
        self.empty.say(heading, text)
        self._stack.setCurrentWidget(self.empty)

    def _say_only_one(self) -> None:
        if self._label_sets:
            heading = f"{self._label_sets[0]} is the only label set"
        else:
            heading = "There are no masks to compare"
        self._say(
            "layers-outline",
            heading,
            "Put another folder of masks beside the images, such as labels_fixed/train/….png, and"
            " open the dataset again: here you then see what differs.",
        )

    def _say_nothing_changed(self, diff: LabelSetDiff) -> None:
        if diff.cancelled:
            text = f"No difference among the {diff.compared:,} masks compared so far."
            self._say("cancel", "The comparison was cancelled", text)
        elif diff.compared:
            text = f"All {diff.compared:,} masks are the same in {diff.a} and {diff.b}."
            self._say("check-circle-outline", "No mask differs", text, "ok")
        else:
            text = f"No sample has a mask both in {diff.a} and in {diff.b}."
            self._say("layers-outline", "There is nothing to compare", text)


def _summary(diff: LabelSetDiff) -> str:
    text = f"{len(diff.changes):,} of {diff.compared:,} masks differ"
    if diff.changes:
        text += f" · {diff.changed_px:,} px"
    return f"{text} · cancelled before the end" if diff.cancelled else text
