"""The prediction worker's process as its parent sees it: one request at a time."""

from __future__ import annotations

import contextlib
import os
import queue

from pydantic import ValidationError

from core.errors import PetsegError
from core.evaluation.predicting.messages import CancelRequest, PredictRequest, Reply, parse_reply
from core.runs.line_process import LineProcess, ProcessGone
from core.runs.processes import python_command, python_environment


class WorkerGone(Exception):  # noqa: N818 - always turned into a PetsegError
    """The worker's process ended in the middle of a request."""

    def __init__(self, how: str, log: list[str]) -> None:
        super().__init__(how)
        self.how = how
        self.log = log

    def as_error(self) -> PetsegError:
        """The same for a user; the log is attached as a note."""
        error = PetsegError(
            f"The prediction worker {self.how}",
            remedy=(
                "Predict once more: it goes on where it stopped. "
                "If this happens again, free memory or choose another device."
            ),
        )
        if self.log:
            error.add_note("The worker's last lines:\n" + "\n".join(self.log))
        return error


class WorkerProcess:
    """A running worker.

    Raises:
        PetsegError: the process cannot be started.
    """

    def __init__(self) -> None:
        self._replies: queue.Queue[Reply | None] = queue.Queue()
        # The worker shares the machine with a training or a scan. Threads that spin while they
        # wait for each other then cost several times the work itself; passive ones sleep.
        waiting = os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
        try:
            self._process = LineProcess(
                python_command("core.evaluation.predicting.worker"),
                python_environment(OMP_WAIT_POLICY=waiting),
                on_line=self._take,
                on_end=lambda: self._replies.put(None),
            )
        except OSError as error:
            raise PetsegError(
                f"The prediction worker cannot be started ({error.strerror or error})",
                remedy="Close other programs to free memory, then predict once more.",
            ) from error

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

    def send(self, request: PredictRequest | CancelRequest) -> None:
        """Write a request.

        Raises:
            WorkerGone: the process has ended.
        """
        try:
            self._process.send(request.to_line())
        except ProcessGone:
            raise self._gone() from None

    def cancel(self) -> None:
        """Ask the worker to end the request at work; one that is gone needs no asking."""
        with contextlib.suppress(WorkerGone):
            self.send(CancelRequest())

    def receive(self, timeout: float) -> Reply | None:
        """The next reply; None when there is none within `timeout` seconds.

        Raises:
            WorkerGone: the process has ended and there is no further reply.
        """
        try:
            reply = self._replies.get(timeout=timeout)
        except queue.Empty:
            return None
        if reply is None:
            raise self._gone()
        return reply

    def close(self) -> None:
        """End the process: kindly by closing its stdin, after some seconds by force."""
        self._process.close()

    def kill(self) -> None:
        """End the process group by force."""
        self._process.kill()

    def _gone(self) -> WorkerGone:
        return WorkerGone(*self._process.how_it_ended())

    def _take(self, line: bytes) -> bool:
        try:
            self._replies.put(parse_reply(line))
        except ValidationError:
            return False
        return True
