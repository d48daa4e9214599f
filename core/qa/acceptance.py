"""Flags that somebody looked at and called right.

An accepted flag stays silent until what it was accepted for changes: the sample's files, or the
limit of the check.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.dataset.workspace import Workspace

_SCHEMA = """
CREATE TABLE IF NOT EXISTS acceptances (
    label_set TEXT NOT NULL, sample TEXT NOT NULL, check_id TEXT NOT NULL,
    content TEXT NOT NULL, limit_value REAL, note TEXT NOT NULL, time REAL NOT NULL,
    PRIMARY KEY (label_set, sample, check_id)
) WITHOUT ROWID;
"""

Key = tuple[str, str]
"""A sample's id and a check's id."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Somebody's word that a flag is right as it is.

    Attributes:
        label_set: The label set the flag was raised in.
        sample: The sample's id.
        check: The check's id.
        content: Hash of the sample's files when it was accepted.
        limit: The check's limit then; None for a check without one.
        note: Why, in the user's words; may be empty.
        time: When, in seconds since 1970.
    """

    label_set: str
    sample: str
    check: str
    content: str
    limit: float | None = None
    note: str = ""
    time: float = field(default_factory=time.time, compare=False)


def is_silent(acceptance: Acceptance | None, content: str, limit: float | None) -> bool:
    """Whether a flag need not be shown: it was accepted, and nothing changed since.

    Args:
        acceptance: What was accepted of that sample and check; None for nothing.
        content: Hash of the sample's files now.
        limit: The check's limit now; None for a check without one.
    """
    return acceptance is not None and acceptance.content == content and acceptance.limit == limit


class AcceptanceStore:
    """The accepted flags of a dataset, kept in its workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        workspace.ensure(_SCHEMA)

    def accept(self, acceptances: Iterable[Acceptance]) -> None:
        """Remember them, all or none; earlier ones of the same sample and check are replaced.

        Raises:
            PetsegError: the workspace cannot be written.
        """
        self._workspace.write(
            "INSERT OR REPLACE INTO acceptances VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (each.label_set, each.sample, each.check, each.content, each.limit, each.note,
                 each.time)
                for each in acceptances
            ],
        )  # fmt: skip

    def withdraw(self, label_set: str, flags: Iterable[Key]) -> None:
        """Forget acceptances, each given by its sample and check; unknown ones are no mistake.

        Raises:
            PetsegError: the workspace cannot be written.
        """
        self._workspace.write(
            "DELETE FROM acceptances WHERE label_set = ? AND sample = ? AND check_id = ?",
            [(label_set, sample, check) for sample, check in flags],
        )

    def all(self, label_set: str) -> Mapping[Key, Acceptance]:
        """Every acceptance of a label set, also those that are outdated, by sample and check."""
        rows = self._workspace.query(
            "SELECT sample, check_id, content, limit_value, note, time FROM acceptances"
            " WHERE label_set = ?",
            (label_set,),
        )
        return {
            (sample, check): Acceptance(label_set, sample, check, content, limit, note, when)
            for sample, check, content, limit, note, when in rows
        }
