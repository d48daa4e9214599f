"""Making a run once more: with other settings, or with the same ones on repaired labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.dataset import open_dataset
from core.runs.store import Run, RunRecord, RunStore
from core.training.recipes.source import recipe_key_of
from core.training.request import FoldOf, TrainRequest

_WITHOUT_WEIGHTS = "none"


def request_again(run: Run, overrides: Mapping[str, Any]) -> TrainRequest:
    """The request that makes a run anew with changes. Opens its dataset: not for the UI thread.

    Args:
        run: The run, whatever became of it.
        overrides: Form fields or dotted keys, over the run's own.

    Raises:
        PetsegError: the run or its dataset cannot be read.
    """
    record = run.record
    return TrainRequest(
        dataset=open_dataset(record.dataset.root, workspace=run.folder.parent.parent),
        recipe=recipe_key_of(run.folder, record),
        label_set=record.label_set,
        name=_free_name(run, "again"),
        overrides={**record.overrides, **overrides},
        device=record.device,
        gpus=record.gpus,
        # A run that began without weights does so again, whatever its recipe proposes.
        init=record.init if record.init is not None else _WITHOUT_WEIGHTS,
        parent=run.id,
        fold=_fold_of(record),
    )


def retrain_request(run: Run, name: str | None = None) -> TrainRequest:
    """The request that trains a run again on the labels as they are now. Opens its dataset.

    Recipe, overrides, weights to begin with, device and seed are those of the run, which becomes
    the new one's parent. What is excluded now is left out.

    Args:
        run: The run before the repairs.
        name: A name for the new run; one like the parent's by default.

    Raises:
        PetsegError: the run or its dataset cannot be read.
    """
    again = request_again(run, {})
    return replace(again, name=name or _free_name(run, "repaired"), on_repaired_labels=True)


def _fold_of(record: RunRecord) -> FoldOf | None:
    """The part that the run left out: the next one leaves out the same, and takes its place."""
    if record.group is None or record.fold is None or record.folds is None:
        return None
    splits = {sample.rpartition("/")[0] for sample in record.dataset.fingerprint}
    return FoldOf(
        record.group, record.fold, record.folds, tuple(record.held_out), tuple(sorted(splits))
    )


def _free_name(run: Run, word: str) -> str | None:
    """A name like the run's; none where it was given none."""
    if run.name == run.id:
        return None
    taken = {name for each in RunStore(run.folder.parent).list() for name in (each.name, each.id)}
    stem = run.name.removesuffix(f" ({word})")
    candidates = [f"{stem} ({word})", *(f"{stem} ({word} {n})" for n in range(2, 1000))]
    return next((name for name in candidates if name not in taken), None)
