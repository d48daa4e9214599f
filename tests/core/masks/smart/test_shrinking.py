"""Smaller copies: every pixel stands for its block."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.masks.geometry import Rect
from core.masks.smart.shrinking import shrunk, spread


@settings(max_examples=50, deadline=None)
@given(
    height=st.integers(1, 25),
    width=st.integers(1, 25),
    factor=st.integers(1, 7),
    seed=st.integers(0, 1000),
)
def test_that_a_pixel_of_the_copy_is_the_mean_of_its_block(height, width, factor, seed):
    photo = np.random.default_rng(seed).integers(0, 256, (height + 3, width + 2, 4), np.uint8)
    rect = Rect(2, 3, width, height)
    small = shrunk(photo, rect, factor)
    assert small.shape == (-(-height // factor), -(-width // factor), 3)
    below, right = -height % factor, -width % factor
    padded = np.pad(photo[3:, 2:, :3], ((0, below), (0, right), (0, 0)), mode="edge")
    blocks = padded.reshape(small.shape[0], factor, small.shape[1], factor, 3)
    assert np.abs(small - blocks.mean(axis=(1, 3))).max() <= 1
    labels = np.arange(small.shape[0] * small.shape[1]).reshape(small.shape[:2])
    back = spread(labels, factor, height, width)
    assert back.shape == (height, width)
    assert back[-1, -1] == labels[(height - 1) // factor, (width - 1) // factor]
