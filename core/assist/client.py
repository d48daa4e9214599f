"""Asking models for objects, from the window. No Qt here, and neither osam nor onnxruntime.

The helper is another process. One that dies gives an error with its reason, and the next question
starts a fresh one.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import queue
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from core.assist.messages import (
    CancelRequest,
    FetchRequest,
    LoadRequest,
    LookRequest,
    ModelFiles,
    ModelsRequest,
    ProposeRequest,
    Reply,
    Request,
)
from core.assist.photo import Photo
from core.assist.problems import AssistError, Problem, ToldError
from core.assist.process import HelperProcess, Replies
from core.assist.prompt import Box, Click, Proposal
from core.errors import PetsegError
from core.runs.line_process import ProcessGone

# A callback is asked this often whether to cancel, while the helper is silent.
_TICK_SECONDS = 0.1


def is_installed() -> bool:
    """Whether osam is installed; it is not imported for that."""
    return all(importlib.util.find_spec(name) is not None for name in ("osam", "onnxruntime"))


class AssistClient:
    """Starts the helper at the first question and keeps it, with its model, for the next ones.

    Its methods wait for the answer, so call them in threads, in as many as you like. Use it as a
    context manager, or call `close()`, which any thread may do, also while others wait.

    Args:
        command: What to start as the helper; by default our own worker.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._command = command
        self._state = threading.Lock()
        self._process: HelperProcess | None = None
        self._is_closed = False
        self._ids = itertools.count(1)

    def __enter__(self) -> AssistClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def helper_pid(self) -> int | None:
        """Process id of the helper; None while there is none."""
        with self._state:
            process = self._process
        return process.pid if process is not None and process.is_alive() else None

    def models(self) -> tuple[ModelFiles, ...]:
        """Which models there are, and which are on this computer.

        Raises:
            PetsegError: osam cannot be loaded, or the helper died; so do all other methods.
        """
        return self._ask(ModelsRequest(id=next(self._ids))).models or ()

    def files_of(self, model: str) -> ModelFiles | None:
        """Where the weights of a model come from and belong; None for a model that is none."""
        return next((files for files in self.models() if files.name == model), None)

    def fetch(
        self,
        model: str,
        on_progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> bool:
        """Fetch the weights of a model, and wait for it. Calls back on the calling thread.

        Args:
            model: What osam calls it.
            on_progress: Called with bytes so far and in all.
            cancelled: Asked now and then; True ends the fetch, and nothing of it stays.

        Returns:
            False when it was cancelled.

        Raises:
            PetsegError: the host cannot be reached, sends something else, or the disk is full.
        """
        request = FetchRequest(id=next(self._ids), model=model)
        try:
            self._ask(request, on_progress, cancelled)
        except AssistError as problem:
            if problem.kind is Problem.CANCELLED:
                return False
            raise
        return True

    def load(self, model: str) -> None:
        """Make a model ready, which takes seconds the first time.

        Raises:
            AssistError: its weights are not on this computer (`Problem.NO_WEIGHTS`), or of no
                use.
        """
        self._ask(LoadRequest(id=next(self._ids), model=model))

    def look(self, model: str, photo: Photo) -> None:
        """Have the embedding of a photo computed, unless the helper keeps it already.

        Raises:
            AssistError: see `load`.
        """
        with tempfile.TemporaryDirectory(prefix="petseg-photo-") as folder:
            path = Path(folder) / "photo.npy"
            try:
                np.save(path, photo.rgb, allow_pickle=False)
            except OSError as error:
                raise PetsegError(
                    f"The photo cannot be handed to the model ({error.strerror or error})",
                    path=path,
                    remedy="Make room on the disk that holds temporary files.",
                ) from error
            self._ask(LookRequest(id=next(self._ids), model=model, key=photo.key, image=path))

    def propose(
        self, model: str, photo: Photo, clicks: Sequence[Click], box: Box | None = None
    ) -> Proposal:
        """What a model takes for the object that clicks and a box mean.

        The photo is looked at first when that was not done, or long ago.

        Raises:
            AssistError: see `load`; or the model takes no such clicks.
        """
        points, labels = photo.points(clicks, box)

        def ask() -> Reply:
            return self._ask(
                ProposeRequest(
                    id=next(self._ids), model=model, key=photo.key, points=points, labels=labels
                )
            )

        try:
            reply = ask()
        except AssistError as problem:
            if problem.kind is not Problem.NOT_LOOKED_AT:
                raise
            self.look(model, photo)
            reply = ask()
        found = reply.proposal
        if found is None:
            raise AssistError("The helper has not answered what it was asked")
        return Proposal(photo.region(found.mask(), found.x, found.y), found.score)

    def close(self) -> None:
        """End the helper. Questions that wait in other threads fail with an error."""
        with self._state:
            self._is_closed = True
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def _ask(
        self,
        request: Request,
        on_progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Reply:
        process = self._running()
        try:
            with process.replies_to(request.id) as replies:
                process.send(request)
                is_dropped = False
                while True:
                    reply = _next(replies, None if cancelled is None else _TICK_SECONDS)
                    if cancelled is not None and not is_dropped and cancelled():
                        is_dropped = True
                        process.send(CancelRequest(id=request.id))
                    if reply is None:
                        continue
                    if reply.error is not None:
                        raise ToldError(reply.error, reply.kind or Problem.OTHER)
                    if reply.progress is None:
                        return reply
                    if on_progress is not None:
                        on_progress(*reply.progress)
        except ProcessGone:
            raise self._death(process) from None
        except AssistError:
            raise
        except BaseException:
            # A callback failed, or Ctrl+C: nobody waits for this request any more.
            with contextlib.suppress(ProcessGone):
                process.send(CancelRequest(id=request.id))
            raise

    def _running(self) -> HelperProcess:
        with self._state:
            if self._is_closed:
                raise PetsegError("The helper for the AI click was closed")
            if self._process is None or not self._process.is_alive():
                if self._process is not None:
                    self._process.close()
                self._process = HelperProcess(self._command)
            return self._process

    def _death(self, process: HelperProcess) -> PetsegError:
        with self._state:
            if self._is_closed:
                return PetsegError("The question was dropped because the helper was closed")
            if self._process is process:
                self._process = None
        error = process.end_in_words()
        process.close()
        return error


def _next(replies: Replies, seconds: float | None) -> Reply | None:
    """The next reply; None when there is none within that time."""
    try:
        reply = replies.get(timeout=seconds)
    except queue.Empty:
        return None
    if reply is None:
        raise ProcessGone
    return reply
