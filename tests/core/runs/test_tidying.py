"""Renaming and deleting runs."""

from __future__ import annotations

import pytest

from core.errors import PetsegError
from core.runs.store import Run, RunState
from core.runs.tidying import contents_of, delete_run, rename_run
from tests.core.runs.making import with_checkpoint


def test_that_a_renamed_run_keeps_its_folder_and_is_found_by_its_new_name(queue_run, store):
    run = queue_run(name="first try")
    rename_run(store, run, "with dice")
    assert store.find("with dice").id == run.id
    assert Run(run.folder).name == "with dice"


@pytest.mark.parametrize("name", ["taken", "", "a/b"])
def test_that_a_name_that_cannot_be_used_changes_nothing(queue_run, store, name):
    queue_run(name="taken")
    run = queue_run(name="mine")
    with pytest.raises(PetsegError, match="name"):
        rename_run(store, run, name)
    assert run.name == "mine"


def test_that_what_would_be_lost_is_counted(queue_run):
    run = queue_run()
    before = contents_of(run)
    with_checkpoint(run, 50)
    with_checkpoint(run, 100)
    (run.folder / "predictions" / "val").mkdir(parents=True)
    (run.folder / "predictions" / "val" / "a.png").write_bytes(b"x" * 1000)
    after = contents_of(run)
    assert (before.checkpoints, before.predictions) == (0, 0)
    assert (after.checkpoints, after.predictions) == (2, 1)
    assert after.size - before.size > 1000


def test_that_a_deleted_run_is_gone_and_the_others_stay(queue_run, store):
    kept, gone = queue_run(), queue_run()
    with_checkpoint(gone, 50)
    gone.update(state=RunState.STOPPED)
    delete_run(gone)
    assert [run.id for run in store.list()] == [kept.id]
    assert not [path for path in store.runs_dir.iterdir() if gone.id in path.name]


def test_that_a_run_that_is_damaged_can_be_deleted(queue_run, store):
    run = queue_run()
    (run.folder / "run.json").write_text("{")
    delete_run(run)
    assert store.list() == []


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_that_a_run_that_is_not_over_is_not_deleted(queue_run, state):
    run = queue_run()
    run.update(state=state)
    with pytest.raises(PetsegError, match="not over"):
        delete_run(run)
    assert run.folder.is_dir()
