"""A sample's change in numbers: how much, and what each class gained and lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.dataset.model import ClassInfo
from core.labels.changes import ClassBalance, ClassFlow, MaskChange, class_balance
from widgets import theme
from widgets.elided_label import ElidedLabel
from widgets.flags.class_shares import Swatch
from widgets.flow_layout import FlowBox
from widgets.label_diff.model import share_words
from widgets.label_diff.sides import class_name

_MINUS = "−"


class ChangeFigures(QWidget):
    """Two lines: what each class gained and lost, and from which class to which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: Sequence[ClassInfo] = ()
        self._ignore_index = 255
        self._words: list[str] = []
        self._balances = FlowBox(spacing=16)
        self._flows = ElidedLabel()
        self._flows.setProperty("role", "muted")
        self._problem = QLabel()
        self._problem.setProperty("role", "warning")
        self._problem.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self._problem)
        column.addWidget(self._balances)
        column.addWidget(self._flows)
        self.show_change(None)

    @property
    def words(self) -> list[str]:
        """What is said of the classes, entry by entry."""
        return list(self._words)

    @property
    def flows(self) -> str:
        """What is said of the ways from class to class."""
        return self._flows.text()

    @property
    def problem(self) -> str:
        """What could not be read or compared; "" when all was."""
        return self._problem.text()

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Call the mask values by those classes."""
        self._classes, self._ignore_index = classes, ignore_index

    def show_change(self, change: MaskChange | None, problems: Sequence[str] = ()) -> None:
        """Show a change; None where there is none to show.

        Args:
            change: The change.
            problems: What could not be read or compared, as sentences.
        """
        flows = change.flows if change is not None else []
        self._balances.clear()
        self._words = []
        for value, balance in class_balance(flows).items():
            self._add(value, balance)
        self._balances.settle()
        self._balances.setVisible(bool(self._words))
        self._flows.setText("    ".join(self._flow_words(flow) for flow in flows))
        self._flows.setVisible(bool(flows))
        self._problem.setText("\n".join(problems))
        self._problem.setVisible(bool(problems))

    def _add(self, value: int, balance: ClassBalance) -> None:
        name = class_name(self._classes, self._ignore_index, value)
        parts = [f"+{balance.gained:,}"] if balance.gained else []
        parts += [f"{_MINUS}{balance.lost:,}"] if balance.lost else []
        amounts = f"{'  '.join(parts)} px"
        self._words.append(f"{name} {amounts}")
        entry = QWidget()
        entry.setToolTip(
            f"{name}: {balance.gained:,} pixels gained, {balance.lost:,} lost; "
            f"{abs(balance.net):,} {'more' if balance.net >= 0 else 'fewer'} in all"
        )
        line = QHBoxLayout(entry)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(Swatch(self._color(value)))
        line.addWidget(QLabel(name))
        figures = QLabel(amounts)
        figures.setProperty("role", "muted")
        line.addWidget(figures)
        self._balances.add(entry)

    def _color(self, value: int) -> tuple[int, int, int]:
        if value < len(self._classes):
            return self._classes[value].color
        return theme.IGNORE_COLOR if value == self._ignore_index else theme.ILLEGAL_COLOR

    def _flow_words(self, flow: ClassFlow) -> str:
        before = class_name(self._classes, self._ignore_index, flow.before)
        after = class_name(self._classes, self._ignore_index, flow.after)
        return f"{before} → {after} {flow.px:,} px"


def change_words(change: MaskChange) -> str:
    """How much a mask changed, in a few words."""
    return f"{change.changed_px:,} px · {share_words(change.share)} %"
