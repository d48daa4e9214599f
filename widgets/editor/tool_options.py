"""The options of a tool as controls: numbers, lists, check boxes and buttons, in one row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from widgets import theme
from widgets.canvas.tools import Choice, Command, Number, Toggle, Tool


class ToolOptions(QWidget):
    """Controls for one tool's options; shows another's when told to."""

    entered = Signal()
    """The user is done with a control: the keyboard may go back to the image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refreshers: list[Callable[[], None]] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)

    def show_tool(self, tool: Tool) -> None:
        """Show the options of a tool."""
        self._clear()
        for choice in tool.choices:
            self._add_choice(tool, choice)
        for number in tool.numbers:
            self._add_number(tool, number)
        for toggle in tool.toggles:
            self._add_toggle(tool, toggle)
        for command in tool.commands:
            self._add_command(tool, command)
        self._show_controls()
        self.setVisible(self._row.count() > 0)
        self._row.activate()

    def refresh(self) -> None:
        """Show what the tool's options are now."""
        for refresh in self._refreshers:
            refresh()

    def _add_choice(self, tool: Tool, choice: Choice) -> None:
        box = QComboBox()
        box.setObjectName(f"Choice_{choice.attribute}")
        box.setToolTip(choice.hint)
        box.setAccessibleName(choice.text or choice.hint)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for value, words in choice.values:
            box.addItem(words, value)

        def refresh() -> None:
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(getattr(tool, choice.attribute)))

        refresh()
        box.currentIndexChanged.connect(
            lambda place: _set(tool, choice.attribute, box.itemData(place))
        )
        box.activated.connect(lambda _place: self.entered.emit())
        self._refreshers.append(refresh)
        self._add_labelled(choice.text, box)

    def _add_number(self, tool: Tool, number: Number) -> None:
        spin = QSpinBox()
        spin.setObjectName(f"Number_{number.attribute}")
        spin.setToolTip(number.hint)
        spin.setAccessibleName(number.text or number.hint)
        spin.setRange(number.least, number.most)
        spin.setSuffix(number.suffix)
        spin.setKeyboardTracking(False)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        # In a narrow window it gives up the room for its longest number first.
        spin.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

        def refresh() -> None:
            with QSignalBlocker(spin):
                spin.setValue(getattr(tool, number.attribute))

        refresh()
        spin.lineEdit().returnPressed.connect(self.entered)
        spin.valueChanged.connect(lambda value: _set(tool, number.attribute, value))
        self._refreshers.append(refresh)
        self._add_labelled(number.text, spin)

    def _add_toggle(self, tool: Tool, toggle: Toggle) -> None:
        box = QCheckBox(toggle.text)
        box.setObjectName(f"Toggle_{toggle.attribute}")
        box.setToolTip(toggle.hint)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)

        def refresh() -> None:
            with QSignalBlocker(box):
                box.setChecked(bool(getattr(tool, toggle.attribute)))

        refresh()
        box.toggled.connect(lambda checked: _set(tool, toggle.attribute, checked))
        self._refreshers.append(refresh)
        self._row.addWidget(box)

    def _add_command(self, tool: Tool, command: Command) -> None:
        button = QPushButton(command.text)
        button.setObjectName(f"Command_{command.method}")
        button.setToolTip(command.hint)
        button.setProperty("role", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, command.icon)
        button.clicked.connect(lambda _checked=False: getattr(tool, command.method)())

        def refresh() -> None:
            button.setEnabled(command.anytime or tool.in_progress)

        refresh()
        self._refreshers.append(refresh)
        self._row.addWidget(button)

    def _add_labelled(self, text: str, control: QWidget) -> None:
        if text:
            self._row.addWidget(QLabel(text))
        self._row.addWidget(control)

    def _show_controls(self) -> None:
        # Qt would show them later, and until then nobody knew how much room they leave.
        for place in range(self._row.count()):
            item = self._row.itemAt(place)
            control = item.widget() if item is not None else None
            if control is not None:
                control.show()

    def _clear(self) -> None:
        self._refreshers = []
        while (item := self._row.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()


def _set(tool: Tool, attribute: str, value: object) -> None:
    setattr(tool, attribute, value)
    tool.changed()
