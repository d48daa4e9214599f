"""How long looking for errors takes, and how quickly ten thousand samples open again."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.evaluation.analyse import Analysis, analyse_run
from core.evaluation.evaluate import evaluate_run
from core.evaluation.slices.dark import judge_dark_on_dark
from core.evaluation.slices.slicing import make_slices
from tests.core.evaluation.helpers import CLASSES, FakeRun, write_mask
from tests.making import write_sample

pytestmark = pytest.mark.benchmark

SAMPLES = 10_000
DISTINCT = 40


def make_many(root: Path, samples: int, size: int) -> tuple[Dataset, FakeRun]:
    """Animals of wavy outlines and their predictions; most files are links to the first ones."""
    random = np.random.default_rng(0)
    run = FakeRun(root / ".petseg" / "runs" / "r")
    predictions = run.folder / "predictions" / "val"
    for number in range(samples):
        name = f"{number:05d}"
        if number >= DISTINCT:
            first = f"{number % DISTINCT:05d}"
            photos = root / "img" / "val"
            (photos / f"{name}.jpg").hardlink_to(photos / f"{first}.jpg")
            for folder in (root / "labels" / "val", predictions, predictions / "confidence"):
                (folder / f"{name}.png").hardlink_to(folder / f"{first}.png")
            continue
        y, x = np.mgrid[:size, :size]
        angle = np.arctan2(y - size / 2, x - size / 2)
        radius = np.hypot(y - size / 2, x - size / 2)
        wavy = size * (0.25 + 0.05 * np.sin(angle * random.integers(3, 9)))
        mask = np.where(radius < wavy, np.uint8(1 + number % 2), np.uint8(0))
        prediction = np.roll(mask, int(random.integers(-3, 4)), axis=1)
        left, top = random.integers(0, size * 3 // 4, 2)
        prediction[top : top + size // 8, left : left + size // 6] = random.integers(0, 3)
        photo = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
        write_sample(root, "val", name, {"labels": mask}, photo=photo, suffix=".jpg")
        write_mask(predictions / f"{name}.png", prediction)
        sure = random.integers(150, 256, (size, size), dtype=np.uint8)
        write_mask(predictions / "confidence" / f"{name}.png", sure)
    tables = [f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in CLASSES]
    (root / "dataset.toml").write_text("\n".join(tables))
    return open_dataset(root), run


def test_looking_for_errors_at_256_pixels(tmp_path: Path) -> None:
    dataset, run = make_many(tmp_path / "p", 200, 256)
    begin = time.perf_counter()
    evaluate_run(dataset, run, "val")
    counted = time.perf_counter() - begin
    begin = time.perf_counter()
    analysis = analyse_run(dataset, run, "val")
    looked = time.perf_counter() - begin
    print(
        f"\nlooking for errors: {1000 * looked / 200:.1f} ms a sample at 256x256, "
        f"{looked / counted:.1f} times as long as counting pixels; "
        f"{len(analysis.table.regions) / 200:.1f} regions a sample"
    )
    assert analysis.matrix.sum() == 200 * 256 * 256


def test_memory_grows_by_what_is_found_and_no_more(tmp_path: Path) -> None:
    peaks = []
    for samples in (100, 400):
        dataset, run = make_many(tmp_path / str(samples), samples, 128)
        tracemalloc.start()
        analyse_run(dataset, run, "val")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    grown = (peaks[1] - peaks[0]) / 300
    picture = 128 * 128 * (3 + 1 + 1 + 1)
    print(
        f"\nmemory while looking: {peaks[0] / 1e6:.1f} MB for 100 samples, {peaks[1] / 1e6:.1f} MB "
        f"for 400: {grown / 1e3:.1f} kB a sample, whose pictures are {picture / 1e3:.0f} kB"
    )
    assert grown < picture / 4


@pytest.mark.timeout(1800)
def test_ten_thousand_samples_open_again_in_a_moment(tmp_path: Path) -> None:
    dataset, run = make_many(tmp_path / "p", SAMPLES, 32)
    first = analyse_run(dataset, run, "val")
    evaluation = evaluate_run(dataset, run, "val")
    begin = time.perf_counter()
    again = analyse_run(dataset, run, "val")
    opened = time.perf_counter() - begin
    begin = time.perf_counter()
    kinds = again.by_kind()
    textures = again.by_texture()
    summed = time.perf_counter() - begin
    begin = time.perf_counter()
    slices = make_slices(dataset, evaluation, again)
    judge_dark_on_dark(evaluation, again)
    sliced = time.perf_counter() - begin
    mask = dataset.root / "labels" / "val" / "00077.png"
    mask.unlink()
    write_mask(mask, np.zeros((32, 32), np.uint8))
    begin = time.perf_counter()
    edited = analyse_run(dataset, run, "val")
    renewed = time.perf_counter() - begin
    size = next((run.folder / "metrics" / "errors").iterdir()).stat().st_size
    print(
        f"\n{SAMPLES} samples, {len(again.table.regions)} regions, {size / 1e6:.1f} MB: "
        f"open again {1000 * opened:.0f} ms, kinds and looks {1000 * summed:.0f} ms, "
        f"{len(slices)} slices {1000 * sliced:.0f} ms, after one edit {1000 * renewed:.0f} ms"
    )
    assert_same(first, again)
    assert edited.of("val/00077") != again.of("val/00077")
    assert sum(found.pixels for found in kinds.values()) > 0
    assert textures


def assert_same(first: Analysis, second: Analysis) -> None:
    assert first.ids == second.ids
    assert first.samples[1234] == second.samples[1234]
    np.testing.assert_array_equal(first.matrix, second.matrix)
