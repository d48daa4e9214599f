"""Where a tool puts what is unfinished while another tool or another sample is on."""

from __future__ import annotations

from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from core.masks.document import MaskDocument

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """One unfinished thing for each mask; it goes when the mask goes."""

    def __init__(self) -> None:
        self._things: WeakKeyDictionary[MaskDocument, Thing] = WeakKeyDictionary()

    def put(self, document: MaskDocument | None, thing: Thing) -> None:
        """Keep a thing for a mask, in place of the one that was kept before."""
        if document is not None:
            self._things[document] = thing

    def take(self, document: MaskDocument | None) -> Thing | None:
        """What was kept for a mask; it is kept no longer. None when there is nothing."""
        return None if document is None else self._things.pop(document, None)
