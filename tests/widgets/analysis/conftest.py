"""What is known of a run that predicts four samples: one well, one as the wrong class, one not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.dataset import open_dataset
from core.evaluation.analyse import analyse_run
from core.evaluation.evaluate import evaluate_run
from core.evaluation.metrics.details import summarise
from core.evaluation.metrics.figures import figures
from core.evaluation.predicting.files import confidence_path, encode_confidence, prediction_path
from core.evaluation.slices.dark import judge_dark_on_dark
from core.evaluation.slices.slicing import make_slices
from core.files import atomic_write
from core.images import Array, encode_mask
from tests.making import blob, write_sample
from widgets.analysis.report import RunReport

SIZE = 64
CAT, DOG = 1, 2


@dataclass(frozen=True)
class StoredRun:
    """All that evaluation needs to know of a run."""

    id: str
    name: str
    folder: Path
    label_set: str = "labels"


def false_alarm() -> Array:
    """A cat, and another one in the corner."""
    mask = blob(SIZE, CAT)
    cv2.circle(mask, (8, 8), 7, CAT, -1)
    return mask


TRUTHS = {"good": blob(SIZE, CAT), "alarm": blob(SIZE, CAT), "missed": blob(SIZE, DOG)}
TRUTHS["mistaken"] = blob(SIZE, DOG)
PREDICTIONS = {
    "good": blob(SIZE, CAT),
    "alarm": false_alarm(),
    "missed": np.zeros((SIZE, SIZE), np.uint8),
    "mistaken": blob(SIZE, CAT),
}


def make_report(
    root: Path, run_id: str, letter: str, predictions: dict[str, Array], *, sure: bool = True
) -> RunReport:
    """Store those predictions, and look at them."""
    dataset = open_dataset(root)
    run = StoredRun(run_id, f"run {run_id}", root / ".petseg" / "runs" / run_id)
    for stem, mask in predictions.items():
        sample = dataset.sample(f"val/{stem}")
        atomic_write(prediction_path(run, sample), encode_mask(mask))
        if sure:
            confidence = np.where(mask > 0, 175, 250).astype(np.uint8)
            atomic_write(confidence_path(run, sample), encode_confidence(confidence))
    evaluation = evaluate_run(dataset, run, "val")
    analysis = analyse_run(dataset, run, "val")
    details = dict(zip(analysis.ids, analysis.table.details, strict=True))
    return RunReport(
        run_id,
        letter,
        run.name,
        dataset.classes,
        evaluation,
        figures(evaluation, details, resamples=200),
        analysis,
        summarise(list(details.values()), analysis.class_names),
        make_slices(dataset, evaluation, analysis, resamples=200),
        judge_dark_on_dark(evaluation, analysis, resamples=200).sentence(),
        analysis.by_texture(),
    )


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dataset")
    for stem, mask in TRUTHS.items():
        write_sample(made, "val", stem, {"labels": mask})
    write_sample(made, "train", "t", {"labels": blob(SIZE, DOG)})
    return made


@pytest.fixture(scope="session")
def report(root: Path) -> RunReport:
    return make_report(root, "first", "A", PREDICTIONS)


@pytest.fixture(scope="session")
def better(root: Path) -> RunReport:
    return make_report(root, "second", "B", TRUTHS, sure=False)
