"""The rows of a scan: which are in the store already, which are measured, in one order."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.dataset.model import Sample
from core.dataset.sample_table import files_of, ids_of
from core.qa.registry import Check
from core.qa.scanning.examining import Examined, Wanted
from core.qa.scanning.plan import Plan, check_marks, fact_mark
from core.qa.scanning.pool import Examiners
from core.qa.scanning.store import Detail, Record, ScanStore
from core.qa.scanning.table import Row

Cancelled = Callable[[], bool]

_STATE = struct.Struct("<6q")
_NO_FILE = (-1, -1, -1)
_NAN = np.float32(np.nan)

KEPT = Detail({}, {})
"""Stands for a row that is in the store already."""


def rows_of(
    examiners: Examiners,
    store: ScanStore,
    label_set: str,
    plan: Plan,
    samples: Sequence[Sample],
    cancelled: Cancelled | None,
) -> Iterator[tuple[str, Record, Detail | None]]:
    """Each sample's row, in order; those that changed are measured meanwhile.

    A Detail of None means that only the record is new: the files were touched, not changed.
    """
    ids = ids_of(samples)
    records = store.records(label_set, ids)
    profiles = _Profiles(store, plan)
    states: list[bytes] = []
    batch: list[Wanted] = []
    jobs: dict[str, tuple[Future[list[Examined]], int]] = {}

    def hand_over() -> None:
        job = examiners.submit(list(batch))
        jobs.update((wanted.sample.id, (job, number)) for number, wanted in enumerate(batch))
        batch.clear()

    for place, (image, mask) in enumerate(files_of(samples, label_set)):
        state = _states(image, mask)
        states.append(state)
        record = records.get(ids[place])
        if record is None or not profiles.is_usable(record.profile):
            batch.append(Wanted(samples[place]))
        elif record.state != state or not profiles.covers(record.profile):
            checks, facts = profiles.missing(record.profile)
            batch.append(Wanted(samples[place], record.content, checks, facts))
        if len(batch) == examiners.batch:
            hand_over()
    if batch:
        hand_over()
    for sample_id, state in zip(ids, states, strict=True):
        record = records.get(sample_id)
        if sample_id not in jobs:
            assert record is not None
            yield sample_id, record, KEPT
        else:
            job, number = jobs[sample_id]
            found = job.result()[number]
            yield sample_id, *merged(store, label_set, sample_id, plan, state, record, found)
        if cancelled is not None and cancelled():
            return


class _Profiles:
    """What rows of earlier scans hold of what a plan wants."""

    def __init__(self, store: ScanStore, plan: Plan) -> None:
        self._known = store.profiles()
        self._plan = plan
        self._missing: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def is_usable(self, profile: int) -> bool:
        """Whether such rows were measured for the same classes."""
        return self._known.get(profile, ())[:1] == (self._plan.context,)

    def missing(self, profile: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The checks and the facts that such rows do not hold."""
        if profile not in self._missing:
            have = set(self._known.get(profile, ()))
            plan = self._plan
            self._missing[profile] = (
                tuple(check for check in plan.checks if plan.marks[check] not in have),
                tuple(name for name in plan.facts if fact_mark(name) not in have),
            )
        return self._missing[profile]

    def covers(self, profile: int) -> bool:
        """Whether such rows hold all that is wanted."""
        return self.is_usable(profile) and self.missing(profile) == ((), ())


def merged(
    store: ScanStore,
    label_set: str,
    sample_id: str,
    plan: Plan,
    state: bytes,
    record: Record | None,
    found: Examined,
) -> tuple[Record, Detail | None]:
    """What was measured, put beside what is known of the same files."""
    scores = {plan.marks[check]: score for check, score in found.scores.items()}
    if record is None or not found.is_same:
        stored = _stored_scores(scores, plan.signatures)
        detail = Detail(found.measurements, found.facts)
        profile = store.profile(plan.signatures)
        return (
            Record(state, found.content, profile, stored, found.classes, found.severities),
            detail,
        )
    if not found.scores and not found.facts:
        return replace(record, state=state), None
    earlier = store.profiles()[record.profile]
    before = store.detail(label_set, sample_id)
    known = dict(zip(check_marks(earlier), _scores(record).tolist(), strict=True)) | scores
    signatures = (*plan.signatures, *(one for one in earlier if one not in plan.signatures))
    anew = found.scores.keys()
    kept = {check: one for check, one in before.measurements.items() if check not in anew}
    ranks = {check: rank for check, rank in record.severities.items() if check not in anew}
    together = Record(
        state,
        record.content,
        store.profile(signatures),
        _stored_scores(known, signatures),
        record.classes,
        {**ranks, **found.severities},
    )
    return together, Detail({**kept, **found.measurements}, {**before.facts, **found.facts})


def _stored_scores(scores: Mapping[str, float], signatures: Sequence[str]) -> bytes:
    return np.array([scores[mark] for mark in check_marks(signatures)], np.float32).tobytes()


class RowColumns:
    """Rows of the store in the order of a table's columns, whatever scan wrote them."""

    def __init__(self, plan: Plan, store: ScanStore, checks: Sequence[Check]) -> None:
        self._plan = plan
        self._store = store
        self._checks = tuple(checks)
        self._orders: dict[int, npt.NDArray[np.intp]] = {}

    def rows(self, profile: int, scores: Sequence[bytes]) -> npt.NDArray[np.float32]:
        """The scores of many records of one profile, float32 n×C."""
        order = self._order_of(profile)
        stored = np.frombuffer(b"".join(scores), np.float32).reshape(len(scores), -1)
        return np.pad(stored, ((0, 0), (0, 1)), constant_values=_NAN)[:, order]

    def row(self, record: Record) -> Row:
        """What a record says of the table's checks."""
        order = self._order_of(record.profile)
        # Where the record has nothing, the order points at the NaN behind its end.
        return Row(np.append(_scores(record), _NAN)[order], record.classes, record.severities)

    def _order_of(self, profile: int) -> npt.NDArray[np.intp]:
        order = self._orders.get(profile)
        if order is None:
            order = self._orders[profile] = self._order(profile)
        return order

    def _order(self, profile: int) -> npt.NDArray[np.intp]:
        have = check_marks(self._store.profiles().get(profile, ()))
        places = {mark: place for place, mark in enumerate(have)}
        return np.array(
            [
                len(have)
                if check.measure is None
                else places.get(self._plan.marks[check.id], len(have))
                for check in self._checks
            ],
            np.intp,
        )


def _scores(record: Record) -> npt.NDArray[np.float32]:
    return np.frombuffer(record.scores, np.float32)


def state_of(sample: Sample, label_set: str) -> bytes:
    """Size, time and inode of a sample's files: as long as they are the same, so are the files."""
    (files,) = files_of([sample], label_set)
    return _states(*files)


def _states(image: str | None, mask: str | None) -> bytes:
    return _STATE.pack(*_file_state(image), *_file_state(mask))


def _file_state(path: str | None) -> tuple[int, int, int]:
    if path is None:
        return _NO_FILE
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, twice per sample
    except OSError as error:
        return (-2, error.errno or 0, -1)
    return status.st_size, status.st_mtime_ns, status.st_ino & 0x7FFF_FFFF_FFFF_FFFF
