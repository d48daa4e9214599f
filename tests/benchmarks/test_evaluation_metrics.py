"""How fast stored predictions are measured, as ratios within one run on one machine."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.evaluation.comparing.pair import compare_evaluations
from core.evaluation.evaluate import evaluate_run, metrics_path, prediction_path
from core.images import read_mask
from tests.core.evaluation.helpers import CLASSES, FakeRun, write_mask
from tests.making import write_sample

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


def blobs(size: int, seed: int) -> np.ndarray:
    """A mask with some smooth objects of both classes, as a person would draw them."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((size, size), np.uint8)
    for value in (1, 2, 1):
        center = tuple(int(x) for x in rng.integers(size // 4, 3 * size // 4, 2))
        axes = tuple(int(x) for x in rng.integers(size // 10, size // 4, 2))
        cv2.ellipse(mask, center, axes, int(rng.integers(180)), 0, 360, value, -1)
    return mask


def prediction_of(mask: np.ndarray, seed: int) -> np.ndarray:
    """The mask with borders off by some pixels and specks, as a model predicts it."""
    rng = np.random.default_rng(seed)
    moved = np.roll(mask, int(rng.integers(-6, 6)), axis=int(rng.integers(2)))
    specks = rng.random(mask.shape) < 0.001
    return np.where(specks, 2, moved).astype(np.uint8)


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@pytest.fixture(autouse=True)
def _threads_of_torch():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def mmseg_figures(dataset: Dataset, run: FakeRun) -> dict[str, float]:
    """MMSegmentation's IoUMetric over the same files, read as MMSegmentation reads them."""
    import torch
    from mmseg.datasets.transforms import LoadAnnotations
    from mmseg.evaluation import IoUMetric

    # Torch's threads spin while they wait for each other: on a busy machine that made IoUMetric
    # tens of times slower, and masks this small gain nothing from them on an idle one.
    torch.set_num_threads(1)
    load = LoadAnnotations()
    metric = IoUMetric(iou_metrics=["mDice", "mIoU"])
    metric.dataset_meta = {"classes": CLASSES}
    for sample in dataset.in_splits(["val"]):
        entry = {"reduce_zero_label": False, "seg_fields": []}
        truth = load(entry | {"seg_map_path": str(sample.masks["labels"])})["gt_seg_map"]
        path = prediction_path(run, sample)
        prediction = load(entry | {"seg_fields": [], "seg_map_path": str(path)})["gt_seg_map"]
        data_sample = {
            "pred_sem_seg": {"data": torch.from_numpy(prediction.astype(np.int64))},
            "gt_sem_seg": {"data": torch.from_numpy(truth.astype(np.int64))},
        }
        metric.process({}, [data_sample])
    return metric.compute_metrics(metric.results)


def test_that_metrics_from_stored_predictions_are_faster_than_mmsegs(tmp_path: Path):
    pytest.importorskip("mmseg")
    count = 400
    photo = np.zeros((256, 256, 3), np.uint8)
    for number in range(count):
        masks = {"labels": blobs(256, number)}
        write_sample(tmp_path, "val", f"{number:04d}", masks, photo=photo, suffix=".jpg")
    (tmp_path / "dataset.toml").write_text(
        "\n".join(f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in CLASSES)
    )
    dataset = open_dataset(tmp_path)
    run = FakeRun(tmp_path / "run")
    for number, sample in enumerate(dataset.samples):
        mask = prediction_of(read_mask(sample.masks["labels"]), number)
        write_mask(prediction_path(run, sample), mask)

    theirs = mmseg_figures(dataset, run)  # once before the clock runs: imports and file cache
    slow = min(seconds(lambda: mmseg_figures(dataset, run)) for _ in range(2))
    ours = evaluate_run(dataset, run, "val")

    def anew() -> None:
        metrics_path(run, "val", "labels").unlink()
        evaluate_run(dataset, run, "val")

    fast = min(seconds(anew) for _ in range(3))
    again = seconds(lambda: evaluate_run(dataset, run, "val"))
    for name in ("mDice", "mAcc", "aAcc", "mIoU"):
        assert getattr(ours, name) == pytest.approx(float(theirs[name]), abs=0.01)
    print(
        f"\n{count} masks of 256×256: IoUMetric {1000 * slow:.0f} ms, ours {1000 * fast:.0f} ms "
        f"({slow / fast:.1f} times as fast, with a score for every sample as well), "
        f"opened again {1000 * again:.0f} ms"
    )


def test_that_ten_thousand_samples_are_opened_again_at_once(tmp_path: Path):
    """Four runs on 10,000 samples: the figures are read from their files, not from the masks."""
    count = 10_000
    kinds = [blobs(64, number) for number in range(50)]
    write_sample(tmp_path, "val", "0", {"labels": kinds[0]}, suffix=".jpg")
    (tmp_path / "dataset.toml").write_text(
        "\n".join(f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in CLASSES)
    )
    photo = tmp_path / "img" / "val" / "0.jpg"
    runs = [FakeRun(tmp_path / f"run{number}") for number in range(4)]
    for index, mask in enumerate(kinds):
        write_mask(tmp_path / "kinds" / f"{index}.png", mask)
    folders = [run.folder / "predictions" / "val" for run in runs]
    for folder in folders:
        folder.mkdir(parents=True)
    for number in range(1, count):
        os.link(photo, photo.with_name(f"{number}.jpg"))
        kind = tmp_path / "kinds" / f"{number % 50}.png"
        os.link(kind, tmp_path / "labels" / "val" / f"{number}.png")
        for offset, folder in enumerate(folders):
            other = tmp_path / "kinds" / f"{(number + offset) % 50}.png"
            os.link(other, folder / f"{number}.png")
    dataset = open_dataset(tmp_path)
    first = [seconds(lambda run=run: evaluate_run(dataset, run, "val")) for run in runs]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def open_all() -> None:
        evaluations = [evaluate_run(dataset, run, "val") for run in runs]
        for other in evaluations[1:]:
            compare_evaluations(evaluations[0], other)

    again = min(seconds(open_all) for _ in range(2))
    print(
        f"\n{count} samples of 64×64: measured in {sum(first) / 4:.2f} s a run; four runs opened "
        f"again and compared in {again:.2f} s; peak memory {memory / 1024:.0f} MiB"
    )
