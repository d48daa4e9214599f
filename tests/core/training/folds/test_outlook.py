"""What folds come to, before they are made."""

from __future__ import annotations

import pytest

from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.runs.events import EventWriter, Finished
from core.runs.store import Run, RunState, RunStore
from core.training.folds.outlook import folds_outlook
from core.training.request import TrainRequest, create_run
from tests.making_runs import started

SMALL = {"max_iters": 40, "val_interval": 20, "batch_size": 2, "crop_size": 64, "image_size": 64}


def asked(dataset, **overrides) -> TrainRequest:
    return TrainRequest(dataset, "demo-cpu", overrides={**SMALL, **overrides}, device="cpu")


def finished(dataset, name: str, seconds: float, **overrides) -> Run:
    """A run that took so long for its iterations, and says so."""
    request = TrainRequest(dataset, "demo-cpu", name=name, overrides={**SMALL, **overrides})
    run = create_run(dataset, dataset.workspace_dir / "runs", request)
    with EventWriter(run.events_path) as events:
        events.write(started(40).model_copy(update={"time": 1000.0}))
        events.write(Finished(time=1000.0 + seconds, iteration=40, seconds=seconds))
    run.update(state=RunState.FINISHED)
    return run


def runs_of(dataset) -> list[Run]:
    return RunStore(dataset.workspace_dir / "runs").list()


def test_that_samples_and_iterations_are_known_without_reading_a_mask(dataset):
    dataset.samples[0].masks["labels"].write_bytes(b"unreadable")
    found = folds_outlook(asked(dataset), 3, ["train"], excluded={"train/001"})
    assert (found.folds, found.samples, found.held_out) == (3, 5, 2)
    assert (found.iterations, found.seconds, found.like) == (40, None, "")
    both = folds_outlook(asked(dataset), 2, ["train", "val"])
    assert (both.samples, both.held_out) == (8, 4)
    # Three of six samples are learned from by each of two runs, two at a time.
    epochs = {key: value for key, value in SMALL.items() if key != "max_iters"} | {"epochs": 4}
    request = TrainRequest(dataset, "demo-cpu", overrides=epochs)
    assert folds_outlook(request, 2, ["train"]).iterations == 6


def test_that_the_time_is_that_of_the_newest_run_of_the_kind(dataset):
    finished(dataset, "old", 400.0)
    finished(dataset, "like it", 20.0)
    finished(dataset, "other pieces", 80.0, crop_size=32)
    stopped = finished(dataset, "stopped", 80.0)
    stopped.update(state=RunState.QUEUED)
    found = folds_outlook(asked(dataset, max_iters=100), 3, ["train"], runs=runs_of(dataset))
    assert found.like == "like it"
    assert found.seconds == pytest.approx(3 * 100 * 20 / 40, rel=0.01)
    on_gpu = TrainRequest(dataset, "demo-cpu", overrides=SMALL, device="cuda:0")
    assert folds_outlook(on_gpu, 3, ["train"], runs=runs_of(dataset)).seconds is None


@pytest.mark.parametrize(
    ("folds", "split", "words"),
    [
        (7, "train", "6 samples for 7 folds"),
        (1, "train", "2 to 20"),
        (2, "nope", "no split 'nope'"),
    ],
)
def test_that_what_cannot_be_made_is_said_at_once(dataset, folds, split, words):
    with pytest.raises(PetsegError, match=words):
        folds_outlook(asked(dataset), folds, [split])


def test_that_looking_makes_nothing(dataset):
    with open_workspace(dataset):
        pass
    before = sorted(dataset.workspace_dir.rglob("*"))
    folds_outlook(asked(dataset), 2, ["train"], runs=runs_of(dataset))
    assert sorted(dataset.workspace_dir.rglob("*")) == before
