"""The worklist of the open label set: what is put on it, decided and taken back.

Everything is done in the background, one thing after the other, and told by signals.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.comparing.worklist_work import (
    Open,
    add_regions,
    find_entry,
    follow_masks,
    listed,
    open_worklist,
    run_in,
)
from app.jobs import JobHandle, Jobs
from app.session import Session
from core.errors import PetsegError
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.deciding import decide, skip, take_back
from core.worklist.entries import Decision, Entry, State, Wanted
from core.worklist.store import Removed, WorklistStore
from widgets.worklist import words


@dataclass(eq=False, slots=True)
class _Way:
    """A way back from something that was done here.

    Attributes:
        go: Begins to take it back; False when that may not be now, which is said.
        entry: The id of the entry that it is about; 0 for none.
    """

    go: Callable[[], bool]
    entry: int = 0


class Worklist(QObject):
    """Carries out what is wished for the entries, and follows the masks.

    Args:
        session: What is open; it is told which masks were written, and what can be taken back.
        jobs: Does the work.
        parent: Its owner.
    """

    opened = Signal()
    """Another dataset or label set is open; its entries follow."""
    listed = Signal()
    """`entries` is up to date."""
    returned = Signal(int)
    """The id of an entry that is to review again, because its decision was taken back."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._todo: deque[Callable[[], None]] = deque()
        self._is_busy = False
        self._ways: list[_Way] = []
        self.entries: Sequence[Entry] = ()
        self.run_names: Mapping[str, str] = {}
        session.dataset_changed.connect(self._on_opened)
        session.label_set_changed.connect(lambda _name: self._on_opened())
        session.masks_changed.connect(self._on_masks)
        session.edited_by_changed.connect(self._on_holder)

    def find(self, entry_id: int) -> Entry | None:
        """An entry by its id."""
        return next((each for each in self.entries if each.id == entry_id), None)

    # The list itself

    def add(self, run_id: str, wanted: Sequence[Wanted], source: str = "") -> None:
        """Put regions on the list.

        Args:
            run_id: The run that disagrees with the masks there.
            wanted: The regions.
            source: What they are, in a few words.
        """
        here = self._here()
        if here is None or not wanted:
            return

        tokens: list[str] = []
        way = self._push(_Way(lambda: self._remove_added(here, tokens)))

        def work(_job: JobHandle) -> int:
            token, count = add_regions(here, run_id, wanted, source)
            tokens.append(token)
            return count

        def done(count: int) -> None:
            said = words.added(count, len(wanted) - count)
            if count:
                self._tell(said, way)
            else:
                self._drop(way)
                self._session.message.emit(said)

        self._queue(here, "Adding to the worklist", work, done, way=way)

    def with_entry(
        self, run_id: str, sample: str, region: ErrorRegion, use: Callable[[Entry], None]
    ) -> None:
        """Put a region on the list, unless it is there already, and do something with it."""
        here = self._here()
        if here is None:
            return

        def work(_job: JobHandle) -> Entry:
            add_regions(here, run_id, [Wanted(sample, region)], "")
            return find_entry(here, run_id, sample, region)

        self._queue(here, f"Looking at {sample}", work, use)

    def remove(self, entry: Entry) -> None:
        """Take an entry off the list; its mask stays as it is."""
        here = self._here()
        if here is None:
            return
        removed: list[Removed] = []
        way = self._push(_Way(lambda: self._put_back(here, entry, removed)))

        def work(_job: JobHandle) -> None:
            removed.extend(WorklistStore(here.workspace).remove([entry.id]))

        def done(_nothing: None) -> None:
            if removed:
                self._tell(f"{entry.sample}: a place was taken off the worklist", way)
            else:
                self._drop(way)

        self._queue(here, "Taking a place off the worklist", work, done, way=way)

    # Decisions

    def decide(self, entry: Entry, decision: Decision) -> bool:
        """Carry out a decision; False when the mask may not be written now, which is said."""
        here = self._here()
        if here is None or (decision.writes and not self.may_write(entry.sample)):
            return False
        run = run_in(here, entry.run)

        way = self._push(_Way(lambda: self._take_back(here, entry), entry.id))

        def work(_job: JobHandle) -> Entry:
            try:
                return decide(here.dataset, here.workspace, entry.id, decision, run).entry
            except PetsegError:
                follow_masks(here, [entry.sample])  # mask or prediction may be another one
                raise

        def done(now: Entry) -> None:
            names = [info.name for info in here.dataset.classes]
            self._tell(words.done(now, names), way)
            if decision.writes:
                self._session.masks_written([now.sample], here.label_set)

        self._queue(here, f"Deciding {entry.sample}", work, done, way=way)
        return True

    def skip(self, entry: Entry) -> None:
        """Put an entry off."""
        here = self._here()
        if here is not None:
            way = self._push(_Way(lambda: self._take_back(here, entry), entry.id))
            self._queue(here, "Skipping", lambda _job: skip(here.workspace, entry.id), way=way)

    def take_back(self, entry: Entry) -> None:
        """Let an entry be to review again, and its mask what it was."""
        here = self._here()
        if here is not None and self._take_back(here, entry):
            self._ways = [each for each in self._ways if each.entry != entry.id]

    def take_back_last(self) -> None:
        """Take back what was done last here, since the label set was opened."""
        if self._ways:
            self._go_back(self._ways[-1])
        else:
            self._session.message.emit(
                "There is nothing more to take back. An older decision is taken back at its place."
            )

    def follow_predictions(self, run_ids: Collection[str]) -> None:
        """Runs were asked to predict anew: their places may be errors no more, or other ones."""
        here = self._here()
        touched = sorted({each.sample for each in self.entries if each.run in run_ids})
        if here is not None and touched:
            self._queue(here, "Looking at the worklist", lambda _job: follow_masks(here, touched))

    def may_write(self, sample: str) -> bool:
        """Whether a mask may be written here; says why not."""
        session = self._session
        if session.edited_by:
            session.problem.emit(
                f"The masks are edited in {session.edited_by}. Decide there, or close it first."
            )
            return False
        if session.is_unsaved(sample):
            session.problem.emit(
                f"{sample} has changes in the editor that are not saved. Save or undo them there, "
                "then decide."
            )
            return False
        return True

    def shut_down(self) -> None:
        """Begin nothing more."""
        self._todo.clear()

    # What happens elsewhere

    def _here(self) -> Open | None:
        session = self._session
        if session.dataset is None or session.workspace is None:
            return None
        return Open(session.dataset, session.workspace, session.label_set)

    def _is_current(self, here: Open) -> bool:
        session = self._session
        return here.workspace is session.workspace and here.label_set == session.label_set

    def _on_opened(self) -> None:
        """Another dataset or label set: finish what was cut short, and look what changed since."""
        self._todo.clear()
        self._ways.clear()
        self.entries, self.run_names = (), {}
        self.opened.emit()
        self._read()

    def _on_holder(self, holder: str) -> None:
        if not holder:
            self._read()  # what the other window has left

    def _read(self) -> None:
        here = self._here()
        if here is None:
            return
        may_write = not self._session.edited_by

        def done(settled: list[Entry]) -> None:
            decided = [each.sample for each in settled if each.state is State.DECIDED]
            if decided:
                self._session.message.emit(
                    f"A decision on {decided[0]} was cut short the last time; it is whole now."
                )

        self._queue(
            here,
            "Reading the worklist",
            lambda _job: open_worklist(here, may_write=may_write),
            done,
        )

    def _on_masks(self, samples: set[str]) -> None:
        """Masks were written, by whomever: places of theirs may be errors no more, or again."""
        here = self._here()
        touched = sorted({each.sample for each in self.entries} & samples)
        if here is not None and touched:
            self._queue(here, "Looking at the worklist", lambda _job: follow_masks(here, touched))

    # Ways back

    def _push(self, way: _Way) -> _Way:
        """Remember a way back at once: the key for it may follow before the work is done."""
        self._ways.append(way)
        return way

    def _drop(self, way: _Way) -> None:
        if way in self._ways:
            self._ways.remove(way)

    def _tell(self, said: str, way: _Way) -> None:
        self._session.undoable.emit(said, lambda: self._go_back(way))

    def _go_back(self, way: _Way) -> None:
        if way in self._ways and way.go():
            self._drop(way)

    def _take_back(self, here: Open, entry: Entry) -> bool:
        if not self._is_current(here):
            return True  # another dataset or label set is open by now
        known = self.find(entry.id) or entry
        if known.batch and not self.may_write(entry.sample):
            return False

        def work(_job: JobHandle) -> Entry | None:
            before = WorklistStore(here.workspace).entry(entry.id)
            if not before.can_be_taken_back:
                return None  # it is as it was
            take_back(here.dataset, here.workspace, entry.id)
            return before

        def done(before: Entry | None) -> None:
            if before is None:
                return
            self._session.message.emit(f"{before.sample}: {words.state(before)} – taken back.")
            self.returned.emit(before.id)
            if before.batch:
                self._session.masks_written([before.sample], here.label_set)

        self._queue(here, f"Taking back {entry.sample}", work, done)
        return True

    def _remove_added(self, here: Open, tokens: Sequence[str]) -> bool:
        def work(_job: JobHandle) -> None:
            for token in tokens:  # none where adding them failed
                WorklistStore(here.workspace).remove_added(token)

        if self._is_current(here):
            self._queue(here, "Taking places off the worklist", work)
        return True

    def _put_back(self, here: Open, entry: Entry, removed: Sequence[Removed]) -> bool:
        def work(_job: JobHandle) -> None:
            WorklistStore(here.workspace).put_back(removed)
            follow_masks(here, [entry.sample])  # its mask may be another one by now

        if self._is_current(here):
            self._queue(
                here,
                "Putting a place back on the worklist",
                work,
                lambda _nothing: self.returned.emit(entry.id),
            )
        return True

    # One thing after the other

    def _queue(
        self,
        here: Open,
        title: str,
        work: Callable[[JobHandle], Any],
        done: Callable[[Any], None] | None = None,
        *,
        way: _Way | None = None,
        reads_again: bool = True,
    ) -> None:
        """Do something with the list in the background, and tell the list as it is then.

        Where it fails, the list is told all the same (`reads_again`), and there is no `way` back.
        """
        known = self.run_names

        def both(job: JobHandle) -> tuple[Any, list[Entry], Mapping[str, str]]:
            result = work(job)
            return (result, *listed(here, known))

        def finished(found: tuple[Any, list[Entry], Mapping[str, str]]) -> None:
            result, entries, names = found
            if not self._is_current(here):
                return
            self.entries, self.run_names = entries, names
            self.listed.emit()
            if done is not None:
                done(result)

        def failed(error: PetsegError) -> None:
            self._session.problem.emit(str(error))
            if way is not None:
                self._drop(way)
            if reads_again and self._is_current(here):
                self._queue(here, "Reading the worklist", lambda _job: None, reads_again=False)

        def start() -> None:
            job = self._jobs.start(title, both, finished, failed)
            job.finished.connect(self._on_finished)

        self._todo.append(start)
        self._begin_next()

    def _begin_next(self) -> None:
        if not self._is_busy and self._todo:
            self._is_busy = True
            self._todo.popleft()()

    def _on_finished(self) -> None:
        self._is_busy = False
        self._begin_next()
