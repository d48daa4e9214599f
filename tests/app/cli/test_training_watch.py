"""Watching runs: one at a time on a device, and what their events look like as lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import training_watch
from app.cli.training_watch import TrainingView, Watch, validation_line
from core.runs.events import (
    Checkpoint,
    ClassScore,
    EventWriter,
    Finished,
    Iteration,
    Message,
    Started,
    Validation,
)
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from tests.making_runs import started, validation


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def supervisor_of_fakes() -> Supervisor:
    return Supervisor("tests.app.cli.fake_worker")


def queued(store: RunStore, name: str, device: str = "cpu") -> Run:
    record = DatasetRecord(root=store.runs_dir.parent)
    return store.create(recipe="r", label_set="labels", dataset=record, name=name, device=device)


def test_that_a_run_waits_until_its_device_is_free(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = supervisor_of_fakes()
    holder, waiting = queued(store, "holder"), queued(store, "waiting")
    supervisor.start(holder)
    said: list[str] = []

    def note(text: str) -> None:
        said.append(text)
        if text.startswith("Waiting"):
            assert waiting.state() is RunState.QUEUED
            supervisor.request_stop(holder)

    monkeypatch.setattr(training_watch, "note", note)
    assert Watch(waiting, store, supervisor).until_the_end() is False
    assert waiting.state() is RunState.FINISHED
    assert holder.state() is RunState.STOPPED
    assert sum("holder" in text for text in said) == 1


def test_that_a_run_on_another_device_does_not_wait(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = supervisor_of_fakes()
    holder, other = queued(store, "holder", "cuda:1"), queued(store, "other")
    supervisor.start(holder)
    said: list[str] = []
    monkeypatch.setattr(training_watch, "note", said.append)
    Watch(other, store, supervisor).until_the_end()
    assert other.state() is RunState.FINISHED
    assert holder.state() is RunState.RUNNING
    assert not any("Waiting" in text for text in said)
    supervisor.request_stop(holder)
    assert supervisor.wait(holder) is RunState.STOPPED


def test_that_a_run_that_somebody_else_started_is_only_watched(store: RunStore) -> None:
    run = queued(store, "other")
    supervisor_of_fakes().start(run)
    assert Watch(run, store, supervisor_of_fakes()).until_the_end() is False
    assert run.state() is RunState.FINISHED


def iteration(number: int) -> Iteration:
    return Iteration(
        iteration=number,
        max_iters=100,
        losses={"loss": 1.23456},
        lr=0.001,
        seconds_per_iteration=0.5,
        eta=65,
    )


def test_that_events_become_lines_but_not_every_iteration(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    view = TrainingView(clock=lambda: now)
    view.show(Started(pid=1, device="cpu", max_iters=100, total_samples=43, val_samples=26))
    for number in range(1, 101):
        now += 0.1
        view.show(iteration(number))
    view.show(Checkpoint(iteration=100, path="checkpoints/best.pth", best=True))
    view.show(Message(level="warning", text="Look out."))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Training on cpu: 43 samples, 26 to validate, 100 iterations."
    assert lines[1] == "iteration 1/100  loss 1.2346  lr 1.00e-03  1 min 05 s left"
    assert lines[-3].startswith("iteration 100/100")
    assert lines[-2:] == ["Best so far, saved as checkpoints/best.pth", "warning: Look out."]
    assert 5 <= len(lines) <= 11


def test_that_a_validation_names_every_class() -> None:
    scores = [ClassScore(name=name, dice=dice, acc=0, iou=0) for name, dice in
              (("cat", 71.239), ("dog", float("nan")))]  # fmt: skip
    event = Validation(iteration=50, mDice=71.239, mAcc=0, aAcc=0, classes=scores)
    assert validation_line(event) == "validation at 50: mDice 71.24  (cat 71.24  dog –)"


def said_of(store: RunStore, before: list[float], after: list[float], goal: float) -> list[str]:
    """What is said of the goal while a run goes on to some validations after earlier ones."""
    run = store.create(
        recipe="r", label_set="labels", dataset=DatasetRecord(root=store.runs_dir.parent),
        device="cpu", fields={"goal": goal},
    )  # fmt: skip
    said: list[str] = []

    class Worker(Supervisor):
        def start(self, run: Run, devices: object = ()) -> None:
            run.update(state=RunState.RUNNING, events_from=run.events_path.stat().st_size)
            with EventWriter(run.events_path) as events:
                for number, mdice in enumerate(after, 11):
                    events.write(validation(10 * number, mdice))
                events.write(Finished(iteration=200, seconds=1))

    with EventWriter(run.events_path) as events:
        events.write(started())
        for number, mdice in enumerate(before, 1):
            events.write(validation(10 * number, mdice))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_watch, "note", said.append)
        Watch(run, store, Worker()).until_the_end()
    return [text for text in said if "goal" in text]


def test_that_a_goal_that_is_passed_is_said_once(store: RunStore) -> None:
    assert said_of(store, [], [70, 80, 85], 75) == [
        "The run passed its goal: mDice 80.00 ≥ 75 at iteration 120."
    ]


def test_that_a_goal_that_was_passed_before_a_pause_is_old_news(store: RunStore) -> None:
    assert said_of(store, [80], [85], 75) == []
