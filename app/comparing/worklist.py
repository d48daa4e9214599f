"""The worklist of the open label set: what is put on it, decided, taken back and done again.

Everything is done in the background, one thing after the other, and told by signals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from app.comparing.followed_list import FollowedList
from app.comparing.steps import Step, Steps
from app.comparing.worklist_work import (
    Open,
    add_regions,
    find_entry,
    follow_masks,
    put_back,
    run_in,
)
from app.jobs import JobHandle, Jobs
from app.session import Session
from core.errors import PetsegError
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.deciding import decide, skip, take_back
from core.worklist.entries import Decision, Entry, Wanted
from core.worklist.store import Removed, WorklistStore
from widgets.worklist import words


class Worklist(QObject):
    """Carries out what is wished for the entries, and follows the masks.

    Args:
        session: What is open; it is told which masks were written, and what can be taken back.
        jobs: Does the work.
        parent: Its owner.
    """

    opened = Signal()
    """Another dataset or label set is open; its entries follow."""
    changed = Signal(object)
    """What became of the entries, as `Changes`; they are up to date."""
    returned = Signal(int)
    """The id of an entry whose decision was taken back or done again: it is worth a look."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._list = FollowedList(session, jobs, self)
        self._steps = Steps()
        self._list.opened.connect(self._steps.forget)
        self._list.opened.connect(self.opened)
        self._list.changed.connect(self.changed)

    @property
    def run_names(self) -> Mapping[str, str]:
        """The names of the runs that entries are of, by id."""
        return self._list.run_names

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, as they were added; made when asked for."""
        return self._list.listing.entries

    @property
    def repaired_runs(self) -> Sequence[str]:
        """The runs for whose entries masks were written."""
        return self._list.listing.repaired_runs()

    def find(self, entry_id: int) -> Entry | None:
        """An entry by its id."""
        return self._list.listing.find(entry_id)

    # The list itself

    def add(self, run_id: str, wanted: Sequence[Wanted], source: str = "") -> None:
        """Put regions on the list.

        Args:
            run_id: The run that disagrees with the masks there.
            wanted: The regions.
            source: What they are, in a few words.
        """
        here = self._list.here()
        if here is None or not wanted:
            return
        tokens: list[str] = []
        removed: list[Removed] = []

        def work(_job: JobHandle) -> int:
            if removed:
                return put_back(here, removed)
            token, count = add_regions(here, run_id, wanted, source)
            tokens[:] = [token]
            return count

        def done(count: int) -> None:
            said = words.added(count, len(wanted) - count)
            if count:
                self._tell(said, step)
            else:
                self._steps.drop(step)
                self._session.message.emit(said)

        def work_back(_job: JobHandle) -> None:
            for token in tokens:  # none where adding them failed
                removed[:] = WorklistStore(here.workspace).remove_added(token)

        step = Step(
            lambda: self._list.queue(
                here, "Adding to the worklist", work, done, failed=lambda: self._steps.drop(step)
            ),
            lambda: self._list.queue(
                here,
                "Taking places off the worklist",
                work_back,
                failed=lambda: self._steps.drop(step),
            ),
        )
        self._steps.do(step)

    def with_entry(
        self, run_id: str, sample: str, region: ErrorRegion, use: Callable[[Entry], None]
    ) -> None:
        """Put a region on the list, unless it is there already, and do something with it."""
        here = self._list.here()
        if here is None:
            return

        def work(_job: JobHandle) -> Entry:
            add_regions(here, run_id, [Wanted(sample, region)], "")
            return find_entry(here, run_id, sample, region)

        self._list.queue(here, f"Looking at {sample}", work, use)

    def remove(self, entry: Entry) -> None:
        """Take an entry off the list; its mask stays as it is."""
        here = self._list.here()
        if here is None:
            return
        removed: list[Removed] = []

        def work(_job: JobHandle) -> None:
            removed[:] = WorklistStore(here.workspace).remove([entry.id])

        def done(_nothing: None) -> None:
            if removed:
                self._tell(f"{entry.sample}: a place was taken off the worklist", step)
            else:
                self._steps.drop(step)

        def back() -> bool:
            return self._list.queue(
                here,
                "Putting a place back on the worklist",
                lambda _job: put_back(here, removed),
                lambda _count: self.returned.emit(entry.id),
                failed=lambda: self._steps.drop(step),
            )

        step = Step(
            lambda: self._list.queue(
                here,
                "Taking a place off the worklist",
                work,
                done,
                failed=lambda: self._steps.drop(step),
            ),
            back,
        )
        self._steps.do(step)

    # Decisions

    def decide(self, entry: Entry, decision: Decision) -> bool:
        """Carry out a decision; False when the mask may not be written now, which is said."""
        here = self._list.here()
        return here is not None and self._steps.do(self._step(here, entry, decision))

    def skip(self, entry: Entry) -> None:
        """Put an entry off."""
        here = self._list.here()
        if here is not None:
            self._steps.do(self._step(here, entry, None))

    def take_back(self, entry: Entry) -> None:
        """Let an entry be to review again, and its mask what it was."""
        here = self._list.here()
        if here is None or not entry.can_be_taken_back:
            return
        step = self._step(here, entry, entry.decision)
        if step.back():
            self._steps.taken_back(step)

    def take_back_last(self) -> None:
        """Take back what was done last here, since the label set was opened."""
        if not self._steps.back():
            self._session.message.emit(
                "There is nothing more to take back. An older decision is taken back at its place."
            )

    def do_again(self) -> None:
        """Do again what was taken back last."""
        if not self._steps.again():
            self._session.message.emit("There is nothing that was taken back, to be done again.")

    def follow_predictions(self, run_ids: Collection[str]) -> None:
        """Runs were asked to predict anew: their places may be errors no more, or other ones."""
        self._list.follow_predictions(run_ids)

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
        self._list.shut_down()

    # There and back

    def _step(self, here: Open, entry: Entry, decision: Decision | None) -> Step:
        """The decision of an entry, or putting it off (None)."""
        step = Step(
            lambda: self._decide(here, entry, decision, step),
            lambda: self._take_back(here, entry, step),
            entry.id,
        )
        return step

    def _decide(self, here: Open, entry: Entry, decision: Decision | None, step: Step) -> bool:
        if decision is not None and decision.writes and not self.may_write(entry.sample):
            return False

        def work(_job: JobHandle) -> Entry:
            if decision is None:
                return skip(here.workspace, entry.id)
            run = run_in(here, entry.run)
            try:
                return decide(here.dataset, here.workspace, entry.id, decision, run).entry
            except PetsegError:
                follow_masks(here, [entry.sample])  # mask or prediction may be another one
                raise

        def done(now: Entry) -> None:
            if decision is not None:
                names = [info.name for info in here.dataset.classes]
                self._tell(words.done(now, names), step)
            if step.was_taken_back:
                self.returned.emit(now.id)
            if decision is not None and decision.writes:
                self._session.masks_written([now.sample], here.label_set)

        title = "Skipping" if decision is None else f"Deciding {entry.sample}"
        return self._list.queue(here, title, work, done, failed=lambda: self._steps.drop(step))

    def _take_back(self, here: Open, entry: Entry, step: Step) -> bool:
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
                self._steps.drop(step)
                return
            self._session.message.emit(f"{before.sample}: {words.state(before)} – taken back.")
            self.returned.emit(before.id)
            if before.batch:
                self._session.masks_written([before.sample], here.label_set)

        return self._list.queue(
            here, f"Taking back {entry.sample}", work, done, failed=lambda: self._steps.drop(step)
        )

    def _tell(self, said: str, step: Step) -> None:
        if not self._steps.can_go_back(step):
            self._session.message.emit(said)
            return
        self._session.undoable.emit(said, lambda: self._steps.back(step))
