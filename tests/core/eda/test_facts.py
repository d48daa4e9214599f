"""The facts, on masks where the right answer can be seen or computed another way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.dataset import open_dataset
from core.qa.facts import FACTS
from core.qa.facts.pieces import MOST_PIECES
from core.qa.view import SampleView
from tests.core.eda.views import view_of
from tests.making import write_sample

IGNORED = 255


def take(name: str, view: SampleView) -> np.ndarray:
    found = FACTS[name].take(view)
    assert found is not None
    return found


def two_cats_and_a_dog() -> np.ndarray:
    mask = np.zeros((40, 80), np.uint8)
    mask[0:10, 0:20] = 1
    mask[20:40, 60:80] = 1
    mask[20:40, 40:60] = 2
    return mask


def test_that_pieces_have_their_area_box_and_centre(tmp_path: Path):
    rows = take("pieces", view_of(tmp_path, two_cats_and_a_dog()))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(
        rows,
        [
            [1, 200, 0, 0, 20, 10, 10 / 80, 5 / 40],
            [1, 400, 60, 20, 20, 20, 70 / 80, 30 / 40],
            [2, 400, 40, 20, 20, 20, 50 / 80, 30 / 40],
        ],
    )


def test_that_touching_classes_are_two_pieces_but_one_component(tmp_path: Path):
    view = view_of(tmp_path, two_cats_and_a_dog())
    assert len(take("pieces", view)) == 3
    assert take("components", view).tolist() == [2]


def test_that_five_pixels_are_a_speck_and_six_are_an_object(tmp_path: Path):
    mask = np.zeros((32, 32), np.uint8)
    mask[2, 2:7] = 1
    mask[20, 2:8] = 1
    view = view_of(tmp_path, mask)
    assert take("pieces", view)[:, 1].tolist() == [6]
    assert take("components", view).tolist() == [2]


def test_that_pieces_joined_by_a_corner_are_one(tmp_path: Path):
    mask = np.zeros((16, 16), np.uint8)
    mask[2:5, 2:5] = mask[5:8, 5:8] = 2
    assert take("pieces", view_of(tmp_path, mask))[:, 1].tolist() == [18]


def test_that_ignored_and_illegal_pixels_are_of_no_class(tmp_path: Path):
    mask = two_cats_and_a_dog()
    mask[:, 60:] = IGNORED
    mask[30:, :10] = 7
    view = view_of(tmp_path, mask)
    assert take("counts", view).tolist() == [40 * 80 - 200 - 400 - 800 - 100, 200, 400]
    assert take("pieces", view)[:, 0].tolist() == [1, 2]
    assert take("grid", view)[:, 0].tolist() == [1, 2]


def test_that_the_grid_says_how_full_each_cell_is(tmp_path: Path):
    mask = np.zeros((64, 32), np.uint8)  # cells of 4 by 2 pixels
    mask[0:4, 0:2] = 1
    mask[60:62, 30:32] = 1
    row = take("grid", view_of(tmp_path, mask))[0]
    cells = row[1:].reshape(16, 16)
    assert (row[0], cells[0, 0]) == (1, 255)
    assert cells[15, 15] == pytest.approx(255 / 2, abs=1)
    assert np.count_nonzero(cells) == 2


@pytest.mark.parametrize("shape", [(2000, 3001), (1, 40), (7, 5)])
def test_that_the_grid_is_right_for_huge_thin_and_tiny_masks(
    tmp_path: Path, shape: tuple[int, int]
):
    mask = np.zeros(shape, np.uint8)
    mask[:, : shape[1] // 2] = 2
    row = take("grid", view_of(tmp_path, mask))[0]
    cells = row[1:].reshape(16, 16)
    assert (row[0], cells.dtype) == (2, np.uint8)
    assert (cells[:, :4] == 255).all()
    assert (cells[:, 12:] == 0).all()


def test_that_light_is_the_mean_and_the_deviation_of_the_grey_photo(tmp_path: Path):
    photo = np.zeros((16, 16, 3), np.uint8)
    photo[:8] = 200
    mask = np.zeros((16, 16), np.uint8)
    light = take("light", view_of(tmp_path, mask, photo))
    np.testing.assert_allclose(light, [100, 100], atol=0.01)


def test_that_sizes_are_width_then_height_and_the_mask_has_its_own(tmp_path: Path):
    view = view_of(tmp_path, np.zeros((20, 30), np.uint8), np.zeros((40, 50, 3), np.uint8))
    assert take("size", view).tolist() == [50, 40]
    assert take("mask_size", view).tolist() == [30, 20]


def test_that_without_a_mask_only_the_photo_is_measured(tmp_path: Path):
    write_sample(tmp_path, "train", "0", {"labels": two_cats_and_a_dog()})
    (tmp_path / "labels" / "train" / "0.png").write_bytes(b"\x89PNG damaged")
    dataset = open_dataset(tmp_path)
    view = SampleView(dataset, dataset.samples[0], "labels")
    assert take("size", view).tolist() == [80, 40]
    assert take("light", view).shape == (2,)
    for name in ("counts", "pieces", "components", "grid", "mask_size"):
        assert FACTS[name].take(view) is None, name


def test_that_an_empty_mask_has_no_pieces(tmp_path: Path):
    view = view_of(tmp_path, np.zeros((8, 8), np.uint8))
    assert take("pieces", view).shape == (0, 8)
    assert take("grid", view).shape == (0, 257)
    assert take("components", view).tolist() == [0]


def test_that_of_a_mask_of_noise_only_the_largest_pieces_are_kept(tmp_path: Path):
    mask = np.zeros((512, 512), np.uint8)
    mask[0::4, :] = 1
    mask[:, 7::8] = 0  # pieces of 7 pixels
    mask[0:3, 0:3] = 1
    rows = take("pieces", view_of(tmp_path, mask))
    assert len(rows) == MOST_PIECES < 128 * 64
    assert rows[:, 1].max() > 7


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    mask=hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 24), st.integers(1, 24)),
        elements=st.sampled_from([0, 0, 0, 1, 1, 2, 3, IGNORED]),
    )
)  # fmt: skip
def test_that_pieces_agree_with_labelling_each_class_alone(tmp_path: Path, mask: np.ndarray):
    view = view_of(tmp_path, mask)
    expected = []
    for index in (1, 2):
        labelled, number = scipy.ndimage.label(mask == index, structure=np.ones((3, 3)))
        for piece in range(1, number + 1):
            rows, columns = np.nonzero(labelled == piece)
            if len(rows) > 5:
                expected.append(
                    (
                        index, len(rows), columns.min(), rows.min(),
                        np.ptp(columns) + 1, np.ptp(rows) + 1,
                        (columns.mean() + 0.5) / mask.shape[1], (rows.mean() + 0.5) / mask.shape[0],
                    )
                )  # fmt: skip
    found = sorted(tuple(row) for row in take("pieces", view).tolist())
    np.testing.assert_allclose(
        np.reshape(found, (-1, 8)), np.reshape(sorted(expected), (-1, 8)), rtol=1e-5
    )
    assert take("counts", view).tolist() == [int((mask == index).sum()) for index in range(3)]
