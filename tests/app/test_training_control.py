"""The verbs of the Train page, over real files and processes that only pretend to train."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.training_control import TrainingControl
from core.dataset import open_dataset
from core.runs.events import Event, EventWriter, Iteration, Started
from core.runs.processes import python_environment
from core.runs.store import DatasetRecord, Run, RunState, RunStore, RunSummary
from core.runs.supervisor import Supervisor
from core.runs.tidying import RunContents
from core.training.request import TrainRequest
from tests.making import make_dataset
from tests.making_runs import training

WORKER = "tests.app.fake_training_worker"
LONG = 20_000


@dataclass
class Desk:
    """A control, the runs it looks after, and what it told."""

    control: TrainingControl
    store: RunStore
    qtbot: QtBot
    batches: list[tuple[str, list[Event]]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def make(self, name: str, state: RunState = RunState.QUEUED) -> Run:
        record = DatasetRecord(root=self.store.runs_dir.parent)
        run = self.store.create(
            recipe="demo-cpu", label_set="labels", dataset=record, name=name, device="cpu"
        )
        if state is not RunState.QUEUED:
            run.update(state=state)
        return run

    def shown(self, run: Run) -> RunSummary | None:
        snapshot = self.control.snapshot
        return snapshot.find(run.id) if snapshot is not None else None

    def state(self, run: Run) -> RunState | None:
        found = self.shown(run)
        return found.state if found is not None else None

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG)

    def iterations(self, run: Run) -> list[int]:
        return [
            event.iteration
            for run_id, batch in self.batches
            for event in batch
            if run_id == run.id and isinstance(event, Iteration)
        ]


@pytest.fixture
def make_desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[], Desk]]:
    made: list[tuple[TrainingControl, Jobs, Supervisor]] = []

    def make(runs_dir: Path = tmp_path / "runs") -> Desk:
        jobs, supervisor = Jobs(), Supervisor(WORKER)
        control = TrainingControl(jobs, supervisor=supervisor)
        desk = Desk(control, RunStore(runs_dir), qtbot)
        control.run_events.connect(lambda run_id, batch: desk.batches.append((run_id, batch)))
        control.refused.connect(desk.refused.append)
        control.run_queued.connect(desk.queued.append)
        jobs.failed.connect(desk.problems.append)
        made.append((control, jobs, supervisor))
        return desk

    yield make
    for control, jobs, supervisor in made:
        control.shut_down()
        jobs.shut_down()
        supervisor.end_all()


@pytest.fixture
def desk(make_desk: Callable[[], Desk]) -> Desk:
    desk = make_desk()
    desk.control.open(desk.store.runs_dir)
    return desk


def test_that_a_paused_run_goes_on_with_the_same_curves(desk):
    run = desk.make("endless")
    desk.control.follow_many([run.id])
    desk.wait_for(lambda: len(desk.iterations(run)) > 5)
    desk.control.pause(run.id)
    desk.wait_for(lambda: desk.state(run) is RunState.PAUSED)
    paused_at = desk.shown(run).checkpoint
    assert paused_at == desk.shown(run).iteration
    desk.wait_for(lambda: desk.iterations(run)[-1] == paused_at)  # its last events may come later
    desk.control.resume(run.id)
    desk.wait_for(lambda: len(desk.iterations(run)) > paused_at + 5)
    assert desk.iterations(run)[: paused_at + 5] == list(range(1, paused_at + 6))
    starts = [event for _, batch in desk.batches for event in batch if isinstance(event, Started)]
    assert [event.iteration for event in starts] == [0, paused_at]
    desk.control.stop(run.id)
    desk.wait_for(lambda: desk.state(run) is RunState.STOPPED)


def test_that_a_paused_run_makes_room_and_waits_for_its_device(desk):
    first, second = desk.make("endless first"), desk.make("endless second")
    desk.wait_for(lambda: desk.state(first) is RunState.RUNNING)
    desk.wait_for(lambda: (desk.shown(first).iteration or 0) > 0)
    desk.control.pause(first.id)
    desk.wait_for(lambda: desk.state(second) is RunState.RUNNING)
    assert desk.state(first) is RunState.PAUSED
    desk.control.resume(first.id)
    desk.wait_for(lambda: desk.state(first) is RunState.QUEUED)
    assert desk.control.snapshot.waiting == (first.id,)
    desk.control.cancel(first.id)  # out of the queue again, and nothing of it is lost
    desk.wait_for(lambda: desk.state(first) is RunState.PAUSED)
    desk.control.cancel(second.id)
    desk.wait_for(lambda: desk.state(second) is RunState.STOPPED)


def test_that_a_run_without_a_checkpoint_is_not_resumed_and_why_is_said(desk):
    run = desk.make("dies")
    desk.wait_for(lambda: desk.state(run) is RunState.CRASHED)
    desk.control.resume(run.id)
    desk.wait_for(lambda: any("dies has no checkpoint" in text for text in desk.problems))


def test_that_waiting_runs_move_and_the_queue_pauses(desk):
    desk.control.pause_queue(True)
    desk.wait_for(lambda: desk.control.snapshot is not None and desk.control.snapshot.is_paused)
    runs = [desk.make(name) for name in "abc"]
    desk.control.move(runs[2].id, "first")
    desk.wait_for(lambda: len(desk.control.snapshot.waiting) == 3)
    order = [runs[at].id for at in (2, 0, 1)]
    desk.wait_for(lambda: list(desk.control.snapshot.waiting) == order)
    desk.control.move_to(runs[2].id, 1)
    desk.wait_for(lambda: list(desk.control.snapshot.waiting) == [order[1], order[0], order[2]])
    assert {desk.state(run) for run in runs} == {RunState.QUEUED}
    desk.control.pause_queue(False)
    desk.wait_for(lambda: {desk.state(run) for run in runs} == {RunState.FINISHED})


def test_that_several_runs_are_followed_and_a_new_one_does_not_begin_the_others_anew(desk):
    runs = [desk.make(name, RunState.FINISHED) for name in "abc"]
    for run in runs:
        with EventWriter(run.events_path) as events:
            for event in training(30):
                events.write(event)
    a, b, c = runs
    desk.control.follow_many([a.id, b.id])
    desk.wait_for(lambda: desk.iterations(a) == desk.iterations(b) == [10, 20, 30])
    desk.control.follow_many([c.id, a.id])
    desk.wait_for(lambda: desk.iterations(c) == [10, 20, 30])
    assert desk.iterations(a) == [10, 20, 30]
    desk.control.follow_many([a.id, b.id])
    desk.wait_for(lambda: desk.iterations(b) == 2 * [10, 20, 30])  # from its beginning, once more


def test_that_a_run_can_be_chosen_and_shown_among_others_at_once(desk, qtbot):
    run = desk.make("mine", RunState.FINISHED)
    with EventWriter(run.events_path) as events:
        for event in training(30):
            events.write(event)
    chosen: list[Event] = []
    desk.control.events.connect(chosen.extend)
    desk.control.follow(run.id)
    desk.control.follow_many([run.id])
    desk.wait_for(lambda: desk.iterations(run) == [10, 20, 30])
    desk.wait_for(lambda: len(chosen) == 4)
    desk.control.follow(None)
    desk.control.follow_many([])


def test_that_a_run_is_renamed_weighed_and_deleted(desk):
    run = desk.make("mine", RunState.STOPPED)
    desk.wait_for(lambda: desk.state(run) is RunState.STOPPED)
    desk.control.rename(run.id, "yours")
    desk.wait_for(lambda: desk.shown(run).name == "yours")
    weighed: list[RunContents] = []
    desk.control.weigh(run.id, weighed.append)
    desk.wait_for(lambda: bool(weighed))
    assert weighed[0].size > 0
    desk.control.delete(run.id)
    desk.wait_for(lambda: desk.control.snapshot.runs == ())
    assert not run.folder.exists()


def test_that_a_run_that_ran_out_of_memory_is_tried_again_with_what_would_fit(make_desk, tmp_path):
    dataset = open_dataset(make_dataset(tmp_path / "pets", samples=8))
    desk = make_desk(dataset.workspace_dir / "runs")
    desk.control.open(desk.store.runs_dir)
    desk.control.start(
        TrainRequest(dataset=dataset, recipe="demo-cpu", name="greedy", device="cpu",
                     overrides={"seed": 5, "batch_size": 8})
    )  # fmt: skip
    desk.wait_for(lambda: bool(desk.queued))
    greedy = desk.store.find("greedy")
    desk.wait_for(lambda: desk.state(greedy) is RunState.FAILED)
    suggestion = desk.shown(greedy).suggestion
    assert suggestion == {"batch_size": 4}
    desk.control.retry(greedy.id, suggestion)
    desk.wait_for(lambda: len(desk.queued) == 2)
    again = desk.store.find(desk.queued[1])
    desk.wait_for(lambda: desk.state(again) is RunState.FINISHED)
    record = again.record
    assert (record.parent, record.name) == (greedy.id, "greedy (again)")
    assert record.overrides == {"seed": 5, "batch_size": 4}
    assert desk.refused == []


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.jobs import Jobs
from app.training_control import TrainingControl
from core.runs.store import RunState
from core.runs.supervisor import Supervisor

program = QCoreApplication([])
control = TrainingControl(Jobs(), supervisor=Supervisor("tests.app.fake_training_worker"))

def look(snapshot):
    for run in snapshot.runs:
        if run.state is RunState.RUNNING and run.iteration > 3:
            print(run.id, flush=True)

control.runs_changed.connect(look)
control.open(Path(sys.argv[1]))
program.exec()
"""


def test_that_a_run_outlives_a_window_that_is_killed_and_the_next_one_picks_it_up(make_desk):
    desk = make_desk()
    run = desk.make("endless")
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(desk.store.runs_dir)],
        env=python_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert window.stdout.readline().strip() == run.id
    finally:
        window.send_signal(signal.SIGKILL)
        window.communicate()
    assert run.state() is RunState.RUNNING
    at = run.progress().iteration
    desk.control.open(desk.store.runs_dir)
    desk.control.follow_many([run.id])
    desk.wait_for(lambda: len(desk.iterations(run)) > at + 10)
    assert desk.state(run) is RunState.RUNNING
    assert desk.iterations(run)[: at + 10] == list(range(1, at + 11))
    desk.control.stop(run.id)
    desk.wait_for(lambda: desk.state(run) is RunState.STOPPED)
