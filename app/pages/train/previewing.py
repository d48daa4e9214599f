"""Augmented samples and the whole config, made by a process of their own and shown in dialogs."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from app.jobs import JobHandle, Jobs
from app.pages.train.looking import Looking
from app.session import Session
from core.dataset.model import Dataset
from core.errors import PetsegError
from core.training.checks.planned import TRAIN, VAL
from core.training.data.preflight import preflight
from core.training.preview.client import PreviewCancelledError, PreviewClient
from core.training.preview.drafts import Draft
from core.training.preview.messages import AugmentedSample, ResolvedConfig
from core.training.request import TrainRequest
from widgets import theme
from widgets.training.asking.augmented_dialog import COUNT, AugmentedDialog
from widgets.training.asking.augmented_tile import AugmentedPicture, read_picture
from widgets.training.asking.config_dialog import ConfigDialog
from widgets.training.form import FormValues, TrainingForm


class Previewing(QObject):
    """Opens the dialogs that the form asks for, and fills them.

    Args:
        form: The form.
        session: Knows the dataset.
        jobs: Waits for the process.
        page: The page that the dialogs belong to.
        looking: Knows which samples can be used.
    """

    _picture_made = Signal(object, object)

    def __init__(
        self,
        form: TrainingForm,
        session: Session,
        jobs: Jobs,
        page: QWidget,
        looking: Looking,
        client: PreviewClient | None = None,
    ) -> None:
        super().__init__(page)
        self._session = session
        self._jobs = jobs
        self._page = page
        self._looking = looking
        self._client = client or PreviewClient()
        self._job: JobHandle | None = None
        self._seed = 0
        form.preview_requested.connect(self.show_samples)
        form.config_requested.connect(self.show_config)
        self._picture_made.connect(self._add)

    def show_samples(self, values: FormValues) -> None:
        """Open the dialog with augmented samples."""
        dataset = self._session.dataset
        if dataset is None:
            return
        dialog = AugmentedDialog(dataset.classes, self._page)
        dialog.roll_requested.connect(partial(self._roll, dialog, values, dataset))
        dialog.finished.connect(partial(self._close, dialog))
        dialog.open()
        self._roll(dialog, values, dataset)

    def show_config(self, values: FormValues) -> None:
        """Open the dialog with the config and its difference from the recipe."""
        dataset = self._session.dataset
        if dataset is None:
            return
        dialog = ConfigDialog(values.recipe, self._page)
        dialog.finished.connect(partial(self._close, dialog))
        dialog.open()
        request, found = _request(values, dataset), self._looking.found
        excluded = list(self._session.excluded)

        def work(job: JobHandle) -> ResolvedConfig:
            usable = found or preflight(
                dataset, values.label_set, splits=(TRAIN, VAL), excluded=excluded,
                on_progress=job.progress, cancelled=job.cancelled,
            )  # fmt: skip
            with Draft(request, usable) as draft:
                return self._client.config(draft.folder, cancelled=job.cancelled)

        self._start("Building the config", work, dialog, dialog.show_config)

    def shut_down(self) -> None:
        """End the process and what waits for it."""
        if self._job is not None:
            self._job.cancel()
        self._client.close()

    def _roll(self, dialog: AugmentedDialog, values: FormValues, dataset: Dataset) -> None:
        dialog.begin(first=self._client.worker_pid is None)
        request, found = _request(values, dataset), self._looking.found
        seed, self._seed = self._seed, random.randrange(2**31)
        table = theme.class_table(dataset.classes, ignore_index=dataset.ignore_index)

        def show(sample: AugmentedSample) -> None:
            picture = read_picture(sample.name, sample.photo, sample.mask, table, sample.share)
            self._picture_made.emit(dialog, picture)

        def work(job: JobHandle) -> None:
            with Draft(request, found, seed=seed) as draft:
                self._client.samples(
                    draft.folder, COUNT, seed=seed, on_sample=show, cancelled=job.cancelled
                )

        self._start("Augmenting samples", work, dialog, lambda _none: dialog.end())

    def _start(self, title: str, work: Any, dialog: QDialog, done: Any) -> None:
        if self._job is not None:
            self._job.cancel()

        def finished(result: object) -> None:
            if self._job is job:
                self._job = None
                done(result)

        def failed(error: PetsegError) -> None:
            if self._job is job:
                self._job = None
                if not isinstance(error, PreviewCancelledError):
                    dialog.show_problem(str(error))  # type: ignore[attr-defined]

        job = self._job = self._jobs.start(title, work, finished, failed)

    def _add(self, dialog: AugmentedDialog, picture: AugmentedPicture) -> None:
        if self._job is not None and dialog.isVisible():
            dialog.add(picture)

    def _close(self, dialog: QDialog, _result: int) -> None:
        """The process goes with its dialog: it holds half a gigabyte."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._client.close()
        dialog.deleteLater()


def _request(values: FormValues, dataset: Dataset) -> TrainRequest:
    return TrainRequest(
        dataset=dataset,
        recipe=values.recipe,
        label_set=values.label_set,
        overrides=values.overrides,
        device="cpu",
    )
