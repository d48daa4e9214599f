"""Training in folds from the form: the dialog, what it comes to, and the start."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.session import Session
from app.training_control import TrainingControl
from core.dataset.sample_table import split_codes_of
from core.errors import PetsegError
from core.runs.store import RunStore
from core.training.checks.planned import TRAIN
from core.training.folds.outlook import FoldsOutlook, folds_outlook
from core.training.request import TrainRequest
from widgets.latest_task import LatestTask
from widgets.training.asking.folds_dialog import FoldsDialog, WantedFolds
from widgets.training.form import FormValues, TrainingForm


class Folding(QObject):
    """Opens the dialog that the form asks for, fills it, and queues the runs.

    Args:
        form: The form.
        session: Knows the dataset.
        control: Makes the runs.
        page: The page that the dialog belongs to.
    """

    def __init__(
        self, form: TrainingForm, session: Session, control: TrainingControl, page: QWidget
    ) -> None:
        super().__init__(page)
        self._form, self._session, self._control, self._page = form, session, control, page
        self._dialog: FoldsDialog | None = None
        self._task = LatestTask(self)
        self._task.done.connect(self._show)
        form.folds_requested.connect(self.ask)

    def ask(self, values: FormValues) -> None:
        """Open the dialog for a run with these values."""
        dataset = self._session.dataset
        if dataset is None:
            return
        names, codes = split_codes_of(dataset.samples)
        counted = Counter(codes.tolist())
        counts = {name: counted[names.index(name)] for name in dataset.splits}
        recipe = self._form.recipes.recipe
        title = recipe.name if recipe is not None else values.recipe
        request = TrainRequest(
            dataset=dataset,
            recipe=values.recipe,
            label_set=values.label_set,
            overrides=values.overrides,
            device=values.device,
            init=values.init,
        )
        dialog = FoldsDialog(counts, TRAIN, title, values.name or "", self._page)
        dialog.changed.connect(partial(self._reckon, request))
        dialog.wanted.connect(partial(self._start, request))
        dialog.finished.connect(lambda _result: self._forget(dialog))
        self._dialog = dialog
        self._reckon(request)
        dialog.open()

    def shut_down(self) -> None:
        """End what is under way."""
        self._task.shut_down()

    def _reckon(self, request: TrainRequest) -> None:
        """Look what the choice comes to; that reads the records of earlier runs."""
        dialog, workspace = self._dialog, self._session.workspace
        if dialog is None or workspace is None:
            return
        wanted, excluded = dialog.values, frozenset(self._session.excluded)
        runs_dir = workspace.runs_dir

        def work() -> FoldsOutlook | str:
            try:
                return folds_outlook(
                    request,
                    wanted.folds,
                    wanted.splits or (TRAIN,),
                    runs=RunStore(runs_dir).list(),
                    excluded=excluded,
                )
            except PetsegError as error:
                return str(error)

        self._task.request(work)

    def _show(self, found: FoldsOutlook | str) -> None:
        if self._dialog is None:
            return
        if isinstance(found, str):
            self._dialog.show_outlook(None, found)
        else:
            self._dialog.show_outlook(found)

    def _start(self, request: TrainRequest, wanted: WantedFolds) -> None:
        self._control.start_folds(
            replace(request, name=wanted.name), wanted.folds, wanted.splits or (TRAIN,)
        )

    def _forget(self, dialog: FoldsDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None
            self._task.forget()
