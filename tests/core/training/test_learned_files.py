"""What a run records of the files that its worker really reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import torch

from core.dataset import Dataset
from core.dataset.workspace import open_workspace
from core.files import content_hash
from core.images import encode_mask, read_mask
from core.qa.scanning.states import state_of_file
from core.runs import file_hashes
from core.runs.events import Event, EventWriter, Iteration, read_events
from core.runs.provenance import Staleness, look_at_runs
from core.runs.store import Run
from core.training.data.learned import LearnedFiles
from core.training.data.plan import load_data_plan
from core.training.engine import session
from core.training.engine.speed import data_cache, tuning
from core.training.folds.request import create_folds
from core.training.request import TrainRequest, create_run
from tests.core.training.test_index_masks import RGB, in_colors
from tests.making import blob

SAMPLE = "train/001"


class Attempt:
    """One attempt at a run whose worker only looks at its files."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._events = EventWriter(run.events_path)
        self._learned = LearnedFiles(run.folder, load_data_plan(run.folder), self._events)

    def begin(self, iteration: int = 0) -> Attempt:
        self._learned.begin(iteration)
        self._learned._thread.join()
        return self

    def end(self, iteration: int, held: dict[str, bytes] | None = None) -> None:
        self._learned.end(iteration, held)
        self.close()

    def close(self) -> None:
        self._learned.close()
        self._events.close()


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    return make_run()


@pytest.fixture
def attempt(run: Run) -> Iterator[Callable[[], Attempt]]:
    made: list[Attempt] = []

    def make() -> Attempt:
        made.append(Attempt(run))
        return made[-1]

    yield make
    for each in made:
        each.close()


def mask_of(dataset: Dataset, sample: str = SAMPLE) -> Path:
    return dataset.sample(sample).masks["labels"]


def repair(dataset: Dataset, value: int, sample: str = SAMPLE) -> str:
    """Write another mask; return its hash."""
    data = encode_mask(blob(64, value))
    mask_of(dataset, sample).write_bytes(data)
    return content_hash(data)


def stale(run: Run, dataset: Dataset) -> Staleness:
    with open_workspace(dataset) as workspace:
        return look_at_runs(dataset, [run], workspace)[run.id]


def said(run: Run) -> list[str]:
    return [event.text for event in read_events(run.events_path) if event.type == "message"]


def test_that_untouched_files_cost_no_reading_and_leave_the_record_alone(run, attempt, monkeypatch):
    before = (run.folder / "run.json").read_bytes()
    monkeypatch.setattr(file_hashes, "read_bytes", lambda path: pytest.fail(f"read {path}"))
    attempt().begin().end(6)
    assert (run.folder / "run.json").read_bytes() == before
    assert said(run) == []


def test_that_a_mask_that_changed_in_the_queue_is_recorded_as_it_is_learned(run, dataset, attempt):
    before = run.record.dataset.fingerprint[SAMPLE]
    after = repair(dataset, 1)
    attempt().begin().end(6)
    record = run.record.dataset
    assert record.fingerprint[SAMPLE] == after
    (change,) = record.changes
    assert (change.since, change.iteration) == (0, 0)
    assert change.masks == {SAMPLE: {"from": before, "to": after}}
    assert stale(run, dataset) == Staleness()
    assert run.summary().data_changes == 1
    assert said(run) == [
        "1 mask changed since the run was asked for: it learns them as they are now (train/001)."
    ]


def test_that_a_mask_that_changed_in_a_pause_is_told_with_what_was_learned_before(
    run, dataset, attempt
):
    before = run.record.dataset.fingerprint[SAMPLE]
    attempt().begin().end(3)
    after = repair(dataset, 1)
    assert stale(run, dataset).words() == "1 mask changed"
    attempt().begin(3).end(6)
    (change,) = run.record.dataset.changes
    assert (change.since, change.iteration) == (3, 3)
    assert change.masks == {SAMPLE: {"from": before, "to": after}}
    found = stale(run, dataset)
    assert (found.masks, found.midway) == ((), (SAMPLE,))
    assert found.words() == "1 sample changed while it trained"
    assert "since iteration 3: from there on" in said(run)[0]
    repair(dataset, 1, "val/003")
    assert stale(run, dataset).words() == "1 mask changed, 1 sample changed while it trained"


def test_that_photos_are_recorded_too(run, dataset, attempt):
    photo = dataset.sample(SAMPLE).image
    photo.write_bytes(photo.read_bytes() + b"\0")
    attempt().begin().end(6)
    assert run.record.dataset.images[SAMPLE] == content_hash(photo.read_bytes())
    assert said(run)[0].startswith("1 photo changed since")


def test_that_a_file_that_may_have_been_read_both_ways_is_recorded_so(run, dataset, attempt):
    going_on = attempt().begin()
    after = repair(dataset, 1)
    going_on.end(6)
    (change,) = run.record.dataset.changes
    assert (change.since, change.iteration) == (0, 6)
    assert run.record.dataset.fingerprint[SAMPLE] == after
    assert stale(run, dataset).midway == (SAMPLE,)
    assert "between iterations 0 and 6" in said(run)[0]


def test_that_what_was_kept_in_memory_before_a_change_is_what_was_learned(run, dataset, attempt):
    mask = mask_of(dataset)
    held = {str(mask): state_of_file(str(mask))}
    going_on = attempt().begin()
    repair(dataset, 1)
    going_on.end(6, held)
    assert run.record.dataset.changes == []
    assert stale(run, dataset).words() == "1 mask changed"


def test_that_what_changed_before_it_was_read_and_kept_is_learned_as_it_is(run, dataset, attempt):
    going_on = attempt().begin()
    after = repair(dataset, 1)
    mask = mask_of(dataset)
    going_on.end(6, {str(mask): state_of_file(str(mask))})
    (change,) = run.record.dataset.changes
    assert (change.since, change.iteration) == (0, 0)
    assert run.record.dataset.fingerprint[SAMPLE] == after
    assert stale(run, dataset) == Staleness()


def test_that_a_missing_file_stays_as_it_was_recorded(run, dataset, attempt):
    before = run.record.dataset
    mask_of(dataset).unlink()
    attempt().begin().end(6)
    assert run.record.dataset == before


def test_that_a_lost_workspace_means_reading_and_nothing_else(run, dataset, attempt):
    for path in dataset.workspace_dir.glob("workspace.db*"):
        path.unlink()
    after = repair(dataset, 1)
    attempt().begin().end(6)
    assert run.record.dataset.fingerprint[SAMPLE] == after
    assert not list(dataset.workspace_dir.glob("workspace.db*"))


def test_that_a_damaged_workspace_is_said_and_ends_nothing(run, dataset, attempt):
    for path in dataset.workspace_dir.glob("workspace.db*"):
        path.unlink()
    (dataset.workspace_dir / "workspace.db").write_bytes(b"no database" * 200)
    attempt().begin().end(6)
    (text,) = said(run)
    assert text.startswith("Whether masks have changed since the run was asked for is not known.")


def test_that_runs_of_older_programs_are_left_as_they_are(run, dataset, attempt):
    path = run.folder / "data.json"
    plan = load_data_plan(run.folder)
    for group in (*plan.train.groups, *plan.val.groups):
        group.ids = []
    path.write_text(plan.model_dump_json())
    repair(dataset, 1)
    attempt().begin().end(6)
    assert run.record.dataset.changes == []


def test_that_the_held_out_samples_of_a_fold_are_known_by_their_own_ids(dataset):
    request = TrainRequest(dataset, "demo-cpu", overrides={"max_iters": 2, "val_interval": 2})
    runs = create_folds(request, dataset.workspace_dir / "runs", 2)
    after = repair(dataset, 1)
    for run in runs:
        Attempt(run).begin().end(2)
        assert run.record.dataset.fingerprint[SAMPLE] == after


@pytest.fixture
def coded(dataset: Dataset) -> Dataset:
    """The dataset with colours for masks, so that runs read decoded copies."""
    for path in (dataset.root / "labels").rglob("*.png"):
        in_colors(path, read_mask(path))
    return replace(dataset, coding=RGB)


def test_that_a_decoded_copy_counts_as_the_mask_that_it_was_made_of(coded):
    runs_dir = coded.workspace_dir / "runs"
    request = TrainRequest(coded, "demo-cpu", overrides={"max_iters": 2, "val_interval": 2})
    first = create_run(coded, runs_dir, request)
    before = first.record.dataset.fingerprint[SAMPLE]
    in_colors(mask_of(coded), blob(64, 1))
    Attempt(first).begin().end(2)
    assert first.record.dataset.fingerprint[SAMPLE] == before  # it reads the copy of then
    assert stale(first, coded).words() == "1 mask changed"
    create_run(coded, runs_dir, request)  # which makes the copy anew
    Attempt(first).begin(2).end(4)
    after = content_hash(mask_of(coded).read_bytes())
    assert first.record.dataset.fingerprint[SAMPLE] == after
    assert stale(first, coded).midway == (SAMPLE,)


class Repairing(EventWriter):
    """Lets a mask be repaired as soon as an iteration has been told."""

    def __init__(self, run: Run, iteration: int, then: Callable[[], object]) -> None:
        super().__init__(run.events_path)
        self._iteration, self._then = iteration, then

    def write(self, event: Event) -> None:
        super().write(event)
        if isinstance(event, Iteration) and event.iteration == self._iteration:
            self._then()


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is after a training as it was before."""
    monkeypatch.setattr(tuning, "keep_freed_memory", lambda **_: None)
    threads, cv2_threads = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(threads)
    cv2.setNumThreads(cv2_threads)
    data_cache.forget_all()


@pytest.mark.usefixtures("process")
def test_that_a_training_tells_what_it_read_before_a_change_from_what_it_read_after(
    make_run, dataset
):
    run = make_run(cache="on", val_interval=6)
    waited = repair(dataset, 2, "train/000")
    run.update(attempt=1)
    after: list[str] = []

    def change() -> None:
        # By the fourth iteration each of the six photos has been read, and no validation was.
        after.extend((repair(dataset, 1), repair(dataset, 1, "val/003")))

    with Repairing(run, 4, change) as events:
        session.train(run.folder, events)
    known = run.record.dataset.fingerprint
    assert (known["train/000"], known["val/003"]) == (waited, after[1])
    assert known[SAMPLE] != after[0]
    assert stale(run, dataset) == Staleness(masks=(SAMPLE,))
