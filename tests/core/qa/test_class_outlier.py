"""Objects that look like another class."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.model import ClassInfo, Dataset
from core.demo.placement import CAT, DOG, Recipe
from core.demo.scene import draw_picture
from core.qa.appearance.describe import LENGTH
from core.qa.checks import CHECKS
from core.qa.facts.appearance import Looks, looks_in, measure_objects
from core.qa.registry import SampleFacts
from core.qa.view import SampleView
from tests.core.qa.looking import facts_of, judged, view_of
from tests.making import make_dataset

BOTH = ("class_outlier", "mixed_object")


def dataset_of(*names: str) -> Dataset:
    classes = tuple(
        ClassInfo(index, name, (0, 0, 0)) for index, name in enumerate(("background", *names))
    )
    return Dataset(Path("/x"), classes, 255, ("labels",), ("train",), (), "img", Path("/x"))


PETS = dataset_of("cat", "dog", "fox")


def facts_with(sample: str, rows: Sequence[tuple[int, np.ndarray]], *contacts: Sequence[float]):
    """Facts of a sample with such classes and descriptions; boxes tell the objects apart."""
    objects = [
        np.concatenate([[value, 10 * number, 2, 3, 4, 5000], description])
        for number, (value, description) in enumerate(rows)
    ]
    found = {"objects": np.array(objects, np.float32)}
    found["contacts"] = np.array(contacts, np.float32).reshape(-1, 5)
    return SampleFacts(sample, "train", found)


def cluster(value: int, count: int, *, center: float, seed: int) -> list[SampleFacts]:
    """Samples with one object each, all of one class, that look alike."""
    values = np.random.default_rng(seed).normal(center, 1, (count, LENGTH))
    return [
        facts_with(f"train/{value}{number:03d}", [(value, row)])
        for number, row in enumerate(values)
    ]


def two_classes(count: int = 30) -> list[SampleFacts]:
    return cluster(1, count, center=-1, seed=1) + cluster(2, count, center=1, seed=2)


def description(sample: SampleFacts) -> np.ndarray:
    return sample.facts["objects"][0, 6:]


def with_class(sample: SampleFacts, value: int) -> SampleFacts:
    return facts_with(sample.sample, [(value, description(sample))])


def picture_objects(animals: Sequence[int], seed: int = 0) -> Looks:
    picture = draw_picture(np.random.default_rng(seed), Recipe(tuple(animals)), 256)
    return looks_of(picture.image, picture.mask)


def looks_of(image: np.ndarray, mask: np.ndarray) -> Looks:
    objects, contacts = measure_objects(image, mask, [CAT, DOG])
    looks = looks_in({"objects": objects, "contacts": contacts})
    assert looks is not None
    return looks


def test_that_objects_of_the_wrong_class_are_found_and_no_others():
    facts = two_classes()
    for place in (4, 17, 40):
        facts[place] = with_class(facts[place], 3 - int(facts[place].facts["objects"][0, 0]))
    found = judged(PETS, facts, BOTH)
    assert set(found) == {(facts[p].sample, "class_outlier") for p in (4, 17, 40)}
    for finding in found.values():
        assert 90 < finding.value <= 100
        assert finding.region == ((0, 2, 3, 4),)
    assert found[facts[4].sample, "class_outlier"].message.startswith("This dog looks like the")
    assert "cat objects" in found[facts[4].sample, "class_outlier"].message


def test_that_well_labelled_objects_are_left_alone():
    assert judged(PETS, two_classes(), BOTH) == {}


def test_that_classes_that_look_alike_raise_no_alarm():
    facts = cluster(1, 60, center=0, seed=1) + cluster(2, 60, center=0, seed=2)
    assert len(judged(PETS, facts, BOTH)) <= 2


def test_that_the_model_survives_json():
    facts = two_classes()
    facts[3] = with_class(facts[3], 2)
    found = judged(PETS, facts, BOTH, through=lambda model: json.loads(json.dumps(model)))
    assert set(found) == {(facts[3].sample, "class_outlier")}


@pytest.mark.parametrize("small", [0, 1, 7])
def test_that_nothing_is_said_when_too_little_is_known_of_a_class(small):
    facts = cluster(1, 30, center=-1, seed=1) + cluster(2, small, center=1, seed=2)
    assert judged(PETS, facts, BOTH) == {}


def test_that_a_third_class_of_few_objects_does_not_silence_the_others():
    facts = [*two_classes(), *cluster(3, 3, center=5, seed=3)]
    facts[5] = with_class(facts[5], 2)
    assert set(judged(PETS, facts, BOTH)) == {(facts[5].sample, "class_outlier")}


def test_that_samples_without_facts_are_no_obstacle():
    nothing = [SampleFacts("train/a", "train", {}), facts_with("train/b", [])]
    assert judged(PETS, [], BOTH) == {}
    assert judged(PETS, [*nothing, *two_classes()], BOTH) == {}


def test_that_two_objects_of_one_photo_make_one_finding_with_both_boxes():
    facts = two_classes()
    rows = [(2, description(facts[0])), (2, description(facts[1]))]
    facts[0] = facts_with(facts[0].sample, rows)
    (finding,) = judged(PETS, facts, BOTH).values()
    assert "2 objects" in finding.message
    assert set(finding.region) == {(0, 2, 3, 4), (10, 2, 3, 4)}


def test_that_two_classes_in_one_object_are_reported_once_and_not_as_outliers():
    facts = two_classes()
    rows = [(1, description(facts[0])), (2, description(facts[1]))]
    facts[0] = facts_with(facts[0].sample, rows, (0, 1, 40, 1.0, 0.9))
    found = judged(PETS, facts, BOTH)
    assert set(found) == {(facts[0].sample, "mixed_object")}
    (finding,) = found.values()
    assert finding.region == ((10, 2, 3, 4), (0, 2, 3, 4))
    assert finding.message == "One object seems to be labelled dog in part and cat in part."


def test_that_animals_with_an_edge_between_them_are_two_objects():
    facts = two_classes()
    rows = [(1, description(facts[0])), (2, description(facts[1]))]
    facts[0] = facts_with(facts[0].sample, rows, (0, 1, 40, 2.5, 0.9))
    assert set(judged(PETS, facts, BOTH)) == {(facts[0].sample, "class_outlier")}


def test_that_a_mask_edited_since_the_model_was_learned_is_judged_without_its_old_self():
    facts = two_classes()
    swapped = [with_class(facts[4], 2), *facts[:4], *facts[5:]]
    check = CHECKS["class_outlier"]
    assert check.fit is not None
    assert check.judge is not None
    options = check.default_options()
    before, after = check.fit(swapped, PETS, options), check.fit(facts, PETS, options)
    mended = check.judge(before, facts[4], options)
    assert mended is not None
    assert mended.score < 10
    strange = facts_with("train/new", [(1, np.full(LENGTH, 1e6)), (9, np.zeros(LENGTH))])
    for model in (before, after):
        measurement = check.judge(model, strange, options)
        assert measurement is not None
        assert 0 <= measurement.score <= 100


def test_that_what_is_learned_does_not_grow_with_the_dataset(monkeypatch):
    monkeypatch.setattr("core.qa.appearance.discriminant._MOST_TEACHERS", 40)
    facts = two_classes(300)
    facts[7] = with_class(facts[7], 2)
    found = judged(PETS, facts, BOTH)
    assert (facts[7].sample, "class_outlier") in found
    assert len(found) <= 6


def test_that_every_large_animal_of_a_photo_is_measured():
    looks = picture_objects((CAT, DOG), seed=2)
    assert looks.classes == [CAT, DOG]
    assert looks.values.shape == (2, LENGTH)
    assert np.isfinite(looks.values).all()


def test_that_brightness_and_mirroring_hardly_change_the_description():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    values = looks_of(picture.image, picture.mask).values
    darker = (picture.image * 0.6).astype(np.uint8)
    mirrored = np.ascontiguousarray(picture.image[:, ::-1])
    for image, mask in ((darker, picture.mask), (mirrored, picture.mask[:, ::-1].copy())):
        assert np.abs(values - looks_of(image, mask).values).mean() < 0.06


def test_that_a_broken_object_with_holes_is_measured_as_one():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    mask = picture.mask.copy()
    left, top, width, _ = looks_of(picture.image, mask).boxes[0]
    mask[:, left + width // 3 : left + width // 3 + 2] = 0
    mask[top + 60 : top + 66, left + width // 2 : left + width // 2 + 6] = 0
    whole, _ = measure_objects(picture.image, picture.mask, [CAT, DOG])
    broken, _ = measure_objects(picture.image, mask, [CAT, DOG])
    assert len(broken) == 1
    assert broken[0, 5] > 0.97 * whole[0, 5]


def test_that_small_objects_and_other_values_are_not_measured():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    speck = np.zeros_like(picture.mask)
    speck[100:120, 100:120] = 1
    assert len(measure_objects(picture.image, speck, [CAT, DOG])[0]) == 0
    ignored = np.where(picture.mask > 0, 255, 0).astype(np.uint8)
    assert len(measure_objects(picture.image, ignored, [CAT, DOG])[0]) == 0
    assert len(measure_objects(picture.image, picture.mask, [DOG])[0]) == 0


def test_that_only_the_four_largest_objects_are_measured():
    mask = np.zeros((256, 256), np.uint8)
    for number, side in enumerate((44, 60, 50, 56, 58)):
        top, left = 80 * (number // 3), 80 * (number % 3)
        mask[top : top + side, left : left + side] = 1 + number % 2
    image = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    objects, _ = measure_objects(image, mask, [CAT, DOG])
    assert sorted(objects[:, 5]) == [50**2, 56**2, 58**2, 60**2]


@pytest.mark.parametrize("shape", [(40, 41), (41, 4000), (300, 90)])
def test_that_flat_objects_of_any_shape_have_finite_descriptions(shape):
    image, mask = np.full((*shape, 3), 90, np.uint8), np.ones(shape, np.uint8)
    objects, _ = measure_objects(image, mask, [CAT])
    assert np.isfinite(objects).all()


def test_that_the_seam_of_a_half_swapped_animal_is_no_edge():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    half = picture.mask.copy()
    middle = int(np.nonzero(half.any(0))[0].mean())
    half[:, middle:][half[:, middle:] > 0] = DOG
    (contact,) = looks_of(picture.image, half).contacts
    assert contact.edge < 1.5
    assert contact.likeness > 0.5
    assert (contact.one, contact.other) == (0, 1)


def test_that_boxes_of_a_large_photo_are_told_in_its_own_pixels(tmp_path):
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    image = picture.image.repeat(4, axis=0).repeat(4, axis=1)
    mask = picture.mask.repeat(4, axis=0).repeat(4, axis=1)
    looks = looks_in(facts_of(view_of(tmp_path, image, mask)).facts)
    assert looks is not None
    (expected,) = looks_of(picture.image, picture.mask).boxes
    assert np.abs(np.subtract(looks.boxes[0], np.multiply(expected, 4))).max() <= 8


def test_that_a_dataset_on_disk_gives_facts_for_every_sample_with_photo_and_mask(tmp_path):
    dataset = open_dataset(make_dataset(tmp_path, size=128))
    for sample in dataset.samples:
        facts = facts_of(SampleView(dataset, sample, "labels")).facts
        assert facts["objects"].dtype == np.float32
        assert facts["objects"].shape == (1, 6 + LENGTH)
        assert facts["contacts"].shape == (0, 5)


def test_that_few_real_photos_are_flagged(shared_dir: Path):
    dataset = open_dataset(shared_dir / "pets")
    views = [SampleView(dataset, sample, "labels_fixed") for sample in dataset.samples]
    facts = [facts_of(view) for view in views if view.is_matched]
    found = judged(dataset, facts, BOTH)
    assert len(facts) > 250
    assert len(found) <= 0.04 * len(facts)
    assert {check for _, check in found} <= {"class_outlier"}
