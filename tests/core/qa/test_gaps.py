"""Hairlines between pieces, and pieces cut off along a straight line."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.dataset import ClassInfo, Dataset, Sample, open_dataset
from core.demo.placement import CAT, DOG, Recipe
from core.demo.scene import draw_picture
from core.flags import Severity
from core.images import Array, encode_mask
from core.qa.checks import gaps
from core.qa.registry import CHECKS, Finding, Measurement
from core.qa.view import SampleView
from tests.making import blob, write_sample

SLIVER = CHECKS[gaps.unlabelled_sliver.__name__]
CLIPPED = CHECKS[gaps.clipped_piece.__name__]


class Checked:
    """Runs a check on a mask drawn in a test."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def measure(self, check, mask: Array, **options: float) -> Measurement | None:
        write_sample(self._root, "train", "all", {"labels": np.uint8([[0, 1, 2]] * 3)})
        write_sample(self._root, "train", "it", {"labels": mask})
        dataset = open_dataset(self._root)
        view = SampleView(dataset, dataset.sample("train/it"), "labels")
        return check.measure(view, {**check.default_options(), **options})

    def find(self, check, mask: Array, **options: float) -> Finding | None:
        measured = self.measure(check, mask, **options)
        if measured is None or not check.is_crossed(measured.score, None):
            return None
        return check.find(measured, check.limit.default)


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    return Checked(tmp_path)


def two_halves(gap: int, *, classes: tuple[int, int] = (1, 2)) -> Array:
    mask = np.zeros((64, 64), np.uint8)
    mask[10:50, 10:30] = classes[0]
    mask[10:50, 30 + gap : 54] = classes[1]
    return mask


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("classes", [(1, 2), (1, 1)])
def test_that_a_hairline_between_two_pieces_is_found_and_shown(checked, turned, classes):
    mask = two_halves(2, classes=classes)
    found = checked.find(SLIVER, np.ascontiguousarray(mask.T) if turned else mask)
    assert found is not None
    assert found.value == 80
    assert found.message == (
        "80 pixels between pieces that nearly touch have no label, in one place."
    )
    assert found.region == (((10, 30, 40, 2) if turned else (30, 10, 2, 40)),)


def test_that_the_width_of_a_hairline_can_be_chosen(checked):
    assert checked.measure(SLIVER, two_halves(3)) is None
    measured = checked.measure(SLIVER, two_halves(3), width=3)
    assert measured is not None
    assert measured.score == 120


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 12)),
           elements=st.sampled_from([0, 0, 0, 1, 2, 255])),
    st.integers(1, 3),
)  # fmt: skip
def test_that_hairlines_are_those_that_a_walk_along_every_line_finds(
    tmp_path_factory: pytest.TempPathFactory, mask: Array, width: int
):
    path = tmp_path_factory.getbasetemp() / "hairlines.png"
    path.write_bytes(encode_mask(mask))
    view = SampleView(
        Dataset(
            Path(), tuple(ClassInfo(index, str(index), (0, 0, 0)) for index in range(3)), 255,
            ("labels",), ("train",), (), "img", Path(),
        ),
        Sample("train", "it", None, {"labels": path}), "labels",
    )  # fmt: skip
    expected = np.zeros(mask.shape, bool)
    for turned in (False, True):
        values, pieces, marked = (
            array.T if turned else array for array in (mask, view.labelled, expected)
        )
        for row in range(values.shape[0]):
            places = [at for at in range(values.shape[1]) if values[row, at] != 0]
            for left, right in itertools.pairwise(places):
                ends = [(pieces[row, at], values[row, at]) for at in (left, right)]
                is_open = 255 in (ends[0][1], ends[1][1]) or ends[0] == ends[1]
                if 1 < right - left <= width + 1 and not is_open:
                    marked[row, left + 1 : right] = True
    assert SLIVER.measure is not None
    measured = SLIVER.measure(view, {"width": width})
    assert (measured.score if measured else 0) == expected.sum()


def test_that_pieces_that_meet_have_no_hairline(checked):
    assert checked.measure(SLIVER, two_halves(0)) is None
    assert checked.measure(SLIVER, blob()) is None


def test_that_a_slit_inside_one_piece_is_no_hairline_between_two(checked):
    mask = blob()
    mask[20:40, 32] = 0
    assert checked.measure(SLIVER, mask) is None


def test_that_ignored_and_illegal_pixels_are_not_unlabelled(checked):
    mask = two_halves(2)
    mask[10:50, 30:32] = 255
    assert checked.measure(SLIVER, mask) is None
    mask[10:50, 30:32] = 9
    assert checked.measure(SLIVER, mask) is None


def test_that_round_objects_that_touch_in_a_point_are_left_alone(checked):
    mask = np.zeros((128, 128), np.uint8)
    cv2.circle(mask, (32, 64), 30, 1, -1)
    cv2.circle(mask, (93, 64), 30, 2, -1)
    assert checked.find(SLIVER, mask) is None


def test_that_an_object_that_ends_just_before_the_border_is_clipped(checked):
    for gap in (1, 2, 3):
        mask = np.zeros((64, 64), np.uint8)
        cv2.circle(mask, (32, 64), 24, 1, -1)
        mask[64 - gap :] = 0
        found = checked.find(CLIPPED, mask)
        assert found is not None
        assert "before the border" in found.message
        assert f"{gap} pixel" in found.message
        x, y, width, height = found.region[0]
        assert (y, height, width) == (63 - gap, 1, int((mask[63 - gap] > 0).sum()))
        assert mask[y, x] == 1


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_that_a_clipped_piece_is_found_at_every_side(checked, turns):
    mask = np.zeros((64, 64), np.uint8)
    cv2.circle(mask, (32, 64), 24, 1, -1)
    mask[62:] = 0
    found = checked.find(CLIPPED, np.ascontiguousarray(np.rot90(mask, turns)))
    assert found is not None
    assert found.severity is None


def test_that_an_object_that_reaches_the_border_is_not_clipped(checked):
    mask = np.zeros((64, 64), np.uint8)
    cv2.circle(mask, (32, 64), 24, 1, -1)
    assert checked.measure(CLIPPED, mask) is None


def test_that_a_long_straight_cut_inside_is_mentioned(checked):
    mask = np.zeros((64, 64), np.uint8)
    cv2.circle(mask, (32, 32), 24, 2, -1)
    mask[:, 36:] = 0
    found = checked.find(CLIPPED, mask)
    assert found is not None
    assert found.severity == Severity.INFO
    assert found.message == f"A piece is cut off along a straight line of {found.value} pixels."
    assert found.region[0][0] == 35


def test_that_a_round_object_and_an_ignored_border_are_not_clipped(checked):
    assert checked.measure(CLIPPED, blob()) is None
    mask = np.zeros((64, 64), np.uint8)
    cv2.circle(mask, (32, 64), 24, 1, -1)
    mask[62:] = 255
    assert checked.measure(CLIPPED, mask) is None


def test_that_small_and_empty_masks_are_measured(checked):
    for mask in (np.ones((1, 1), np.uint8), np.uint8([[1, 0, 2]]), np.zeros((5, 1), np.uint8)):
        for check in (SLIVER, CLIPPED):
            assert checked.find(check, mask) is None


def test_that_a_sample_without_a_mask_has_no_gaps(tmp_path: Path):
    write_sample(tmp_path, "train", "a", {"labels": blob()})
    write_sample(tmp_path, "train", "b", {"labels": blob()})
    (tmp_path / "labels" / "train" / "b.png").unlink()
    dataset = open_dataset(tmp_path)
    view = SampleView(dataset, dataset.sample("train/b"), "labels")
    for check in (SLIVER, CLIPPED):
        assert check.measure is not None
        assert check.measure(view, check.default_options()) is None


def test_that_drawn_animals_have_no_gaps(checked):
    recipes = [Recipe((CAT,)), Recipe((DOG, CAT), touching=True), Recipe((CAT, DOG), touching=True)]
    for number, recipe in enumerate(recipes):
        mask = draw_picture(np.random.default_rng(number), recipe, 192).mask
        assert checked.find(SLIVER, mask) is None
        assert checked.find(CLIPPED, mask) is None


def test_that_the_study_s_masks_are_hardly_flagged(shared_dir: Path, tmp_path: Path):
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path)
    flagged = []
    for sample in dataset.samples:
        view = SampleView(dataset, sample, "labels_fixed")
        for check in (SLIVER, CLIPPED):
            assert check.measure is not None
            measured = check.measure(view, check.default_options())
            if measured is not None and check.is_crossed(measured.score, None):
                flagged.append((check.id, sample.id))
    assert flagged == [("clipped_piece", "train/000000171753_498")]
