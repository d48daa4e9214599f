"""Borders, objects and confidence of a run's stored predictions, with a band of one's choice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation.errors.background import background_of
from core.evaluation.evaluate import EvaluationCancelled
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

    Args:
        dataset: The dataset.
        run: The run.
        evaluation: Its evaluation, fresh from `evaluate_run`.
        band: Width of the bands around borders; see `core.evaluation.metrics.boundary.reach_of`.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked now and then; True ends the work.

    Raises:
        ValueError: the band is not above 0.
        EvaluationCancelled: `cancelled` said so.
    """
    measured = evaluation.scores.rows
    samples = samples_of_split(dataset, evaluation.split)
    jobs = [
        job
        for job in jobs_of(dataset, run, samples, evaluation.label_set)
        if job.sample in measured
    ]
    found: dict[str, SampleDetails] = {}
    without: list[SkippedSample] = []
    for job, details, problem in _measured(jobs, dataset, band, on_progress, cancelled):
        if details is not None:
            found[job.sample] = details
        if problem:
            without.append(SkippedSample(sample=job.sample, reason=problem))
    return RunDetails(found, tuple(without))


Found = tuple[Job, SampleDetails | None, str]


def _measured(
    jobs: list[Job],
    dataset: Dataset,
    band: float | None,
    on_progress: Callable[[int, int], None] | None,
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
            chunk = jobs[start : start + _CHUNK]
            yield from pool.map(measure, chunk)
            if on_progress is not None:
                on_progress(start + len(chunk), len(jobs))


def _confidence(job: Job, shape: tuple[int, ...]) -> tuple[Mask | None, str]:
    """The confidence of a prediction, or why there is none, as a clause."""
    prediction = Path(job.prediction)
    path = prediction.parent / CONFIDENCE_FOLDER / prediction.name
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
