"""Shapes drawn by hand against the plain definition of each: which pixel centres lie inside."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.masks.geometry import EMPTY, Rect, around, whole
from core.masks.regions import Region, dab, everything, polygon, segment

HEIGHT, WIDTH = 23, 31
SHAPE = (HEIGHT, WIDTH)
coordinates = st.floats(-20, 50, allow_nan=False).map(lambda value: round(value, 2))
points = st.tuples(coordinates, coordinates)
diameters = st.integers(1, 24)


def drawn(region: Region) -> np.ndarray:
    canvas = np.zeros(SHAPE, bool)
    canvas[region.rect.slices] = region.stencil
    return canvas


def centers() -> tuple[np.ndarray, np.ndarray]:
    return np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)


def snapped(point, diameter):
    if diameter % 2:
        return math.floor(point[0]) + 0.5, math.floor(point[1]) + 0.5
    return math.floor(point[0] + 0.5), math.floor(point[1] + 0.5)


@given(points, diameters)
def test_that_a_dab_covers_the_pixel_centres_within_its_radius(center, diameter):
    x, y = snapped(center, diameter)
    columns, rows = centers()
    expected = np.hypot(columns - x, rows - y) <= diameter / 2 + 1e-9
    assert np.array_equal(drawn(dab(SHAPE, center, diameter)), expected)


@given(st.tuples(st.floats(0, WIDTH - 0.01), st.floats(0, HEIGHT - 0.01)))
def test_that_a_brush_of_one_pixel_paints_the_pixel_under_the_cursor(center):
    region = dab(SHAPE, center, 1)
    assert region.rect == (int(center[0]), int(center[1]), 1, 1)
    assert region.area == 1


@settings(max_examples=300)
@given(points, points, diameters)
def test_that_a_segment_covers_the_pixel_centres_near_its_line(start, end, diameter):
    (x0, y0), (x1, y1) = snapped(start, diameter), snapped(end, diameter)
    columns, rows = centers()
    length = math.hypot(x1 - x0, y1 - y0)
    along = ((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / max(length, 1e-12) ** 2
    along = np.clip(along, 0, 1)
    distance = np.hypot(columns - x0 - along * (x1 - x0), rows - y0 - along * (y1 - y0))
    painted = drawn(segment(SHAPE, start, end, diameter))
    # Centres exactly on the border may fall either way by rounding.
    assert painted[distance < diameter / 2 - 1e-6].all()
    assert not painted[distance > diameter / 2 + 1e-6].any()


@given(
    st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)),
    st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)),
)
def test_that_a_thin_segment_has_no_gaps(start, end):
    painted = drawn(
        segment(SHAPE, (start[0] + 0.5, start[1] + 0.5), (end[0] + 0.5, end[1] + 0.5), 1)
    )
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    lines = painted.any(axis=0).sum(), painted.any(axis=1).sum()
    assert max(lines) == steps + 1


@given(points, points, diameters)
def test_that_a_segment_covers_the_dabs_at_its_ends(start, end, diameter):
    painted = drawn(segment(SHAPE, start, end, diameter))
    assert painted[drawn(dab(SHAPE, start, diameter))].all()
    assert painted[drawn(dab(SHAPE, end, diameter))].all()


def is_inside(x: float, y: float, corners) -> bool:
    crossings = 0
    for (xa, ya), (xb, yb) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (ya <= y) != (yb <= y) and xa + (y - ya) * (xb - xa) / (yb - ya) <= x:
            crossings += 1
    return crossings % 2 == 1


quarter_points = st.tuples(
    st.integers(-40, 160).map(lambda value: value / 4),
    st.integers(-40, 140).map(lambda value: value / 4),
)


@given(st.lists(quarter_points, min_size=3, max_size=7))
def test_that_a_polygon_follows_the_even_odd_rule_at_pixel_centres(corners):
    painted = drawn(polygon(SHAPE, corners))
    unclear = np.zeros(SHAPE, bool)
    expected = np.zeros(SHAPE, bool)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y = column + 0.5, row + 0.5
            expected[row, column] = is_inside(x, y, corners)
            # A centre within rounding of a slanted edge may fall either way.
            unclear[row, column] = is_inside(x - 1e-9, y, corners) != is_inside(
                x + 1e-9, y, corners
            )
    assert np.array_equal(painted[~unclear], expected[~unclear])


def test_that_polygons_sharing_an_edge_neither_overlap_nor_leave_a_gap():
    left = drawn(polygon(SHAPE, [(2, 2), (14.5, 2), (9.3, 20), (2, 20)]))
    right = drawn(polygon(SHAPE, [(14.5, 2), (28, 2), (28, 20), (9.3, 20)]))
    assert not (left & right).any()
    assert np.array_equal(left | right, drawn(polygon(SHAPE, [(2, 2), (28, 2), (28, 20), (2, 20)])))


def test_that_a_polygon_around_pixels_covers_exactly_these():
    region = polygon(SHAPE, [(3, 4), (8, 4), (8, 10), (3, 10)])
    assert np.array_equal(np.argwhere(drawn(region))[[0, -1]], [[4, 3], [9, 7]])
    assert region.area == 30


@pytest.mark.parametrize(
    "corners", [[], [(1, 1)], [(1, 1), (9, 9)], [(-9, -9), (-2, -9), (-2, -2)]]
)
def test_that_a_polygon_without_an_inside_on_the_mask_is_nothing(corners):
    assert polygon(SHAPE, corners).is_empty


@given(points, points, diameters)
def test_that_regions_never_leave_the_mask(start, end, diameter):
    for region in (dab(SHAPE, start, diameter), segment(SHAPE, start, end, diameter)):
        assert region.rect.is_empty or region.rect.intersected(whole(SHAPE)) == region.rect
        assert region.stencil.shape == (region.rect.height, region.rect.width)


def test_that_a_brush_needs_a_size():
    with pytest.raises(ValueError, match="at least one pixel"):
        dab(SHAPE, (3, 3), 0)


rects = st.builds(
    Rect, st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9), st.integers(0, 9)
)


@given(rects, rects)
def test_that_rectangles_behave_like_sets_of_pixels(a, b):
    def pixels(rect):
        return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}

    assert pixels(a.intersected(b)) == pixels(a) & pixels(b)
    union = a.united(b)
    assert pixels(a) | pixels(b) <= pixels(union)
    assert a.area == len(pixels(a))
    assert around([a, b]) == union or union.is_empty
    assert pixels(a) <= pixels(a.grown(2)) or a.is_empty


def test_that_everything_is_every_pixel():
    assert everything(SHAPE).area == WIDTH * HEIGHT
    assert EMPTY.grown(3).is_empty
