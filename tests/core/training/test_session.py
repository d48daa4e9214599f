"""Whole trainings in this process, left and gone on with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cv2
import pytest
import torch
from mmengine.config import Config

from core.runs import control
from core.runs.events import Event, EventWriter, Iteration, Message, Started, read_events
from core.runs.resuming import check_resumable
from core.runs.store import Run, RunState
from core.training.engine import memory, session
from core.training.engine.memory import BatchTooLargeError, explain
from core.training.engine.requests import Cancelled
from core.training.engine.session import Outcome
from core.training.engine.speed import data_cache, tuning
from core.training.tracking import following
from tests.core.training.limited_worker import HungryEncoderDecoder
from tests.core.training.test_worker_resuming import differing, learnt


class Asking(EventWriter):
    """Asks for something as soon as the run has told of it."""

    def __init__(self, run: Run, request: control.Request, when: str) -> None:
        super().__init__(run.events_path)
        self._folder, self._request, self._when = run.folder, request, when

    def write(self, event: Event) -> None:
        super().write(event)
        if self._when in str(event):
            control.write_request(self._folder, self._request)


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is afterwards as it was, and spends no time on beautiful configs."""
    monkeypatch.setattr(tuning, "keep_freed_memory", lambda **_: None)
    monkeypatch.setattr(Config, "pretty_text", "")
    threads, cv2_threads = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(threads)
    cv2.setNumThreads(cv2_threads)
    data_cache.forget_all()


def attempt(run: Run, writer: EventWriter | None = None) -> Outcome:
    """Work on a run as its worker would."""
    control.clear_request(run.folder)
    run.update(attempt=run.record.attempt + 1)
    with writer or EventWriter(run.events_path) as events:
        return session.train(run.folder, events)


class Endings:
    """A tracker that keeps only whether each attempt came to the run's end."""

    id, where = "1", "nowhere"

    def __init__(self) -> None:
        self.told: dict[str, int] = {}
        self.ends: list[bool] = []

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        pass

    def close(self, is_complete: bool) -> None:
        self.ends.append(is_complete)


def test_that_a_warm_up_that_is_left_changes_nothing_in_the_end(make_run, monkeypatch):
    pytest.importorskip("tensorboard")
    tracker = Endings()
    monkeypatch.setattr(following, "make_tracker", lambda *_: tracker)
    warm = {"warmup_without_masks": 10, "max_iters": 2, "val_interval": 2}
    whole, interrupted = make_run(**warm), make_run(tracking="tensorboard", **warm)
    attempt(whole)
    with pytest.raises(Cancelled):
        attempt(interrupted, Asking(interrupted, "stop", "Warm-up: 2 of 10"))
    outcome = attempt(interrupted, Asking(interrupted, "pause", "Warm-up: 3 of 10"))
    assert (outcome.ending, outcome.iteration) == ("pause", 0)
    interrupted.update(state=RunState.PAUSED)
    assert check_resumable(interrupted) == 0
    events = read_events(interrupted.events_path)
    assert not [each for each in events if isinstance(each, Iteration)]
    told = [each.text for each in events if isinstance(each, Message)]
    assert "will be done anew" in told[-1]
    # A pause after an iteration ends the loop in another way.
    assert attempt(interrupted, Asking(interrupted, "pause", "iteration=1 ")).ending == "pause"
    assert attempt(interrupted).ending == "done"
    assert tracker.ends == [False, False, False, True]
    starts = [each for each in read_events(interrupted.events_path) if isinstance(each, Started)]
    assert [each.iteration for each in starts] == [0, 0, 0, 1]
    assert differing(learnt(whole), learnt(interrupted)) == []


def test_that_memory_that_fails_in_the_trial_of_ways_is_answered_with_a_batch_that_fits(
    make_run, monkeypatch
):
    monkeypatch.setenv("FITS", "1")
    hungry = {"model.type": HungryEncoderDecoder.__name__, "channels_last": "auto"}
    run = make_run(max_iters=100, batch_size=4, **hungry)
    with pytest.raises(BatchTooLargeError, match="A batch of 1 fits") as caught:
        attempt(run)
    assert caught.value.suggestion == {"batch_size": 1}
    assert not (run.folder / tuning.SPEED_FILE).exists()  # the trial did not come to its end


@pytest.mark.parametrize(("batch", "suggestion"), [(24, {"batch_size": 12}), (12, None)])
def test_that_several_processes_are_told_of_half_the_batch(monkeypatch, batch, suggestion):
    monkeypatch.setattr(memory, "release", lambda _: None)
    answer = explain(MemoryError(), None, batch=batch, world=12)
    assert answer.suggestion == suggestion
    assert f"a batch of {batch} images" in answer.what
