"""Asking core what a comparison needs: runs, their predictions, their figures. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from core.dataset import Dataset
from core.dataset.sample_table import has_photo_of, ids_of
from core.errors import PetsegError
from core.evaluation.comparing.several import compare_several
from core.evaluation.evaluate import EvaluationCancelled, evaluate_run
from core.evaluation.metrics.confusion import Metrics
from core.evaluation.predicting.augmentation import Augmentation
from core.evaluation.predicting.checkpoints import checkpoint_of
from core.evaluation.predicting.client import PredictionClient, PredictionResult
from core.evaluation.predicting.files import (
    PREDICTIONS_FOLDER,
    PredictionStatus,
    samples_of_split,
)
from core.evaluation.predicting.status import prediction_status
from core.evaluation.scores import Evaluation
from core.runs.store import Run, RunState, RunStore

LETTERS = ("A", "B", "C", "D", "E", "F")
"""What the compared runs are called; so many can be compared at most."""


class Job(Protocol):
    """What the work needs of a background job."""

    def progress(self, done: int, total: int) -> None:
        """Report how far the work is."""

    def cancelled(self) -> bool:
        """Whether the work shall end."""


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run that can be looked at here; it is what `core.evaluation` asks of a run.

    Attributes:
        best: The best mDice of its validations, in percent.
        has_model: Whether there is a checkpoint to predict with.
        has_predictions: Whether anything was predicted.
        group: What it has in common with the other folds of which it is one; "" for a run of its
            own.
        fold: Which of them, from 1.
        folds: How many there are.
        dealt: Of a fold, the splits whose samples were dealt out.
        held_out: Of a fold, the samples of these splits that it has not learned.
    """

    id: str
    name: str
    folder: Path
    label_set: str
    recipe: str
    state: RunState
    best: float | None
    has_model: bool
    has_predictions: bool
    group: str = ""
    fold: int = 0
    folds: int = 0
    dealt: frozenset[str] = frozenset()
    held_out: frozenset[str] = field(default=frozenset(), repr=False)

    def is_asked(self, sample_id: str) -> bool:
        """Whether it may be asked about a sample: a fold only of what other folds are not."""
        if not self.held_out or sample_id in self.held_out:
            return True
        return sample_id.rpartition("/")[0] not in self.dealt


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a run on the split.

    Attributes:
        status: How far its predictions are.
        evaluation: Its figures; None while there are no predictions.
        problem: Why there are no figures although there are predictions, as a sentence.
        no_model: Why nothing more can be predicted, as a sentence; "" when something can.
    """

    status: PredictionStatus
    evaluation: Evaluation | None
    problem: str = ""
    no_model: str = ""

    @property
    def to_predict(self) -> int:
        """Number of images a prediction would have to do."""
        missing = len(self.status.missing)
        return self.status.predicted + missing if self.status.is_stale else missing


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything known of the chosen runs.

    Attributes:
        assessments: One per chosen run, in order.
        metrics: Pooled figures per run, for several runs over the samples they have in common.
        samples: Number of samples the pooled figures are over.
        problem: Why the runs cannot be compared, as a sentence.
    """

    assessments: tuple[Assessment, ...] = ()
    metrics: tuple[Metrics | None, ...] = ()
    samples: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The runs of a dataset.

    Attributes:
        choices: Those that there is something to see of, newest first.
        unreadable: Those whose folder is damaged, by id, and why, as a sentence.
    """

    choices: list[RunChoice]
    unreadable: dict[str, str]


def list_runs(store: RunStore) -> Listing:
    """Look which runs there are."""
    runs = store.list()
    choices = [_choice(run) for run in runs]
    return Listing(
        [choice for choice in choices if choice is not None],
        {run.id: run.problem for run in runs if run.problem},
    )


def list_choices(store: RunStore) -> list[RunChoice]:
    """The runs that there is something to see of, newest first."""
    return list_runs(store).choices


def find(
    dataset: Dataset,
    runs: Sequence[RunChoice],
    split: str,
    label_set: str,
    excluded: Collection[str],
    job: Job,
    augment: Augmentation | None = None,
) -> Findings:
    """Measure runs on a split against one label set.

    Args:
        dataset: The dataset.
        runs: The runs.
        split: The split.
        label_set: The masks that are taken for the truth.
        excluded: Ids of samples that are left out.
        job: Told how far the work is.
        augment: The views that predictions are wanted from; None accepts any.
    """
    assessments = []
    for place, run in enumerate(runs):
        status = _status(dataset, run, split, augment)
        evaluation, problem = None, ""
        if status.predicted:
            try:
                evaluation = evaluate_run(
                    dataset,
                    run,
                    split,
                    label_set=label_set,
                    exclude=not_counted(dataset, run, split, excluded),
                    on_progress=part_of(job, place, len(runs)),
                    cancelled=job.cancelled,
                )
            except EvaluationCancelled:
                raise
            except PetsegError as error:
                problem = str(error)
        assessments.append(Assessment(status, evaluation, problem, _why_no_model(run)))
    return _pooled(tuple(assessments))


def predict_all(
    client: PredictionClient,
    dataset: Dataset,
    runs: Sequence[RunChoice],
    split: str,
    job: Job,
    augment: Augmentation | None = None,
    label_set: str | None = None,
) -> list[PredictionResult]:
    """Predict a split with one run after the other; ends early when the job is cancelled.

    A fold predicts what it has not learned, and judges the masks of `label_set` on the way.
    """
    results: list[PredictionResult] = []
    for place, run in enumerate(runs):
        if job.cancelled():
            break
        results.append(
            client.predict(
                run,
                split,
                dataset=dataset,
                augment=augment,
                on_progress=part_of(job, place, len(runs)),
                cancelled=job.cancelled,
                **_of_fold(dataset, run, split, label_set),
            )
        )
    return results


def not_counted(
    dataset: Dataset, run: RunChoice, split: str, excluded: Collection[str]
) -> Collection[str]:
    """Ids of the samples that a run is not measured on.

    Of a fold these are those that it has learned, too, even where it has predicted them.
    """
    if not run.held_out:
        return excluded
    ids = ids_of(samples_of_split(dataset, split))
    return {*excluded, *(sample for sample in ids if not run.is_asked(sample))}


def _of_fold(dataset: Dataset, run: RunChoice, split: str, label_set: str | None) -> dict[str, Any]:
    if not run.held_out:
        return {}
    ids = [each for each in ids_of(samples_of_split(dataset, split)) if run.is_asked(each)]
    return {"samples": ids, "label_set": label_set}


def _status(
    dataset: Dataset, run: RunChoice, split: str, augment: Augmentation | None
) -> PredictionStatus:
    """How far the predictions are. Of a fold only those count that it is asked for."""
    status = prediction_status(dataset, run, split, augment=augment)
    if not run.held_out:
        return status
    samples = samples_of_split(dataset, split)
    photos = zip(ids_of(samples), has_photo_of(samples).tolist(), strict=True)
    asked = sum(has_photo and run.is_asked(sample) for sample, has_photo in photos)
    missing = tuple(sample for sample in status.missing if run.is_asked(sample.id))
    predicted = asked - len(missing)
    return replace(
        status, predicted=predicted, missing=missing, is_stale=status.is_stale and predicted > 0
    )


def left_out(findings: Findings, runs: Sequence[RunChoice]) -> Mapping[str, str]:
    """Samples that were not measured, with the reason; runs are called by their letters.

    Those that only wait for their prediction are not among them, nor those that a fold is not
    asked about.
    """
    by_sample: dict[str, dict[str, str]] = {}
    for letter, found, run in zip(LETTERS, findings.assessments, runs, strict=False):
        if found.evaluation is None:
            continue
        waiting = {sample.id for sample in found.status.missing}
        for skipped in found.evaluation.skipped:
            if skipped.sample not in waiting and run.is_asked(skipped.sample):
                by_sample.setdefault(skipped.sample, {})[letter] = skipped.reason
    result = {}
    for sample, reasons in by_sample.items():
        if len(reasons) == len(findings.assessments) and len(set(reasons.values())) == 1:
            result[sample] = next(iter(reasons.values()))
        else:
            result[sample] = "; ".join(f"{letter}: {why}" for letter, why in reasons.items())
    return result


def part_of(job: Job, place: int, parts: int) -> Callable[[int, int], None]:
    """Progress of one of several equal parts of a job."""
    return lambda done, total: job.progress(place * total + done, parts * total)


def _choice(run: Run) -> RunChoice | None:
    summary = run.summary()
    has_model = not _why_no_model(run)
    has_predictions = (run.folder / PREDICTIONS_FOLDER).is_dir()
    if not summary.state.is_over or run.problem:
        return None
    is_whole = summary.state in (RunState.FINISHED, RunState.STOPPED)
    if not (has_model or has_predictions) and (not is_whole or summary.iteration == 0):
        return None
    return RunChoice(
        id=run.id,
        name=summary.name,
        folder=run.folder,
        label_set=summary.label_set,
        recipe=summary.recipe,
        state=summary.state,
        best=None if summary.best is None else summary.best.mDice,
        has_model=has_model,
        has_predictions=has_predictions,
        group=summary.group or "",
        fold=summary.fold or 0,
        folds=summary.folds or 0,
        **(_parts_of(run) if summary.group else {}),
    )


def _parts_of(run: Run) -> dict[str, Any]:
    """Which samples a fold has not learned, and the splits that they are of."""
    record = run.record
    splits = {sample.rpartition("/")[0] for sample in record.dataset.fingerprint}
    return {"dealt": frozenset(splits), "held_out": frozenset(record.held_out)}


def _why_no_model(run: Run | RunChoice) -> str:
    try:
        checkpoint_of(run.folder)
    except PetsegError as error:
        return str(error)
    return ""


def _pooled(assessments: tuple[Assessment, ...]) -> Findings:
    """The figures of all runs over the samples that every measured one has."""
    known = [found.evaluation for found in assessments]
    measured = [each for each in known if each is not None]
    own = tuple(None if each is None else each.metrics for each in known)
    if len(measured) < 2:
        return Findings(assessments, own, sum(each.samples for each in measured))
    try:
        several = compare_several(measured)
    except PetsegError as error:
        return Findings(assessments, own, 0, str(error))
    in_common = iter(several.metrics)
    metrics = tuple(None if each is None else next(in_common) for each in known)
    return Findings(assessments, metrics, len(several.samples))
