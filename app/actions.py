"""Commands as data: one table per page builds the menus, the shortcuts and the shortcut sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from widgets import theme


@dataclass(frozen=True)
class Action:
    """One command.

    Attributes:
        id: Stable name, `page.verb`.
        text: What the menu and the shortcut sheet say.
        callback: What it does.
        shortcut: Key sequences in Qt's portable notation ("Ctrl+S"), the first one shown.
        icon: Name of an icon, or "".
        group: Heading in the menu and the shortcut sheet.
        is_held: Whether the key works while it is held down. Such a key is handled by the widget
            it works on; here it is only told.
    """

    id: str
    text: str
    callback: Callable[[], None]
    shortcut: tuple[str, ...] = ()
    icon: str = ""
    group: str = "General"
    is_held: bool = False

    @property
    def tooltip(self) -> str:
        """The text, with the shortcut in brackets when there is one."""
        if not self.shortcut:
            return self.text
        keys = QKeySequence(self.shortcut[0]).toString(QKeySequence.SequenceFormat.NativeText)
        return f"{self.text} ({keys})"


def install(
    actions: Iterable[Action],
    owner: QWidget,
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> dict[str, QAction]:
    """Make QActions of the table and add them to `owner`, where their shortcuts then work."""
    installed: dict[str, QAction] = {}
    for action in actions:
        qaction = QAction(action.text, owner)
        qaction.setObjectName(action.id)
        if not action.is_held:
            qaction.setShortcuts([QKeySequence(keys) for keys in action.shortcut])
        qaction.setShortcutContext(context)
        qaction.setToolTip(action.tooltip)
        if action.icon:
            qaction.setIcon(theme.icon(action.icon))
        qaction.triggered.connect(lambda _checked=False, run=action.callback: run())
        owner.addAction(qaction)
        installed[action.id] = qaction
    return installed
