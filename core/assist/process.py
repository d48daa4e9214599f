"""The helper's process as its parent sees it, which several threads may ask at the same time."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from core.assist.messages import Reply, Request, parse_reply
from core.errors import PetsegError
from core.runs.line_process import LineProcess
from core.runs.processes import python_command, python_environment

Replies = queue.Queue[Reply | None]


class HelperProcess:
    """A running helper: every request gets its own replies.

    Args:
        command: What to start; by default our own worker.

    Raises:
        PetsegError: the process cannot be started.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        self._state = threading.Lock()
        self._waiting: dict[int, Replies] = {}
        self._has_ended = False
        try:
            self._process = LineProcess(
                command or python_command("core.assist.worker"),
                python_environment(),
                on_line=self._take,
                on_end=self._end,
            )
        except OSError as error:
            raise PetsegError(
                f"The helper for the AI click cannot be started ({error.strerror or error})",
                remedy="Close other programs to free memory, then try again.",
            ) from error

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

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
            ProcessGone: the process has ended.
        """
        self._process.send(request.to_line())

    def close(self) -> None:
        """End the process: kindly by closing its stdin, after some seconds by force."""
        self._process.close()

    def end_in_words(self) -> PetsegError:
        """Why the process has ended, for a user; its last lines are attached as a note."""
        how, log = self._process.how_it_ended()
        error = PetsegError(
            f"The helper for the AI click {how}",
            remedy="Click once more to start it again; if it ends again, choose a smaller model.",
        )
        if log:
            error.add_note("The helper's last lines:\n" + "\n".join(log))
        return error

    def _take(self, line: bytes) -> bool:
        try:
            reply = parse_reply(line)
        except ValidationError:
            return False
        with self._state:
            replies = self._waiting.get(reply.id)
        if replies is not None:
            replies.put(reply)
        return True

    def _end(self) -> None:
        with self._state:
            self._has_ended = True
            for replies in self._waiting.values():
                replies.put(None)
