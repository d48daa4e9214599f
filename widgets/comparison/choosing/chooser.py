"""Choosing one run or two, and the split they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from widgets import theme
from widgets.comparison.run_colors import run_color

_SWATCH = 12


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as the choosers list it: its id, its name, and more about it for the tooltip."""

    id: str
    name: str
    details: str = ""


class RunChooser(QWidget):
    """Three boxes: run A, run B (or none), and the split."""

    changed = Signal()
    """The user chose something else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("RunChooser")
        self._entries: list[RunEntry] = []
        self.box_a = _box("RunA", "The run to look at", wide=True)
        self.box_b = _box("RunB", "A second run to compare it with", wide=True)
        self.box_split = _box("SplitBox", "The split the runs are held against")
        self._split_label = QLabel("S&plit")
        self._split_label.setBuddy(self.box_split)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for text, box in (("Run &A", self.box_a), ("Run &B", self.box_b)):
            label = QLabel(text)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
            row.addSpacing(theme.GRID)
        row.addWidget(self._split_label)
        row.addWidget(self.box_split)
        self.box_a.activated.connect(self._on_a)
        self.box_b.activated.connect(lambda _place: self.changed.emit())
        self.box_split.activated.connect(lambda _place: self.changed.emit())

    @property
    def run_ids(self) -> list[str]:
        """The ids of the runs chosen: none, one or two."""
        chosen = [self.box_a.currentData(), self.box_b.currentData()]
        return [run_id for run_id in chosen if run_id]

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
        for widget in (self.box_split, self._split_label):
            widget.setVisible(len(splits) > 0)

    def set_split(self, split: str) -> None:
        """Choose a split."""
        self.box_split.setCurrentIndex(self.box_split.findData(split))

    def set_runs(self, entries: Sequence[RunEntry]) -> None:
        """Offer those runs; what was chosen stays chosen as long as it is there."""
        chosen = self.run_ids
        self._entries = list(entries)
        self.box_a.clear()
        for entry in self._entries:
            self._add(self.box_a, entry, 0)
        self.choose(*chosen[:2])

    def choose(self, a: str = "", b: str = "") -> None:
        """Choose runs by id: the first one listed where `a` is not there, none for `b`."""
        self.box_a.setCurrentIndex(max(self.box_a.findData(a), 0 if self._entries else -1))
        self._list_b(b)

    def _on_a(self, _place: int) -> None:
        # A run is not compared with itself.
        self._list_b(self.box_b.currentData() or "")
        self.changed.emit()

    def _list_b(self, wanted: str) -> None:
        self.box_b.clear()
        self.box_b.addItem("none", "")
        for entry in self._entries:
            if entry.id != self.box_a.currentData():
                self._add(self.box_b, entry, 1)
        self.box_b.setCurrentIndex(max(self.box_b.findData(wanted), 0))
        self.box_b.setEnabled(self.box_b.count() > 1)

    def _add(self, box: QComboBox, entry: RunEntry, place: int) -> None:
        box.addItem(_swatch(run_color(place)), entry.name, entry.id)
        box.setItemData(box.count() - 1, entry.details, Qt.ItemDataRole.ToolTipRole)


def _box(name: str, tooltip: str, *, wide: bool = False) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setToolTip(tooltip)
    box.setAccessibleName(tooltip)
    if wide:
        # Long names are cut in the box and whole in its list.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(18)
        box.setIconSize(QSize(_SWATCH, _SWATCH))
    return box


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
