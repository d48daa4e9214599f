"""Analysing a run: one pass over its stored predictions, of which only what changed is repeated."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset import Dataset, Sample
from core.dataset.sample_table import files_of
from core.errors import PetsegError
from core.evaluation.analysis import Analysis, FoundRegion, KindSum, SampleAnalysis, TextureSum
from core.evaluation.analysis_blocks import Blocks, in_order, joined, still_true
from core.evaluation.analysis_files import (
    StoredAnalysis,
    errors_path,
    load_analysis,
    save_analysis,
)
from core.evaluation.analysis_table import AnalysisTable, Measured
from core.evaluation.errors.background import background_of
from core.evaluation.errors.finding import find_columns
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.region_columns import RegionColumns
from core.evaluation.errors.rules import RULES
from core.evaluation.errors.textures import describe
from core.evaluation.evaluate import EvaluationCancelled, metrics_path
from core.evaluation.metrics.confusion import Mask
from core.evaluation.metrics.details import measure_details
from core.evaluation.pairs import Job, illegal_values, jobs_of, read_pair
from core.evaluation.predicting.files import (
    CONFIDENCE_FOLDER,
    RunLike,
    decode_prediction,
    samples_of_split,
)
from core.evaluation.run_classes import require_same_classes
from core.evaluation.scores import SkippedSample
from core.evaluation.slices.facts import measure_facts
from core.evaluation.suspects.ranking import excluded_samples
from core.files import read_bytes
from core.images import Array, decode_image
from core.masks.counting import count_values

__all__ = [
    "Analysis",
    "FoundRegion",
    "KindSum",
    "SampleAnalysis",
    "TextureSum",
    "analyse_run",
]

_VERSION = 1
_CHUNK = 32
# Smaller false alarms look like nothing, as a share of the picture's pixels.
_LEAST_TEXTURE = 0.0005
# Most of the time goes to calls that let other threads run: two threads do 1.7 times as much as
# one, and two processes no more than that.
_THREADS = min(4, os.cpu_count() or 1)


def analyse_run(
    dataset: Dataset,
    run: RunLike,
    split: str,
    *,
    label_set: str | None = None,
    exclude: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Find the errors of a run's stored predictions, and what the samples are like.

    Each sample's photo, mask, prediction and confidence are read once. What was found is kept
    beside the run's figures: asked again, only samples of which a file changed are looked at. So it
    is with a search that was cancelled or killed: the next one goes on from there.

    Args:
        dataset: The dataset.
        run: The run.
        split: The split.
        label_set: The masks to take for the truth; the run's own label set by default.
        exclude: Ids of samples to leave out; by default those excluded in the workspace.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked now and then; True ends the work.

    Raises:
        PetsegError: there is no such split or label set, nothing was predicted, the run has learned
            other classes, or no sample can be looked at.
        EvaluationCancelled: `cancelled` said so; what was found until then is kept.
    """
    truth = dataset.require_label_set(label_set or run.label_set)
    samples = samples_of_split(dataset, split)
    excluded = excluded_samples(dataset) if exclude is None else exclude
    jobs = _jobs(dataset, run, samples, truth, excluded)
    if not any(job.pair.has_prediction for job in jobs):
        raise PetsegError(
            f"The run {run.name} has no predictions of {split or 'the dataset'} yet",
            path=run.folder,
            remedy="Predict the split first (`petseg predict`).",
        )
    require_same_classes(dataset, run)
    made_with = _made_with(dataset)
    path = errors_path(metrics_path(run, split, truth))
    before = load_analysis(path, made_with)
    keys = {job.pair.sample: job.key for job in jobs}
    report = on_progress or (lambda done, total: None)
    if before is not None and before.keys == keys:
        report(len(jobs), len(jobs))
        stored = before
    else:
        blocks = Blocks(path, made_with)
        stored = _renewed(jobs, before, blocks, dataset, made_with, report, cancelled)
        save_analysis(path, stored)
        blocks.forget()
    if not stored.table.ids:
        sample, reason = next(iter(stored.skipped.items()))
        raise PetsegError(
            f"No sample of {split or 'the dataset'} can be looked at ({sample}: {reason})",
            path=run.folder,
            remedy=f"Look at the masks in {truth!r} with `petseg qa`, and predict the split.",
        )
    return Analysis(
        run=run.id,
        split=split,
        label_set=truth,
        skipped=tuple(
            SkippedSample(sample=sample, reason=reason) for sample, reason in stored.skipped.items()
        ),
        background=background_of(dataset),
        class_names=tuple(info.name for info in dataset.classes),
        table=stored.table,
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """A sample to look at: its mask and prediction, and what else is read.

    Attributes:
        key: Stands for the content of all four files; or why there is nothing to look at.
    """

    pair: Job
    photo: str | None
    confidence: str
    key: str


def _jobs(
    dataset: Dataset,
    run: RunLike,
    samples: Sequence[Sample],
    label_set: str,
    exclude: Collection[str],
) -> list[_Job]:
    pairs = jobs_of(dataset, run, samples, label_set, exclude)
    jobs = []
    for pair, (photo, _) in zip(pairs, files_of(samples, label_set), strict=True):
        folder, separator, name = pair.prediction.rpartition(os.sep)
        confidence = f"{folder}{separator}{CONFIDENCE_FOLDER}{separator}{name}"
        key = pair.key
        if pair.reason is None:
            key = f"{key} {_stamp(photo)} {_stamp(confidence)}"
        jobs.append(_Job(pair, photo, confidence, key))
    return jobs


def _made_with(dataset: Dataset) -> dict[str, Any]:
    """All but a sample's files that decides what is found in it."""
    return {
        "version": _VERSION,
        "rules": dataclasses.asdict(RULES),
        "num_classes": dataset.num_classes,
        "ignore_index": dataset.ignore_index,
        "background": background_of(dataset),
    }


def _renewed(
    jobs: Sequence[_Job],
    before: StoredAnalysis | None,
    blocks: Blocks,
    dataset: Dataset,
    made_with: Mapping[str, Any],
    report: Callable[[int, int], None],
    cancelled: Callable[[], bool] | None,
) -> StoredAnalysis:
    """What is known of the samples whose files are as they were, and the others looked at."""
    keys = {job.pair.sample: job.key for job in jobs}
    sources = [] if before is None else [before]
    known = still_true([*sources, *blocks.read()], keys)
    seen = {sample for each in known for sample in each.keys}
    todo = [job for job in jobs if job.pair.sample not in seen]
    found = [StoredAnalysis(made_with, {}, {}, AnalysisTable.of([], dataset.num_classes)), *known]
    done = len(jobs) - len(todo)
    try:
        for chunk, outcomes in _looked_at(todo, dataset, cancelled or (lambda: False)):
            measured = [each for each in outcomes if isinstance(each, Measured)]
            new = StoredAnalysis(
                made_with,
                {job.pair.sample: job.key for job in chunk},
                dict(each for each in outcomes if not isinstance(each, Measured)),
                AnalysisTable.of(measured, dataset.num_classes),
            )
            found.append(new)
            blocks.add(new)
            done += len(chunk)
            report(done, len(jobs))
    except BaseException:
        blocks.write()  # the next search goes on from here
        raise
    return in_order(joined(found), keys)


def _looked_at(
    jobs: Sequence[_Job], dataset: Dataset, cancelled: Callable[[], bool]
) -> Iterator[tuple[Sequence[_Job], list[Measured | tuple[str, str]]]]:
    """What is found, some samples at a time."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="analyse") as pool:
        for start in range(0, len(jobs), _CHUNK):
            if cancelled():
                raise EvaluationCancelled("The analysis was cancelled")
            chunk = jobs[start : start + _CHUNK]
            yield chunk, list(pool.map(lambda job: _look_at(job, dataset), chunk))


def _look_at(job: _Job, dataset: Dataset) -> Measured | tuple[str, str]:
    sample = job.pair.sample
    pair = read_pair(job.pair, dataset)
    if isinstance(pair, str):
        return sample, pair
    truth, prediction = pair.truth, pair.prediction
    confidence, photo = _confidence(job, truth), _photo(job, truth)
    common: dict[str, Any] = {
        "num_classes": dataset.num_classes,
        "ignore_index": dataset.ignore_index,
        "background": background_of(dataset),
    }
    try:
        regions, places = find_columns(prediction, truth, confidence=confidence, **common)
    except ValueError:
        # Looked for only now that there are some: it takes a while.
        return sample, illegal_values(pair, dataset) or "it holds values that are no class"
    textured = _with_texture(regions, truth.size) if photo is not None else np.zeros(0, np.intp)
    textures = np.zeros((0, 7), np.float32)
    if photo is not None and places is not None:
        textures = describe(photo, places, textured + 1)
    is_right = (prediction == truth) & (truth != dataset.ignore_index)
    right = count_values(truth, is_right)[: dataset.num_classes]
    return Measured(
        sample=sample,
        pixels=truth.size,
        right=right,
        regions=regions,
        textured=textured.astype(np.int32),
        textures=textures,
        facts=measure_facts(photo, truth, **common),
        details=measure_details(prediction, truth, confidence=confidence, **common),
    )


def _with_texture(regions: RegionColumns, size: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.flatnonzero(
        (regions.form == ErrorKind.FALSE_ALARM.code) & (regions.pixels >= _LEAST_TEXTURE * size)
    )


def _confidence(job: _Job, truth: Mask) -> Mask | None:
    """The confidence; None when there is none of the mask's size: it is no more than a help."""
    if not os.path.exists(job.confidence):  # noqa: PTH110 - a path as text
        return None
    try:
        confidence = decode_prediction(Path(job.confidence))
    except PetsegError:
        return None
    return confidence if confidence.shape == truth.shape else None


def _photo(job: _Job, truth: Mask) -> Array | None:
    """The photo; None when there is none of the mask's size: what it would tell is unknown."""
    if job.photo is None:
        return None
    try:
        photo = decode_image(read_bytes(Path(job.photo)), Path(job.photo))
    except PetsegError:
        return None
    return photo if photo.shape[:2] == truth.shape else None


def _stamp(path: str | None) -> str:
    if path is None:
        return ""
    try:
        status = os.stat(path)  # noqa: PTH116 - asked of every sample
    except OSError:
        return ""
    return f"{status.st_mtime_ns}:{status.st_size}"
