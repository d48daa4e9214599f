"""The queue: runs wait until their device is free, one at a time per device."""

from __future__ import annotations

import shutil

from core.errors import PetsegError
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor


class RunQueue:
    """Starts queued runs in the order they were made.

    It keeps no state of its own: what is queued and what runs is read from the runs' folders, so
    the queue survives the program.
    """

    def __init__(self, store: RunStore, supervisor: Supervisor) -> None:
        self._store = store
        self._supervisor = supervisor

    def waiting(self) -> list[Run]:
        """The queued runs, the next one first."""
        return [run for run in reversed(self._store.list()) if run.state() is RunState.QUEUED]

    def advance(self) -> list[Run]:
        """Note which runs are over and start the next one on every free device.

        Call it whenever a run was queued or ended.

        Returns:
            The runs that were started now. One that could not be started is left failed, and the
            next one gets its place.
        """
        busy: set[str] = set()
        waiting: list[Run] = []
        for run in reversed(self._store.list()):
            match self._supervisor.refresh(run):
                case RunState.RUNNING:
                    busy.add(device_slot(run.record.device))
                case RunState.QUEUED:
                    waiting.append(run)
                case _:
                    pass
        started = []
        for run in waiting:
            slot = device_slot(run.record.device)
            if slot in busy:
                continue
            try:
                self._supervisor.start(run)
            except PetsegError:
                # The reason is in the run's own events and in run.json; another program that was
                # faster is working on it, or it is failed: either way it is not ours to start.
                if run.state() is RunState.RUNNING:
                    busy.add(slot)
                continue
            busy.add(slot)
            started.append(run)
        return started


def device_slot(device: str) -> str:
    """The device that a run occupies, where `auto` is the first GPU if the system has one.

    Torch is not asked: it must not be loaded here. The worker makes the real choice.
    """
    if device != "auto":
        return device
    return "cuda:0" if shutil.which("nvidia-smi") else "cpu"
