"""`petseg errors`: what it prints and writes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.images import read_mask
from core.review.store import ReviewStore
from core.runs.record import DatasetRecord
from core.runs.store import RunStore
from tests.app.cli.calling import Command
from tests.core.evaluation.helpers import write_dataset, write_mask


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Six samples, and a run called "mine" that invents an animal on each of them."""
    root = write_dataset(tmp_path / "pets")
    run = RunStore(root / ".petseg" / "runs").create(
        recipe="demo-cpu",
        label_set="labels",
        dataset=DatasetRecord(root=root, fingerprint={}),
        name="mine",
    )
    for path in (root / "labels" / "val").iterdir():
        prediction = read_mask(path)
        prediction[18:23, 20:30] = 2
        write_mask(run.folder / "predictions" / "val" / path.name, prediction)
    return root


def test_that_kinds_looks_and_slices_are_printed_with_what_they_cost(
    command: Command, pets: Path
) -> None:
    with open_workspace(open_dataset(pets)) as workspace:
        ReviewStore(workspace).add_tag(["val/1", "val/2"], "wet")
    outcome = command("errors", pets, "mine")
    assert outcome.code == 0, outcome.err
    lines = [line.split() for line in outcome.out.splitlines()]
    assert outcome.out.startswith("mine on val: 6 samples against labels, mDice ")
    (alarms,) = [line for line in lines if line[:2] == ["False", "alarm"]]
    assert alarms[2:5] == ["300", "6", "6"]
    assert float(alarms[5]) > 10
    assert ["Missed", "object", "0", "0", "0", "+0.00"] in lines
    assert any(line[:3] == ["Tags:", "wet", "2"] for line in lines)
    assert any(line[:2] == ["Classes:", "Only"] for line in lines)
    assert "dark" in outcome.out.splitlines()[-1].lower()


def test_that_the_json_holds_the_same_and_the_csv_every_region(
    command: Command, pets: Path, tmp_path: Path
) -> None:
    target = tmp_path / "errors.json"
    outcome = command("errors", pets, "mine", "--split", "val", "--json", target, "--csv", "-")
    assert outcome.code == 0, outcome.err
    data = json.loads(target.read_text())
    assert (data["split"], data["label_set"], data["background"]) == ("val", "labels", "background")
    kinds = {entry["kind"]: entry for entry in data["kinds"]}
    assert kinds["false_alarm"]["pixels"] == 300
    assert data["kinds"][0]["kind"] == "false_alarm"
    assert sum(group["regions"] for group in data["textures"]) == 6
    costs = [each["cost"] for each in data["slices"]]
    assert costs == sorted(costs, reverse=True)
    assert data["dark_on_dark"]["verdict"] == "cannot be told"
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert len(rows) == 6
    assert {row["kind"] for row in rows} == {"false_alarm"}
    first = rows[0]
    assert (first["true"], first["predicted"], first["pixels"]) == ("background", "dog", "50")
    assert [first[side] for side in ("left", "top", "width", "height")] == ["20", "18", "10", "5"]


def test_that_samples_that_cannot_be_looked_at_are_noted(command: Command, pets: Path) -> None:
    write_mask(pets / "labels" / "val" / "0.png", np.zeros((5, 5), np.uint8))
    outcome = command("errors", pets, "mine")
    assert outcome.code == 0
    assert "Not looked at: val/0, because the mask is 5×5 pixels" in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("mine", "--split", "nope"),
        ("mine", "--labels", "nope"),
        ("mine", "--json", "-", "--csv", "-"),
    ],
)
def test_that_wrong_arguments_are_said(
    command: Command, pets: Path, arguments: tuple[str, ...]
) -> None:
    outcome = command("errors", pets, *arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
