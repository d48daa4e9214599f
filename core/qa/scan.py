"""Scanning a label set: every check over every sample in one pass, only where something changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.dataset.model import Dataset, Sample
from core.dataset.workspace import CachedScan, Workspace
from core.errors import PetsegError
from core.files import content_hash
from core.flags import Flag
from core.qa.checks import CHECKS
from core.qa.features import measure
from core.qa.registry import Check, Finding
from core.qa.view import SampleView

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

# Raised when a check or a feature changes its meaning, so that cached results are not trusted.
_VERSION = 2
_BATCH = 64


@dataclass(frozen=True)
class ScanResult:
    """What a scan found.

    Attributes:
        label_set: The label set looked at.
        checks: Ids of the checks that ran.
        samples: How many samples were looked at.
        flags: Every flag, in the order of the samples.
        class_counts: Pixels per class index, by sample id; samples without a mask are absent.
        cancelled: Whether the user ended the scan early.
    """

    label_set: str
    checks: tuple[str, ...]
    samples: int
    flags: tuple[Flag, ...]
    class_counts: Mapping[str, Sequence[int]]
    cancelled: bool = False

    def by_sample(self) -> dict[str, list[Flag]]:
        """The flags by sample id; samples without a flag are absent."""
        grouped: dict[str, list[Flag]] = {}
        for flag in self.flags:
            grouped.setdefault(flag.sample, []).append(flag)
        return grouped


def scan(
    dataset: Dataset,
    label_set: str,
    workspace: Workspace,
    *,
    splits: Iterable[str] | None = None,
    checks: Iterable[str] | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ScanResult:
    """Run the checks over a label set.

    A sample whose files are as they were at the last scan is not read again. Checks over the whole
    dataset compare the samples of the chosen splits.

    Args:
        dataset: The dataset.
        label_set: The label set.
        workspace: Keeps the results for the next scan.
        splits: Splits to look at; all by default.
        checks: Ids of the checks to run; all by default.
        on_progress: Called with (samples done, samples in all), from this thread.
        cancelled: Asked between samples; True ends the scan with what was found so far.

    Raises:
        PetsegError: there is no such label set, split or check.
    """
    label_set = dataset.require_label_set(label_set)
    chosen = _chosen_checks(checks)
    samples = dataset.in_splits(splits)
    known = workspace.cached_scans(label_set)
    results: dict[str, CachedScan] = {}
    fresh: dict[str, CachedScan] = {}
    stopped = False
    for sample, result, is_new in _results(dataset, label_set, samples, known):
        results[sample.id] = result
        if is_new:
            fresh[sample.id] = result
            if len(fresh) >= _BATCH:
                workspace.store_scans(label_set, fresh)
                fresh = {}
        if on_progress is not None:
            on_progress(len(results), len(samples))
        if cancelled is not None and cancelled():
            stopped = len(results) < len(samples)
            break
    workspace.store_scans(label_set, fresh)
    flags = _all_flags(dataset, results, chosen)
    counts = {
        sample: result.features["counts"]
        for sample, result in results.items()
        if result.features.get("counts")
    }
    return ScanResult(
        label_set, tuple(check.id for check in chosen), len(results), flags, counts, stopped
    )


def scan_sample(
    dataset: Dataset, label_set: str, workspace: Workspace, sample_id: str
) -> tuple[list[Flag], list[int]]:
    """Check one sample again, at once, after its mask was saved.

    Returns:
        Its flags, and its pixels per class index.
    """
    sample = dataset.sample(sample_id)
    known = workspace.cached_scans(label_set)
    result = _examine(dataset, sample, label_set)
    workspace.store_scans(label_set, {sample_id: result})
    known[sample_id] = result
    flags = [
        flag
        for flag in _all_flags(dataset, known, _chosen_checks(None))
        if flag.sample == sample_id
    ]
    return flags, list(result.features.get("counts", []))


def _chosen_checks(ids: Iterable[str] | None) -> list[Check]:
    if ids is None:
        return list(CHECKS.values())
    wanted = list(ids)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        raise PetsegError(
            f"There is no check called {unknown[0]!r}",
            remedy=f"The checks are: {', '.join(CHECKS)}.",
        )
    return [check for check in CHECKS.values() if check.id in wanted]


def _results(
    dataset: Dataset,
    label_set: str,
    samples: Sequence[Sample],
    known: Mapping[str, CachedScan],
) -> Iterator[tuple[Sample, CachedScan, bool]]:
    """Each sample with its result and whether it was computed anew; in order, a few ahead."""
    workers = min(4, os.cpu_count() or 1)
    context = _context_key(dataset)

    def result_of(sample: Sample) -> tuple[Sample, CachedScan, bool]:
        key = _key(sample, label_set, context)
        cached = known.get(sample.id)
        if cached is not None and cached.key == key:
            return sample, cached, False
        return sample, _examine(dataset, sample, label_set, key), True

    # OpenCV works outside Python's lock, so threads are enough; only a few samples are under way
    # at once, so that memory does not grow with the dataset.
    pool = ThreadPoolExecutor(workers, thread_name_prefix="scan")
    try:
        remaining = iter(samples)
        under_way: list[Future[tuple[Sample, CachedScan, bool]]] = [
            pool.submit(result_of, sample) for sample in islice(remaining, 4 * workers)
        ]
        while under_way:
            yield under_way.pop(0).result()
            under_way += [pool.submit(result_of, sample) for sample in islice(remaining, 1)]
    finally:
        pool.shutdown(cancel_futures=True)


def _examine(
    dataset: Dataset, sample: Sample, label_set: str, key: str | None = None
) -> CachedScan:
    key = key or _key(sample, label_set, _context_key(dataset))
    view = SampleView(dataset, sample, label_set)
    flags = [
        _flag(sample.id, check, finding)
        for check in CHECKS.values()
        if check.find is not None
        for finding in check.find(view, check.default_limits())
    ]
    return CachedScan(key, flags, measure(view))


def _all_flags(
    dataset: Dataset, results: Mapping[str, CachedScan], chosen: Sequence[Check]
) -> tuple[Flag, ...]:
    ids = {check.id for check in chosen}
    by_sample = {
        sample: [flag for flag in result.flags if flag.check in ids]
        for sample, result in results.items()
    }
    features = {sample: result.features for sample, result in results.items()}
    for check in chosen:
        if check.decide is not None:
            for sample, finding in check.decide(features, check.default_limits(), dataset):
                by_sample[sample].append(_flag(sample, check, finding))
    return tuple(flag for flags in by_sample.values() for flag in flags)


def _flag(sample: str, check: Check, finding: Finding) -> Flag:
    value = round(float(finding.value), 4)
    return Flag(sample, check.id, check.severity, value, finding.message, finding.region)


def _context_key(dataset: Dataset) -> str:
    """What a sample's result depends on besides its files."""
    limits = {check.id: check.default_limits() for check in CHECKS.values()}
    context = [_VERSION, dataset.num_classes, dataset.ignore_index, limits]
    return content_hash(json.dumps(context, sort_keys=True).encode())


def _key(sample: Sample, label_set: str, context: str) -> str:
    parts = [context, _state_of(sample.image), _state_of(sample.masks.get(label_set))]
    return content_hash(json.dumps(parts).encode())


def _state_of(path: Path | None) -> list[Any] | None:
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError as error:
        return [str(path), error.errno]
    return [str(path), status.st_size, status.st_mtime_ns, status.st_ino]
