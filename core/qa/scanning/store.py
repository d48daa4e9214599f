"""What scans measured, kept in the workspace's database.

One row per sample and label set holds the scores as plain float32, so that a hundred thousand of
them load at once; places, words and facts lie in a second table, read when somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.dataset.model import Dataset
from core.dataset.sample_table import ids_of, split_codes_of
from core.dataset.workspace import Workspace
from core.qa.registry import Facts, Measurement, SampleFacts
from core.qa.scanning.packing import (
    measurement_from_json,
    measurement_to_json,
    measurements_from_json,
    measurements_to_json,
    pack,
    unpack,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS qa_profiles (id INTEGER PRIMARY KEY, signatures TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS qa_scores (
    label_set TEXT NOT NULL, sample TEXT NOT NULL, state BLOB NOT NULL, content BLOB NOT NULL,
    profile INTEGER NOT NULL, scores BLOB NOT NULL, classes BLOB NOT NULL, severities TEXT NOT NULL,
    PRIMARY KEY (label_set, sample)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS qa_details (
    label_set TEXT NOT NULL, sample TEXT NOT NULL, measurements TEXT NOT NULL, facts BLOB NOT NULL,
    PRIMARY KEY (label_set, sample)
);
CREATE TABLE IF NOT EXISTS qa_models (
    label_set TEXT NOT NULL, scope TEXT NOT NULL, check_id TEXT NOT NULL,
    key TEXT NOT NULL, model TEXT NOT NULL,
    PRIMARY KEY (label_set, scope, check_id)
);
CREATE TABLE IF NOT EXISTS qa_judgements (
    label_set TEXT NOT NULL, scope TEXT NOT NULL, sample TEXT NOT NULL, check_id TEXT NOT NULL,
    score REAL NOT NULL, severity INTEGER NOT NULL, measurement TEXT NOT NULL,
    PRIMARY KEY (label_set, scope, sample, check_id)
) WITHOUT ROWID;
DROP TABLE IF EXISTS qa_cache;
"""
_AT_ONCE = 500
NO_OVERRIDE = -1
_NO_RANKS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one sample.

    Attributes:
        state: Size, time and inode of its files, to see whether they may have changed.
        content: Hash of its files' bytes.
        profile: Number of the list of signatures that `scores` follows.
        scores: float32, one per check of the profile, as bytes; NaN where nothing was found.
        classes: Which classes the mask holds, as packed bits.
        severities: Ranks of findings that are not of their check's severity, by check id.
    """

    state: bytes
    content: bytes
    profile: int
    scores: bytes
    classes: bytes
    severities: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Detail:
    """The rest of what was measured of a sample: by check, and by fact."""

    measurements: Mapping[str, Measurement]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a check over the dataset says of a sample; `severity` is NO_OVERRIDE or a rank."""

    sample: str
    check: str
    measurement: Measurement
    severity: int


class ScanStore:
    """Reads and writes measurements. One object may be used from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._numbers: dict[tuple[str, ...], int] = {}
        workspace.ensure(_SCHEMA)

    # Profiles: which checks and facts, of which version, with which options

    def profile(self, signatures: Sequence[str]) -> int:
        """The number of a list of signatures, a new one for a new list."""
        known = self._numbers.get(tuple(signatures))
        if known is not None:
            return known
        text = json.dumps(list(signatures))
        find = "SELECT id FROM qa_profiles WHERE signatures = ?"
        rows = self._workspace.query(find, (text,))
        if not rows:
            insert = "INSERT OR IGNORE INTO qa_profiles (signatures) VALUES (?)"
            self._workspace.write(insert, [(text,)])
            rows = self._workspace.query(find, (text,))
        self._numbers[tuple(signatures)] = int(rows[0][0])
        return int(rows[0][0])

    def profiles(self) -> dict[int, tuple[str, ...]]:
        """Every list of signatures by its number."""
        rows = self._workspace.query("SELECT id, signatures FROM qa_profiles")
        return {number: tuple(json.loads(text)) for number, text in rows}

    # Samples

    def records(self, label_set: str, samples: Sequence[str]) -> dict[str, Record]:
        """What is known of some samples; those never measured are absent."""
        found: dict[str, Record] = {}
        for start in range(0, len(samples), _AT_ONCE):
            some = samples[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = self._workspace.query(
                "SELECT sample, state, content, profile, scores, classes, severities "
                f"FROM qa_scores WHERE label_set = ? AND sample IN ({marks})",
                (label_set, *some),
            )
            for sample, state, content, profile, scores, classes, severities in rows:
                ranks = json.loads(severities) if severities else {}
                found[sample] = Record(state, content, profile, scores, classes, ranks)
        return found

    def all_records(self, label_set: str) -> Iterator[list[tuple[str, Record]]]:
        """What is known of every sample, some thousands at a time."""
        last = ""
        while True:
            rows = self._workspace.query(
                "SELECT sample, state, content, profile, scores, classes, severities "
                "FROM qa_scores WHERE label_set = ? AND sample > ? ORDER BY sample LIMIT 5000",
                (label_set, last),
            )
            if not rows:
                return
            yield [
                (
                    sample,
                    Record(
                        state,
                        content,
                        profile,
                        scores,
                        classes,
                        json.loads(severities) if severities else _NO_RANKS,
                    ),
                )
                for sample, state, content, profile, scores, classes, severities in rows
            ]
            last = rows[-1][0]

    def store(self, label_set: str, measured: Mapping[str, tuple[Record, Detail | None]]) -> None:
        """Keep measurements. A Detail of None leaves the one that is there."""
        self._workspace.write(
            "INSERT OR REPLACE INTO qa_scores VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (label_set, sample, record.state, record.content, record.profile, record.scores,
                 record.classes, json.dumps(record.severities) if record.severities else "")
                for sample, (record, _) in measured.items()
            ],
        )  # fmt: skip
        self._workspace.write(
            "INSERT OR REPLACE INTO qa_details VALUES (?, ?, ?, ?)",
            [
                (label_set, sample, measurements_to_json(detail.measurements), pack(detail.facts))
                for sample, (_, detail) in measured.items()
                if detail is not None
            ],
        )

    def detail(self, label_set: str, sample: str) -> Detail:
        """Places, words and facts of one sample; empty when it was never measured."""
        rows = self._workspace.query(
            "SELECT measurements, facts FROM qa_details WHERE label_set = ? AND sample = ?",
            (label_set, sample),
        )
        if not rows:
            return Detail({}, {})
        return Detail(measurements_from_json(rows[0][0]), unpack(rows[0][1]))

    def contents(self, label_set: str) -> dict[str, bytes]:
        """The hash of each measured sample's files."""
        return dict(
            self._workspace.query(
                "SELECT sample, content FROM qa_scores WHERE label_set = ?", (label_set,)
            )
        )

    def facts(
        self, dataset: Dataset, label_set: str, splits: Iterable[str] | None = None
    ) -> Iterable[SampleFacts]:
        """The facts of every measured sample of those splits, one after the other.

        Returns:
            An iterable that reads the database anew each time it is iterated; a few hundred
            samples are in memory at once.
        """
        return _FactStream(self._workspace, dataset, label_set, splits)

    # Checks over the dataset

    def model(self, label_set: str, scope: str, check: str) -> tuple[str, Any] | None:
        """The key and the model that a check over the dataset learned last."""
        rows = self._workspace.query(
            "SELECT key, model FROM qa_models WHERE label_set = ? AND scope = ? AND check_id = ?",
            (label_set, scope, check),
        )
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def model_keys(self, label_set: str, scope: str) -> dict[str, str]:
        """From which samples each check over the dataset learned last."""
        return dict(
            self._workspace.query(
                "SELECT check_id, key FROM qa_models WHERE label_set = ? AND scope = ?",
                (label_set, scope),
            )
        )

    def store_model(self, label_set: str, scope: str, check: str, key: str, model: Any) -> None:
        """Keep what a check over the dataset learned."""
        self._workspace.write(
            "INSERT OR REPLACE INTO qa_models VALUES (?, ?, ?, ?, ?)",
            [(label_set, scope, check, key, json.dumps(model))],
        )

    def judgements(
        self, label_set: str, scope: str, sample: str | None = None
    ) -> Iterator[Judgement]:
        """What the checks over the dataset say, of one sample or of all."""
        where = "label_set = ? AND scope = ?" + ("" if sample is None else " AND sample = ?")
        rows = self._workspace.query(
            "SELECT sample, check_id, severity, measurement FROM qa_judgements WHERE " + where,
            (label_set, scope) if sample is None else (label_set, scope, sample),
        )
        for name, check, severity, text in rows:
            yield Judgement(name, check, measurement_from_json(json.loads(text)), severity)

    def judgement_scores(self, label_set: str, scope: str) -> list[tuple[str, str, float, int]]:
        """(sample, check, score, severity) of all that the checks over the dataset say."""
        return self._workspace.query(
            "SELECT sample, check_id, score, severity FROM qa_judgements "
            "WHERE label_set = ? AND scope = ?",
            (label_set, scope),
        )

    def clear_judgements(self, label_set: str, scope: str, check: str) -> None:
        """Forget what a check over the dataset said."""
        self._workspace.write(
            "DELETE FROM qa_judgements WHERE label_set = ? AND scope = ? AND check_id = ?",
            [(label_set, scope, check)],
        )

    def replace_judgements(
        self, label_set: str, scope: str, sample: str, judgements: Iterable[Judgement]
    ) -> None:
        """Put what the checks over the dataset say of one sample in the place of the old."""
        self._workspace.write(
            "DELETE FROM qa_judgements WHERE label_set = ? AND scope = ? AND sample = ?",
            [(label_set, scope, sample)],
        )
        self.add_judgements(label_set, scope, judgements)

    def add_judgements(self, label_set: str, scope: str, judgements: Iterable[Judgement]) -> None:
        """Keep what the checks over the dataset say of some samples."""
        self._workspace.write(
            "INSERT OR REPLACE INTO qa_judgements VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (label_set, scope, each.sample, each.check, each.measurement.score, each.severity,
                 json.dumps(measurement_to_json(each.measurement)))
                for each in judgements
            ],
        )  # fmt: skip


class _FactStream:
    def __init__(
        self,
        workspace: Workspace,
        dataset: Dataset,
        label_set: str,
        splits: Iterable[str] | None,
    ) -> None:
        self._workspace = workspace
        self._dataset = dataset
        self._label_set = label_set
        self._splits = None if splits is None else frozenset(splits)

    def __iter__(self) -> Iterator[SampleFacts]:
        ids = ids_of(self._dataset.samples)
        names, codes = split_codes_of(self._dataset.samples)
        for start in range(0, len(ids), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            splits = {
                sample: names[code]
                for sample, code in zip(ids[some], codes[some].tolist(), strict=True)
                if self._splits is None or names[code] in self._splits
            }
            marks = ",".join("?" * len(splits))
            rows = dict(
                self._workspace.query(
                    "SELECT sample, facts FROM qa_details "
                    f"WHERE label_set = ? AND sample IN ({marks})",
                    (self._label_set, *splits),
                )
            )
            for sample, split in splits.items():
                if sample in rows:
                    yield SampleFacts(sample, split, unpack(rows[sample]))
