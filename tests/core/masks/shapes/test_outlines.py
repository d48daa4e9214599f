"""Outlines with fewer corners stay where they were."""

import math

from hypothesis import given
from hypothesis import strategies as st

from core.masks.shapes.outlines import simplified

points = st.tuples(st.integers(0, 40), st.integers(0, 40))
tolerances = st.floats(0.1, 5)


def distance(point, start, end) -> float:
    along = end[0] - start[0], end[1] - start[1]
    square = along[0] ** 2 + along[1] ** 2
    to = point[0] - start[0], point[1] - start[1]
    share = min(max((to[0] * along[0] + to[1] * along[1]) / square, 0), 1) if square else 0
    return math.hypot(to[0] - share * along[0], to[1] - share * along[1])


@given(st.lists(points, max_size=30), tolerances)
def test_that_every_corner_left_out_lies_near_the_simplified_outline(ring, tolerance):
    left = simplified(ring, tolerance)
    edges = list(zip(left, left[1:] + left[:1], strict=True))
    for point in ring:
        assert min(distance(point, *edge) for edge in edges) <= tolerance + 1e-9


@given(st.lists(points, max_size=30), tolerances)
def test_that_corners_are_only_left_out(ring, tolerance):
    rest = iter(ring)
    assert all(corner in rest for corner in simplified(ring, tolerance))


def test_that_corners_on_straight_lines_go_and_those_at_bends_stay():
    square = [(x, 0) for x in range(10)] + [(10, y) for y in range(10)]
    square += [(10 - x, 10) for x in range(10)] + [(0, 10 - y) for y in range(10)]
    assert simplified(square, 0.5) == [(0, 0), (10, 0), (10, 10), (0, 10)]


def test_that_an_outline_keeps_enough_corners_to_enclose_something():
    speck = [(0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1)]
    assert simplified(speck, 5) == speck
