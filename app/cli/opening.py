"""From what was typed to the thing that is meant: dataset, label set, splits, run.

Core is imported inside the functions, so that `petseg --help` does not wait for it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from app.cli.errors import argument

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.runs.store import Run, RunStore


def opened(folder: Path, workspace: Path | None) -> Dataset:
    """Open the dataset of a command."""
    from core.dataset import open_dataset

    return open_dataset(folder, workspace=workspace)


def chosen_label_set(dataset: Dataset, name: str | None) -> str:
    """The label set of `--labels`, or the dataset's default."""
    if name is None:
        return dataset.require_label_set(None)
    with argument("--labels"):
        return dataset.require_label_set(name)


def chosen_splits(dataset: Dataset, text: str | None) -> list[str] | None:
    """The splits of `--splits`; None for all."""
    if text is None:
        return None
    splits = [part.strip() for part in text.split(",") if part.strip()]
    if not splits:
        raise typer.BadParameter("name at least one split", param_hint="'--splits'")
    with argument("--splits"):
        dataset.in_splits(splits)
    return splits


def chosen_split(dataset: Dataset, split: str | None) -> str:
    """The split of `--split`, or val; "" stands for the whole of a dataset without splits."""
    if split is None:
        if not dataset.splits:
            return ""
        return "val" if "val" in dataset.splits else dataset.splits[0]
    with argument("--split"):
        dataset.in_splits([split])
    return split


def chosen_device(text: str) -> str:
    """The device of `--device`."""
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise typer.BadParameter(
            f"{text!r} is no device; use auto, cpu or cuda:0, cuda:1, …", param_hint="'--device'"
        )
    return "cuda:0" if text == "cuda" else text


def run_store(dataset: Dataset) -> RunStore:
    """The runs of a dataset. Nothing is written when there are none yet."""
    from core.runs.store import RunStore

    return RunStore(dataset.workspace_dir / "runs")


def chosen_run(dataset: Dataset, id_or_name: str) -> Run:
    """The run of the argument RUN."""
    with argument("RUN"):
        return run_store(dataset).find(id_or_name)
