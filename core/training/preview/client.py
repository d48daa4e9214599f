"""Asking the preview worker, from the window or from a command.

No torch and no Qt here: the worker is another process. One that dies gives an error with its
reason, and the next call starts a fresh one.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from core.errors import PetsegError
from core.runs.line_process import LineProcess, ProcessGone
from core.runs.processes import python_command, python_environment
from core.training.preview.messages import (
    AugmentedSample,
    PreviewReply,
    PreviewRequest,
    ResolvedConfig,
    parse_reply,
)

WORKER = "core.training.engine.preview_worker"

# How often a caller is asked whether to cancel, while the worker is silent.
_TICK_SECONDS = 0.1


class PreviewCancelledError(PetsegError):
    """Nobody wants the answer any more."""

    def __init__(self) -> None:
        super().__init__("The preview was cancelled")


class PreviewClient:
    """Starts the worker at the first request and keeps it for the next ones, which are quicker.

    Requests from several threads are answered one after the other. Use it as a context manager,
    or call `close()`, which any thread may do.

    Args:
        module: The worker; another one than `WORKER` in tests.
    """

    def __init__(self, module: str | None = None) -> None:
        self._module = module or WORKER
        self._requests = threading.Lock()
        self._state = threading.Lock()
        self._process: LineProcess | None = None
        self._replies: queue.Queue[PreviewReply | None] = queue.Queue()
        self._last_id = 0

    def __enter__(self) -> PreviewClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def samples(
        self,
        folder: Path,
        count: int,
        *,
        seed: int = 0,
        on_sample: Callable[[AugmentedSample], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[AugmentedSample]:
        """Training samples after augmentation.

        Args:
            folder: The folder of a draft; the pictures are written into it.
            count: How many.
            seed: Start of the random numbers: another one rolls the dice anew.
            on_sample: Called with each as it is there, in the calling thread.
            cancelled: Asked now and then; True ends the work, and the worker with it.

        Raises:
            PetsegError: the config or a sample cannot be used, or the worker died.
            PreviewCancelledError: it was cancelled.
        """
        found: list[AugmentedSample] = []

        def take(reply: PreviewReply) -> bool:
            if reply.sample is not None:
                found.append(reply.sample)
                if on_sample is not None:
                    on_sample(reply.sample)
            return bool(reply.done)

        request = {"do": "samples", "folder": folder, "count": count, "seed": seed}
        self._ask(request, take, cancelled)
        return found

    def config(
        self, folder: Path, *, cancelled: Callable[[], bool] | None = None
    ) -> ResolvedConfig:
        """The resolved config of a draft, and what differs from its recipe.

        Raises:
            PetsegError: the config cannot be made, or the worker died.
            PreviewCancelledError: it was cancelled.
        """
        found: list[ResolvedConfig] = []

        def take(reply: PreviewReply) -> bool:
            if reply.config is not None:
                found.append(reply.config)
            return bool(found)

        self._ask({"do": "config", "folder": folder}, take, cancelled)
        return found[0]

    def close(self) -> None:
        """End the worker. A request that waits in another thread fails with an error."""
        with self._state:
            process, self._process = self._process, None
        if process is not None:
            process.kill()  # it has nothing to save

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker; None while there is none."""
        with self._state:
            process = self._process
        return process.pid if process is not None and process.is_alive() else None

    def _ask(
        self,
        request: dict[str, object],
        take: Callable[[PreviewReply], bool],
        cancelled: Callable[[], bool] | None,
    ) -> None:
        """Send a request and hand each reply to `take`, until that says it was the last."""
        is_cancelled = cancelled or (lambda: False)
        while not self._requests.acquire(timeout=_TICK_SECONDS):
            if is_cancelled():
                raise PreviewCancelledError
        try:
            process, replies = self._running()
            self._last_id += 1
            message = PreviewRequest.model_validate({"id": self._last_id, **request})
            process.send(message.to_line())
            while True:
                if is_cancelled():
                    self.close()
                    raise PreviewCancelledError
                try:
                    reply = replies.get(timeout=_TICK_SECONDS)
                except queue.Empty:
                    continue
                if reply is None:
                    raise ProcessGone
                if reply.id != message.id:
                    continue
                if reply.error is not None:
                    raise PetsegError(reply.error)
                if take(reply):
                    return
        except ProcessGone:
            raise self._death(process) from None
        finally:
            self._requests.release()

    def _running(self) -> tuple[LineProcess, queue.Queue[PreviewReply | None]]:
        with self._state:
            if self._process is not None and self._process.is_alive():
                return self._process, self._replies
            replies: queue.Queue[PreviewReply | None] = queue.Queue()

            def on_line(line: bytes) -> bool:
                try:
                    replies.put(parse_reply(line))
                except ValidationError:
                    return False
                return True

            waiting = os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
            try:
                self._process = LineProcess(
                    python_command(self._module),
                    # Pictures need no GPU, and one that trains has no memory to spare.
                    python_environment(OMP_WAIT_POLICY=waiting, CUDA_VISIBLE_DEVICES=""),
                    on_line=on_line,
                    on_end=lambda: replies.put(None),
                )
            except OSError as error:
                raise PetsegError(
                    f"The preview cannot be started ({error.strerror or error})",
                    remedy="Close other programs to free memory, then try again.",
                ) from error
            self._replies = replies
            return self._process, replies

    def _death(self, process: LineProcess) -> PetsegError:
        with self._state:
            was_closed = self._process is not process
            self._process = None
        if was_closed:
            return PreviewCancelledError()
        how, log = process.how_it_ended()
        process.kill()
        error = PetsegError(
            f"The process that makes the preview {how}",
            remedy="Try again; if it happens again, free memory or look at the recipe.",
        )
        if log:
            error.add_note("Its last lines:\n" + "\n".join(log))
        return error
