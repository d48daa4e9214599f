"""Decoding photos and masks, and encoding masks, on numpy arrays.

Files are read as bytes and then decoded, so that paths in any script work on every system.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.files import read_bytes
from core.images.grey_png import encode_grey
from core.images.headers import (
    ImageHeader,
    is_cut_off,
    probe,
    require_decodable,
    truncated,
    unreadable,
)
from core.images.mask_files import Array, decode_with_opencv, open_mask_file, plain_indices

if TYPE_CHECKING:
    from core.dataset.encoding.coding import MaskCoding

__all__ = [
    "IMAGE_SUFFIXES",
    "MASK_SUFFIXES",
    "Array",
    "ImageHeader",
    "decode_image",
    "decode_mask",
    "encode_mask",
    "probe",
    "read_image",
    "read_mask",
]

# What OpenCV would print of damaged files is said by our own errors, with the file's name.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
MASK_SUFFIXES = (".png", ".bmp", ".tif", ".tiff")

_REDUCED = {
    8: cv2.IMREAD_REDUCED_COLOR_8,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    2: cv2.IMREAD_REDUCED_COLOR_2,
}


def read_image(path: Path) -> Array:
    """Decode a photo to RGB.

    Returns:
        uint8 array H×W×3. An EXIF orientation is applied, as MMCV's loader does; deeper channels
        are reduced to 8 bits, and an alpha channel is left out.

    Raises:
        PetsegError: the file is missing, empty, truncated, no image, or has more than 80
            megapixels.
    """
    return decode_image(read_bytes(path), path)


def decode_image(data: bytes, path: Path, *, at_least: int | None = None) -> Array:
    """Decode the bytes of a photo to RGB; see `read_image`.

    Args:
        data: The file's bytes.
        path: The file, for the error message.
        at_least: A JPEG may come at a half, a quarter or an eighth of its size, which is quicker,
            as long as its longest side keeps this many pixels; None for the whole size.
    """
    header = probe(data, path, "image")
    require_decodable(header, path, "image")
    flags = cv2.IMREAD_COLOR
    if header.format == "JPEG":
        if is_cut_off(data):
            raise truncated("image", path)
        if at_least is not None:
            longest = max(header.width, header.height)
            factor = next((each for each in _REDUCED if longest >= each * at_least), 1)
            flags = _REDUCED.get(factor, flags)
    decoded = decode_with_opencv(data, flags)
    if decoded is None:
        raise unreadable("image", path)
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def read_mask(path: Path, coding: MaskCoding | None = None) -> Array:
    """Decode a mask to class indices.

    Without a coding, grey and palette files give their stored values (as MMSegmentation reads
    them); with one, values and colours give the classes they stand for.

    Returns:
        uint8 array H×W.

    Raises:
        PetsegError: the file is missing, damaged or has more than 80 megapixels; or it holds
            colours or large numbers, and no coding says what they mean.
    """
    return decode_mask(read_bytes(path), path, coding)


def decode_mask(data: bytes, path: Path, coding: MaskCoding | None = None) -> Array:
    """Decode the bytes of a mask; see `read_mask`. `path` is for the error message."""
    file = open_mask_file(data, path)
    return plain_indices(file, path) if coding is None else coding.decode(file, path)


def encode_mask(mask: Array) -> bytes:
    """Encode class indices, uint8 H×W, as a lossless 8-bit grey PNG."""
    return encode_grey(mask)
