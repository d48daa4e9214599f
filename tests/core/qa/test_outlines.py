"""Pieces and holes found along their outlines, against labelling every pixel."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.qa.outlines import components_of

MASKS = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 1))
)


def crowded(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((60, 50)) < rng.uniform(0.2, 0.9)).astype(np.uint8)


@settings(deadline=None)
@given(MASKS | st.integers(0, 2**32 - 1).map(crowded))
def test_that_areas_and_boxes_are_those_of_labelled_pixels(mask: np.ndarray):
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    expected = sorted((int(a), (int(x), int(y), int(w), int(h))) for x, y, w, h, a in stats[1:])
    assert sorted((piece.area, piece.box) for piece in components_of(mask)) == expected


@settings(deadline=None)
@given(MASKS | st.integers(0, 2**32 - 1).map(crowded))
def test_that_holes_are_the_background_that_is_not_open_to_the_outside(mask: np.ndarray):
    framed = np.pad(1 - mask, 1, constant_values=1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(framed, connectivity=4)
    expected = sorted(
        (int(area), (int(x) - 1, int(y) - 1, int(w), int(h)))
        for number, (x, y, w, h, area) in enumerate(stats)
        if number not in (0, labels[0, 0])
    )
    found = [hole for piece in components_of(mask) for hole in piece.holes]
    assert sorted((hole.area, hole.box) for hole in found) == expected


def test_that_a_piece_in_a_hole_is_nested_and_not_part_of_the_hole():
    mask = np.zeros((20, 20), np.uint8)
    cv2.rectangle(mask, (2, 2), (16, 16), 1, 2)
    mask[8:11, 8:11] = 1
    ring, island = components_of(mask)
    assert [piece.is_nested for piece in (ring, island)] == [False, True]
    assert [hole.area for hole in ring.holes] == [int((mask[4:15, 4:15] == 0).sum())]
    assert components_of(np.zeros((0, 0), np.uint8)) == []
