"""What `petseg eval` and `petseg errors` begin with: what is meant is predicted and counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.cli.opening import chosen_device, chosen_label_set, chosen_run, chosen_split, opened
from app.cli.predict import predict_if_needed
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.evaluation.scores import Evaluation, SkippedSample
    from core.runs.store import Run

_SHOWN_SKIPPED = 10


class MeasuredRun(NamedTuple):
    """A run that was measured.

    Attributes:
        dataset: The dataset.
        run: The run.
        split: The split; "" for the whole of a dataset without splits.
        label_set: The masks that were asked for; None for those that the run learned.
        evaluation: The figures.
    """

    dataset: Dataset
    run: Run
    split: str
    label_set: str | None
    evaluation: Evaluation


def measured(
    folder: Path,
    run_name: str,
    *,
    split: str | None,
    labels: str | None,
    device: str,
    workspace: Path | None,
) -> MeasuredRun:
    """Find what was typed, predict the split where that is still to do, and count its pixels."""
    dataset = opened(folder, workspace)
    run = chosen_run(dataset, run_name)
    chosen = chosen_split(dataset, split)
    label_set = chosen_label_set(dataset, labels) if labels else None
    wanted_device = chosen_device(device)

    from core.evaluation.evaluate import evaluate_run

    predict_if_needed(dataset, run, chosen, wanted_device)
    with progress("Measuring") as report:
        evaluation = evaluate_run(dataset, run, chosen, label_set=label_set, on_progress=report)
    return MeasuredRun(dataset, run, chosen, label_set, evaluation)


def note_skipped(what: str, skipped: Sequence[SkippedSample]) -> None:
    """Say which samples were left out, and why; of many only some, and how many more."""
    for each in skipped[:_SHOWN_SKIPPED]:
        note(f"{what}: {each.sample}, because {each.reason}.")
    if len(skipped) > _SHOWN_SKIPPED:
        note(f"{what}: {len(skipped) - _SHOWN_SKIPPED} more samples.")
