"""What it costs to watch a training, part by part, in seconds of processor time.

Everything is measured as time of this process's threads, the shortest of several rounds, so that
what else the machine does hardly counts.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from app.training_watch import BEAT, TICK, TrainingWatch, _Orders
from core.dataset import Dataset
from core.images import read_mask
from core.runs.events import (
    Checkpoint,
    Event,
    EventWriter,
    Finished,
    Heartbeat,
    Validation,
)
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from core.runs.worker_file import write_worker_file
from tests.making_runs import iteration, started, training, validation

ROUNDS = 3
_TERMS = {"decode.loss_ce": 0.5, "decode.loss_dice": 0.4, "aux.loss_ce": 0.1}
_REPORTS_A_SECOND = 2
_WATCHED_SECONDS = 30


def shortest(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    """The least of several measurements."""
    return min(measure() for _ in range(rounds))


def hook_and_requests(folder: Path) -> tuple[float, float]:
    """Seconds for an iteration that is reported, with its event, and for another one."""
    import torch

    from core.training.engine.hooks import EventsHook
    from core.training.engine.pace import Pace
    from core.training.engine.ranks import Ranks
    from core.training.engine.requests import Requests
    from core.training.engine.soundness import LossWatch

    folder.mkdir(parents=True)
    outputs = {name: torch.tensor(value) for name, value in {"loss": 1.0, **_TERMS}.items()}
    loop = SimpleNamespace(max_iters=10**9, val_interval=100, waited=0.0)
    runner = SimpleNamespace(
        iter=0, max_iters=10**9, train_loop=loop, val_loop=None,
        logger=SimpleNamespace(info=lambda _: None),
        optim_wrapper=SimpleNamespace(get_lr=lambda: {"lr": [0.1]}),
    )  # fmt: skip
    with EventWriter(folder / "events.jsonl") as events:
        hook = EventsHook(events, Pace(), 8, 331, LossWatch())
        requests = Requests(folder, Ranks())
        hook.before_train(runner)

        def measured(is_reported: bool, count: int = 500) -> float:
            began = time.process_time()
            for runner.iter in range(10, 10 + count):
                hook._reported = -math.inf if is_reported else math.inf
                hook.after_train_iter(runner, runner.iter, None, outputs)
                requests.read()
            return (time.process_time() - began) / count

        return shortest(lambda: measured(True)), shortest(lambda: measured(False))


def heartbeat(folder: Path, count: int = 300) -> float:
    """Seconds for one sign of life, its thread's waking up included."""
    from core.training.engine.heartbeats import Heartbeats

    class Counting(EventWriter):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            self.left, self.done = count, threading.Event()

        def write(self, event: Event) -> None:
            super().write(event)
            self.left -= 1
            if self.left == 0:
                self.done.set()

    folder.mkdir(parents=True)

    def measured() -> float:
        with Counting(folder / "events.jsonl") as events:
            beats = Heartbeats(events, interval=1e-4)
            began = time.process_time()
            beats.start()
            events.done.wait()
            beats.stop()
            return (time.process_time() - began) / count

    return shortest(measured)


def telling_of_a_validation(folder: Path, dataset: Dataset, label_set: str) -> float:
    """Seconds for the previews of one validation and its events; measuring is not watching."""
    from core.training.engine.previews import COUNT, Previews, ValSample

    samples = [each for each in dataset.samples if label_set in each.masks and each.image][:COUNT]
    chosen = [ValSample(each.id, each.image, each.masks[label_set]) for each in samples]
    masks = [read_mask(each.mask) for each in chosen]
    previews = Previews(folder, chosen, dataset.num_classes, dataset.ignore_index)
    names = [each.name for each in dataset.classes]

    def measured() -> float:
        with EventWriter(folder / "events.jsonl") as events:
            began = time.process_time()
            written = [
                previews.add(str(sample.image), mask, mask, 100)
                for sample, mask in zip(chosen, masks, strict=True)
            ]
            told: Validation = validation(100, 70.0, names)
            for event in (told, Checkpoint(iteration=100, path="iter_100.pth", best=True)):
                events.write(event)
            for preview in written:
                assert preview is not None
                events.write(preview)
            return time.process_time() - began

    folder.mkdir(parents=True)
    return shortest(measured)


def tailing(folder: Path, older: int = 0) -> float:
    """Seconds that the window's watching thread takes for each second of a training.

    It looks at the run's files ten times a second and at all runs once a second, as when the run
    is chosen and drawn. Drawing is measured by the benchmark of the plots.

    Args:
        folder: Where to make the runs.
        older: How many finished runs there are besides; they are looked at all the time.
    """
    store = RunStore(folder)
    for number in range(older):
        old = _run(store, f"old {number}")
        _append(old, [*training(400), Finished(iteration=400, seconds=100)])
        old.update(state=RunState.FINISHED)
    run = _run(store, "watched")
    _append(run, [started(10**6)])
    run.update(state=RunState.RUNNING, attempt=1)
    write_worker_file(run.folder, os.getpid())
    watch = TrainingWatch(Supervisor())
    followed = {1: run.id, 2: run.id}  # for header and log, and for the plots
    watch._cycle(_Orders(folder, followed, look=True))
    assert watch._last is not None
    assert [each.name for each in watch._last.running()] == ["watched"]
    ticks, beat = round(1 / TICK), round(BEAT / TICK)

    def measured() -> float:
        spent = 0.0
        with EventWriter(run.events_path) as events, run.log_path.open("a") as log:
            for tick in range(_WATCHED_SECONDS * ticks):
                if tick % (ticks // _REPORTS_A_SECOND) == 0:
                    events.write(iteration(tick + 1, max_iters=10**6, terms=_TERMS))
                if tick % (2 * ticks) == 0:
                    events.write(Heartbeat())
                if tick % (10 * ticks) == 0:
                    log.write(f"Iteration {tick}: loss 1.0\n")
                    log.flush()
                began = time.process_time()
                watch._cycle(_Orders(folder, followed, look=tick % beat == 0))
                spent += time.process_time() - began
        return spent / _WATCHED_SECONDS

    return shortest(measured)


def _run(store: RunStore, name: str) -> Run:
    record = DatasetRecord(root=store.runs_dir)
    return store.create(recipe="r", label_set="labels", dataset=record, name=name, device="cpu")


def _append(run: Run, events: list[Event]) -> None:
    with EventWriter(run.events_path) as writer:
        for event in events:
            writer.write(event)
