"""How fast stored predictions are measured, as ratios within one run on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.evaluation.comparing.paired import paired_test
from core.evaluation.comparing.several import Several, compare_several
from core.evaluation.detailing import details_of_run
from core.evaluation.evaluate import evaluate_run, metrics_path, prediction_path
from core.evaluation.metrics.figures import figures
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


def seconds(work: Callable[[], object], cpu: list[float] | None = None) -> float:
    """How long something takes; the processor's time is noted in `cpu`."""
    begun, busy = time.perf_counter(), time.process_time()
    work()
    taken = time.perf_counter() - begun
    if cpu is not None:
        cpu.append(time.process_time() - busy)
    return taken


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


def write_predicted(root: Path, count: int, size: int, kinds: int, runs: int = 1) -> list[FakeRun]:
    """A dataset of `count` samples, all links to a few masks, and runs with predictions of it."""
    masks = [blobs(size, number) for number in range(kinds)]
    write_sample(root, "val", "0", {"labels": masks[0]}, suffix=".jpg")
    (root / "dataset.toml").write_text(
        "\n".join(f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in CLASSES)
    )
    made = [FakeRun(root / f"run{number}") for number in range(runs)]
    for index, mask in enumerate(masks):
        write_mask(root / "kinds" / f"{index}.png", mask)
        write_mask(root / "kinds" / f"predicted{index}.png", prediction_of(mask, index))
    folders = [run.folder / "predictions" / "val" for run in made]
    for folder in folders:
        folder.mkdir(parents=True)
    photo = root / "img" / "val" / "0.jpg"
    (root / "labels" / "val" / "0.png").unlink()
    for number in range(count):
        if number:
            os.link(photo, photo.with_name(f"{number}.jpg"))
        mask = root / "kinds" / f"{number % kinds}.png"
        os.link(mask, root / "labels" / "val" / f"{number}.png")
        for offset, folder in enumerate(folders):
            other = root / "kinds" / f"predicted{(number + offset * (number % 7 == 0)) % kinds}.png"
            os.link(other, folder / f"{number}.png")
    return made


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
    ours = evaluate_run(dataset, run, "val")

    def anew() -> None:
        metrics_path(run, "val", "labels").unlink()
        evaluate_run(dataset, run, "val")

    # In turns, so that whatever else the machine does weighs on both.
    slow, fast, slow_cpu, fast_cpu = [], [], [], []
    for _ in range(4):
        slow.append(seconds(lambda: mmseg_figures(dataset, run), slow_cpu))
        fast.append(min(seconds(anew, fast_cpu) for _ in range(3)))
    again = seconds(lambda: evaluate_run(dataset, run, "val"))
    details = seconds(lambda: details_of_run(dataset, run, ours))
    details_again = seconds(lambda: details_of_run(dataset, run, ours))
    table = seconds(lambda: figures(ours))
    for name in ("mDice", "mAcc", "aAcc", "mIoU"):
        assert getattr(ours, name) == pytest.approx(float(theirs[name]), abs=0.01)
    print(
        f"\n{count} masks of 256×256: IoUMetric {1000 * min(slow):.0f} ms, "
        f"ours {1000 * min(fast):.0f} ms ({min(slow) / min(fast):.1f} times as fast, in time of "
        f"the processor {min(slow_cpu) / min(fast_cpu):.1f} times, with a score for every sample "
        f"as well), opened again {1000 * again:.0f} ms; borders, objects and confidence "
        f"{1000 * details / count:.2f} ms a mask, opened again {1000 * details_again:.0f} ms in "
        f"all; intervals of all figures {1000 * table:.0f} ms"
    )


_PEAK = """
import sys
from pathlib import Path
from core.dataset import open_dataset
from core.evaluation.evaluate import evaluate_run
from tests.core.evaluation.helpers import FakeRun
root = Path(sys.argv[1])
evaluation = evaluate_run(open_dataset(root), FakeRun(root / "run0"), "val")
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(evaluation.samples, peak)
"""


def test_that_memory_does_not_grow_with_the_number_of_masks(tmp_path: Path):
    peaks = {}
    for count in (100, 1600):
        root = tmp_path / str(count)
        write_predicted(root, count, 512, kinds=20)
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, str(root)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        measured, peak = (int(word) for word in done.stdout.split())
        assert measured == count
        peaks[count] = peak / 1024
    # The masks of 1,500 more samples are 750 MiB, decoded.
    assert peaks[1600] - peaks[100] < 60
    print(
        "\npeak memory of measuring 512×512 masks: "
        + ", ".join(f"{count} of them {peak:.0f} MiB" for count, peak in peaks.items())
    )


def test_that_ten_thousand_samples_are_opened_again_at_once(tmp_path: Path):
    """Four runs on 10,000 samples: the figures are read from their files, not from the masks."""
    count = 10_000
    runs = write_predicted(tmp_path, count, 64, kinds=50, runs=4)
    dataset = open_dataset(tmp_path)
    first = [seconds(lambda run=run: evaluate_run(dataset, run, "val")) for run in runs]

    def open_all() -> Several:
        return compare_several([evaluate_run(dataset, run, "val") for run in runs])

    cpu: list[float] = []
    again = min(seconds(open_all, cpu) for _ in range(4))
    assert len(open_all().samples) == count
    a, b = (evaluate_run(dataset, run, "val") for run in runs[:2])
    made = seconds(lambda: list(a.scores))
    tested = seconds(lambda: paired_test(a, b))
    table = seconds(lambda: figures(a))
    print(
        f"\n{count} samples of 64×64: measured in {sum(first) / 4:.2f} s a run; four runs opened "
        f"again and compared in {again:.2f} s ({min(cpu):.2f} s of the processor); the scores of "
        f"one run as objects {made:.2f} s; paired test {tested:.2f} s; intervals {table:.2f} s"
    )
