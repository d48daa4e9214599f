"""Whether a run has learned the classes that the dataset has now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.errors import PetsegError
from core.evaluation.run_classes import (
    CONFIG_NAME,
    renamed_classes,
    renaming,
    require_same_classes,
    why_other,
)
from tests.making import blob, write_sample


@dataclass(frozen=True)
class StoredRun:
    """All that evaluation needs to know of a run."""

    folder: Path
    id: str = "first"
    name: str = "first"
    label_set: str = "labels"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """A dataset of background, cat and dog."""
    write_sample(tmp_path / "data", "val", "a", {"labels": blob()})
    return open_dataset(tmp_path / "data")


def run_of(folder: Path, names: list[str], count: int | None = None) -> StoredRun:
    """A run whose config says which classes it has learned."""
    folder.mkdir(exist_ok=True)
    config = {
        "model": {"decode_head": {"num_classes": count or len(names)}},
        "val_dataloader": {"dataset": {"metainfo": {"classes": names}}},
    }
    (folder / CONFIG_NAME).write_text(json.dumps(config))
    return StoredRun(folder)


def test_that_the_same_classes_pass_without_a_word(dataset: Dataset, tmp_path: Path):
    run = run_of(tmp_path / "run", ["background", "cat", "dog"])
    require_same_classes(dataset, run)
    assert renamed_classes(dataset, run) == ""


def test_that_a_new_name_at_the_same_place_passes_and_is_told(dataset: Dataset, tmp_path: Path):
    run = run_of(tmp_path / "run", ["background", "Cat", "puppy"])
    require_same_classes(dataset, run)
    assert renamed_classes(dataset, run) == (
        "The run first has learned class 1 as 'Cat', now 'cat'; class 2 as 'puppy', now 'dog'."
        " They count as the same classes: train anew where they are not."
    )


@pytest.mark.parametrize(
    "names",
    [
        ["background", "dog", "cat"],
        ["background", "Dog", "CAT"],
        ["cat", "background", "dog"],
        ["background", "dog", "rabbit"],
    ],
)
def test_that_a_name_at_another_place_is_refused(
    dataset: Dataset, tmp_path: Path, names: list[str]
):
    run = run_of(tmp_path / "run", names)
    with pytest.raises(PetsegError, match="has learned other classes: the run knows the classes"):
        require_same_classes(dataset, run)
    assert renamed_classes(dataset, run) == ""  # what is refused needs no warning


def test_that_another_number_of_classes_is_refused(dataset: Dataset, tmp_path: Path):
    run = run_of(tmp_path / "run", ["background", "cat"])
    with pytest.raises(PetsegError, match="knows 2 classes"):
        require_same_classes(dataset, run)


def test_that_nothing_is_said_where_nothing_is_known(dataset: Dataset, tmp_path: Path):
    run = StoredRun(tmp_path / "none")
    require_same_classes(dataset, run)
    assert renamed_classes(dataset, run) == ""
    nameless = run_of(tmp_path / "run", [], count=3)
    require_same_classes(dataset, nameless)
    assert renamed_classes(dataset, nameless) == ""


def test_that_names_that_differ_in_capital_letters_alone_are_two_classes():
    assert why_other(2, ["a", "A"], ["a", "A"]) == ""
    assert "in the order" in why_other(2, ["a", "A"], ["A", "a"])


def test_that_many_new_names_are_cut_short():
    words = renaming([f"old{n}" for n in range(9)], [f"new{n}" for n in range(9)])
    assert words.startswith("has learned class 0 as 'old0', now 'new0'; ")
    assert "and 6 more under other names" in words
