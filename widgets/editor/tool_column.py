"""The tools in two columns, by what they work with; the chosen one marked."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QToolButton, QWidget

from widgets import theme
from widgets.canvas.tools import TOOLS, Tool

_SIDE = 36
_COLUMNS = 2
_GAP = 2


class ToolColumn(QWidget):
    """A button for each tool, and one that fits the image into the view."""

    tool_chosen = Signal(str)
    fit_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ToolColumn")
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(6, 8, 6, 8)
        self._grid.setSpacing(_GAP)
        groups = dict.fromkeys(tool.group for tool in TOOLS)
        for number, group in enumerate(groups):
            if number:
                self._add_line()
            self._add_group([tool for tool in TOOLS if tool.group == group])
        self._add_line()
        fit = _button("FitImage", "fit-to-page-outline", "Show the whole image (Ctrl+0)", "Fit")
        fit.clicked.connect(self.fit_clicked)
        self._grid.addWidget(fit, self._grid.rowCount(), 0)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self.show_tool(TOOLS[0].id)

    def button(self, tool_id: str) -> QToolButton:
        """The button of a tool."""
        return self._buttons[tool_id]

    def show_tool(self, tool_id: str) -> None:
        """Mark a tool as the chosen one."""
        self._buttons[tool_id].setChecked(True)

    def _add_group(self, tools: list[type[Tool]]) -> None:
        first = self._grid.rowCount()
        for number, tool in enumerate(tools):
            button = self._tool_button(tool)
            self._group.addButton(button)
            self._buttons[tool.id] = button
            self._grid.addWidget(button, first + number // _COLUMNS, number % _COLUMNS)

    def _add_line(self) -> None:
        line = QFrame()
        line.setProperty("role", "line")
        row = self._grid.rowCount()
        self._grid.addWidget(line, row, 0, 1, _COLUMNS)
        self._grid.setRowMinimumHeight(row, 9)

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
