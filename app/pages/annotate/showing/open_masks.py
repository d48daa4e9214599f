"""The masks that are open for editing, with their undo history, whichever sample is shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.pages.annotate.showing.content import Signature
from core.masks.document import MaskDocument

_CLEAN_BYTES = 256 * 1024 * 1024


class MaskKey(NamedTuple):
    """Which mask: the label set and the sample's id."""

    label_set: str
    sample_id: str


@dataclass
class OpenMask:
    """A document and the file it stands for.

    Attributes:
        document: The mask being edited.
        signature: Of the file when it was read or written last; None when there was none.
        file_hash: `content_hash` of the file then, "" when there was none; None when it is not
            known, so that any file may be replaced.
    """

    document: MaskDocument
    signature: Signature
    file_hash: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether no file holds the mask yet."""
        return self.signature is None


class OpenMasks:
    """Keeps every unsaved document, and the last clean ones for their undo history.

    Args:
        clean_bytes: How much memory clean documents may take; the longest unused go first.
    """

    def __init__(self, clean_bytes: int = _CLEAN_BYTES) -> None:
        self._clean_bytes = clean_bytes
        self._masks: OrderedDict[MaskKey, OpenMask] = OrderedDict()

    def __iter__(self) -> Iterator[MaskKey]:
        return iter(self._masks)

    def __len__(self) -> int:
        return len(self._masks)

    def get(
        self, key: MaskKey, signature: Signature, file_hash: str | None = None
    ) -> OpenMask | None:
        """The open mask of that key.

        A clean one whose file is another by now is let go: its content is out of date. One whose
        file is gone is kept, for it may be the last copy.

        Args:
            key: Which mask.
            signature: Of the file as it is now.
            file_hash: Its hash; a file that was only touched is not another one.
        """
        found = self._masks.get(key)
        if found is None:
            return None
        if file_hash is not None and file_hash == found.file_hash:
            found.signature = signature
        is_outdated = signature is not None and found.signature != signature
        if is_outdated and not found.document.is_dirty:
            del self._masks[key]
            return None
        self._masks.move_to_end(key)
        return found

    def put(self, key: MaskKey, mask: OpenMask) -> None:
        """Keep an open mask; clean ones that were not used for long may be let go."""
        self._masks[key] = mask
        self._masks.move_to_end(key)
        clean = [
            (other, entry)
            for other, entry in self._masks.items()
            if other != key and not entry.document.is_dirty
        ]
        used = sum(_cost(entry) for _, entry in clean)
        for other, entry in clean:
            if used <= self._clean_bytes:
                break
            used -= _cost(entry)
            del self._masks[other]

    def peek(self, key: MaskKey) -> OpenMask | None:
        """The open mask of that key, however old."""
        return self._masks.get(key)

    def unsaved(self, label_set: str | None = None) -> list[MaskKey]:
        """The masks with changes that no file holds, of one label set or of all."""
        return [
            key
            for key, entry in self._masks.items()
            if entry.document.is_dirty and label_set in (None, key.label_set)
        ]

    def drop(self, key: MaskKey) -> None:
        """Let go of a mask, changes and all."""
        self._masks.pop(key, None)

    def clear(self) -> None:
        """Let go of everything, changes and all."""
        self._masks.clear()


def _cost(mask: OpenMask) -> int:
    return mask.document.mask.nbytes + mask.document.history_bytes
