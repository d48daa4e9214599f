"""The queue: runs wait in an order until their devices are free, one run at a time per device.

Each dataset has its queue; the devices are the machine's, whichever dataset's run holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from core.errors import PetsegError
from core.runs.devices import CPU, candidates_for, gpu_devices, place
from core.runs.machine import MachineRuns
from core.runs.queue_file import queue_lock, read_queue, write_queue
from core.runs.resuming import check_resumable
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from core.runs.worker_file import RunIsBusy, read_worker_file, release

Step = Literal["first", "up", "down", "last"]
"""Where a waiting run is moved: to an end of the queue, or past one neighbour."""


class RunQueue:
    """Starts waiting runs in their order, and changes that order.

    What waits and what runs is read from the runs' folders, and the order from `queue.json`, so
    the queue survives the program. Several programs may have one each for the same runs: what they
    change and start, they do under one lock.

    Args:
        store: The runs.
        supervisor: Starts the workers.
        find_gpus: Gives the GPUs of the machine, as `cuda:N`; asked once, when a run wants one.
    """

    def __init__(
        self,
        store: RunStore,
        supervisor: Supervisor,
        *,
        find_gpus: Callable[[], list[str]] = gpu_devices,
    ) -> None:
        self._store = store
        self._supervisor = supervisor
        self._find_gpus = find_gpus
        self._known_gpus: list[str] | None = None
        self._machine = MachineRuns()

    def waiting(self, runs: Iterable[Run] | None = None) -> list[Run]:
        """The queued runs, the next one first; those among `runs` where they are listed already."""
        return self._in_order(self._store.list() if runs is None else runs)

    @property
    def is_paused(self) -> bool:
        """Whether nothing new is started."""
        return read_queue(self._store.runs_dir).paused

    def pause(self, paused: bool = True) -> None:
        """Start nothing new from now on, or again; remembered on disk. Runs that go on do so."""
        with queue_lock(self._store.runs_dir):
            queue = read_queue(self._store.runs_dir)
            write_queue(self._store.runs_dir, queue.model_copy(update={"paused": paused}))

    def move(self, run_id: str, step: Step) -> None:
        """Move a waiting run; nothing happens when it does not wait any more."""
        with queue_lock(self._store.runs_dir):
            order = [run.id for run in self.waiting()]
            if run_id not in order:
                return
            at = order.index(run_id)
            to = {"first": 0, "up": at - 1, "down": at + 1, "last": len(order)}[step]
            self._write_order(_moved(order, run_id, to))

    def move_to(self, run_id: str, place_in_queue: int) -> None:
        """Put a waiting run at a place, counted from 0 among the others."""
        with queue_lock(self._store.runs_dir):
            order = [run.id for run in self.waiting()]
            if run_id in order:
                self._write_order(_moved(order, run_id, place_in_queue))

    def resume(self, run: Run) -> int:
        """Put a run that is over back into the queue, as the next one.

        Returns:
            The iteration that it goes on from.

        Raises:
            PetsegError: it cannot go on (`check_resumable`).
        """
        with queue_lock(self._store.runs_dir):
            self._supervisor.refresh(run)
            iteration = check_resumable(run)
            worker = read_worker_file(run.folder)
            if worker is not None and worker.is_elsewhere():
                release(run.folder)  # another machine's process, which nobody here can ask
            order = [each.id for each in self.waiting()]
            # The reason stays in the file: it is true again if the run is taken out of the queue.
            run.update(state=RunState.QUEUED)
            self._write_order([run.id, *order])
        return iteration

    def advance(self) -> list[Run]:
        """Note which runs are over and start the next ones on free devices.

        Call it whenever a run was queued or ended.

        Returns:
            The runs that were started now. One that could not be started is left failed, and the
            next one gets its place.

        Raises:
            PetsegError: no run could be started, and why could not be noted in the run that should
                have been; it goes on waiting. Most often the disk is full.
        """
        states = [self._supervisor.refresh(run) for run in self._store.list()]
        if RunState.QUEUED not in states:
            return []
        with queue_lock(self._store.runs_dir), self._machine.lock():
            return [] if self.is_paused else self._start_what_fits()

    def why_waiting(self, run: Run) -> str:
        """What a queued run waits for, in words; empty when it need not wait."""
        return self.why_each_waits([run])[run.id]

    def why_each_waits(self, runs: Sequence[Run]) -> dict[str, str]:
        """What queued runs wait for (`why_waiting`), by id."""
        if self.is_paused:
            return {run.id: "Waiting: the queue is paused." for run in runs}
        holders = self._holders() if runs else {}
        return {run.id: self._why(run, holders) for run in runs}

    def _holders(self) -> dict[str, str]:
        """The devices that are held, and what the runs are called that hold them."""
        holders: dict[str, str] = {}
        for run in self._machine.of_other_datasets(self._store.runs_dir):
            name = f"{run.name} of the dataset {run.record.dataset.root.name}"
            holders |= dict.fromkeys(held_devices(run), name)
        for run in self._store.list():
            if self._supervisor.refresh(run) is RunState.RUNNING:
                holders |= dict.fromkeys(held_devices(run), run.name)
        return holders

    def _why(self, run: Run, holders: Mapping[str, str]) -> str:
        try:
            candidates = candidates_for(run.record.device, run.record.gpus, self._gpus(run))
        except PetsegError as error:
            return str(error)
        names = list(dict.fromkeys(holders[each] for each in candidates if each in holders))
        if not names or names == [run.name]:  # that one has just been started
            return ""
        if len(names) == 1:
            return f"Waiting until the run {names[0]} has ended: it holds the device."
        return f"Waiting until one of these runs has ended: {', '.join(names)}."

    def _start_what_fits(self) -> list[Run]:
        runs = self._store.list()
        busy = set(self._holders())
        started = []
        trouble: PetsegError | None = None
        for run in self._in_order(runs):
            record = run.record
            try:
                gpus = self._gpus(run)
                devices = place(record.device, record.gpus, gpus, busy)
                if devices is None:
                    # Those behind it must not take what it waits for: it would never get it.
                    busy |= set(candidates_for(record.device, record.gpus, gpus))
                    continue
            except PetsegError as error:
                self._supervisor.refuse(run, str(error))
                continue
            try:
                self._machine.note(run)
                self._supervisor.start(run, devices)
            except RunIsBusy:
                busy |= set(devices)  # another program was faster, or its last worker still leaves
                continue
            except PetsegError as error:
                if run.state() is RunState.QUEUED:
                    trouble = trouble or error
                continue  # else the reason is in the run's own events and in run.json
            busy |= set(devices)
            started.append(run)
        if trouble is not None and not started:
            raise trouble
        return started

    def _in_order(self, runs: Iterable[Run]) -> list[Run]:
        order = {run_id: at for at, run_id in enumerate(read_queue(self._store.runs_dir).order)}
        waiting = [run for run in runs if run.state() is RunState.QUEUED]
        return sorted(waiting, key=lambda run: (order.get(run.id, len(order)), run.created, run.id))

    def _write_order(self, order: list[str]) -> None:
        queue = read_queue(self._store.runs_dir)
        write_queue(self._store.runs_dir, queue.model_copy(update={"order": order}))

    def _gpus(self, run: Run) -> list[str]:
        if run.record.device != "auto":
            return []
        if self._known_gpus is None:
            self._known_gpus = self._find_gpus()
        return self._known_gpus


def held_devices(run: Run) -> set[str]:
    """The devices of this machine that a running run occupies.

    A worker that was given a GPU may find that its torch cannot use it: what it says counts.
    """
    worker = read_worker_file(run.folder)
    if worker is not None and worker.is_elsewhere():
        return set()
    record, says = run.record, run.progress().device
    if record.device != "auto":
        return set(record.devices) or {record.device}
    if says == CPU:
        return {CPU}
    return set(record.devices) or {says or CPU}


def _moved(order: list[str], run_id: str, to: int) -> list[str]:
    others = [each for each in order if each != run_id]
    to = max(0, to)
    return [*others[:to], run_id, *others[to:]]
