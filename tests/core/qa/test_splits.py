"""Statistics that differ between splits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.model import Dataset
from core.qa.checks.splits import SPLIT_LIMITS, split_differences
from core.qa.registry import SampleFacts
from tests.making import write_sample

SIDE = 100


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    write_sample(tmp_path, "train", "it", {"labels": np.uint8([[0, 1, 2]] * 3)})
    return open_dataset(tmp_path)


def entry(rng: np.random.Generator, split: str, **chosen: float) -> SampleFacts:
    """A sample with one object; what is not chosen is drawn alike for every split."""
    index = int(chosen.get("index", rng.integers(1, 3)))
    share = chosen.get("share", 0.1) * float(np.exp(rng.normal(0, 0.4)))
    share = min(0.9, share)
    counts = np.zeros(3, np.int64)
    counts[index] = round(share * SIDE * SIDE)
    counts[0] = SIDE * SIDE - counts[index]
    pieces = np.array([[index, counts[index], 1, 1, 5, 5, 0.5, 0.5]], np.float32)
    light = [rng.normal(chosen.get("brightness", 110), 20), rng.normal(50, 8)]
    facts = {
        "light": np.array(light, np.float32),
        "contrast": np.array([rng.normal(30, 8), 0, 0, 0], np.float32),
        "counts": counts,
        "pieces": pieces,
        "size": np.array([SIDE, SIDE], np.int32),
    }
    return SampleFacts(f"{split}/{rng.integers(1 << 40)}", split, facts)


def entries(
    counts: dict[str, int], change: Callable[[str], dict[str, float]] = lambda split: {}
) -> list[SampleFacts]:
    rng = np.random.default_rng(0)
    return [
        entry(rng, split, **change(split)) for split, count in counts.items() for _ in range(count)
    ]


ALL = {"train": 200, "val": 80, "test": 60}


def only(changed: str, **values: float) -> Callable[[str], dict[str, float]]:
    return lambda split: values if split == changed else {}


def found(listed, dataset: Dataset, **limits: float) -> set[tuple[str, str, str]]:
    findings = split_differences(listed, dataset, limits)
    return {(one.split, one.statistic, one.class_name) for one in findings}


def test_that_splits_drawn_alike_do_not_differ(dataset):
    assert split_differences(entries(ALL), dataset) == []


def test_that_nothing_is_said_of_chance_however_strict_the_limits(dataset):
    strictest = {name: limit.minimum for name, limit in SPLIT_LIMITS.items()}
    assert found(entries({"train": 40, "val": 15}), dataset, **strictest) == set()


def test_that_a_brighter_split_is_found(dataset):
    (first, *_) = split_differences(entries(ALL, only("val", brightness=150)), dataset)
    assert (first.split, first.statistic) == ("val", "brightness")
    assert first.value == pytest.approx(150, abs=8)
    assert first.rest == pytest.approx(110, abs=5)
    assert first.effect == pytest.approx(2, abs=0.35)
    assert first.message == (
        f"The mean brightness in val is {first.value:.0f}, elsewhere {first.rest:.0f}."
    )


def test_that_larger_objects_are_found_with_their_pixels(dataset):
    listed = found(entries(ALL, only("test", share=0.4)), dataset)
    names = [info.name for info in dataset.classes]
    assert ("test", "object size", names[1]) in listed
    assert ("test", "object size", names[2]) in listed
    assert any(one[:2] == ("test", "class pixels") for one in listed)
    assert not any(one[1] in ("brightness", "images with class") for one in listed)


def test_that_a_split_without_a_class_is_found(dataset):
    findings = split_differences(entries(ALL, only("val", index=1)), dataset)
    name = dataset.classes[2].name
    (first,) = [one for one in findings if (one.split, one.class_name) == ("val", name)]
    assert first.statistic == "images with class"
    assert first.value == 0
    assert f"0 % of the images in val show {name}, elsewhere" in first.message


def test_that_of_two_splits_the_smaller_is_named_once(dataset):
    listed = entries({"train": 150, "val": 60}, only("train", brightness=160))
    assert found(listed, dataset) == {("val", "brightness", "")}


def test_that_the_largest_difference_comes_first(dataset):
    listed = entries(ALL, only("val", brightness=180, share=0.2))
    findings = split_differences(listed, dataset)
    sizes = [one.effect / SPLIT_LIMITS[one.limit].default for one in findings]
    assert len(sizes) > 1
    assert sizes == sorted(sizes, reverse=True)


def test_that_the_limits_can_be_set(dataset):
    listed = entries(ALL, only("val", brightness=150))
    assert ("val", "brightness", "") in found(listed, dataset)
    assert found(listed, dataset, light=3) == set()


def test_that_single_tiny_and_empty_splits_are_not_judged(dataset):
    assert split_differences([], dataset) == []
    assert found(entries({"train": 100}, only("train", brightness=5)), dataset) == set()
    assert found(entries({"train": 100, "val": 9}, only("val", brightness=5)), dataset) == set()


def test_that_samples_without_facts_do_no_harm(dataset):
    bare = [SampleFacts(f"val/{number}", "val", {}) for number in range(50)]
    assert split_differences([*entries(ALL), *bare], dataset) == []
    assert split_differences(bare, dataset) == []


def test_that_splits_of_constant_but_different_brightness_differ(dataset):
    listed = [
        SampleFacts(f"{split}/{number}", split, {"light": np.array([light, 1], np.float32)})
        for split, light in (("train", 100), ("val", 101))
        for number in range(20)
    ]
    assert found(listed, dataset) == {("val", "brightness", "")}
