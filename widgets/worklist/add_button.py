"""The button that puts errors of the shown samples on the worklist."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from core.worklist.gathering import Offer
from widgets import theme
from widgets.worklist import words

_MOST_PAIRS = 6


class AddButton(QPushButton):
    """Asks what there is when its menu opens, and lists it by kind and by classes."""

    wanted = Signal(object, str)
    """An `Offer`, and what it is in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Add errors", parent)
        self.setObjectName("AddErrors")
        self.setToolTip("Put errors of the shown samples on the worklist (Shift+W)")
        theme.set_icon(self, "playlist-plus")
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._ask: Callable[[], tuple[Sequence[Offer], str]] = lambda: ((), "")
        self._names: Sequence[str] = ()

    def set_classes(self, names: Sequence[str]) -> None:
        """Say how classes are called."""
        self._names = tuple(names)

    def set_source(self, ask: Callable[[], tuple[Sequence[Offer], str]]) -> None:
        """Say who knows what there is: offers, and in words which samples they are of."""
        self._ask = ask

    def _fill(self) -> None:
        self._menu.clear()
        offers, of_what = self._ask()
        if not offers:
            empty = self._menu.addAction(of_what or "There are no errors to add.")
            empty.setEnabled(False)
            return
        if of_what:
            self._menu.addAction(of_what.replace("&", "&&")).setEnabled(False)
        kinds = [each for each in offers if each.classes is None]
        pairs = [each for each in offers if each.classes is not None]
        for offer in kinds:
            self._offer(offer)
        self._menu.addSeparator()
        for offer in pairs[:_MOST_PAIRS]:
            self._offer(offer)

    def _offer(self, offer: Offer) -> None:
        name = words.offer(offer, self._names)
        places = "1 place" if offer.places == 1 else f"{offer.places:,} places"
        action = self._menu.addAction(f"{name} ({places})".replace("&", "&&"))
        if offer.kind is not None:
            action.setToolTip(offer.kind.meaning())
        action.triggered.connect(lambda _on=False: self.wanted.emit(offer, name))
