"""Scanning a label set: every check over every sample in one pass, only where something changed."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset, Sample
from core.dataset.sample_table import ids_of
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.qa.acceptance import AcceptanceStore, is_silent
from core.qa.checks import CHECKS
from core.qa.dataset_checks import judge_all, judge_one, known_of_splits
from core.qa.facts import FACTS
from core.qa.judging import may_be_flagged, severity_override, signature
from core.qa.registry import Check, Measurement
from core.qa.settings import CheckSettings, load
from core.qa.store import NO_OVERRIDE, Detail, Record, ScanStore
from core.qa.table import Row, ScanTable
from core.qa.view import SampleView

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

ALL_SPLITS = "*"
_AT_ONCE = 512
_STATE = struct.Struct("<6q")
_NO_FILE = (-1, -1, -1)
_NAN = np.float32(np.nan)


@dataclass(frozen=True)
class _Plan:
    """What a scan measures, and where it lies in the rows of earlier scans.

    Attributes:
        checks: The checks of one sample that are on.
        facts: Names of the facts.
        options: What each check measures with.
        context: What every measurement depends on: the classes.
        marks: What a check's measurements depend on, by its id.
        signatures: What makes a measurement worth keeping: the classes, then one per check and
            fact.
        profile: Their number in the store.
    """

    checks: tuple[Check, ...]
    facts: tuple[str, ...]
    options: Mapping[str, Mapping[str, float]]
    context: str
    marks: Mapping[str, str]
    signatures: tuple[str, ...]
    profile: int


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
    plan = _plan(store, dataset, chosen, settings, with_facts=checks is None)
    table = _empty_table(dataset, label_set, store, scope, chosen, settings, samples)
    if on_begun is not None:
        on_begun(table)
    columns = _Columns(plan, store, table.checks)
    digest = hashlib.blake2b(digest_size=16)
    done = 0
    with ThreadPoolExecutor(_workers(), thread_name_prefix="scan") as pool:
        for start in range(0, len(samples), _AT_ONCE):
            chunk = samples[start : start + _AT_ONCE]
            fresh: dict[str, tuple[Record, Detail | None]] = {}
            rows = _rows(pool, store, dataset, label_set, plan, chunk, cancelled)
            for sample_id, record, detail in rows:
                if detail is not _UNCHANGED:
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
    plan = _plan(store, dataset, chosen, settings, with_facts=True)
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
    plan = _plan(store, dataset, chosen, settings, with_facts=True)
    sample = dataset.sample(sample_id)
    state = _state(sample, label_set)
    view = SampleView(dataset, sample, label_set)
    record, detail = _measured(view, plan, state, _content(view), None, None)
    store.store(label_set, {sample_id: (record, detail)})
    row = _Columns(plan, store, chosen).row(record)
    over_dataset = judge_one(
        store, dataset, label_set, ALL_SPLITS, sample, detail.facts, chosen, settings
    )
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


def _plan(
    store: ScanStore,
    dataset: Dataset,
    chosen: Sequence[Check],
    settings: CheckSettings,
    *,
    with_facts: bool,
) -> _Plan:
    over_dataset = any(check.over_dataset for check in chosen)
    options = {check.id: settings.options_of(check.id) for check in chosen}
    of_samples = tuple(check for check in chosen if check.measure is not None)
    facts = tuple(FACTS) if with_facts or over_dataset else ()
    coding = dataset.coding
    context = json.dumps([dataset.num_classes, dataset.ignore_index, coding and repr(coding)])
    marks = {check.id: signature(check, options[check.id]) for check in of_samples}
    signatures = (
        context,
        *(marks[check.id] for check in of_samples),
        *(f"fact:{name}:{FACTS[name].version}" for name in facts),
    )
    profile = store.profile(signatures)
    return _Plan(of_samples, facts, options, context, marks, signatures, profile)


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

_UNCHANGED = Detail({}, {})
"""Stands for a row that is in the store already."""


def _rows(
    pool: ThreadPoolExecutor,
    store: ScanStore,
    dataset: Dataset,
    label_set: str,
    plan: _Plan,
    samples: Sequence[Sample],
    cancelled: Cancelled | None,
) -> Iterator[tuple[str, Record, Detail | None]]:
    """Each sample's row, in order; those that changed are measured in the pool meanwhile."""
    ids = ids_of(samples)
    records = store.records(label_set, ids)
    states = [_state(sample, label_set) for sample in samples]
    profiles = _Profiles(store)

    def look(sample: Sample, state: bytes, record: Record | None) -> tuple[Record, Detail | None]:
        earlier = profiles.signatures(record) if record is not None else ()
        view = SampleView(dataset, sample, label_set)
        content = _content(view)
        if record is None or record.content != content or earlier[:1] != plan.signatures[:1]:
            return _measured(view, plan, state, content, None, None)
        if set(earlier) >= set(plan.signatures):
            return replace(record, state=state), None  # touched, not changed
        return _measured(view, plan, state, content, record, earlier, store)

    pending = []
    for sample_id, sample, state in zip(ids, samples, states, strict=True):
        record = records.get(sample_id)
        is_known = (
            record is not None
            and record.state == state
            and profiles.covers(record.profile, plan.signatures)
        )
        pending.append(
            (sample_id, record, None if is_known else pool.submit(look, sample, state, record))
        )
    stopped = False
    for sample_id, record, job in pending:
        if stopped:
            if job is not None:
                job.cancel()
            continue
        if job is None:
            assert record is not None
            yield sample_id, record, _UNCHANGED
        else:
            yield sample_id, *job.result()
        stopped = cancelled is not None and cancelled()


class _Profiles:
    """The lists of signatures that rows of earlier scans follow."""

    def __init__(self, store: ScanStore) -> None:
        self._known = store.profiles()
        self._covers: dict[int, bool] = {}

    def signatures(self, record: Record) -> tuple[str, ...]:
        return self._known.get(record.profile, ())

    def covers(self, profile: int, wanted: Sequence[str]) -> bool:
        """Whether rows of a profile hold all that is wanted, measured for the same classes."""
        if profile not in self._covers:
            have = self._known.get(profile, ())
            self._covers[profile] = have[:1] == tuple(wanted[:1]) and set(have) >= set(wanted)
        return self._covers[profile]


def _measured(
    view: SampleView,
    plan: _Plan,
    state: bytes,
    content: bytes,
    record: Record | None,
    earlier: Sequence[str] | None,
    store: ScanStore | None = None,
) -> tuple[Record, Detail]:
    """Measure what is not known yet of a sample, and put it beside what is."""
    have: dict[str, float] = {}
    measurements: dict[str, Measurement] = {}
    facts: dict[str, Any] = {}
    severities: dict[str, int] = {}
    signatures, profile = plan.signatures, plan.profile
    if record is not None and earlier is not None and store is not None:
        detail = store.detail(view.label_set, view.sample.id)
        measurements, facts = dict(detail.measurements), dict(detail.facts)
        severities = dict(record.severities)
        have = dict(zip(_check_signatures(earlier), _scores(record), strict=True))
        signatures = (*plan.signatures, *(s for s in earlier if s not in plan.signatures))
        profile = store.profile(signatures)
    for check in plan.checks:
        key = plan.marks[check.id]
        if key in have:
            continue
        measurements.pop(check.id, None)
        severities.pop(check.id, None)
        assert check.measure is not None
        found = check.measure(view, plan.options[check.id])
        have[key] = np.nan if found is None else found.score
        if found is not None and may_be_flagged(check, found.score):
            measurements[check.id] = found
            rank = severity_override(check, found)
            if rank != NO_OVERRIDE:
                severities[check.id] = rank
    for name in plan.facts:
        if earlier is None or f"fact:{name}:{FACTS[name].version}" not in earlier:
            taken = FACTS[name].take(view)
            facts.pop(name, None)
            if taken is not None:
                facts[name] = taken
    scores = np.array([have[key] for key in _check_signatures(signatures)], np.float32)
    present = view.counts[: view.dataset.num_classes] > 0
    classes = np.packbits(present).tobytes()
    return (
        Record(state, content, profile, scores.tobytes(), classes, severities),
        Detail(measurements, facts),
    )


class _Columns:
    """Rows of the store in the order of a table's columns, whatever scan wrote them."""

    def __init__(self, plan: _Plan, store: ScanStore, checks: Sequence[Check]) -> None:
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
        have = _check_signatures(self._store.profiles().get(profile, ()))
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


def _check_signatures(signatures: Sequence[str]) -> list[str]:
    return [each for each in signatures if each.startswith("check:")]


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


def _content(view: SampleView) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for data in (view.image_bytes, view.mask_bytes):
        digest.update(data if isinstance(data, bytes) else str(data).encode("utf-8", "replace"))
        digest.update(b"\0petseg\0")
    return digest.digest()


def _state(sample: Sample, label_set: str) -> bytes:
    return _STATE.pack(*_file_state(sample.image), *_file_state(sample.masks.get(label_set)))


def _file_state(path: Path | None) -> tuple[int, int, int]:
    if path is None:
        return _NO_FILE
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, twice per sample
    except OSError as error:
        return (-2, error.errno or 0, -1)
    return status.st_size, status.st_mtime_ns, status.st_ino & 0x7FFF_FFFF_FFFF_FFFF


def _workers() -> int:
    return max(1, min(8, os.cpu_count() or 1))
