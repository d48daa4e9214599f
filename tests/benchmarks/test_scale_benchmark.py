"""The window and a scan with 100,000 samples. Figures are printed; memory is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import cv2
import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.qa.scanning.scan import known, scan
from tests.making import blob, photo_of

pytestmark = [pytest.mark.benchmark, pytest.mark.gui, pytest.mark.timeout(1800)]

MANY = 100_000
FILES = 300
QUICK = ("pairs", "class_values", "empty_or_full", "too_many_components", "noise")


def make_links(folder: Path, count: int, size: int = 64) -> Path:
    """A dataset of links to a few hundred files, some with specks."""
    files = folder / "files"
    files.mkdir(parents=True)
    for number in range(FILES):
        mask = blob(size, 1 + number % 2)
        if number % 5 == 0:
            mask[1, 1] = 1
        for suffix, pixels in ((".jpg", photo_of(mask, number)), (".png", mask)):
            (files / f"{number}{suffix}").write_bytes(cv2.imencode(suffix, pixels)[1].tobytes())
    for split, share in (("train", 8), ("val", 2)):
        for role, suffix in (("img", ".jpg"), ("labels", ".png")):
            target = folder / "data" / role / split
            target.mkdir(parents=True)
            for number in range(count * share // 10):
                os.link(files / f"{number % FILES}{suffix}", target / f"{number:012d}{suffix}")
    return folder / "data"


def window(root: Path, workspace: Path, watch: float) -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    script = Path(__file__).with_name("window_at_scale.py")
    done = subprocess.run(
        [sys.executable, str(script), str(root), str(workspace), str(watch)],
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": str(script.parents[2])},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_report_of_the_window_with_100_000_samples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    root = make_links(tmp_path, MANY)
    workspace = tmp_path / "ws"
    new = window(root, workspace, 15)
    dataset = open_dataset(root, workspace=workspace)
    with open_workspace(dataset) as opened:
        begun = time.perf_counter()
        table = scan(dataset, "labels", opened, checks=QUICK)
        quick = time.perf_counter() - begun
        assert table.samples == MANY
        begun = time.process_time()
        flagged = len(known(dataset, "labels", opened))
        reading = time.process_time() - begun
    known_window = window(root, workspace, 15)
    with capsys.disabled():
        print(f"\nnew dataset:   {new}")
        print(f"known dataset: {known_window}")
        print(
            f"five checks of {MANY:,} samples: {quick:.0f} s; what is known of them read in"
            f" {reading:.2f} s CPU, {flagged:,} with flags"
        )
    assert known_window["flagged"] > MANY // 6
    assert known_window["rss_mb"] < 500


def peak_of(dataset: Dataset) -> float:
    with open_workspace(dataset) as workspace:
        tracemalloc.start()
        table = scan(dataset, "labels", workspace)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert table.samples == len(dataset.samples)
    return peak / 1e6


def test_that_the_memory_of_a_scan_does_not_grow_with_the_samples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    peaks = {}
    for count in (1_000, 4_000):
        root = make_links(tmp_path / str(count), count, 32)
        peaks[count] = peak_of(open_dataset(root, workspace=tmp_path / f"ws{count}"))
    each = (peaks[4_000] - peaks[1_000]) * 1e6 / 3_000
    with capsys.disabled():
        print(f"\npeak of Python's memory, MB by samples: {peaks}; {each:.0f} bytes a sample more")
    assert each < 2_000
