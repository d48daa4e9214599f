"""The mask that a journal begins with: to bytes and back."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from core.errors import PetsegError
from core.images import Array, decode_mask
from core.masks.journal.records import Base, Header


def packed_pixels(mask: Array) -> bytes:
    """The bytes of a base of the kind `Base.PIXELS`."""
    return zlib.compress(np.ascontiguousarray(mask).data, 1)


def base_of(header: Header, data: bytes, path: Path) -> Array:
    """The mask that a journal begins with, uint8 H×W.

    Raises:
        PetsegError: the bytes do not make a mask of the header's size.
    """
    if header.base is Base.EMPTY:
        return np.zeros(header.shape, np.uint8)
    is_file = header.base is Base.FILE
    mask = decode_mask(data, path) if is_file else _unpacked(data, header, path)
    if mask.shape != header.shape:
        raise damaged(path, "its first mask has another size")
    return mask


def damaged(path: Path, why: str) -> PetsegError:
    """The error of a journal that cannot be used."""
    return PetsegError(
        f"The journal of unsaved strokes is damaged and cannot be used ({why})",
        path=path,
        remedy="The mask is shown as its file holds it.",
    )


def _unpacked(data: bytes, header: Header, path: Path) -> Array:
    area = header.height * header.width
    unpacker = zlib.decompressobj()
    try:
        pixels = unpacker.decompress(data, area + 1)
    except zlib.error as error:
        raise damaged(path, "its first mask is damaged") from error
    if len(pixels) != area:
        raise damaged(path, "its first mask has another size")
    return np.frombuffer(pixels, np.uint8).reshape(header.shape)
