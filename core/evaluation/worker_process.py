"""The prediction worker's process as its parent sees it: pipes, threads that read them, its end."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
from collections import deque
from typing import IO

from pydantic import ValidationError

from core.errors import PetsegError
from core.evaluation.messages import CancelRequest, PredictRequest, Reply, parse_reply
from core.runs.processes import describe_exit, python_command, python_environment, signal_group

_CLOSE_SECONDS = 3.0
_LOG_LINES = 60
_KILL = 9


class WorkerGone(Exception):  # noqa: N818 - always turned into a PetsegError
    """The worker's process ended in the middle of a request."""

    def __init__(self, how: str, log: list[str]) -> None:
        super().__init__(how)
        self.how = how
        self.log = log

    def as_error(self) -> PetsegError:
        """The same for a user; the log is attached as a note."""
        last = next((line.strip() for line in reversed(self.log) if line.strip()), "")
        error = PetsegError(
            f"The prediction worker {self.how}" + (f" ({last})" if last else ""),
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
        try:
            # The worker shares the machine with a training or a scan. Threads that spin while they
            # wait for each other then cost several times the work itself; passive ones sleep.
            self._process = subprocess.Popen(
                python_command("core.evaluation.worker"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=python_environment(
                    OMP_WAIT_POLICY=os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
                ),
                start_new_session=True,
            )
        except OSError as error:
            raise PetsegError(
                f"The prediction worker cannot be started ({error.strerror or error})",
                remedy="Close other programs to free memory, then predict once more.",
            ) from error
        self._replies: queue.Queue[Reply | None] = queue.Queue()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._writing = threading.Lock()
        self._threads = [
            threading.Thread(target=self._read_replies, name="replies", daemon=True),
            threading.Thread(target=self._read_log, name="worker log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def send(self, request: PredictRequest | CancelRequest) -> None:
        """Write a request.

        Raises:
            WorkerGone: the process has ended.
        """
        try:
            with self._writing:
                stream = _stream(self._process.stdin)
                stream.write(request.to_line())
                stream.flush()
        except (OSError, ValueError):
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
        with self._writing, contextlib.suppress(OSError):
            _stream(self._process.stdin).close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._join()

    def kill(self) -> None:
        """End the process group by force."""
        signal_group(self._process.pid, _KILL)
        self._process.wait()
        self._join()

    def _join(self) -> None:
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_CLOSE_SECONDS)
        # Closing what a thread still reads would wait for it: another process may hold the pipe.
        if not any(thread.is_alive() for thread in self._threads):
            _stream(self._process.stdout).close()
            _stream(self._process.stderr).close()
        with contextlib.suppress(OSError):
            _stream(self._process.stdin).close()

    def _gone(self) -> WorkerGone:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSE_SECONDS)
        self._threads[1].join(_CLOSE_SECONDS)
        code = self._process.poll()
        how = "does not answer any more" if code is None else describe_exit(code)
        return WorkerGone(how, list(self._log))

    def _read_replies(self) -> None:
        for line in _stream(self._process.stdout):
            try:
                self._replies.put(parse_reply(line))
            except ValidationError:
                self._log.append(line.decode("utf-8", "replace").rstrip())
        self._replies.put(None)

    def _read_log(self) -> None:
        for line in _stream(self._process.stderr):
            self._log.append(line.decode("utf-8", "replace").rstrip())


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # all three are pipes
    return stream
