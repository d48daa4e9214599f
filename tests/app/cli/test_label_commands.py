"""diff and tags: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.cli.calling import Command
from tests.making import blob, write_sample


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Two label sets: of three pairs two differ, and one sample is only in the second set."""
    root = tmp_path / "two"
    small = blob()
    small[0:2, 0:3] = 2
    write_sample(root, "train", "a", {"labels": blob(), "labels_fixed": blob()})
    write_sample(root, "train", "b", {"labels": small, "labels_fixed": blob()})
    write_sample(root, "val", "c", {"labels": blob(value=1), "labels_fixed": blob(value=2)})
    write_sample(root, "val", "d", {"labels_fixed": blob()})
    return root


def test_that_diff_writes_the_masks_that_changed_most_first(command: Command, pets: Path) -> None:
    outcome = command("diff", pets, "labels", "labels_fixed", "--json", "-")
    assert outcome.code == 0
    data = json.loads(outcome.out)
    area = int((blob() > 0).sum())
    assert (data["a"], data["b"]) == ("labels", "labels_fixed")
    assert (data["compared"], data["changed"]) == (3, 2)
    masks = [(mask["sample"], mask["changed_px"]) for mask in data["masks"]]
    assert masks == [("val/c", area), ("train/b", 6)]
    assert data["masks"][1]["boxes"] == [[0, 0, 3, 2]]
    assert data["flows"][-1]["px"] == 6
    assert data["only_in_b"] == ["val/d"]
    assert data["splits"]["train"] == {"compared": 2, "changed": 1}
    assert "3 of 3" in outcome.err


def test_that_diff_is_readable_in_a_pipe(command: Command, pets: Path) -> None:
    outcome = command("diff", pets, "labels", "labels_fixed", "--splits", "train")
    rows = [line.split() for line in outcome.out.splitlines()]
    assert ["train/b", "6", "0.15"] in rows
    assert "val/c" not in outcome.out
    assert outcome.out.endswith(
        "1 of 2 masks differ between labels and labels_fixed (1 of 2 in train).\n"
    )


def test_that_diff_names_what_cannot_be_compared(command: Command, pets: Path) -> None:
    write_sample(pets, "train", "b", {"labels_fixed": blob(32)})
    (pets / "labels" / "val" / "c.png").write_bytes(b"\x89PNG")
    outcome = command("diff", pets, "labels", "labels_fixed")
    assert outcome.code == 0
    assert "Not compared: train/b. The masks differ in size: 64 × 64 px" in outcome.out
    assert "Not compared: val/c. " in outcome.out
    assert "Only in labels_fixed: 1 mask (val/d)." in outcome.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("labels", "labels_fixd"), "labels_fixed"),
        (("labels", "labels"), "both"),
        (("labels", "labels_fixed", "--splits", "nope"), "train, val"),
    ],
)
def test_that_diff_refuses_arguments_that_mean_nothing(
    command: Command, pets: Path, arguments: tuple[str, ...], said: str
) -> None:
    outcome = command("diff", pets, *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_that_tags_are_given_taken_and_listed(command: Command, pets: Path) -> None:
    outcome = command(
        "tags", pets, "train/a", "val/c", "--add", "small object", "--add", "dark dog",
        "--state", "done", "--note", "looked at twice",
    )  # fmt: skip
    assert outcome.code == 0
    assert "Tagged 2 samples “dark dog”." in outcome.out
    assert "2 samples: done." in outcome.out
    command("tags", pets, "val/c", "--remove", "dark dog")
    listed = [line.split() for line in command("tags", pets).out.splitlines()]
    assert ["small", "object", "2"] in listed
    assert ["dark", "dog", "1"] in listed
    assert ["to_do", "2"] in listed
    assert ["done", "2"] in listed
    row_of_a = ["train/a", "done", "dark", "dog;", "small", "object", "looked", "at", "twice"]
    row = command("tags", pets, "train/a").out.splitlines()[-1]
    assert row.split() == row_of_a


def test_that_a_tag_is_renamed_and_deleted_everywhere(command: Command, pets: Path) -> None:
    command("tags", pets, "train/a", "--add", "dark dog")
    command("tags", pets, "--rename", "dark dog", "dark object")
    assert "dark object" in command("tags", pets, "train/a").out
    command("tags", pets, "--delete", "dark object")
    assert "dark" not in command("tags", pets).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train/x", "--add", "fox"), "train/x"),
        (("--add", "fox"), "name the samples"),
        (("train/a", "--add", "a;b"), "cannot hold"),
        (("train/a", "--state", "finished"), "to_do, done, unsure"),
        (("--delete", "fox"), "There is no tag"),
    ],
)
def test_that_tags_refuses_what_it_does_not_know(
    command: Command, pets: Path, arguments: tuple[str, ...], said: str
) -> None:
    outcome = command("tags", pets, *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert "Traceback" not in outcome.err
