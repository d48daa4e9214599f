"""What a run says of the sample that is shown: chosen once, then read with every sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal

from app.actions import Action
from app.comparing.work import RunChoice, list_choices
from app.pages.annotate.desk import Desk
from core.dataset import Sample
from core.errors import PetsegError
from core.evaluation.predicting.files import (
    confidence_path,
    prediction_path,
    read_confidence,
    read_prediction,
)
from core.masks.document import MaskDocument
from core.runs.store import RunStore
from widgets.canvas.tools import Prediction
from widgets.latest_task import LatestTask

Stamp = tuple[int, int] | None
"""Modification time in ns and size in bytes of a file; None when there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """The prediction of one sample by one run, for one mask on the canvas."""

    run: RunChoice
    sample: Sample
    document: MaskDocument
    size: tuple[int, int]
    num_classes: int


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What the files hold."""

    wanted: _Wanted
    stamps: tuple[Stamp, Stamp]
    prediction: Prediction | None
    problem: str = ""


class Predictions(QObject):
    """Offers the runs there are, and gives the canvas what the chosen one says of each sample.

    Nothing is predicted here: the Compare page does that. Files are listed and read in threads.
    """

    runs_changed = Signal()
    """`runs()` is up to date."""
    prediction_changed = Signal()
    """`canvas.prediction`, `chosen` or `problem` is new."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.view)
        self._desk = desk
        self._runs: list[RunChoice] = []
        self._chosen: str | None = None
        self._problem = ""
        self._document: MaskDocument | None = None
        self._store: RunStore | None = None
        self._read: _Read | None = None
        self._listing = LatestTask(self)
        self._listing.done.connect(self._on_listed)
        self._reading = LatestTask(self)
        self._reading.done.connect(self._on_read)
        session = desk.session
        session.dataset_changed.connect(self._on_dataset)
        session.runs_changed.connect(self.list_runs)
        # A mask that is begun anew, or resized, takes the place of the one the files were read for.
        desk.view.canvas.history_changed.connect(self._follow_document)
        desk.view.installEventFilter(self)

    # What there is

    def runs(self) -> Sequence[tuple[str, str]]:
        """Id and name of every run that there is something to see of, newest first."""
        return [(run.id, run.name) for run in self._runs]

    @property
    def chosen(self) -> str | None:
        """Id of the run whose predictions are shown; None for none. It stays over samples."""
        return self._chosen

    @property
    def problem(self) -> str:
        """Why the chosen run has nothing to say of this sample, as a sentence; "" if it has."""
        return self._problem

    def choose(self, run_id: str | None) -> None:
        """Choose a run by its id, or none; one that is not there is none."""
        known = {run.id for run in self._runs}
        self._chosen = run_id if run_id in known else None
        self._show(None, "")
        self.read()

    def list_runs(self) -> None:
        """Look which runs there are."""
        workspace = self._desk.session.workspace
        if workspace is None:
            self._listing.forget()
            self._on_listed([])
            return
        if self._store is None or self._store.runs_dir != workspace.runs_dir:
            self._store = RunStore(workspace.runs_dir)
        store = self._store  # only the listing's one thread ever asks this store
        self._listing.request(lambda: list_choices(store))

    def read(self) -> None:
        """Read what the chosen run says of the mask that is shown; what was read is kept."""
        wanted = self._wanted()
        if wanted is None:
            self._reading.forget()
            self._show(None, "")
            return
        known = self._read
        self._reading.request(lambda: _read_files(wanted, known))

    # What the page tells

    def actions(self) -> list[Action]:
        """It has no commands: the layers panel chooses the run."""
        return []

    def on_shown(self) -> None:
        """Read the prediction of the new sample."""
        self._document = self._desk.view.canvas.document
        self.read()

    def on_left(self) -> None:
        """Want nothing of the old sample any more."""
        self._reading.forget()
        self._document = self._read = None
        self._show(None, "")

    def shut_down(self) -> None:
        """End the threads."""
        self._listing.shut_down()
        self._reading.shut_down()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again when the editor comes into sight: there may be new runs or predictions."""
        if event.type() == QEvent.Type.Show and self._desk.session.dataset is not None:
            self.list_runs()
            if self._chosen is not None:
                self.read()
        return super().eventFilter(watched, event)

    # Inside

    def _on_dataset(self) -> None:
        self._store = None
        self.list_runs()

    def _on_listed(self, runs: list[RunChoice]) -> None:
        self._runs = runs
        if self._chosen is not None and self._chosen not in {run.id for run in runs}:
            self._chosen = None
            self.read()
        self.runs_changed.emit()

    def _follow_document(self) -> None:
        document = self._desk.view.canvas.document
        if document is not self._document:
            self._document = document
            self.read()

    def _wanted(self) -> _Wanted | None:
        dataset, shown = self._desk.session.dataset, self._desk.shown()
        run = next((run for run in self._runs if run.id == self._chosen), None)
        document = self._desk.view.canvas.document
        if run is None or dataset is None or shown is None or document is None:
            return None
        sample = dataset.sample(shown[0].sample_id)
        height, width = document.mask.shape
        return _Wanted(run, sample, document, (height, width), len(dataset.classes))

    def _on_read(self, read: _Read) -> None:
        now = self._wanted()
        if now is not None and _is_same(read.wanted, now):
            self._read = read
            self._show(read.prediction, read.problem)

    def _show(self, prediction: Prediction | None, problem: str) -> None:
        canvas = self._desk.view.canvas
        if (canvas.prediction, self._problem) != (prediction, problem):
            self._problem = problem
            canvas.set_prediction(prediction)
        self.prediction_changed.emit()


def _is_same(one: _Wanted, other: _Wanted) -> bool:
    """Whether two are about the same run, sample and mask."""
    return (
        one.run.id == other.run.id
        and one.sample.id == other.sample.id
        and one.document is other.document
    )


def _read_files(wanted: _Wanted, known: _Read | None) -> _Read:
    """Read the files, unless what is known is what they hold still."""
    run, sample = wanted.run, wanted.sample
    files = prediction_path(run, sample), confidence_path(run, sample)
    stamps = _stamp(files[0]), _stamp(files[1])
    if known is not None and _is_same(known.wanted, wanted) and known.stamps == stamps:
        return known
    if stamps[0] is None:
        return _Read(
            wanted,
            stamps,
            None,
            f"Run {run.name} has no prediction of this sample; "
            "predict the split on the Compare page.",
        )
    try:
        classes = read_prediction(run, sample, size=wanted.size, num_classes=wanted.num_classes)
    except PetsegError as error:
        return _Read(wanted, stamps, None, str(error))
    try:
        confidence = read_confidence(run, sample) if stamps[1] is not None else None
    except PetsegError as error:
        return _Read(wanted, stamps, Prediction(run.name, classes, None), str(error))
    if confidence is not None and confidence.shape != classes.shape:
        confidence = None  # left over from a photo of another size
    return _Read(wanted, stamps, Prediction(run.name, classes, confidence))


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None  # reading it says why, should it be there
    return status.st_mtime_ns, status.st_size
