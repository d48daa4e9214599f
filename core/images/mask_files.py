"""Mask files as they are kept: values, palette and format, so that an edit can keep all three."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import PetsegError
from core.images.grey_png import decode_grey
from core.images.headers import PNG_SIGNATURE, probe, require_decodable, unreadable

Array = npt.NDArray[np.uint8]
Pixels = npt.NDArray[Any]

_GREY_PNG, _RGB_PNG = bytes((8, 0)), bytes((8, 2))
# Formats that are written back as they were. Others, JPEG above all, cannot hold a mask exactly
# and become PNG.
_LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "BMP": {},
    "TIFF": {"compression": "tiff_adobe_deflate"},
}
_DEEPEST = 65535


class MaskFile(NamedTuple):
    """A mask's pixels as its file keeps them.

    Attributes:
        pixels: H×W uint8 or uint16 (grey values or palette indices), or H×W×3 uint8 (colours).
        mode: "1", "L", "P", "I;16", "RGB": how they are to be written again.
        format: "PNG", "TIFF", …
        palette: 3 bytes (r, g, b) per index of a palette file; None for others.
    """

    pixels: Pixels
    mode: str
    format: str
    palette: bytes | None = None

    @property
    def is_color(self) -> bool:
        """Whether a pixel is a colour and not one value."""
        return self.pixels.ndim == 3


def open_mask_file(data: bytes, path: Path) -> MaskFile:
    """Decode the bytes of a mask file without asking what its values mean.

    An alpha channel is left out, and colours that are all grey become values.

    Raises:
        PetsegError: the file is damaged, too large, or keeps floating-point numbers or the like.
    """
    header = probe(data, path, "mask")
    require_decodable(header, path, "mask")
    # OpenCV decodes 8-bit PNG about five times as fast as Pillow, and we what is plain enough.
    if data[:8] == PNG_SIGNATURE and data[24:26] == _GREY_PNG:
        values = decode_grey(data)
        if values is None:
            values = decode_with_opencv(data, cv2.IMREAD_UNCHANGED)
        if values is None:
            raise unreadable("mask", path)
        # A transparent grey gives a second channel, which is left out.
        return MaskFile(values if values.ndim == 2 else values[..., 0].copy(), "L", "PNG")
    if data[:8] == PNG_SIGNATURE and data[24:26] == _RGB_PNG:
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        colors = decode_with_opencv(data, flags)
        if colors is None:
            raise unreadable("mask", path)
        rgb = cv2.cvtColor(colors, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
        return _without_equal_channels(rgb, "PNG")
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return _from_pillow(image)
    except PetsegError as error:
        raise PetsegError(error.what, path=path, remedy=error.remedy) from error
    # Pillow's readers raise whatever damaged data makes them stumble over.
    except Exception as error:
        raise unreadable("mask", path) from error


def save_mask_file(file: MaskFile) -> bytes:
    """Encode a mask file in its own format, without loss; what cannot be becomes PNG."""
    name = file.format if file.format in _LOSSLESS else "PNG"
    pixels = np.ascontiguousarray(file.pixels)
    if file.mode == "1":
        image = Image.fromarray(pixels > 0)
    elif file.mode == "RGB" and not file.is_color:
        image = Image.fromarray(np.stack([pixels.astype(np.uint8)] * 3, axis=-1))
    elif file.mode == "I;16":
        image = Image.fromarray(pixels.astype(np.uint16))
    else:
        image = Image.fromarray(pixels.astype(np.uint8, copy=False))
    if file.palette is not None:
        image.putpalette(file.palette)
    stream = io.BytesIO()
    image.save(stream, name, **_LOSSLESS[name])
    return stream.getvalue()


def plain_indices(file: MaskFile, path: Path) -> Array:
    """The class indices of a file whose values are class indices.

    Returns:
        uint8 H×W.

    Raises:
        PetsegError: it holds colours, or values above 255.
    """
    if file.is_color:
        raise PetsegError(
            f"The mask holds colours ({file.mode}), and no class is known for them",
            path=path,
            remedy="Say which colour is which class (More → Values in the masks, or mask_colors in "
            "dataset.toml), or convert it to an 8-bit grey or palette PNG whose values are class "
            "indices.",
        )
    if file.pixels.dtype != np.uint8:
        highest = int(file.pixels.max(initial=0))
        if highest > 255:
            raise PetsegError(
                f"The mask holds the value {highest}, which is no class index (16-bit file)",
                path=path,
                remedy="Say which value is which class (mask_values in dataset.toml), or convert "
                "it to an 8-bit grey or palette PNG whose values are class indices.",
            )
    return np.ascontiguousarray(file.pixels, np.uint8)


def decode_with_opencv(data: bytes, flags: int) -> Array | None:
    """Decode an image with OpenCV; None when it cannot."""
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None  # its way of refusing sizes it does not believe
    return None if decoded is None else decoded.astype(np.uint8, copy=False)


def _from_pillow(image: Image.Image) -> MaskFile:
    mode, name = image.mode, image.format or ""
    if mode == "1":
        return MaskFile(np.array(image, np.uint8), "1", name)
    if mode == "L":
        return MaskFile(np.array(image), "L", name)
    if mode in ("P", "PA"):
        palette = bytes(image.getpalette("RGB") or [])
        pixels = np.array(image)
        return MaskFile(pixels[..., 0] if pixels.ndim == 3 else pixels, "P", name, palette)
    if mode == "LA":
        return MaskFile(np.array(image)[..., 0].copy(), "L", name)
    if mode.startswith("I"):
        pixels = np.array(image)
        if pixels.size and (int(pixels.min()) < 0 or int(pixels.max()) > _DEEPEST):
            raise _not_a_mask("32-bit numbers")
        return MaskFile(pixels.astype(np.uint16), "I;16", name)
    if mode in ("RGB", "RGBA", "RGBX"):
        return _without_equal_channels(np.array(image)[..., :3], name)
    if mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        return _without_equal_channels(np.array(image.convert("RGB")), name)
    raise _not_a_mask("floating-point numbers" if mode == "F" else mode)


def _without_equal_channels(pixels: Array, name: str) -> MaskFile:
    red = pixels[..., 0]
    if np.array_equal(red, pixels[..., 1]) and np.array_equal(red, pixels[..., 2]):
        return MaskFile(np.ascontiguousarray(red), "RGB", name)
    return MaskFile(np.ascontiguousarray(pixels), "RGB", name)


def _not_a_mask(kind: str) -> PetsegError:
    return PetsegError(
        f"The mask is not one 8-bit channel of class indices (it holds {kind})",
        remedy="Convert it to an 8-bit grey or palette PNG whose values are class indices.",
    )
