"""How a worker that is told to end says why. Nothing is trained."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs import control
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from core.training import worker
from tests.core.runs.making import with_checkpoint


@pytest.fixture
def run(tmp_path: Path) -> Run:
    record = DatasetRecord(root=tmp_path)
    made = RunStore(tmp_path / "runs").create(recipe="r", label_set="labels", dataset=record)
    made.update(state=RunState.RUNNING, attempt=1)
    return made


@pytest.fixture(autouse=True)
def _is_told_to_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The signal comes while the worker works; how this process takes it is put back."""

    def work(folder: Path, events: object) -> None:
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("the signal did not arrive")

    monkeypatch.setattr(worker, "_work", work)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_that_a_worker_told_to_end_by_the_system_can_be_resumed_and_was_not_cancelled(run):
    with_checkpoint(run, 40)
    assert worker.main([str(run.folder)]) == 1
    seen = Run(run.folder).summary()
    assert seen.state is RunState.FAILED
    assert "log out" in seen.reason
    assert "go on from iteration 40" in seen.reason
    assert "cancel" not in seen.reason
    assert seen.checkpoint == 40


def test_that_one_without_a_checkpoint_is_to_be_started_again(run):
    worker.main([str(run.folder)])
    assert "start it again" in Run(run.folder).reason()


def test_that_a_worker_that_somebody_cancelled_says_so(run):
    control.write_request(run.folder, "cancel")
    assert worker.main([str(run.folder)]) == 0
    assert Run(run.folder).state() is RunState.STOPPED
    assert "cancelled" in Run(run.folder).reason()
