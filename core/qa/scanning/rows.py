"""The rows of a scan: which are in the store already, which are measured, in one order."""

from __future__ import annotations

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
from core.qa.scanning.states import state_of
from core.qa.scanning.store import Detail, Record, ScanStore
from core.qa.scanning.table import Row

Cancelled = Callable[[], bool]

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
    unknown = {
        place
        for place, sample_id in enumerate(ids)
        if sample_id not in records or not profiles.is_usable(records[sample_id].profile)
    }
    # What was never measured is under way before the rest is even looked at.
    jobs = _handed_over(
        examiners, [Wanted(sample) for place, sample in enumerate(samples) if place in unknown]
        if unknown else [],
    )  # fmt: skip
    changed: list[Wanted] = []
    for place, (image, mask) in enumerate(files_of(samples, label_set)):
        if place in unknown:
            continue
        record = records[ids[place]]
        if record.state != state_of(image, mask) or not profiles.covers(record.profile):
            checks, facts = profiles.missing(record.profile)
            changed.append(Wanted(samples[place], record.content, checks, facts))
    jobs |= _handed_over(examiners, changed)
    for sample_id in ids:
        if sample_id not in jobs:
            yield sample_id, records[sample_id], KEPT
        else:
            job, number = jobs[sample_id]
            found = job.result()[number]
            known = records.get(sample_id)
            yield sample_id, *merged(store, label_set, sample_id, plan, known, found)
        if cancelled is not None and cancelled():
            return


def _handed_over(
    examiners: Examiners, wanted: Sequence[Wanted]
) -> dict[str, tuple[Future[list[Examined]], int]]:
    """Under way: for each sample the batch it is measured in, and its place in there."""
    size = examiners.batch
    batches = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    return {
        each.sample.id: (job, number)
        for batch, job in zip(batches, examiners.submit(batches), strict=True)
        for number, each in enumerate(batch)
    }


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
            Record(found.state, found.content, profile, stored, found.classes, found.severities),
            detail,
        )
    if not found.scores and not found.facts:
        return replace(record, state=found.state), None
    earlier = store.profiles()[record.profile]
    before = store.detail(label_set, sample_id)
    known = dict(zip(check_marks(earlier), _scores(record).tolist(), strict=True)) | scores
    signatures = (*plan.signatures, *(one for one in earlier if one not in plan.signatures))
    anew = found.scores.keys()
    kept = {check: one for check, one in before.measurements.items() if check not in anew}
    ranks = {check: rank for check, rank in record.severities.items() if check not in anew}
    together = Record(
        found.state,
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
