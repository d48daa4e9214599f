"""A button that shows a colour and offers others."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QToolButton, QWidget

from core.dataset.settings import PALETTE
from widgets import theme

SWATCH = QSize(24, 16)

_NAMES = {
    "#000000": "Black",
    "#E69F00": "Orange",
    "#0072B2": "Blue",
    "#009E73": "Green",
    "#CC79A7": "Purple",
    "#D55E00": "Vermilion",
    "#56B4E9": "Sky blue",
    "#F0E442": "Yellow",
}


def swatch(color: QColor, size: QSize = SWATCH) -> QIcon:
    """A rectangle of a colour, framed so that it is seen on any ground."""
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("muted"), 1))
    painter.setBrush(color)
    painter.drawRoundedRect(pixmap.rect().adjusted(1, 1, -2, -2), 3, 3)
    painter.end()
    return QIcon(pixmap)


class ColorButton(QToolButton):
    """Shows a colour; its menu offers colours that colour-blind people can tell apart, and any.

    Args:
        color: The colour to begin with, `#RRGGBB`.
        what: What has the colour, for the tooltip.
    """

    color_changed = Signal(str)
    """The new colour, `#RRGGBB`, after the user chose one."""

    def __init__(self, color: str, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self._what = what
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(SWATCH)
        menu = QMenu(self)
        for each in PALETTE:
            action = menu.addAction(swatch(QColor(each)), _NAMES.get(each, each))
            action.triggered.connect(lambda _checked=False, chosen=each: self._choose(chosen))
        menu.addSeparator()
        self.other_action = menu.addAction("Other colour…")
        self.other_action.triggered.connect(self._ask)
        self.setMenu(menu)
        theme.signals.changed.connect(self._show)
        self._show()

    @property
    def color(self) -> str:
        """The colour that is shown, `#RRGGBB`."""
        return self._color

    def set_color(self, color: str) -> None:
        """Show another colour, without a signal."""
        self._color = color
        self._show()

    def _choose(self, color: str) -> None:
        if color.upper() != self._color.upper():
            self.set_color(color)
            self.color_changed.emit(color)

    def _ask(self) -> None:
        dialog = QColorDialog(QColor(self._color), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(lambda chosen: self._choose(chosen.name().upper()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show(self) -> None:
        self.setIcon(swatch(QColor(self._color)))
        self.setToolTip(f"Colour of {self._what}: {self._color} (Space opens the list)")
        self.setAccessibleName(f"Colour of {self._what}, {self._color}")
