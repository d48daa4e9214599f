"""Runs that are left and gone on with: nothing may tell them from runs that were never left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from core.evaluation.metrics.confusion import per_image_dice
from core.runs.events import (
    Checkpoint,
    Event,
    Iteration,
    Message,
    Paused,
    Preview,
    Started,
    Validation,
    read_events,
)
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file
from core.training.data.plan import load_data_plan
from core.training.engine.previews import samples_of
from core.training.request import TrainRequest, create_run
from tests.core.training.conftest import SHORT

RUN = {"max_iters": 40, "val_interval": 10, "ema": 0.9}


def until(run: Run, happened: Callable[[list[Event]], bool]) -> None:
    """Wait until the run's events say that something has happened."""
    end = time.monotonic() + 240
    while not happened(read_events(run.events_path)):
        assert time.monotonic() < end, run.log_path.read_text()
        assert run.state() is RunState.RUNNING, run.reason()
        time.sleep(0.02)


def past(iteration: int) -> Callable[[list[Event]], bool]:
    """Whether that iteration was done in the present attempt."""

    def happened(events: list[Event]) -> bool:
        return any(isinstance(each, Iteration) and each.iteration >= iteration for each in events)

    return happened


def of_type(run: Run, kind: type) -> list:
    return [event for event in read_events(run.events_path) if isinstance(event, kind)]


def checkpoint_of(run: Run) -> dict:
    import torch

    (path,) = run.checkpoints_dir.glob("iter_*.pth")
    return torch.load(path, weights_only=True)


def differing(one: object, other: object, place: str = "") -> list[str]:
    """The places where two nested values are not the same to the last bit."""
    import torch

    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return [] if torch.equal(one, other) else [place]
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [hit for key in one for hit in differing(one[key], other[key], f"{place}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = zip(one, other, strict=True)
        return [hit for n, pair in enumerate(pairs) for hit in differing(*pair, f"{place}.{n}")]
    return [] if one == other else [place]


def learnt(run: Run) -> dict:
    """All of the last checkpoint that says what was learnt, and how learning goes on."""
    checkpoint = checkpoint_of(run)
    keys = ("state_dict", "training_state_dict", "ema_updates", "optimizer", "param_schedulers")
    return {key: checkpoint[key] for key in keys if key in checkpoint}


def pause(run: Run, supervisor: Supervisor, at: int) -> None:
    supervisor.start(run)
    until(run, past(at))
    supervisor.request_pause(run)
    assert supervisor.wait(run) is RunState.PAUSED, run.reason()


def kill(run: Run, supervisor: Supervisor, at: int) -> None:
    supervisor.start(run)
    until(run, past(at))
    os.kill(read_worker_file(run.folder).pid, signal.SIGKILL)
    assert supervisor.wait(run) is RunState.CRASHED


def finish(run: Run, supervisor: Supervisor) -> None:
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED, run.reason()


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Run, Run]:
    """The same run twice: done in one go; and paused, killed, and finished."""
    from core.dataset import open_dataset
    from tests.making import make_dataset

    data = open_dataset(make_dataset(tmp_path_factory.mktemp("pair") / "data", samples=8))
    overrides = {**SHORT, **RUN}
    runs = data.workspace_dir / "runs"
    requests = (TrainRequest(data, "demo-cpu", overrides=overrides, device="cpu") for _ in range(2))
    whole, interrupted = (create_run(data, runs, request) for request in requests)
    supervisor = Supervisor()
    try:
        finish(whole, supervisor)
        pause(interrupted, supervisor, at=4)
        kill(interrupted, supervisor, at=14)
        finish(interrupted, supervisor)
    finally:
        supervisor.end_all()
    return whole, interrupted


def test_that_a_run_that_was_paused_and_killed_ends_with_the_same_weights(pair):
    whole, interrupted = pair
    assert differing(learnt(whole), learnt(interrupted)) == []
    assert len(of_type(interrupted, Started)) == 3


def test_that_it_went_on_from_where_it_was_left(pair):
    _, interrupted = pair
    (paused,) = of_type(interrupted, Paused)
    _, second, third = of_type(interrupted, Started)
    assert second.iteration == paused.iteration >= 4
    assert third.iteration == max(
        event.iteration for event in of_type(interrupted, Checkpoint) if event.time < third.time
    )
    assert third.iteration >= 10


def test_that_a_pause_saves_and_does_not_validate(pair):
    _, interrupted = pair
    (paused,) = of_type(interrupted, Paused)
    before = [event for event in read_events(interrupted.events_path) if event.time <= paused.time]
    saved = [event for event in before if isinstance(event, Checkpoint) and not event.best]
    assert saved[-1].path == f"checkpoints/iter_{paused.iteration}.pth"
    if paused.iteration % 10:
        assert all(
            event.iteration != paused.iteration for event in before if isinstance(event, Validation)
        )


def test_that_validations_are_neither_lost_nor_repeated(pair):
    whole, interrupted = pair
    scores = [(event.iteration, event.mDice) for event in of_type(whole, Validation)]
    assert [iteration for iteration, _ in scores] == [10, 20, 30, 40]
    assert [(event.iteration, event.mDice) for event in of_type(interrupted, Validation)] == scores
    assert interrupted.best() == whole.best()


def test_that_the_average_is_what_predicts_and_the_weights_are_kept_beside(pair):
    import torch

    whole, _ = pair
    checkpoint = checkpoint_of(whole)
    assert checkpoint["ema_updates"] == 40
    assert checkpoint["state_dict"].keys() == checkpoint["training_state_dict"].keys()
    assert differing(checkpoint["state_dict"], checkpoint["training_state_dict"])
    best = whole.best()
    assert best is not None
    (path,) = whole.checkpoints_dir.glob("best_mDice_*.pth")
    if best.iteration == 40:
        saved = torch.load(path, weights_only=True)["state_dict"]
        assert differing(saved, checkpoint["state_dict"]) == []


def test_that_the_best_checkpoint_predicts_what_was_validated(pair):
    from core.evaluation.metrics.confusion import ConfusionMatrix
    from core.evaluation.predicting.checkpoints import checkpoint_of as chosen
    from core.evaluation.predicting.segmenter import Segmenter
    from core.images import read_mask

    whole, _ = pair
    best = whole.best()
    assert best is not None
    checkpoint = chosen(whole.folder)
    assert (checkpoint.is_best, checkpoint.iteration) == (True, best.iteration)
    segmenter = Segmenter(whole.folder, checkpoint, "cpu")
    plan = load_data_plan(whole.folder)
    counts = ConfusionMatrix(len(plan.classes))
    for sample in samples_of(plan.val):
        (output,) = segmenter.predict([segmenter.prepare(sample.image)])
        counts.add(output.classes, read_mask(sample.mask))
    assert counts.metrics(plan.classes).mDice == pytest.approx(best.mDice, abs=0.05)


def test_that_previews_show_the_same_samples_at_every_validation(pair):
    whole, _ = pair
    plan = load_data_plan(whole.folder)
    names = {sample.id: sample.mask for sample in samples_of(plan.val)}
    previews = of_type(whole, Preview)
    assert {event.iteration for event in previews} == {10, 20, 30, 40}
    shown = {event.sample for event in previews}
    assert shown <= names.keys()
    assert len(previews) == 4 * len(shown)
    for event in previews:
        mask = Image.open(whole.folder / event.path)
        assert (mask.mode, mask.size) == ("L", Image.open(names[event.sample]).size)
        values = np.asarray(mask)
        assert values.max() < 3
        _, dice = per_image_dice(values, np.asarray(Image.open(names[event.sample])), 3)
        assert event.dice == pytest.approx(dice)


def test_that_iterations_tell_what_they_cost(pair):
    whole, _ = pair
    iterations = of_type(whole, Iteration)
    last = iterations[-1]
    assert last.epoch == pytest.approx(40 * 2 / 6)
    assert last.accuracy is not None
    assert 0 <= last.accuracy <= 100
    assert last.images_per_second == pytest.approx(2 / last.seconds_per_iteration)
    assert last.data_seconds is not None
    assert last.data_seconds >= 0
    assert last.gpu_percent is None


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_that_a_stop_and_loader_processes_change_nothing_either(make_run, supervisor, workers):
    whole = make_run(**RUN, num_workers=0)
    finish(whole, supervisor)
    other = make_run(**RUN, num_workers=workers)
    supervisor.start(other)
    until(other, past(4))
    supervisor.request_stop(other)
    assert supervisor.wait(other) is RunState.STOPPED
    finish(other, supervisor)
    assert differing(learnt(whole), learnt(other)) == []


def test_that_a_run_ends_early_when_validations_bring_nothing_better(make_run, supervisor):
    run = make_run(max_iters=300, val_interval=1, early_stop=1, lr=1e-8)
    finish(run, supervisor)
    scores = [event.mDice for event in of_type(run, Validation)]
    assert len(scores) < 300
    assert scores[-1] <= max(scores[:-1])
    assert scores[:-1] == sorted(set(scores[:-1]))
    (message,) = (event for event in of_type(run, Message) if "Stopped early" in event.text)
    assert f"{run.best().mDice:.2f}" in message.text
    assert run.progress().iteration == len(scores)


@pytest.mark.slow
def test_that_two_processes_train_as_one_and_go_on_exactly(make_run, supervisor):
    def joint() -> Run:
        run = make_run(**RUN)
        run.update(gpus=2)
        return run

    whole, interrupted = joint(), joint()
    finish(whole, supervisor)
    pause(interrupted, supervisor, at=4)
    finish(interrupted, supervisor)
    assert differing(learnt(whole), learnt(interrupted)) == []
    texts = [event.text for event in of_type(whole, Message)]
    assert any("2 processes train together, each on 1 images" in text for text in texts)
    scores = [(event.iteration, event.mDice) for event in of_type(whole, Validation)]
    assert [iteration for iteration, _ in scores] == [10, 20, 30, 40]
    assert [(event.iteration, event.mDice) for event in of_type(interrupted, Validation)] == scores
    assert len([event for event in of_type(whole, Iteration) if event.iteration == 40]) == 1
