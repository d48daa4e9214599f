"""Objects that look like another class."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.demo.placement import CAT, DOG, Recipe
from core.demo.scene import draw_picture
from core.images import read_image, read_mask
from core.qa.appearance import LENGTH
from core.qa.checks.class_outlier import (
    Contact,
    ObjectFeatures,
    class_outliers,
    mixed_objects,
    object_features,
)

Observed = tuple[str, ObjectFeatures]


def cluster(class_index: int, count: int, *, center: float, seed: int) -> list[Observed]:
    """Objects of one class, one to a sample, that look alike."""
    values = np.random.default_rng(seed).normal(center, 1, (count, LENGTH))
    return [
        (
            f"train/{class_index}{number:03d}",
            ObjectFeatures(class_index, (number, 2, 3, 4), 5000, tuple(row)),
        )
        for number, row in enumerate(values)
    ]


def two_classes(count: int = 30) -> list[Observed]:
    return cluster(1, count, center=-1, seed=1) + cluster(2, count, center=1, seed=2)


def with_class(observed: Observed, class_index: int) -> Observed:
    return observed[0], replace(observed[1], class_index=class_index)


def picture_objects(animals: Sequence[int], seed: int = 0) -> list[ObjectFeatures]:
    picture = draw_picture(np.random.default_rng(seed), Recipe(tuple(animals)), 256)
    return object_features(picture.image, picture.mask)


def test_that_objects_of_the_wrong_class_are_found_and_no_others():
    features = two_classes()
    for place in (4, 17, 40):
        features[place] = with_class(features[place], 3 - features[place][1].class_index)
    found = class_outliers(features)
    assert {outlier.sample for outlier in found} == {features[p][0] for p in (4, 17, 40)}
    for outlier in found:
        assert outlier.looks_like == 3 - outlier.class_index
        assert 0.9 <= outlier.confidence <= 1
    by_sample = {outlier.sample: outlier for outlier in found}
    assert by_sample[features[4][0]].boxes == (features[4][1].box,)


def test_that_well_labelled_objects_are_left_alone():
    assert class_outliers(two_classes()) == []


def test_that_classes_that_look_alike_raise_no_alarm():
    features = cluster(1, 60, center=0, seed=1) + cluster(2, 60, center=0, seed=2)
    assert len(class_outliers(features, min_confidence=0.95)) <= 2


def test_that_the_most_certain_outlier_comes_first():
    features = two_classes()
    for place in (3, 9, 33):
        features[place] = with_class(features[place], 3 - features[place][1].class_index)
    confidences = [outlier.confidence for outlier in class_outliers(features)]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize("small", [0, 1, 7])
def test_that_nothing_is_said_when_too_little_is_known_of_a_class(small):
    features = cluster(1, 30, center=-1, seed=1) + cluster(2, small, center=1, seed=2)
    features[2] = with_class(features[2], 2) if small else features[2]
    assert class_outliers(features, min_objects=9) == []
    assert mixed_objects(features, min_objects=9) == []


def test_that_a_third_class_of_few_objects_does_not_silence_the_others():
    features = [*two_classes(), *cluster(3, 3, center=5, seed=3)]
    features[5] = with_class(features[5], 2)
    assert [outlier.sample for outlier in class_outliers(features)] == [features[5][0]]


def test_that_an_empty_dataset_has_no_outliers():
    assert class_outliers([]) == []
    assert mixed_objects([]) == []


def test_that_two_classes_in_one_object_are_reported_once_and_not_as_outliers():
    features = two_classes()
    sample, right = features[0]
    box = (50, 60, 7, 8)
    wrong = replace(features[1][1], class_index=2, box=box, contacts=(Contact(0, 40, 1.0, 0.9),))
    right = replace(right, contacts=(Contact(1, 40, 1.0, 0.9),))
    features[0:2] = [(sample, right), (sample, wrong)]
    (found,) = mixed_objects(features)
    assert (found.sample, found.class_index, found.looks_like) == (sample, 2, 1)
    assert found.boxes == (box, right.box)
    assert class_outliers(features) == []


def test_that_animals_with_an_edge_between_them_are_two_objects():
    features = two_classes()
    sample, right = features[0]
    wrong = replace(features[1][1], class_index=2, contacts=(Contact(0, 40, 2.5, 0.9),))
    features[0:2] = [(sample, right), (sample, wrong)]
    assert mixed_objects(features) == []
    assert [outlier.sample for outlier in class_outliers(features)] == [sample]


def test_that_features_survive_json_and_cached_ones_judge_alike():
    objects = [("a", part) for part in picture_objects((CAT, DOG))]
    again = [
        (sample, ObjectFeatures.from_json(json.loads(json.dumps(part.to_json()))))
        for sample, part in objects
    ]
    for (_, before), (_, after) in zip(objects, again, strict=True):
        assert replace(after, values=()) == replace(before, values=())
        assert after.values == pytest.approx(before.values, abs=1e-4)


def test_that_every_large_animal_of_a_photo_is_measured():
    objects = picture_objects((CAT, DOG), seed=2)
    assert [part.class_index for part in objects] == [CAT, DOG]
    for part in objects:
        assert len(part.values) == LENGTH
        assert np.isfinite(part.values).all()


def test_that_brightness_and_mirroring_hardly_change_the_features():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    (part,) = object_features(picture.image, picture.mask)
    darker = (picture.image * 0.6).astype(np.uint8)
    (dark,) = object_features(darker, picture.mask)
    (mirrored,) = object_features(
        np.ascontiguousarray(picture.image[:, ::-1]), np.ascontiguousarray(picture.mask[:, ::-1])
    )
    for other in (dark, mirrored):
        assert np.abs(np.subtract(part.values, other.values)).mean() < 0.06


def test_that_a_broken_object_with_holes_is_measured_as_one():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    mask = picture.mask.copy()
    left, top, width, _ = object_features(picture.image, mask)[0].box
    mask[:, left + width // 3 : left + width // 3 + 2] = 0
    mask[top + 60 : top + 66, left + width // 2 : left + width // 2 + 6] = 0
    (whole,) = object_features(picture.image, picture.mask)
    (broken,) = object_features(picture.image, mask)
    assert broken.pixels > 0.97 * whole.pixels


def test_that_small_objects_and_ignored_pixels_are_not_measured():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    speck = np.zeros_like(picture.mask)
    speck[100:120, 100:120] = 1
    assert object_features(picture.image, speck) == []
    ignored = np.where(picture.mask > 0, 255, 0).astype(np.uint8)
    assert object_features(picture.image, ignored) == []
    assert object_features(picture.image, picture.mask, classes=[0, DOG]) == []


def test_that_the_seam_of_a_half_swapped_animal_is_no_edge_and_that_of_two_animals_is():
    picture = draw_picture(np.random.default_rng(5), Recipe((CAT,)), 256)
    columns = np.nonzero(picture.mask.any(0))[0]
    half = picture.mask.copy()
    middle = int(columns.mean())
    half[:, middle:][half[:, middle:] > 0] = DOG
    one, other = object_features(picture.image, half)
    assert one.contacts[0].edge < 1.5
    assert (one.contacts[0].other, other.contacts[0].other) == (1, 0)


def test_that_a_mask_of_another_size_is_refused():
    with pytest.raises(ValueError, match="mask"):
        object_features(np.zeros((40, 40, 3), np.uint8), np.zeros((30, 40), np.uint8))


def test_that_few_real_photos_are_flagged(shared_dir: Path):
    features = []
    for file in sorted((shared_dir / "pets" / "labels_fixed").glob("*/*.png")):
        image = read_image(shared_dir / "pets" / "img" / file.parent.name / f"{file.stem}.jpg")
        for part in object_features(image, read_mask(file)):
            features.append((f"{file.parent.name}/{file.stem}", part))
    assert len(features) > 250
    assert len(class_outliers(features)) <= 0.04 * len(features)
    assert mixed_objects(features) == []
