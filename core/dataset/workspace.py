"""The workspace: what the program knows of a dataset beyond the user's own files.

A folder with an SQLite database (write-ahead log, so that a window and a command may use it at
once) and subfolders for originals, thumbnails and runs. Everything in it can be read by other
programs; only `thumbnails/` may be deleted without loss.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from core.dataset.model import Dataset
from core.errors import PetsegError
from core.flags import Flag, Severity

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS qa_cache (
    label_set TEXT NOT NULL, sample TEXT NOT NULL, key TEXT NOT NULL,
    flags TEXT NOT NULL, features TEXT NOT NULL,
    PRIMARY KEY (label_set, sample)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exclusions (
    sample TEXT PRIMARY KEY, reason TEXT NOT NULL, time REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edits (
    time REAL NOT NULL, label_set TEXT NOT NULL, sample TEXT NOT NULL,
    changed_px INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS edit_notes (
    time REAL NOT NULL, label_set TEXT NOT NULL, sample TEXT NOT NULL, note TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS edits_by_mask ON edits (label_set, sample, time);
"""


class Edit(NamedTuple):
    """A line of the edit log: one time that a mask's file was written.

    Attributes:
        time: When, in seconds since 1970.
        changed_px: Pixels that changed.
        before: `content_hash` of the file before; "" when there was none.
        after: `content_hash` of the file afterwards.
        note: What was done, in a few words; "" where nothing was noted.
    """

    time: float
    changed_px: int
    before: str
    after: str
    note: str = ""


class CachedScan:
    """What the checks found in one sample the last time: cache key, flags, and features as JSON."""

    __slots__ = ("features", "flags", "key")

    def __init__(self, key: str, flags: list[Flag], features: dict[str, Any]) -> None:
        self.key = key
        self.flags = flags
        self.features = features


class Workspace:
    """The database and folders beside a dataset. One object may be used from several threads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                folder / "workspace.db", timeout=30, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise PetsegError(
                f"The workspace cannot be opened ({error})",
                path=folder,
                remedy="Make the folder writable, or name another one with --workspace.",
            ) from error

    @property
    def originals_dir(self) -> Path:
        """Where the first version of every changed mask is kept."""
        return self.path / "originals"

    @property
    def journal_dir(self) -> Path:
        """Unsaved strokes, so that a crash loses nothing."""
        return self.path / "journal"

    @property
    def thumbnails_dir(self) -> Path:
        """A cache of thumbnails; safe to delete."""
        return self.path / "thumbnails"

    @property
    def runs_dir(self) -> Path:
        """One folder per training run."""
        return self.path / "runs"

    def close(self) -> None:
        """Close the database. The object cannot be used afterwards."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def cached_scans(self, label_set: str) -> dict[str, CachedScan]:
        """What the last scan of that label set found, by sample id."""
        rows = self.query(
            "SELECT sample, key, flags, features FROM qa_cache WHERE label_set = ?", (label_set,)
        )
        return {
            sample: CachedScan(key, _flags_from_json(sample, flags), json.loads(features))
            for sample, key, flags, features in rows
        }

    def store_scans(self, label_set: str, scans: Mapping[str, CachedScan]) -> None:
        """Remember what a scan found, replacing what was known of those samples."""
        rows = [
            (label_set, sample, scan.key, _flags_to_json(scan.flags), json.dumps(scan.features))
            for sample, scan in scans.items()
        ]
        self.write("INSERT OR REPLACE INTO qa_cache VALUES (?, ?, ?, ?, ?)", rows)

    def flags(self, label_set: str) -> dict[str, list[Flag]]:
        """The flags of the last scan, by sample id; samples without a flag are absent."""
        return {
            sample: scan.flags
            for sample, scan in self.cached_scans(label_set).items()
            if scan.flags
        }

    def exclusions(self) -> dict[str, str]:
        """The excluded samples and the reason given for each."""
        return dict(self.query("SELECT sample, reason FROM exclusions", ()))

    def exclude(self, samples: Iterable[str], reason: str = "") -> None:
        """Leave those samples out of training. Their files stay where they are."""
        now = time.time()
        self.write(
            "INSERT OR REPLACE INTO exclusions VALUES (?, ?, ?)",
            [(sample, reason, now) for sample in samples],
        )

    def include(self, samples: Iterable[str]) -> None:
        """Take excluded samples back."""
        self.write("DELETE FROM exclusions WHERE sample = ?", [(sample,) for sample in samples])

    def log_edit(
        self,
        label_set: str,
        sample: str,
        changed_px: int,
        before: str,
        after: str,
        note: str = "",
    ) -> None:
        """Note a saved edit.

        Args:
            label_set: The mask's label set.
            sample: The sample's id.
            changed_px: How many pixels changed.
            before: The file's hash before; "" when there was none.
            after: The file's hash afterwards.
            note: What was done, in a few words.
        """
        now = time.time()
        self.write(
            "INSERT INTO edits (time, label_set, sample, changed_px, before, after) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(now, label_set, sample, changed_px, before, after)],
        )
        if note:
            self.write(
                "INSERT INTO edit_notes VALUES (?, ?, ?, ?)", [(now, label_set, sample, note)]
            )

    def edits(self, label_set: str) -> list[tuple[float, str, int]]:
        """The edit log of a label set: (time, sample, changed pixels), oldest first."""
        return self.query(
            "SELECT time, sample, changed_px FROM edits WHERE label_set = ? ORDER BY time",
            (label_set,),
        )

    def edits_of(self, label_set: str, sample: str) -> list[Edit]:
        """The edit log of one mask, oldest first."""
        rows = self.query(
            "SELECT edits.time, changed_px, before, after, COALESCE(note, '') FROM edits "
            "LEFT JOIN edit_notes USING (time, label_set, sample) "
            "WHERE label_set = ? AND sample = ? ORDER BY edits.time, edits.rowid",
            (label_set, sample),
        )
        return [Edit(*row) for row in rows]

    def _prepare(self) -> None:
        with self._lock:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > _SCHEMA_VERSION:
                raise sqlite3.DatabaseError("it was written by a newer version of the program")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    def ensure(self, schema: str) -> None:
        """Create the tables of a room (`CREATE TABLE IF NOT EXISTS …`), once per workspace."""
        with self._lock:
            self._db.executescript(schema)

    def query(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple]:  # type: ignore[type-arg]
        """All rows of a SELECT."""
        with self._lock, closing(self._db.execute(sql, parameters)) as cursor:
            return cursor.fetchall()

    def write(self, sql: str, rows: list[tuple]) -> None:  # type: ignore[type-arg]
        """Run a statement once for every row of parameters, all of them or none.

        Raises:
            PetsegError: the database cannot be written.
        """
        if not rows:
            return
        try:
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    self._db.executemany(sql, rows)
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise PetsegError(
                f"The workspace's database cannot be written ({error})",
                path=self.path / "workspace.db",
                remedy="Free disk space, or close the other program that holds it.",
            ) from error


def open_workspace(dataset: Dataset) -> Workspace:
    """Open the workspace of a dataset, creating it when it is not there yet.

    Raises:
        PetsegError: the folder cannot be written, or the database is damaged or too new.
    """
    return Workspace(dataset.workspace_dir)


def _flags_to_json(flags: list[Flag]) -> str:
    return json.dumps(
        [
            [f.check, f.severity.value, f.value, f.message, [list(box) for box in f.region]]
            for f in flags
        ]
    )


def _flags_from_json(sample: str, text: str) -> list[Flag]:
    return [
        Flag(sample, check, Severity(severity), value, message, tuple(tuple(b) for b in region))
        for check, severity, value, message, region in json.loads(text)
    ]
