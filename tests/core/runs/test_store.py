"""Making, listing and finding runs."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from core.errors import PetsegError
from core.runs.events import (
    BestScore,
    ClassScore,
    EventWriter,
    Failed,
    Finished,
    Heartbeat,
    Iteration,
    Message,
    Paused,
    Started,
    Stopped,
    Validation,
)
from core.runs.progress import RunProgress
from core.runs.run import SILENT_AFTER, Run
from core.runs.store import DatasetRecord, RunState, RunStore
from core.runs.worker_file import write_worker_file

NOON = datetime(2026, 5, 4, 12, 30, 15, tzinfo=UTC)


def validation(iteration: int, dice: float) -> Validation:
    return Validation(
        iteration=iteration,
        mDice=dice,
        mAcc=dice,
        aAcc=dice,
        classes=[ClassScore(name="cat", dice=dice, acc=dice, iou=dice)],
    )


def test_that_a_run_is_named_by_its_time_and_recipe(queue_run):
    run = queue_run(now=NOON)
    assert run.id == "20260504-123015-demo-cpu"
    assert run.name == run.id
    assert run.state() is RunState.QUEUED


def test_that_runs_of_the_same_second_get_different_folders(queue_run, store):
    ids = [queue_run(now=NOON).id for _ in range(3)]
    assert ids == [f"20260504-123015-demo-cpu{end}" for end in ("", "-2", "-3")]
    assert {run.id for run in store.list()} == set(ids)


def test_that_runs_are_listed_newest_first(queue_run, store):
    old, new = queue_run(now=NOON), queue_run(now=NOON + timedelta(seconds=5))
    assert [run.id for run in store.list()] == [new.id, old.id]


def test_that_a_folder_appears_whole(queue_run):
    run = queue_run(files={"splits/train.txt": "a\nb\n"})
    assert (run.folder / "splits" / "train.txt").read_text() == "a\nb\n"
    assert json.loads((run.folder / "run.json").read_text())["recipe"] == "demo-cpu"
    assert [path.name for path in run.folder.parent.iterdir()] == [run.id]  # no draft is left


def test_that_a_run_is_found_by_id_and_by_name(queue_run, store):
    run = queue_run(name="first try")
    assert store.find(run.id).id == store.find("first try").id == run.id


def test_that_an_unknown_run_is_answered_with_those_there_are(queue_run, store):
    queue_run(name="first try")
    with pytest.raises(PetsegError, match="first try"):
        store.find("second try")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb"])
def test_that_a_name_that_cannot_be_shown_is_refused(queue_run, name):
    with pytest.raises(PetsegError, match="name"):
        queue_run(name=name)


def test_that_a_name_is_given_once(queue_run):
    queue_run(name="first try")
    with pytest.raises(PetsegError, match="already"):
        queue_run(name="first try")


@pytest.mark.parametrize("content", ["", "{", '{"id": 3}', "[]"])
def test_that_a_damaged_run_is_listed_with_the_reason_beside_whole_ones(queue_run, store, content):
    whole, damaged = queue_run(now=NOON), queue_run(now=NOON)
    (damaged.folder / "run.json").write_text(content)
    summaries = {run.id: run.summary() for run in store.list()}
    assert summaries[whole.id].state is RunState.QUEUED
    assert summaries[damaged.id].state is RunState.FAILED
    assert "run.json" in summaries[damaged.id].reason


def test_that_a_damaged_line_of_events_does_not_hide_the_run(queue_run, store):
    run = queue_run()
    run.events_path.write_text('{"type": "star\n')
    with EventWriter(run.events_path) as events:
        events.write(validation(4, 50))
    assert store.list()[0].best() == BestScore(mDice=50, iteration=4)


def test_that_no_folder_of_runs_means_no_runs(tmp_path):
    assert RunStore(tmp_path / "runs").list() == []


def test_that_a_runs_folder_that_is_a_file_is_an_error_in_words(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(PetsegError, match="runs"):
        RunStore(tmp_path / "runs").create(
            recipe="demo-cpu", label_set="labels", dataset=DatasetRecord(root=Path("/"))
        )


def test_that_a_summary_tells_what_the_events_tell(queue_run):
    run = queue_run(name="mine")
    run.update(state=RunState.RUNNING)
    with EventWriter(run.events_path) as events:
        events.write(Started(time=100, pid=1, device="cuda:1", max_iters=9, total_samples=4))
        events.write(
            Iteration(
                time=101,
                iteration=3,
                max_iters=9,
                losses={"loss": 1},
                lr=0.1,
                seconds_per_iteration=1,
                eta=6,
            )
        )
        events.write(validation(3, 60).model_copy(update={"time": 102}))
        events.write(validation(6, 55).model_copy(update={"time": 103}))
    summary = run.summary()
    assert (summary.name, summary.device, summary.iteration, summary.max_iters) == (
        "mine",
        "cuda:1",
        3,
        9,
    )
    assert summary.state is RunState.RUNNING
    assert summary.best == BestScore(mDice=60, iteration=3)
    assert (summary.seconds, summary.eta) == (3, 6)
    assert summary.started == datetime.fromtimestamp(100, UTC)
    with EventWriter(run.events_path) as events:
        events.write(Finished(time=110, iteration=9, seconds=10))
    summary = run.summary()
    assert (summary.state, summary.seconds, summary.eta) == (RunState.FINISHED, 10, None)


def test_that_seconds_of_a_resumed_run_do_not_count_the_pause():
    progress = RunProgress()
    start = Started(time=0, pid=1, device="cpu", max_iters=9, total_samples=4)
    for event in (
        start,
        Failed(time=10, reason="x"),
        start.model_copy(update={"time": 1000, "iteration": 5}),
    ):
        progress.add(event)
    assert progress.ended is None
    assert progress.iteration == 5
    progress.add(Finished(time=1007, iteration=9, seconds=7))
    assert progress.active_seconds == 17
    assert progress.ended is RunState.FINISHED


DAY = 86_400
LOADS = Message(time=DAY - 5, text="The GPU computes in bfloat16: training uses it.")


@pytest.mark.parametrize(
    "between",
    [
        [Paused(time=21, iteration=20), LOADS],
        [Heartbeat(time=21), LOADS],  # it was killed, and resumed a day later
        [Heartbeat(time=21), Failed(time=DAY - 9, reason="The weights are gone."), LOADS],
        [Paused(time=21, iteration=20), Failed(time=DAY - 9, reason="The weights are gone.")],
        [Heartbeat(time=21), Stopped(time=DAY - 9, iteration=20, reason="cancel"), LOADS],
    ],
)
def test_that_what_is_said_before_a_run_goes_on_does_not_make_its_pause_work(between):
    start = Started(time=0, pid=1, device="cpu", max_iters=40, total_samples=4)
    progress = RunProgress()
    again = start.model_copy(update={"time": DAY, "iteration": 20})
    for event in (start, step(10, 10), step(20, 20), *between, again, step(DAY + 10, 30)):
        progress.add(event)
    assert progress.active_seconds == 31


def step(moment: float, iteration: int) -> Iteration:
    return Iteration(
        time=moment, iteration=iteration, max_iters=40, losses={"loss": 1}, lr=0.1,
        seconds_per_iteration=1,
    )  # fmt: skip


def test_that_a_worker_that_says_nothing_for_long_is_noticed(queue_run):
    run = queue_run()
    run.update(state=RunState.RUNNING)
    with EventWriter(run.events_path) as events:
        events.write(Started(time=1000, pid=1, device="cpu", max_iters=9, total_samples=4))
        events.write(Heartbeat(time=1020))
    assert run.summary(now=1020 + SILENT_AFTER - 1).silent_seconds is None
    assert run.summary(now=1060.7).silent_seconds == 40
    assert run.summary().last_event == datetime.fromtimestamp(1020, UTC)
    with EventWriter(run.events_path) as events:
        events.write(Finished(time=1061, iteration=9, seconds=61))
    assert run.summary(now=2000).silent_seconds is None


def test_that_a_worker_that_never_said_anything_is_silent_since_it_began(queue_run):
    run = queue_run()
    run.update(state=RunState.RUNNING)
    write_worker_file(run.folder, os.getpid())
    began = psutil.Process().create_time()
    assert run.summary(now=began + 3).silent_seconds is None
    assert run.summary(now=began + 30.5).silent_seconds == 30


def test_that_a_failed_run_says_with_what_it_would_work_until_it_is_tried_again():
    progress = RunProgress()
    start = Started(time=0, pid=1, device="cpu", max_iters=9, total_samples=4)
    progress.add(start)
    progress.add(Failed(time=1, reason="No memory.", suggestion={"batch_size": 4}))
    assert progress.suggestion == {"batch_size": 4}
    progress.add(start.model_copy(update={"time": 2}))
    assert progress.suggestion is None


def test_that_a_run_on_several_gpus_names_them_by_the_machines_numbers(queue_run):
    run = queue_run(device="auto", gpus=2, parent="20260504-123015-demo-cpu")
    run.update(state=RunState.RUNNING, devices=["cuda:1", "cuda:3"])
    with EventWriter(run.events_path) as events:
        events.write(Started(pid=1, device="cuda:0", max_iters=9, total_samples=4))
    summary = run.summary()
    assert (summary.device, summary.gpus) == ("cuda:1, cuda:3", 2)
    assert summary.parent == "20260504-123015-demo-cpu"


def test_that_what_several_change_in_a_run_s_description_at_one_moment_is_all_kept(queue_run):
    folder = queue_run().folder
    together = threading.Barrier(3)

    def change(field: str) -> list[bool]:
        run, kept = Run(folder), []
        together.wait()
        for count in range(40):
            run.update(**{field: str(count)})
            kept.append(getattr(Run(folder).record, field) == str(count))
        return kept

    with ThreadPoolExecutor(3) as pool:
        kept = list(pool.map(change, ("name", "reason", "device")))
    assert all(map(all, kept))
