"""Objects matched, missed and made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from core.evaluation.metrics import objects
from core.evaluation.metrics.details import measure_details, summarise
from core.evaluation.metrics.objects import NOTHING, match_objects, object_matrix

CLASSES = ["background", "cat", "dog"]
IGNORED = 255
_EIGHT = np.ones((3, 3))


def pieces(mask: np.ndarray) -> list[tuple[int, np.ndarray]]:
    found = []
    for value in (1, 2):
        labels, count = ndimage.label(mask == value, _EIGHT)
        found += [(value, labels == number) for number in range(1, count + 1)]
    return found


def by_definition(prediction: np.ndarray, truth: np.ndarray) -> list[tuple[int, ...]]:
    ignored = truth == IGNORED
    true, predicted = pieces(truth), pieces(prediction)
    rows, has_partner = [], set()
    for value, piece in true:
        partner = NOTHING
        for index, (other, area) in enumerate(predicted):
            common = (piece & area).sum()
            if common > ((piece | area) & ~ignored).sum() / 2:
                partner = other
                has_partner.add(index)
                rows.append((value, other, piece.sum(), (area & ~ignored).sum(), common))
        if partner == NOTHING and piece.sum() >= 10:
            rows.append((value, NOTHING, piece.sum(), 0, 0))
    for index, (value, area) in enumerate(predicted):
        counted = (area & ~ignored).sum()
        if index not in has_partner and counted >= 10 and 2 * counted >= area.sum():
            rows.append((NOTHING, value, 0, counted, 0))
    return sorted(tuple(int(cell) for cell in row) for row in rows)


@st.composite
def masks(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=8))
    values = st.sampled_from([0, 0, 1, 2, IGNORED] if draw(st.booleans()) else [0, 0, 1, 2])
    truth = draw(hnp.arrays(np.uint8, shape, elements=values)).repeat(4, 0).repeat(4, 1)
    if draw(st.booleans()):
        prediction = np.where(truth == IGNORED, 1, np.roll(truth, draw(st.integers(0, 2)), 1))
    else:
        values = st.sampled_from([0, 1, 2])
        prediction = draw(hnp.arrays(np.uint8, shape, elements=values)).repeat(4, 0).repeat(4, 1)
    return np.where(prediction == IGNORED, 0, prediction).astype(np.uint8), truth


@settings(max_examples=80, deadline=None)
@given(masks())
def test_that_objects_are_matched_as_defined(case):
    prediction, truth = case
    found = match_objects(prediction, truth, classes=[1, 2])
    assert sorted(map(tuple, found.tolist())) == by_definition(prediction, truth)


def test_that_many_specks_are_matched_as_few_are(monkeypatch):
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, (60, 60), dtype=np.uint8)
    prediction = np.where(rng.random(truth.shape) < 0.9, truth, 0).astype(np.uint8)
    expected = match_objects(prediction, truth, classes=[1, 2])
    monkeypatch.setattr(objects, "_MOST_CELLS", 0)
    assert np.array_equal(match_objects(prediction, truth, classes=[1, 2]), expected)


@pytest.fixture
def scene() -> tuple[np.ndarray, np.ndarray]:
    """A cat found, a cat taken for a dog, a dog missed, a dog made up and a speck of a cat."""
    truth, prediction = np.zeros((2, 60, 60), np.uint8)
    truth[5:15, 5:15] = prediction[6:15, 5:15] = 1
    truth[5:15, 30:40], prediction[5:15, 30:40] = 1, 2
    truth[40:50, 5:15] = 2
    prediction[40:50, 40:50] = 2
    prediction[55:57, 2:5] = 1
    return prediction, truth


def test_that_hits_misses_false_alarms_and_wrong_classes_are_told_apart(scene):
    found = summarise([measure_details(*scene, num_classes=3)], CLASSES)
    assert found.object_matrix.tolist() == [
        [0, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 1, 0],
    ]
    cat, dog = found.objects[1:]
    assert (cat.hits, cat.misses, cat.false_alarms, cat.wrong_class, cat.mistaken) == (
        1,
        0,
        0,
        1,
        0,
    )
    assert (dog.hits, dog.misses, dog.false_alarms, dog.wrong_class, dog.mistaken) == (
        0,
        1,
        1,
        0,
        1,
    )
    assert (cat.precision, cat.recall) == (100, 50)
    assert cat.f1 == pytest.approx(200 / 3)
    assert (dog.precision, dog.recall, dog.f1) == (0, 0, 0)
    assert found.objects[0].f1 is None


def test_that_background_can_be_an_object_where_a_dataset_has_none(scene):
    details = measure_details(*scene, num_classes=3, background=None)
    matrix = object_matrix(details.objects, 3)
    assert matrix[0].tolist() == [1, 0, 0, 0]


def test_that_images_without_objects_have_none():
    empty = np.zeros((9, 9), np.uint8)
    assert len(match_objects(empty, empty, classes=[])) == 0
    assert len(match_objects(empty, empty, classes=[1])) == 0
    assert len(measure_details(empty[:0], empty[:0], num_classes=3).objects) == 0
