"""8-bit grey PNG files, as most masks are: decoded in half the time, and written so that they are.

A PNG keeps each row as it is or as differences to its neighbours (a filter), and all of it
deflated (https://www.w3.org/TR/png-3/). Masks deflate to a hundredth either way, so ours are
written without filters: decoding them is inflating them. OpenCV 4 writes differences along the
rows, which are undone by running sums. Everything else is left to a real decoder.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_SUB = 1
_LEVEL = 3
# The second byte of a deflated stream says how hard it was tried. Programs that try harder than
# these also mix filters: inflating their files first would be for nothing.
_QUICK_LEVELS = (0x01, 0x5E)
# 8 bits of grey, deflated, filtered row by row, not interlaced.
_FORM = bytes((8, 0, 0, 0, 0))
# Where the chunk of the header ends, and the size of length, name and checksum of any chunk.
_HEADER_END, _AROUND = 33, 12


def encode_grey(values: Grey) -> bytes:
    """Encode an array of uint8 H×W, losslessly."""
    height, width = values.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter
    rows[:, 1:] = values
    header = struct.pack(">II", width, height) + _FORM
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.data, _LEVEL)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def decode_grey(data: bytes) -> Grey | None:
    """Decode a plain 8-bit grey PNG.

    Returns:
        uint8 H×W; None for anything unusual or damaged, which is for another decoder to judge.
    """
    if data[:8] != SIGNATURE or data[24:29] != _FORM or data[8:16] != b"\0\0\0\rIHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    packed = _packed(data)
    if packed is None or len(packed) < 2 or packed[1] not in _QUICK_LEVELS:
        return None
    if not width or not height:
        return None
    size = height * (width + 1)
    try:
        # Never more than the header promises, whatever a damaged or hostile stream unfolds to.
        inflating = zlib.decompressobj()
        raw = inflating.decompress(packed, size)
    except zlib.error:
        return None
    if len(raw) != size or not _is_over(inflating):
        return None
    rows = np.frombuffer(raw, np.uint8).reshape(height, width + 1)
    return _unfiltered(rows[:, 0], rows[:, 1:])


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def _packed(data: bytes) -> bytes | None:
    """The deflated pixels; None where a chunk is damaged or says how to read them otherwise."""
    parts = []
    at = 8
    while at + _AROUND <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + _AROUND + length
        name = data[at + 4 : at + 8]
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            return None
        if name == b"IDAT":
            parts.append(data[at + 8 : end - 4])
        elif name == b"IEND":
            return parts[0] if len(parts) == 1 else b"".join(parts)
        elif name == b"tRNS" or (name[:1].isupper() and at != 8):
            return None
        at = end
    return None


def _is_over(inflating: zlib._Decompress) -> bool:
    """Whether the stream, whose bytes are all out, ends well: with the checksum of these bytes."""
    if inflating.eof:
        return True
    try:
        return not inflating.decompress(inflating.unconsumed_tail, 1) and inflating.eof
    except zlib.error:
        return False


def _unfiltered(filters: Grey, rows: Grey) -> Grey | None:
    first = int(filters[0])
    if first > _SUB or not (filters == first).all():
        return None
    values = rows.copy()
    if first == _SUB:
        # Running sums by doubling: log₂ of the width additions of whole arrays.
        step = 1
        while step < values.shape[1]:
            values[:, step:] += values[:, :-step].copy()
            step *= 2
    return values
