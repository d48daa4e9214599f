"""The form of a journal: a header, the mask it begins with, and one record for each thing done.

    header    one line of JSON
    base      the bytes of the mask that the first step changed
    record    kind (1 byte), length (4), CRC-32 of kind, length and content (4), content
    record    …

All numbers are little-endian. Nothing in a journal is ever executed: it holds numbers, names and
zlib-compressed pixels, and each is checked before it is used. A record that is not whole ends the
journal; what stands before it is good.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import asdict, dataclass
from enum import Enum
from typing import NamedTuple

from core.masks.geometry import Rect
from core.masks.history import Delta

FORMAT_VERSION = 1
_LONGEST_HEADER = 1 << 16
_LONGEST_NAME = 1 << 10
MOST_PIXELS = 1 << 30
"""Masks with more pixels than this are no masks: a damaged number must not ask for memory."""

NO_REVISION = -1
"""In a `Saved` record: the file holds none of the document's versions."""

_HEAD = struct.Struct("<BII")
_STEP = struct.Struct("<HI")
_DELTA = struct.Struct("<IIIIBI")
_ALIKE, _PACKED = 0, 1
_STEPPED, _UNDONE, _REDONE, _SAVED = 1, 2, 3, 4


class JournalFormatError(ValueError):
    """Bytes that are no journal, or a record that cannot have been written by this program."""


class Base(Enum):
    """What a journal's base bytes are.

    `FILE`: a mask file of class indices, as it was read. `PIXELS`: zlib-compressed class indices,
    row by row. `EMPTY`: no bytes; a mask of background.
    """

    FILE = "file"
    PIXELS = "pixels"
    EMPTY = "empty"


@dataclass(frozen=True)
class Header:
    """Which mask a journal is about, and where it begins.

    Attributes:
        label_set: The mask's label set.
        sample: The sample's id.
        height: Rows of the mask.
        width: Columns of the mask.
        base: What the base bytes are.
        base_length: How many there are.
        base_crc: Their CRC-32.
        file_hash: `content_hash` of the mask's file when it was opened; "" without a file.
        saved: Whether that file held the base; not so for a mask that was mended on opening.
    """

    label_set: str
    sample: str
    height: int
    width: int
    base: Base
    base_length: int = 0
    base_crc: int = 0
    file_hash: str = ""
    saved: bool = True

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the mask."""
        return self.height, self.width

    def encoded(self) -> bytes:
        """The line that a journal begins with."""
        fields = {**asdict(self), "base": self.base.value}
        line = json.dumps({"petseg_journal": FORMAT_VERSION, **fields}, ensure_ascii=True)
        return line.encode("ascii") + b"\n"


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step was done: its name, and the difference it made."""

    name: str
    deltas: tuple[Delta, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """The last step was taken back."""


@dataclass(frozen=True, slots=True)
class Redone:
    """The last step that was taken back was done again."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The mask's file holds a revision now.

    Attributes:
        revision: Which one; see `MaskDocument.revision`. `NO_REVISION` for none.
        file_hash: `content_hash` of the file; None when that is what it was before.
    """

    revision: int
    file_hash: str | None


Record = Stepped | Undone | Redone | Saved


class Read(NamedTuple):
    """A record, and where the next one begins."""

    record: Record
    end: int


def read_header(data: bytes) -> tuple[Header, int]:
    """The header of a journal, and where its base begins.

    Raises:
        JournalFormatError: it is none, of another version, or damaged.
    """
    end = data.find(b"\n", 0, _LONGEST_HEADER)
    if end < 0:
        raise JournalFormatError("it has no header")
    try:
        fields = json.loads(data[:end])
        version = fields.pop("petseg_journal")
        if version != FORMAT_VERSION:
            raise JournalFormatError(f"it has version {version}, which this program cannot read")
        header = Header(**{**fields, "base": Base(fields["base"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, JournalFormatError):
            raise
        raise JournalFormatError("its header is damaged") from error
    if not _is_sound(header):
        raise JournalFormatError("its header is damaged")
    return header, end + 1


def _is_sound(header: Header) -> bool:
    words = (header.label_set, header.sample, header.file_hash)
    numbers = (header.height, header.width, header.base_length, header.base_crc)
    return (
        all(isinstance(word, str) for word in words)
        and all(type(number) is int and number >= 0 for number in numbers)
        and isinstance(header.saved, bool)
        and header.height * header.width <= MOST_PIXELS
    )


def encode(record: Record) -> bytes:
    """The bytes of a record."""
    match record:
        case Stepped(name, deltas):
            return _framed(_STEPPED, _encode_step(name, deltas))
        case Undone():
            return _framed(_UNDONE, b"")
        case Redone():
            return _framed(_REDONE, b"")
        case Saved(revision, file_hash):
            content = json.dumps({"revision": revision, "file_hash": file_hash})
            return _framed(_SAVED, content.encode("ascii"))


def read_record(data: bytes, at: int, shape: tuple[int, int]) -> Read | None:
    """The record that begins at a place; None when there is no whole one.

    Args:
        data: The journal.
        at: The place.
        shape: Height and width of the mask, in which every rectangle has to lie.
    """
    if at + _HEAD.size > len(data):
        return None
    kind, length, crc = _HEAD.unpack_from(data, at)
    begin = at + _HEAD.size
    if length > len(data) - begin:
        return None
    content = data[begin : begin + length]
    if _crc(kind, content) != crc:
        return None
    try:
        return Read(_decoded(kind, content, shape), begin + length)
    except (JournalFormatError, struct.error, ValueError, KeyError, TypeError, RecursionError):
        return None


def is_cut_off(data: bytes, at: int) -> bool:
    """Whether what stands at a place can be a record whose end was never written."""
    if at + _HEAD.size > len(data):
        return True
    _kind, length, _crc = _HEAD.unpack_from(data, at)
    return bool(length > len(data) - at - _HEAD.size)


def _decoded(kind: int, content: bytes, shape: tuple[int, int]) -> Record:
    if kind == _STEPPED:
        return _decode_step(content, shape)
    if kind == _SAVED:
        fields = json.loads(content)
        revision, file_hash = fields["revision"], fields["file_hash"]
        if type(revision) is int and (file_hash is None or isinstance(file_hash, str)):
            return Saved(revision, file_hash)
    if kind in (_UNDONE, _REDONE) and not content:
        return Undone() if kind == _UNDONE else Redone()
    raise JournalFormatError(f"there are no records of kind {kind}")


def _encode_step(name: str, deltas: tuple[Delta, ...]) -> bytes:
    said = name.encode("utf-8")[:_LONGEST_NAME]
    parts = [_STEP.pack(len(said), len(deltas)), said]
    for delta in deltas:
        packed = delta.packed
        if isinstance(packed, int):
            parts.append(_DELTA.pack(*delta.rect, _ALIKE, packed))
        else:
            parts += [_DELTA.pack(*delta.rect, _PACKED, len(packed)), packed]
    return b"".join(parts)


def _decode_step(content: bytes, shape: tuple[int, int]) -> Stepped:
    length, count = _STEP.unpack_from(content)
    at = _STEP.size + length
    name = content[_STEP.size : at].decode("utf-8", "replace")
    deltas = []
    for _ in range(count):
        x, y, width, height, kind, number = _DELTA.unpack_from(content, at)
        at += _DELTA.size
        if not (width and height and x + width <= shape[1] and y + height <= shape[0]):
            raise JournalFormatError("a rectangle lies outside the mask")
        rect = Rect(x, y, width, height)
        if kind == _ALIKE and number < 256:
            deltas.append(Delta(rect, number))
        elif kind == _PACKED and at + number <= len(content):
            deltas.append(Delta(rect, content[at : at + number]))
            at += number
        else:
            raise JournalFormatError("a difference is damaged")
    if at != len(content) or not deltas:
        raise JournalFormatError("a step is damaged")
    return Stepped(name, tuple(deltas))


def _framed(kind: int, content: bytes) -> bytes:
    return _HEAD.pack(kind, len(content), _crc(kind, content)) + content


def _crc(kind: int, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(struct.pack("<BI", kind, len(content))))
