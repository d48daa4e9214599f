"""The entries of a worklist in memory, kept so that a change costs what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from core.worklist.entries import Changes, Entry


class Listing:
    """All entries of a label set, found by id and by sample."""

    def __init__(self) -> None:
        self._by_id: dict[int, Entry] = {}
        self._of_sample: Counter[str] = Counter()
        self._written_for: Counter[str] = Counter()
        self._revision: int | None = None

    @property
    def revision(self) -> int | None:
        """Where to go on reading from; None when nothing was read."""
        return self._revision

    @property
    def entries(self) -> list[Entry]:
        """All entries, in the order of their numbers."""
        return [self._by_id[entry_id] for entry_id in sorted(self._by_id)]

    def find(self, entry_id: int) -> Entry | None:
        """An entry by its id."""
        return self._by_id.get(entry_id)

    def take(self, changes: Changes) -> None:
        """Follow what became of the worklist."""
        if changes.is_whole:
            self._by_id.clear()
            self._of_sample.clear()
            self._written_for.clear()
        for entry_id in changes.gone:
            self._drop(entry_id)
        for entry in changes.entries:
            self._drop(entry.id)
            self._by_id[entry.id] = entry
            self._count(entry, 1)
        self._revision = changes.revision

    def samples_among(self, samples: Collection[str]) -> list[str]:
        """Those of some samples that have an entry, sorted."""
        return sorted(sample for sample in samples if self._of_sample[sample] > 0)

    def samples_of_runs(self, run_ids: Collection[str]) -> list[str]:
        """The samples that have an entry of one of these runs, sorted."""
        return sorted({each.sample for each in self._by_id.values() if each.run in run_ids})

    def repaired_runs(self) -> list[str]:
        """The runs for whose entries masks were written, sorted."""
        return sorted(run for run, written in self._written_for.items() if written > 0)

    def _drop(self, entry_id: int) -> None:
        entry = self._by_id.pop(entry_id, None)
        if entry is not None:
            self._count(entry, -1)

    def _count(self, entry: Entry, by: int) -> None:
        self._of_sample[entry.sample] += by
        if entry.decision is not None and entry.decision.writes:
            self._written_for[entry.run] += by
