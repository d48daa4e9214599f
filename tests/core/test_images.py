"""Decoding photos and masks."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from core.errors import PetsegError
from core.images import (
    decode_image,
    decode_mask,
    encode_mask,
    mask_encoding,
    read_image,
    read_mask,
)

SOMEWHERE = Path("somewhere.png")
masks = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(masks)
def test_that_a_mask_survives_encoding_and_decoding(mask: np.ndarray):
    np.testing.assert_array_equal(decode_mask(encode_mask(mask), SOMEWHERE), mask)


@given(masks)
def test_that_a_palette_mask_gives_its_indices_and_is_written_with_its_palette(mask: np.ndarray):
    image = Image.fromarray(mask)
    image.putpalette(bytes(range(256)) * 3)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    np.testing.assert_array_equal(decode_mask(stream.getvalue(), SOMEWHERE), mask)
    again = encode_mask(mask, mask_encoding(stream.getvalue()))
    with Image.open(io.BytesIO(again)) as reread:
        assert reread.mode == "P"
        assert bytes(reread.getpalette() or [])[:30] == (bytes(range(256)) * 3)[:30]
    np.testing.assert_array_equal(decode_mask(again, SOMEWHERE), mask)


@given(st.binary(max_size=200))
def test_that_any_bytes_decode_or_fail_in_words(data: bytes):
    for decode in (decode_mask, decode_image):
        try:
            decoded, problem = decode(data, SOMEWHERE), ""
        except PetsegError as error:
            decoded, problem = None, str(error)
        assert "somewhere.png" in problem if decoded is None else decoded.dtype == np.uint8


@given(st.integers(0, 400))
def test_that_a_truncated_mask_fails_in_words(length: int):
    whole = encode_mask(np.arange(64 * 64, dtype=np.uint32).reshape(64, 64).astype(np.uint8))
    if length < len(whole) - 12:
        with pytest.raises(PetsegError, match="mask cannot be read"):
            decode_mask(whole[:length], SOMEWHERE)


def test_that_a_colour_mask_is_refused_with_a_remedy(tmp_path: Path):
    path = tmp_path / "mask.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)).save(path)
    with pytest.raises(PetsegError, match="Convert it to an 8-bit"):
        read_mask(path)


def test_that_a_grey_mask_stored_as_rgb_is_read_as_indices(tmp_path: Path):
    path = tmp_path / "mask.png"
    Image.fromarray(np.full((8, 8, 3), 2, np.uint8)).save(path)
    assert (read_mask(path) == 2).all()


def test_that_photos_are_read_as_rgb_from_paths_in_any_script(tmp_path: Path):
    path = tmp_path / "кот и собака.png"
    Image.fromarray(np.full((4, 5, 3), (10, 20, 30), np.uint8)).save(path)
    image = read_image(path)
    assert image.shape == (4, 5, 3)
    assert tuple(image[0, 0]) == (10, 20, 30)


def test_that_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(PetsegError, match=r"gone\.png.*Check that the file exists"):
        read_mask(tmp_path / "gone.png")
