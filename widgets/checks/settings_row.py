"""One check in the form: its switch, what it catches, its limit and its options."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.qa.registry import Check
from core.qa.settings import CheckSettings
from widgets import theme
from widgets.checks.number_field import NumberField, with_unit

_INDENT = 3 * theme.GRID
_FIELD_WIDTH = 14 * theme.GRID


class CheckRow(QWidget):
    """Shows one check's part of the settings and says what the user changes of it."""

    switched = Signal(bool)
    limit_changed = Signal(float)
    option_changed = Signal(str, float)
    reset_asked = Signal()

    def __init__(self, check: Check, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.check = check
        self.switch = QCheckBox(check.title)
        self.reset_button = QToolButton()
        self.limit_field: NumberField | None = None
        self.option_fields: dict[str, NumberField] = {}
        self._labels: list[QLabel] = []
        self._searched = " ".join(
            (
                check.title, check.group, check.id, check.catches, check.misses,
                check.limit.words if check.limit is not None else "",
                *(option.words for option in check.options.values()),
            )
        ).casefold()  # fmt: skip
        self._build()

    def matches(self, words: list[str]) -> bool:
        """Whether all of the casefolded words occur in what the row says."""
        return all(word in self._searched for word in words)

    def show_settings(self, settings: CheckSettings) -> None:
        """Show what the settings say of this check, without a signal."""
        check = self.check
        on = settings.is_on(check.id)
        with QSignalBlocker(self.switch):
            self.switch.setChecked(on)
        limit = settings.limit_of(check.id)
        if self.limit_field is not None and limit is not None:
            self.limit_field.show_value(limit)
            self.limit_field.setEnabled(on)
        options = settings.options_of(check.id)
        for name, field in self.option_fields.items():
            field.show_value(options[name])
            field.setEnabled(on)
        for label in self._labels:
            label.setEnabled(on)
        self._show_changes(settings)

    def _build(self) -> None:
        check = self.check
        self.setObjectName(f"check:{check.id}")
        self.switch.setObjectName(f"switch:{check.id}")
        self.switch.setToolTip(f"Run this check, or leave it out (Space)\nIts id is {check.id}")
        font = self.switch.font()
        font.setBold(True)
        self.switch.setFont(font)
        self.switch.toggled.connect(self.switched)
        theme.set_icon(self.reset_button, "restore", "muted")
        self.reset_button.setIconSize(QSize(16, 16))
        self.reset_button.setObjectName(f"reset:{check.id}")
        self.reset_button.clicked.connect(self.reset_asked)
        # The place stays reserved, so that nothing moves when a value changes.
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        head = QHBoxLayout()
        head.addWidget(self.switch, 1)
        head.addWidget(self.reset_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.GRID)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(head)
        for title, text in (("Catches", check.catches), ("Misses", check.misses)):
            if text:
                column.addWidget(_help(f"{title}: {text}"))
        column.addLayout(self._numbers())

    def _numbers(self) -> QGridLayout:
        check = self.check
        grid = QGridLayout()
        grid.setContentsMargins(_INDENT, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GRID)
        grid.setVerticalSpacing(theme.GRID // 2)
        grid.setColumnStretch(0, 1)
        if check.limit is not None:
            self.limit_field = NumberField(check.limit)
            self.limit_field.setObjectName(f"limit:{check.id}")
            self.limit_field.valueChanged.connect(self.limit_changed)
            self._add_number(grid, check.limit.words, self.limit_field)
        for name, option in check.options.items():
            field = NumberField(option)
            field.setObjectName(f"option:{check.id}:{name}")
            field.valueChanged.connect(partial(self.option_changed.emit, name))
            self.option_fields[name] = field
            self._add_number(grid, option.words, field)
        return grid

    def _add_number(self, grid: QGridLayout, words: str, field: NumberField) -> None:
        label = QLabel(words)
        label.setWordWrap(True)
        label.setBuddy(field)
        label.setToolTip(field.toolTip())
        field.setFixedWidth(_FIELD_WIDTH)
        row = grid.rowCount()
        grid.addWidget(label, row, 0)
        grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignVCenter)
        self._labels.append(label)

    def _show_changes(self, settings: CheckSettings) -> None:
        check = self.check
        is_default = settings.is_default(check.id)
        self.reset_button.setVisible(not is_default)
        defaults = []
        if check.limit is not None:
            defaults.append(with_unit(check.limit.default, check.limit.unit))
        defaults += [with_unit(option.default, option.unit) for option in check.options.values()]
        what = f"on, {', '.join(defaults)}" if defaults else "on"
        self.reset_button.setToolTip(f"Back to the default of {check.title}: {what}")
        changed = settings.limits.keys() & {check.id}
        for field, is_changed in (
            (self.limit_field, bool(changed)),
            *(
                (field, name in settings.options.get(check.id, {}))
                for name, field in self.option_fields.items()
            ),
        ):
            if field is not None:
                font = field.font()
                font.setBold(is_changed)
                field.setFont(font)


def _help(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setContentsMargins(_INDENT, 0, 0, 0)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
    return label
