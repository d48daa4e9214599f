"""The options of the chosen tool in one row, and at its end undo, redo, revert and save."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from widgets import theme
from widgets.arrow_slider import ArrowSlider
from widgets.canvas import MAX_BRUSH
from widgets.canvas.tools import Tool
from widgets.editor.tool_options import ToolOptions
from widgets.elided_label import ElidedLabel

_SLIDER_STEPS = 100


class OptionBar(QWidget):
    """Shows what the chosen tool can do; says what the user wants of it by signals."""

    brush_size_changed = Signal(int)
    size_entered = Signal()
    """The user is done with typing a size, or with another option."""
    undo_clicked = Signal()
    redo_clicked = Signal()
    revert_clicked = Signal()
    revert_to_original_clicked = Signal()
    save_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("OptionBar")
        self._tool: Tool | None = None
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        # It is what tells tools apart; the hint gives way.
        self._title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._size_label = QLabel("Size")
        self._slider = ArrowSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("BrushSlider")
        self._slider.setRange(0, _SLIDER_STEPS)
        self._slider.setFixedWidth(112)
        self._slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._slider.setToolTip("Diameter of the brush ( [ and ] , or Alt+drag on the image)")
        self._slider.setAccessibleName("Brush size")
        self._slider.valueChanged.connect(self._on_slider)
        self._spin = QSpinBox()
        self._spin.setObjectName("BrushSize")
        self._spin.setRange(1, MAX_BRUSH)
        self._spin.setSuffix(" px")
        self._spin.setFixedWidth(80)
        self._spin.setKeyboardTracking(False)
        self._spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._spin.setToolTip(self._slider.toolTip())
        self._spin.setAccessibleName("Brush size in pixels")
        self._spin.valueChanged.connect(self.brush_size_changed)
        self._spin.lineEdit().returnPressed.connect(self.size_entered)
        self._extras = ToolOptions()
        self._extras.entered.connect(self.size_entered)
        self._hint = ElidedLabel()
        self._hint.setObjectName("ToolHint")
        self._hint.setProperty("role", "muted")
        self.undo_button = self._icon_button("Undo", "undo", "Nothing to undo", self.undo_clicked)
        self.redo_button = self._icon_button("Redo", "redo", "Nothing to redo", self.redo_clicked)
        self.revert_button = self._revert_button()
        self.save_button = QPushButton("Save")
        self.save_button.setObjectName("SaveMask")
        self.save_button.setProperty("role", "primary")
        self.save_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(self.save_button, "content-save-outline", "accent_text")
        self.save_button.clicked.connect(self.save_clicked)
        self.more_button = self._more_button()
        self._lay_out()
        self.show_history(None, None)
        self.show_saving(can_save=False, can_revert=False)

    def set_more(self, actions: Sequence[QAction]) -> None:
        """Offer commands without a button of their own in a menu at the end of the row."""
        menu = self.more_button.menu()
        menu.clear()
        for action in actions:
            menu.addAction(action)
        self.more_button.setVisible(bool(actions))

    def show_tool(self, tool: Tool) -> None:
        """Show a tool's options."""
        self._tool = tool
        self._title.setText(tool.title)
        for widget in (self._size_label, self._slider, self._spin):
            widget.setVisible(tool.has_size)
        self._extras.show_tool(tool)
        self._hint.setText(tool.hint)

    @property
    def unread_hint(self) -> str:
        """The tool's hint when the row has no room for all of it, else ""."""
        row = self.layout()
        if self._tool is None or row is None or not self.isVisible():
            return ""
        row.invalidate()
        row.activate()
        needed = self._hint.fontMetrics().horizontalAdvance(self._tool.hint)
        return self._tool.hint if needed > self._hint.contentsRect().width() else ""

    def refresh_options(self) -> None:
        """Show what the tool's options are now: it has changed one by itself."""
        self._extras.refresh()

    def show_busy(self, busy: bool) -> None:
        """Say that the tool is computing something, in place of its hint."""
        self._hint.setText("Computing …" if busy else self._tool.hint if self._tool else "")

    def show_brush_size(self, size: int) -> None:
        """Show the diameter of brush and eraser."""
        with QSignalBlocker(self._spin), QSignalBlocker(self._slider):
            self._spin.setValue(size)
            self._slider.setValue(_place_of(size))

    def show_history(self, undo: str | None, redo: str | None) -> None:
        """Show what can be undone and redone, by name; None for nothing."""
        self.undo_button.setEnabled(undo is not None)
        self.redo_button.setEnabled(redo is not None)
        self.undo_button.setToolTip(f"Undo {undo or ''} (Ctrl+Z)".replace("  ", " "))
        self.redo_button.setToolTip(f"Redo {redo or ''} (Ctrl+Shift+Z)".replace("  ", " "))

    def show_saving(self, *, can_save: bool, can_revert: bool) -> None:
        """Show whether there is something to save, and something to go back to."""
        self.save_button.setEnabled(can_save)
        self.save_button.setToolTip("Save the mask (Ctrl+S)" if can_save else "Nothing to save")
        self.revert_button.setEnabled(can_revert)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._title)
        for widget in (self._size_label, self._slider, self._spin):
            row.addWidget(widget)
        row.addWidget(self._extras)
        row.addWidget(self._hint, 1)
        for button in (
            self.undo_button,
            self.redo_button,
            self.revert_button,
            self.more_button,
            self.save_button,
        ):
            row.addWidget(button)

    def _icon_button(
        self, name: str, icon: str, tooltip: str, signal: SignalInstance
    ) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"{name}Edit")
        button.setAccessibleName(name)
        button.setToolTip(tooltip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, icon)
        button.clicked.connect(signal)
        return button

    def _revert_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("RevertMask")
        button.setAccessibleName("Revert")
        button.setToolTip(
            "Revert: go back to the saved mask, or to its first version; can be undone"
        )
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, "history")
        menu = QMenu(button)
        saved = menu.addAction("To the saved mask")
        saved.setObjectName("RevertToSaved")
        saved.triggered.connect(lambda _checked=False: self.revert_clicked.emit())
        original = menu.addAction("To the first version")
        original.setObjectName("RevertToOriginal")
        original.triggered.connect(lambda _checked=False: self.revert_to_original_clicked.emit())
        button.setMenu(menu)
        return button

    def _more_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("MoreCommands")
        button.setAccessibleName("More commands")
        button.setToolTip("More: LabelMe, export and import, the history of this mask")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, "dots-vertical")
        button.setMenu(QMenu(button))
        button.hide()
        return button

    def _on_slider(self, place: int) -> None:
        self.brush_size_changed.emit(_size_at(place))


def _size_at(place: int) -> int:
    """The slider is quadratic: fine steps for small brushes, coarse ones for large."""
    return round(1 + (MAX_BRUSH - 1) * place * place / _SLIDER_STEPS**2)


def _place_of(size: int) -> int:
    return round(_SLIDER_STEPS * math.sqrt((size - 1) / (MAX_BRUSH - 1)))
