"""Following a text file that another process writes."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

# What a log of that size says at its beginning interests nobody while a run is watched.
_FIRST_BYTES = 64 * 1024
_MOST_BYTES = 256 * 1024


class LogTail:
    """Gives what was appended to a file since the last look.

    The first look gives the end of the file, from the beginning of a line on. A file that is not
    there yet is empty; one that was made anew is read from its beginning. Bytes that are no UTF-8
    are shown as replacement characters.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0
        self._is_first = True
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> str:
        """The text that came since the last call; "" when none did.

        Raises:
            OSError: the file is there and cannot be read.
        """
        try:
            with self.path.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                if size < self._offset:
                    self._offset = 0
                if size == self._offset:
                    return ""
                limit = _FIRST_BYTES if self._is_first else _MOST_BYTES
                skipped = max(size - self._offset - limit, 0)
                stream.seek(self._offset + skipped)
                data = stream.read(size - self._offset - skipped)
        except FileNotFoundError:
            return ""
        self._offset += skipped + len(data)
        self._is_first = False
        if skipped:
            self._decoder.reset()
            data = data.partition(b"\n")[2]
        return self._decoder.decode(data)
