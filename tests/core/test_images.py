"""Decoding photos and masks."""

from __future__ import annotations

import io
import struct
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
    probe,
    read_image,
    read_mask,
)

SOMEWHERE = Path("somewhere.png")


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that says it is this large."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR") + size + bytes(4)


masks = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=40))


@given(masks)
def test_that_a_mask_survives_encoding_and_decoding(mask: np.ndarray):
    np.testing.assert_array_equal(decode_mask(encode_mask(mask), SOMEWHERE), mask)


@given(masks)
def test_that_a_palette_mask_gives_its_indices(mask: np.ndarray):
    image = Image.fromarray(mask)
    image.putpalette(bytes(range(256)) * 3)
    np.testing.assert_array_equal(decode_mask(encoded(image), SOMEWHERE), mask)


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
    with pytest.raises(PetsegError, match="convert it to an 8-bit"):
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


@pytest.mark.parametrize(
    ("mode", "kind", "expected"),
    [
        ("L", "PNG", ("PNG", "L", 8, False)),
        ("1", "PNG", ("PNG", "1", 1, False)),
        ("P", "PNG", ("PNG", "P", 8, False)),
        ("RGB", "PNG", ("PNG", "RGB", 8, False)),
        ("RGBA", "PNG", ("PNG", "RGBA", 8, True)),
        ("LA", "PNG", ("PNG", "LA", 8, True)),
        ("I;16", "PNG", ("PNG", "I;16", 16, False)),
        ("L", "JPEG", ("JPEG", "L", 8, False)),
        ("RGB", "JPEG", ("JPEG", "RGB", 8, False)),
        ("CMYK", "JPEG", ("JPEG", "CMYK", 8, False)),
        ("RGB", "BMP", ("BMP", "RGB", 8, False)),
        ("I;16", "TIFF", ("TIFF", "I;16", 16, False)),
        ("RGBA", "TIFF", ("TIFF", "RGBA", 8, True)),
        ("RGB", "WEBP", ("WEBP", "RGB", 8, False)),
    ],
)
def test_that_a_header_says_size_and_mode_without_decoding(mode: str, kind: str, expected: tuple):
    header = probe(encoded(Image.new(mode, (21, 7)), kind))
    assert (header.width, header.height, header.orientation, header.frames) == (21, 7, 1, 1)
    bits = header.bits if mode != "P" else 8  # Pillow packs a palette of one colour
    assert (header.format, header.mode, bits, header.has_alpha) == expected


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_that_a_header_says_how_exif_turns_the_photo(kind: str, orientation: int):
    image = Image.new("RGB", (30, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    header = probe(encoded(image, kind, exif=exif))
    assert (header.width, header.height, header.orientation) == (30, 20, orientation)
    assert header.upright_size == ((20, 30) if orientation >= 5 else (30, 20))


def test_that_a_header_counts_the_pictures_of_an_animation():
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
    for kind in ("PNG", "TIFF", "WEBP"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert probe(data).frames == 3, kind


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"II*\0"]))
def test_that_the_header_of_any_bytes_is_read_or_refused_in_words(data: bytes, start: bytes):
    try:
        header, problem = probe(start + data, SOMEWHERE), None
    except PetsegError as error:
        header, problem = None, error
    if header is not None:
        assert header.width > 0
    else:
        assert problem.path == SOMEWHERE
        assert problem.remedy


def test_that_an_empty_file_is_said_to_be_empty():
    with pytest.raises(PetsegError, match="the file is empty.*Replace the file"):
        decode_image(b"", SOMEWHERE)


@given(cut=st.integers(2, 3000))
def test_that_a_photo_whose_end_is_missing_is_no_photo(cut: int):
    noise = np.random.default_rng(1).integers(0, 255, (40, 40, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), "JPEG", quality=95)
    assert decode_image(whole, SOMEWHERE).shape == (40, 40, 3)
    with pytest.raises(PetsegError, match="truncated|cannot be read"):
        decode_image(whole[: max(0, len(whole) - cut)], SOMEWHERE)


def test_that_a_thumbnail_inside_a_photo_does_not_hide_a_missing_end():
    small = encoded(Image.new("RGB", (16, 16)), "JPEG")
    whole = encoded(Image.new("RGB", (64, 64), "red"), "JPEG")
    comment = b"\xff\xfe" + struct.pack(">H", len(small) + 2) + small
    photo = whole[:2] + comment + whole[2:]
    assert decode_image(photo, SOMEWHERE).shape == (64, 64, 3)
    with pytest.raises(PetsegError, match="truncated"):
        decode_image(photo[:-2], SOMEWHERE)


def test_that_rubbish_after_the_end_of_a_photo_does_no_harm():
    whole = encoded(Image.new("RGB", (64, 64), "red"), "JPEG")
    assert decode_image(whole + bytes(100), SOMEWHERE).shape == (64, 64, 3)


@pytest.mark.parametrize("decode", [decode_image, decode_mask])
def test_that_a_picture_of_a_hundred_megapixels_is_refused_before_it_is_decoded(decode):
    with pytest.raises(PetsegError, match="too large.*100 megapixels.*tiles"):
        decode(png_header(10_000, 10_000), SOMEWHERE)


def test_that_a_large_jpeg_may_come_smaller_than_it_is():
    photo = encoded(Image.new("RGB", (800, 400), "red"), "JPEG")
    assert decode_image(photo, SOMEWHERE, at_least=200).shape == (100, 200, 3)
    assert decode_image(photo, SOMEWHERE, at_least=300).shape == (200, 400, 3)
    assert decode_image(photo, SOMEWHERE, at_least=900).shape == (400, 800, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_that_a_16_bit_mask_of_small_values_is_read_as_indices(kind: str):
    deep = np.array([[0, 1], [2, 255]], np.uint16)
    values = decode_mask(encoded(Image.fromarray(deep), kind), SOMEWHERE)
    assert values.dtype == np.uint8
    assert values.tolist() == deep.tolist()
    deep[0, 0] = 700
    with pytest.raises(PetsegError, match="value 700.*16-bit"):
        decode_mask(encoded(Image.fromarray(deep), kind), SOMEWHERE)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_that_an_alpha_channel_of_a_mask_is_left_out(mode: str):
    image = Image.new("L", (6, 4), 3).convert(mode)
    image.putalpha(77)
    assert (decode_mask(encoded(image), SOMEWHERE) == 3).all()


def test_that_a_black_and_white_mask_of_one_bit_has_the_classes_0_and_1():
    image = Image.fromarray(np.array([[0, 255, 0, 255]], np.uint8)).convert("1")
    assert decode_mask(encoded(image), SOMEWHERE).tolist() == [[0, 1, 0, 1]]
