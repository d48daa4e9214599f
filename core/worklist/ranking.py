"""Entries kept in order: one that changes costs a search, not a sort."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from core.worklist.entries import Entry, Order, rank


class Ranking:
    """Ids of entries in the order in which they are worked through.

    Args:
        order: The order.
        entries: The entries.
    """

    def __init__(self, order: Order, entries: Iterable[Entry] = ()) -> None:
        self._order = order
        self._rank_of = {entry.id: rank(entry, order) for entry in entries}
        self._ranks = sorted(self._rank_of.values())

    def __len__(self) -> int:
        return len(self._ranks)

    def __getitem__(self, row: int) -> int:
        return self._ranks[row][-1]

    def __contains__(self, entry_id: int) -> bool:
        return entry_id in self._rank_of

    def row_of(self, entry_id: int) -> int | None:
        """Where an entry stands; None when it is not here."""
        own = self._rank_of.get(entry_id)
        return None if own is None else bisect_left(self._ranks, own)

    def row_for(self, entry: Entry) -> int:
        """Where an entry stands, or would stand: how many come before it."""
        return bisect_left(self._ranks, rank(entry, self._order))

    def is_as_before(self, entry: Entry) -> bool:
        """Whether an entry is here, and stands where it stood."""
        return self._rank_of.get(entry.id) == rank(entry, self._order)

    def add(self, entry: Entry) -> None:
        """Take an entry that is not here."""
        own = rank(entry, self._order)
        self._rank_of[entry.id] = own
        self._ranks.insert(bisect_left(self._ranks, own), own)

    def remove(self, entry_id: int) -> None:
        """Let an entry go that is here."""
        del self._ranks[bisect_left(self._ranks, self._rank_of.pop(entry_id))]
