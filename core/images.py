"""Decoding photos and masks, and encoding masks, on numpy arrays.

Files are read as bytes and then decoded, so that paths in any script work on every system.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import PetsegError

Array = npt.NDArray[np.uint8]

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
MASK_SUFFIXES = (".png", ".bmp", ".tif", ".tiff")

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_GREY, _PNG_PALETTE = 0, 3


class MaskEncoding(NamedTuple):
    """How a mask file keeps its values, so that a save can keep them the same way."""

    palette: bytes | None = None


def read_image(path: Path) -> Array:
    """Decode a photo to RGB.

    Returns:
        uint8 array H×W×3. An EXIF orientation is applied, as MMCV's loader does.

    Raises:
        PetsegError: the file is missing, empty, truncated or no image.
    """
    return decode_image(_read(path), path)


def decode_image(data: bytes, path: Path) -> Array:
    """Decode the bytes of a photo to RGB; see `read_image`. `path` is for the error message."""
    decoded = None
    if data:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise PetsegError(
            "The image cannot be read",
            path=path,
            remedy="Replace the file with an intact copy, or exclude the sample.",
        )
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def read_mask(path: Path) -> Array:
    """Decode a mask to class indices.

    Grey and palette files give their stored values (as MMSegmentation reads them).

    Returns:
        uint8 array H×W.

    Raises:
        PetsegError: the file is missing or damaged, or is not one 8-bit channel.
    """
    return decode_mask(_read(path), path)


def decode_mask(data: bytes, path: Path) -> Array:
    """Decode the bytes of a mask; see `read_mask`. `path` is for the error message."""
    is_grey_png = data[:8] == _PNG_SIGNATURE and data[24:26] == bytes((8, _PNG_GREY))
    if is_grey_png:
        # OpenCV decodes an 8-bit grey PNG five times as fast as Pillow.
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if decoded is not None:
            return decoded.astype(np.uint8, copy=False)
        raise _unreadable_mask(path)
    try:
        with Image.open(io.BytesIO(data)) as image:
            mode = image.mode
            image.load()
            values = np.array(image.convert("L") if mode == "1" else image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _unreadable_mask(path) from error
    if mode == "1":
        return (values > 0).astype(np.uint8)
    if values.ndim == 3 and (values[..., :1] == values[..., :3]).all():
        values = values[..., 0]
    if values.ndim != 2 or values.dtype != np.uint8:
        raise PetsegError(
            f"The mask is not one 8-bit channel of class indices (it is {mode})",
            path=path,
            remedy="Convert it to an 8-bit grey or palette PNG whose values are class indices.",
        )
    return np.ascontiguousarray(values)


def mask_encoding(data: bytes) -> MaskEncoding:
    """Read from a mask file's bytes how its values are kept (palette or plain grey)."""
    if data[:8] == _PNG_SIGNATURE and data[25:26] == bytes((_PNG_PALETTE,)):
        with Image.open(io.BytesIO(data)) as image:
            palette = image.getpalette("RGB")
        return MaskEncoding(bytes(palette) if palette else None)
    return MaskEncoding()


def encode_mask(mask: Array, encoding: MaskEncoding = MaskEncoding()) -> bytes:  # noqa: B008
    """Encode class indices, uint8 H×W, as a lossless 8-bit PNG."""
    image = Image.fromarray(np.ascontiguousarray(mask))
    if encoding.palette is not None:
        image = image.convert("L")
        image.putpalette(encoding.palette)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PetsegError(
            f"The file cannot be opened ({error.strerror or error})",
            path=path,
            remedy="Check that the file exists and that you may read it.",
        ) from error


def _unreadable_mask(path: Path) -> PetsegError:
    return PetsegError(
        "The mask cannot be read",
        path=path,
        remedy="Replace the file with an intact copy, or draw the mask anew in the editor.",
    )
