"""Keeping unsaved strokes on the disk: who may edit, journals, and what they bring back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.pages.annotate.showing.content import EditContent
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask
from core.dataset.locking import WorkspaceLock
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.masks.journal.bases import packed_pixels
from core.masks.journal.reader import Restored
from core.masks.journal.records import Base, Header
from core.masks.journal.store import Found, JournalStore
from core.masks.journal.writer import JournalWriter
from widgets.latest_task import LatestTask

_SYNC_MS = 1500
_NAMED = 4


@dataclass(frozen=True)
class _Back:
    """What reading a journal brought."""

    key: MaskKey
    restored: Restored | None
    problem: PetsegError | None = None


class Keeping(QObject):
    """Holds the workspace's lock, gives each mask its journal, and brings masks back from theirs.

    While another window holds the lock nothing is written, and no journal is looked at: they are
    that window's.
    """

    found = Signal()
    """Journals with unsaved strokes of an earlier time were found: see `pending`."""
    restored = Signal(object, object)
    """The MaskKey that `restore` was asked for, and its Restored; None when it is damaged."""
    problem = Signal(str)
    """A sentence for the user."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock: WorkspaceLock | None = None
        self._store: JournalStore | None = None
        self._holder = ""
        self._pending: dict[MaskKey, int] = {}
        self._to_sync: set[JournalWriter] = set()
        self._touched: set[JournalWriter] = set()  # written to since they were to be synced
        self._sync_soon = QTimer(self, singleShot=True, interval=_SYNC_MS)
        self._sync_soon.timeout.connect(self._sync)
        self._finding = LatestTask(self)
        self._finding.done.connect(self._on_found)
        self._reading = LatestTask(self)
        self._reading.done.connect(self._on_read)
        self._syncing = LatestTask(self)
        self._syncing.done.connect(self._on_synced)

    @property
    def is_read_only(self) -> bool:
        """Whether another window edits this workspace."""
        return bool(self._holder)

    @property
    def holder(self) -> str:
        """Who edits this workspace, in words; "" when it is this window."""
        return self._holder

    @property
    def pending(self) -> dict[MaskKey, int]:
        """Masks with unsaved strokes of an earlier time that were not opened yet: their steps."""
        return dict(self._pending)

    def open(self, workspace: Workspace | None) -> None:
        """Turn to another workspace, or to none: take its lock, and look for journals."""
        self._leave()
        if workspace is None:
            return
        self._store = JournalStore(workspace.journal_dir)
        self._lock = WorkspaceLock(workspace.path)
        self.try_again()

    def try_again(self) -> bool:
        """Try to become the window that edits; tells whether it is."""
        if self._lock is None or self._store is None:
            return False
        self._holder = ""
        try:
            if not self._lock.acquire():
                self._holder = self._lock.holder().in_words()
                return False
        except PetsegError as error:
            # Better to edit without a lock than not at all: the user knows.
            self.problem.emit(str(error))
        if self._store.folder.is_dir():
            self._finding.request(_finder(self._store))
        return True

    def shut_down(self) -> None:
        """Let go of the workspace and end the threads."""
        self._leave()
        for task in (self._finding, self._reading, self._syncing):
            task.shut_down()

    # A mask's journal

    def has_journal(self, key: MaskKey) -> bool:
        """Whether a mask can be brought back from a journal."""
        store = self._usable
        return store is not None and store.exists(*key)

    def restore(self, key: MaskKey) -> None:
        """Read a mask's journal; `restored` brings it."""
        store = self._usable
        if store is not None:
            self._reading.request(lambda: _read(store, key))

    def read(self, key: MaskKey) -> Restored:
        """Read a mask's journal at once.

        Raises:
            PetsegError: it cannot be read.
        """
        if self._store is None:
            raise PetsegError("No dataset is open")
        return self._store.read(*key)

    def begin(self, key: MaskKey, mask: OpenMask, content: EditContent) -> None:
        """Give a mask that was opened from its file, or mended, a journal of its own."""
        store, document = self._usable, mask.document
        if store is None or document.journal is not None:
            return
        is_mended = document.is_dirty
        kind, base = content.base
        if is_mended:
            kind, base = Base.PIXELS, packed_pixels(document.mask)
        height, width = document.mask.shape
        header = Header(
            key.label_set,
            key.sample_id,
            height,
            width,
            kind,
            file_hash=content.file_hash,
            saved=not is_mended,
        )
        writer = store.begin(header, base, self._tell)
        document.journal = writer
        if is_mended:
            writer.begin()

    def resume(self, restored: Restored) -> None:
        """Let a mask that was brought back go on with its journal."""
        store = self._usable
        if store is None:
            return
        if restored.is_damaged:
            label_set, sample = restored.header.label_set, restored.header.sample
            self.problem.emit(
                f"Unsaved strokes of {sample} are damaged: only those before the damage were "
                f"restored. A copy is kept beside {store.path(label_set, sample)}."
            )
        try:
            restored.document.journal = store.resume(restored, self._tell)
        except PetsegError as error:
            self.problem.emit(str(error))  # without a journal nothing is cut off

    def opened(self, key: MaskKey) -> None:
        """Say that a mask is a document now, whose own state counts."""
        self._pending.pop(key, None)

    def drop(self, key: MaskKey) -> None:
        """Delete a mask's journal: what it holds is not wanted, or is in the file."""
        self._pending.pop(key, None)
        store = self._usable
        if store is None:
            return
        try:
            store.delete(*key)
        except PetsegError as error:
            self.problem.emit(str(error))

    def refuse(self, key: MaskKey) -> None:
        """Rename a journal that cannot be used, so that it is kept and in nobody's way."""
        self._pending.pop(key, None)
        store = self._usable
        if store is None:
            return
        try:
            store.set_damaged_aside(*key)
        except PetsegError as error:
            self.problem.emit(str(error))

    def set_aside(self, keys: Iterable[MaskKey]) -> Callable[[], None]:
        """Discard journals; returns what takes that back."""
        masks, steps, store = list(keys), dict(self._pending), self._usable
        if store is None:
            return lambda: None
        try:
            store.set_aside(masks)
        except PetsegError as error:
            self.problem.emit(str(error))
        for key in masks:
            self._pending.pop(key, None)

        def put_back() -> None:
            if self._store is not store:
                return  # another dataset is open
            back: list[MaskKey] = []
            try:
                back = [MaskKey(*mask) for mask in store.put_back(masks)]
            except PetsegError as error:
                self.problem.emit(str(error))
            if newer := [key.sample_id for key in masks if key not in back]:
                self.problem.emit(
                    f"The discarded strokes of {', '.join(newer)} were not brought back: the mask "
                    "has newer strokes."
                )
            self._pending.update({key: steps.get(key, 1) for key in back})
            self.found.emit()

        return put_back

    def keeps(self, mask: OpenMask) -> bool:
        """Whether everything that was done to a mask is on the disk; what is not is tried again."""
        journal = mask.document.journal
        if isinstance(journal, JournalWriter) and journal.problem is not None:
            journal.begin()  # there may be room again by now
        return isinstance(journal, JournalWriter) and journal.problem is None

    def sync_later(self, mask: OpenMask) -> None:
        """See to it that a mask's strokes outlast a power failure, soon."""
        journal = mask.document.journal
        if isinstance(journal, JournalWriter) and journal.is_begun:
            self._to_sync.add(journal)
            self._touched.add(journal)
            if not self._sync_soon.isActive():
                self._sync_soon.start()

    @property
    def _usable(self) -> JournalStore | None:
        return None if self.is_read_only else self._store

    def _leave(self) -> None:
        if self._sync_soon.isActive():
            self._sync_soon.stop()
            self._on_synced((frozenset(self._to_sync), _synced(self._to_sync)))
        for task in (self._finding, self._reading, self._syncing):
            task.forget()
        if self._store is not None and not self.is_read_only and self._store.folder.is_dir():
            try:
                self._store.delete_clean()
            except PetsegError as error:
                self.problem.emit(str(error))
        if self._lock is not None:
            self._lock.release()
        self._lock = self._store = None
        self._holder = ""
        self._pending.clear()
        self._to_sync.clear()

    def _tell(self, problem: PetsegError) -> None:
        self.problem.emit(str(problem))

    def _on_found(self, found: object) -> None:
        if not isinstance(found, Found):
            return
        if found.problems:
            # One sentence: the window has room for one, and a second would hide the first.
            self.problem.emit(_in_words(found.problems))
        for kept in found.unsaved:
            self._pending[MaskKey(kept.label_set, kept.sample)] = kept.steps
        if found.unsaved:
            self.found.emit()

    def _on_read(self, back: object) -> None:
        if not isinstance(back, _Back):
            return
        if back.problem is not None:
            self.problem.emit(str(back.problem))
            self.refuse(back.key)
        self.restored.emit(back.key, back.restored)

    def _sync(self) -> None:
        # They stay on the list until they are done: a newer request takes a waiting one's place.
        writers = frozenset(self._to_sync)
        self._touched.clear()
        self._syncing.request(lambda: (writers, _synced(writers)))

    def _on_synced(self, done: tuple[frozenset[JournalWriter], str]) -> None:
        writers, problem = done
        self._to_sync -= writers - self._touched
        if problem:
            self.problem.emit(f"Unsaved strokes could not be brought to the disk: {problem}.")


def _finder(store: JournalStore) -> Callable[[], Found]:
    def find() -> Found:
        try:
            return store.find()
        except PetsegError as error:
            return Found((), (), (error,))

    return find


def _in_words(problems: Sequence[PetsegError]) -> str:
    """What is wrong with journals, so that each is named."""
    first, *others = problems
    if not others:
        return str(first)
    named = ", ".join(one.path.name for one in others[:_NAMED] if one.path is not None)
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return f"{first} {len(others)} more could not be used: {named}{more}. All are kept."


def _read(store: JournalStore, key: MaskKey) -> _Back:
    try:
        return _Back(key, store.read(*key))
    except PetsegError as error:
        return _Back(key, None, error)


def _synced(writers: Iterable[JournalWriter]) -> str:
    """Bring journals to the disk; returns what went wrong, "" for nothing."""
    for writer in writers:
        try:
            writer.sync()
        except OSError as error:
            return f"{error.strerror or error}: {writer.path}"
    return ""
