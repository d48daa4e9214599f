"""Processes that measure samples: how they are started, and how they are talked to.

They are told what to do in pickles: both ends of the pipe are this program, and nothing that comes
from a file is ever unpickled.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Protocol

from core.dataset.model import Dataset
from core.qa.scanning.examining import Examined, Wanted, examine
from core.qa.scanning.plan import Plan
from core.runs.processes import python_command, python_environment


class Peer(Protocol):
    """A process that answers lists of `Wanted` with lists of `Examined`, in order."""

    def ask(self, wanted: Sequence[Wanted]) -> None:
        """Hand over some samples.

        Raises:
            OSError: the process is no more.
        """

    def answer(self) -> list[Examined]:
        """Wait for the answer to the oldest question.

        Raises:
            OSError, EOFError, pickle.UnpicklingError: the process is no more.
        """

    def end(self) -> None:
        """Let the process end, whatever it is doing."""


def may_fork() -> bool:
    """Whether this process may be copied: only where no other thread can hold a lock meanwhile.

    A copy is there at once; a process that begins anew takes as long to load its modules as it
    takes to measure a hundred samples.
    """
    return sys.platform == "linux" and threading.active_count() == 1


class ForkedPeer:
    """A copy of this process. See `may_fork`."""

    def __init__(self, dataset: Dataset, label_set: str, plan: Plan) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, dataset, label_set, plan), daemon=True
        )
        with warnings.catch_warnings():
            # Idle threads of numerical libraries are no danger; they take care of it themselves.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def ask(self, wanted: Sequence[Wanted]) -> None:
        """See `Peer`."""
        self._pipe.send(wanted)

    def answer(self) -> list[Examined]:
        """See `Peer`."""
        found: list[Examined] = self._pipe.recv()
        return found

    def end(self) -> None:
        """See `Peer`."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection, dataset: Dataset, label_set: str, plan: Plan) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a scan ends
    gc.disable()  # measuring makes no cycles
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send([examine(dataset, label_set, plan, each) for each in pipe.recv()])


class StartedPeer:
    """A process that begins anew: `core.qa.scanning.worker`."""

    def __init__(self, dataset: Dataset, label_set: str, plan: Plan) -> None:
        self._process = subprocess.Popen(
            python_command("core.qa.scanning.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=python_environment(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._questions, self._answers = self._process.stdin, self._process.stdout
        self._send((dataset, label_set, plan))

    def ask(self, wanted: Sequence[Wanted]) -> None:
        """See `Peer`."""
        self._send(list(wanted))

    def answer(self) -> list[Examined]:
        """See `Peer`."""
        found: list[Examined] = pickle.load(self._answers)  # noqa: S301 - our own process
        return found

    def end(self) -> None:
        """See `Peer`."""
        self._process.kill()
        with contextlib.suppress(OSError):
            self._questions.close()
        self._answers.close()
        self._process.wait()

    def _send(self, what: object) -> None:
        pickle.dump(what, self._questions, pickle.HIGHEST_PROTOCOL)
        self._questions.flush()


def processors() -> int:
    """How many processes can compute side by side."""
    return os.cpu_count() or 1
