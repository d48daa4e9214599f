"""What opening 100,000 samples costs, new and known. Figures are printed, ratios asserted."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2
import pytest

from core.dataset import Dataset, open_dataset, remember_listing
from core.dataset.sample_table import SampleTable
from tests.making import blob, photo_of

pytestmark = pytest.mark.benchmark

MANY = 100_000
FILES = 200

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of links to a few hundred small files."""
    folder = tmp_path_factory.mktemp("many")
    files = folder / "files"
    files.mkdir()
    for number in range(FILES):
        mask = blob(32, 1 + number % 2)
        for suffix, pixels in ((".jpg", photo_of(mask, number)), (".png", mask)):
            data = cv2.imencode(suffix, pixels)[1].tobytes()
            (files / f"{number}{suffix}").write_bytes(data)
    for split, count in (("train", MANY * 8 // 10), ("val", MANY * 2 // 10)):
        for role, suffix in (("img", ".jpg"), ("labels", ".png")):
            target = folder / "data" / role / split
            target.mkdir(parents=True)
            for number in range(count):
                source = files / f"{number % FILES}{suffix}"
                (target / f"{number:012d}{suffix}").symlink_to(source)
    past = time.time() - 60
    for path, _, _ in os.walk(folder / "data", topdown=False):
        os.utime(path, (past, past))
    return folder / "data"


def cpu_seconds(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def allocated(work: Callable[[], Result]) -> tuple[Result, float, float]:
    """The result, and the megabytes it keeps and needed at most."""
    tracemalloc.start()
    result = work()
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return result, kept / 1e6, most / 1e6


def test_that_a_known_dataset_opens_without_being_listed(root: Path, tmp_path: Path):
    def open_it() -> Dataset:
        return open_dataset(root, workspace=tmp_path)

    open_dataset(root.parent / "data", workspace=tmp_path)  # imports, and the folders in memory
    new, first = cpu_seconds(open_it)
    _, remembering = cpu_seconds(lambda: remember_listing(new))
    known, again = cpu_seconds(open_it)
    assert len(known.samples) == MANY
    size = sum(file.stat().st_size for file in tmp_path.iterdir()) / 1e6
    print(f"\nopening {MANY:,} samples: new {first:.2f} s CPU, known {again:.2f} s CPU")
    print(f"  keeping the list {remembering:.2f} s CPU, {size:.1f} MB")
    assert known.tree is not None
    assert not known.tree.is_new
    assert again < first


def test_that_samples_as_a_table_are_smaller_than_samples(root: Path, tmp_path: Path):
    dataset, kept, most = allocated(lambda: open_dataset(root, workspace=tmp_path))
    samples, as_objects, _ = allocated(lambda: list(dataset.samples))
    print(
        f"\n{MANY:,} samples: the dataset keeps {kept:.0f} MB (while opening {most:.0f} MB), "
        f"a list of samples {as_objects:.0f} MB"
    )
    assert len(samples) == MANY
    assert kept < as_objects / 2


def test_report_of_finding_samples(root: Path, tmp_path: Path):
    dataset = open_dataset(root, workspace=tmp_path)
    assert isinstance(dataset.samples, SampleTable)
    ids, listing = cpu_seconds(dataset.samples.ids)
    some = ids[::10]
    _, finding = cpu_seconds(lambda: [dataset.sample(sample_id) for sample_id in some])
    _, splitting = cpu_seconds(lambda: dataset.in_splits(["val"]))
    _, writing = cpu_seconds(lambda: dataset.with_mask(some[0], "labels_new"))
    _, going = cpu_seconds(lambda: sum(sample.image is not None for sample in dataset.samples))
    print(
        f"\nall ids {1e3 * listing:.1f} ms; a sample by its id {1e6 * finding / len(some):.1f} µs; "
        f"a split {1e3 * splitting:.2f} ms; a written mask {1e3 * writing:.2f} ms; "
        f"every sample as an object {going:.2f} s"
    )
