"""A search for errors that was cancelled or killed is gone on with, and finds the same."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest

import core.evaluation.analyse as analysing
from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation import analysis_blocks
from core.evaluation.analyse import Analysis, analyse_run
from core.evaluation.evaluate import EvaluationCancelled
from core.evaluation.metrics.confusion import Mask
from tests.core.evaluation.helpers import FakeRun, write_mask

MakeRun = Callable[..., FakeRun]
ALL = [f"val/{number}" for number in range(6)]


def spoilt(mask: Mask) -> Mask:
    changed = np.roll(mask, 1, axis=1)
    changed[18:23, 20:30] = 2
    return changed


@pytest.fixture
def run(predicted_run: MakeRun) -> FakeRun:
    return predicted_run("spoilt", spoilt)


@pytest.fixture(autouse=True)
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The samples whose files are read; two at a time, and each two are a block."""
    seen: list[str] = []
    read = analysing.read_pair

    def noting(job, dataset):  # type: ignore[no-untyped-def]
        seen.append(job.sample)
        return read(job, dataset)

    monkeypatch.setattr(analysing, "read_pair", noting)
    monkeypatch.setattr(analysing, "_CHUNK", 2)
    monkeypatch.setattr(analysis_blocks, "_BLOCK", 2)
    return seen


def cancelled_after(dataset: Dataset, run: FakeRun, samples: int) -> None:
    """Begin a search, and cancel it once so many samples are done."""
    enough = threading.Event()

    def report(done: int, _total: int) -> None:
        if done >= samples:
            enough.set()

    with pytest.raises(EvaluationCancelled):
        analyse_run(dataset, run, "val", on_progress=report, cancelled=enough.is_set)


def uninterrupted(
    dataset: Dataset, predicted_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> Analysis:
    with monkeypatch.context() as whole:
        whole.setattr(analysing, "_CHUNK", 32)
        return analyse_run(dataset, predicted_run("whole", spoilt), "val")


def assert_same(one: Analysis, other: Analysis) -> None:
    assert one.ids == other.ids
    assert one.skipped == other.skipped
    arrays, others = one.table.as_arrays(), other.table.as_arrays()
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, others[name], err_msg=name)


def files_of(run: FakeRun) -> list[str]:
    return sorted(path.name for path in (run.folder / "metrics" / "errors").iterdir())


@pytest.mark.parametrize("block", [2, 100])
def test_that_a_cancelled_search_goes_on_where_it_was_and_finds_the_same(
    dataset: Dataset,
    run: FakeRun,
    predicted_run: MakeRun,
    looked_at: list[str],
    monkeypatch: pytest.MonkeyPatch,
    block: int,
) -> None:
    monkeypatch.setattr(analysis_blocks, "_BLOCK", block)  # 100: only cancelling writes one
    (run.folder / "predictions" / "val" / "1.png").unlink()
    cancelled_after(dataset, run, 4)
    assert sorted(looked_at) == ALL[:4]
    looked_at.clear()
    progress: list[tuple[int, int]] = []
    found = analyse_run(dataset, run, "val", on_progress=lambda *now: progress.append(now))
    assert sorted(looked_at) == ALL[4:]
    assert progress == [(6, 6)]
    assert files_of(run) == ["val.npz"]
    assert [skipped.sample for skipped in found.skipped] == ["val/1"]
    looked_at.clear()
    assert_same(analyse_run(dataset, run, "val"), found)
    assert looked_at == []
    whole = predicted_run("whole", spoilt)
    (whole.folder / "predictions" / "val" / "1.png").unlink()
    assert_same(found, analyse_run(dataset, whole, "val"))


def test_that_a_search_can_be_cancelled_again_and_again(
    dataset: Dataset,
    run: FakeRun,
    predicted_run: MakeRun,
    looked_at: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for samples in (2, 4):
        cancelled_after(dataset, run, samples)
    found = analyse_run(dataset, run, "val")
    assert sorted(looked_at) == ALL  # each of them once
    assert_same(found, uninterrupted(dataset, predicted_run, monkeypatch))


def test_that_a_search_broken_off_with_ctrl_c_goes_on_where_it_was(
    dataset: Dataset, run: FakeRun, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis_blocks, "_BLOCK", 100)

    def pressed(done: int, _total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse_run(dataset, run, "val", on_progress=pressed)
    looked_at.clear()
    analyse_run(dataset, run, "val")
    assert sorted(looked_at) == ALL[4:]


@pytest.mark.parametrize("block", [2, 100])
def test_that_a_run_deleted_while_its_errors_are_searched_stays_deleted(
    dataset: Dataset, run: FakeRun, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(analysis_blocks, "_BLOCK", block)
    deleted = threading.Event()

    def delete(done: int, _total: int) -> None:
        if done == 2:
            run.folder.rename(run.folder.with_name(".spoilt.deleted"))
        elif done == 4:
            deleted.set()

    with pytest.raises(EvaluationCancelled):
        analyse_run(dataset, run, "val", on_progress=delete, cancelled=deleted.is_set)
    assert not run.folder.exists()


def test_that_a_search_to_the_end_of_a_deleted_run_says_so(dataset: Dataset, run: FakeRun) -> None:
    def delete(done: int, total: int) -> None:
        if done == total:
            run.folder.rename(run.folder.with_name(".spoilt.deleted"))

    with pytest.raises(PetsegError, match="deleted or moved meanwhile"):
        analyse_run(dataset, run, "val", on_progress=delete)
    assert not run.folder.exists()


def test_that_files_changed_since_the_search_was_cancelled_are_looked_at_again(
    dataset: Dataset,
    run: FakeRun,
    predicted_run: MakeRun,
    looked_at: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancelled_after(dataset, run, 4)
    write_mask(dataset.root / "labels" / "val" / "0.png", np.full((24, 32), 2, np.uint8))
    other = np.zeros((24, 32), np.uint8)
    write_mask(run.folder / "predictions" / "val" / "3.png", other)
    looked_at.clear()
    found = analyse_run(dataset, run, "val")
    assert sorted(looked_at) == ["val/0", "val/3", "val/4", "val/5"]
    whole = predicted_run("whole", spoilt)
    write_mask(whole.folder / "predictions" / "val" / "0.png", spoilt_file(run, "0"))
    write_mask(whole.folder / "predictions" / "val" / "3.png", other)
    assert_same(found, analyse_run(dataset, whole, "val"))


def test_that_a_search_after_some_edits_keeps_what_was_known_before_it_was_cancelled(
    dataset: Dataset, run: FakeRun, looked_at: list[str]
) -> None:
    before = analyse_run(dataset, run, "val")
    for number in (1, 2, 4, 5):
        write_mask(dataset.root / "labels" / "val" / f"{number}.png", np.zeros((24, 32), np.uint8))
    cancelled_after(dataset, run, 4)
    looked_at.clear()
    found = analyse_run(dataset, run, "val")
    assert sorted(looked_at) == ["val/4", "val/5"]
    assert found.ids == before.ids
    assert [found.of(sample) == before.of(sample) for sample in ALL] == [
        True, False, False, True, False, False,
    ]  # fmt: skip


def test_that_a_damaged_block_only_costs_its_samples(
    dataset: Dataset, run: FakeRun, looked_at: list[str]
) -> None:
    cancelled_after(dataset, run, 4)
    folder = run.folder / "metrics" / "errors"
    first = folder / files_of(run)[0]
    first.write_bytes(first.read_bytes()[:200])
    looked_at.clear()
    analyse_run(dataset, run, "val")
    assert len(looked_at) == 4
    assert files_of(run) == ["val.npz"]


def spoilt_file(run: FakeRun, stem: str) -> Mask:
    from core.images import read_mask

    return read_mask(run.folder / "predictions" / "val" / f"{stem}.png")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a copy of this process is killed")
def test_that_a_killed_search_loses_no_block_that_it_had_written(
    dataset: Dataset,
    run: FakeRun,
    predicted_run: MakeRun,
    looked_at: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = os.fork()
    if child == 0:
        try:
            analyse_run(
                dataset, run, "val",
                on_progress=lambda done, _: os.kill(os.getpid(), signal.SIGKILL)
                if done == 4 else None,
            )  # fmt: skip
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert len(files_of(run)) == 2
    found = analyse_run(dataset, run, "val")
    assert sorted(looked_at) == ALL[4:]
    assert_same(found, uninterrupted(dataset, predicted_run, monkeypatch))
