"""Which samples are meant by a class, a range of areas, cells, and ranges of light."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.widgets.eda.making_eda import many_data, small_data
from widgets.eda.choice import (
    in_split,
    samples_between,
    samples_with_class,
    samples_with_object,
    span,
)
from widgets.eda.data import CELLS


def test_that_the_numbers_of_a_class_are_those_of_its_samples_and_objects():
    data = small_data()
    assert data.images().tolist() == [6, 3, 3]
    assert data.images(0).tolist() == [4, 2, 2]
    assert data.instances().tolist() == [0, 4, 3]
    assert data.masks_in() == 6
    assert data.masks_in(1) == 2
    assert data.pixel_share().sum() == pytest.approx(100)
    numbers = data.area_numbers(1)
    assert numbers is not None
    assert (numbers.objects, numbers.mean, numbers.median) == (4, 5.75, 6.0)
    assert data.area_numbers(1, 1) == data.area_numbers(1, 1)


def test_that_a_class_without_objects_has_no_area_numbers():
    assert small_data().area_numbers(0) is None


def test_that_samples_are_found_by_class_and_split():
    assert samples_with_class(small_data(), 1).tolist() == [0, 1, 4]
    assert samples_with_class(small_data(), 1, 1).tolist() == [4]


def test_that_a_sample_with_two_such_objects_is_found_once():
    assert samples_with_object(small_data(), 1).tolist() == [0, 1, 4]


def test_that_both_ends_of_a_range_of_areas_count():
    data = small_data()
    assert samples_with_object(data, 1, area=(5.0, 10.0)).tolist() == [0, 1, 4]
    assert samples_with_object(data, None, area=(0.1, 1.0)).tolist() == [0, 5]


def test_that_a_cell_means_the_objects_centred_in_it():
    cells = np.zeros((CELLS, CELLS), bool)
    cells[8, 8] = True
    assert samples_with_object(small_data(), 1, cells=cells).tolist() == [0, 1, 4]
    assert samples_with_object(small_data(), 1, 0, cells=cells).tolist() == [0, 1]


def test_that_ranges_of_light_leave_out_samples_without_a_photo():
    assert samples_between(small_data(), (0, 255), (0, 255)).tolist() == [0, 1, 2, 3, 4]
    assert samples_between(small_data(), (90, 160), (25, 45)).tolist() == [1, 2]


def test_that_the_heat_map_is_the_mean_over_the_images_with_the_class():
    heat = small_data().heat(1)
    assert heat[8, 8] == pytest.approx(100)
    assert heat[1, 1] == pytest.approx(100 / 3)
    assert small_data().centres(1)[8, 8] == 3


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((5, 10), "5 to 10"),
        ((0, 0.0123), "0 to 0.0123"),
        ((9.9981, 9.9994), "9.998 to 9.999"),
        ((1234.5, 4321.0), "1234 to 4321"),
    ],
)
def test_that_ranges_are_said_with_as_many_digits_as_they_need(ends, words):
    assert span(*ends) == words


def test_that_words_name_the_split_where_there_is_one():
    data = small_data()
    assert in_split("with cat", data, 1) == "with cat in val"
    assert in_split("with cat", data, None) == "with cat"


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 1000),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, 0, 2]),
    st.tuples(st.floats(0, 50), st.floats(0, 50)).map(sorted),
)
def test_that_columns_find_what_a_loop_over_the_objects_finds(seed, kind, split, area):
    data = many_data(30, 60, seed=seed)
    low, high = np.float32(area[0]), np.float32(area[1])
    expected = {
        int(sample)
        for sample, of, size in zip(
            data.object_sample, data.object_class, data.object_area, strict=True
        )
        if kind in (None, of) and split in (None, data.split[sample]) and low <= size <= high
    }
    found = samples_with_object(data, kind, split, area=(area[0], area[1]))
    assert found.tolist() == sorted(expected)
