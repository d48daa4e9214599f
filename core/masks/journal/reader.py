"""Bringing a mask back from its journal, or only learning what a journal is about."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.files import read_bytes
from core.masks.document import MAX_STEPS, MaskDocument
from core.masks.journal.bases import base_of, damaged
from core.masks.journal.records import (
    NO_REVISION,
    Header,
    JournalFormatError,
    Read,
    Redone,
    Saved,
    Stepped,
    Undone,
    is_cut_off,
    read_header,
    read_record,
)


@dataclass(frozen=True)
class Restored:
    """A mask as its journal has it.

    Attributes:
        header: What the journal is about.
        document: The mask with its whole history; it has no journal yet.
        file_hash: `content_hash` that the mask's file had when the journal last knew; "" when
            there was no file.
        length: Bytes of the journal that are good; `JournalWriter.continued` goes on there.
        lost: Bytes behind them that are not: a record that was being written when the program was
            killed, or damage.
        is_damaged: Whether they are more than one record that was being written: steps are lost.
    """

    header: Header
    document: MaskDocument
    file_hash: str
    length: int
    lost: int
    is_damaged: bool = False


@dataclass(frozen=True)
class Summary:
    """What a journal is about, learned without its pixels.

    Attributes:
        header: The journal's header.
        is_dirty: Whether it holds strokes that no file holds.
        steps: Steps that can be undone.
    """

    header: Header
    is_dirty: bool
    steps: int


def read_journal(path: Path) -> Restored:
    """Bring a mask back from its journal. Nothing is written.

    Raises:
        PetsegError: the journal cannot be read, or not even its beginning is whole.
    """
    data = read_bytes(path)
    header, begin = _opened(data, path)
    mask = base_of(header, data[begin : begin + header.base_length], path)
    begin += header.base_length
    found = list(_records(data, begin, header))
    document, followed = MaskDocument.restored(
        mask, (read.record for read in found), saved=header.saved
    )
    good = found[:followed]
    length = good[-1].end if good else begin
    file_hash = header.file_hash
    for read in good:
        if isinstance(read.record, Saved) and read.record.file_hash is not None:
            file_hash = read.record.file_hash
    is_damaged = not is_cut_off(data, length)
    return Restored(header, document, file_hash, length, len(data) - length, is_damaged)


def summarize(path: Path) -> Summary:
    """Learn what a journal is about.

    Raises:
        PetsegError: the journal cannot be read, or not even its beginning is whole.
    """
    data = read_bytes(path)
    header, begin = _opened(data, path)
    # The revisions as `MaskDocument` counts them, without the pixels.
    undo: deque[tuple[int, int]] = deque(maxlen=MAX_STEPS)
    redo: list[tuple[int, int]] = []
    now = newest = 0
    saved: int | None = 0 if header.saved else None
    for read in _records(data, begin + header.base_length, header):
        match read.record:
            case Stepped():
                newest += 1
                undo.append((now, newest))
                redo.clear()
                now = newest
            case Undone():
                if not undo:
                    break
                redo.append(undo.pop())
                now = redo[-1][0]
            case Redone():
                if not redo:
                    break
                undo.append(redo.pop())
                now = undo[-1][1]
            case Saved(revision, _):
                saved = None if revision == NO_REVISION else revision
    return Summary(header, now != saved, len(undo))


def _opened(data: bytes, path: Path) -> tuple[Header, int]:
    try:
        header, begin = read_header(data)
    except JournalFormatError as error:
        raise damaged(path, str(error)) from error
    base = data[begin : begin + header.base_length]
    if len(base) != header.base_length or zlib.crc32(base) != header.base_crc:
        raise damaged(path, "its first mask is not whole")
    return header, begin


def _records(data: bytes, at: int, header: Header) -> Iterator[Read]:
    while (read := read_record(data, at, header.shape)) is not None:
        yield read
        at = read.end
