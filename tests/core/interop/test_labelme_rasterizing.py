from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from core.interop.labelme.rasterizing import rasterize
from core.interop.labelme.reading import read_mask_of
from core.interop.labelme.shapes import parse_label_file
from tests.core.interop.drawing import (
    NAMES,
    content,
    drawn_by_labelme,
    mask_text,
    random_shape,
    shape,
    text_of,
)

FILES = 250


def drawn(*shapes, size=(32, 48)):
    file = parse_label_file(text_of(*shapes, size=size))
    mask, problems = rasterize(file.shapes, size, NAMES)
    return mask, [*file.problems, *problems]


def test_that_masks_equal_what_labelme_itself_draws_pixel_by_pixel(tmp_path):
    rng = np.random.default_rng(4)
    paths = []
    for number in range(FILES):
        size = (int(rng.integers(8, 90)), int(rng.integers(8, 90)))
        shapes = [random_shape(rng, size) for _ in range(rng.integers(1, 9))]
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(content(shapes, size)))
        paths.append(path)
    kinds = set()
    for path, theirs in zip(paths, drawn_by_labelme(paths, tmp_path), strict=True):
        file = parse_label_file(path.read_bytes())
        kinds |= {each.kind for each in file.shapes}
        assert len(file.shapes) == len(json.loads(path.read_text())["shapes"])
        ours, problems = rasterize(file.shapes, theirs.shape, NAMES)
        assert np.array_equal(ours, theirs), path.read_text()
        assert not [p for p in problems if p.is_left_out and "beside" not in p.what]
    assert len(kinds) == 8


def test_that_the_files_of_the_study_agree_with_its_corrected_masks(shared_dir):
    folder = shared_dir / "pets_labelme"
    if not folder.is_dir():
        pytest.skip(f"the study's LabelMe files are not there ({folder})")
    paths = sorted(folder.glob("*.json"))
    assert len(paths) == 20
    for path in paths:
        found = read_mask_of(path, NAMES, None)
        (file,) = (shared_dir / "pets" / "labels_fixed").glob(f"*/{path.stem}.png")
        theirs = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_UNCHANGED)
        assert found.problems == ()
        for value in set(np.unique(theirs)) - {0}:
            both = np.count_nonzero((found.mask == value) & (theirs == value))
            either = np.count_nonzero((found.mask == value) | (theirs == value))
            assert both / either >= 0.98, (path.name, value)


def test_that_later_shapes_lie_over_earlier_ones():
    low = shape("cat", "rectangle", [(0, 0), (20, 20)])
    high = shape("dog", "rectangle", [(10, 10), (30, 30)])
    assert drawn(low, high)[0][15, 15] == 2
    assert drawn(high, low)[0][15, 15] == 1


def test_that_a_mask_shape_leaves_what_is_under_its_holes():
    hole = np.ones((11, 11), np.uint8)
    hole[5, 5] = 0
    over = shape("dog", "mask", [(5, 5), (15, 15)], mask=mask_text(hole))
    mask, problems = drawn(shape("cat", "rectangle", [(0, 0), (20, 20)]), over)
    assert not problems
    assert mask[10, 10] == 1
    assert np.count_nonzero(mask == 2) == 120


def test_that_a_mask_shape_that_reaches_over_the_border_is_cut_and_listed():
    over = shape("dog", "mask", [(-3, -2), (4, 4)], mask=mask_text(np.ones((7, 8))))
    mask, problems = drawn(over)
    assert np.count_nonzero(mask) == np.count_nonzero(mask[:5, :5]) == 25
    (problem,) = problems
    assert "cut off" in str(problem)
    assert not problem.is_left_out


def test_that_an_unknown_label_is_listed_with_what_may_be_meant():
    mask, problems = drawn(shape("Cat"), shape("zebra"), shape("dog"))
    assert set(np.unique(mask)) == {0, 2}
    first, second = map(str, problems)
    assert first.startswith("Shape 1 (Cat): No class of the dataset has this label.")
    assert "Perhaps cat is meant" in first
    assert "background, cat, dog" in second


def test_that_a_shape_beside_the_photo_is_listed():
    _, (problem,) = drawn(shape("cat", "circle", [(500, 500), (505, 500)]))
    assert "beside the photo" in str(problem)
    assert problem.is_left_out


def test_that_a_shape_with_coordinates_far_off_is_drawn_at_once_as_far_as_it_is_seen():
    far = 999_999.0
    mask, problems = drawn(
        shape("cat", "polygon", [(-far, -far), (far, -far), (far, far), (-far, far)]),
        shape("dog", "linestrip", [(-far, 16), (far, 16)]),
    )
    assert set(np.unique(mask)) == {1, 2}
    assert len(problems) == 2
