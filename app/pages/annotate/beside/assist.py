"""The AI click's assistant: asks a model in a helper process about the photo that is shown.

The helper starts when the tool is chosen for the first time, and ends with the window.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QBoxLayout

from app.actions import Action
from app.pages.annotate.beside.assist_weights import AssistWeights
from app.pages.annotate.desk import Desk
from app.settings import Settings
from core.assist.catalogue import DEFAULT_MODEL, model_of
from core.assist.client import AssistClient, is_installed
from core.assist.messages import ModelFiles
from core.assist.photo import Photo
from core.assist.problems import AssistError, Problem
from core.assist.prompt import Box, Click, Proposal
from core.errors import PetsegError
from widgets.canvas import ImagePyramid
from widgets.canvas.tools.looking.assistant import State
from widgets.latest_task import LatestTask

_log = logging.getLogger(__name__)
_TOOL, _INSTEAD = "ai_click", "smart_region"

Done = Callable[[Proposal | None], None]
Stage = Callable[[State], None]


@dataclass(eq=False)
class _Subject:
    """A photo that is asked about, and the model that is asked.

    Attributes:
        picture: The photo as the canvas has it.
        model: The model's name.
        photo: The photo as the models get it; made in the background.
        is_looked_at: Whether the helper has its embedding; set in the background.
    """

    picture: ImagePyramid
    model: str
    photo: Photo | None = None
    is_looked_at: bool = False


@dataclass(frozen=True, eq=False)
class _Answer:
    """What became of a question; sent from the background to the window."""

    subject: _Subject
    proposal: Proposal | None = None
    problem: PetsegError | None = None
    files: ModelFiles | None = None


class Assist(QObject):
    """A companion of the Annotate page, and the assistant that the AI click tool asks.

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
        self._canvas = desk.view.canvas
        self._client = client or AssistClient()
        self._installed = installed
        self._model = DEFAULT_MODEL
        self._state, self._words = State.IDLE, ""
        self._subject: _Subject | None = None
        self._done: Done | None = None
        self._listeners: list[Callable[[], None]] = []
        self._is_closed = False
        self._task = LatestTask(self)
        self._task.done.connect(self._on_answer)
        self._staged.connect(self._on_stage)
        self.weights = AssistWeights(self._client, desk.jobs, self)
        _put_above_canvas(desk, self.weights)
        self.weights.fetched.connect(self._on_fetched)
        self.weights.failed.connect(self._on_fetch_failed)
        self.weights.check_wanted.connect(self.prepare)
        self.weights.fetch_wanted.connect(self.fetch)
        self.weights.instead_wanted.connect(lambda: self._canvas.set_tool(_INSTEAD))
        self._canvas.set_assistant(self)
        self._canvas.tool_changed.connect(self._on_tool_changed)

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
        self._drop_subject()
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
        self._drop_subject()
        self._state, self._words = State.IDLE, ""
        self.weights.hide()
        if self._is_chosen:
            self.prepare()
        self._tell()

    def listen(self, callback: Callable[[], None]) -> None:
        """Call back whenever state, words or model have changed."""
        self._listeners.append(callback)

    def prepare(self) -> None:
        """Start the helper, load the model, look at the photo; or say what is missing."""
        subject = self._current_subject()
        if subject is not None and self._state not in (State.STARTING, State.LOOKING, State.READY):
            self._send(subject)
            self._set_starting()

    def propose(self, clicks: Sequence[Click], box: Box | None, done: Done) -> None:
        """Ask for the object that clicks and a box mean; see `Assistant.propose`."""
        subject = self._current_subject()
        if subject is None:
            done(None)
            return
        self._done = done
        self._send(subject, tuple(clicks), box)
        if self._state not in (State.LOOKING, State.READY):
            self._set_starting()

    def forget(self) -> None:
        """Want no proposal any more; the photo is looked at nevertheless."""
        self._done = None

    def fetch(self) -> None:
        """Fetch the weights of the chosen model, as the user wishes."""
        if not self._is_closed:
            self.weights.fetch(model_of(self._model))
            self._current_subject()

    # Asking

    @property
    def _is_chosen(self) -> bool:
        return self._canvas.tool.id == _TOOL

    def _current_subject(self) -> _Subject | None:
        """What there is to ask about now; None, with the reason told, when nothing can be asked."""
        if self._is_closed:
            return None
        model = model_of(self._model)
        if self.weights.is_fetching(self._model):
            self.weights.show_progress()
            self._set(State.FETCHING, f"{model.title} is being fetched.")
            return None
        if not self._installed():
            self._miss_program(
                "The AI click needs the program osam, which is not installed. Install it with "
                "“pip install osam”; nothing has to be started anew."
            )
            return None
        picture = self._canvas.photo
        if picture is None:
            self._drop_subject()
            self._set(State.IDLE, "There is no photo under this mask that a model could look at.")
            return None
        subject = self._subject
        if subject is None or subject.picture is not picture:
            self._subject = subject = _Subject(picture, self._model)
            self._state = State.IDLE
        return subject

    def _send(
        self, subject: _Subject, clicks: tuple[Click, ...] = (), box: Box | None = None
    ) -> None:
        client, staged = self._client, self._staged

        def work() -> _Answer:
            return _ask(client, subject, clicks, box, lambda state: staged.emit(subject, state))

        self._task.request(work)

    def _on_stage(self, subject: _Subject, state: State) -> None:
        if subject is self._subject and self._state in (State.STARTING, State.LOOKING):
            self._set(state, "Looking at the photo …" if state is State.LOOKING else "")

    def _on_answer(self, answer: _Answer) -> None:
        if answer.subject is not self._subject or self._is_closed:
            return
        done, self._done = self._done, None
        problem = answer.problem
        kind = problem.kind if isinstance(problem, AssistError) else Problem.OTHER
        if problem is None:
            self._set(State.READY)
        elif kind is Problem.NO_WEIGHTS:
            model = model_of(self._model)
            if self._is_chosen:
                self.weights.ask(model, answer.files)
            self._set(State.NO_WEIGHTS, f"{model.title} is not on this computer yet.")
        elif kind is Problem.NO_PROGRAM:
            self._miss_program(str(problem))
        else:
            self._set(State.FAILED, str(problem))
            self._canvas.say(str(problem))
        if done is not None:
            done(answer.proposal)

    def _miss_program(self, words: str) -> None:
        if self._is_chosen:
            self.weights.tell(words)
        self._set(State.NO_PROGRAM, words)

    def _drop_subject(self) -> None:
        self._subject = self._done = None
        self._task.forget()

    # What happens around it

    def _on_tool_changed(self, tool: str) -> None:
        if tool != _TOOL:
            self.weights.hide()

    def _on_fetched(self, name: str) -> None:
        if name == self._model and not self._is_closed:
            self._set(State.IDLE)
            if self._is_chosen:
                self.prepare()

    def _on_fetch_failed(self, name: str, words: str) -> None:
        if self._is_closed:
            return
        self._canvas.say(words)
        if name == self._model:
            self._set(State.NO_WEIGHTS, words)

    def _set_starting(self) -> None:
        self._set(State.STARTING, f"Starting {model_of(self._model).title} …")

    def _set(self, state: State, words: str = "") -> None:
        if (state, words) != (self._state, self._words):
            self._state, self._words = state, words
            self._tell()

    def _tell(self) -> None:
        for callback in self._listeners:
            callback()


def _ask(
    client: AssistClient,
    subject: _Subject,
    clicks: tuple[Click, ...],
    box: Box | None,
    stage: Stage,
) -> _Answer:
    """Do in the background whatever it takes to answer."""
    try:
        if not subject.is_looked_at:
            client.load(subject.model)
            stage(State.LOOKING)
            subject.photo = Photo.of(subject.picture.bgra)
            client.look(subject.model, subject.photo)
            subject.is_looked_at = True
            stage(State.READY)
        photo = subject.photo
        if photo is None or not (clicks or box):
            return _Answer(subject)
        return _Answer(subject, client.propose(subject.model, photo, clicks, box))
    except PetsegError as problem:
        subject.is_looked_at = False
        return _Answer(subject, problem=problem, files=_missing(client, subject, problem))
    except Exception:
        _log.exception("asking a model failed")
        return _Answer(subject, problem=PetsegError("The model failed; the log says more"))


def _missing(client: AssistClient, subject: _Subject, problem: PetsegError) -> ModelFiles | None:
    if not isinstance(problem, AssistError) or problem.kind is not Problem.NO_WEIGHTS:
        return None
    try:
        return client.files_of(subject.model)
    except PetsegError as error:
        _log.warning("where weights come from is not known: %s", error)
        return None


def _put_above_canvas(desk: Desk, weights: AssistWeights) -> None:
    canvas = desk.view.canvas
    room = canvas.parentWidget()
    layout = room.layout() if room is not None else None
    if not isinstance(layout, QBoxLayout):
        raise TypeError("the canvas has no box layout that a panel could be put into")
    layout.insertWidget(layout.indexOf(canvas), weights.panel)
