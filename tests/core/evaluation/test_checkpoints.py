"""Which checkpoint of a run is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import PetsegError
from core.evaluation.predicting.checkpoints import checkpoint_of


def touch(folder: Path, *names: str) -> None:
    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / "checkpoints" / name).write_bytes(b"x" * len(name))


def test_that_the_best_checkpoint_comes_before_a_later_one(tmp_path):
    touch(tmp_path, "iter_300.pth", "best_mDice_iter_200.pth", "iter_1000.pth")
    found = checkpoint_of(tmp_path)
    assert (found.path.name, found.iteration, found.is_best) == (
        "best_mDice_iter_200.pth",
        200,
        True,
    )


def test_that_of_two_best_the_later_is_meant(tmp_path):
    touch(tmp_path, "best_mDice_iter_90.pth", "best_mDice_iter_100.pth")
    assert checkpoint_of(tmp_path).iteration == 100


def test_that_without_a_best_the_noted_last_one_is_meant_wherever_the_folder_is_now(tmp_path):
    touch(tmp_path, "iter_100.pth", "iter_90.pth")
    note = tmp_path / "checkpoints" / "last_checkpoint"
    for text in ("/somewhere/else/iter_90.pth", "C:\\runs\\iter_90.pth"):
        note.write_text(text)
        assert checkpoint_of(tmp_path).iteration == 90
    note.write_text("/somewhere/else/iter_80.pth")  # deleted since
    assert checkpoint_of(tmp_path).iteration == 100
    assert not checkpoint_of(tmp_path).is_best


@pytest.mark.parametrize("names", [(), ("notes.txt", "weights.pth")])
def test_that_a_run_without_any_says_what_to_do(tmp_path, names):
    touch(tmp_path, *names)
    with pytest.raises(PetsegError, match=r"no checkpoint yet.*Let it train"):
        checkpoint_of(tmp_path)
