"""The row of controls that say which samples are shown, in what order and how large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.filtering import EXCLUDED, TO_DO, Chosen, Order, SampleFilter
from core.dataset.model import ClassInfo
from core.review.store import ReviewState
from widgets import theme
from widgets.filters.search_field import SearchField
from widgets.flags.severity import check_title
from widgets.gallery import LARGEST, SMALLEST, STEP

# The widest that the words on the chip for chosen samples may be, in px.
_CHIP_WORDS = 560

_ORDERS = (
    ("By name", Order.NAME),
    ("Worst first", Order.WORST_FIRST),
    ("To do first", Order.REVIEW),
    ("By tags", Order.TAGS),
)

Choices = Sequence[tuple[str, Any]]


class FilterBar(QWidget):
    """Edits a SampleFilter. Every change is told at once: filtering is quick enough for typing."""

    filter_changed = Signal(object)
    """The new SampleFilter."""
    search_left = Signal()
    thumbnail_size_changed = Signal(int)
    mask_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = SampleFilter()
        self.search = SearchField()
        self.search.setPlaceholderText("Search names")
        self.search.setToolTip("Show samples whose name has these letters (Ctrl+F)")
        self.search.setAccessibleName("Search names")
        self.search.setMinimumWidth(88)
        self.split = _combo("Split", "Show one split")
        self.class_ = _combo("Class", "Show samples whose mask holds a class")
        self.check = _combo("Flag", "Show samples that a check has flagged")
        self.tag = _combo("Tag", "Show samples that carry a tag")
        self.state = _combo("Review state", "Show samples by how far their review has come")
        self.chosen = QToolButton()
        self.chosen.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.chosen.setProperty("role", "chip")
        self.chosen.setCheckable(True)
        theme.set_icon(self.chosen, "close")
        self.chosen.hide()
        self.flagged_only = QToolButton()
        self.flagged_only.setText("Flagged")
        self.flagged_only.setAccessibleName("With flags only")
        self.flagged_only.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self.flagged_only, "flag-outline")
        self.flagged_only.setCheckable(True)
        self.flagged_only.setProperty("role", "button")
        self.flagged_only.setToolTip("With flags only: hide samples without a flag")
        self.order = _combo("Order", "How the samples are sorted")
        self.clear_button = QToolButton()
        self.clear_button.setToolTip("Clear filters: show every sample (Ctrl+Shift+F)")
        self.clear_button.setAccessibleName("Clear filters")
        theme.set_icon(self.clear_button, "filter-off-outline")
        self.count = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.count.setProperty("role", "muted")
        self.count.setMinimumWidth(96)
        self.mask_button = QToolButton()
        self.mask_button.setCheckable(True)
        self.mask_button.setChecked(True)
        self.mask_button.setToolTip("Lay the masks over the photos (X)")
        self.mask_button.setAccessibleName("Show masks")
        theme.set_icon(self.mask_button, "layers-outline")
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST // STEP, LARGEST // STEP)
        self.size_slider.setPageStep(2)
        self.size_slider.setFixedWidth(72)
        self.size_slider.setToolTip("Size of the thumbnails (Ctrl+wheel)")
        self.size_slider.setAccessibleName("Thumbnail size")
        _fill(self.split, [("All splits", None)])
        _fill(self.class_, [("All classes", None)])
        _fill(self.check, [("All checks", None)])
        _fill(self.tag, [("All tags", None)])
        _fill(self.state, [("Any state", None)])
        _fill(self.order, _ORDERS)
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def filter(self) -> SampleFilter:
        """What is asked for now."""
        return self._filter

    def set_filter(self, wanted: SampleFilter) -> None:
        """Show another filter in the controls, and tell of it."""
        if wanted == self._filter:
            return
        self._filter = wanted
        self._refresh()
        self.filter_changed.emit(wanted)

    def clear(self) -> None:
        """Show every sample, in the order there is."""
        self.set_filter(SampleFilter(order=self._filter.order))

    def set_splits(self, counts: Mapping[str, int]) -> None:
        """Offer the splits, with the number of samples in each."""
        choices = [(f"{name} ({count:,})", name) for name, count in counts.items() if name]
        self.split.setVisible(len(choices) > 1)
        _fill(self.split, [("All splits", None), *choices])
        self._refresh()

    def set_classes(self, classes: Sequence[ClassInfo]) -> None:
        """Offer the classes."""
        choices = [(info.name, info.index) for info in classes]
        _fill(self.class_, [("All classes", None), *choices])
        self._refresh()

    def set_checks(self, counts: Mapping[str, int]) -> None:
        """Offer the checks that flagged any sample, with the number of samples."""
        shown = dict(counts)
        if self._filter.check is not None:
            shown.setdefault(self._filter.check, 0)  # what is filtered for stays on offer
        choices = [(f"{check_title(check)} ({count:,})", check) for check, count in shown.items()]
        _fill(self.check, [("All checks", None), *choices])
        self._refresh()

    def set_tags(self, counts: Mapping[str, int]) -> None:
        """Offer the tags, with the number of samples that carry each."""
        shown = {tag: count for tag, count in counts.items() if count}
        if self._filter.tag is not None:
            shown.setdefault(self._filter.tag, 0)
        self.tag.setVisible(bool(shown))
        choices = [(f"{tag} ({count:,})", tag) for tag, count in shown.items()]
        _fill(self.tag, [("All tags", None), *choices])
        self._refresh()

    def set_states(self, counts: Mapping[str, int], excluded: int, total: int) -> None:
        """Offer the review states, with the number of samples in each."""
        reviewed = {name: count for name, count in counts.items() if name != TO_DO}
        choices = [(f"{ReviewState.TO_DO.words} ({total - sum(reviewed.values()):,})", TO_DO)]
        choices += [
            (f"{state.words} ({reviewed.get(state.value, 0):,})", state.value)
            for state in ReviewState
            if state is not ReviewState.TO_DO
        ]
        choices.append((f"Excluded ({excluded:,})", EXCLUDED))
        _fill(self.state, [("Any state", None), *choices])
        self._refresh()

    def choose(self, chosen: Chosen | None) -> None:
        """Show only some samples that were pointed at elsewhere, or no longer."""
        self.set_filter(replace(self._filter, chosen=chosen))

    def set_count(self, shown: int, total: int) -> None:
        """Say how many samples are shown."""
        self.count.setText(f"{shown:,} of {total:,} shown")

    def set_thumbnail_size(self, side: int) -> None:
        """Show the size of the thumbnails, in px."""
        self.size_slider.setValue(round(side / STEP))

    def focus_search(self) -> None:
        """Begin to type into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.search, 2)
        for combo in (self.split, self.class_, self.check, self.tag, self.state):
            line.addWidget(combo, 2)
        line.addWidget(self.flagged_only)
        line.addWidget(self.order, 1)
        line.addWidget(self.clear_button)
        line.addWidget(self.count)
        line.addSpacing(8)
        line.addWidget(self.mask_button)
        line.addWidget(self.size_slider)
        # The chip has a line of its own: beside the other controls its words would not be seen.
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.chosen, 0, Qt.AlignmentFlag.AlignLeft)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_edited)
        for combo in self._combos():
            combo.currentIndexChanged.connect(self._on_edited)
        self.chosen.clicked.connect(lambda: self.choose(None))
        self.flagged_only.toggled.connect(self._on_edited)
        self.search.left.connect(self.search_left)
        self.clear_button.clicked.connect(self.clear)
        self.mask_button.toggled.connect(self.mask_toggled)
        self.size_slider.valueChanged.connect(
            lambda value: self.thumbnail_size_changed.emit(value * STEP)
        )

    def _on_edited(self) -> None:
        wanted = replace(
            self._filter,
            text=self.search.text(),
            split=self.split.currentData(),
            class_index=self.class_.currentData(),
            check=self.check.currentData(),
            tag=self.tag.currentData(),
            state=self.state.currentData(),
            flagged_only=self.flagged_only.isChecked(),
            order=Order(self.order.currentData()),
        )
        if wanted != self._filter:
            self._filter = wanted
            self.clear_button.setEnabled(wanted.is_narrowing)
            self.filter_changed.emit(wanted)

    def _combos(self) -> tuple[QComboBox, ...]:
        return (self.split, self.class_, self.check, self.tag, self.state, self.order)

    def _refresh(self) -> None:
        """Bring the controls to what the filter says."""
        now = self._filter
        controls = (self.search, *self._combos(), self.flagged_only)
        blockers = [QSignalBlocker(control) for control in controls]
        if self.search.text() != now.text:
            self.search.setText(now.text)
        for combo, value in (
            (self.split, now.split),
            (self.class_, now.class_index),
            (self.check, now.check),
            (self.tag, now.tag),
            (self.state, now.state),
            (self.order, now.order),
        ):
            combo.setCurrentIndex(max(0, combo.findData(value)))
        self.flagged_only.setChecked(now.flagged_only)
        self.chosen.setVisible(now.chosen is not None)
        self.chosen.setChecked(now.chosen is not None)
        if now.chosen is not None:
            words = self.fontMetrics().elidedText(
                now.chosen.words, Qt.TextElideMode.ElideRight, _CHIP_WORDS
            )
            self.chosen.setText(words)
            self.chosen.setToolTip(f"Shown: {now.chosen.words}. Click to show all again")
        self.clear_button.setEnabled(now.is_narrowing)
        for blocker in blockers:
            blocker.unblock()


def _combo(name: str, tooltip: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(tooltip)
    combo.setMaxVisibleItems(30)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    combo.setMinimumWidth(96)
    combo.setMaximumWidth(180)
    combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return combo


def _fill(combo: QComboBox, choices: Choices) -> None:
    """Offer other choices; the caller brings the selection to what the filter says."""
    blocker = QSignalBlocker(combo)
    combo.clear()
    for text, value in choices:
        combo.addItem(text, value)
    # The list may be wider than the box.
    combo.view().setMinimumWidth(combo.view().sizeHintForColumn(0) + 24)
    blocker.unblock()
