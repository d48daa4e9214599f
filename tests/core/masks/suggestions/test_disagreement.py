"""Where a prediction and a mask differ, found whole and after edits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from core.masks.geometry import Rect
from core.masks.shapes.regions import everything
from core.masks.suggestions.disagreement import (
    Disagreement,
    all_of,
    disagreements,
    ordered,
    surer_than,
    updated,
)
from core.masks.suggestions.disagreement_map import DisagreementMap
from tests.core.masks.drawing import drawn

SQUARE = np.ones((3, 3))


@st.composite
def opinions(draw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    values = st.sampled_from([0, 0, 1, 2])
    mask = draw(hnp.arrays(np.uint8, shape, elements=st.sampled_from([0, 0, 1, 2, 255])))
    predicted = draw(hnp.arrays(np.uint8, shape, elements=values))
    confidence = draw(hnp.arrays(np.uint8, shape))
    return mask, predicted, confidence


def facts(found: list[Disagreement]) -> list[tuple]:
    return sorted(
        (
            each.own,
            each.said,
            each.area,
            each.confidence,
            each.region.rect,
            each.region.stencil.tobytes(),
        )
        for each in found
    )


@given(opinions(), st.integers(1, 4))
def test_that_disagreements_are_the_connected_areas_of_each_pair_of_classes(opinion, least):
    mask, predicted, confidence = opinion
    expected = np.zeros(mask.shape, bool)
    count = 0
    for own in (0, 1, 2):
        for said in {0, 1, 2} - {own}:
            labels, number = ndimage.label((mask == own) & (predicted == said), SQUARE)
            for label in range(1, number + 1):
                if (labels == label).sum() >= least:
                    expected |= labels == label
                    count += 1
    found = disagreements(mask, predicted, confidence, least=least)
    assert len(found) == count
    assert np.array_equal(drawn(all_of(found), mask.shape), expected)
    for each in found:
        assert set(each.region.values(mask)) == {each.own}
        assert set(each.region.values(predicted)) == {each.said}
        assert each.area == each.region.area
        assert each.confidence == pytest.approx(each.region.values(confidence).mean() / 255)


@given(opinions(), st.data(), st.integers(1, 4))
def test_that_looking_around_an_edit_says_what_looking_everywhere_would(opinion, data, least):
    mask, predicted, confidence = opinion
    before = disagreements(mask, predicted, confidence, least=least)
    known = DisagreementMap(mask, predicted, confidence, least=least)
    height, width = mask.shape
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    size = st.integers(1, 6)
    changed = Rect(x, y, data.draw(size), data.draw(size)).intersected(Rect(0, 0, width, height))
    mask[changed.slices] = data.draw(
        hnp.arrays(
            np.uint8, (changed.height, changed.width), elements=st.sampled_from([0, 1, 2, 255])
        )
    )
    after = updated(before, mask, predicted, confidence, changed, least=least)
    expected = disagreements(mask, predicted, confidence, least=least)
    assert facts(after) == facts(expected)
    known.update(mask, changed)
    assert facts(list(known.found)) == facts(expected)
    assert np.array_equal(known.picture != 0, drawn(all_of(expected), mask.shape))
    assert all(known.at(*at) is not None for at in np.argwhere(known.picture.T))


def test_that_an_area_far_larger_than_an_edit_is_found_whole():
    mask, predicted = np.zeros((400, 500), np.uint8), np.zeros((400, 500), np.uint8)
    predicted[10:390, 10:490] = 1
    before = disagreements(mask, predicted, None)
    mask[200, 250] = 1
    after = updated(before, mask, predicted, None, Rect(250, 200, 1, 1))
    assert [each.area for each in after] == [380 * 480 - 1]


def places() -> list[Disagreement]:
    mask, predicted = np.zeros((20, 20), np.uint8), np.zeros((20, 20), np.uint8)
    confidence = np.zeros((20, 20), np.uint8)
    predicted[2:4, 2:4], confidence[2:4, 2:4] = 1, 255
    predicted[8:14, 8:14], confidence[8:14, 8:14] = 2, 51
    return disagreements(mask, predicted, confidence)


def test_that_places_are_ordered_by_size_or_by_how_sure_the_model_is():
    assert [each.area for each in ordered(places(), "size")] == [36, 4]
    assert [each.area for each in ordered(places(), "confidence")] == [4, 36]


def test_that_those_are_taken_that_the_model_is_sure_enough_of():
    assert [each.area for each in surer_than(places(), 1.0)] == [4]
    assert [each.area for each in surer_than(places(), 0.2)] == [4, 36]
    predicted = np.ones((3, 3), np.uint8)
    unknown = disagreements(np.zeros((3, 3), np.uint8), predicted, None)
    assert len(surer_than(unknown, 0.99)) == 1


def test_that_a_pixel_is_told_its_place():
    mask, predicted = np.zeros((20, 20), np.uint8), np.zeros((20, 20), np.uint8)
    predicted[8:14, 8:14] = 2
    known = DisagreementMap(mask, predicted, None)
    assert known.at(9, 9) is known.found[0]
    assert known.at(0, 0) is None


def test_that_ignored_pixels_are_no_disagreement():
    mask = np.full((4, 4), 255, np.uint8)
    assert disagreements(mask, np.ones((4, 4), np.uint8), None) == []
    assert all_of([]).is_empty
    assert everything((4, 4)).area == 16
