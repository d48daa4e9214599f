"""Whether a run can go on, and what is said when it cannot."""

from __future__ import annotations

import pytest

from core.errors import PetsegError
from core.runs.resuming import check_resumable
from core.runs.store import RunState
from tests.core.runs.making import with_checkpoint

ENDED = (RunState.PAUSED, RunState.STOPPED, RunState.CRASHED, RunState.FAILED)


@pytest.mark.parametrize("state", ENDED)
def test_that_a_run_that_ended_early_goes_on_from_its_last_checkpoint(queue_run, state):
    run = queue_run()
    for iteration in (50, 100, 9):
        with_checkpoint(run, iteration)
    run.update(state=state)
    assert check_resumable(run) == 100
    assert run.summary().checkpoint == 100


@pytest.mark.parametrize("state", ENDED)
def test_that_a_run_without_a_checkpoint_is_refused_in_words(queue_run, state):
    run = queue_run(name="short")
    run.update(state=state)
    with pytest.raises(PetsegError, match="short has no checkpoint"):
        check_resumable(run)
    assert run.summary().checkpoint is None


def test_that_a_checkpoint_that_was_cut_short_does_not_count(queue_run):
    run = queue_run()
    with_checkpoint(run, 50)
    whole = with_checkpoint(run, 100)
    whole.write_bytes(whole.read_bytes()[:-9])
    (run.checkpoints_dir / "iter_150.pth").touch()
    (run.checkpoints_dir / "best_mDice_iter_200.pth").touch()
    run.update(state=RunState.CRASHED)
    assert check_resumable(run) == 50


@pytest.mark.parametrize(
    ("state", "words"),
    [(RunState.QUEUED, "waits in the queue"), (RunState.FINISHED, "has finished")],
)
def test_that_a_run_that_need_not_go_on_is_refused_in_words(queue_run, state, words):
    run = queue_run()
    with_checkpoint(run, 50)
    run.update(state=state)
    with pytest.raises(PetsegError, match=words):
        check_resumable(run)
    assert run.summary().checkpoint is None


def test_that_a_damaged_run_is_refused_with_the_reason(queue_run):
    run = queue_run()
    (run.folder / "run.json").write_text("{")
    with pytest.raises(PetsegError, match=r"run\.json"):
        check_resumable(run)
