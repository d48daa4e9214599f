"""A tag as a small removable label."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QWidget

from widgets import theme
from widgets.review.text_action import TextAction

# Room for the name, in px: where it fits into the side panel with what stands beside it.
_WIDEST, _WIDEST_PARTIAL = 208, 160
_ICON = QSize(12, 12)
_BUTTON = 18


class Chip(QWidget):
    """Shows a tag that some or all of the chosen samples carry.

    × takes it from them. Where only some carry it, the frame is dashed and + gives it to all. A
    right click offers to rename the tag, or to remove it from the whole dataset.

    Args:
        tag: The tag.
        carried: How many of the chosen samples carry it.
        chosen: How many samples are chosen.
    """

    removed = Signal(str)
    added = Signal(str)
    rename_requested = Signal(str, str)
    """The tag, and the name it is to have."""
    delete_requested = Signal(str)

    def __init__(self, tag: str, carried: int, chosen: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tag = tag
        self._is_partial = carried < chosen
        words = f"{tag} {carried:,}/{chosen:,}" if self._is_partial else tag
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        room = _WIDEST_PARTIAL if self._is_partial else _WIDEST
        shown = label.fontMetrics().elidedText(tag, Qt.TextElideMode.ElideRight, room)
        label.setText(shown + words.removeprefix(tag))
        whom = f"{carried:,} of the {chosen:,} chosen samples" if self._is_partial else ""
        hint = "Right click to rename it or to remove it everywhere"
        self.setToolTip("\n".join(filter(None, [tag, whom, hint])))
        self.setAccessibleName(f"Tag {words}")
        self.remove_button = _button("close", f"Take “{tag}” off (Del)")
        self.remove_button.clicked.connect(lambda: self.removed.emit(self.tag))
        line = QHBoxLayout(self)
        line.setContentsMargins(7, 2, 2, 2)
        line.setSpacing(1)
        line.addWidget(label)
        self.add_button: QToolButton | None = None
        if self._is_partial:
            self.add_button = _button("plus", f"Give “{tag}” to all {chosen:,} samples")
            self.add_button.clicked.connect(lambda: self.added.emit(self.tag))
            line.addWidget(self.add_button)
        line.addWidget(self.remove_button)
        theme.signals.changed.connect(self.update)

    @property
    def is_partial(self) -> bool:
        """Whether only some of the chosen samples carry it."""
        return self._is_partial

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame: dashed where only some of the samples carry the tag."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style = Qt.PenStyle.DashLine if self._is_partial else Qt.PenStyle.SolidLine
        painter.setPen(QPen(theme.color("muted"), 1, style))
        painter.setBrush(theme.color("window" if self._is_partial else "selection"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del and Backspace on one of its buttons take the tag off."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.tag)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what concerns the tag in the whole dataset."""
        self.popup_menu(event.globalPos())

    def popup_menu(self, at: QPoint) -> QMenu:
        """Open the menu for the whole dataset at a point of the screen."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = TextAction("Rename everywhere", self.tag, menu)
        rename.entered.connect(lambda name: self.rename_requested.emit(self.tag, name))
        menu.addAction(rename)
        delete = menu.addAction("Remove from all samples")
        delete.triggered.connect(lambda: self.delete_requested.emit(self.tag))
        menu.popup(at)
        edit: QLineEdit = rename.edit
        edit.setFocus()
        edit.selectAll()
        return menu


def _button(icon: str, tooltip: str) -> QToolButton:
    button = QToolButton()
    theme.set_icon(button, icon, "muted")
    button.setIconSize(_ICON)
    button.setFixedSize(_BUTTON, _BUTTON)
    button.setStyleSheet("padding: 0px;")
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
