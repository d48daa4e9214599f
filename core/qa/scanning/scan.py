"""Scanning a label set: every check over every sample in one pass, only where something changed."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset, Sample
from core.dataset.sample_table import files_of, ids_of
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.qa.acceptance import AcceptanceStore, is_silent
from core.qa.checks import CHECKS
from core.qa.registry import Check, Measurement
from core.qa.scanning.dataset_checks import judge_all, judge_one, known_of_splits
from core.qa.scanning.examining import Examined, Wanted, examine
from core.qa.scanning.plan import Plan, check_marks, fact_mark, make_plan
from core.qa.scanning.pool import Examiners
from core.qa.scanning.store import NO_OVERRIDE, Detail, Record, ScanStore
from core.qa.scanning.table import Row, ScanTable
from core.qa.settings import CheckSettings, load

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

ALL_SPLITS = "*"
_AT_ONCE = 512
_STATE = struct.Struct("<6q")
_NO_FILE = (-1, -1, -1)
_NAN = np.float32(np.nan)


def scan(
    dataset: Dataset,
    label_set: str,
    workspace: Workspace,
    *,
    splits: Iterable[str] | None = None,
    checks: Iterable[str] | None = None,
    settings: CheckSettings | None = None,
    on_begun: Callable[[ScanTable], None] | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ScanTable:
    """Run the checks over a label set.

    A sample whose files are as they were at the last scan is not measured again, whatever the
    limits are now; of a file that was only touched the bytes are compared. Memory does not grow
    with the samples, but for a few numbers of each in the table that is returned.

    Args:
        dataset: The dataset.
        label_set: The label set.
        workspace: Keeps the measurements for the next scan.
        splits: Splits to look at; all by default. Checks over the dataset compare their samples.
        checks: Ids of the checks to run; all that are on by default.
        settings: Which checks are on, with their limits; those of the workspace by default.
        on_begun: Given the table that the scan fills, before it is filled.
        on_progress: Called with (samples done, samples in all), from this thread.
        cancelled: Asked between samples; True ends the scan with what was found so far.

    Raises:
        PetsegError: there is no such label set, split or check.
    """
    label_set = dataset.require_label_set(label_set)
    settings = settings or load(workspace)
    chosen = _chosen_checks(checks, settings)
    scope = ALL_SPLITS if splits is None else ",".join(sorted(set(splits)))
    samples = dataset.in_splits(None if splits is None else scope.split(","))
    store = ScanStore(workspace)
    plan = make_plan(dataset, chosen, settings, with_facts=checks is None)
    table = _empty_table(dataset, label_set, store, scope, chosen, settings, samples)
    if on_begun is not None:
        on_begun(table)
    columns = _Columns(plan, store, table.checks)
    digest = hashlib.blake2b(digest_size=16)
    done = 0
    with Examiners(dataset, label_set, plan) as examiners:
        for start in range(0, len(samples), _AT_ONCE):
            chunk = samples[start : start + _AT_ONCE]
            fresh: dict[str, tuple[Record, Detail | None]] = {}
            rows = _rows(examiners, store, dataset, label_set, plan, chunk, cancelled)
            for sample_id, record, detail in rows:
                if detail is not _KEPT:
                    fresh[sample_id] = (record, detail)
                digest.update(record.content)
                table.put(done, columns.row(record))
                done += 1
                if on_progress is not None:
                    on_progress(done, len(samples))
            store.store(label_set, fresh)
            if done < min(start + _AT_ONCE, len(samples)):
                table.cancelled = True
                break
    if not table.cancelled:
        judge_all(table, store, dataset, scope, settings, digest.hexdigest() + plan.context)
    set_accepted(table, workspace)
    return table


def known(
    dataset: Dataset, label_set: str, workspace: Workspace, settings: CheckSettings | None = None
) -> ScanTable:
    """What the last scan found, without looking at a single file; empty before the first scan."""
    settings = settings or load(workspace)
    chosen = _chosen_checks(None, settings)
    store = ScanStore(workspace)
    plan = make_plan(dataset, chosen, settings, with_facts=True)
    samples = dataset.samples
    table = _empty_table(dataset, label_set, store, ALL_SPLITS, chosen, settings, samples)
    profiles = store.profiles()
    usable = {
        number for number, signatures in profiles.items() if signatures[:1] == plan.signatures[:1]
    }
    columns = _Columns(plan, store, table.checks)
    for sample_id, record in store.all_records(label_set):
        place = table.place_of(sample_id)
        if place is not None and record.profile in usable:
            table.put(place, columns.row(record))
    over_dataset = {check.id for check in chosen if check.fit is not None}
    for sample_id, check, score, rank in store.judgement_scores(label_set, ALL_SPLITS):
        place = table.place_of(sample_id)
        if place is not None and check in over_dataset:
            table.put_score(place, check, score, None if rank == NO_OVERRIDE else rank)
    table.dataset_flags = known_of_splits(chosen, store, label_set, ALL_SPLITS)
    set_accepted(table, workspace)
    return table


def scan_sample(
    dataset: Dataset,
    label_set: str,
    workspace: Workspace,
    sample_id: str,
    settings: CheckSettings | None = None,
) -> Row:
    """Check one sample again, at once, after its mask was saved.

    Checks over the dataset judge it by what they learned at the last scan.

    Returns:
        What `ScanTable.replace` takes.
    """
    settings = settings or load(workspace)
    chosen = _chosen_checks(None, settings)
    store = ScanStore(workspace)
    plan = make_plan(dataset, chosen, settings, with_facts=True)
    sample = dataset.sample(sample_id)
    (state,) = (_state(*files) for files in files_of([sample], label_set))
    found = examine(dataset, label_set, plan, Wanted(sample))
    record, detail = _merged(store, label_set, sample_id, plan, state, None, found)
    store.store(label_set, {sample_id: (record, detail)})
    row = _Columns(plan, store, chosen).row(record)
    over_dataset = judge_one(store, label_set, ALL_SPLITS, sample, found.facts, chosen, settings)
    severities = dict(row.severities)
    scores = row.scores.copy()
    for place, check in enumerate(chosen):
        judged = over_dataset.get(check.id)
        if judged is not None:
            scores[place] = judged.measurement.score
            if judged.severity != NO_OVERRIDE:
                severities[check.id] = judged.severity
    return replace(row, scores=scores, severities=severities)


def _chosen_checks(ids: Iterable[str] | None, settings: CheckSettings) -> tuple[Check, ...]:
    if ids is None:
        return tuple(check for check in CHECKS.values() if settings.is_on(check.id))
    wanted = list(ids)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        raise PetsegError(
            f"There is no check called {unknown[0]!r}",
            remedy=f"The checks are: {', '.join(CHECKS)}.",
        )
    return tuple(check for check in CHECKS.values() if check.id in wanted)


def _empty_table(
    dataset: Dataset,
    label_set: str,
    store: ScanStore,
    scope: str,
    chosen: Sequence[Check],
    settings: CheckSettings,
    samples: Sequence[Sample],
) -> ScanTable:
    def read(sample_id: str) -> Mapping[str, Measurement]:
        measurements = dict(store.detail(label_set, sample_id).measurements)
        for judged in store.judgements(label_set, scope, sample_id):
            measurements[judged.check] = judged.measurement
        return measurements

    limits = {
        check.id: limit for check in chosen if (limit := settings.limit_of(check.id)) is not None
    }
    return ScanTable(label_set, ids_of(samples), chosen, limits, dataset.num_classes, read)


# One chunk of samples

_KEPT = Detail({}, {})
"""Stands for a row that is in the store already."""


def _rows(
    examiners: Examiners,
    store: ScanStore,
    dataset: Dataset,
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
        state = _state(image, mask)
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
            yield sample_id, record, _KEPT
        else:
            job, number = jobs[sample_id]
            found = job.result()[number]
            yield sample_id, *_merged(store, label_set, sample_id, plan, state, record, found)
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


def _merged(
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
    merged = Record(
        state,
        record.content,
        store.profile(signatures),
        _stored_scores(known, signatures),
        record.classes,
        {**ranks, **found.severities},
    )
    return merged, Detail({**kept, **found.measurements}, {**before.facts, **found.facts})


def _stored_scores(scores: Mapping[str, float], signatures: Sequence[str]) -> bytes:
    return np.array([scores[mark] for mark in check_marks(signatures)], np.float32).tobytes()


class _Columns:
    """Rows of the store in the order of a table's columns, whatever scan wrote them."""

    def __init__(self, plan: Plan, store: ScanStore, checks: Sequence[Check]) -> None:
        self._plan = plan
        self._store = store
        self._checks = tuple(checks)
        self._orders: dict[int, npt.NDArray[np.intp]] = {}

    def row(self, record: Record) -> Row:
        """What a record says of the table's checks."""
        order = self._orders.get(record.profile)
        if order is None:
            order = self._orders[record.profile] = self._order(record.profile)
        # Where the record has nothing, the order points at the NaN behind its end.
        return Row(np.append(_scores(record), _NAN)[order], record.classes, record.severities)

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


def _scores(record: Record) -> Any:
    return np.frombuffer(record.scores, np.float32)


def set_accepted(table: ScanTable, workspace: Workspace) -> None:
    """Silence the flags that people have accepted, as long as mask and limit are the same."""
    accepted = AcceptanceStore(workspace).all(table.label_set)
    records = ScanStore(workspace).records(
        table.label_set, sorted({sample for sample, _ in accepted})
    )
    checks = {check.id for check in table.checks}
    table.set_accepted(
        [
            (sample, check)
            for (sample, check), acceptance in accepted.items()
            if sample in records
            and check in checks
            and is_silent(acceptance, records[sample].content.hex(), table.declared_limit(check))
        ]
    )


def _state(image: str | None, mask: str | None) -> bytes:
    return _STATE.pack(*_file_state(image), *_file_state(mask))


def _file_state(path: str | None) -> tuple[int, int, int]:
    if path is None:
        return _NO_FILE
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, twice per sample
    except OSError as error:
        return (-2, error.errno or 0, -1)
    return status.st_size, status.st_mtime_ns, status.st_ino & 0x7FFF_FFFF_FFFF_FFFF
