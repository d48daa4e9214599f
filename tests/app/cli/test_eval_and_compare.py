"""`petseg eval` and `petseg compare` on stored predictions."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.evaluation.metrics.definitions import DEFINITIONS
from core.images import encode_mask, read_mask
from core.runs.store import Run
from core.training.request import TrainRequest, create_run
from tests.app.cli.calling import Command
from tests.making import make_dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(make_dataset(tmp_path / "data", samples=24))


def made(dataset: Dataset, name: str, moved: int) -> Run:
    """A run that predicts the masks of val, each moved to the right."""
    request = TrainRequest(
        dataset, "demo-cpu", name=name, overrides={"max_iters": 2, "val_interval": 2}
    )
    run = create_run(dataset, dataset.workspace_dir / "runs", request)
    folder = run.folder / "predictions" / "val"
    (folder / "confidence").mkdir(parents=True)
    for sample in dataset.in_splits(["val"]):
        mask = np.roll(read_mask(sample.masks["labels"]), moved, axis=1)
        (folder / f"{sample.stem}.png").write_bytes(encode_mask(mask))
        sure = encode_mask(np.full_like(mask, 230))
        (folder / "confidence" / f"{sample.stem}.png").write_bytes(sure)
    return run


@pytest.fixture
def runs(dataset: Dataset) -> tuple[Run, Run]:
    return made(dataset, "worse", 8), made(dataset, "better", 2)


def test_that_eval_shows_every_figure_with_its_name(
    command: Command, dataset: Dataset, runs: tuple[Run, Run], tmp_path: Path
) -> None:
    target = tmp_path / "eval.json"
    outcome = command("eval", dataset.root, "better", "--json", target)
    assert outcome.code == 0, outcome.err
    for words in (
        "Pooled over all images",
        "Averaged per image",
        "Precision %",
        "Boundary IoU %",
        "Boundary F1 %",
        "false alarms",
        "Pixels: what is what",
        "Objects: what is what",
        "Calibration error",
        "95 %",
    ):
        assert words in outcome.out
    data = json.loads(target.read_text())
    documented = ["run", "split", "label_set", "samples", "mDice", "mAcc", "aAcc"]
    assert list(data)[:7] == documented
    overall, classes = data["figures"]["overall"], data["figures"]["classes"]
    assert overall["mDice"]["value"] == pytest.approx(data["mDice"])
    assert overall["mDice"]["low"] <= data["mDice"] <= overall["mDice"]["high"]
    shown = {*overall, *(name for found in classes.values() for name in found)}
    assert shown == set(DEFINITIONS) == set(data["definitions"])
    assert data["confusion"]["classes"] == [entry["name"] for entry in data["classes"]]
    assert np.array(data["confusion"]["pixels"]).sum() == 6 * 64 * 64
    assert np.array(data["confusion"]["objects"]).shape == (4, 4)
    assert len(data["calibration"]) == 15


def test_that_figures_and_samples_are_written_as_tables(
    command: Command, dataset: Dataset, runs: tuple[Run, Run], tmp_path: Path
) -> None:
    outcome = command(
        "eval", dataset.root, "better", "--csv", "-", "--samples", tmp_path / "samples.csv"
    )
    assert outcome.code == 0, outcome.err
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert {row["figure"] for row in rows} == set(DEFINITIONS)
    assert {row["averaging"] for row in rows} == {"pooled", "per image"}
    with (tmp_path / "samples.csv").open(encoding="utf-8") as stream:
        samples = list(csv.DictReader(stream))
    assert [row["sample"] for row in samples] == [s.id for s in dataset.in_splits(["val"])]
    assert set(samples[0]) >= {"mDice", "missed", "false", "wrong_class"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "better", "--json", "-", "--csv", "-"),
        ("eval", "better", "--csv", "-", "--samples", "-"),
        ("compare", "worse", "better", "--json", "-", "--samples", "-"),
        ("suspects", "better", "--json", "-", "--csv", "-"),
    ],
)
def test_that_two_outputs_are_not_mixed_on_standard_output(
    command: Command, dataset: Dataset, arguments: tuple[str, ...]
) -> None:
    name, *others = arguments
    outcome = command(name, dataset.root, *others)
    assert (outcome.code, outcome.out) == (2, "")
    assert "go to standard" in outcome.err


@pytest.mark.parametrize(("band", "words"), [("4", "4 pixels"), ("1.5%", "1.5 % of the diagonal")])
def test_that_the_band_around_borders_can_be_chosen(
    command: Command, dataset: Dataset, runs: tuple[Run, Run], tmp_path: Path, band: str, words: str
) -> None:
    outcome = command("eval", dataset.root, "better", "--band", band)
    assert outcome.code == 0, outcome.err
    assert words in outcome.out


@pytest.mark.parametrize("band", ["0", "wide", "0%", "0.3", "-2", "100%"])
def test_that_an_impossible_band_is_refused(
    command: Command, dataset: Dataset, runs: tuple[Run, Run], band: str
) -> None:
    outcome = command("eval", dataset.root, "better", f"--band={band}")
    assert outcome.code == 2
    assert "is no width" in outcome.err


def test_that_predictions_of_another_size_or_class_list_are_named_and_the_rest_goes_on(
    command: Command, dataset: Dataset, runs: tuple[Run, Run]
) -> None:
    first, second, third = list(dataset.in_splits(["val"]))[:3]
    folder = runs[1].folder / "predictions" / "val"
    (folder / f"{first.stem}.png").write_bytes(encode_mask(np.zeros((8, 9), np.uint8)))
    (folder / f"{second.stem}.png").write_bytes(encode_mask(np.full((64, 64), 7, np.uint8)))
    (folder / "confidence" / f"{third.stem}.png").write_bytes(b"nothing")
    outcome = command("eval", dataset.root, "better")
    assert outcome.code == 0, outcome.err
    assert f"{first.id}, because the mask is 64×64 pixels, but the prediction 9×8" in outcome.err
    assert f"{second.id}, because the prediction holds the value 7, which is no class" in (
        outcome.err
    )
    assert f"Without confidence: {third.id}, because its confidence cannot be read" in outcome.err
    assert "4 samples against labels" in outcome.out


def test_that_predictions_without_any_confidence_are_measured_without_it(
    command: Command, dataset: Dataset, runs: tuple[Run, Run]
) -> None:
    for path in (runs[1].folder / "predictions" / "val" / "confidence").iterdir():
        path.unlink()
    outcome = command("eval", dataset.root, "better")
    assert outcome.code == 0, outcome.err
    assert "stored without confidence" in outcome.err
    assert "Calibration error" not in outcome.out
    assert "Objects: what is what" in outcome.out


def test_that_compare_says_whether_the_difference_is_more_than_chance(
    command: Command, dataset: Dataset, runs: tuple[Run, Run], tmp_path: Path
) -> None:
    target = tmp_path / "compare.json"
    outcome = command("compare", dataset.root, "worse", "better", "--json", target)
    assert outcome.code == 0, outcome.err
    assert "95 % interval" in outcome.out
    assert "On 6 images better has an mDice of" in outcome.out
    assert "6 images are few" in outcome.out
    data = json.loads(target.read_text())
    test = data["test"]
    assert set(data["delta"]) == {"mDice", "classes"}
    assert test["mDice"]["delta"] == pytest.approx(data["delta"]["mDice"])
    assert 0 < test["mDice"]["low"] <= test["mDice"]["delta"] <= test["mDice"]["high"]
    # Six images can be swapped in 64 ways, of which two give a difference as large.
    assert test["mDice"]["p_value"] == pytest.approx(2 / 64, abs=0.02)
    assert test["sentence"] in outcome.out
    assert set(test["classes"]) == set(data["delta"]["classes"])


def test_that_differences_are_written_as_tables(
    command: Command, dataset: Dataset, runs: tuple[Run, Run], tmp_path: Path
) -> None:
    samples = tmp_path / "samples.csv"
    outcome = command(
        "compare", dataset.root, "worse", "better", "--csv", "-", "--samples", samples
    )
    assert outcome.code == 0, outcome.err
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [row["figure"] for row in rows] == ["dice"] * 3 + ["mDice"]
    found = [row for row in rows if row["delta"]]  # there are no cats in val
    assert [row["class"] for row in found] == ["background", "dog", ""]
    assert all(float(row["low"]) <= float(row["delta"]) <= float(row["high"]) for row in found)
    assert len(samples.read_text().splitlines()) == 7
