"""What was found when two label sets were compared, kept in the workspace by the files' state.

A pair is kept once, in alphabetical order: the other direction is the same change reversed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.dataset.workspace import Workspace
from core.labels.changes import MaskChange

_SCHEMA = """
CREATE TABLE IF NOT EXISTS label_changes (
    set_a TEXT NOT NULL, set_b TEXT NOT NULL, sample TEXT NOT NULL, key TEXT NOT NULL,
    changed_px INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    flows BLOB NOT NULL, boxes BLOB NOT NULL, problem TEXT NOT NULL,
    PRIMARY KEY (set_a, set_b, sample)
) WITHOUT ROWID;
"""
# Raised when the same files would now give another result.
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Compared:
    """The outcome for one sample, and the state of the files it was found in.

    Attributes:
        key: The state of both files; the outcome holds as long as it is the same.
        change: How the masks differ; of a pair that cannot be compared an empty one.
        problem: Why they cannot be compared, as a sentence; "" when they can.
    """

    key: str
    change: MaskChange
    problem: str = ""

    def reversed(self) -> Compared:
        """The outcome seen from the other label set."""
        return Compared(self.key, self.change.reversed(), self.problem)


class DiffStore:
    """The outcomes of one pair of label sets.

    Args:
        workspace: Where they are kept.
        a: The label set before.
        b: The label set after.
    """

    def __init__(self, workspace: Workspace, a: str, b: str) -> None:
        self._workspace = workspace
        self._is_reversed = b < a
        self._pair = (b, a) if self._is_reversed else (a, b)
        workspace.ensure(_SCHEMA)

    def known(self, sample_ids: Sequence[str]) -> dict[str, Compared]:
        """What is kept of those samples, in one query."""
        if not sample_ids:
            return {}
        # Samples are asked for in order, a stretch at a time: a range of the primary key.
        rows = self._workspace.query(
            "SELECT sample, key, changed_px, width, height, flows, boxes, problem"
            " FROM label_changes WHERE set_a = ? AND set_b = ? AND sample BETWEEN ? AND ?",
            (*self._pair, min(sample_ids), max(sample_ids)),
        )
        found = {row[0]: Compared(row[1], MaskChange(row[0], *row[2:7]), row[7]) for row in rows}
        if self._is_reversed:
            return {sample: outcome.reversed() for sample, outcome in found.items()}
        return found

    def keep(self, outcomes: Sequence[Compared]) -> None:
        """Keep outcomes in place of earlier ones of the same samples."""
        rows = []
        for outcome in outcomes:
            kept = outcome.reversed() if self._is_reversed else outcome
            change = kept.change
            rows.append(
                (
                    *self._pair, change.sample, kept.key, change.changed_px, change.width,
                    change.height, change.packed_flows, change.packed_boxes, kept.problem,
                )
            )  # fmt: skip
        self._workspace.write(
            "INSERT OR REPLACE INTO label_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )

    def file_key(self, masks: Mapping[str, Path], context: str) -> str:
        """The state of a sample's two files: what has to be equal for an outcome to hold.

        Args:
            masks: Mask file by label set.
            context: What the result depends on besides the files.
        """
        states = [_state_of(masks[label_set]) for label_set in self._pair]
        return f"{_VERSION}|{context}|{states[0]}|{states[1]}"


def _state_of(path: Path) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116 - twice as quick as Path.stat
    except OSError as error:
        return f"!{error.errno}"
    return f"{status.st_size}.{status.st_mtime_ns}.{status.st_ino}"
