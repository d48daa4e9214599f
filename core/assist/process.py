"""The helper's process as its parent sees it: pipes, threads that read them, its end."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO

from pydantic import ValidationError

from core.assist.messages import Reply, Request, parse_reply
from core.errors import PetsegError
from core.runs.processes import describe_exit, python_command, python_environment, signal_group

_CLOSE_SECONDS = 3.0
_LOG_LINES = 60
_KILL = 9

Replies = queue.Queue[Reply | None]


class HelperGone(Exception):  # noqa: N818 - always turned into a PetsegError
    """The helper's process has ended."""


class HelperProcess:
    """A running helper, which several threads may ask at the same time.

    Args:
        command: What to start; by default our own worker.

    Raises:
        PetsegError: the process cannot be started.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        try:
            self._process = subprocess.Popen(
                list(command or python_command("core.assist.worker")),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=python_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise PetsegError(
                f"The helper for the AI click cannot be started ({error.strerror or error})",
                remedy="Close other programs to free memory, then try again.",
            ) from error
        self._state = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: dict[int, Replies] = {}
        self._has_ended = False
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._threads = [
            threading.Thread(target=self._read_replies, name="helper replies", daemon=True),
            threading.Thread(target=self._read_log, name="helper log", daemon=True),
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

    @contextlib.contextmanager
    def replies_to(self, request_id: int) -> Iterator[Replies]:
        """Where the replies to a request come; None comes when the process has ended."""
        replies: Replies = queue.Queue()
        with self._state:
            self._waiting[request_id] = replies
            if self._has_ended:
                replies.put(None)
        try:
            yield replies
        finally:
            with self._state:
                del self._waiting[request_id]

    def send(self, request: Request) -> None:
        """Write a request.

        Raises:
            HelperGone: the process has ended.
        """
        try:
            with self._writing:
                stream = _stream(self._process.stdin)
                stream.write(request.to_line())
                stream.flush()
        except (OSError, ValueError):
            raise HelperGone from None

    def close(self) -> None:
        """End the process: kindly by closing its stdin, after some seconds by force."""
        with self._writing, contextlib.suppress(OSError):
            _stream(self._process.stdin).close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            signal_group(self._process.pid, _KILL)
            self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_CLOSE_SECONDS)
        # Closing what a thread still reads would wait for it: another process may hold the pipe.
        if not any(thread.is_alive() for thread in self._threads):
            _stream(self._process.stdout).close()
            _stream(self._process.stderr).close()

    def end_in_words(self) -> PetsegError:
        """Why the process has ended, for a user; its last lines are attached as a note."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSE_SECONDS)
        self._threads[1].join(_CLOSE_SECONDS)
        code = self._process.poll()
        how = "does not answer any more" if code is None else describe_exit(code)
        last = next((line.strip() for line in reversed(self._log) if line.strip()), "")
        error = PetsegError(
            f"The helper for the AI click {how}" + (f" ({last})" if last else ""),
            remedy="Click once more to start it again; if it ends again, choose a smaller model.",
        )
        if self._log:
            error.add_note("The helper's last lines:\n" + "\n".join(self._log))
        return error

    def _read_replies(self) -> None:
        for line in _stream(self._process.stdout):
            try:
                reply = parse_reply(line)
            except ValidationError:
                self._log.append(line.decode("utf-8", "replace").rstrip())
                continue
            with self._state:
                replies = self._waiting.get(reply.id)
            if replies is not None:
                replies.put(reply)
        with self._state:
            self._has_ended = True
            for replies in self._waiting.values():
                replies.put(None)

    def _read_log(self) -> None:
        for line in _stream(self._process.stderr):
            self._log.append(line.decode("utf-8", "replace").rstrip())


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # all three are pipes
    return stream
