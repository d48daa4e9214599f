"""`petseg predict`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.errors import JobFailed, argument
from app.cli.opening import chosen_device, chosen_run, chosen_split, opened
from app.cli.output import duration, facts
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.evaluation.predicting.augmentation import Augmentation
    from core.evaluation.predicting.messages import PredictionResult
    from core.runs.store import Run


Flip = Annotated[
    bool | None,
    typer.Option(
        "--flip/--no-flip",
        help="Predict each photo mirrored too, and average the probabilities.",
        show_default=False,
    ),
]
Scales = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Predict each photo at these factors of its size, and average the probabilities.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "predict",
        epilog=options.example(
            "petseg predict pets my-run --split test",
            "petseg predict pets my-run --flip --scales 1,1.5",
        ),
    )(predict)


def predict(
    folder: options.DatasetFolder,
    run_name: options.RunName,
    split: options.Split = None,
    flip: Flip = None,
    scales: Scales = None,
    device: options.Device = "auto",
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Predict a split with the best checkpoint of a run.

    What this checkpoint has predicted before is not predicted again, unless other views of the
    photos are asked for (--flip, --scales). Without these options it goes on as the split was
    predicted before; --no-flip predicts each photo once.
    """
    dataset = opened(folder, workspace)
    run = chosen_run(dataset, run_name)
    chosen = chosen_split(dataset, split)
    augment = chosen_augmentation(flip, scales)
    result = predict_split(dataset, run, chosen, chosen_device(device), augment)

    from core.evaluation.predicting.files import load_manifest, split_folder

    manifest = load_manifest(run.folder, chosen)

    facts(
        [
            ("run", run.name),
            ("checkpoint", result.checkpoint),
            ("device", result.device),
            ("augmentation", manifest.augment.words() if manifest else ""),
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


def chosen_augmentation(flip: bool | None, scales: str | None) -> Augmentation | None:
    """The views that are asked for; None where nothing was said."""
    from core.evaluation.predicting.augmentation import make_augmentation, parse_scales

    if flip is None and scales is None:
        return None
    with argument("--scales"):
        factors = (1.0,) if scales is None else parse_scales(scales)
    return make_augmentation(flip=bool(flip), scales=factors)


def predict_split(
    dataset: Dataset, run: Run, split: str, device: str, augment: Augmentation | None = None
) -> PredictionResult:
    """Predict a split in a worker process, with progress on standard error.

    Without `augment` it goes on as the split was predicted before.
    """
    from core.evaluation.predicting.client import PredictionClient

    with PredictionClient() as client, progress(f"Predicting {split}".rstrip()) as report:
        return client.predict(
            run, split, dataset=dataset, device=device, augment=augment, on_progress=report,
            on_message=note,
        )  # fmt: skip


def predict_if_needed(dataset: Dataset, run: Run, split: str, device: str) -> None:
    """Predict what the run's best checkpoint has not predicted yet."""
    from core.evaluation.evaluate import prediction_status

    if not prediction_status(dataset, run, split).is_complete:
        predict_split(dataset, run, split, device)
