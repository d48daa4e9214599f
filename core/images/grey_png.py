"""8-bit grey PNG files, as most masks are: decoded in half the time, and written so that they are.

A PNG keeps each row as it is or as differences to its neighbours (a filter), and all of it
deflated (https://www.w3.org/TR/png-3/). Masks deflate to a hundredth either way, so ours are
written without filters: decoding them is inflating them. OpenCV 4 writes differences along the
rows, which are undone by running sums. Everything else is left to a real decoder.
"""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_SUB = 1
_LEVEL = 3
# A deflated stream begins with its method and how hard it was tried, and ends with a checksum
# (https://www.rfc-editor.org/rfc/rfc1950). Programs that try harder than these also mix filters:
# inflating their files first would be for nothing.
_QUICK = (b"\x78\x01", b"\x78\x5e")
_CHECKSUM = 4
# What lies between the two: no header is looked for, and no sum is made.
_WITHOUT_CHECKSUM = -zlib.MAX_WBITS
# 8 bits of grey, deflated, filtered row by row, not interlaced.
_FORM = bytes((8, 0, 0, 0, 0))
# Where the chunk of the header ends, and the size of length, name and checksum of any chunk.
_HEADER_END, _AROUND = 33, 12
# Sums are made of so many pixels at once, so that they stay in the processor's cache.
_BLOCK = 1 << 17


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
    if packed is None or packed[:2] not in _QUICK:
        return None
    if not width or not height:
        return None
    size = height * (width + 1)
    try:
        # The chunks' own checksums are right: another one of the pixels would take as long as a
        # third of the inflating. Never more than the header promises, whatever a damaged or hostile
        # stream unfolds to.
        inflating = zlib.decompressobj(_WITHOUT_CHECKSUM)
        raw = inflating.decompress(memoryview(packed)[2:], size)
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
    """Whether the stream, whose bytes are all out, ends well: with nothing but its checksum."""
    try:
        if not inflating.eof and inflating.decompress(inflating.unconsumed_tail, 1):
            return False
    except zlib.error:
        return False
    return inflating.eof and len(inflating.unused_data) == _CHECKSUM


def _unfiltered(filters: Grey, rows: Grey) -> Grey | None:
    first = int(filters[0])
    if first > _SUB or not (filters == first).all():
        return None
    return _summed(rows) if first == _SUB else rows.copy()


def _summed(rows: Grey) -> Grey:
    """The running sums along each row.

    By doubling: log₂ of the width additions. They are of whole rows, and so in vector units, once
    the block lies on its side.
    """
    height, width = rows.shape
    many = max(1, _BLOCK // width)
    parts = []
    for top in range(0, height, many):
        sums = np.asarray(cv2.transpose(rows[top : top + many]), np.uint8)
        other = np.empty_like(sums)
        step = 1
        while step < width:
            np.add(sums[step:], sums[:-step], out=other[step:])
            other[:step] = sums[:step]
            sums, other = other, sums
            step *= 2
        parts.append(np.asarray(cv2.transpose(sums), np.uint8))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
