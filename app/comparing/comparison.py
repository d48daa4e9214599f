"""What the Compare page is about: one to six runs on a split, their predictions and figures.

All questions to the files are asked off the UI thread; what is known is told by signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.comparing.work import (
    LETTERS,
    Assessment,
    Findings,
    Listing,
    RunChoice,
    find,
    list_runs,
    predict_all,
)
from app.jobs import JobHandle, Jobs
from app.session import Session
from core.errors import PetsegError
from core.evaluation.evaluate import EvaluationCancelled
from core.evaluation.predicting.augmentation import PLAIN, Augmentation
from core.evaluation.predicting.client import PredictionClient, PredictionResult
from core.runs.store import RunStore
from widgets.latest_task import LatestTask


@dataclass(frozen=True, slots=True)
class Choice:
    """Which runs on which split."""

    runs: list[RunChoice] = field(default_factory=list)
    split: str = ""


class Comparison(QObject):
    """Lists runs, measures the chosen ones, and predicts what is missing."""

    runs_listed = Signal()
    """`runs` is up to date."""
    measuring = Signal()
    """The figures are being made."""
    found = Signal()
    """`findings` is up to date."""
    prediction_changed = Signal()
    """A prediction has begun, moved on or ended."""
    predicted = Signal(object)
    """A prediction has ended; the set of ids of its runs, which may predict otherwise now."""
    failed = Signal(str)
    """A prediction or a measurement failed; the sentence says why."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.runs: list[RunChoice] = []
        self.unreadable: dict[str, str] = {}
        self.augment: Augmentation | None = None
        self.choice = Choice()
        self.findings = Findings()
        self.client = PredictionClient()
        self._store: RunStore | None = None
        self._listing = LatestTask(self)
        self._listing.done.connect(self._on_listed)
        self._measure_job: JobHandle | None = None
        self._measured: tuple[Any, ...] = ()
        self._predict_job: JobHandle | None = None
        self._predict_title = ""
        self._is_shut_down = False

    # Choosing

    def list_runs(self) -> None:
        """Look which runs there are."""
        workspace = self._session.workspace
        if workspace is None:
            self._listing.forget()
            self._on_listed(Listing([], {}))
            return
        if self._store is None or self._store.runs_dir != workspace.runs_dir:
            self._store = RunStore(workspace.runs_dir)
        # Only the listing's one thread ever asks this store.
        store = self._store
        self._listing.request(lambda: list_runs(store))

    def choose(self, run_ids: Sequence[str], split: str) -> None:
        """Choose one to six runs, and a split; ids of runs that are gone are passed over."""
        by_id = {run.id: run for run in self.runs}
        runs = [by_id[run_id] for run_id in run_ids if run_id in by_id][: len(LETTERS)]
        ids = [run.id for run in runs]
        before = [run.id for run in self.choice.runs], self.choice.split
        self.choice = Choice(runs, split)
        if (ids, split) != before:
            self.findings = Findings()
            self.measure()

    def reset(self) -> None:
        """Forget everything, because another dataset is open."""
        self._stop_measuring()
        self.cancel_prediction()
        self._predict_job = None
        self.runs, self.choice, self.findings = [], Choice(), Findings()
        self.unreadable, self.augment = {}, None

    def set_augment(self, augment: Augmentation) -> None:
        """Want predictions from those views; what was predicted from others is done anew."""
        self.augment = augment
        self.measure()

    @property
    def shown_augment(self) -> Augmentation:
        """The views that are wanted, or that the first run was predicted from."""
        if self.augment is not None:
            return self.augment
        known = (found.status.augment for found in self.findings.assessments)
        return next((each for each in known if each is not None), PLAIN)

    # Measuring

    @property
    def is_measuring(self) -> bool:
        """Whether the figures are being made."""
        return self._measure_job is not None

    def measure(self, *, again: bool = True) -> None:
        """Make the figures of the chosen runs; what has not changed costs nothing.

        Args:
            again: Whether to begin anew where just that is under way: files may have changed since.
        """
        dataset, choice = self._session.dataset, self.choice
        question = (
            [run.id for run in choice.runs], choice.split, self._session.label_set,
            frozenset(self._session.excluded), self.augment,
        )  # fmt: skip
        if not again and self._measure_job is not None and question == self._measured:
            return
        self._stop_measuring()
        if dataset is None or not choice.runs:
            self.findings = Findings()
            self.found.emit()
            return
        label_set, excluded = self._session.label_set, frozenset(self._session.excluded)
        runs, split, augment = tuple(choice.runs), choice.split, self.augment

        def work(job: JobHandle) -> Findings:
            return find(dataset, runs, split, label_set, excluded, job, augment)

        def done(findings: Findings) -> None:
            if self._measure_job is job:
                self._measure_job = None
                self.findings = findings
                self.found.emit()

        def error(failure: PetsegError) -> None:
            if self._measure_job is job:
                self._measure_job = None
                self.found.emit()
                if not isinstance(failure, EvaluationCancelled):
                    self.failed.emit(str(failure))

        names = " and ".join(run.name for run in runs)
        job = self._jobs.start(f"Measuring {names} on {split or 'all'}", work, done, error)
        self._measure_job, self._measured = job, question
        self.measuring.emit()

    # Predicting

    @property
    def prediction(self) -> JobHandle | None:
        """The prediction that is under way."""
        return self._predict_job

    @property
    def prediction_title(self) -> str:
        """What is being predicted, in words."""
        return self._predict_title

    @property
    def fold_group(self) -> str:
        """The group that all chosen runs are folds of; "" where they are not of one."""
        groups = {run.group for run in self.choice.runs}
        return groups.pop() if len(groups) == 1 else ""

    def incomplete(self) -> list[tuple[RunChoice, Assessment]]:
        """The chosen runs that have something to predict, and a model to do it with."""
        pairs = zip(self.choice.runs, self.findings.assessments, strict=False)
        return [(run, found) for run, found in pairs if found.to_predict and not found.no_model]

    def predict(self) -> None:
        """Predict what is missing of the chosen runs, in the background."""
        dataset, split = self._session.dataset, self.choice.split
        runs = [run for run, _ in self.incomplete()]
        if dataset is None or not runs or self._predict_job is not None:
            return
        augment, ids = self.augment, {run.id for run in runs}
        label_set = self._session.label_set

        def work(job: JobHandle) -> list[PredictionResult]:
            return predict_all(self.client, dataset, runs, split, job, augment, label_set)

        def done(results: list[PredictionResult]) -> None:
            if self._predict_job is not job or self._is_shut_down:
                return
            self._tell(results)
            self._end_prediction(ids)

        def error(failure: PetsegError) -> None:
            if self._predict_job is not job or self._is_shut_down:
                return
            self.failed.emit(str(failure))
            self._end_prediction(ids)

        names = " and ".join(run.name for run in runs)
        self._predict_title = f"Predicting {split or 'all images'} with {names}"
        job = self._jobs.start(self._predict_title, work, done, error)
        self._predict_job = job
        job.changed.connect(self.prediction_changed)
        self.prediction_changed.emit()

    def cancel_prediction(self) -> None:
        """End the prediction after the images at hand; what is predicted stays."""
        if self._predict_job is not None:
            self._predict_job.cancel()

    def shut_down(self) -> None:
        """End the worker process and the thread that lists runs."""
        self._is_shut_down = True
        self._stop_measuring()
        self.cancel_prediction()
        self._listing.shut_down()
        self.client.close()

    def _on_listed(self, listing: Listing) -> None:
        self.runs, self.unreadable = listing.choices, listing.unreadable
        self.runs_listed.emit()

    def _stop_measuring(self) -> None:
        if self._measure_job is not None:
            self._measure_job.cancel()
            self._measure_job = None

    def _end_prediction(self, run_ids: set[str]) -> None:
        self._predict_job = None
        self.measure()
        self.predicted.emit(run_ids)
        self.prediction_changed.emit()

    def _tell(self, results: Sequence[PredictionResult]) -> None:
        failed = [sample for result in results for sample in result.failed]
        if failed:
            first = failed[0]
            count = "1 image" if len(failed) == 1 else f"{len(failed)} images"
            self.failed.emit(f"{count} could not be predicted. {first.sample}: {first.reason}")
        predicted = sum(result.predicted for result in results)
        images = "1 image" if predicted == 1 else f"{predicted:,} images"
        if any(result.cancelled for result in results):
            self._session.message.emit(f"The prediction was cancelled; {images} are kept.")
        else:
            self._session.message.emit(f"Predicted {images}.")
