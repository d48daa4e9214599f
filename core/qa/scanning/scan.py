"""Scanning a label set: every check over every sample in one pass, only where something changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.dataset.model import Dataset, Sample
from core.dataset.sample_table import ids_of
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.qa.acceptance import AcceptanceStore, is_silent
from core.qa.checks import CHECKS
from core.qa.registry import Check, Measurement
from core.qa.scanning.dataset_checks import judge_all, judge_one, known_of_splits
from core.qa.scanning.examining import Wanted, examine
from core.qa.scanning.plan import make_plan
from core.qa.scanning.pool import Examiners
from core.qa.scanning.rows import KEPT, Cancelled, RowColumns, merged, rows_of
from core.qa.scanning.store import NO_OVERRIDE, Detail, Record, ScanStore
from core.qa.scanning.table import Row, ScanTable
from core.qa.settings import CheckSettings, load

Progress = Callable[[int, int], None]

ALL_SPLITS = "*"
_AT_ONCE = 512


def scan(
    dataset: Dataset,
    label_set: str,
    workspace: Workspace,
    *,
    splits: Iterable[str] | None = None,
    checks: Iterable[str] | None = None,
    settings: CheckSettings | None = None,
    stay_free: bool = False,
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
        stay_free: Leave the measuring to other processes as soon as they have started, as a window
            wants it that is to answer meanwhile.
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
    columns = RowColumns(plan, store, table.checks)
    digest = hashlib.blake2b(digest_size=16)
    done = 0
    with Examiners(dataset, label_set, plan, leave=stay_free) as examiners:
        for start in range(0, len(samples), _AT_ONCE):
            chunk = samples[start : start + _AT_ONCE]
            fresh: dict[str, tuple[Record, Detail | None]] = {}
            rows = rows_of(examiners, store, label_set, plan, chunk, cancelled)
            for sample_id, record, detail in rows:
                if detail is not KEPT:
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
    columns = RowColumns(plan, store, table.checks)
    for records in store.all_records(label_set):
        # In bulk, for there may be a hundred thousand of them; what is unusual one by one.
        by_profile: dict[int, list[tuple[int, Record]]] = {}
        for sample_id, record in records:
            place = table.place_of(sample_id)
            if place is None or record.profile not in usable:
                continue
            if record.severities:
                table.put(place, columns.row(record))
            else:
                by_profile.setdefault(record.profile, []).append((place, record))
        for profile, some in by_profile.items():
            table.put_many(
                np.array([place for place, _ in some], np.intp),
                columns.rows(profile, [record.scores for _, record in some]),
                [record.classes for _, record in some],
            )
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
    found = examine(dataset, label_set, plan, Wanted(sample))
    record, detail = merged(store, label_set, sample_id, plan, None, found)
    store.store(label_set, {sample_id: (record, detail)})
    row = RowColumns(plan, store, chosen).row(record)
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
