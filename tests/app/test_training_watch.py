"""The thread that watches runs, over real files and real processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.training_watch import RunsSnapshot, TrainingWatch
from core.runs.events import Event, EventWriter, Finished, Iteration
from core.runs.queue import RunQueue
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file, write_worker_file
from tests.making_runs import iteration, started, training


@dataclass
class Seen:
    """What the watch told, as it arrives on the UI thread."""

    snapshots: list[RunsSnapshot] = field(default_factory=list)
    batches: list[tuple[str, list[Event], int]] = field(default_factory=list)
    log: str = ""
    problems: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def state(self, run: Run) -> RunState | None:
        found = self.snapshots[-1].find(run.id) if self.snapshots else None
        return found.state if found is not None else None

    def reason(self, run: Run) -> str:
        found = self.snapshots[-1].find(run.id) if self.snapshots else None
        return found.reason if found is not None else ""

    def iterations(self, ticket: int) -> list[int]:
        return [
            event.iteration
            for _run, batch, of in self.batches
            for event in batch
            if of == ticket and isinstance(event, Iteration)
        ]

    def take_batch(self, run_id: str, batch: list[Event], ticket: int) -> None:
        self.threads.add(threading.get_ident())
        self.batches.append((run_id, batch, ticket))

    def take_log(self, _run_id: str, text: str, _ticket: int) -> None:
        self.log += text


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor("tests.app.fake_training_worker")
    yield supervisor
    supervisor.end_all()


@pytest.fixture
def watch(supervisor: Supervisor, qtbot: QtBot) -> Iterator[TrainingWatch]:
    watch = TrainingWatch(supervisor)
    watch.start()
    yield watch
    watch.shut_down()


@pytest.fixture
def seen(watch: TrainingWatch) -> Seen:
    seen = Seen()
    watch.runs.connect(seen.snapshots.append)
    watch.events.connect(seen.take_batch)
    watch.log.connect(seen.take_log)
    watch.problem.connect(seen.problems.append)
    return seen


def make_run(store: RunStore, name: str, *, state: RunState = RunState.QUEUED) -> Run:
    run = store.create(
        recipe="demo-cpu",
        label_set="labels",
        dataset=DatasetRecord(root=store.runs_dir.parent),
        name=name,
        device="cpu",
    )
    if state is not RunState.QUEUED:
        run.update(state=state)
    return run


def pretend_to_work_on(run: Run) -> None:
    """Make this very process the worker of a run."""
    run.update(state=RunState.RUNNING)
    write_worker_file(run.folder, os.getpid())


def test_that_events_arrive_while_another_thread_writes_them(qtbot, store, watch, seen):
    run = make_run(store, "mine")
    pretend_to_work_on(run)
    watch.watch(store.runs_dir)
    ticket = watch.follow(run.id)
    half_way, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with EventWriter(run.events_path) as events:
            events.write(started())
            for number in range(1, 21):
                events.write(iteration(number))
                if number == 10:
                    half_way.set()
                    go_on.wait()

    writer = threading.Thread(target=write)
    writer.start()
    qtbot.waitUntil(lambda: seen.iterations(ticket) == list(range(1, 11)))
    go_on.set()
    qtbot.waitUntil(lambda: seen.iterations(ticket) == list(range(1, 21)))
    writer.join()
    assert seen.threads == {threading.get_ident()}


def test_that_a_long_history_comes_in_pieces_complete_and_in_order(qtbot, store, watch, seen):
    run = make_run(store, "mine", state=RunState.FINISHED)
    with run.events_path.open("w") as stream:
        for number in range(9000):
            stream.write(iteration(number).model_dump_json() + "\n")
    watch.watch(store.runs_dir)
    ticket = watch.follow(run.id)
    qtbot.waitUntil(lambda: len(seen.iterations(ticket)) == 9000)
    assert seen.iterations(ticket) == list(range(9000))
    assert max(len(batch) for _run, batch, _ticket in seen.batches) <= 4000


def test_that_following_anew_begins_anew_with_another_ticket(qtbot, store, watch, seen):
    run = make_run(store, "mine", state=RunState.FINISHED)
    with EventWriter(run.events_path) as events:
        for event in training(50):
            events.write(event)
    watch.watch(store.runs_dir)
    first = watch.follow(run.id)
    qtbot.waitUntil(lambda: len(seen.iterations(first)) == 5)
    watch.unfollow(first)
    second = watch.follow(run.id)
    qtbot.waitUntil(lambda: seen.iterations(second) == [10, 20, 30, 40, 50])
    assert first != second


def test_that_a_queued_run_is_started_and_its_end_is_seen(qtbot, store, watch, seen):
    run = make_run(store, "short")
    watch.watch(store.runs_dir)
    ticket = watch.follow(run.id)
    qtbot.waitUntil(lambda: seen.state(run) is RunState.FINISHED, timeout=20_000)
    qtbot.waitUntil(lambda: seen.iterations(ticket) == list(range(1, 41)))
    qtbot.waitUntil(lambda: "worker of short" in seen.log)
    assert seen.snapshots[-1].runs[0].best.mDice == 80.0


def test_that_a_second_run_waits_for_the_device_and_then_starts_by_itself(
    qtbot, store, watch, seen, supervisor
):
    first = make_run(store, "endless first")
    watch.watch(store.runs_dir)
    qtbot.waitUntil(lambda: seen.state(first) is RunState.RUNNING, timeout=20_000)
    second = make_run(store, "second")
    watch.look_now()
    qtbot.waitUntil(lambda: seen.state(second) is RunState.QUEUED)
    assert seen.snapshots[-1].waiting == (second.id,)
    assert "endless first has ended: it holds the device" in seen.reason(second)
    assert seen.state(first) is RunState.RUNNING
    supervisor.request_stop(Run(first.folder))
    qtbot.waitUntil(lambda: seen.state(first) is RunState.STOPPED, timeout=20_000)
    qtbot.waitUntil(lambda: seen.state(second) is RunState.FINISHED, timeout=20_000)


def test_that_a_run_that_another_program_queued_and_left_is_started(qtbot, store, watch, seen):
    watch.watch(store.runs_dir)
    qtbot.waitUntil(lambda: bool(seen.snapshots))
    other = make_run(store, "short")
    qtbot.waitUntil(lambda: seen.state(other) is RunState.FINISHED, timeout=20_000)


def test_that_a_paused_queue_starts_nothing_until_it_goes_on(qtbot, store, watch, seen, supervisor):
    first, second = make_run(store, "short"), make_run(store, "second")
    queue = RunQueue(store, supervisor)
    queue.pause()
    queue.move(second.id, "first")
    watch.watch(store.runs_dir)
    qtbot.waitUntil(lambda: bool(seen.snapshots) and seen.snapshots[-1].is_paused)
    assert seen.snapshots[-1].waiting == (second.id, first.id)
    assert seen.state(first) is seen.state(second) is RunState.QUEUED
    queue.pause(False)
    watch.look_now()
    qtbot.waitUntil(lambda: seen.state(first) is RunState.FINISHED, timeout=20_000)
    started_at = {run.id: run.started for run in seen.snapshots[-1].runs}
    assert started_at[second.id] < started_at[first.id]


def test_that_several_runs_are_followed_at_once_and_one_of_them_twice(qtbot, store, watch, seen):
    runs = [make_run(store, name, state=RunState.FINISHED) for name in "ab"]
    for run, until in zip(runs, (20, 40), strict=True):
        with EventWriter(run.events_path) as events:
            for event in training(until):
                events.write(event)
    watch.watch(store.runs_dir)
    a, b, again = (watch.follow(run.id) for run in (*runs, runs[0]))
    qtbot.waitUntil(lambda: seen.iterations(b) == [10, 20, 30, 40])
    qtbot.waitUntil(lambda: seen.iterations(a) == seen.iterations(again) == [10, 20])
    assert {run_id for run_id, _, ticket in seen.batches if ticket == b} == {runs[1].id}


def test_that_a_worker_that_falls_silent_is_noticed(qtbot, store, watch, seen, monkeypatch):
    monkeypatch.setattr("core.runs.run.SILENT_AFTER", 0.5)
    run = make_run(store, "mine")
    pretend_to_work_on(run)
    with EventWriter(run.events_path) as events:
        events.write(started())
    watch.watch(store.runs_dir)

    def silence() -> float | None:
        found = seen.snapshots[-1].find(run.id) if seen.snapshots else None
        return found.silent_seconds if found is not None else None

    qtbot.waitUntil(lambda: (silence() or 0) >= 1)
    with EventWriter(run.events_path) as events:
        events.write(iteration(1))
    watch.look_now()
    qtbot.waitUntil(lambda: silence() is None)


def test_that_a_killed_worker_leaves_a_crashed_run_with_its_reason(qtbot, store, watch, seen):
    run = make_run(store, "endless")
    watch.watch(store.runs_dir)
    ticket = watch.follow(run.id)
    qtbot.waitUntil(lambda: len(seen.iterations(ticket)) > 3, timeout=20_000)
    psutil.Process(read_worker_file(run.folder).pid).kill()
    qtbot.waitUntil(lambda: seen.state(run) is RunState.CRASHED, timeout=20_000)
    assert "killed by signal 9" in seen.reason(run)


def test_that_what_a_worker_was_asked_for_is_shown_until_it_obeys(
    qtbot, store, watch, seen, supervisor
):
    run = make_run(store, "mine")
    pretend_to_work_on(run)
    with EventWriter(run.events_path) as events:
        events.write(started())
    watch.watch(store.runs_dir)
    supervisor.request_stop(Run(run.folder))
    watch.look_now()
    qtbot.waitUntil(lambda: bool(seen.snapshots) and seen.snapshots[-1].asked == {run.id: "stop"})
    with EventWriter(run.events_path) as events:
        events.write(Finished(iteration=1, seconds=1.0))
    watch.look_now()
    qtbot.waitUntil(lambda: seen.state(run) is RunState.FINISHED)
    assert seen.snapshots[-1].asked == {}


def test_that_a_damaged_run_does_not_hide_the_others(qtbot, store, watch, seen):
    good = make_run(store, "good", state=RunState.FINISHED)
    bad = make_run(store, "bad", state=RunState.FINISHED)
    (bad.folder / "run.json").write_text("{")
    watch.watch(store.runs_dir)
    qtbot.waitUntil(lambda: seen.state(bad) is RunState.FAILED)
    assert seen.state(good) is RunState.FINISHED
    assert "run.json" in seen.reason(bad)


def test_that_another_dataset_brings_its_own_runs(qtbot, store, tmp_path, watch, seen):
    make_run(store, "mine", state=RunState.FINISHED)
    watch.watch(store.runs_dir)
    qtbot.waitUntil(lambda: bool(seen.snapshots))
    elsewhere = RunStore(tmp_path / "elsewhere")
    other = make_run(elsewhere, "other", state=RunState.FINISHED)
    watch.watch(elsewhere.runs_dir)
    qtbot.waitUntil(lambda: seen.snapshots[-1].runs_dir == elsewhere.runs_dir)
    assert [run.id for run in seen.snapshots[-1].runs] == [other.id]


def test_that_it_ends_when_it_is_told_to_and_leaves_the_worker_alone(
    qtbot, store, watch, seen, supervisor
):
    run = make_run(store, "endless")
    watch.watch(store.runs_dir)
    qtbot.waitUntil(lambda: seen.state(run) is RunState.RUNNING, timeout=20_000)
    watch.shut_down()
    assert watch.isFinished()
    assert supervisor.refresh(Run(run.folder)) is RunState.RUNNING
