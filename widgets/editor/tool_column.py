"""The tools in one column, the chosen one marked."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.canvas.tools import TOOLS, Tool

_SIDE = 40


class ToolColumn(QWidget):
    """A button for each tool, and one that fits the image into the view."""

    tool_chosen = Signal(str)
    fit_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ToolColumn")
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        for tool in TOOLS:
            button = self._tool_button(tool)
            self._group.addButton(button)
            self._buttons[tool.id] = button
            column.addWidget(button)
        line = QFrame()
        line.setProperty("role", "line")
        column.addSpacing(4)
        column.addWidget(line)
        column.addSpacing(4)
        fit = _button("FitImage", "fit-to-page-outline", "Show the whole image (Ctrl+0)", "Fit")
        fit.clicked.connect(self.fit_clicked)
        column.addWidget(fit)
        column.addStretch()
        self.show_tool(TOOLS[0].id)

    def button(self, tool_id: str) -> QToolButton:
        """The button of a tool."""
        return self._buttons[tool_id]

    def show_tool(self, tool_id: str) -> None:
        """Mark a tool as the chosen one."""
        self._buttons[tool_id].setChecked(True)

    def _tool_button(self, tool: type[Tool]) -> QToolButton:
        tooltip = f"<b>{tool.title} ({tool.key})</b><br>{tool.hint}"
        button = _button(f"Tool_{tool.id}", tool.icon, tooltip, f"{tool.title} tool")
        button.setCheckable(True)
        button.clicked.connect(lambda _checked=False: self.tool_chosen.emit(tool.id))
        return button


def _button(name: str, icon: str, tooltip: str, spoken: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setFixedSize(QSize(_SIDE, _SIDE))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip(tooltip)
    button.setAccessibleName(spoken)
    theme.set_icon(button, icon)
    return button
