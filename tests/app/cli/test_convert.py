"""convert: to LabelMe files and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.images import read_mask
from tests.app.cli.calling import Command
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    root = make_dataset(tmp_path / "pets")
    holed = blob(64, 1)
    holed[30:34, 30:34] = 0
    write_sample(root, "train", "holed", {"labels": holed})
    return root


def test_that_masks_go_to_labelme_and_come_back_the_same(command: Command, pets: Path) -> None:
    out = pets.parent / "out"
    outcome = command("convert", pets, "--to", "labelme", out)
    assert (outcome.code, outcome.out) == (0, f"5 masks written to {out}.\n")
    assert "Writing labels: 5 of 5" in outcome.err
    assert len(list(out.rglob("*.json"))) == 5
    outcome = command("convert", pets, "--from", "labelme", out, "--json", "-")
    assert outcome.code == 0
    data = json.loads(outcome.out)
    assert data["label_set"] == "labels_labelme"
    assert len(data["written"]) == 5
    for path in (pets / "labels").rglob("*.png"):
        back = pets / "labels_labelme" / path.relative_to(pets / "labels")
        assert np.array_equal(read_mask(back), read_mask(path))


@pytest.mark.parametrize("form", ["coco", "voc"])
def test_that_masks_go_to_other_formats_and_come_back_the_same(
    command: Command, pets: Path, form: str
) -> None:
    out = pets.parent / "out"
    assert command("convert", pets, "--to", form, out).code == 0
    outcome = command("convert", pets, "--from", form, out)
    assert (outcome.code, outcome.out) == (0, f"5 masks written to labels_{form}.\n")
    for path in (pets / "labels").rglob("*.png"):
        back = pets / f"labels_{form}" / path.relative_to(pets / "labels")
        assert np.array_equal(read_mask(back), read_mask(path))
    outcome = command("convert", pets, "--to", form, out)
    assert outcome.code == 1
    assert outcome.is_one_clear_line


def test_that_the_loss_of_polygons_is_said_before_they_are_written(
    command: Command, pets: Path
) -> None:
    out = pets.parent / "out"
    outcome = command(
        "convert", pets, "--to", "labelme", out, "--shapes", "polygons", "--json", "-"
    )
    assert outcome.code == 0
    lines = outcome.err.splitlines()
    said = next(number for number, line in enumerate(lines) if "As polygons" in line)
    assert "1 hole filled" in lines[said]
    assert said < next(number for number, line in enumerate(lines) if "Writing" in line)
    losses = json.loads(outcome.out)["losses"]
    assert losses[0]["holes"] == 1
    assert losses[0]["worst_sample"] == "train/holed"
    assert losses[0]["iou"] < 100


def test_that_nothing_is_replaced_without_overwrite(command: Command, pets: Path) -> None:
    out = pets.parent / "out"
    command("convert", pets, "--to", "labelme", out, "--splits", "val")
    outcome = command("convert", pets, "--to", "labelme", out)
    assert outcome.code == 1
    assert outcome.out == f"4 masks written to {out}.\n"
    assert outcome.is_one_clear_line
    assert "1 mask could not be converted" in outcome.err
    assert "The file is there already" in outcome.err
    arguments = ("convert", pets, "--from", "labelme", out, "--labels", "labels")
    outcome = command(*arguments)
    assert (outcome.code, "has a mask in labels already" in outcome.err) == (1, True)
    outcome = command(*arguments, "--overwrite")
    assert outcome.code == 0
    assert outcome.out == "0 masks written to labels, 5 the same as before.\n"


def test_that_what_cannot_be_drawn_is_listed_and_fails(command: Command, pets: Path) -> None:
    source = pets.parent / "in"
    source.mkdir()
    shapes = [
        {"label": "fish", "shape_type": "polygon", "points": [[1, 1], [9, 1], [5, 9]]},
        {"label": "cat", "shape_type": "circle", "points": [[1, 1]]},
        {"label": "cat", "shape_type": "circle", "points": [[9, 9], [12, 9]]},
    ]
    (source / "000.json").write_text(json.dumps({"shapes": shapes}))
    (source / "broken.json").write_text("{")
    outcome = command("convert", pets, "--from", "labelme", source)
    assert outcome.code == 1
    assert "No class of the dataset has this label" in outcome.out
    assert "A circle has 2 points, this one 1" in outcome.out
    assert "1 mask written to labels_labelme." in outcome.out
    assert "broken.json" in outcome.err
    assert outcome.err.splitlines()[-1].startswith("Error: 1 file could not be converted and")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x",), "--to"),
        (("--to", "labelme", "--from", "labelme", "x"), "give one of the two"),
        (("--to", "yolo", "x"), "yolo"),
        (("--to", "coco", "x", "--shapes", "polygons"), "--to labelme only"),
        (("--to", "labelme", "x", "--labels", "nope"), "nope"),
        (("--to", "labelme", "x", "--simplify", "2"), "--shapes polygons"),
        (("--from", "labelme", "x", "--splits", "val"), "--to only"),
        (("--from", "labelme", ".", "--labels", "../out"), "cannot be the name"),
        ((), "OUT|SRC"),
    ],
)
def test_that_bad_arguments_are_refused(
    command: Command, pets: Path, arguments: tuple[str, ...], said: str
) -> None:
    outcome = command("convert", pets, *arguments)
    assert outcome.code == 2
    assert said in outcome.err


def test_that_a_place_without_files_fails_with_one_line(command: Command, pets: Path) -> None:
    outcome = command("convert", pets, "--from", "labelme", pets.parent / "none")
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    assert not (pets / "labels_labelme").exists()


def test_that_the_help_has_an_example(command: Command) -> None:
    outcome = command("convert", "--help")
    assert "petseg convert pets --to labelme out" in outcome.out
