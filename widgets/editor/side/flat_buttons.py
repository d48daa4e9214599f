"""Buttons that are drawn flat, in rows: one with two states, one to hold, one with a menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from widgets import theme

ROW_HEIGHT = 28
_ICON, _SMALL_ICON = 16, 14
_PAD = 4


class FlatButton(QAbstractButton):
    """A button without a frame until the mouse is over it or the keyboard on it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFixedHeight(ROW_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.signals.changed.connect(self.update)

    def paint_ground(self, painter: QPainter) -> None:
        """Paint what shows that the button can be pressed now."""
        pressed = self.isDown() and self.isEnabled()
        if not (self.isEnabled() and (self.underMouse() or self.hasFocus() or pressed)):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("selection" if pressed else "hover"))
        framed = self.hasFocus()
        painter.setPen(QPen(theme.color("accent"), 1) if framed else QPen(Qt.PenStyle.NoPen))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5), 4, 4)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint what shows that something is switched on."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("selection"))
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5), 4, 4)

    def paint_icon(self, painter: QPainter, name: str, left: int, side: int = _ICON) -> None:
        """Paint an icon in the middle of the height."""
        role = "muted" if self.isEnabled() else "border"
        place = QRect(left, (self.height() - side) // 2, side, side)
        painter.drawPixmap(
            place, theme.icon(name, role).pixmap(QSize(side, side), self.devicePixelRatioF())
        )

    def paint_text(self, painter: QPainter, text: str, place: QRect, *, strong: bool) -> None:
        """Paint a line of text, shortened to its place."""
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.setPen(theme.color("text" if strong else "muted"))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class IconButton(FlatButton):
    """A button with an icon and nothing else."""

    def __init__(self, name: str, icon: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._icon = icon
        self.setFixedWidth(_ICON + 2 * _PAD)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)

    def sizeHint(self) -> QSize:
        """The icon."""
        return QSize(_ICON + 2 * _PAD, ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon."""
        painter = QPainter(self)
        self.paint_ground(painter)
        self.paint_icon(painter, self._icon, _PAD)


class SwitchButton(IconButton):
    """A button that switches something on, and is framed while it is."""

    def __init__(self, name: str, icon: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(name, icon, tooltip, parent)
        self.setCheckable(True)

    def paint_ground(self, painter: QPainter) -> None:
        """Paint a frame while it is switched on."""
        super().paint_ground(painter)
        if self.isChecked():
            self.paint_frame(painter)


class IconToggle(FlatButton):
    """A button with two states, each with its icon; a text beside it is part of the button."""

    def __init__(
        self, name: str, on_icon: str, off_icon: str, text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(name, parent)
        self._icons = {True: on_icon, False: off_icon}
        self.setCheckable(True)
        self.setText(text)
        if text:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        else:
            self.setFixedWidth(_ICON + 2 * _PAD)

    def sizeHint(self) -> QSize:
        """The icon, and the text when there is one."""
        width = _ICON + 2 * _PAD
        if self.text():
            width += self.fontMetrics().horizontalAdvance(self.text()) + 2 * _PAD
        return QSize(width, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The icon; a text is shortened."""
        return QSize(_ICON + 2 * _PAD, ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon of the state, and the text muted when it is off."""
        painter = QPainter(self)
        self.paint_ground(painter)
        self.paint_icon(painter, self._icons[self.isChecked()], _PAD)
        if self.text():
            left = _ICON + 3 * _PAD
            place = QRect(left, 0, self.width() - left - _PAD, self.height())
            strong = self.isChecked() and self.isEnabled()
            self.paint_text(painter, self.text(), place, strong=strong)


class HoldButton(IconButton):
    """A button that works for as long as it is held, by the mouse or by somebody else."""

    def __init__(self, name: str, icon: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(name, icon, tooltip, parent)
        self._is_held = False

    def show_held(self, held: bool) -> None:
        """Show whether what the button stands for goes on now."""
        self._is_held = held
        self.update()

    def paint_ground(self, painter: QPainter) -> None:
        """Paint a frame while it is held."""
        super().paint_ground(painter)
        if self._is_held:
            self.paint_frame(painter)


class MenuButton(FlatButton):
    """Shows what is chosen, and offers the rest in a menu."""

    picked = Signal(object)
    """The key of what the user has chosen from the menu."""

    def __init__(self, name: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._icon = icon
        self._choices: list[tuple[str | None, str]] = []
        self._chosen: str | None = None
        self._menu = QMenu(self)
        self._group: QActionGroup | None = None
        self.strong = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)

    @property
    def chosen(self) -> str | None:
        """The key of what is chosen."""
        return self._chosen

    @property
    def choices(self) -> list[tuple[str | None, str]]:
        """What can be chosen, each a key and its words."""
        return list(self._choices)

    @property
    def actions_shown(self) -> list[QAction]:
        """The entries of the menu, in order."""
        return self._menu.actions()

    def set_choices(self, choices: list[tuple[str | None, str]], chosen: str | None) -> None:
        """Offer other things to choose from, each a key and its words."""
        self._choices, self._chosen = list(choices), chosen
        self._menu.clear()
        if self._group is not None:
            self._group.deleteLater()
        self._group = QActionGroup(self)
        for key, words in choices:
            action = self._menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.setActionGroup(self._group)
            action.triggered.connect(lambda _on=False, key=key: self._pick(key))
        self.setEnabled(bool(choices))
        self.update()

    def choose(self, key: str | None) -> None:
        """Mark one as chosen, without telling of it."""
        self._chosen = key
        for action, (each, _words) in zip(self._menu.actions(), self._choices, strict=True):
            action.setChecked(each == key)
        self.update()

    def show_text(self, text: str, *, strong: bool) -> None:
        """Show a text, muted unless it is strong."""
        self.setText(text)
        self.strong = strong
        self.update()

    def sizeHint(self) -> QSize:
        """Icon, text and arrow."""
        icon = _SMALL_ICON + _PAD if self._icon else 0
        text = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(icon + text + _SMALL_ICON + 3 * _PAD, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The text is shortened."""
        return QSize(_SMALL_ICON + 2 * _PAD, ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint icon, text, and the arrow that tells of a menu."""
        painter = QPainter(self)
        self.paint_ground(painter)
        left = _PAD
        if self._icon:
            self.paint_icon(painter, self._icon, left, _SMALL_ICON)
            left += _SMALL_ICON + _PAD
        arrow = _SMALL_ICON if self._choices else 0
        room = self.width() - left - arrow - _PAD
        if self.text():
            text = QRect(left, 0, room, self.height())
            self.paint_text(painter, self.text(), text, strong=self.strong and self.isEnabled())
            left += min(room, self.fontMetrics().horizontalAdvance(self.text()) + 2)
        if arrow:
            self.paint_icon(painter, "menu-down", left, _SMALL_ICON)

    def _open(self) -> None:
        self._menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _pick(self, key: str | None) -> None:
        self._chosen = key
        self.picked.emit(key)
