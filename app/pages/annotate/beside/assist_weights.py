"""The weights of the AI click's models: asked for, fetched as a job, and what is told of that."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from core.assist.catalogue import Model
from core.assist.client import AssistClient
from core.assist.messages import ModelFiles
from core.errors import PetsegError
from widgets.assist import WeightsPanel

# Jobs count in steps that have to fit into 32 bits; weights may have more bytes.
_STEP = 1024


class AssistWeights(QObject):
    """Shows the panel over the canvas, and fetches what the user wants fetched.

    Args:
        client: The way to the helper, which does the fetching.
        jobs: Runs the fetch, so that the status bar shows it as well.
        parent: Its owner.
    """

    fetched = Signal(str)
    """A fetch of the model of that name has ended, complete or cancelled."""
    failed = Signal(str, str)
    """A fetch of the model of that name has failed, and why."""
    check_wanted = Signal()
    """The user wants it to be seen whether things work by now."""
    instead_wanted = Signal()
    """The user would rather use the smart region."""
    fetch_wanted = Signal()

    def __init__(self, client: AssistClient, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._client, self._jobs = client, jobs
        self._job: JobHandle | None = None
        self._model: Model | None = None
        self._files: ModelFiles | None = None
        self._shows_progress = False
        self.panel = WeightsPanel()
        self.panel.fetch_clicked.connect(self.fetch_wanted)
        self.panel.cancel_clicked.connect(self.cancel)
        self.panel.retry_clicked.connect(self.check_wanted)
        self.panel.smart_region_clicked.connect(self.instead_wanted)

    def is_fetching(self, name: str) -> bool:
        """Whether the weights of that model are under way."""
        return self._job is not None and self._model is not None and self._model.name == name

    def ask(self, model: Model, files: ModelFiles | None) -> None:
        """Ask whether weights are to be fetched."""
        self._files = files
        self._shows_progress = False
        self.panel.ask(model, files)

    def tell(self, problem: str) -> None:
        """Say why no model can be asked."""
        self._shows_progress = False
        self.panel.tell_problem(problem)

    def show_progress(self) -> None:
        """Show how far the fetch is, now and from now on."""
        self._shows_progress = True
        self._show_progress()

    def hide(self) -> None:
        """Show nothing; what is under way goes on."""
        self._shows_progress = False
        self.panel.dismiss()

    def fetch(self, model: Model) -> None:
        """Fetch the weights of a model; another fetch that is under way has to end first."""
        if self._job is not None and self._model is not None:
            other = self._model.title
            self.tell(f"{other} is still being fetched. Wait for it, or choose it to cancel that.")
            return
        self._model = model

        def work(job: JobHandle) -> bool:
            return self._client.fetch(
                model.name,
                lambda done, total: job.progress(done // _STEP, total // _STEP),
                job.cancelled,
            )

        self._job = self._jobs.start(f"Fetching {model.title}", work, self._on_done, self._on_error)
        self._job.changed.connect(self._show_progress)
        self.show_progress()

    def cancel(self) -> None:
        """End the fetch that is under way."""
        if self._job is not None:
            self._job.cancel()

    def _show_progress(self) -> None:
        job, model = self._job, self._model
        if job is None or model is None or not self._shows_progress:
            return
        if job.cancelled():
            self.panel.show_cancelling(model)
        else:
            self.panel.show_progress(model, job.done * _STEP, job.total * _STEP, job.eta_seconds)

    def _on_done(self, _is_complete: bool) -> None:
        self._job = None
        if self._shows_progress:
            self.hide()
        if self._model is not None:
            self.fetched.emit(self._model.name)

    def _on_error(self, error: PetsegError) -> None:
        self._job = None
        if self._shows_progress:
            self._shows_progress = False
            self.panel.tell_failure(str(error), self._files)
        if self._model is not None:
            self.failed.emit(self._model.name, str(error))
