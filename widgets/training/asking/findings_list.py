"""What the checks before a run say: a list, and one line that sums it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.dataset.layouts.names import printable_name
from core.training.checks.finding import Finding, Level, counted
from widgets import theme

_LOOKS = {
    Level.OK: ("check-circle-outline", "ok", "In order"),
    Level.WARNING: ("alert-outline", "warning", "Warning"),
    Level.ERROR: ("close-circle-outline", "error", "Error"),
}
_ORDER = (Level.ERROR, Level.WARNING, Level.OK)
_ICON = 16


class FindingsList(QWidget):
    """The findings, the worst first, each with an icon and a word for how bad it is."""

    field_chosen = Signal(str)
    """The user wants to see the field that a finding is about."""
    sample_chosen = Signal(str)
    """The user wants to see a sample that a finding is about: its id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()
        self._body: QWidget | None = None
        self._note = QLabel()
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, theme.GRID)
        self._column.setSpacing(theme.GRID // 2)
        self._column.addWidget(self._note)
        self.say("Open a dataset: its samples are looked at before a run starts.")
        theme.signals.changed.connect(self._rebuild)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is shown."""
        return self._findings

    def say(self, text: str) -> None:
        """Show a sentence in place of a list."""
        self._findings = ()
        self._note.setText(text)
        self._note.show()
        self._rebuild()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show findings in place of those before."""
        if tuple(findings) == self._findings:
            return
        self._findings = tuple(findings)
        self._note.hide()
        self._rebuild()

    def summary(self) -> str:
        """The list in a few words; empty when there is none."""
        if not self._findings:
            return ""
        counts = Counter(finding.level for finding in self._findings)
        parts = []
        if counts[Level.ERROR]:
            parts.append(counted(counts[Level.ERROR], "error"))
        if counts[Level.WARNING]:
            parts.append(counted(counts[Level.WARNING], "warning"))
        return " · ".join(parts) or "all in order"

    def _rebuild(self) -> None:
        if self._body is not None:
            self._body.setParent(None)
            self._body.deleteLater()
        self._body = QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GRID)
        grid.setVerticalSpacing(theme.GRID)
        grid.setColumnStretch(1, 1)
        ranked = sorted(self._findings, key=lambda finding: _ORDER.index(finding.level))
        for row, finding in enumerate(ranked):
            self._add(grid, row, finding)
        self._column.addWidget(self._body)

    def _add(self, grid: QGridLayout, row: int, finding: Finding) -> None:
        icon_name, role, word = _LOOKS[finding.level]
        icon = QLabel()
        icon.setPixmap(theme.icon(icon_name, role).pixmap(_ICON, _ICON))
        icon.setToolTip(word)
        icon.setAccessibleName(word)
        text = QLabel(f"{finding.topic}: {finding}")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setToolTip(f"{word}. {finding.topic}")
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if finding.level is Level.OK:
            text.setProperty("role", "muted")
        cell = QVBoxLayout()
        cell.setSpacing(0)
        cell.addWidget(text)
        if finding.level is not Level.OK and finding.field:
            name = f"finding_field:{finding.field}"
            link = _link("Show the field", name, "Bring the field into sight")
            link.clicked.connect(lambda: self.field_chosen.emit(finding.field))
            cell.addWidget(link)
        if finding.samples:
            first = finding.samples[0]
            name = f"finding_sample:{first}"
            link = _link(f"Open {printable_name(first)}", name, "Open this sample in the editor")
            link.clicked.connect(lambda: self.sample_chosen.emit(first))
            cell.addWidget(link)
        grid.addWidget(icon, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(cell, row, 1)


def _link(words: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("role", "flat")
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setStyleSheet(f"text-align: left; padding: 0; color: {theme.color('accent').name()}")
    return button
