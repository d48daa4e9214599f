"""One flag as a line of the list: its severity, its sentence, and the check it comes from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from core.flags import Flag
from core.qa.checks import CHECKS
from widgets import theme
from widgets.flags.severity import ICONS, ROLES, WORDS, check_title, check_words

_ICON = QSize(20, 20)
_BUTTON = QSize(26, 26)


class FlagRow(QWidget):
    """Shows one flag; clicking it or pressing Space chooses it."""

    chosen = Signal(object)
    """The row itself."""
    stepped = Signal(object, int)
    """The row itself, and +1 or -1: the user pressed an arrow key."""
    repair_clicked = Signal(object)
    accept_clicked = Signal(object)
    limit_clicked = Signal(object)
    withdraw_clicked = Signal(object)
    """The Flag whose button was clicked."""
    menu_requested = Signal(object)
    """The Flag on which the right button was pressed."""

    def __init__(
        self,
        flag: Flag,
        parent: QWidget | None = None,
        *,
        with_actions: bool = False,
        accepted: str | None = None,
    ) -> None:
        """Show a flag; `accepted` is what was said when it was accepted, None when it was not."""
        super().__init__(parent)
        self.flag = flag
        self.is_accepted = accepted is not None
        self._with_actions = with_actions
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._is_chosen = False
        title = check_title(flag.check)
        self.setAccessibleName(f"{WORDS[flag.severity]}: {flag.message}")
        places = len(flag.region)
        hint = "Click to see where." if places else "It speaks of the sample as a whole."
        self.setToolTip("\n".join(filter(None, [title, check_words(flag.check), hint])))
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignTop)
        self._icon.setFixedWidth(_ICON.width())
        message = QLabel(flag.message)
        message.setTextFormat(Qt.TextFormat.PlainText)
        message.setWordWrap(True)
        where = f" · {places} places" if places > 1 else ""
        kind = "Accepted" if self.is_accepted else WORDS[flag.severity]
        note = f" · “{accepted}”" if accepted else ""
        source = QLabel(f"{kind} · {title}{where}{note}")
        source.setTextFormat(Qt.TextFormat.PlainText)
        source.setProperty("role", "muted")
        source.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(message)
        words.addWidget(source)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        line.addWidget(self._icon)
        line.addLayout(words, 1)
        if with_actions:
            buttons = QHBoxLayout()
            buttons.setSpacing(0)
            for button in self._make_buttons():
                buttons.addWidget(button)
            line.addLayout(buttons)
            line.setAlignment(buttons, Qt.AlignmentFlag.AlignTop)
        message.setEnabled(not self.is_accepted)
        self._refresh_icon()
        theme.signals.changed.connect(self._refresh_icon)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground: what is chosen, under the cursor, or has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = "selection" if self._is_chosen else "hover" if self.underMouse() else "surface"
        framed = self._is_chosen or self.hasFocus()
        painter.setBrush(theme.color(ground))
        painter.setPen(QPen(theme.color("accent" if framed else "border"), 1))
        painter.drawRoundedRect(frame, 4, 4)

    @property
    def is_chosen(self) -> bool:
        """Whether its region is the one that is highlighted."""
        return self._is_chosen

    def set_chosen(self, chosen: bool) -> None:
        """Show whether its region is the one that is highlighted."""
        if chosen != self.is_chosen:
            self._is_chosen = chosen
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self)
            event.accept()
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for what can be done with the flag."""
        if self._with_actions and not self.is_accepted:
            self.menu_requested.emit(self.flag)
            event.accept()
        else:
            super().contextMenuEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses it; the arrows go to its neighbours."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            self.chosen.emit(self)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(self, 1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _make_buttons(self) -> list[QToolButton]:
        if self.is_accepted:
            return [
                self._button("undo", "Flag it again", "Let this flag speak again",
                             self.withdraw_clicked)
            ]  # fmt: skip
        check = CHECKS.get(self.flag.check)
        buttons = []
        if check is not None and check.repairs:
            buttons.append(
                self._button("wrench-outline", "Repair", "Repair the mask, with a preview (R)",
                             self.repair_clicked)
            )  # fmt: skip
        buttons.append(
            self._button("check", "Accept", "Accept: this is right, do not flag it again (Y)",
                         self.accept_clicked)
        )  # fmt: skip
        if check is not None and check.limit is not None:
            buttons.append(
                self._button("tune-variant", "Limit", "Move this check's limit (L)",
                             self.limit_clicked)
            )  # fmt: skip
        return buttons

    def _button(self, icon: str, name: str, hint: str, signal: SignalInstance) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"flag.{name.split()[0].lower()}")
        button.setAccessibleName(f"{name}: {self.flag.message}")
        button.setToolTip(hint)
        button.setFixedSize(_BUTTON)
        theme.set_icon(button, icon)
        button.clicked.connect(lambda: signal.emit(self.flag))
        return button

    def _refresh_icon(self) -> None:
        if self.is_accepted:
            self._icon.setPixmap(theme.icon("check-circle-outline", "ok").pixmap(_ICON))
            return
        severity = self.flag.severity
        self._icon.setPixmap(theme.icon(ICONS[severity], ROLES[severity]).pixmap(_ICON))
