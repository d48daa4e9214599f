"""All masks with unsaved strokes: those that are open, and those whose journals wait."""

from __future__ import annotations

from collections.abc import Callable

from app.pages.annotate.keeping.journals import Keeping
from app.pages.annotate.keeping.saver import MaskSaver
from app.pages.annotate.showing.content import signature
from app.pages.annotate.showing.notices import Notice, brought_back
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask, OpenMasks
from app.session import Session
from core.dataset import Dataset
from core.errors import PetsegError

_NAMED = 4


class UnsavedMasks:
    """What can be done with unsaved strokes without looking at them one by one."""

    def __init__(
        self, session: Session, masks: OpenMasks, keeping: Keeping, saver: MaskSaver
    ) -> None:
        self._session = session
        self._masks = masks
        self._keeping = keeping
        self._saver = saver
        self._from_before: list[MaskKey] = []

    def keys(self) -> list[MaskKey]:
        """Their keys: the open ones first."""
        pending = [key for key in self._keeping.pending if self._masks.peek(key) is None]
        return [*self._masks.unsaved(), *pending]

    def name_of(self, key: MaskKey) -> str:
        """What to call a mask."""
        own = key.label_set == self._session.label_set
        return key.sample_id if own else f"{key.sample_id} ({key.label_set})"

    @property
    def can_be_kept(self) -> bool:
        """Whether all of them are safe on the disk as they are."""
        open_ones = (self._masks.peek(key) for key in self._masks.unsaved())
        return all(mask is not None and self._keeping.keeps(mask) for mask in open_ones)

    def save(self) -> list[str]:
        """Write all of them, at once; returns what could not be written, and why."""
        dataset, workspace = self._session.dataset, self._session.workspace
        if dataset is None or workspace is None:
            return []
        problems = []
        for key in self.keys():
            try:
                if self._masks.peek(key) is None:
                    self._masks.put(key, self._read(dataset, key))
                    self._keeping.opened(key)
            except PetsegError as error:
                problems.append(str(error))
            else:
                problems += self._saver.save_now(dataset, workspace, [key]).values()
        return problems

    def discard(self) -> None:
        """Drop all of them, and their journals."""
        for key in self.keys():
            self._masks.drop(key)
            self._keeping.drop(key)

    # What an earlier time has left

    def forget(self) -> None:
        """Another dataset is open."""
        self._from_before.clear()

    def note_found(self) -> None:
        """Journals were found: they are told of until they are saved or dealt with."""
        strays = [key for key in self._keeping.pending if not self._is_known(key)]
        for key in strays:
            self._keeping.opened(key)  # its journal stays where it is
        if strays:
            named = ", ".join(self.name_of(key) for key in strays[:_NAMED])
            self._session.problem.emit(
                f"There are unsaved strokes of masks that are not in the dataset: {named}. They "
                "are kept in the workspace."
            )
        self._from_before = list(dict.fromkeys([*self._from_before, *self._keeping.pending]))

    def notice(self, retell: Callable[[], None], reopen: Callable[[], None]) -> Notice | None:
        """What to say of strokes from an earlier time; None when there is nothing (more) to say.

        Args:
            retell: Called when there is something else to say.
            reopen: Called when the shown mask may be another.
        """
        left = [key for key in self._from_before if key in self.keys()]
        if not left:
            return None

        def dismiss() -> None:
            self._from_before.clear()
            retell()

        here = MaskKey(self._session.label_set, self._session.current or "")

        def show() -> None:
            first = next((key for key in left if key != here), here)
            dismiss()
            if first.label_set != self._session.label_set:
                self._session.set_label_set(first.label_set)
            self._session.set_current(first.sample_id)

        def discard() -> None:
            self._from_before.clear()
            for key in left:
                self._masks.drop(key)
            put_back = self._keeping.set_aside(left)
            reopen()
            said = "1 mask" if len(left) == 1 else f"{len(left)} masks"
            self._session.undoable.emit(f"Discarded the strokes of {said}", put_back)

        names = [self.name_of(key) for key in left]
        return brought_back(names, None if left == [here] else show, discard, dismiss)

    def _is_known(self, key: MaskKey) -> bool:
        dataset = self._session.dataset
        if dataset is None or key.label_set not in (*dataset.label_sets, self._session.label_set):
            return False
        try:
            dataset.sample(key.sample_id)
        except PetsegError:
            return False
        return True

    def _read(self, dataset: Dataset, key: MaskKey) -> OpenMask:
        restored = self._keeping.read(key)
        self._keeping.resume(restored)
        path = dataset.mask_path(dataset.sample(key.sample_id), key.label_set)
        return OpenMask(restored.document, signature(path), restored.file_hash)
