"""Writing masks: in the background while editing goes on, or at once before the window closes."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from app.pages.annotate.content import Signature, signature
from app.pages.annotate.open_masks import MaskKey, OpenMask, OpenMasks
from core.dataset import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.images import Array
from core.masks.saving import save_mask


class MaskSaver(QObject):
    """Saves open masks. Never asks anything: that is the page's part."""

    saved = Signal(object)
    """The MaskKey of a mask that its file holds now."""
    failed = Signal(object, str)
    """The MaskKey of a mask that could not be written, and a sentence that says why."""

    def __init__(self, jobs: Jobs, masks: OpenMasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._masks = masks
        self._under_way: set[MaskKey] = set()
        self._again: set[MaskKey] = set()

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

        def work(_job: JobHandle) -> Signature:
            return _write(dataset, workspace, key, pixels)

        def done(written: Signature) -> None:
            self._settle(key, mask, revision, written)
            if self._ended(key) and mask.document.is_dirty:
                self.save_later(dataset, workspace, key)

        def failed(error: PetsegError) -> None:
            self._ended(key)
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
            try:
                written = _write(dataset, workspace, key, mask.document.mask)
            except PetsegError as error:
                problems[key] = str(error)
            else:
                self._settle(key, mask, mask.document.revision, written)
        return problems

    def _settle(self, key: MaskKey, mask: OpenMask, revision: int, written: Signature) -> None:
        mask.document.mark_saved(revision)
        mask.signature = written
        self.saved.emit(key)

    def _ended(self, key: MaskKey) -> bool:
        """Note that a save has ended; True when another was asked for meanwhile."""
        self._under_way.discard(key)
        if key in self._again:
            self._again.discard(key)
            return True
        return False


def _write(dataset: Dataset, workspace: Workspace, key: MaskKey, pixels: Array) -> Signature:
    sample = dataset.sample(key.sample_id)
    return signature(save_mask(dataset, workspace, sample, key.label_set, pixels))
