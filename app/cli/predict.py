"""`petseg predict`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from app.cli import options
from app.cli.errors import JobFailed
from app.cli.opening import chosen_device, chosen_run, chosen_split, opened
from app.cli.output import duration, facts
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.evaluation.predicting.messages import PredictionResult
    from core.runs.store import Run


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("predict", epilog=options.example("petseg predict pets my-run --split test"))(
        predict
    )


def predict(
    folder: options.DatasetFolder,
    run_name: options.RunName,
    split: options.Split = None,
    device: options.Device = "auto",
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Predict a split with the best checkpoint of a run.

    What this checkpoint has predicted before is not predicted again.
    """
    dataset = opened(folder, workspace)
    run = chosen_run(dataset, run_name)
    chosen = chosen_split(dataset, split)
    result = predict_split(dataset, run, chosen, chosen_device(device))

    from core.evaluation.predicting.files import split_folder

    facts(
        [
            ("run", run.name),
            ("checkpoint", result.checkpoint),
            ("device", result.device),
            ("predicted", str(result.predicted)),
            ("as before", str(result.reused)),
            ("time", duration(result.seconds)),
            ("folder", str(split_folder(run.folder, chosen))),
        ]
    )
    if result.failed:
        first = result.failed[0]
        raise JobFailed(
            f"{len(result.failed)} samples could not be predicted, first {first.sample}: "
            f"{first.reason}"
        )


def predict_split(dataset: Dataset, run: Run, split: str, device: str) -> PredictionResult:
    """Predict a split in a worker process, with progress on standard error."""
    from core.evaluation.predicting.client import PredictionClient

    with PredictionClient() as client, progress(f"Predicting {split}".rstrip()) as report:
        return client.predict(
            run, split, dataset=dataset, device=device, on_progress=report, on_message=note
        )


def predict_if_needed(dataset: Dataset, run: Run, split: str, device: str) -> None:
    """Predict what the run's best checkpoint has not predicted yet."""
    from core.evaluation.evaluate import prediction_status

    if not prediction_status(dataset, run, split).is_complete:
        predict_split(dataset, run, split, device)
