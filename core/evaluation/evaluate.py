"""What a run predicts for a split, and how right it is.

`evaluate_run` reads the stored predictions and the masks, counts every sample once and keeps the
counts in `metrics/<split>.json`; opening it again, or after one mask was edited, costs only what
changed. What was counted before it was cancelled is not counted again either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from core.dataset import Dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.errors.background import background_of
from core.evaluation.metrics.confusion import ConfusionMatrix
from core.evaluation.pairs import Job, illegal_values, jobs_of, read_pair
from core.evaluation.predicting.files import (
    WITHOUT_SPLITS,
    PredictionStatus,
    RunLike,
    confidence_path,
    load_manifest,
    prediction_path,
    read_confidence,
    read_prediction,
    samples_of_split,
)
from core.evaluation.predicting.status import missing_predictions, prediction_status
from core.evaluation.run_classes import require_same_classes
from core.evaluation.score_table import CountedSample, ScoreTable
from core.evaluation.scores import CacheKeys, Evaluation, SampleScore, SkippedSample
from core.evaluation.stored import (
    forget_unfinished,
    load_evaluation,
    load_unfinished,
    save_evaluation,
    save_unfinished,
)
from core.files import read_bytes
from core.images.headers import probe

__all__ = [
    "Evaluation",
    "EvaluationCancelled",
    "PredictionStatus",
    "RunLike",
    "SampleScore",
    "SkippedSample",
    "confidence_path",
    "evaluate_run",
    "missing_predictions",
    "prediction_path",
    "prediction_status",
    "read_confidence",
    "read_prediction",
    "samples_of_split",
]

METRICS_FOLDER = "metrics"

# Decoding releases the interpreter lock and counting holds it: more threads only wait for it.
_THREADS = min(4, os.cpu_count() or 1)
_CHUNK, _AT_ONCE = 128, 16
# Smaller masks are inflated sooner than two threads have handed that lock to each other.
_WORTH_THREADS = 512 * 512

Outcome = CountedSample | SampleScore | SkippedSample


class EvaluationCancelled(PetsegError):  # noqa: N818 - a wish of the user, not an error
    """The user cancelled; there is no result, but what was done may have been kept."""


def evaluate_run(
    dataset: Dataset,
    run: RunLike,
    split: str,
    *,
    label_set: str | None = None,
    exclude: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Evaluation:
    """Measure the stored predictions of a run against the masks.

    Samples without a usable mask or prediction are left out and listed in `skipped`.

    Args:
        dataset: The dataset.
        run: The run.
        split: The split to measure.
        label_set: The masks to take for the truth; the run's own label set by default.
        exclude: Ids of samples to leave out; by default those excluded in the workspace.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked now and then; True ends the work.

    Raises:
        PetsegError: there is no such split or label set, nothing was predicted, the run has learned
            other classes, or no sample can be measured.
        EvaluationCancelled: `cancelled` said so; what was counted until then is kept.
    """
    truth = dataset.require_label_set(label_set or run.label_set)
    samples = samples_of_split(dataset, split)
    if exclude is None:
        exclude = _excluded_in_workspace(dataset)
    jobs = jobs_of(dataset, run, samples, truth, exclude)
    if not any(job.has_prediction for job in jobs):
        raise PetsegError(
            f"The run {run.name} has no predictions of {split or 'the dataset'} yet",
            path=run.folder,
            remedy="Predict the split first (`petseg predict`).",
        )
    require_same_classes(dataset, run)
    manifest = load_manifest(run.folder, split if dataset.splits else "")
    header: dict[str, Any] = {
        "run": run.id,
        "split": split,
        "label_set": truth,
        "iteration": manifest.checkpoint.iteration if manifest else None,
    }
    cache = CacheKeys(
        num_classes=dataset.num_classes,
        ignore_index=dataset.ignore_index,
        background=background_of(dataset),
        samples={job.sample: job.key for job in jobs},
    )
    path = metrics_path(run, split, truth)
    before = load_evaluation(path)
    report = on_progress or (lambda done, total: None)
    if before is not None and before.is_of(header, _class_names(dataset), cache):
        report(len(jobs), len(jobs))
        return before
    outcomes = _known_outcomes(load_unfinished(path), cache) | _known_outcomes(before, cache)
    known = len(outcomes)
    try:
        _measure_all(jobs, dataset, outcomes, report, cancelled or (lambda: False))
    except BaseException:
        if len(outcomes) > known:
            _keep_unfinished(path, dataset, run, header, outcomes, cache)
        raise
    evaluation = _pool(dataset, run, header, [outcomes[job.sample] for job in jobs], cache)
    save_evaluation(evaluation, path)
    forget_unfinished(path)
    return evaluation


def metrics_path(run: RunLike, split: str, label_set: str) -> Path:
    """Where the figures are kept; those against masks that the run did not learn lie apart."""
    name = split or WITHOUT_SPLITS
    suffix = "" if label_set == run.label_set else f"@{label_set}"
    return run.folder / METRICS_FOLDER / f"{name}{suffix}.json"


def _measure_all(
    jobs: Sequence[Job],
    dataset: Dataset,
    outcomes: dict[str, Outcome],
    report: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> None:
    """Add the outcome of every job to those known, which are not measured again."""
    todo = [job for job in jobs if job.sample not in outcomes]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="evaluate") as pool:
        is_large = _pixels(todo) >= _WORTH_THREADS
        each: Callable[..., Iterable[list[Outcome]]] = pool.map if is_large else map
        for start in range(0, len(todo), _CHUNK):
            if cancelled():
                raise EvaluationCancelled("The evaluation was cancelled")
            chunk = todo[start : start + _CHUNK]
            parts = [chunk[first : first + _AT_ONCE] for first in range(0, len(chunk), _AT_ONCE)]
            for found in each(lambda part: [_measure(job, dataset) for job in part], parts):
                outcomes.update((outcome.sample, outcome) for outcome in found)
            report(len(jobs) - len(todo) + start + len(chunk), len(jobs))


def _pixels(jobs: Sequence[Job]) -> int:
    """Of the first mask that there is, as its file says; 0 where that cannot be told."""
    path = next((Path(job.mask) for job in jobs if job.reason is None), None)
    try:
        header = None if path is None else probe(read_bytes(path), path, "mask")
    except PetsegError:
        return 0  # the measuring says what is wrong with it
    return 0 if header is None else header.width * header.height


def _keep_unfinished(
    path: Path,
    dataset: Dataset,
    run: RunLike,
    header: Mapping[str, Any],
    outcomes: Mapping[str, Outcome],
    cache: CacheKeys,
) -> None:
    keys = {sample: cache.samples[sample] for sample in outcomes}
    counted = cache.model_copy(update={"samples": keys})
    try:
        save_unfinished(_pool(dataset, run, header, list(outcomes.values()), counted), path)
    except PetsegError:
        pass  # nothing could be measured, or kept: it is counted once more


def _pool(
    dataset: Dataset,
    run: RunLike,
    header: Mapping[str, Any],
    outcomes: Sequence[Outcome],
    cache: CacheKeys,
) -> Evaluation:
    """Sum up the samples."""
    counted = [outcome for outcome in outcomes if not isinstance(outcome, SkippedSample)]
    skipped = tuple(outcome for outcome in outcomes if isinstance(outcome, SkippedSample))
    if not counted:
        raise PetsegError(
            f"No sample of {header['split'] or 'the dataset'} can be measured "
            f"({skipped[0].sample}: {skipped[0].reason})",
            path=run.folder,
            remedy=(
                f"Look at the masks in {header['label_set']!r} with `petseg qa`, "
                "and predict the split."
            ),
        )
    total = ConfusionMatrix(dataset.num_classes, dataset.ignore_index)
    table = ScoreTable.from_cells(counted, dataset.num_classes, cache.background)
    total.add_counts(table.pooled_cells())
    return Evaluation(
        **header,
        **total.metrics(_class_names(dataset)).model_dump(),
        samples=len(table),
        scores=table,
        skipped=skipped,
        cache=cache,
    )


def _measure(job: Job, dataset: Dataset) -> Outcome:
    pair = read_pair(job, dataset)
    if isinstance(pair, str):
        return SkippedSample(sample=job.sample, reason=pair)
    matrix = ConfusionMatrix(dataset.num_classes, dataset.ignore_index)
    matrix.add(pair.prediction, pair.truth)
    cells = matrix.entries()
    if any(dataset.num_classes in cell[:2] for cell in cells):
        return SkippedSample(sample=job.sample, reason=illegal_values(pair, dataset) or "")
    return CountedSample(job.sample, tuple(cells), pair.mask_hash)


def _known_outcomes(before: Evaluation | None, cache: CacheKeys) -> dict[str, Outcome]:
    """What was found the last time, of the samples whose files are still the same."""
    if before is None or not before.cache.counts_like(cache):
        return {}
    found: list[Outcome] = [*before.scores, *before.skipped]
    keys, keys_before = cache.samples, before.cache.samples
    return {
        outcome.sample: outcome
        for outcome in found
        if keys_before.get(outcome.sample, "") == keys.get(outcome.sample)
    }


def _class_names(dataset: Dataset) -> list[str]:
    return [info.name for info in dataset.classes]


def _excluded_in_workspace(dataset: Dataset) -> Collection[str]:
    # Asking must not create a workspace.
    if not (dataset.workspace_dir / "workspace.db").exists():
        return ()
    with open_workspace(dataset) as workspace:
        return set(workspace.exclusions())
