"""Setting the limit of one check by looking at its scores over all samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.qa.registry import Check
from widgets import theme
from widgets.checks.limit_histogram import LimitHistogram
from widgets.checks.number_field import NumberField, with_unit
from widgets.checks.score_bins import ScoreBins
from widgets.elided_label import ElidedLabel
from widgets.empty_state import EmptyState


class ThresholdPanel(QWidget):
    """A histogram of a check's scores with its limit, and how many samples that flags.

    It computes with the array it is given and reads nothing itself.
    """

    limit_changing = Signal(str, float)
    """The check's id and its limit, while it is being moved."""
    limit_chosen = Signal(str, float)
    """The check's id and its limit, once it stays."""
    samples_chosen = Signal(str, object)
    """Words and the positions (int array) of samples in the scores: those of a bar, or all that
    are flagged."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check: Check | None = None
        self._scores: npt.NDArray[np.float64] = np.zeros(0)
        self._bins: ScoreBins | None = None
        self._value = 0.0
        self._title = QLabel()
        self._meaning = ElidedLabel()
        self.histogram = LimitHistogram()
        self.field = NumberField()
        self.reset_button = QToolButton()
        self.show_button = QPushButton("Show them")
        self._counted = QLabel()
        self._empty = EmptyState("chart-histogram", "")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.clear()

    @property
    def check(self) -> Check | None:
        """The check whose scores are shown."""
        return self._check

    @property
    def limit(self) -> float:
        """Where the limit stands."""
        return self._value

    @property
    def words(self) -> str:
        """How many samples are flagged, in words."""
        return self._counted.text()

    @property
    def message(self) -> str:
        """What is said in place of a histogram; "" while there is one."""
        return "" if self._stack.currentIndex() else self._empty.accessibleName()

    def clear(self) -> None:
        """Show no check."""
        self._check, self._bins = None, None
        self._say("No check is chosen", "Choose a check to see its scores over all samples.")

    def show_scores(self, check: Check, scores: npt.ArrayLike, limit: float | None = None) -> None:
        """Show a check's scores.

        Args:
            check: The check.
            scores: One score per sample, float; NaN for samples without one.
            limit: The limit in use; None for the default.
        """
        self._check = check
        self._scores = np.asarray(scores, np.float64)
        self._title.setText(check.title)
        self._title.setToolTip(f"Catches: {check.catches}\nMisses: {check.misses}")
        if check.limit is None:
            self._bins = None
            self._say(
                f"{check.title} has no limit",
                "Every sample in which it finds something is flagged.",
            )
            return
        self._value = check.limit.default if limit is None else limit
        self._bins = ScoreBins(self._scores, check.limit, self._value)
        if self._bins.is_empty:
            self._bins = None
            self._say(
                f"{check.title} measured nothing yet",
                "Scan the dataset, and the scores of its samples are shown here.",
            )
            return
        side = "above" if check.limit.flags == "above" else "below"
        self._meaning.setText(f"{check.limit.words} (flagged {side} the limit)")
        self.field.declare(check.limit)
        self.histogram.show_bins(self._bins, check.limit, self._value)
        self._stack.setCurrentIndex(1)
        self._show_value()

    def set_limit(self, value: float) -> None:
        """Show the limit where it was set elsewhere, without a signal."""
        self._value = value
        if self._bins is not None:
            self._show_value()

    def _lay_out(self) -> None:
        self._title.setProperty("role", "heading")
        self._meaning.setProperty("role", "muted")
        theme.set_icon(self.reset_button, "restore", "muted")
        self.reset_button.setObjectName("reset_limit")
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.field.setObjectName("limit_value")
        self.field.setFixedWidth(14 * theme.GRID)
        self.show_button.setObjectName("show_flagged")
        self.show_button.setToolTip("Show the flagged samples in the gallery")
        self._counted.setObjectName("flagged_count")
        self._counted.setProperty("role", "heading")
        head = QHBoxLayout()
        head.setSpacing(theme.GRID)
        head.addWidget(self._title)
        head.addWidget(self._meaning, 1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        label = QLabel("Limit")
        label.setBuddy(self.field)
        for widget in (label, self.field, self.reset_button):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(self._counted)
        foot.addWidget(self.show_button)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.GRID * 2, 4, theme.GRID * 2, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.histogram, 1)
        column.addLayout(foot)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self.histogram.limit_moved.connect(self._on_moved)
        self.histogram.limit_dropped.connect(self._on_dropped)
        self.histogram.bar_clicked.connect(self._on_bar)
        self.field.valueChanged.connect(self._on_typed)
        self.reset_button.clicked.connect(self._on_reset)
        self.show_button.clicked.connect(self._on_show)

    def _on_moved(self, value: float) -> None:
        assert self._check is not None
        self._value = value
        self._show_value()
        self.limit_changing.emit(self._check.id, value)

    def _on_dropped(self, value: float) -> None:
        assert self._check is not None
        self.limit_chosen.emit(self._check.id, value)

    def _on_typed(self, value: float) -> None:
        self._on_moved(value)
        self._on_dropped(value)

    def _on_reset(self) -> None:
        assert self._check is not None
        assert self._check.limit is not None
        self._on_typed(self._check.limit.default)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_bar(self, bar: int) -> None:
        assert self._check is not None
        assert self._bins is not None
        words = f"{self._check.title}: {self._bins.bar_words(bar)}"
        self.samples_chosen.emit(words, self._bins.positions(bar))

    def _on_show(self) -> None:
        assert self._check is not None
        assert self._check.limit is not None
        assert self._bins is not None
        side = self._check.limit.flags
        words = f"{self._check.title}: {side} {with_unit(self._value, self._check.limit.unit)}"
        self.samples_chosen.emit(words, self._bins.flagged_positions(self._value))

    def _show_value(self) -> None:
        check, bins = self._check, self._bins
        assert check is not None
        assert check.limit is not None
        assert bins is not None
        if not bins.scale.low <= self._value <= bins.scale.high:
            bins = self._bins = ScoreBins(self._scores, check.limit, self._value)
            self.histogram.show_bins(bins, check.limit, self._value)
        self.field.show_value(self._value)
        self.histogram.set_value(self._value)
        flagged = bins.flagged(self._value)
        noun = "sample" if bins.total == 1 else "samples"
        self._counted.setText(f"{flagged:,} of {bins.total:,} {noun} flagged")
        self.show_button.setEnabled(flagged > 0)
        default = with_unit(check.limit.default, check.limit.unit)
        self.reset_button.setToolTip(f"Back to the default: {default}")
        self.reset_button.setVisible(self._value != check.limit.default)

    def _say(self, heading: str, text: str) -> None:
        self._empty.say(heading, text)
        self._empty.setAccessibleName(heading)
        self._stack.setCurrentIndex(0)
