"""Devices belong to the machine: a run waits for those of other datasets, too."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from core.runs.queue import RunQueue
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file
from tests.core.runs.making import OBEYS, until

WAITS = "Waiting until the run cats-1 of the dataset cats has ended: it holds the device."


class Desk:
    """A dataset with a queue of its own, as a window of its own has it."""

    def __init__(self, root: Path, supervisor: Supervisor) -> None:
        self.root = root
        self.store = RunStore(root / "runs")
        self.queue = RunQueue(self.store, supervisor, find_gpus=lambda: ["cuda:0"])

    def queue_run(self, name: str, device: str = "cpu") -> Run:
        record = DatasetRecord(root=self.root)
        return self.store.create(
            recipe="r", label_set="labels", dataset=record, name=name, device=device
        )


@pytest.fixture
def supervisor(supervise: Callable[[str], Supervisor]) -> Supervisor:
    return supervise(OBEYS.replace('device="cpu"', 'device=os.environ["DEVICE"]'))


@pytest.fixture
def cats(tmp_path, supervisor) -> Desk:
    return Desk(tmp_path / "cats", supervisor)


@pytest.fixture
def dogs(tmp_path, supervisor) -> Desk:
    return Desk(tmp_path / "dogs", supervisor)


@pytest.mark.parametrize("device", ["cpu", "cuda:0", "auto"])
def test_that_a_device_is_given_to_one_dataset_at_a_time(
    cats, dogs, supervisor, monkeypatch, device
):
    monkeypatch.setenv("DEVICE", "cpu" if device == "cpu" else "cuda:0")
    first, second = cats.queue_run("cats-1", device), dogs.queue_run("dogs-1", device)
    assert [run.id for run in cats.queue.advance()] == [first.id]
    assert dogs.queue.advance() == []
    assert dogs.queue.why_waiting(second) == WAITS
    supervisor.request_stop(first)
    supervisor.wait(first)
    assert dogs.queue.why_waiting(second) == ""
    assert [run.id for run in dogs.queue.advance()] == [second.id]


def test_that_what_a_dead_run_of_another_dataset_held_is_free(cats, dogs, monkeypatch):
    monkeypatch.setenv("DEVICE", "cpu")
    first, second = cats.queue_run("cats-1"), dogs.queue_run("dogs-1")
    cats.queue.advance()
    os.kill(read_worker_file(first.folder).pid, signal.SIGKILL)
    until(lambda: first.state() is RunState.CRASHED)  # and no window of its dataset notes it
    assert [run.id for run in dogs.queue.advance()] == [second.id]


def test_that_two_devices_are_used_by_two_datasets(cats, dogs, monkeypatch):
    monkeypatch.setenv("DEVICE", "cuda:0")
    cats.queue_run("cats-1", "cuda:0")
    second = dogs.queue_run("dogs-1", "cpu")
    cats.queue.advance()
    assert [run.id for run in dogs.queue.advance()] == [second.id]


def test_that_a_dataset_that_is_gone_and_a_damaged_list_hold_nothing(cats, dogs, monkeypatch):
    monkeypatch.setenv("DEVICE", "cpu")
    first, second = cats.queue_run("cats-1"), dogs.queue_run("dogs-1")
    cats.queue.advance()
    (notes,) = Path(platformdirs.user_state_path("petseg")).glob("running-*.json")
    assert str(first.folder) in notes.read_text()
    away = cats.root.rename(cats.root.with_name("away"))
    assert dogs.queue.why_waiting(second) == ""
    away.rename(cats.root)
    assert dogs.queue.why_waiting(second) == WAITS
    notes.write_text("[]")
    assert [run.id for run in dogs.queue.advance()] == [second.id]


def test_that_runs_start_where_the_user_s_folders_cannot_be_written(
    cats, supervisor, monkeypatch, tmp_path
):
    monkeypatch.setenv("DEVICE", "cpu")
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "a file"))
    first = cats.queue_run("cats-1")
    queue = RunQueue(cats.store, supervisor, find_gpus=list)
    assert [run.id for run in queue.advance()] == [first.id]


def test_that_in_a_job_of_a_cluster_the_scheduler_gives_the_devices(cats, dogs, monkeypatch):
    monkeypatch.setenv("DEVICE", "cuda:0")
    cats.queue_run("cats-1", "cuda:0")
    cats.queue.advance()
    second = dogs.queue_run("dogs-1", "cuda:0")
    assert dogs.queue.advance() == []
    monkeypatch.setenv("SLURM_JOB_ID", "4711")  # whose cuda:0 is another card
    assert dogs.queue.why_waiting(second) == ""
    assert [run.id for run in dogs.queue.advance()] == [second.id]
