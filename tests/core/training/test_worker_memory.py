"""A run that asks for more memory than there is."""

from __future__ import annotations

import pytest

from core.runs.events import Failed, read_events
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor


def failure_of(run: Run) -> Failed:
    supervisor = Supervisor("tests.core.training.limited_worker")
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FAILED, run.log_path.read_text()
    failed = read_events(run.events_path)[-1]
    assert isinstance(failed, Failed)
    return failed


@pytest.mark.parametrize(
    ("fits", "suggestion", "words"),
    [
        (5, {"batch_size": 4}, "A batch of 4 fits, as was just tried: set batch_size to 4"),
        pytest.param(0, None, "No smaller batch fits either", marks=pytest.mark.slow),
    ],
)
def test_that_a_batch_too_large_is_answered_with_one_that_fits(
    make_run, monkeypatch, fits, suggestion, words
):
    monkeypatch.setenv("FITS", str(fits))
    run = make_run(**{"batch_size": 16, "model.type": "HungryEncoderDecoder"})
    failed = failure_of(run)
    assert failed.suggestion == suggestion, run.log_path.read_text()
    assert "The memory did not suffice for a batch of 16 images" in failed.reason
    assert words in failed.reason
    assert run.reason() == failed.reason
