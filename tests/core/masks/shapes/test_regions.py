"""Shapes drawn by hand against the plain definition of each: which pixel centres lie inside."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.masks.geometry import EMPTY, Rect, around, whole
from core.masks.shapes.regions import (
    Region,
    dab,
    ellipse,
    everything,
    polygon,
    rectangle,
    rings,
    segment,
    segment_parts,
)

HEIGHT, WIDTH = 23, 31
SHAPE = (HEIGHT, WIDTH)
coordinates = st.floats(-20, 50, allow_nan=False).map(lambda value: round(value, 2))
points = st.tuples(coordinates, coordinates)
diameters = st.integers(1, 24)
tips = st.sampled_from(["round", "square"])


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


@given(points, points, diameters, tips)
def test_that_a_segment_covers_the_dabs_at_its_ends(start, end, diameter, tip):
    painted = drawn(segment(SHAPE, start, end, diameter, tip))
    assert painted[drawn(dab(SHAPE, start, diameter, tip))].all()
    assert painted[drawn(dab(SHAPE, end, diameter, tip))].all()


@given(points, diameters)
def test_that_a_square_dab_covers_a_square_of_its_size(center, diameter):
    x, y = snapped(center, diameter)
    columns, rows = centers()
    expected = (abs(columns - x) < diameter / 2) & (abs(rows - y) < diameter / 2)
    assert np.array_equal(drawn(dab(SHAPE, center, diameter, "square")), expected)


def distance_of_squares(start, end, columns, rows):
    """How far pixel centres are from a line, as the square around each would have to reach."""
    (x0, y0), (x1, y1) = start, end
    # The larger of two distances that grow evenly is smallest at an end of the way, or where one
    # of them is nothing, or where they are equal.
    shares = [np.zeros_like(columns), np.ones_like(columns)]
    dx, dy = x1 - x0, y1 - y0
    for slope, offset in (
        (dx, columns - x0),
        (dy, rows - y0),
        (dx - dy, columns - x0 - rows + y0),
        (dx + dy, columns - x0 + rows - y0),
    ):
        if slope:
            shares.append(np.clip(offset / slope, 0, 1))
    away = [
        np.maximum(abs(columns - x0 - share * dx), abs(rows - y0 - share * dy)) for share in shares
    ]
    return np.min(away, axis=0)


@settings(max_examples=300)
@given(points, points, st.integers(2, 24))
def test_that_a_square_segment_covers_what_the_square_sweeps(start, end, diameter):
    ends = snapped(start, diameter), snapped(end, diameter)
    distance = distance_of_squares(*ends, *centers())
    painted = drawn(segment(SHAPE, start, end, diameter, "square"))
    # Centres exactly on the border may fall either way by rounding.
    assert painted[distance < diameter / 2 - 1e-6].all()
    assert not painted[distance > diameter / 2 + 1e-6].any()


@given(points, points)
def test_that_a_brush_of_one_pixel_draws_the_same_line_with_both_tips(start, end):
    square, disc = (segment(SHAPE, start, end, 1, tip) for tip in ("square", "round"))
    assert np.array_equal(drawn(square), drawn(disc))


LARGE = (900, 1100)
far_points = st.tuples(st.integers(-50, 1150), st.integers(-50, 950))


@settings(max_examples=40, deadline=None)
@given(far_points, far_points, st.integers(1, 150), tips)
def test_that_the_parts_of_a_segment_are_the_segment_without_overlap(start, end, diameter, tip):
    counted = np.zeros(LARGE, np.uint8)
    for part in segment_parts(LARGE, start, end, diameter, tip):
        counted[part.rect.slices] += part.stencil
    expected = np.zeros(LARGE, np.uint8)
    region = segment(LARGE, start, end, diameter, tip)
    expected[region.rect.slices] = region.stencil
    assert np.array_equal(counted, expected)


def test_that_a_thin_line_across_a_large_mask_costs_what_its_own_pixels_cost():
    parts = segment_parts((16384, 16384), (3, 3), (16380, 16370), 12)
    assert sum(part.rect.area for part in parts) < 16384**2 / 50


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


def clearly_inside(corners) -> tuple[np.ndarray, np.ndarray]:
    """Which pixel centres are inside, and which lie within rounding of a slanted edge."""
    unclear = np.zeros(SHAPE, bool)
    expected = np.zeros(SHAPE, bool)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y = column + 0.5, row + 0.5
            expected[row, column] = is_inside(x, y, corners)
            unclear[row, column] = is_inside(x - 1e-9, y, corners) != is_inside(
                x + 1e-9, y, corners
            )
    return expected, unclear


@given(st.lists(quarter_points, min_size=3, max_size=7))
def test_that_a_polygon_follows_the_even_odd_rule_at_pixel_centres(corners):
    painted = drawn(polygon(SHAPE, corners))
    expected, unclear = clearly_inside(corners)
    assert np.array_equal(painted[~unclear], expected[~unclear])


@settings(max_examples=50)
@given(st.lists(st.lists(quarter_points, min_size=1, max_size=5), max_size=3))
def test_that_several_rings_follow_the_even_odd_rule_together(outlines):
    painted = drawn(rings(SHAPE, outlines))
    expected = np.zeros(SHAPE, bool)
    unclear = np.zeros(SHAPE, bool)
    for corners in outlines:
        if len(corners) >= 3:
            inside, doubtful = clearly_inside(corners)
            expected ^= inside
            unclear |= doubtful
    assert np.array_equal(painted[~unclear], expected[~unclear])


def test_that_a_ring_inside_another_cuts_a_hole():
    outer, inner = [(2, 2), (20, 2), (20, 20), (2, 20)], [(5, 5), (9, 5), (9, 8), (5, 8)]
    painted = drawn(rings(SHAPE, [outer, inner]))
    assert painted[3, 3]
    assert not painted[5:8, 5:9].any()
    assert painted.sum() == 18 * 18 - 4 * 3


@given(points, points)
def test_that_a_rectangle_covers_the_pixel_centres_between_its_corners(corner, opposite):
    columns, rows = centers()
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    expected = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    assert np.array_equal(drawn(rectangle(SHAPE, corner, opposite)), expected)


@given(points, points)
def test_that_a_rectangle_is_the_polygon_with_its_corners(corner, opposite):
    (x0, y0), (x1, y1) = corner, opposite
    around = polygon(SHAPE, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    assert np.array_equal(drawn(rectangle(SHAPE, corner, opposite)), drawn(around))


@given(points, points)
def test_that_an_ellipse_covers_the_pixel_centres_inside_it(corner, opposite):
    columns, rows = centers()
    painted = drawn(ellipse(SHAPE, corner, opposite))
    across, down = (abs(a - b) / 2 for a, b in zip(corner, opposite, strict=True))
    if not across or not down:
        assert not painted.any()
        return
    x, y = ((a + b) / 2 for a, b in zip(corner, opposite, strict=True))
    distance = np.hypot((columns - x) / across, (rows - y) / down)
    # Centres exactly on the border may fall either way by rounding.
    assert painted[distance < 1 - 1e-6].all()
    assert not painted[distance > 1 + 1e-6].any()


@given(st.integers(-5, 30), st.integers(-5, 30), st.integers(1, 24))
def test_that_a_circle_covers_the_pixels_of_a_dab_of_its_size(x, y, size):
    circle = ellipse(SHAPE, (x, y), (x + size, y + size))
    assert np.array_equal(drawn(circle), drawn(dab(SHAPE, (x + size / 2, y + size / 2), size)))


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


@given(points, points, diameters, tips)
def test_that_regions_never_leave_the_mask(start, end, diameter, tip):
    for region in (
        dab(SHAPE, start, diameter, tip),
        segment(SHAPE, start, end, diameter, tip),
        *segment_parts(SHAPE, start, end, diameter, tip),
        rectangle(SHAPE, start, end),
        ellipse(SHAPE, start, end),
        polygon(SHAPE, [start, end, (end[0], start[1])]),
    ):
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
