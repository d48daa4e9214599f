"""Label errors found by out-of-fold predictions, and how long a ranking takes to read."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.sample import Sample
from core.demo.dataset import make_demo
from core.evaluation.predicting.client import PredictionClient
from core.evaluation.predicting.files import CheckpointNote
from core.evaluation.suspects.files import JudgedMask, QualityFile, save_quality
from core.evaluation.suspects.judge_runs import judge_with_runs
from core.evaluation.suspects.quality import LabelQuality, Suspicion
from core.evaluation.suspects.ranking import rank_masks
from core.runs.record import DatasetRecord, RunRecord, save_record
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.training.folds.request import create_folds
from core.training.request import TrainRequest
from tests.benchmarks.suspects_report import LABEL_SET, report_demo, report_study
from tests.core.evaluation.helpers import CLASSES, FakeRun

pytestmark = pytest.mark.benchmark

FOLDS = 3


def trained_folds(
    dataset: Dataset, init: Path, splits: tuple[str, ...], iterations: int
) -> list[Run]:
    """Train the folds one after another and let each judge what it was not shown."""
    overrides: dict[str, Any] = {"max_iters": iterations, "val_interval": iterations // 2}
    request = TrainRequest(
        dataset, "deeplabv3plus-mnv2", label_set=LABEL_SET, overrides=overrides, init=init
    )
    runs = create_folds(request, dataset.workspace_dir / "runs", FOLDS, splits=splits)
    supervisor = Supervisor()
    for run in runs:
        supervisor.start(run)
        assert supervisor.wait(run) is RunState.FINISHED, run.reason()
    with PredictionClient() as client:
        result = judge_with_runs(dataset, runs, LABEL_SET, client)
    assert result.problems == ()
    return runs


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_that_planted_label_errors_come_first(tmp_path: Path, shared_dir: Path) -> None:
    root = tmp_path / "demo"
    make_demo(root, images=220, seed=0)
    dataset = open_dataset(root)
    init = shared_dir / "weights" / "mobilenet_v2_dogs.pth"
    runs = trained_folds(dataset, init, ("train", "val", "test"), 150)
    figures = report_demo(dataset, runs)["agreement"]
    assert figures["at 20"] > 2 * figures["by chance"]


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_that_the_masks_corrected_most_are_among_the_first_fifty(
    tmp_path: Path, shared_dir: Path
) -> None:
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path / "workspace")
    init = shared_dir / "weights" / "mobilenet_v2_dogs.pth"
    runs = trained_folds(dataset, init, ("train", "val"), 200)
    found = report_study(dataset, runs)
    assert found["agreement"] >= 9  # chance finds four


def test_that_a_ranking_of_ten_thousand_masks_is_read_in_a_moment(tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(b"x")
    status = mask.stat()
    stamp = status.st_mtime_ns, status.st_size
    samples = tuple(Sample("val", f"{at:05d}", mask, {"labels": mask}) for at in range(10_000))
    dataset = Dataset(
        root=tmp_path,
        classes=open_dataset(make_demo_of(tmp_path / "classes")).classes,
        ignore_index=255,
        label_sets=("labels",),
        splits=("val",),
        samples=samples,
        image_folder="img",
        workspace_dir=tmp_path / ".petseg",
    )
    run = FakeRun(tmp_path / "run")
    record = RunRecord(
        id="run", name="run", recipe="r", label_set="labels", created=datetime.now(UTC),
        dataset=DatasetRecord(root=tmp_path),
    )  # fmt: skip
    run.folder.mkdir()
    save_record(run.folder, record)
    note = CheckpointNote(name="best.pth", iteration=1, size=1, mtime_ns=1)
    quality = LabelQuality(0.5, 0.5, 0.5, (0.5, 0.5, None), Suspicion((1, 2, 3, 4), 0, 1, 9, 4.0))
    masks = {each.stem: JudgedMask(quality, "0" * 32, stamp, stamp) for each in samples}
    file = QualityFile(label_set="labels", classes=CLASSES, checkpoint=note)
    save_quality(run.folder, "val", file.with_masks(masks, {}))
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        found = rank_masks(dataset, "labels", [run])
        times.append(time.perf_counter() - begun)
    assert len(found.suspects) == len(samples)
    size = (run.folder / "predictions" / "val" / "label_quality" / "labels.json").stat().st_size
    print(f"\n10,000 masks: ranked in {min(times):.3f} s from a file of {size / 1e6:.1f} MB")


def make_demo_of(folder: Path) -> Path:
    """A demo of one photo, for its classes."""
    make_demo(folder, images=1, size=64)
    return folder
