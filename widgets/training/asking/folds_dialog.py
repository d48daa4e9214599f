"""Asking for a training in folds: how many, of which splits, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.training.folds.dealing import FEWEST_FOLDS, MOST_FOLDS
from core.training.folds.outlook import FoldsOutlook
from core.training.folds.request import fold_name
from widgets import theme
from widgets.durations import duration
from widgets.flow_layout import FlowBox

_USUAL_FOLDS = 4
_WHAT_FOR = (
    "This finds masks that are probably wrong. The samples are dealt out into parts; for each part "
    "one run learns from all the others, and then judges the masks that it was not shown."
)
_NO_SPLIT = "Choose the splits whose samples are dealt out."


@dataclass(frozen=True, slots=True)
class WantedFolds:
    """What the dialog asks for.

    Attributes:
        folds: How many runs.
        splits: The splits whose samples are dealt out.
        name: What the runs are called after; None for their time and recipe.
    """

    folds: int
    splits: tuple[str, ...]
    name: str | None


class FoldsDialog(QDialog):
    """Shown with `open`. It reckons nothing itself: whoever opens it answers `changed`.

    Args:
        splits: The splits to choose from, with how many samples each has.
        learned: The split that is chosen to begin with.
        recipe: What the recipe is called.
        name: A name to begin with; "" for none.
    """

    changed = Signal()
    """Something else is chosen: what it comes to is to be told by `show_outlook`."""
    wanted = Signal(object)
    """The user wants these: `WantedFolds`."""

    def __init__(
        self,
        splits: Mapping[str, int],
        learned: str,
        recipe: str,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recipe = recipe
        self._is_possible = False
        self.folds = QSpinBox()
        self.folds.setRange(FEWEST_FOLDS, MOST_FOLDS)
        self.folds.setValue(_USUAL_FOLDS)
        self.split_boxes = {split: QCheckBox(f"{split} ({n:,})") for split, n in splits.items()}
        for split, box in self.split_boxes.items():
            box.setChecked(split == learned)
        self.name = QLineEdit(name)
        self.outlook = QLabel()
        self.time = QLabel()
        self.problem = QLabel()
        self.start_button = QPushButton()
        self.cancel_button = QPushButton("Cancel")
        self._lay_out()
        self._connect()
        self._on_changed()

    @property
    def values(self) -> WantedFolds:
        """What is asked for now."""
        chosen = tuple(split for split, box in self.split_boxes.items() if box.isChecked())
        return WantedFolds(self.folds.value(), chosen, self.name.text().strip() or None)

    @property
    def _lacks_split(self) -> bool:
        return bool(self.split_boxes) and not self.values.splits

    def show_outlook(self, outlook: FoldsOutlook | None, problem: str = "") -> None:
        """Say what the choice comes to.

        Args:
            outlook: What is known of it; None while it is not known, or where it cannot be made.
            problem: Why it cannot be made; "" where it can.
        """
        if not self._lacks_split:  # else it is a late answer to what was chosen before
            self._show(outlook, problem)

    def _show(self, outlook: FoldsOutlook | None, problem: str) -> None:
        self._is_possible = outlook is not None
        self.outlook.setText("" if outlook is None else _what_comes(outlook))
        self.time.setText("" if outlook is None else _how_long(outlook, self._recipe))
        self._say(problem)

    def _lay_out(self) -> None:
        self.setObjectName("FoldsDialog")
        self.setWindowTitle("Train in folds")
        heading = QLabel("Train in folds")
        heading.setProperty("role", "title")
        words = QLabel(_WHAT_FOR)
        words.setWordWrap(True)
        words.setProperty("role", "muted")
        for widget, name, tip in (
            (self.folds, "fold_count", "How many parts, and so how many runs: each takes its time"),
            (self.name, "fold_name", "What the runs are called after; none of them may be taken"),
            (self.start_button, "start_folds", "Put the runs into the queue (Enter)"),
            (self.cancel_button, "cancel_folds", "Train nothing (Esc)"),
        ):
            widget.setObjectName(name)
            widget.setToolTip(tip)
        self.name.setPlaceholderText("by their time and recipe")
        self.folds.setAccelerated(True)
        self.start_button.setDefault(True)
        self.start_button.setProperty("role", "primary")
        self.cancel_button.setAutoDefault(False)
        theme.set_icon(self.start_button, "play", "accent_text")
        for label, name in (
            (self.outlook, "folds_outlook"),
            (self.time, "folds_time"),
            (self.problem, "folds_problem"),
        ):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.time.setProperty("role", "muted")
        self.problem.setProperty("role", "error")
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(heading)
        column.addWidget(words)
        column.addSpacing(theme.GRID)
        column.addLayout(self._choices())
        column.addSpacing(theme.GRID)
        for label in (self.outlook, self.time, self.problem):
            column.addWidget(label)
        column.addStretch(1)
        column.addLayout(self._buttons())
        # Room for the longest of what is said: nothing jumps while one chooses.
        self.resize(480, 376)

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * theme.GRID)
        grid.setVerticalSpacing(theme.GRID)
        grid.setColumnStretch(1, 1)
        self.folds.setMinimumWidth(9 * theme.GRID)
        boxes = FlowBox(spacing=2 * theme.GRID)
        for split, box in self.split_boxes.items():
            box.setObjectName(f"fold_split:{split}")
            box.setToolTip(f"Deal out the samples of {split}: their masks are judged")
            boxes.add(box)
        boxes.settle()
        rows: list[tuple[str, QWidget]] = [("&Folds", self.folds), ("&Name", self.name)]
        if self.split_boxes:
            rows.insert(1, ("Samples of", boxes))
        for number, (text, widget) in enumerate(rows):
            label = QLabel(text)
            if widget is not boxes:
                label.setBuddy(widget)
            grid.addWidget(label, number, 0)
            if widget is self.folds:
                grid.addWidget(widget, number, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(widget, number, 1)
        return grid

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.start_button)
        return row

    def _connect(self) -> None:
        self.folds.valueChanged.connect(lambda _value: self._on_changed())
        for box in self.split_boxes.values():
            box.toggled.connect(lambda _on: self._on_changed())
        self.name.textChanged.connect(lambda _text: self._refresh())
        self.start_button.clicked.connect(self._start)
        self.cancel_button.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _on_changed(self) -> None:
        # What was said of the choice before stays until the answer: it comes in a moment.
        self._is_possible = False
        if self._lacks_split:
            self._show(None, _NO_SPLIT)
            return
        self._refresh()
        self.changed.emit()

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self._refresh()

    def _refresh(self) -> None:
        wanted = self.values
        self.start_button.setText(f"Queue {wanted.folds} runs")
        self.start_button.setEnabled(self._is_possible)
        if wanted.name is not None:
            first, last = (fold_name(wanted.name, fold) for fold in (1, wanted.folds))
            self.start_button.setToolTip(f"Put {first} to {last} into the queue (Enter)")
        else:
            self.start_button.setToolTip("Put the runs into the queue (Enter)")

    def _start(self) -> None:
        wanted = self.values
        self.accept()
        self.wanted.emit(wanted)


def _what_comes(outlook: FoldsOutlook) -> str:
    length = f" of {outlook.iterations:,} iterations" if outlook.iterations else ""
    return (
        f"{outlook.folds} runs{length}: each learns from about "
        f"{outlook.samples - outlook.held_out:,} samples and judges {outlook.held_out:,}."
    )


def _how_long(outlook: FoldsOutlook, recipe: str) -> str:
    if outlook.seconds is None:
        return (
            "How long that takes is not known: no run like this has finished yet with the recipe "
            f"{recipe}."
        )
    return (
        f"{_roughly(outlook.seconds)} in all, one after the other, going by the run {outlook.like}."
    )


def _roughly(seconds: float) -> str:
    """A time without a precision that nobody can promise."""
    if seconds < 90:
        return "About a minute"
    return f"About {round(seconds / 60)} min" if seconds < 3570 else f"About {duration(seconds)}"
