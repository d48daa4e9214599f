"""Commands say when a run was made with other masks than there are now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.images import encode_mask
from core.runs.store import Run
from core.training.request import TrainRequest, create_run
from tests.app.cli.calling import Command
from tests.making import blob, make_dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(make_dataset(tmp_path / "data", samples=8))


@pytest.fixture
def run(dataset: Dataset) -> Run:
    """A run that predicts val's masks as they were when it was made."""
    request = TrainRequest(
        dataset, "demo-cpu", name="first", overrides={"max_iters": 2, "val_interval": 2}
    )
    run = create_run(dataset, dataset.workspace_dir / "runs", request)
    folder = run.folder / "predictions" / "val"
    folder.mkdir(parents=True)
    for sample in dataset.in_splits(["val"]):
        (folder / f"{sample.stem}.png").write_bytes(sample.masks["labels"].read_bytes())
    return run


def repaint(dataset: Dataset, sample: str, value: int) -> None:
    dataset.sample(sample).masks["labels"].write_bytes(encode_mask(blob(64, value)))


def listed(command: Command, dataset: Dataset) -> dict[str, object]:
    (entry,) = json.loads(command("runs", dataset.root, "--json").out)
    return entry["stale"]


def test_that_runs_lists_what_has_changed(command: Command, dataset: Dataset, run: Run) -> None:
    keys = ("masks", "images", "missing", "midway", "added", "excluded")
    nothing: dict[str, list[str]] = {key: [] for key in keys}
    assert listed(command, dataset) == {**nothing, "metrics": {}}
    assert "changed" not in command("runs", dataset.root).out
    repaint(dataset, "train/000", 2)
    assert listed(command, dataset) == {**nothing, "masks": ["train/000"], "metrics": {}}
    assert "1 mask changed" in command("runs", dataset.root).out


def test_that_eval_and_compare_say_that_a_run_is_stale(
    command: Command, dataset: Dataset, run: Run, tmp_path: Path
) -> None:
    found = tmp_path / "eval.json"
    before = command("eval", dataset.root, "first", "--json", found)
    assert (before.code, "stale" in before.err) == (0, False)
    assert json.loads(found.read_text())["stale"]["masks"] == []
    repaint(dataset, "val/003", 1)
    stale = listed(command, dataset)
    assert isinstance(stale, dict)
    assert stale["metrics"] == {"val": ["val/003"]}  # its figures are of the mask as it was
    after = command("eval", dataset.root, "first", "--json", found)
    assert "The run first is stale: 1 mask changed (val/003)." in after.err
    assert json.loads(found.read_text())["stale"]["masks"] == ["val/003"]
    again = listed(command, dataset)
    assert isinstance(again, dict)
    assert (again["masks"], again["metrics"]) == (["val/003"], {})  # measured anew
    compared = command("compare", dataset.root, "first", "first")
    assert compared.code == 0
    assert "The run first is stale" in compared.err


def test_that_the_figures_keep_the_hash_of_every_mask(
    command: Command, dataset: Dataset, run: Run
) -> None:
    assert command("eval", dataset.root, "first").code == 0
    kept = json.loads((run.folder / "metrics" / "val.json").read_text())
    hashes = {each["sample"]: each["mask_hash"] for each in kept["scores"]}
    used = run.record.dataset.fingerprint
    assert hashes == {sample: used[sample] for sample in ("val/003", "val/007")}


def test_that_eval_errors_and_compare_say_that_a_class_has_another_name_by_now(
    command: Command, dataset: Dataset, run: Run
) -> None:
    names = [info.name for info in dataset.classes]
    learned = [names[0], "Kitten", *names[2:]]
    config = {"val_dataloader": {"dataset": {"metainfo": {"classes": learned}}}}
    (run.folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    wanted = f"warning: The run first has learned class 1 as 'Kitten', now '{names[1]}'."
    for words in (("eval", "first"), ("errors", "first"), ("compare", "first", "first")):
        found = command(words[0], dataset.root, *words[1:])
        assert found.code == 0
        assert " ".join(found.err.split()).count(wanted) >= 1
