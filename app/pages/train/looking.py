"""The checks of the form: samples are read once in the background, then every change is judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer

from app.jobs import JobHandle, Jobs
from app.session import Session
from core.dataset.model import Dataset
from core.eda.class_weights import METHODS, recipe_overrides
from core.errors import PetsegError
from core.training.checks.all import check_run
from core.training.checks.finding import Finding
from core.training.checks.machine import Machine, this_machine
from core.training.checks.planned import TRAIN, VAL, PlannedRun
from core.training.data.preflight import Preflight, preflight
from core.training.recipes.catalogue import find_recipe
from core.training.recipes.resolving import resolve_fields, settle_length
from widgets.latest_task import LatestTask
from widgets.training.form import FormValues, TrainingForm

# Reading more takes minutes, which nobody has asked for; they are read when the run is made.
_MOST_SAMPLES = 5000
# Typing is not checked letter by letter, and a mask that is painted on not stroke by stroke.
_PAUSE, _LONG_PAUSE = 150, 500


class Looking(QObject):
    """Keeps the list of checks in the form up to date.

    Args:
        form: The form.
        session: Knows the dataset, and what changes in it.
        jobs: Reads the samples.
        parent: Its owner.
    """

    def __init__(self, form: TrainingForm, session: Session, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._form = form
        self._session = session
        self._jobs = jobs
        self._found: Preflight | None = None
        self._machine: Machine | None = None
        self._is_stale = True
        self._job: JobHandle | None = None
        self._soon = _timer(self, _PAUSE, self._judge)
        self._later = _timer(self, _LONG_PAUSE, self.look)
        self._task = LatestTask(self)
        self._task.done.connect(self._show)
        form.values_changed.connect(self._soon.start)
        form.label_set.currentTextChanged.connect(lambda _name: self._on_changed())
        form.checks.sample_chosen.connect(session.edit)
        session.dataset_changed.connect(self._on_dataset)
        session.masks_changed.connect(lambda _ids: self._on_changed())
        session.files_changed.connect(lambda _ids: self._on_changed())
        session.curation.changed.connect(lambda _ids: self._on_changed())

    @property
    def found(self) -> Preflight | None:
        """What can be used of the chosen label set; None while nobody has looked."""
        return None if self._is_stale else self._found

    def look_soon(self) -> None:
        """Look once the page is in sight and nothing has changed for a moment."""
        self._later.start()

    def look(self) -> None:
        """Read the samples, unless that was done since something changed."""
        dataset, label_set = self._session.dataset, self._form.label_set.currentText()
        if dataset is None or not label_set or not self._is_stale or not self._form.isVisible():
            return
        self._drop_job()
        self._is_stale = False
        count = len(dataset.in_splits([each for each in (TRAIN, VAL) if each in dataset.splits]))
        excluded = list(self._session.excluded)
        runs_dir = dataset.workspace_dir / "runs"
        is_large = count > _MOST_SAMPLES

        def work(job: JobHandle) -> tuple[Preflight | None, Machine]:
            machine = this_machine(runs_dir)
            if is_large:
                return None, machine
            found = preflight(
                dataset, label_set, splits=(TRAIN, VAL), excluded=excluded,
                on_progress=job.progress, cancelled=job.cancelled,
            )  # fmt: skip
            return found, machine

        def done(result: tuple[Preflight | None, Machine]) -> None:
            if self._job is job:
                self._job = None
                self._found, self._machine = result
                self._offer_class_weights(dataset)
                self._judge()

        def failed(error: PetsegError) -> None:
            if self._job is job:
                self._job = None
                self._is_stale = True
                self._form.say_of_checks(str(error))

        self._form.say_of_checks("Looking at the samples…")
        job = self._job = self._jobs.start("Looking at the samples", work, done, failed)

    def shut_down(self) -> None:
        """End what is under way."""
        self._soon.stop()
        self._later.stop()
        self._drop_job()
        self._task.shut_down()

    def _on_dataset(self) -> None:
        self._found = None
        self._form.say_of_checks("Open a dataset: its samples are looked at before a run starts.")
        self._on_changed()

    def _on_changed(self) -> None:
        self._is_stale = True
        if self._session.dataset is not None:
            self._later.start()

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _offer_class_weights(self, dataset: Dataset) -> None:
        counts = [each.pixels for each in self._found.of_split(TRAIN)] if self._found else []
        if not counts:
            self._form.class_weight_menu.set_weights({})
            return
        offered = {
            method.title: (
                method.help,
                recipe_overrides(method.weigh(np.stack(counts)))["class_weights"],
            )
            for method in METHODS.values()
        }
        self._form.class_weight_menu.set_weights(offered)

    def _judge(self) -> None:
        """Judge the form's present values; the files are not looked at again."""
        dataset, machine = self._session.dataset, self._machine
        if dataset is None or machine is None or self._is_stale:
            return
        try:
            values = self._form.values()
        except PetsegError:
            return  # the field says it already
        self._task.request(partial(_findings, values, dataset, self._found, machine))

    def _show(self, result: list[Finding] | str) -> None:
        if isinstance(result, str):
            self._form.say_of_checks(result)
        else:
            self._form.show_findings(result)


def _findings(
    values: FormValues, dataset: Dataset, found: Preflight | None, machine: Machine
) -> list[Finding] | str:
    """What the checks say, or in a sentence why they cannot."""
    try:
        recipe = find_recipe(values.recipe)
        fields, overrides = resolve_fields(recipe, values.overrides)
        if found is not None:
            samples = len(found.of_split(TRAIN))
            fields = settle_length(recipe, fields, overrides, samples)
        return check_run(
            PlannedRun(
                dataset=dataset, label_set=values.label_set, recipe=recipe, fields=fields,
                overrides=overrides, found=found, machine=machine, device=values.device,
                init=values.init,
            )
        )  # fmt: skip
    except PetsegError as error:
        return str(error)


def _timer(parent: QObject, pause: int, work: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(pause)
    timer.timeout.connect(work)
    return timer
