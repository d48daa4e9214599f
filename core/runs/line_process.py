"""A child process that is spoken to in lines: pipes, the threads that read them, and its end."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from core.runs.processes import describe_exit, signal_group

_CLOSE_SECONDS = 3.0
_LOG_LINES = 60
_KILL = 9


class ProcessGone(Exception):  # noqa: N818 - always turned into a PetsegError
    """The process has ended."""


class LineProcess:
    """A child with pipes for stdin, stdout and stderr, in a session of its own.

    Args:
        command: What to start.
        environment: The child's environment.
        on_line: Called with each line of its stdout, on a thread of ours. Returns whether the line
            was understood; others are kept with the last lines of its stderr.
        on_end: Called on that thread once there will be no further line.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        on_line: Callable[[bytes], bool],
        on_end: Callable[[], None],
    ) -> None:
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )
        self._on_line, self._on_end = on_line, on_end
        self._writing = threading.Lock()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._threads = [
            threading.Thread(target=self._read_lines, name="child's lines", daemon=True),
            threading.Thread(target=self._read_log, name="child's log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, line: bytes) -> None:
        """Write a line, with its end of line.

        Raises:
            ProcessGone: it has ended.
        """
        try:
            with self._writing:
                stream = _stream(self._process.stdin)
                stream.write(line)
                stream.flush()
        except (OSError, ValueError):
            raise ProcessGone from None

    def close(self) -> None:
        """End it: kindly by closing its stdin, after some seconds by force."""
        with self._writing, contextlib.suppress(OSError):
            _stream(self._process.stdin).close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._join()

    def kill(self) -> None:
        """End it and what it has started by force."""
        signal_group(self._process.pid, _KILL)
        self._process.wait()
        self._join()

    def how_it_ended(self) -> tuple[str, list[str]]:
        """How it has ended, as the end of a sentence, and the last lines of its log."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSE_SECONDS)
        self._threads[1].join(_CLOSE_SECONDS)
        code = self._process.poll()
        how = "does not answer any more" if code is None else describe_exit(code)
        log = list(self._log)
        last = next((line.strip() for line in reversed(log) if line.strip()), "")
        return (f"{how} ({last})" if last else how), log

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

    def _read_lines(self) -> None:
        for line in _stream(self._process.stdout):
            if not self._on_line(line):
                self._log.append(line.decode("utf-8", "replace").rstrip())
        self._on_end()

    def _read_log(self) -> None:
        for line in _stream(self._process.stderr):
            self._log.append(line.decode("utf-8", "replace").rstrip())


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # all three are pipes
    return stream
