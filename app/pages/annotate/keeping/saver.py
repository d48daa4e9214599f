"""Writing masks: in the background while editing goes on, or at once before the window closes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from app.pages.annotate.showing.content import signature
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask, OpenMasks
from core.dataset import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.images import Array
from core.masks.document import MaskDocument
from core.masks.saving import MaskChangedElsewhere, Written, write_mask

_MOST_NAMES = 4


class MaskSaver(QObject):
    """Saves open masks. Never asks anything: that is the page's part."""

    saved = Signal(object)
    """The MaskKey of a mask that its file holds now."""
    failed = Signal(object, str)
    """The MaskKey of a mask that could not be written, and a sentence that says why."""
    changed_elsewhere = Signal(object)
    """The MaskKey of a mask that was not written, for its file is not the one that was edited."""

    def __init__(self, jobs: Jobs, masks: OpenMasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._masks = masks
        self._under_way: set[MaskKey] = set()
        self._again: set[MaskKey] = set()
        self._writing = threading.Lock()
        self._asked = 0
        self._written: dict[MaskKey, int] = {}

    def is_saving(self, key: MaskKey) -> bool:
        """Whether that mask is being written now."""
        return key in self._under_way

    def save_later(self, dataset: Dataset, workspace: Workspace, key: MaskKey) -> None:
        """Write a mask in the background; editing may go on meanwhile."""
        mask = self._masks.peek(key)
        if mask is None:
            return
        if key in self._under_way:
            self._again.add(key)  # one after the other, so that the newest is the one that stays
            return
        self._under_way.add(key)
        pixels, revision = mask.document.mask.copy(), mask.document.revision
        note, number = what_was_done(mask.document), self._next_number()

        def work(_job: JobHandle) -> Written | None:
            return self._write(dataset, workspace, key, mask, pixels, note, number)

        def done(written: Written | None) -> None:
            if written is not None:
                self._settle(key, mask, revision, written)
            if self._ended(key) and mask.document.is_dirty:
                self.save_later(dataset, workspace, key)

        def failed(error: PetsegError) -> None:
            self._ended(key)
            if isinstance(error, MaskChangedElsewhere):
                self.changed_elsewhere.emit(key)
            else:
                self.failed.emit(key, str(error))

        self._jobs.start(f"Saving {key.sample_id}", work, done, failed)

    def save_now(
        self, dataset: Dataset, workspace: Workspace, keys: Iterable[MaskKey]
    ) -> dict[MaskKey, str]:
        """Write masks one after the other; returns what could not be written, and why."""
        problems: dict[MaskKey, str] = {}
        for key in keys:
            mask = self._masks.peek(key)
            if mask is None:
                continue
            document = mask.document
            note, number = what_was_done(document), self._next_number()
            try:
                written = self._write(dataset, workspace, key, mask, document.mask, note, number)
            except PetsegError as error:
                problems[key] = str(error)
            else:
                if written is not None:
                    self._settle(key, mask, document.revision, written)
        return problems

    def _write(
        self,
        dataset: Dataset,
        workspace: Workspace,
        key: MaskKey,
        mask: OpenMask,
        pixels: Array,
        note: str,
        number: int,
    ) -> Written | None:
        """Write a mask, unless a later version of it was written meanwhile; from any thread."""
        with self._writing:
            if self._written.get(key, 0) > number:
                return None
            sample = dataset.sample(key.sample_id)
            written = write_mask(
                dataset,
                workspace,
                sample,
                key.label_set,
                pixels,
                expected=mask.file_hash,
                note=note,
            )
            # At once, and not when the window hears of it: the next save compares with it.
            mask.file_hash, mask.signature = written.file_hash, signature(written.path)
            self._written[key] = number
            return written

    def _next_number(self) -> int:
        self._asked += 1
        return self._asked

    def _settle(self, key: MaskKey, mask: OpenMask, revision: int, written: Written) -> None:
        mask.document.mark_saved(revision, written.file_hash)
        self.saved.emit(key)

    def _ended(self, key: MaskKey) -> bool:
        """Note that a save has ended; True when another was asked for meanwhile."""
        self._under_way.discard(key)
        if key in self._again:
            self._again.discard(key)
            return True
        return False


def what_was_done(document: MaskDocument) -> str:
    """What happened to a mask since it was saved, in a few words: "Brush ×3, Fill"."""
    counted = Counter(document.names_since_saved())
    said = [f"{name} ×{count}" if count > 1 else name for name, count in counted.items()]
    more = [f"and {len(said) - _MOST_NAMES} more"] if len(said) > _MOST_NAMES else []
    return ", ".join([*said[:_MOST_NAMES], *more])
