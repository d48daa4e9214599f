"""The checks over the dataset: they learn from all samples, then judge each one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.dataset.model import Dataset, Sample
from core.flags import Flag
from core.qa.registry import Check, Facts, SampleFacts
from core.qa.scanning.judging import may_be_flagged, severity_override, signature
from core.qa.scanning.store import NO_OVERRIDE, Judgement, ScanStore
from core.qa.scanning.table import ScanTable
from core.qa.settings import CheckSettings

_AT_ONCE = 512


def judge_all(
    table: ScanTable,
    store: ScanStore,
    dataset: Dataset,
    scope: str,
    settings: CheckSettings,
    content: str,
) -> None:
    """Let the checks over the dataset learn anew where a sample changed, and fill their columns.

    Args:
        table: The scan's table; its samples are judged.
        store: Where the facts are, and the models and judgements are kept.
        dataset: The dataset.
        scope: Which splits the scan looked at.
        settings: The options of the checks.
        content: Stands for all files of the scan: as long as it is the same, so is the model.
    """
    splits = None if scope == "*" else scope.split(",")
    facts = store.facts(dataset, table.label_set, splits)
    keys = store.model_keys(table.label_set, scope)
    learned: dict[Any, Any] = {}  # two checks may share what they learn
    stale: list[tuple[Check, dict[str, float], Any]] = []
    for check in table.checks:
        if check.fit is None:
            continue
        options = settings.options_of(check.id)
        key = f"{content} {signature(check, options)}"
        if keys.get(check.id) == key:
            continue
        shared = (check.fit, json.dumps(options, sort_keys=True))
        if shared not in learned:
            learned[shared] = check.fit(facts, dataset, options)
        stale.append((check, options, learned[shared]))
        store.clear_judgements(table.label_set, scope, check.id)
    batch: list[Judgement] = []
    for each in facts if stale else ():
        found = (_judged(check, model, each, options) for check, options, model in stale)
        batch += [judged for judged in found if judged is not None]
        if len(batch) >= _AT_ONCE:
            store.add_judgements(table.label_set, scope, batch)
            batch = []
    store.add_judgements(table.label_set, scope, batch)
    for check, options, model in stale:
        key = f"{content} {signature(check, options)}"
        store.store_model(table.label_set, scope, check.id, key, model)
    table.dataset_flags = _of_splits(table, store, dataset, scope, settings, content)
    ids = {check.id for check in table.checks if check.fit is not None}
    if not ids:
        return
    for sample_id, check_id, score, rank in store.judgement_scores(table.label_set, scope):
        place = table.place_of(sample_id)
        if place is not None and check_id in ids:
            table.put_score(place, check_id, score, None if rank == NO_OVERRIDE else rank)


def known_of_splits(
    checks: Sequence[Check], store: ScanStore, label_set: str, scope: str
) -> tuple[Flag, ...]:
    """What the last scan found of whole splits."""
    flags: list[Flag] = []
    for check in checks:
        learned = store.model(label_set, scope, check.id) if check.compare is not None else None
        if learned is not None:
            flags += [
                Flag(f"{split}/", check.id, check.severity, value, message)
                for split, value, message in learned[1]
            ]
    return tuple(flags)


def _of_splits(
    table: ScanTable,
    store: ScanStore,
    dataset: Dataset,
    scope: str,
    settings: CheckSettings,
    content: str,
) -> tuple[Flag, ...]:
    splits = None if scope == "*" else scope.split(",")
    for check in table.checks:
        if check.compare is None:
            continue
        options = settings.options_of(check.id)
        key = f"{content} {signature(check, options)}"
        if store.model_keys(table.label_set, scope).get(check.id) != key:
            facts = store.facts(dataset, table.label_set, splits)
            found = [
                [split, round(finding.value, 4), finding.message]
                for split, finding in check.compare(facts, dataset, options)
            ]
            store.store_model(table.label_set, scope, check.id, key, found)
    return known_of_splits(table.checks, store, table.label_set, scope)


def judge_one(
    store: ScanStore,
    label_set: str,
    scope: str,
    sample: Sample,
    facts: Facts,
    checks: Sequence[Check],
    settings: CheckSettings,
) -> Mapping[str, Judgement]:
    """Judge one sample by what the checks learned at the last scan, and keep the judgement."""
    judgements: dict[str, Judgement] = {}
    for check in checks:
        learned = store.model(label_set, scope, check.id) if check.fit is not None else None
        if learned is not None:
            options = settings.options_of(check.id)
            each = SampleFacts(sample.id, sample.split, facts)
            judged = _judged(check, learned[1], each, options)
            if judged is not None:
                judgements[check.id] = judged
    store.replace_judgements(label_set, scope, sample.id, judgements.values())
    return judgements


def _judged(
    check: Check, model: object, facts: SampleFacts, options: Mapping[str, float]
) -> Judgement | None:
    assert check.judge is not None
    measured = check.judge(model, facts, options)
    if measured is None or not may_be_flagged(check, measured.score):
        return None
    return Judgement(facts.sample, check.id, measured, severity_override(check, measured))
