"""Pieces and holes found from a click, against scipy's labelling of the whole mask."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from core.masks.pieces.finding import component, connected, flood, hole, holes_of, surrounding_class
from core.masks.shapes.regions import Region

masks = hnp.arrays(
    np.uint8,
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
    elements=st.sampled_from([0, 0, 1, 1, 2, 255]),
)
CROSS, SQUARE = ndimage.generate_binary_structure(2, 1), np.ones((3, 3))


def drawn(region: Region, mask: np.ndarray) -> np.ndarray:
    canvas = np.zeros(mask.shape, bool)
    canvas[region.rect.slices] = region.stencil
    return canvas


def pixel_of(mask: np.ndarray, data: st.DataObject) -> tuple[int, int]:
    return (
        data.draw(st.integers(0, mask.shape[1] - 1), label="x"),
        data.draw(st.integers(0, mask.shape[0] - 1), label="y"),
    )


def label_at(chosen: np.ndarray, structure: np.ndarray, x: int, y: int) -> np.ndarray:
    labels, _ = ndimage.label(chosen, structure)
    return labels == labels[y, x]


@given(masks, st.data())
def test_that_a_flood_fill_covers_the_4_connected_area_of_one_value(mask, data):
    x, y = pixel_of(mask, data)
    region = flood(mask, (x, y))
    assert np.array_equal(drawn(region, mask), label_at(mask == mask[y, x], CROSS, x, y))
    assert region.stencil.any(axis=0)[[0, -1]].all()
    assert region.stencil.any(axis=1)[[0, -1]].all()


@given(masks, st.data(), st.booleans())
def test_that_a_component_is_the_8_connected_piece_of_a_class(mask, data, any_class):
    x, y = pixel_of(mask, data)
    region = component(mask, (x, y), any_class=any_class)
    if mask[y, x] == 0:
        assert region.is_empty
    else:
        chosen = mask != 0 if any_class else mask == mask[y, x]
        assert np.array_equal(drawn(region, mask), label_at(chosen, SQUARE, x, y))


@given(masks, st.data())
def test_that_a_hole_touches_neither_the_border_nor_the_background(mask, data):
    x, y = pixel_of(mask, data)
    area = label_at(mask == mask[y, x], CROSS, x, y)
    around = ndimage.binary_dilation(area, CROSS) & ~area
    at_border = area[0].any() or area[-1].any() or area[:, 0].any() or area[:, -1].any()
    region = hole(mask, (x, y))
    if at_border or (mask[around] == 0).any():
        assert region is None
    else:
        assert region is not None
        assert np.array_equal(drawn(region, mask), area)


@given(masks, st.data())
def test_that_looking_for_pieces_leaves_the_mask_as_it_was(mask, data):
    before = mask.copy()
    mask.flags.writeable = False
    point = pixel_of(mask, data)
    flood(mask, point), component(mask, point), hole(mask, point)
    holes_of(mask, component(mask, point))
    assert np.array_equal(mask, before)


def ring(outer: int, inner: int) -> np.ndarray:
    mask = np.zeros((11, 11), np.uint8)
    mask[2:9, 2:9] = outer
    mask[4:7, 4:7] = inner
    return mask


def test_that_a_hole_gets_the_class_that_surrounds_it():
    mask = ring(2, 0)
    region = hole(mask, (5, 5))
    assert region is not None
    assert region.rect == (4, 4, 3, 3)
    assert surrounding_class(mask, region) == 2


def test_that_another_class_inside_an_object_is_a_hole_too():
    assert hole(ring(2, 1), (5, 5)) is not None


def test_that_a_piece_on_the_background_is_no_hole():
    assert hole(ring(2, 0), (2, 2)) is None


def test_that_a_diagonal_line_separates_what_it_encloses():
    mask = np.zeros((5, 5), np.uint8)
    mask[[1, 2, 2, 3], [2, 1, 3, 2]] = 1
    assert component(mask, (2, 1)).area == 4
    assert hole(mask, (2, 2)) is not None


def test_that_the_holes_of_a_piece_hold_what_lies_in_them():
    mask = ring(1, 0)
    mask[5, 5] = 2
    assert holes_of(mask, component(mask, (2, 2))).area == 9


def test_that_a_click_outside_the_mask_finds_nothing():
    mask = ring(1, 0)
    assert flood(mask, (11, 0)).is_empty
    assert component(mask, (0, -1)).is_empty
    assert hole(mask, (-1, 3)) is None


def test_that_nothing_surrounds_a_region_that_is_the_whole_mask():
    mask = np.ones((3, 3), np.uint8)
    assert surrounding_class(mask, flood(mask, (0, 0))) is None


@pytest.mark.parametrize(("height", "width"), [(3, 65_533), (3, 65_536), (3, 70_000), (70_000, 3)])
def test_that_a_fill_covers_masks_of_any_length(height, width):
    mask = np.zeros((height, width), np.uint8)
    assert flood(mask, (width - 1, height // 2)).area == mask.size


@pytest.mark.parametrize("connectivity", [4, 8])
def test_that_what_is_cut_into_many_runs_is_found_like_anything_else(connectivity):
    numbers = np.random.default_rng(0)
    structure = CROSS if connectivity == 4 else SQUARE
    for share in (0.3, 0.5, 0.7):
        chosen = numbers.random((90, 110)) < share
        y, x = np.argwhere(chosen)[40]
        found = connected(chosen, (int(x), int(y)), connectivity)
        assert np.array_equal(drawn(found, chosen), label_at(chosen, structure, x, y))
