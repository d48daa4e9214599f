"""Superpixels: every pixel has one, and they keep to edges."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.masks.geometry import Rect
from core.masks.smart.superpixels import MAX_SIZE, MIN_SIZE, Tiling, superpixels


def halves(height: int, width: int) -> np.ndarray:
    """A photo whose left part is dark and whose right part is light."""
    photo = np.full((height, width, 3), 50, np.uint8)
    photo[:, width // 2 + 3 :] = 180
    noise = np.random.default_rng(0).integers(0, 12, photo.shape, np.uint8)
    return photo + noise


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 6000),
    width=st.integers(1, 6000),
    size=st.integers(MIN_SIZE, MAX_SIZE),
    data=st.data(),
)
def test_that_tiles_cover_a_photo_without_overlap(height, width, size, data):
    tiling = Tiling(height, width, size)
    tiles = list(tiling.tiles_in(Rect(-5, -5, width + 10, height + 10)))
    assert sum(tile.area for tile in tiles) == height * width
    pixel = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    holders = [t for t in tiles if not t.intersected(Rect(*pixel, 1, 1)).is_empty]
    assert holders == [tiling.tile_at(pixel)]
    assert all(tile.x % tiling.factor == tile.y % tiling.factor == 0 for tile in tiles)


@settings(max_examples=15, deadline=None)
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    size=st.sampled_from([4, 9, 16, 70, 128]),
)
def test_that_every_pixel_belongs_to_exactly_one_superpixel(height, width, size):
    photo = halves(height, width)
    tile = superpixels(photo, Tiling(height, width, size).tile_at((0, 0)), size)
    count = np.zeros((height, width), int)
    for label in range(len(tile.boxes)):
        region = tile.region(label)
        assert not region.is_empty
        count[region.rect.slices] += region.stencil
    assert (count == 1).all()
    last = (width - 1, height - 1)
    assert tile.region(tile.label_at(last)).holds(*last)


def test_that_superpixels_keep_to_an_edge_and_to_their_size():
    photo = halves(120, 160)
    tile = superpixels(photo, Rect(0, 0, 160, 120), 16)
    assert 40 <= len(tile.boxes) <= 120
    for label in range(len(tile.boxes)):
        region = tile.region(label)
        share = (photo[region.rect.slices][region.stencil][:, 0] > 120).mean()
        assert min(share, 1 - share) < 0.02


def test_that_a_tile_of_a_large_photo_is_like_that_part_on_its_own():
    photo = np.tile(halves(300, 400), (2, 3, 1))
    tile = Tiling(*photo.shape[:2], 12).tile_at((700, 400))
    alone = np.ascontiguousarray(photo[tile.slices])
    there = superpixels(photo, tile, 12)
    here = superpixels(alone, Rect(0, 0, tile.width, tile.height), 12)
    assert np.array_equal(there.labels, here.labels)
