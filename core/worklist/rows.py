"""The worklist's tables in the workspace's database, and its rows as entries.

Besides the entries there is a line for each that was ever added, changed or taken off, with a
number that only grows. Triggers write it, so whoever changes an entry, in whatever program, leaves
word, and a reader asks only for what is new. These lines also keep the numbers of entries that were
taken off, so that none is given to another entry: a step to be done again means the one it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Decision, Entry, State

SCHEMA = """
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
CREATE INDEX IF NOT EXISTS worklist_by_added ON worklist (added);
CREATE TABLE IF NOT EXISTS worklist_changes (
    revision INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL UNIQUE
);
CREATE TRIGGER IF NOT EXISTS worklist_added AFTER INSERT ON worklist BEGIN
    INSERT OR REPLACE INTO worklist_changes (entry) VALUES (NEW.id);
END;
CREATE TRIGGER IF NOT EXISTS worklist_changed AFTER UPDATE ON worklist BEGIN
    INSERT OR REPLACE INTO worklist_changes (entry) VALUES (NEW.id);
END;
CREATE TRIGGER IF NOT EXISTS worklist_removed AFTER DELETE ON worklist BEGIN
    INSERT OR REPLACE INTO worklist_changes (entry) VALUES (OLD.id);
END;
"""
REGION = (
    "kind, true_class, predicted_class, box_left, box_top, box_width, box_height, pixels, "
    "anchor_x, anchor_y, confidence, object_pixels, thickness, form"
)
"""The columns of a region, as `region_row` gives them."""
ENTRY = (
    f"id, sample, label_set, run, suspicion, state, decision, source, mask_hash, time, batch, "
    f"{REGION}"
)
"""The columns of an entry, as `entry_of` takes them."""
ENTRY_LENGTH = len(ENTRY.split(","))
NEW_ID = (
    "(SELECT MAX("
    "COALESCE((SELECT MAX(entry) FROM worklist_changes), 0), "
    "COALESCE((SELECT MAX(id) FROM worklist), 0)) + 1)"  # those from before changes were told
)
"""The number of an entry that is added: none had it before, not even one that was taken off."""
WHOLE = f"{ENTRY}, added, pending, before, after, pending_batch"
"""All columns."""

# A list of fifty thousand is read at once: looking up is quicker than asking the enumerations.
_KINDS: dict[str, ErrorKind | None] = {"": None, **{kind.value: kind for kind in ErrorKind}}
_STATES = {state.value: state for state in State}
_DECISIONS: dict[str, Decision | None] = {"": None, **{each.value: each for each in Decision}}


def place_of(region: ErrorRegion) -> tuple[object, ...]:
    """What tells two regions of one sample apart."""
    return region.true_class, region.predicted_class, tuple(region.box), tuple(region.anchor)


def region_row(region: ErrorRegion) -> tuple[object, ...]:
    """A region as its columns."""
    return (
        str(region.kind), region.true_class, region.predicted_class, *region.box, region.pixels,
        *region.anchor, region.confidence, region.object_pixels, region.thickness,
        str(region.form or ""),
    )  # fmt: skip


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry from its columns."""
    return Entry(
        id=row[0],
        sample=row[1],
        label_set=row[2],
        run=row[3],
        region=_region(row),
        suspicion=row[4],
        state=_STATES[row[5]],
        decision=_DECISIONS[row[6]],
        source=row[7],
        mask_hash=row[8],
        time=row[9],
        batch=row[10],
    )


def _region(row: Sequence[Any]) -> ErrorRegion:
    kind, true_class, predicted, left, top, width, height, pixels, x, y = row[11:21]
    known = _KINDS[kind]
    assert known is not None  # the column is never empty
    return ErrorRegion(
        kind=known,
        true_class=true_class,
        predicted_class=predicted,
        box=(left, top, width, height),
        pixels=pixels,
        anchor=(x, y),
        confidence=row[21],
        object_pixels=row[22],
        thickness=row[23],
        form=_KINDS[row[24]],
    )
