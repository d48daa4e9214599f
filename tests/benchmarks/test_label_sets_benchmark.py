"""Comparing label sets and reviewing at scale. Figures are printed, ratios asserted."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.model import Sample
from core.dataset.workspace import Workspace
from core.labels.diff import LabelSetDiff, compare_label_sets
from core.review.store import ReviewState, ReviewStore
from tests.making import blob, write_sample

pytestmark = pytest.mark.benchmark

FILES = 64
SAMPLES = 4_000
MANY = 100_000


@pytest.fixture
def workspace(tmp_path: Path):
    with Workspace(tmp_path / "workspace") as made:
        yield made


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Many samples that share a few files; every second mask differs."""
    root = tmp_path_factory.mktemp("two") / "sets"
    for number in range(FILES):
        after = blob(256, 1 + number % 2)
        write_sample(root, "train", f"{number:02d}", {"labels": blob(256), "labels_fixed": after})
    opened = open_dataset(root)
    files = opened.samples
    samples = [
        Sample("train", f"{number:06d}", files[number % FILES].image, files[number % FILES].masks)
        for number in range(SAMPLES)
    ]
    return replace(opened, samples=tuple(samples))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_that_a_second_comparison_is_far_quicker(dataset: Dataset, workspace: Workspace):
    def compare() -> LabelSetDiff:
        return compare_label_sets(dataset, "labels", "labels_fixed", workspace)

    first = seconds(compare)
    second = min(seconds(compare) for _ in range(3))
    print(f"\n{SAMPLES:,} pairs: {first:.2f} s, then {second:.2f} s ({first / second:.0f} times)")
    assert compare().read == 0
    assert first > 5 * second


def test_that_memory_does_not_grow_with_masks_that_are_equal(
    dataset: Dataset, workspace: Workspace
):
    equal = tuple(sample for place, sample in enumerate(dataset.samples) if place % 2 == 0)
    peaks = []
    for share in (0.5, 1.0):
        part = replace(dataset, samples=equal[: round(share * len(equal))])
        tracemalloc.start()
        compare_label_sets(part, "labels", "labels_fixed", workspace)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    print(f"\nat most {peaks[0]:.1f} MB for half of them, {peaks[1]:.1f} MB for all")
    assert peaks[1] < 1.5 * peaks[0]


def test_that_one_review_is_quick_among_a_hundred_thousand(workspace: Workspace):
    store = ReviewStore(workspace)
    ids = [f"train/{number:06d}" for number in range(MANY)]
    states = iter([ReviewState.UNSURE, ReviewState.TO_DO, ReviewState.DONE] * 3)
    write_all = seconds(lambda: store.set_state(ids, ReviewState.DONE))
    tag_all = seconds(lambda: store.add_tag(ids, "small object"))
    read_all = seconds(store.reviews)
    one = min(seconds(lambda: store.set_state(ids[5:6], next(states))) for _ in range(5))
    print(
        f"\n{MANY:,} samples: states {write_all:.2f} s, a tag {tag_all:.2f} s,"
        f" read {read_all:.2f} s;"
        f" one state {1000 * one:.2f} ms"
    )
    assert one < read_all / 20
