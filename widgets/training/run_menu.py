"""The menu of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from core.runs.store import RunSummary
from widgets import theme
from widgets.training.run_offers import Offers
from widgets.training.words import suggestion_words

# Id, text, icon and the key that does the same in the list; None draws a line.
_ENTRIES: tuple[tuple[str, str, str, str] | None, ...] = (
    ("resume", "Resume", "play-circle-outline", ""),
    ("pause", "Pause", "pause-circle-outline", ""),
    ("retry", "Try again", "restart", ""),
    ("first", "Move to the front of the queue", "format-vertical-align-top", ""),
    None,
    ("compare", "Compare", "compare", ""),
    ("config", "Show the config", "file-code-outline", ""),
    ("folder", "Open the folder", "folder-open-outline", ""),
    None,
    ("rename", "Rename", "rename-box", "F2"),
    ("delete", "Delete…", "delete-outline", "Del"),
)


def run_menu(
    parent: QWidget, run: RunSummary, offers: Offers, verbs: Mapping[str, Callable[[], None]]
) -> QMenu:
    """Make the menu of a run. It lives until it is closed.

    Args:
        parent: Its owner.
        run: The run.
        offers: What can be done with it; the rest is left out or grey.
        verbs: What the entries do, by id.
    """
    menu = QMenu(parent)
    menu.setObjectName("run_menu")
    menu.setToolTipsVisible(True)
    for entry in _ENTRIES:
        if entry is None:
            menu.addSeparator()
            continue
        name, text, icon, key = entry
        if name == "retry":
            if not offers.retry:
                continue
            text = f"Try again with {suggestion_words(run.suggestion or {})}"
        if (name == "pause" and not offers.pause) or (name == "first" and not offers.move):
            continue
        action = QAction(theme.icon(icon), text, menu)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(key))
        action.setEnabled(_is_offered(name, offers))
        action.triggered.connect(lambda _checked=False, verb=verbs[name]: verb())
        menu.addAction(action)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _is_offered(name: str, offers: Offers) -> bool:
    """Whether an entry can be used; what every run has is not among the offers."""
    return bool(getattr(offers, name, True))
