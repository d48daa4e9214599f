"""The entries of the open label set, followed: what is done with them, and what happens elsewhere.

What a decision costs does not grow with the list: only what has changed is read and told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.comparing.in_turn import InTurn
from app.comparing.worklist_work import Open, changes_of, follow_masks, open_worklist
from app.jobs import JobHandle, Jobs
from app.session import Session
from core.errors import PetsegError
from core.worklist.entries import Changes, Entry, State
from core.worklist.listing import Listing


class FollowedList(QObject):
    """Knows the entries, and works on them in the background, one thing after the other.

    Args:
        session: What is open, and which masks were written.
        jobs: Does the work.
        parent: Its owner.
    """

    opened = Signal()
    """Another dataset or label set is open; its entries follow."""
    changed = Signal(object)
    """What became of the entries, as `Changes`; they are up to date."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._turns = InTurn(self)
        self.listing = Listing()
        self.run_names: Mapping[str, str] = {}
        session.dataset_changed.connect(self._on_opened)
        session.label_set_changed.connect(self._on_label_set)
        session.masks_changed.connect(self._on_masks)
        session.edited_by_changed.connect(self._on_holder)

    def here(self) -> Open | None:
        """What is open now; None while nothing is."""
        session = self._session
        if session.dataset is None or session.workspace is None:
            return None
        return Open(session.dataset, session.workspace, session.label_set)

    def is_current(self, here: Open) -> bool:
        """Whether what was open is open still."""
        session = self._session
        return here.workspace is session.workspace and here.label_set == session.label_set

    def follow_predictions(self, run_ids: Collection[str]) -> None:
        """Runs were asked to predict anew: their places may be errors no more, or other ones."""
        here = self.here()
        touched = self.listing.samples_of_runs(run_ids)
        if here is not None and touched:
            self._look(here, "Looking at the worklist", lambda _job: follow_masks(here, touched))

    def queue(
        self,
        here: Open,
        title: str,
        work: Callable[[JobHandle], Any],
        done: Callable[[Any], None] | None = None,
        *,
        failed: Callable[[], None] | None = None,
        reads_again: bool = True,
        is_wished: bool = True,
    ) -> bool:
        """Do something with the list in the background, and tell what became of it.

        Args:
            here: What it is about; nothing is done once something else is open.
            title: What the status bar says meanwhile.
            work: Does it.
            done: Takes the result, once the entries are up to date; or before they are read,
                where another label set was open meanwhile and this one is again.
            failed: Told when it fails. Why is said here.
            reads_again: Whether to look then what became of the entries all the same.
            is_wished: Whether somebody wished for it: where it is not done, that is said.

        Returns:
            True: it will be done in its turn.
        """

        def start() -> JobHandle:
            listing, known = self.listing, self.run_names
            since = listing.revision

            def both(job: JobHandle) -> tuple[Any, Changes, Mapping[str, str]]:
                result = work(job)
                return (result, *changes_of(here, since, known))

            def finished(found: tuple[Any, Changes, Mapping[str, str]]) -> None:
                result, changes, names = found
                if listing is self.listing:
                    listing.take(changes)
                    self.run_names = names
                    self.changed.emit(changes)
                elif not self.is_current(here):
                    return  # another dataset or label set is open by now
                # Else it was closed and opened again meanwhile: its entries are about to be read,
                # and what was written is told all the same.
                if done is not None:
                    done(result)

            return self._jobs.start(title, both, finished, on_error)

        def on_error(error: PetsegError) -> None:
            self._session.problem.emit(str(error))
            if failed is not None:
                failed()
            if reads_again and self.is_current(here):
                self._look(here, "Reading the worklist", lambda _job: None, reads_again=False)

        if self.is_current(here):
            self._turns.add(start, is_wished=is_wished)
        return True

    def _look(
        self,
        here: Open,
        title: str,
        work: Callable[[JobHandle], Any],
        done: Callable[[Any], None] | None = None,
        *,
        reads_again: bool = True,
    ) -> None:
        """Look at the list in the background, without anybody having wished for it."""
        self.queue(here, title, work, done, reads_again=reads_again, is_wished=False)

    def shut_down(self) -> None:
        """Begin nothing more."""
        self._turns.clear()

    def _on_label_set(self, name: str) -> None:
        self._on_opened(f"the label set is {name!r} now")

    def _on_opened(self, why: str = "another dataset was opened") -> None:
        """Another dataset or label set: finish what was cut short, and look what changed since."""
        left = self._turns.clear()
        if left:
            waited = "1 step that waited" if left == 1 else f"{left} steps that waited"
            were = "was" if left == 1 else "were"
            self._session.message.emit(f"{waited} on the worklist {were} not carried out: {why}.")
        self.listing, self.run_names = Listing(), {}
        self.opened.emit()
        self._read()

    def _on_holder(self, holder: str) -> None:
        if not holder:
            self._read()  # what the other window has left

    def _read(self) -> None:
        here = self.here()
        if here is None:
            return
        may_write = not self._session.edited_by

        def done(settled: list[Entry]) -> None:
            decided = [each.sample for each in settled if each.state is State.DECIDED]
            if decided:
                self._session.message.emit(
                    f"A decision on {decided[0]} was cut short the last time; it is whole now."
                )

        self._look(
            here,
            "Reading the worklist",
            lambda _job: open_worklist(here, may_write=may_write),
            done,
        )

    def _on_masks(self, samples: set[str]) -> None:
        """Masks were written, by whomever: places of theirs may be errors no more, or again."""
        here = self.here()
        touched = self.listing.samples_among(samples)
        if here is not None and touched:
            self._look(here, "Looking at the worklist", lambda _job: follow_masks(here, touched))
