"""Borders, counted by the definition pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.evaluation.metrics.boundary import BoundaryColumn, count_boundaries, reach_of
from core.evaluation.metrics.details import measure_details, summarise

IGNORED = 255


def near(where: np.ndarray, reach: int) -> np.ndarray:
    """Pixels that have a pixel of `where` at most `reach` away in x and in y."""
    found = np.zeros_like(where)
    for y, x in np.argwhere(where):
        found[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1] = True
    return found


def band(mask: np.ndarray, value: int, reach: int) -> np.ndarray:
    """The pixels of a class at most `reach` from its border, the frame being one."""
    of_class = np.pad(mask == value, 1)
    return (of_class & near(~of_class, reach))[1:-1, 1:-1]


def border(mask: np.ndarray, value: int) -> np.ndarray:
    return (mask == value) & near(mask != value, 1)


def by_definition(prediction: np.ndarray, truth: np.ndarray, value: int, reach: int) -> list[int]:
    known = ~near(truth == IGNORED, reach)
    ours, theirs = band(prediction, value, reach) & known, band(truth, value, reach) & known
    our_border, their_border = border(prediction, value) & known, border(truth, value) & known
    return [
        value,
        (ours & theirs).sum(),
        (ours | theirs).sum(),
        our_border.sum(),
        (our_border & near(their_border, reach)).sum(),
        their_border.sum(),
        (their_border & near(our_border, reach)).sum(),
    ]


@st.composite
def pairs(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=12))
    # Large equal areas as well as single pixels.
    scale = draw(st.sampled_from([1, 3]))
    values = st.sampled_from([0, 0, 1, 2])
    masks = []
    for more in ([], [IGNORED] if draw(st.booleans()) else []):
        small = draw(hnp.arrays(np.uint8, shape, elements=st.one_of(values, *map(st.just, more))))
        masks.append(small.repeat(scale, axis=0).repeat(scale, axis=1))
    return masks[0], masks[1], draw(st.integers(1, 4))


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_that_borders_are_counted_as_defined(case):
    prediction, truth, reach = case
    counts = count_boundaries(prediction, truth, classes=[0, 1, 2], band=reach)
    expected = [by_definition(prediction, truth, value, reach) for value in range(3)]
    assert counts.tolist() == expected


def test_that_widths_are_a_share_of_the_diagonal_or_pixels():
    assert reach_of((256, 256)) == (7, 3)  # 2 % and 0.75 % of 362
    assert reach_of((256, 256), 5) == (5, 5)
    assert reach_of((300, 400), 0.01) == (5, 5)
    assert reach_of((8, 8)) == (1, 1)
    with pytest.raises(ValueError):
        reach_of((8, 8), 0)


def test_that_a_perfect_prediction_has_perfect_borders():
    truth = np.zeros((40, 40), np.uint8)
    truth[10:30, 5:20] = 1
    found = summarise([measure_details(truth, truth, num_classes=3)], ["background", "cat", "dog"])
    assert [each.iou for each in found.boundary] == [100, 100, None]
    assert [each.f1 for each in found.boundary] == [100, 100, None]


def test_that_an_object_found_a_little_off_meets_borders_but_shares_few_of_them():
    truth = np.zeros((100, 100), np.uint8)
    truth[20:80, 20:80] = 1
    moved = np.roll(truth, 2, axis=1)
    details = measure_details(moved, truth, num_classes=2, band=2)
    cat = summarise([details], ["background", "cat"]).boundary[1]
    assert cat.f1 == 100  # no border pixel is farther away than the band is wide
    # Of two frames of 464 pixels, the horizontal sides share 2 · 2 · 58.
    assert cat.iou == pytest.approx(100 * 232 / (2 * 464 - 232))


def test_that_a_band_is_no_wider_than_the_picture():
    truth = np.zeros((10, 16), np.uint8)
    truth[3:7, 5:9] = 1
    assert reach_of(truth.shape, 100_000) == reach_of(truth.shape, 16) == (16, 16)
    assert reach_of((3, 1), 2) == (2, 2)
    moved = np.roll(truth, 5, axis=1)
    counts = [count_boundaries(moved, truth, classes=[0, 1], band=band) for band in (16, 1e30)]
    assert counts[0].tolist() == counts[1].tolist()
    cat = counts[0][1]
    assert cat[BoundaryColumn.TRUE_NEAR] == cat[BoundaryColumn.TRUE] > 0


def test_that_a_missed_object_has_no_border_right():
    truth = np.zeros((40, 40), np.uint8)
    truth[10:30, 5:20] = 1
    counts = count_boundaries(np.zeros_like(truth), truth, classes=[0, 1])
    cat = counts[1]
    assert cat[BoundaryColumn.IN_BOTH] == cat[BoundaryColumn.PREDICTED] == 0
    assert cat[BoundaryColumn.TRUE] == 2 * (20 + 15) - 4
    found = summarise(
        [measure_details(np.zeros_like(truth), truth, num_classes=2)], ["background", "cat"]
    )
    assert (found.boundary[1].iou, found.boundary[1].f1) == (0, 0)
