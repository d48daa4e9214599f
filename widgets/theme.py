"""Colours, icons and the style sheet of both themes, from one palette file."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import qtawesome
from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from core.dataset.model import ClassInfo

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton

Name = Literal["light", "dark"]
Rgba = tuple[int, int, int, int]

ICON_SIZE = QSize(20, 20)
GRID = 8

# What the overlays of an error map mean, told apart by colour-blind people too (Okabe and Ito).
ERROR_COLORS: dict[str, tuple[int, int, int]] = {
    "missed": (0xD5, 0x5E, 0x00),
    "false": (0xCC, 0x79, 0xA7),
    "wrong class": (0xF0, 0xE4, 0x42),
}
# A value that is no class at all must be seen at once.
ILLEGAL_COLOR = (255, 0, 255)
IGNORE_COLOR = (200, 200, 200)


class _Signals(QObject):
    changed = Signal()


signals = _Signals()
"""`signals.changed` is emitted after the theme was switched, for widgets that paint themselves."""

_active: Name = "dark"


@cache
def _palettes() -> dict[str, dict[str, str]]:
    text = (resources.files("resources") / "themes" / "palette.toml").read_text("utf-8")
    return tomllib.loads(text)


def active() -> Name:
    """The name of the theme in use."""
    return _active


def color(role: str) -> QColor:
    """The colour of a role (window, surface, text, muted, accent, …) in the theme in use."""
    return QColor(_palettes()[_active][role])


def resource(name: str) -> Path:
    """The path of a file among the resources, such as `icons/petseg.svg`."""
    return Path(str(resources.files("resources") / name))


def resolve(choice: str, app: QApplication) -> Name:
    """The theme a setting stands for; `system` follows the desktop, dark where it says nothing."""
    if choice in ("light", "dark"):
        return "light" if choice == "light" else "dark"
    scheme = app.styleHints().colorScheme()
    return "light" if scheme == Qt.ColorScheme.Light else "dark"


def apply(app: QApplication, name: Name) -> None:
    """Switch the whole program to a theme."""
    global _active
    _active = name
    app.setStyle("Fusion")
    app.setPalette(_qt_palette())
    app.setStyleSheet(_style_sheet())
    signals.changed.emit()


def icon(name: str, role: str = "text") -> QIcon:
    """An icon of the Material set (`mdi6.brush`, or just `brush`) in a colour of the theme."""
    full = name if "." in name else f"mdi6.{name}"
    palette = _palettes()[_active]
    drawn = qtawesome.icon(
        full, color=palette[role], color_disabled=palette["border"], color_on=palette[role]
    )
    return QIcon(_IconEngine(drawn))


class _IconEngine(QIconEngine):
    """Draws an icon where there is room for one.

    A squeezed button asks for a picture of less than no size, and qtawesome would draw onto it.
    """

    def __init__(self, drawn: QIcon) -> None:
        super().__init__()
        self._drawn = drawn

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it within a rectangle."""
        if not rect.isEmpty():
            self._drawn.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """A picture of it; an empty one where the size is."""
        return QPixmap() if size.isEmpty() else self._drawn.pixmap(size, 1.0, mode, state)


class _ThemedIcon(QObject):
    """Keeps a button's icon in the theme's colours; lives and dies with the button."""

    def __init__(self, button: QAbstractButton, name: str, role: str) -> None:
        super().__init__(button)
        self._button, self._name, self._role = button, name, role
        signals.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Draw the icon anew."""
        self._button.setIcon(icon(self._name, self._role))


def set_icon(button: QAbstractButton, name: str, role: str = "text") -> None:
    """Give a button an icon that follows the theme when it is switched."""
    for earlier in button.findChildren(
        _ThemedIcon, options=Qt.FindChildOption.FindDirectChildrenOnly
    ):
        earlier.setParent(None)
        earlier.deleteLater()
    button.setIconSize(ICON_SIZE)
    _ThemedIcon(button, name, role)


def class_table(
    classes: Sequence[ClassInfo], alpha: int = 255, ignore_index: int = 255
) -> list[Rgba]:
    """The 256 colours of an indexed mask: the background transparent, illegal values striking.

    Args:
        classes: Ordered by index.
        alpha: Opacity of the classes, 0 to 255.
        ignore_index: Shown grey.
    """
    table: list[Rgba] = [(*ILLEGAL_COLOR, 255)] * 256
    for info in classes:
        table[info.index] = (*info.color, alpha)
    table[0] = (0, 0, 0, 0)
    table[ignore_index] = (*IGNORE_COLOR, alpha)
    return table


def _qt_palette() -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, name in {
        roles.Window: "window",
        roles.WindowText: "text",
        roles.Base: "surface",
        roles.AlternateBase: "window",
        roles.Text: "text",
        roles.Button: "raised",
        roles.ButtonText: "text",
        roles.ToolTipBase: "raised",
        roles.ToolTipText: "text",
        roles.PlaceholderText: "muted",
        roles.Highlight: "selection",
        roles.HighlightedText: "text",
        roles.Link: "accent",
    }.items():
        palette.setColor(role, color(name))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, color("muted"))
    return palette


def _style_sheet() -> str:
    themes = resources.files("resources") / "themes"
    text = (themes / "style.qss").read_text("utf-8")
    for role, value in _palettes()[_active].items():
        text = text.replace("{" + role + "}", value)
    icons = resource(f"icons/{_active}").as_posix()
    return text.replace("{icons}", icons)


def base_font() -> QFont:
    """The program's font: the system's, at a size that fits 1280×720."""
    font = QFont()
    font.setPointSizeF(9.5)
    return font
