"""Runs whose masks were changed after they were made are marked while the window is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.session import Session
from app.stale_runs import StaleRuns
from core.masks.saving import save_mask
from core.runs.store import Run
from core.training.request import TrainRequest, create_run
from tests.making import blob, make_dataset
from tests.making_runs import summary


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shut_down()


@pytest.fixture
def session(jobs: Jobs, tmp_path: Path) -> Iterator[Session]:
    made = Session(jobs)
    made.open(make_dataset(tmp_path / "data", samples=8))
    yield made
    made.close()


@pytest.fixture
def run(session: Session) -> Run:
    dataset, workspace = session.dataset, session.workspace
    assert dataset is not None
    assert workspace is not None
    request = TrainRequest(dataset, "demo-cpu", overrides={"max_iters": 2, "val_interval": 2})
    return create_run(dataset, workspace.runs_dir, request)


@pytest.fixture
def stale(session: Session, jobs: Jobs, run: Run, qtbot: QtBot) -> StaleRuns:
    made = StaleRuns(session, jobs, session)
    # What is open was said before anybody listened; a window makes its parts first.
    session.dataset_changed.emit()
    with qtbot.waitSignal(made.changed):
        made.set_runs([run.id])
    return made


def save(session: Session, sample_id: str, value: int) -> None:
    dataset, workspace = session.dataset, session.workspace
    assert dataset is not None
    assert workspace is not None
    save_mask(dataset, workspace, dataset.sample(sample_id), "labels", blob(64, value))
    session.mask_saved(sample_id)


def test_that_a_saved_mask_marks_the_run_at_once(
    stale: StaleRuns, session: Session, run: Run, qtbot: QtBot
):
    assert stale.words(run.id) == ""
    with qtbot.waitSignal(stale.changed):
        save(session, "train/000", 2)
    assert stale.words(run.id) == "1 mask changed"
    with qtbot.waitSignal(stale.changed):
        save(session, "val/003", 1)
    found = stale.of(run.id)
    assert found is not None
    assert found.masks == ("train/000", "val/003")
    (marked,) = stale.marked([summary(run.id)])
    assert marked.stale == "2 masks changed"


def test_that_many_masks_saved_at_once_are_all_seen(
    stale: StaleRuns, session: Session, run: Run, qtbot: QtBot
):
    for sample in ("train/000", "train/002", "train/004"):
        save(session, sample, 2)
    qtbot.waitUntil(lambda: stale.words(run.id) == "3 masks changed")


def test_that_a_mask_saved_elsewhere_is_seen_when_there_is_another_run(
    stale: StaleRuns, session: Session, run: Run, qtbot: QtBot
):
    dataset = session.dataset
    assert dataset is not None
    mask = dataset.sample("train/001").masks["labels"]
    mask.write_bytes(dataset.sample("train/000").masks["labels"].read_bytes())
    with qtbot.waitSignal(stale.changed):
        stale.set_runs([run.id, "another"])
    assert stale.words(run.id) == "1 mask changed"


def test_that_nothing_is_known_of_the_runs_of_a_dataset_that_was_closed(
    stale: StaleRuns, session: Session, run: Run
):
    session.close()
    session.dataset_changed.emit()
    assert stale.of(run.id) is None
    stale.look()  # there is nothing to look at
    assert stale.words(run.id) == ""
