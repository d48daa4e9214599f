"""The worklist in the workspace's database.

A row holds the entry and, while its mask is being written, what is meant to be written
(`pending`, with the hashes of the file before and after). So whatever moment the program dies at,
the file itself says whether the decision was carried out: see `core.worklist.deciding.recover`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Changes, Decision, Entry, State, Wanted
from core.worklist.rows import (
    ENTRY,
    ENTRY_LENGTH,
    NEW_ID,
    REGION,
    SCHEMA,
    WHOLE,
    entry_of,
    place_of,
    region_row,
)

TAKE_BACK = "take back"

# Of more samples than that, all entries are read at once.
_ONE_BY_ONE = 200

Removed = tuple[Any, ...]
"""An entry that was taken off the list, with all that is known of it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision, or the taking back of one, that was begun.

    Attributes:
        entry: The entry.
        verb: A `Decision`'s value, or `TAKE_BACK`.
        before: Hash of the mask's file before the decision.
        after: Hash of it afterwards.
        batch: The batch of repairs that holds the bytes from before.
    """

    entry: Entry
    verb: str
    before: str
    after: str
    batch: str


class WorklistStore:
    """The entries of a workspace's worklist.

    Args:
        workspace: Where they are kept. It stays the caller's to close.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        workspace.ensure(SCHEMA)

    # Reading

    def entries(self, label_set: str, *, sample: str | None = None) -> list[Entry]:
        """The entries of a label set, or of one of its masks, as they were added."""
        where, parameters = "label_set = ?", [label_set]
        if sample is not None:
            where, parameters = f"{where} AND sample = ?", [label_set, sample]
        return self._select(f"WHERE {where} ORDER BY id", tuple(parameters))

    def entry(self, entry_id: int) -> Entry:
        """One entry.

        Raises:
            PetsegError: it is not on the list any more.
        """
        found = self._select("WHERE id = ?", (entry_id,))
        if not found:
            raise PetsegError(
                "This place is not on the worklist any more",
                path=self._workspace.path,
                remedy="Add it again from the list of errors.",
            )
        return found[0]

    def changes(self, label_set: str, since: int | None = None) -> Changes:
        """What became of a label set's entries since they were read, by whomever.

        Args:
            label_set: The label set.
            since: The `revision` of what was read last; by default all entries are read.
        """
        found = self._workspace.query("SELECT COALESCE(MAX(revision), 0) FROM worklist_changes")
        revision = int(found[0][0])
        if since is None:  # what changes from here on is told once more the next time
            return Changes(self.entries(label_set), (), revision, is_whole=True)
        columns = ", ".join(f"worklist.{name.strip()}" for name in ENTRY.split(","))
        rows = self._workspace.query(
            f"SELECT entry, {columns} FROM worklist_changes LEFT JOIN worklist ON id = entry "
            "WHERE revision > ? AND revision <= ? ORDER BY entry",
            (since, revision),
        )
        there = [entry_of(row[1:]) for row in rows if row[1] is not None]
        own = [entry for entry in there if entry.label_set == label_set]
        kept = {entry.id for entry in own}
        return Changes(own, [row[0] for row in rows if row[0] not in kept], revision)

    def mask_hashes(self, label_set: str) -> list[tuple[str, str]]:
        """The masks that entries were found in: samples' ids with content hashes."""
        rows = self._workspace.query(
            "SELECT DISTINCT sample, mask_hash FROM worklist WHERE label_set = ?", (label_set,)
        )
        return [(sample, mask_hash) for sample, mask_hash in rows]

    def last_changed(self, label_set: str) -> Entry | None:
        """The entry whose state somebody changed last, so that it can be taken back."""
        entries = [each for each in self.entries(label_set) if each.can_be_taken_back]
        return max(entries, key=lambda each: (each.time, each.id), default=None)

    def pending(self) -> list[Pending]:
        """Decisions that were begun and not finished: the program was killed meanwhile."""
        rows = self._workspace.query(
            f"SELECT pending, before, after, pending_batch, {ENTRY} FROM worklist "
            "WHERE pending != '' ORDER BY id"
        )
        return [
            Pending(entry_of(row[4:]), verb, before, after, batch)
            for row in rows
            for verb, before, after, batch in [row[:4]]
        ]

    # The list itself

    def add(
        self,
        wanted: Sequence[Wanted],
        *,
        label_set: str,
        run: str,
        source: str = "",
        mask_hashes: dict[str, str] | None = None,
    ) -> str:
        """Put regions on the list; those that are on it already are left as they are.

        Args:
            wanted: The regions.
            label_set: The label set that they were found in.
            run: The run that disagrees.
            source: What they are, in a few words.
            mask_hashes: Content hash of each mask, by sample, that they were found in.

        Returns:
            A token for `count_added` and `remove_added`.
        """
        samples = {each.sample for each in wanted}
        there = (
            [each for sample in samples for each in self.entries(label_set, sample=sample)]
            if len(samples) <= _ONE_BY_ONE
            else self.entries(label_set)
        )
        known = {(each.run, each.sample, place_of(each.region)) for each in there}
        hashes, token = mask_hashes or {}, secrets.token_hex(8)
        rows = []
        for each in wanted:
            key = run, each.sample, place_of(each.region)
            if key in known:
                continue
            known.add(key)
            suspicion = each.suspicion
            if suspicion is None:
                suspicion = each.region.confidence or 0.0
            rows.append(
                (each.sample, label_set, run, *region_row(each.region), suspicion,
                 State.TO_REVIEW.value, "", source, hashes.get(each.sample, ""), 0.0, "", token)
            )  # fmt: skip
        marks = ", ".join("?" * 25)
        self._workspace.write(
            f"INSERT INTO worklist (id, sample, label_set, run, {REGION}, suspicion, state, "
            f"decision, source, mask_hash, time, batch, added) VALUES ({NEW_ID}, {marks})",
            rows,
        )
        return token

    def added(self, token: str) -> list[Entry]:
        """The entries that one call of `add` has put on the list."""
        return self._select("WHERE added = ? ORDER BY id", (token,))

    def remove_added(self, token: str) -> list[Removed]:
        """Take those entries off the list of which nothing was said since they were added.

        Returns:
            What `put_back` needs to put them on it again.
        """
        where = "added = ? AND state = ? AND pending = ''"
        parameters = (token, State.TO_REVIEW.value)
        removed = self._workspace.query(
            f"SELECT {WHOLE} FROM worklist WHERE {where} ORDER BY id", parameters
        )
        self._workspace.write(
            f"DELETE FROM worklist WHERE id = ? AND {where}",
            [(row[0], *parameters) for row in removed],
        )
        return [tuple(row) for row in removed]

    def remove(self, entry_ids: Iterable[int]) -> list[Removed]:
        """Take entries off the list; masks that were written stay as they are.

        Returns:
            What `put_back` needs to put them on it again.
        """
        removed: list[Removed] = []
        for entry_id in entry_ids:
            removed += map(
                tuple,
                self._workspace.query(
                    f"SELECT {WHOLE} FROM worklist WHERE id = ? AND pending = ''", (entry_id,)
                ),
            )
        self._workspace.write(
            "DELETE FROM worklist WHERE id = ? AND pending = ''", [row[:1] for row in removed]
        )
        return removed

    def put_back(self, removed: Iterable[Removed]) -> None:
        """Put entries on the list again as they were, with the ids they had.

        Those that are on it again by now, or whose places are, are left out.
        """
        marks = ", ".join("?" * len(WHOLE.split(",")))
        for row in removed:
            entry = removed_entry(row)
            there = self.entries(entry.label_set, sample=entry.sample)
            place = entry.run, place_of(entry.region)
            if any(
                each.id == entry.id or (each.run, place_of(each.region)) == place for each in there
            ):
                continue
            self._workspace.write(f"INSERT INTO worklist ({WHOLE}) VALUES ({marks})", [row])

    # States

    def set_state(
        self, entry_id: int, state: State, decision: Decision | None = None, *, mask_hash: str = ""
    ) -> None:
        """Say where an entry stands, without a mask being written.

        Args:
            entry_id: The entry.
            state: Its state from now on.
            decision: What was decided.
            mask_hash: The mask that this is about; as before by default.
        """
        self._workspace.write(
            "UPDATE worklist SET state = ?, decision = ?, time = ?, batch = '', pending = '', "
            "mask_hash = COALESCE(NULLIF(?, ''), mask_hash) WHERE id = ?",
            [(state.value, decision or "", time.time(), mask_hash, entry_id)],
        )

    def intend(self, entry_id: int, verb: str, before: str, after: str, batch: str) -> None:
        """Say what is about to be written. From here on `recover` can tell what became of it."""
        self._workspace.write(
            "UPDATE worklist SET pending = ?, before = ?, after = ?, pending_batch = ? "
            "WHERE id = ?",
            [(verb, before, after, batch, entry_id)],
        )

    def intend_to_take_back(self, entry_id: int) -> None:
        """Say that a decision is about to be taken back; its hashes are known."""
        self._workspace.write(
            "UPDATE worklist SET pending = ?, pending_batch = batch WHERE id = ?",
            [(TAKE_BACK, entry_id)],
        )

    def carried_out(self, entry_id: int) -> None:
        """Say that what was intended is written; one statement, so all of it or nothing."""
        self._workspace.write(
            "UPDATE worklist SET state = ?, decision = pending, time = ?, mask_hash = after, "
            "batch = pending_batch, pending = '' WHERE id = ? AND pending NOT IN ('', ?)",
            [(State.DECIDED.value, time.time(), entry_id, TAKE_BACK)],
        )

    def taken_back(self, entry_id: int) -> None:
        """Say that the entry is to review again, and its mask as before."""
        self._workspace.write(
            "UPDATE worklist SET state = ?, decision = '', time = ?, batch = '', pending = '', "
            "mask_hash = COALESCE(NULLIF(before, ''), mask_hash) WHERE id = ?",
            [(State.TO_REVIEW.value, time.time(), entry_id)],
        )

    def forget_intention(self, entry_id: int) -> None:
        """Say that nothing was written after all."""
        self._workspace.write("UPDATE worklist SET pending = '' WHERE id = ?", [(entry_id,)])

    def move(self, places: Collection[tuple[int, ErrorRegion, str]]) -> None:
        """Give entries the places at which they were found again: id, region, hash of the mask."""
        columns = ", ".join(f"{name.strip()} = ?" for name in REGION.split(","))
        self._workspace.write(
            f"UPDATE worklist SET {columns}, mask_hash = ? WHERE id = ?",
            [(*region_row(region), mask, entry_id) for entry_id, region, mask in places],
        )

    def _select(self, rest: str, parameters: tuple[object, ...]) -> list[Entry]:
        rows = self._workspace.query(f"SELECT {ENTRY} FROM worklist {rest}", parameters)
        return [entry_of(row) for row in rows]


def removed_entry(removed: Removed) -> Entry:
    """The entry that was taken off the list, as it was."""
    return entry_of(removed[:ENTRY_LENGTH])
