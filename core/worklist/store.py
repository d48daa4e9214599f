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
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Decision, Entry, State, Wanted

_SCHEMA = """
CREATE TABLE IF NOT EXISTS worklist (
    id INTEGER PRIMARY KEY,
    sample TEXT NOT NULL, label_set TEXT NOT NULL, run TEXT NOT NULL,
    kind TEXT NOT NULL, true_class INTEGER NOT NULL, predicted_class INTEGER NOT NULL,
    box_left INTEGER NOT NULL, box_top INTEGER NOT NULL,
    box_width INTEGER NOT NULL, box_height INTEGER NOT NULL,
    pixels INTEGER NOT NULL, anchor_x INTEGER NOT NULL, anchor_y INTEGER NOT NULL,
    confidence REAL, object_pixels INTEGER NOT NULL, thickness REAL NOT NULL, form TEXT NOT NULL,
    suspicion REAL NOT NULL,
    state TEXT NOT NULL, decision TEXT NOT NULL, source TEXT NOT NULL,
    mask_hash TEXT NOT NULL, time REAL NOT NULL, batch TEXT NOT NULL, added TEXT NOT NULL,
    pending TEXT NOT NULL DEFAULT '', before TEXT NOT NULL DEFAULT '',
    after TEXT NOT NULL DEFAULT '', pending_batch TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS worklist_by_mask ON worklist (label_set, sample);
"""
_REGION = (
    "kind, true_class, predicted_class, box_left, box_top, box_width, box_height, pixels, "
    "anchor_x, anchor_y, confidence, object_pixels, thickness, form"
)
_ENTRY = (
    f"id, sample, label_set, run, suspicion, state, decision, source, mask_hash, time, batch, "
    f"{_REGION}"
)
_ENTRY_LENGTH = len(_ENTRY.split(","))
_WHOLE = f"{_ENTRY}, added, pending, before, after, pending_batch"
TAKE_BACK = "take back"

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
        workspace.ensure(_SCHEMA)

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

    def last_changed(self, label_set: str) -> Entry | None:
        """The entry whose state somebody changed last, so that it can be taken back."""
        entries = [each for each in self.entries(label_set) if each.can_be_taken_back]
        return max(entries, key=lambda each: (each.time, each.id), default=None)

    def pending(self) -> list[Pending]:
        """Decisions that were begun and not finished: the program was killed meanwhile."""
        rows = self._workspace.query(
            f"SELECT pending, before, after, pending_batch, {_ENTRY} FROM worklist "
            "WHERE pending != '' ORDER BY id"
        )
        return [
            Pending(_entry(row[4:]), verb, before, after, batch)
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
        known = {(each.run, each.sample, _place(each.region)) for each in self.entries(label_set)}
        hashes, token = mask_hashes or {}, secrets.token_hex(8)
        rows = []
        for each in wanted:
            key = run, each.sample, _place(each.region)
            if key in known:
                continue
            known.add(key)
            suspicion = each.suspicion
            if suspicion is None:
                suspicion = each.region.confidence or 0.0
            rows.append(
                (each.sample, label_set, run, *_region_row(each.region), suspicion,
                 State.TO_REVIEW.value, "", source, hashes.get(each.sample, ""), 0.0, "", token)
            )  # fmt: skip
        marks = ", ".join("?" * 25)
        self._workspace.write(
            f"INSERT INTO worklist (sample, label_set, run, {_REGION}, suspicion, state, decision, "
            f"source, mask_hash, time, batch, added) VALUES ({marks})",
            rows,
        )
        return token

    def added(self, token: str) -> list[Entry]:
        """The entries that one call of `add` has put on the list."""
        return self._select("WHERE added = ? ORDER BY id", (token,))

    def remove_added(self, token: str) -> None:
        """Take those entries off the list of which nothing was said since they were added."""
        self._workspace.write(
            "DELETE FROM worklist WHERE added = ? AND state = ? AND pending = ''",
            [(token, State.TO_REVIEW.value)],
        )

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
                    f"SELECT {_WHOLE} FROM worklist WHERE id = ? AND pending = ''", (entry_id,)
                ),
            )
        self._workspace.write(
            "DELETE FROM worklist WHERE id = ? AND pending = ''", [row[:1] for row in removed]
        )
        return removed

    def put_back(self, removed: Iterable[Removed]) -> None:
        """Put entries on the list again as they were, unless their places are on it by now."""
        marks = ", ".join("?" * len(_WHOLE.split(",")))
        for row in removed:
            entry = _entry(row[:_ENTRY_LENGTH])
            there = self.entries(entry.label_set, sample=entry.sample)
            if any(
                (each.run, _place(each.region)) == (entry.run, _place(entry.region))
                for each in there
            ):
                continue
            is_taken = bool(self._select("WHERE id = ?", (entry.id,)))
            self._workspace.write(
                f"INSERT INTO worklist ({_WHOLE}) VALUES ({marks})",
                [(None if is_taken else entry.id, *row[1:])],
            )

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
        columns = ", ".join(f"{name.strip()} = ?" for name in _REGION.split(","))
        self._workspace.write(
            f"UPDATE worklist SET {columns}, mask_hash = ? WHERE id = ?",
            [(*_region_row(region), mask, entry_id) for entry_id, region, mask in places],
        )

    def _select(self, rest: str, parameters: tuple[object, ...]) -> list[Entry]:
        rows = self._workspace.query(f"SELECT {_ENTRY} FROM worklist {rest}", parameters)
        return [_entry(row) for row in rows]


def _place(region: ErrorRegion) -> tuple[object, ...]:
    """What tells two regions of one sample apart."""
    return region.true_class, region.predicted_class, tuple(region.box), tuple(region.anchor)


def _region_row(region: ErrorRegion) -> tuple[object, ...]:
    return (
        str(region.kind), region.true_class, region.predicted_class, *region.box, region.pixels,
        *region.anchor, region.confidence, region.object_pixels, region.thickness,
        str(region.form or ""),
    )  # fmt: skip


def _entry(row: Sequence[Any]) -> Entry:
    entry_id, sample, label_set, run, suspicion, state, decision, source, *rest = row
    mask_hash, moment, batch, *region = rest
    return Entry(
        id=entry_id,
        sample=sample,
        label_set=label_set,
        run=run,
        region=_region(region),
        suspicion=suspicion,
        state=State(state),
        decision=Decision(decision) if decision else None,
        source=source,
        mask_hash=mask_hash,
        time=moment,
        batch=batch,
    )


def _region(row: Sequence[Any]) -> ErrorRegion:
    kind, true_class, predicted, left, top, width, height, pixels, x, y, *rest = row
    confidence, object_pixels, thickness, form = rest
    return ErrorRegion(
        kind=ErrorKind(kind),
        true_class=true_class,
        predicted_class=predicted,
        box=(left, top, width, height),
        pixels=pixels,
        anchor=(x, y),
        confidence=confidence,
        object_pixels=object_pixels,
        thickness=thickness,
        form=ErrorKind(form) if form else None,
    )
