"""Objects of unusual size."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import open_dataset
from core.dataset.model import Dataset
from core.qa.checks import areas
from core.qa.checks.areas import area_model
from core.qa.registry import CHECKS, Finding, SampleFacts
from tests.making import write_sample

CHECK = CHECKS[areas.area_outlier.__name__]
SIDE = 1000


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    write_sample(tmp_path, "train", "it", {"labels": np.uint8([[0, 1, 2]] * 3)})
    return open_dataset(tmp_path)


def entry(sample: str, *objects: tuple[int, float], side: int = SIDE) -> SampleFacts:
    """A sample with objects of a class and an area."""
    rows = [(index, area, 10 * place, 5, 4, 3, 0.5, 0.5) for place, (index, area) in
            enumerate(objects)]  # fmt: skip
    pieces = np.array(rows, np.float32).reshape(-1, 8)
    return SampleFacts(
        f"train/{sample}", "train", {"pieces": pieces, "size": np.array([side, side], np.int32)}
    )


def usual(count: int = 40, index: int = 1, seed: int = 0) -> list[SampleFacts]:
    sizes = np.exp(np.random.default_rng(seed).normal(np.log(50_000), 0.5, count))
    return [entry(f"{index}{number:03d}", (index, size)) for number, size in enumerate(sizes)]


def findings(
    entries: Iterable[SampleFacts], dataset: Dataset, **options: float
) -> dict[str, Finding]:
    assert CHECK.fit is not None
    assert CHECK.judge is not None
    chosen = {**CHECK.default_options(), **options}
    entries = list(entries)
    model = json.loads(json.dumps(CHECK.fit(entries, dataset, chosen)))
    found = {}
    for one in entries:
        measured = CHECK.judge(model, one, chosen)
        if measured is not None and CHECK.is_crossed(measured.score, None):
            assert CHECK.limit is not None
            found[one.sample] = CHECK.find(measured, CHECK.limit.default)
    return found


def test_that_a_crumb_and_a_giant_are_found_and_nothing_else(dataset):
    entries = [*usual(), entry("crumb", (1, 40)), entry("giant", (1, 900_000))]
    found = findings(entries, dataset)
    assert set(found) == {"train/crumb", "train/giant"}
    name = dataset.classes[1].name
    assert f"labelled {name} is unusually small" in found["train/crumb"].message
    assert "times smaller than the middle one" in found["train/crumb"].message
    assert "unusually large" in found["train/giant"].message
    assert "with 90 % of the picture" in found["train/giant"].message


def test_that_the_object_is_shown_and_others_in_its_mask_are_counted(dataset):
    entries = [*usual(), entry("crumbs", (1, 50_000), (1, 20), (1, 30))]
    found = findings(entries, dataset)["train/crumbs"]
    assert found.region == ((10, 5, 4, 3), (20, 5, 4, 3))
    assert "so is 1 more in this mask" in found.message


def test_that_each_class_has_its_own_sizes(dataset):
    small = [entry(f"s{number}", (2, 900 + 10 * number)) for number in range(20)]
    entries = [*usual(), *small, entry("odd", (2, 60_000))]
    assert set(findings(entries, dataset)) == {"train/odd"}


def test_that_sizes_are_parts_of_the_picture(dataset):
    entries = [*usual(), entry("shrunk", (1, 500), side=SIDE // 10)]
    assert findings(entries, dataset) == {}
    entries = [*usual(), entry("whole", (1, 500))]
    assert set(findings(entries, dataset)) == {"train/whole"}


def test_that_classes_of_few_objects_are_not_judged(dataset):
    entries = [*usual(10), entry("crumb", (1, 10))]
    assert findings(entries, dataset) == {}
    assert set(findings(entries, dataset, objects=11)) == {"train/crumb"}


def test_that_objects_of_one_size_are_no_outliers(dataset):
    entries = [entry(str(number), (1, 5000 + number % 3)) for number in range(30)]
    assert findings(entries, dataset) == {}


def test_that_samples_without_objects_and_unknown_classes_are_passed_over(dataset):
    strange = [entry("empty"), SampleFacts("train/none", "train", {}), entry("seven", (7, 10))]
    assert findings([*usual(), *strange], dataset) == {}
    assert findings([], dataset) == {}


def test_that_the_median_and_the_spread_are_those_of_the_sizes():
    sizes = np.random.default_rng(1).normal(-4, 1.5, 20_000)
    bins = ((sizes + 30) * 32).astype(int)
    model = area_model(np.bincount(bins, minlength=960))
    assert model.objects == 20_000
    assert model.median == pytest.approx(-4, abs=0.05)
    assert model.below == pytest.approx(1.5, abs=0.08)
    assert model.above == pytest.approx(1.5, abs=0.08)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, SIDE * SIDE)), max_size=40))
def test_that_any_objects_can_be_judged(objects):
    classes = [(index, float(area)) for index, area in objects]
    entries = [*usual(20), entry("any", *classes)]
    assert CHECK.fit is not None
    assert CHECK.judge is not None
    model = {"1": ["cat", 20, -4.0, 0.5, 0.5]}
    for one in entries:
        measured = CHECK.judge(model, one, {})
        if measured is not None:
            assert np.isfinite(measured.score)
            assert len(measured.values) == len(measured.boxes)
            assert list(measured.values) == sorted(measured.values, reverse=True)
