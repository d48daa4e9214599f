"""Borders, objects and confidence of a run's stored predictions, with a band of one's choice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation.detail_files import KnownDetails, details_path, load_details, save_details
from core.evaluation.errors.background import background_of
from core.evaluation.evaluate import EvaluationCancelled, metrics_path
from core.evaluation.metrics.confusion import Mask
from core.evaluation.metrics.details import SampleDetails, measure_details
from core.evaluation.pairs import Job, jobs_of, read_pair
from core.evaluation.predicting.files import (
    CONFIDENCE_FOLDER,
    RunLike,
    decode_prediction,
    samples_of_split,
)
from core.evaluation.scores import Evaluation, SkippedSample

_THREADS = min(4, os.cpu_count() or 1)
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What was counted of a run's samples.

    Attributes:
        samples: The counts by the sample's id, in the evaluation's order.
        without_confidence: Samples whose confidence is missing or unusable, with the reason; all
            else of them was counted.
    """

    samples: Mapping[str, SampleDetails] = field(default_factory=dict)
    without_confidence: tuple[SkippedSample, ...] = ()


def details_of_run(
    dataset: Dataset,
    run: RunLike,
    evaluation: Evaluation,
    *,
    band: float | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RunDetails:
    """Count the borders, objects and confidence of the samples that an evaluation has.

    What was counted is kept beside the run's figures: asked again, only samples of which a file
    changed are looked at.

    Args:
        dataset: The dataset.
        run: The run.
        evaluation: Its evaluation, fresh from `evaluate_run`.
        band: Width of the bands around borders; see `core.evaluation.metrics.boundary.reach_of`.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked now and then; True ends the work.

    Raises:
        ValueError: the band is not above 0.
        EvaluationCancelled: `cancelled` said so; what was counted until then is kept.
    """
    measured = evaluation.scores.rows
    samples = samples_of_split(dataset, evaluation.split)
    jobs = [
        job
        for job in jobs_of(dataset, run, samples, evaluation.label_set)
        if job.sample in measured
    ]
    path = details_path(metrics_path(run, evaluation.split, evaluation.label_set), band)
    made_with = _made_with(dataset, band)
    before = load_details(path, made_with)
    keys = {job.sample: _key(job) for job in jobs}
    known = {sample: each for sample, each in before.items() if keys.get(sample) == each.key}
    todo = [job for job in jobs if job.sample not in known]
    report = on_progress or (lambda done, total: None)
    done = len(known)
    report(done, len(jobs))
    try:
        for job, details, problem in _measured(todo, dataset, band, cancelled):
            if details is not None:
                known[job.sample] = KnownDetails(keys[job.sample], details, problem)
            done += 1
            report(done, len(jobs))
    finally:  # also where it was cancelled
        if todo or len(known) < len(before):
            _keep(path, made_with, known)
    found = {sample: known[sample] for sample in keys if sample in known}
    return RunDetails(
        {sample: each.details for sample, each in found.items()},
        tuple(
            SkippedSample(sample=sample, reason=each.problem)
            for sample, each in found.items()
            if each.problem
        ),
    )


def _made_with(dataset: Dataset, band: float | None) -> dict[str, Any]:
    """All but a sample's files that decides what is counted in it."""
    return {
        "num_classes": dataset.num_classes,
        "ignore_index": dataset.ignore_index,
        "background": background_of(dataset),
        "band": band,
    }


def _key(job: Job) -> str:
    """What stands for the content of a sample's mask, prediction and confidence."""
    try:
        status = _confidence_path(job).stat()
    except OSError:
        return job.key
    return f"{job.key} {status.st_mtime_ns}:{status.st_size}"


def _keep(path: Path, made_with: Mapping[str, Any], known: Mapping[str, KnownDetails]) -> None:
    try:
        save_details(path, made_with, known)
    except PetsegError:
        pass  # a folder that may only be read: they are counted each time


Found = tuple[Job, SampleDetails | None, str]


def _measured(
    jobs: list[Job],
    dataset: Dataset,
    band: float | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[Found]:
    background = background_of(dataset)

    def measure(job: Job) -> Found:
        pair = read_pair(job, dataset)
        if isinstance(pair, str):  # it has changed since the evaluation
            return job, None, ""
        confidence, problem = _confidence(job, pair.truth.shape)
        details = measure_details(
            pair.prediction,
            pair.truth,
            num_classes=dataset.num_classes,
            ignore_index=dataset.ignore_index,
            confidence=confidence,
            band=band,
            background=background,
        )
        return job, details, problem

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="details") as pool:
        for start in range(0, len(jobs), _CHUNK):
            if cancelled is not None and cancelled():
                raise EvaluationCancelled("The evaluation was cancelled")
            yield from pool.map(measure, jobs[start : start + _CHUNK])


def _confidence_path(job: Job) -> Path:
    prediction = Path(job.prediction)
    return prediction.parent / CONFIDENCE_FOLDER / prediction.name


def _confidence(job: Job, shape: tuple[int, ...]) -> tuple[Mask | None, str]:
    """The confidence of a prediction, or why there is none, as a clause."""
    path = _confidence_path(job)
    if not path.exists():
        return None, "its confidence was not stored"
    try:
        confidence = decode_prediction(path)
    except PetsegError:
        return None, "its confidence cannot be read"
    if confidence.shape != shape:
        sizes = [f"{width}×{height}" for height, width in (confidence.shape, shape)]
        return None, f"its confidence is {sizes[0]} pixels, but the prediction {sizes[1]}"
    return confidence, ""
