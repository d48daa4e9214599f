"""How fast a scan is, beside nine scripts that each read every mask."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.qa.scanning.scan import scan

pytestmark = pytest.mark.benchmark

NINE = (
    "pairs", "size", "class_values", "class_overlap", "empty_or_full", "too_many_components",
    "noise", "aspect_ratio", "holes",
)  # fmt: skip
Pass = Callable[[Path, Path], object]


def read_mask(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def foreground(path: Path) -> np.ndarray:
    return (read_mask(path) > 0).astype(np.uint8)


def pairs(image: Path, mask: Path) -> object:
    return image.exists() and read_mask(mask) is not None


def sizes(image: Path, mask: Path) -> object:
    return cv2.imread(str(image)).shape[:2] == read_mask(mask).shape[:2]


def class_values(_image: Path, mask: Path) -> object:
    return set(np.unique(read_mask(mask))) <= {0, 1, 2}


def overlap(_image: Path, mask: Path) -> object:
    values = read_mask(mask)
    return bool(np.any((values == 1) & (values == 2)))


def empty(_image: Path, mask: Path) -> object:
    return int(np.count_nonzero(read_mask(mask)))


def fragments(_image: Path, mask: Path) -> object:
    return cv2.connectedComponents(foreground(mask), connectivity=8)[0] - 1 > 5


def noise(_image: Path, mask: Path) -> object:
    stats = cv2.connectedComponentsWithStats(foreground(mask), connectivity=8)[2]
    return sum(area < 10 for area in stats[1:, cv2.CC_STAT_AREA])


def aspect(_image: Path, mask: Path) -> object:
    contours, _ = cv2.findContours(foreground(mask), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [cv2.boundingRect(contour) for contour in contours]
    return any(max(w, h) / min(w, h) > 8 for _, _, w, h in boxes)


def holes(_image: Path, mask: Path) -> object:
    contours, order = cv2.findContours(foreground(mask), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    shares = []
    for number, contour in enumerate(contours):
        parent = order[0][number][3]
        if parent >= 0:
            shares.append(cv2.contourArea(contour) / max(cv2.contourArea(contours[parent]), 1))
    return any(share > 0.3 for share in shares)


PASSES: tuple[Pass, ...] = (
    pairs, sizes, class_values, overlap, empty, fragments, noise, aspect, holes,
)  # fmt: skip


def nine_passes(dataset: Dataset, label_set: str) -> float:
    files = [(sample.image, sample.masks[label_set]) for sample in dataset.samples]
    begun = time.perf_counter()
    for each in PASSES:
        for image, mask in files:
            assert image is not None
            each(image, mask)
    return time.perf_counter() - begun


def scanned(
    dataset: Dataset, label_set: str, folder: Path, checks: tuple[str, ...] | None
) -> list[float]:
    """Seconds of a first and of three more scans, with the opening of the workspace."""
    times = []
    fresh = Path(folder) / f"ws{time.monotonic_ns()}"
    for _ in range(4):
        begun = time.perf_counter()
        with open_workspace(open_dataset(dataset.root, workspace=fresh)) as workspace:
            begun = time.perf_counter()
            scan(dataset, label_set, workspace, checks=checks)
        times.append(time.perf_counter() - begun)
    return times


def test_that_one_pass_beats_nine(
    shared_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    cv2.setNumThreads(1)
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path / "ws")
    label_set = "labels"
    nine_passes(dataset, label_set)  # the files come into the system's cache
    scanned(dataset, label_set, tmp_path, None)
    baseline, nine, nine_again, every, every_again = [], [], [], [], []
    for _ in range(5):
        baseline.append(nine_passes(dataset, label_set))
        first, *more = scanned(dataset, label_set, tmp_path, NINE)
        nine.append(first)
        nine_again.append(min(more))
        first, *more = scanned(dataset, label_set, tmp_path, None)
        every.append(first)
        every_again.append(min(more))
    base = min(baseline)
    with capsys.disabled():
        print(
            f"\n{len(dataset.samples)} samples: nine passes {base:.3f} s;"
            f" nine checks in one pass {min(nine):.3f} s ({base / min(nine):.1f} times as fast),"
            f" again {1000 * min(nine_again):.1f} ms ({min(nine) / min(nine_again):.0f} times);"
            f" every check {min(every):.3f} s ({base / min(every):.2f} times as fast),"
            f" again {1000 * min(every_again):.1f} ms ({min(every) / min(every_again):.0f} times)"
        )
    assert min(every_again) < min(every)
