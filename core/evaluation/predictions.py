"""What a run predicts for a split, and how right it is.

`evaluate_run` reads the stored predictions and the masks, counts every sample once and keeps the
counts in `metrics/<split>.json`; opening it again, or after one mask was edited, costs only what
changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from core.dataset import Dataset, Sample
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.error_map import errors_in
from core.evaluation.metrics import ConfusionMatrix, mean_of_present, none_if_nan
from core.evaluation.prediction_files import (
    WITHOUT_SPLITS,
    PredictionStatus,
    RunLike,
    confidence_path,
    decode_prediction,
    load_manifest,
    missing_predictions,
    prediction_path,
    prediction_status,
    read_confidence,
    read_prediction,
    samples_of_split,
)
from core.evaluation.scores import CacheKeys, Evaluation, SampleScore, SkippedSample
from core.files import atomic_write_text
from core.images import read_mask

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
_CHUNK = 64


class EvaluationCancelled(PetsegError):  # noqa: N818 - a wish of the user, not an error
    """The user cancelled; nothing was written."""


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
        PetsegError: there is no such split or label set, nothing was predicted, or no sample can
            be measured.
        EvaluationCancelled: `cancelled` said so.
    """
    truth = dataset.require_label_set(label_set or run.label_set)
    samples = samples_of_split(dataset, split)
    if exclude is None:
        exclude = _excluded_in_workspace(dataset)
    if len(missing_predictions(dataset, run, split)) == _photos(samples):
        raise PetsegError(
            f"The run {run.name} has no predictions of {split or 'the dataset'} yet",
            path=run.folder,
            remedy="Predict the split first (`petseg predict`).",
        )
    path = metrics_path(run, split, truth)
    before = _load(path)
    known = _known_outcomes(before, dataset)
    jobs = [
        _Job(sample, dataset.mask_path(sample, truth), prediction_path(run, sample))
        for sample in samples
        if sample.id not in exclude
    ]
    outcomes = {sample.id: _Outcome("", None, "it is excluded") for sample in samples}
    report = on_progress or (lambda done, total: None)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="evaluate") as pool:
        waiting, done = iter(jobs), 0
        while chunk := list(islice(waiting, _CHUNK)):
            if cancelled is not None and cancelled():
                raise EvaluationCancelled("The evaluation was cancelled")
            results = pool.map(lambda job: _measure(job, dataset, known), chunk)
            outcomes |= {job.sample.id: result for job, result in zip(chunk, results, strict=True)}
            done += len(chunk)
            report(done, len(jobs))
    evaluation = _pool(dataset, run, split, truth, outcomes)
    if evaluation != before:
        atomic_write_text(path, evaluation.model_dump_json() + "\n")
    return evaluation


def metrics_path(run: RunLike, split: str, label_set: str) -> Path:
    """Where the figures are kept; those against masks that the run did not learn lie apart."""
    name = split or WITHOUT_SPLITS
    suffix = "" if label_set == run.label_set else f"@{label_set}"
    return run.folder / METRICS_FOLDER / f"{name}{suffix}.json"


@dataclass(frozen=True, slots=True)
class _Job:
    sample: Sample
    mask: Path
    prediction: Path


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A score, or else the reason why there is none; `key` says what it was computed from."""

    key: str
    score: SampleScore | None
    reason: str = ""


def _measure(job: _Job, dataset: Dataset, known: dict[str, _Outcome]) -> _Outcome:
    sample = job.sample.id
    if (mask_key := _file_key(job.mask)) is None:
        return _Outcome("", None, "it has no mask")
    if (prediction_key := _file_key(job.prediction)) is None:
        return _Outcome("", None, "it has no prediction")
    key = f"{mask_key} {prediction_key}"
    before = known.get(sample)
    if before is not None and before.key == key:
        return before
    try:
        truth, prediction = read_mask(job.mask), decode_prediction(job.prediction)
    except PetsegError as error:
        return _Outcome(key, None, _clause(error))
    if truth.shape != prediction.shape:
        return _Outcome(
            key,
            None,
            f"the mask is {truth.shape[1]}×{truth.shape[0]} pixels, "
            f"but the prediction {prediction.shape[1]}×{prediction.shape[0]}",
        )
    matrix = ConfusionMatrix(dataset.num_classes, dataset.ignore_index)
    matrix.add(prediction, truth)
    full = matrix.full_counts
    if full[-1].any():
        values = set(np.unique(truth).tolist()) - {dataset.ignore_index}
        return _Outcome(key, None, f"the mask holds {_illegal(values, dataset)}")
    if full[:, -1].any():
        values = set(np.unique(prediction).tolist())
        return _Outcome(key, None, f"the prediction holds {_illegal(values, dataset)}")
    scores = matrix.dice()
    score = SampleScore(
        sample=sample,
        mDice=none_if_nan(mean_of_present(scores)),
        dice=tuple(none_if_nan(value) for value in scores),
        errors=errors_in(matrix),
        cells=tuple(matrix.entries()),
    )
    return _Outcome(key, score)


def _pool(
    dataset: Dataset, run: RunLike, split: str, label_set: str, outcomes: dict[str, _Outcome]
) -> Evaluation:
    total = ConfusionMatrix(dataset.num_classes, dataset.ignore_index)
    scores = [outcome.score for outcome in outcomes.values() if outcome.score is not None]
    skipped = [
        SkippedSample(sample=sample, reason=outcome.reason)
        for sample, outcome in outcomes.items()
        if outcome.score is None
    ]
    if not scores:
        first = skipped[0] if skipped else None
        raise PetsegError(
            f"No sample of {split or 'the dataset'} can be measured"
            + (f" ({first.sample}: {first.reason})" if first else ""),
            path=run.folder,
            remedy=f"Look at the masks in {label_set!r} with `petseg qa`, and predict the split.",
        )
    for score in scores:
        total.add_entries(score.cells)
    manifest = load_manifest(run.folder, split if dataset.splits else "")
    return Evaluation(
        **total.metrics([info.name for info in dataset.classes]).model_dump(),
        run=run.id,
        split=split,
        label_set=label_set,
        samples=len(scores),
        iteration=manifest.checkpoint.iteration if manifest else None,
        scores=tuple(scores),
        skipped=tuple(skipped),
        cache=CacheKeys(
            num_classes=dataset.num_classes,
            ignore_index=dataset.ignore_index,
            samples={sample: out.key for sample, out in outcomes.items() if out.key},
        ),
    )


def _load(path: Path) -> Evaluation | None:
    # A damaged file is only a lost cache: it is computed again and replaced.
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _known_outcomes(before: Evaluation | None, dataset: Dataset) -> dict[str, _Outcome]:
    if before is None:
        return {}
    keys = before.cache
    empty = CacheKeys(num_classes=dataset.num_classes, ignore_index=dataset.ignore_index)
    if keys.model_copy(update={"samples": {}}) != empty:
        return {}
    known = {
        score.sample: _Outcome(keys.samples.get(score.sample, ""), score) for score in before.scores
    }
    for skipped in before.skipped:
        key = keys.samples.get(skipped.sample, "")
        known[skipped.sample] = _Outcome(key, None, skipped.reason)
    return known


def _file_key(path: Path) -> str | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return f"{status.st_mtime_ns}:{status.st_size}"


def _clause(error: PetsegError) -> str:
    return error.what[:1].lower() + error.what[1:]


def _illegal(values: set[int], dataset: Dataset) -> str:
    found = sorted(value for value in values if value >= dataset.num_classes)
    listed = ", ".join(str(value) for value in found[:5]) + (", …" if len(found) > 5 else "")
    noun, verb = ("value", "is") if len(found) == 1 else ("values", "are")
    return f"the {noun} {listed}, which {verb} no class"


def _photos(samples: Sequence[Sample]) -> int:
    return sum(sample.image is not None for sample in samples)


def _excluded_in_workspace(dataset: Dataset) -> Collection[str]:
    # Asking must not create a workspace.
    if not (dataset.workspace_dir / "workspace.db").exists():
        return ()
    with open_workspace(dataset) as workspace:
        return set(workspace.exclusions())
