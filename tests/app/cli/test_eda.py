"""petseg eda: what it prints, writes and refuses."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.app.cli.calling import Command


def row_of(text: str, *start: str) -> list[str]:
    """The cells of the first line that begins with these words."""
    rows = (line.split() for line in text.splitlines())
    return next(row for row in rows if row[: len(start)] == list(start))


def test_that_the_study_s_figures_are_printed(
    command: Command, shared_dir: Path, tmp_path: Path
) -> None:
    outcome = command(
        "eda", shared_dir / "pets", "--labels", "labels", "--splits", "train",
        "--workspace", tmp_path,
    )  # fmt: skip
    assert outcome.code == 0
    assert row_of(outcome.out, "cat", "98") == ["cat", "98", "49.5", "120", "1.22", "5.0"]
    assert row_of(outcome.out, "dog", "107") == [
        "dog", "107", "7.77", "6.12", "0.02", "25.92", "3.25", "11.46",
    ]  # fmt: skip
    assert row_of(outcome.out, "dog", "7.935")[2] == "1.193"


def test_that_json_equals_the_golden_file(
    command: Command, shared_dir: Path, tmp_path: Path
) -> None:
    golden = json.loads((shared_dir / "golden" / "pets.json").read_text(), parse_float=Decimal)
    for label_set, expected in golden["eda"].items():
        outcome = command(
            "eda", shared_dir / "pets", "--labels", label_set, "--splits", "train",
            "--workspace", tmp_path, "--json", "-",
        )  # fmt: skip
        found = json.loads(outcome.out)
        assert (found["label_set"], found["splits"]) == (label_set, ["train"])
        areas = expected["train"]["object_area_pct"]
        for name, numbers in areas.items():
            for key, number in numbers.items():
                assert float(number) == pytest.approx(
                    found["object_area_pct"][name][key], abs=0.00501
                )


def test_that_progress_and_result_are_kept_apart(process: Command, demo: Path) -> None:
    outcome = process("eda", demo, "--json", "-")
    assert outcome.code == 0
    assert json.loads(outcome.out)["images"] == 24
    assert "24 of 24" in outcome.err


def test_that_each_split_has_its_rows_where_there_are_several(command: Command, demo: Path) -> None:
    text = command("eda", demo).out
    for split in ("train", "val", "test", "all"):
        assert row_of(text, split, "cat")
    assert "11 in train" in text


def test_that_figures_and_tables_are_written_and_counted(
    command: Command, demo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out" / "figures"
    outcome = command("eda", demo, "--figures", folder)
    assert outcome.code == 0
    files = sorted(folder.iterdir())
    assert {path.suffix for path in files} == {".png", ".svg", ".csv"}
    assert f"{len(files)} files in {folder}" in outcome.out
    with (folder / "class_balance.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["split"] for row in rows} == {"train", "val", "test", "all"}
    images = [
        row["images"] for row in rows if (row["split"], row["class"]) == ("all", "background")
    ]
    assert images == ["24"]


def test_that_json_on_standard_output_stands_there_alone(
    command: Command, demo: Path, tmp_path: Path
) -> None:
    outcome = command("eda", demo, "--json", "-", "--figures", tmp_path / "figures")
    json.loads(outcome.out)
    assert "files in" in outcome.err


def test_that_excluded_samples_do_not_count(command: Command, demo: Path) -> None:
    before = json.loads(command("eda", demo, "--json", "-").out)
    sample = f"train/{next((demo / 'img' / 'train').iterdir()).stem}"
    assert command("exclude", demo, sample).code == 0
    after = json.loads(command("eda", demo, "--json", "-").out)
    assert (after["images"], after["excluded"]) == (before["images"] - 1, 1)
    assert "1 excluded" in command("eda", demo).out


@pytest.mark.parametrize(
    "arguments", [("--labels", "nope"), ("--splits", "nope"), ("--splits", ",")]
)
def test_that_what_does_not_exist_is_a_wrong_argument(
    command: Command, demo: Path, arguments: tuple[str, str]
) -> None:
    outcome = command("eda", demo, *arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


def test_that_a_folder_that_cannot_be_made_is_one_clear_line(
    command: Command, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = command("eda", demo, "--figures", tmp_path / "file" / "figures")
    assert outcome.code == 1
    assert outcome.is_one_clear_line
