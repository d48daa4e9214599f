from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.interop.labelme.reading import draw
from core.interop.labelme.shapes import parse_label_file
from core.interop.labelme.writing import (
    label_json,
    mask_shapes,
    polygon_loss,
    polygon_shapes,
)
from core.interop.labels import LabelNames
from core.interop.pieces import MOST_PIECES
from tests.core.interop.drawing import CLASSES, NAMES, drawn_by_labelme
from tests.making import blob

_shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)
any_masks = npst.arrays(np.uint8, _shapes) | npst.arrays(
    np.uint8, _shapes, elements=st.sampled_from([0, 1, 2, 255])
)


def there_and_back(mask, shapes):
    return draw(parse_label_file(label_json(shapes, "a.jpg", mask.shape)), NAMES, mask.shape)


@settings(deadline=None)
@given(any_masks)
def test_that_any_mask_comes_back_from_mask_shapes_as_it_was(mask):
    back = there_and_back(mask, mask_shapes(mask, NAMES))
    assert np.array_equal(back.mask, mask)
    assert not back.left_out
    illegal = set(np.unique(mask).tolist()) - {0, 1, 2, 255}
    assert {f"__value_{value}__" for value in illegal} == {p.label for p in back.problems}


def test_that_holes_specks_and_ignored_pixels_come_back_and_each_piece_is_a_shape():
    mask = blob(64, 1)
    mask[32, 32] = 0
    mask[2, 2] = 2
    mask[60:, 60:] = 255
    shapes = mask_shapes(mask, NAMES)
    assert sorted(each["label"] for each in shapes) == ["__ignore__", "cat", "dog"]
    assert np.array_equal(there_and_back(mask, shapes).mask, mask)


def test_that_thousands_of_specks_do_not_become_thousands_of_shapes():
    mask = np.zeros((100, 100), np.uint8)
    mask[::3, ::3] = 1
    shapes = mask_shapes(mask, NAMES)
    assert len(shapes) == MOST_PIECES + 1
    assert shapes[-1]["description"] == f"{34 * 34 - MOST_PIECES} small pieces"
    assert np.array_equal(there_and_back(mask, shapes).mask, mask)


def test_that_labelme_draws_our_mask_shapes_as_we_do(tmp_path):
    rng = np.random.default_rng(8)
    masks, paths = [], []
    for number in range(20):
        mask = rng.choice(np.array([0, 0, 1, 2, 255], np.uint8), (31, 43))
        path = tmp_path / f"{number}.json"
        kind = mask_shapes if number % 2 else polygon_shapes
        path.write_bytes(label_json(kind(mask, NAMES), "a.jpg", mask.shape))
        masks.append(draw(parse_label_file(path.read_bytes()), NAMES, None).mask)
        if number % 2:
            assert np.array_equal(masks[-1], mask)
        paths.append(path)
    for ours, theirs in zip(masks, drawn_by_labelme(paths, tmp_path), strict=True):
        assert np.array_equal(ours, theirs)


def test_that_polygons_of_solid_pieces_lose_nothing():
    mask = blob(64, 1)
    mask[3, 3:5] = 2  # two pixels
    mask[60, 60] = 2  # one
    mask[30:34, 30:34] = 2  # inside a cat
    shapes = polygon_shapes(mask, NAMES)
    assert np.array_equal(there_and_back(mask, shapes).mask, mask)
    assert all(len(each["points"]) >= 3 for each in shapes)
    assert [loss.iou for loss in polygon_loss(mask, NAMES)] == [1.0, 1.0]


def test_that_the_loss_of_polygons_is_told_before_anything_is_written():
    mask = np.zeros((40, 40), np.uint8)
    mask[10:30, 10:30] = 1
    mask[15:20, 15:20] = 0
    mask[35:, 35:] = 2
    worst, other = polygon_loss(mask, NAMES)
    assert (worst.value, worst.gained_px, worst.lost_px, worst.holes) == (1, 25, 0, 1)
    assert worst.iou == pytest.approx(375 / 400)
    assert (other.value, other.iou, other.holes, other.lost_pieces) == (2, 1.0, 0, 0)


@settings(deadline=None)
@given(any_masks, st.sampled_from([0.0, 1.0, 3.0]))
def test_that_the_loss_that_is_told_is_the_loss_there_is(mask, tolerance):
    back = there_and_back(mask, polygon_shapes(mask, NAMES, tolerance)).mask
    for loss in polygon_loss(mask, NAMES, tolerance):
        was, is_now = mask == loss.value, back == loss.value
        assert loss.iou == (was & is_now).sum() / (was | is_now).sum()
        assert loss.lost_px == (was & ~is_now).sum()
        assert loss.gained_px == (is_now & ~was).sum()


def test_that_simpler_polygons_have_fewer_points():
    points = [
        sum(len(each["points"]) for each in polygon_shapes(blob(200, 1), NAMES, tolerance))
        for tolerance in (0, 1, 3)
    ]
    assert points[0] > points[1] > points[2]


def test_that_classes_with_odd_names_keep_their_values():
    odd = [
        ClassInfo(0, "_background_", (0, 0, 0)),
        ClassInfo(1, "__ignore__", (1, 0, 0)),
        ClassInfo(2, "cat", (2, 0, 0)),
        ClassInfo(3, "cat", (3, 0, 0)),
    ]
    names = LabelNames(odd, 255)
    mask = np.array([[0, 1, 2, 3, 255, 9]], np.uint8)
    text = label_json(mask_shapes(mask, names), "a.jpg", mask.shape)
    assert np.array_equal(draw(parse_label_file(text), names, None).mask, mask)
    taken = LabelNames([*CLASSES, ClassInfo(3, "__value_9__", (0, 0, 0))], 255)
    with pytest.raises(PetsegError, match="value 9 has no label"):
        taken.label(9)


def test_that_a_file_names_its_photo_and_holds_no_path():
    written = json.loads(label_json([], "a.jpg", (4, 6)))
    assert written["imagePath"] == "a.jpg"
    assert written["imageData"] is None
    assert (written["imageHeight"], written["imageWidth"]) == (4, 6)
