"""demo, info, qa and exclude: what they print, write and refuse."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from tests.app.cli.calling import Command


def flags_of(outcome) -> set[tuple[str, str]]:
    return {(flag["sample"], flag["check"]) for flag in json.loads(outcome.out)["flags"]}


def test_that_the_demo_is_drawn_where_it_was_asked_for(command: Command, tmp_path: Path) -> None:
    outcome = command("demo", tmp_path / "new", "--images", 12, "--size", 64, "--seed", 5)
    assert outcome.code == 0
    assert "12 of 12" in outcome.err
    assert str(tmp_path / "new") in outcome.out
    assert len(list((tmp_path / "new" / "img").rglob("*.jpg"))) == 12


def test_that_the_same_seed_draws_the_same_bytes(command: Command, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert command("demo", tmp_path / name, "--images", 6, "--size", 64).code == 0
    files = [path for path in sorted((tmp_path / "one").rglob("*")) if path.is_file()]
    assert files
    for path in files:
        twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == twin.read_bytes(), path


def test_that_a_dataset_is_not_drawn_over(command: Command, demo: Path) -> None:
    before = sorted(path.read_bytes() for path in demo.rglob("*.png"))
    outcome = command("demo", demo)
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    assert sorted(path.read_bytes() for path in demo.rglob("*.png")) == before


def test_that_info_counts_images_and_masks_and_writes_nothing(command: Command, demo: Path) -> None:
    (demo / "labels" / "val").rename(demo / "labels_val")
    before = sorted(demo.rglob("*"))
    data = json.loads(command("info", demo, "--json", "-").out)
    assert [entry["name"] for entry in data["classes"]] == ["background", "cat", "dog"]
    assert {row["split"]: row["images"] for row in data["splits"]} == {
        "train": 11,
        "val": 7,
        "test": 6,
    }
    assert data["splits"][1]["masks"]["labels"] == 0
    assert data["total"]["images"] == 24
    assert sorted(demo.rglob("*")) == before


def test_that_info_is_readable_in_a_pipe(process: Command, demo: Path) -> None:
    outcome = process("info", demo)
    assert outcome.code == 0
    assert outcome.err == ""
    rows = [line.split() for line in outcome.out.splitlines()]
    assert ["train", "11", "11"] in rows
    assert not any(line.endswith(" ") for line in outcome.out.splitlines())


def test_that_qa_finds_what_was_planted(command: Command, demo: Path) -> None:
    planted = json.loads((demo / "demo_defects.json").read_text())["defects"]
    outcome = command("qa", demo, "--json", "-")
    assert outcome.code == 0
    structural = {"noise", "too_many_components", "holes", "class_values", "size", "pairs"}
    expected = {(each["sample"], each["check"]) for each in planted if each["check"] in structural}
    assert len(expected) >= 3
    assert expected <= flags_of(outcome)


def test_that_qa_keeps_progress_and_result_apart(process: Command, demo: Path) -> None:
    outcome = process("qa", demo, "--json", "-")
    data = json.loads(outcome.out)
    assert data["label_set"] == "labels"
    assert data["samples"] == 24
    assert set(data["flags"][0]) >= {"sample", "check", "severity", "value", "message"}
    assert outcome.err == "Checking labels: 24 of 24\n"


def test_that_qa_writes_json_and_csv_beside_its_table(
    command: Command, demo: Path, tmp_path: Path
) -> None:
    outcome = command("qa", demo, "--json", tmp_path / "f.json", "--csv", tmp_path / "f.csv")
    assert outcome.code == 0
    flags = json.loads((tmp_path / "f.json").read_text())["flags"]
    with (tmp_path / "f.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["sample"] for row in rows] == [flag["sample"] for flag in flags]
    assert list(rows[0]) == ["sample", "check", "severity", "value", "message"]
    for flag in flags:
        assert f"{flag['message']}" in outcome.out


def test_that_qa_looks_only_at_the_splits_and_checks_asked_for(
    command: Command, demo: Path
) -> None:
    outcome = command("qa", demo, "--splits", "val,test", "--checks", "noise,holes", "--json", "-")
    data = json.loads(outcome.out)
    assert data["samples"] == 13
    assert data["checks"] == ["noise", "holes"]
    assert {flag["sample"].split("/")[0] for flag in data["flags"]} <= {"val", "test"}


def test_that_qa_names_an_unreadable_image_and_goes_on(command: Command, demo: Path) -> None:
    (demo / "img" / "val" / "0013.jpg").write_bytes(b"not a photo")
    outcome = command("qa", demo, "--json", "-")
    assert outcome.code == 0
    data = json.loads(outcome.out)
    assert data["samples"] == 24
    messages = [flag["message"] for flag in data["flags"] if flag["sample"] == "val/0013"]
    assert any("image cannot be read" in message for message in messages), messages


@pytest.mark.parametrize(
    ("option", "value", "named"),
    [
        ("--labels", "nope", "labels"),
        ("--splits", "train,nope", "train, val, test"),
        ("--splits", ",", "split"),
        ("--checks", "nope", "noise"),
    ],
)
def test_that_qa_refuses_names_that_do_not_exist_and_lists_those_that_do(
    command: Command, demo: Path, option: str, value: str, named: str
) -> None:
    outcome = command("qa", demo, option, value)
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert option in outcome.err
    assert named in outcome.err


def test_that_two_results_do_not_share_standard_output(command: Command, demo: Path) -> None:
    assert command("qa", demo, "--json", "-", "--csv", "-").code == 2


def test_that_csv_goes_to_standard_output_alone(command: Command, demo: Path) -> None:
    outcome = command("qa", demo, "--csv", "-")
    rows = list(csv.reader(io.StringIO(outcome.out)))
    assert all(len(row) == 5 for row in rows)


def test_that_a_folder_without_images_is_named_with_a_remedy(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "papers").mkdir()
    for name in ("info", "qa", "runs"):
        outcome = command(name, tmp_path / "papers")
        assert outcome.code == 1
        assert outcome.is_one_clear_line
        assert str(tmp_path / "papers") in outcome.err
        assert "img/{train,val,test}" in outcome.err


def test_that_an_empty_dataset_is_named_with_a_remedy(command: Command, demo: Path) -> None:
    for photo in (demo / "img").rglob("*.jpg"):
        photo.unlink()
    shutil.rmtree(demo / "labels")
    for name in ("info", "qa", "runs"):
        outcome = command(name, demo)
        assert outcome.code == 1
        assert outcome.is_one_clear_line
        assert "Put photos there" in outcome.err


def test_that_json_that_cannot_be_written_is_a_clear_failure(
    command: Command, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    outcome = command("qa", demo, "--json", tmp_path / "file" / "flags.json")
    assert outcome.code == 1
    assert outcome.is_one_clear_line


def test_that_the_workspace_goes_where_it_was_asked_for(
    command: Command, demo: Path, tmp_path: Path
) -> None:
    assert command("qa", demo, "--workspace", tmp_path / "aside").code == 0
    assert (tmp_path / "aside" / "workspace.db").exists()
    assert not (demo / ".petseg").exists()


def test_that_samples_are_excluded_listed_and_taken_back(command: Command, demo: Path) -> None:
    outcome = command("exclude", demo, "train/0001", "train/0002", "--reason", "a fox")
    assert outcome.code == 0
    assert "train/0001  a fox" in outcome.out
    assert command("exclude", demo, "--undo", "train/0001").code == 0
    listed = command("exclude", demo)
    assert "train/0002" in listed.out
    assert "train/0001" not in listed.out
    assert len(list((demo / "img").rglob("*.jpg"))) == 24


@pytest.mark.parametrize("arguments", [("train/9999",), ("--undo",), ("--undo", "train/9999")])
def test_that_exclude_refuses_unknown_samples(
    command: Command, demo: Path, arguments: tuple[str, ...]
) -> None:
    outcome = command("exclude", demo, *arguments)
    assert outcome.code == 2
    assert outcome.is_one_clear_line
