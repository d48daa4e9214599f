"""A run that lets its backbone look at photos without masks first."""

from __future__ import annotations

import pytest

from core.runs.events import Iteration, Message, Started, read_events
from core.runs.store import RunState
from tests.making import blob, write_sample


@pytest.mark.slow
def test_that_a_run_warms_up_before_it_trains(make_run, supervisor, dataset):
    write_sample(dataset.root, "train", "bare", {"labels": blob(64)})
    (dataset.root / "labels" / "train" / "bare.png").unlink()
    run = make_run(warmup_without_masks=3, max_iters=2, val_interval=2)
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED, run.reason()
    events = read_events(run.events_path)
    said = [n for n, event in enumerate(events) if "Warm-up: 3 of 3" in getattr(event, "text", "")]
    begun = [n for n, event in enumerate(events) if isinstance(event, Started)]
    trained = [n for n, event in enumerate(events) if isinstance(event, Iteration)]
    assert begun[0] < said[0] < trained[0]
    assert any("7 photos" in event.text for event in events if isinstance(event, Message))
