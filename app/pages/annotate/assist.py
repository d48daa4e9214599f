"""The AI click's assistant: asks a model in a helper process, and fetches its weights when told to.

The helper starts when the tool is chosen for the first time, and ends with the window.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from app.actions import Action
from app.jobs import JobHandle
from app.pages.annotate.companions import Desk
from app.settings import Settings
from core.assist.catalogue import DEFAULT_MODEL, model_of
from core.assist.client import AssistClient, is_installed
from core.assist.messages import ModelFiles
from core.assist.photo import Photo
from core.assist.problems import AssistError, Problem
from core.assist.prompt import Box, Click, Proposal
from core.errors import PetsegError
from widgets.assist import WeightsPanel
from widgets.canvas import ImagePyramid
from widgets.canvas.tools.assistant import State
from widgets.latest_task import LatestTask

_log = logging.getLogger(__name__)
_TOOL, _INSTEAD = "ai_click", "smart_region"
# Jobs count in steps that have to fit into 32 bits; weights may have more bytes.
_STEP = 1024

Done = Callable[[Proposal | None], None]


@dataclass(eq=False)
class _Subject:
    """A photo that is asked about, with the model that is asked.

    `photo` is made in the background, from the picture.
    """

    picture: ImagePyramid
    model: str
    photo: Photo | None = None


@dataclass
class _Answer:
    """What became of a question; sent from the background to the window."""

    subject: _Subject
    question: int
    proposal: Proposal | None = None
    problem: PetsegError | None = None
    files: ModelFiles | None = field(default=None)


class Assist(QObject):
    """A companion of the Annotate page, and what the AI click tool asks.

    Args:
        desk: What it works with.
        client: The way to the helper; by default to our own.
        installed: Tells whether osam is installed.
    """

    _staged = Signal(object, object)

    def __init__(
        self,
        desk: Desk,
        client: AssistClient | None = None,
        installed: Callable[[], bool] = is_installed,
    ) -> None:
        super().__init__(desk.view)
        self._desk = desk
        self._client = client or AssistClient()
        self._installed = installed
        self._model = DEFAULT_MODEL
        self._state, self._words = State.IDLE, ""
        self._subject: _Subject | None = None
        self._question = 0
        self._done: Done | None = None
        self._listeners: list[Callable[[], None]] = []
        self._job: JobHandle | None = None
        self._fetched = ""
        self._is_closed = False
        self._task = LatestTask(self)
        self._task.done.connect(self._on_answer)
        self._staged.connect(self._on_stage)
        self.panel = WeightsPanel()
        _put_above_canvas(self.panel, desk)
        self.panel.fetch_clicked.connect(self.fetch)
        self.panel.cancel_clicked.connect(self.cancel_fetch)
        self.panel.retry_clicked.connect(self.prepare)
        self.panel.smart_region_clicked.connect(self._use_smart_region)
        desk.view.canvas.set_assistant(self)
        desk.view.canvas.tool_changed.connect(self._on_tool_changed)

    # What the page asks of a companion

    def actions(self) -> list[Action]:
        """Its commands: none besides the tool's own."""
        return []

    def on_shown(self) -> None:
        """Look at the new photo, if the tool waits for it."""
        if self._is_chosen:
            self.prepare()

    def on_left(self) -> None:
        """Forget the photo."""
        self._subject, self._done = None, None
        self._task.forget()
        if self._state in (State.STARTING, State.LOOKING, State.READY, State.FAILED):
            self._set(State.IDLE)

    def restore(self, settings: Settings) -> None:
        """Take over which model was chosen."""
        self.set_model(settings.assist_model)

    def remember(self, settings: Settings) -> None:
        """Leave the chosen model in the settings."""
        settings.assist_model = self._model

    def shut_down(self) -> None:
        """End the helper, and the thread that waits for it."""
        self._is_closed = True
        self._done = None
        self._client.close()
        self._task.shut_down()

    # What the tool asks of an assistant

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._state

    @property
    def words(self) -> str:
        """The same in a sentence; "" when there is nothing to say."""
        return self._words

    @property
    def model(self) -> str:
        """The name of the model that is asked."""
        return self._model

    def set_model(self, name: str) -> None:
        """Ask another model from now on; a name that is none stands for the default."""
        name = model_of(name).name
        if name == self._model:
            return
        self._model = name
        self._subject = None
        if self._is_chosen:
            self.prepare()
        self._tell()

    def listen(self, callback: Callable[[], None]) -> None:
        """Call back whenever state, words or model have changed."""
        self._listeners.append(callback)

    def prepare(self) -> None:
        """Start the helper, load the model, look at the photo; or say what is missing."""
        if self._is_closed or self._renew_subject() is None:
            return
        if self._state not in (State.READY, State.STARTING, State.LOOKING):
            self._begin(State.STARTING)
            self._send((), None)

    def propose(self, clicks: Sequence[Click], box: Box | None, done: Done) -> None:
        """Ask for the object that clicks and a box mean; see `Assistant.propose`."""
        if self._is_closed or self._renew_subject() is None:
            done(None)
            return
        if self._state is not State.READY:
            self._begin(self._state if self._state is State.LOOKING else State.STARTING)
        self._done = done
        self._send(tuple(clicks), box)

    def forget(self) -> None:
        """Want no proposal any more; the photo is looked at nevertheless."""
        self._done = None

    # Weights

    def fetch(self) -> None:
        """Fetch the weights of the chosen model."""
        if self._job is not None or self._is_closed:
            return
        client, model = self._client, model_of(self._model)
        self._fetched = model.name

        def work(job: JobHandle) -> bool:
            return client.fetch(
                model.name,
                lambda done, total: job.progress(done // _STEP, total // _STEP),
                job.cancelled,
            )

        self._set(State.FETCHING, f"{model.title} is being fetched.")
        self._job = self._desk.jobs.start(
            f"Fetching {model.title}", work, self._on_fetched, self._on_fetch_failed
        )
        self._job.changed.connect(self._show_progress)
        self._show_progress()

    def cancel_fetch(self) -> None:
        """End the fetch that is under way."""
        if self._job is not None:
            self._job.cancel()

    def _show_progress(self) -> None:
        job = self._job
        if job is not None and self._is_chosen:
            model, eta = model_of(self._fetched), job.eta_seconds
            self.panel.show_progress(model, job.done * _STEP, job.total * _STEP, eta)

    def _on_fetched(self, _is_complete: bool) -> None:
        self._job = None
        self._after_fetch()
        if self._is_chosen:
            self.panel.dismiss()
            self.prepare()

    def _on_fetch_failed(self, error: PetsegError) -> None:
        self._job = None
        self._after_fetch()
        if not self._is_closed:
            self._set(State.NO_WEIGHTS, str(error))
            self._desk.session.message.emit(str(error))
            if self._is_chosen:
                self.panel.tell_failure(str(error), self._files)

    def _after_fetch(self) -> None:
        if self._state is State.FETCHING:
            self._set(State.IDLE)

    # Asking

    @property
    def _is_chosen(self) -> bool:
        return self._desk.view.canvas.tool.id == _TOOL

    def _renew_subject(self) -> _Subject | None:
        """What there is to ask about now; None, with words, when nothing can be asked."""
        if self._job is not None and self._fetched == self._model:
            self._set(State.FETCHING, f"{model_of(self._model).title} is being fetched.")
            self._show_progress()
            return None
        if not self._installed():
            self._miss_program()
            return None
        picture = self._desk.view.canvas.photo
        if picture is None:
            self._subject = None
            self._set(State.IDLE, "There is no photo under this mask that a model could look at.")
            return None
        subject = self._subject
        if subject is None or subject.picture is not picture or subject.model != self._model:
            self._subject = subject = _Subject(picture, self._model)
            if self._state in (State.READY, State.LOOKING):
                self._set(State.IDLE)
        return subject
