"""Which places of the worklist are shown, in which order, and which comes next. No Qt in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.worklist.entries import Entry, Order, Progress, State
from core.worklist.ranking import Ranking


class Places:
    """All entries, and those of them that are shown. A change costs a search, however many.

    Attributes:
        order: In which order they are worked through.
        state: Which ones are shown; None for all.
    """

    def __init__(self) -> None:
        self.order = Order.SUSPICION
        self.state: State | None = None
        self._by_id: dict[int, Entry] = {}
        self._tally: Counter[State] = Counter()
        self._shown = Ranking(self.order)
        self._stops = Ranking(self.order)

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def shown(self) -> int:
        """How many are shown."""
        return len(self._shown)

    @property
    def progress(self) -> Progress:
        """How far the whole list is."""
        return Progress(len(self._by_id), self._tally[State.DECIDED], self._tally[State.SKIPPED])

    def find(self, entry_id: int) -> Entry | None:
        """An entry by its id, shown or not."""
        return self._by_id.get(entry_id)

    def at(self, row: int) -> Entry:
        """The entry shown in a row."""
        return self._by_id[self._shown[row]]

    def row_of(self, entry_id: int) -> int | None:
        """The row of an entry; None when it is not shown."""
        return self._shown.row_of(entry_id)

    def first_open(self) -> int:
        """The id of the first one shown of which nothing is decided; 0 for none."""
        return self._stops[0] if len(self._stops) and self.state is not State.DECIDED else 0

    def next_after(self, entry_id: int) -> int:
        """The id of the next one shown that is not decided, from the start again after the last.

        Where only decided ones are shown, it is the next of them.
        """
        if not len(self._stops):
            return entry_id
        entry = self._by_id.get(entry_id)
        row = 0 if entry is None else self._stops.row_for(entry) + (entry_id in self._stops)
        return self._stops[row % len(self._stops)]

    # What becomes of them

    def renew(self, entries: Iterable[Entry] | None = None) -> None:
        """Take all entries anew, or sort those there are, by the order and the state at hand."""
        if entries is not None:
            self._by_id = {entry.id: entry for entry in entries}
            self._tally = Counter(entry.state for entry in self._by_id.values())
        shown = [entry for entry in self._by_id.values() if self.shows(entry)]
        self._shown = Ranking(self.order, shown)
        self._stops = Ranking(self.order, (entry for entry in shown if self._is_stop(entry)))

    def shows(self, entry: Entry) -> bool:
        """Whether an entry is one of those that are shown."""
        return self.state is None or entry.state is self.state

    def keeps_its_row(self, entry: Entry) -> bool:
        """Whether an entry that has changed is shown where it was."""
        return self.shows(entry) and self._shown.is_as_before(entry)

    def row_for(self, entry: Entry) -> int:
        """The row that an entry will be shown in."""
        return self._shown.row_for(entry)

    def take(self, entry: Entry) -> None:
        """Take an entry that is new, or another one now."""
        self.drop(entry.id)
        self._by_id[entry.id] = entry
        self._tally[entry.state] += 1
        if self.shows(entry):
            self._shown.add(entry)
            if self._is_stop(entry):
                self._stops.add(entry)

    def drop(self, entry_id: int) -> None:
        """Let an entry go; nothing happens when it is not there."""
        entry = self._by_id.pop(entry_id, None)
        if entry is None:
            return
        self._tally[entry.state] -= 1
        for ranking in (self._shown, self._stops):
            if entry_id in ranking:
                ranking.remove(entry_id)

    def _is_stop(self, entry: Entry) -> bool:
        return entry.is_open or self.state is State.DECIDED
