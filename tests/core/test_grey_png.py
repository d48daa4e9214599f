"""Plain grey PNG files, against Pillow and OpenCV."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from core.images.grey_png import decode_grey, encode_grey

arrays = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40))


def by_pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "L"
        return np.array(image)


@given(arrays)
@settings(deadline=None)
def test_that_what_is_written_is_read_by_others_and_by_us(values):
    data = encode_grey(values)
    assert np.array_equal(by_pillow(data), values)
    ours = decode_grey(data)
    assert ours is not None
    assert np.array_equal(ours, values)
    ours[:] = 0  # it can be written to


@given(arrays, st.sampled_from([0, 1, 3, 6, 9]), st.booleans())
@settings(deadline=None)
def test_that_what_others_write_is_read_right_or_left_to_another_decoder(values, level, by_opencv):
    if by_opencv:
        data = cv2.imencode(".png", values, [cv2.IMWRITE_PNG_COMPRESSION, level])[1].tobytes()
    else:
        stream = io.BytesIO()
        Image.fromarray(values).save(stream, "PNG", compress_level=level)
        data = stream.getvalue()
    ours = decode_grey(data)
    assert ours is None or np.array_equal(ours, values)


@given(arrays)
@settings(deadline=None)
def test_that_differences_along_the_rows_are_summed_up(values):
    """As OpenCV 4 writes masks."""
    rows = np.ones((values.shape[0], values.shape[1] + 1), np.uint8)
    rows[:, 1:] = np.diff(values, axis=1, prepend=np.uint8(0))
    plain = encode_grey(values)
    packed = zlib.compress(rows.tobytes(), 1)
    chunk = b"IDAT" + packed
    data = plain[:33] + struct.pack(">I", len(packed)) + chunk
    data += struct.pack(">I", zlib.crc32(chunk)) + plain[-12:]
    assert np.array_equal(by_pillow(data), values)
    decoded = decode_grey(data)
    assert decoded is not None
    assert np.array_equal(decoded, values)


def test_that_an_image_larger_than_a_block_is_summed_up_whole():
    values = np.random.default_rng(0).integers(0, 3, (500, 700), np.uint8)
    data = cv2.imencode(".png", values)[1].tobytes()
    decoded = decode_grey(data)
    assert decoded is not None
    assert np.array_equal(decoded, values)


@given(arrays, st.data())
@settings(deadline=None)
def test_that_a_damaged_file_is_left_to_another_decoder(values, data):
    whole = bytearray(encode_grey(values))
    if data.draw(st.booleans()):
        damaged = bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    else:
        # Every byte but the end of the last, empty chunk is under a checksum or looked at.
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
        damaged = bytes(whole)
    assert decode_grey(damaged) is None


@pytest.mark.parametrize(
    "save",
    [{"transparency": 3}, {"bits": 4}],
    ids=["transparency", "a palette"],
)
def test_that_unusual_files_are_left_to_another_decoder(save):
    stream = io.BytesIO()
    image = Image.fromarray(np.zeros((4, 4), np.uint8))
    if "bits" in save:
        image = image.convert("P")
    image.save(stream, "PNG", compress_level=1, **save)
    assert decode_grey(stream.getvalue()) is None
