"""The line that sums up the checks: how many samples, how many flags, of which checks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.filtering import FlagSummary
from core.flags import Flag, Severity
from widgets import theme
from widgets.flags.severity import ICONS, ROLES, check_title, check_words, counted
from widgets.flow_layout import FlowBox

_CHIP_ICON = QSize(16, 16)
# Between the words, the chips and the buttons, px in all.
_GAPS = 56


class Chip(QToolButton):
    """A button for a check: severity, title, number of samples."""

    def sizeHint(self) -> QSize:
        """As wide as its words; a tool button would leave room at its end."""
        return super().sizeHint() - QSize(self.fontMetrics().horizontalAdvance("  "), 0)


class SummaryStrip(QWidget):
    """Says what the checks found; each check is a chip that filters for its flags.

    While the checks run, it shows how far they are and offers to cancel them.
    """

    check_chosen = Signal(object)
    """The id of the check to filter for, or None for no filter by check."""
    split_chosen = Signal(str, str)
    """A split that differs from the others, and what was found of it, in words."""
    scan_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, QToolButton] = {}
        self._split_flags: tuple[Flag, ...] = ()
        self._summary: tuple[int, FlagSummary] | None = None
        self.words = QLabel()
        self.words.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._flow = FlowBox(spacing=4)
        self.scan_words = QLabel()
        self.scan_words.setProperty("role", "muted")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setProperty("role", "flat")
        self.cancel_button.setToolTip("Stop checking; what was found so far is kept")
        theme.set_icon(self.cancel_button, "close")
        self.scan_button = QPushButton("Check again")
        self.scan_button.setProperty("role", "flat")
        self.scan_button.setToolTip("Look at every file that changed since the last check (F5)")
        theme.set_icon(self.scan_button, "refresh")
        self.more_button = QToolButton()
        self.more_button.setText("More")
        self.more_button.setObjectName("more")
        self.more_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setToolTip("Checks, classes, label sets, repairs, export")
        theme.set_icon(self.more_button, "dots-horizontal")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the gallery below must not jump
        self.bar.setSizePolicy(policy)
        self._lay_out()
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.scan_button.clicked.connect(self.scan_requested)
        theme.signals.changed.connect(self._refresh_icons)
        self.show_idle()

    @property
    def chips(self) -> dict[str, QToolButton]:
        """The chip of each check that is shown."""
        return dict(self._chips)

    def show_summary(
        self, total: int, summary: FlagSummary, chosen: str | None, *, checking: bool = False
    ) -> None:
        """Show the numbers, and which check is filtered for.

        While the samples are being checked, nobody can say that there are no flags.
        """
        parts = [counted(total, "sample")]
        if summary.flagged:
            parts.append(f"{summary.flagged:,} with flags")
            parts.append(counted(summary.errors, "error") if summary.errors else "no errors")
        elif not checking:
            parts.append("no flags")
        self.words.setText(" · ".join(parts))
        if self._summary != (total, summary):
            self._summary = (total, summary)
            self._rebuild(summary)
        self.show_chosen(chosen)

    def show_split_flags(self, flags: Sequence[Flag]) -> None:
        """Show what was found of whole splits; a flag's sample is the split and a slash."""
        if tuple(flags) != self._split_flags:
            self._split_flags = tuple(flags)
            if self._summary is not None:
                self._rebuild(self._summary[1])

    def show_chosen(self, check: str | None) -> None:
        """Show which check is filtered for."""
        for name, chip in self._chips.items():
            chip.setChecked(name == check)

    def show_idle(self, *, can_scan: bool = True) -> None:
        """Offer to check again."""
        self.bar.hide()
        self.scan_words.hide()
        self.cancel_button.hide()
        self.scan_button.show()
        self.scan_button.setEnabled(can_scan)

    def show_progress(self, done: int, total: int, left: str) -> None:
        """Show how far the checks are; `left` is the time left in words, or ""."""
        self.bar.setRange(0, total)  # 0 for "not known yet", which Qt shows as moving
        self.bar.setValue(done)
        words = f"Checking {done:,}/{total:,}" if total else "Checking …"
        self.scan_words.setText(" · ".join(filter(None, [words, left])))
        self.bar.show()
        self.scan_words.show()
        self.cancel_button.show()
        self.scan_button.hide()

    def _lay_out(self) -> None:
        self._line = line = QHBoxLayout()
        line.setSpacing(8)
        status = QHBoxLayout()
        status.setSpacing(8)
        for widget in (
            self.scan_words,
            self.cancel_button,
            self.scan_button,
            self.more_button,
        ):
            status.addWidget(widget)
        line.addWidget(self.words, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addSpacing(8)
        line.addWidget(self._flow, 1)
        line.addStretch()
        line.addLayout(status)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for the chips beside the words, or no longer."""
        super().resizeEvent(event)
        self._place_chips()

    def _place_chips(self) -> None:
        """Chips stand beside the words, or below in full width where that takes less height."""
        # Counted with the idle buttons: the chips are not to jump when a scan begins.
        others = (self.words, self.scan_button, self.more_button)
        taken = sum(widget.sizeHint().width() for widget in others) + _GAPS
        line = max(widget.sizeHint().height() for widget in others)
        beside = max(self._flow.height_for(self.width() - taken), line)
        below = line + self._flow.height_for(self.width())
        is_beside = self._line.indexOf(self._flow) >= 0
        if beside <= below and not is_beside:
            self._line.insertWidget(2, self._flow, 1)
        elif beside > below and is_beside:
            self._column.insertWidget(1, self._flow)
        self._flow.settle()

    def _rebuild(self, summary: FlagSummary) -> None:
        self._flow.clear()
        self._chips = {}
        ordered = sorted(
            summary.by_check.items(),
            key=lambda entry: (-summary.severity_of[entry[0]].rank, -entry[1]),
        )
        for check, count in ordered:
            chip = self._make_chip(check, count, summary.severity_of[check])
            self._chips[check] = chip
            self._flow.add(chip)
        by_split: dict[str, list[Flag]] = {}
        for flag in self._split_flags:
            by_split.setdefault(flag.sample.rstrip("/"), []).append(flag)
        for split, flags in by_split.items():
            self._flow.add(self._make_split_chip(split, flags))
        self._place_chips()

    def _make_chip(self, check: str, count: int, severity: Severity) -> QToolButton:
        chip = Chip()
        chip.setCheckable(True)
        chip.setProperty("role", "chip")
        chip.setProperty("severity", severity)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setText(f"{check_title(check)} {count:,}")
        chip.setIconSize(_CHIP_ICON)
        chip.setIcon(theme.icon(ICONS[severity], ROLES[severity]))
        hint = f"Show the {counted(count, 'sample')} flagged by this check"
        chip.setToolTip("\n".join(filter(None, [hint, check_words(check)])))
        chip.clicked.connect(lambda on, name=check: self.check_chosen.emit(name if on else None))
        return chip

    def _make_split_chip(self, split: str, flags: Sequence[Flag]) -> QToolButton:
        severity = max((flag.severity for flag in flags), key=lambda each: each.rank)
        chip = Chip()
        chip.setObjectName(f"split.{split}")
        chip.setProperty("role", "chip")
        chip.setProperty("severity", severity)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setText(f"{split} differs")
        chip.setIconSize(_CHIP_ICON)
        chip.setIcon(theme.icon(ICONS[severity], ROLES[severity]))
        lines = [flag.message for flag in flags]
        chip.setToolTip("\n".join([*lines, f"Click to show the samples of {split}"]))
        chip.clicked.connect(lambda: self.split_chosen.emit(split, "\n".join(lines)))
        return chip

    def _refresh_icons(self) -> None:
        for chip in self._chips.values():
            severity: Severity = chip.property("severity")
            chip.setIcon(theme.icon(ICONS[severity], ROLES[severity]))
