"""Choosing one to six runs, and the split they are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from widgets import theme
from widgets.comparison.choosing.run_chip import RunChip
from widgets.comparison.samples.measures import LETTERS
from widgets.flow_layout import FlowBox
from widgets.run_colors import colors, run_color

MOST_RUNS = len(LETTERS)
_SWATCH = 12
# Room for a name, in px: of many runs each has less.
_ROOMY, _TIGHT = 168, 104
_FEW = 3


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as the choosers list it: its id, its name, and more about it for the tooltip."""

    id: str
    name: str
    details: str = ""


class RunChooser(QWidget):
    """A chip for each of the compared runs, a button that adds one, and the split."""

    changed = Signal()
    """The user chose something else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunChooser")
        self._flow = FlowBox(spacing=theme.GRID // 2)
        self._entries: list[RunEntry] = []
        self._chosen: list[str] = []
        self.chips: list[RunChip] = []
        self.add_button = QToolButton()
        self.add_button.setObjectName("AddRun")
        self.add_button.setProperty("role", "button")
        self.add_button.setText("Add run")
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self.add_button, "plus")
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._add_menu = QMenu(self)
        self._add_menu.aboutToShow.connect(self._fill_add_menu)
        self.add_button.setMenu(self._add_menu)
        self.box_split = QComboBox()
        self.box_split.setObjectName("SplitBox")
        self.box_split.setToolTip("The split the runs are held against")
        self.box_split.setAccessibleName("The split the runs are held against")
        self.box_split.activated.connect(lambda _place: self.changed.emit())
        self._split_group = _labelled("S&plit", self.box_split)
        self._split_group.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self._flow, 1)
        row.addWidget(self.add_button, 0, top)
        row.addWidget(self._split_group, 0, top)
        colors.changed.connect(self._show)
        self._show()

    # What is chosen

    @property
    def run_ids(self) -> list[str]:
        """The ids of the runs chosen, at most six, in the order of their letters."""
        return list(self._chosen)

    @property
    def split(self) -> str:
        """The split chosen; "" for a dataset without splits."""
        return self.box_split.currentData() or ""

    def set_splits(self, splits: Sequence[str]) -> None:
        """Offer those splits; `val` is chosen to begin with."""
        self.box_split.clear()
        for split in splits:
            self.box_split.addItem(split, split)
        self.set_split("val" if "val" in splits else next(iter(splits), ""))
        self._split_group.setVisible(len(splits) > 0)

    def set_split(self, split: str) -> None:
        """Choose a split."""
        self.box_split.setCurrentIndex(self.box_split.findData(split))

    def set_runs(self, entries: Sequence[RunEntry]) -> None:
        """Offer those runs; what was chosen stays chosen as long as it is there."""
        if list(entries) != self._entries:
            self._entries = list(entries)
            self.choose(*self._chosen)

    def choose(self, *run_ids: str) -> None:
        """Choose runs by id, at most six; the first one listed where none of them is there."""
        known = {entry.id for entry in self._entries}
        wanted = [run_id for run_id in dict.fromkeys(run_ids) if run_id in known][:MOST_RUNS]
        if not wanted and self._entries:
            wanted = [self._entries[0].id]
        self._chosen = wanted
        colors.tell_apart(wanted)
        self._show()

    # What the user does

    def add_run(self, run_id: str) -> None:
        """Compare with one run more."""
        self._take([*self._chosen, run_id])

    def remove_run(self, run_id: str) -> None:
        """Compare with one run less; the last one stays."""
        if len(self._chosen) > 1:
            self._take([each for each in self._chosen if each != run_id])

    def replace_run(self, run_id: str, other: str) -> None:
        """Take another run in the place of one."""
        self._take([other if each == run_id else each for each in self._chosen])

    def _take(self, run_ids: Sequence[str]) -> None:
        self.choose(*run_ids)
        self.changed.emit()

    # What is shown

    def _show(self) -> None:
        self._flow.clear()
        self.chips = []
        by_id = {entry.id: entry for entry in self._entries}
        for letter, run_id in zip(LETTERS, self._chosen, strict=False):
            chip = self._chip(letter, by_id[run_id])
            self.chips.append(chip)
            self._flow.add(chip)
        self._flow.settle()
        self._flow.updateGeometry()
        self._show_add_button()

    def _chip(self, letter: str, entry: RunEntry) -> RunChip:
        room = _ROOMY if len(self._chosen) <= _FEW else _TIGHT
        chip = RunChip(
            letter,
            entry.name,
            entry.details,
            run_color(entry.id),
            room,
            lambda menu: self._fill(menu, lambda other: self.replace_run(entry.id, other)),
        )
        chip.removed.connect(lambda: self.remove_run(entry.id))
        chip.remove_button.setVisible(len(self._chosen) > 1)
        return chip

    def _show_add_button(self) -> None:
        left = [entry for entry in self._entries if entry.id not in self._chosen]
        is_full = len(self._chosen) >= MOST_RUNS
        self.add_button.setEnabled(bool(left) and not is_full)
        if is_full:
            why = f"{MOST_RUNS} runs are compared: take one out first"
        elif not left:
            why = "There is no other run with something to see"
        else:
            why = f"Compare with another run, up to {MOST_RUNS}"
        self.add_button.setToolTip(why)
        self.add_button.setAccessibleName(why)

    def _fill_add_menu(self) -> None:
        self._add_menu.clear()
        self._fill(self._add_menu, self.add_run)

    def _fill(self, menu: QMenu, take: Callable[[str], None]) -> None:
        """Offer the runs that are not compared yet."""
        menu.setToolTipsVisible(True)
        for entry in self._entries:
            if entry.id in self._chosen:
                continue
            action = QAction(_swatch(run_color(entry.id)), entry.name.replace("&", "&&"), menu)
            action.triggered.connect(lambda _on=False, run_id=entry.id: take(run_id))
            action.setToolTip(entry.details)
            menu.addAction(action)
        if menu.isEmpty():
            menu.addAction("No other run has something to see").setEnabled(False)


def _labelled(text: str, box: QComboBox) -> QWidget:
    label = QLabel(text)
    label.setBuddy(box)
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(theme.GRID, 0, 0, 0)
    row.setSpacing(theme.GRID)
    row.addWidget(label)
    row.addWidget(box)
    return group


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(QSize(_SWATCH, _SWATCH))
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
