"""Repairs from the Compare page: the worklist, what is decided on it, and what it gave."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.actions import Action
from app.jobs import JobHandle, Jobs
from app.pages.compare.repair_effects import RepairEffects
from app.pages.compare.worklist_work import Open, add_regions, follow_masks, open_worklist, run_in
from app.session import Session
from app.stale_runs import StaleRuns
from core.errors import PetsegError
from core.evaluation.analysis import Analysis
from core.evaluation.errors.regions import ErrorRegion
from core.runs.run import Run
from core.worklist.deciding import decide, skip, take_back
from core.worklist.entries import Decision, Entry, State, Wanted
from core.worklist.gathering import Offer, gather, offers
from core.worklist.store import WorklistStore
from widgets import theme
from widgets.worklist import words
from widgets.worklist.bar import WorklistBar
from widgets.worklist.effect_panel import EffectPanel
from widgets.worklist.verbs import LOOKS, Verb

_DECISIONS = {
    Verb.MODEL: Decision.MODEL,
    Verb.KEEP: Decision.KEEP,
    Verb.IGNORE: Decision.IGNORE,
}


Source = Callable[[], tuple[Analysis | None, Collection[str] | None, str]]


class Repairing(QObject):
    """Owns the worklist of the open label set. Decisions are carried out one after the other.

    Args:
        session: What is open; it is told which masks were written.
        jobs: Runs what takes longer than a moment.
        parent: The page; menus belong to it.
    """

    region_wanted = Signal(str, str, object)
    """The place at hand is another one: id of the run, id of the sample, its `ErrorRegion`."""
    left = Signal()
    """The user goes back from the worklist to the samples."""
    listed = Signal()
    """`entries` is up to date."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._page = session, jobs, parent
        self._todo: deque[Callable[[], None]] = deque()
        self._is_busy = False
        self._run_ids: list[str] = []
        self._source: Source = lambda: (None, None, "")
        self.entries: list[Entry] = []
        self.bar = WorklistBar()
        self.effects = RepairEffects(session, jobs, self)
        self._stale = StaleRuns(session, jobs, self)
        self._stale.changed.connect(self._show_runs)
        session.dataset_changed.connect(self._on_opened)
        session.label_set_changed.connect(lambda _name: self._on_opened())
        session.masks_changed.connect(self._on_masks)
        self.bar.verb_wanted.connect(self._on_verb)
        self.bar.current_changed.connect(self._on_current)
        self.bar.left.connect(self.left)
        self.bar.retrain_wanted.connect(self.retrain)
        self.bar.add_button.set_source(self._offers)
        self.bar.add_button.wanted.connect(self._add_offer)

    # What the page calls

    @property
    def effect(self) -> EffectPanel:
        """The panel that says what repairs gave, for the side of the analysis."""
        return self.effects.panel

    def actions(self) -> list[Action]:
        """Commands of the worklist that work on the whole page; its verbs work within it."""
        return [
            Action("compare.worklist", "Work through the worklist", self.bar.work, ("W",)),
            Action(
                "compare.take_back", "Take the last decision back", self.take_back_last, ("Ctrl+Z",)
            ),
            Action(
                "compare.add",
                "Put errors on the worklist",
                self.bar.add_button.showMenu,
                ("Shift+W",),
            ),
            Action(
                "compare.retrain",
                "Retrain with these repairs",
                self.bar.retrain_button.retrain,
                ("Ctrl+Shift+R",),
            ),
        ]

    def compare(self, run_ids: Sequence[str], split: str) -> None:
        """Say which runs are looked at; of parent and child is shown what repairs gave."""
        self._run_ids = list(run_ids)
        self._show_runs()
        self.effects.find(run_ids, split)

    def set_source(self, source: Source) -> None:
        """Say who knows which errors could be put on the worklist.

        Args:
            source: Gives the analysis of the run that the panels show (None while there is none),
                the samples that the list shows (None for all), and which these are, in words.
        """
        self._source = source

    def add(
        self,
        run_id: str,
        regions: Iterable[Wanted | tuple[str, ErrorRegion]],
        source: str = "",
    ) -> None:
        """Put regions on the worklist: those of a cell, a bar, a kind, or label suspects.

        Args:
            run_id: The run that disagrees with the masks there.
            regions: Samples' ids with regions, or `Wanted`.
            source: What they are, in a few words.
        """
        wanted = [each if isinstance(each, Wanted) else Wanted(*each) for each in regions]
        here = self._here()
        if here is None or not wanted:
            return

        def work(_job: JobHandle) -> tuple[str, list[Entry]]:
            return add_regions(here, run_id, wanted, source)

        def done(result: tuple[str, list[Entry]]) -> None:
            token, entries = result
            said = words.added(len(entries), len(wanted) - len(entries))
            if entries:
                self._session.undoable.emit(said, lambda: self._remove_added(here, token))
            else:
                self._session.message.emit(said)

        self._queue(here, "Adding to the worklist", work, done)

    def act(self, run_id: str, sample: str, region: ErrorRegion, verb: Verb) -> None:
        """Do something with any region at once; it is on the worklist from then on."""
        here = self._here()
        if here is None or (verb in _DECISIONS and not self._may_write(sample)):
            return

        def work(_job: JobHandle) -> int:
            add_regions(here, run_id, [Wanted(sample, region)], "")
            entries = WorklistStore(here.workspace).entries(here.label_set, sample=sample)
            same = [
                each
                for each in entries
                if each.run == run_id
                and (each.region.anchor, each.region.box) == (region.anchor, region.box)
            ]
            return same[0].id

        self._queue(here, f"Looking at {sample}", work, lambda found: self._on_verb(verb, found))

    def menu(self, run_id: str, sample: str, region: ErrorRegion) -> QMenu:
        """A menu of what can be done with any region, for whoever shows it."""
        menu = QMenu(self._page)
        for verb in (Verb.MODEL, Verb.KEEP, Verb.IGNORE, Verb.EDIT):
            look = LOOKS[verb]
            action = menu.addAction(theme.icon(look.icon), look.tip)
            action.setObjectName(f"region.{verb.value}")
            action.setEnabled(verb is Verb.EDIT or not self._session.edited_by)
            action.triggered.connect(
                lambda _on=False, one=verb: self._from_menu(run_id, sample, region, one)
            )
        menu.addSeparator()
        later = menu.addAction(theme.icon("playlist-plus"), "Add to the worklist")
        later.setObjectName("region.add")
        later.triggered.connect(lambda: self.add(run_id, [(sample, region)]))
        return menu

    def edit(self, sample: str, region: ErrorRegion) -> None:
        """Open a mask in the editor, at a place."""
        self._session.edit_at(sample, region.box)

    def take_back_last(self) -> None:
        """Take the last decision back, also one of an earlier time."""
        here = self._here()
        if here is None:
            return

        def work(_job: JobHandle) -> Entry | None:
            return WorklistStore(here.workspace).last_changed(here.label_set)

        def done(last: Entry | None) -> None:
            if last is None:
                self._session.message.emit("There is no decision to take back.")
            else:
                self._take_back(here, last)

        self._queue(here, "Looking for the last decision", work, done)

    def retrain(self, run_id: str) -> None:
        """Queue a run once more, on the labels as they are now."""
        self._session.retrain_requested.emit(run_id)

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
        self._take([])
        self.effects.forget()
        here = self._here()
        if here is None:
            return
        self.bar.set_classes([info.name for info in here.dataset.classes])
        may_write = not self._session.edited_by

        def work(_job: JobHandle) -> list[Entry]:
            return open_worklist(here, may_write=may_write)

        def done(settled: list[Entry]) -> None:
            decided = [each.sample for each in settled if each.state is State.DECIDED]
            if decided:
                self._session.message.emit(
                    f"A decision on {decided[0]} was cut short the last time; it is whole now."
                )

        self._queue(here, "Reading the worklist", work, done)

    def _on_masks(self, samples: set[str]) -> None:
        """Masks were written, by whomever: places of theirs may be errors no more, or again."""
        here = self._here()
        touched = sorted({each.sample for each in self.entries} & samples)
        if here is None or not touched:
            return

        def work(_job: JobHandle) -> int:
            return follow_masks(here, touched)

        self._queue(here, "Looking at the worklist", work)

    # Verbs

    def _on_verb(self, verb: Verb, entry_id: int) -> None:
        here = self._here()
        entry = next((each for each in self.entries if each.id == entry_id), None)
        if here is None or entry is None:
            return
        if verb is Verb.EDIT:
            self.edit(entry.sample, entry.region)
        elif verb is Verb.TAKE_BACK:
            self._take_back(here, entry)
        elif verb is Verb.REMOVE:
            self._queue(
                here,
                "Taking a place off the worklist",
                lambda _job: WorklistStore(here.workspace).remove([entry_id]),
            )
        elif verb is Verb.SKIP:
            self.bar.step(1)
            self._queue(here, "Skipping", lambda _job: skip(here.workspace, entry_id))
        else:
            self._decide(here, entry, _DECISIONS[verb])

    def _decide(self, here: Open, entry: Entry, decision: Decision) -> None:
        if decision.writes and not self._may_write(entry.sample):
            return
        if self.bar.current is not None and self.bar.current.id == entry.id:
            self.bar.step(1)  # the next one can be looked at while this one is written
        run = run_in(here, entry.run)

        def work(_job: JobHandle) -> Entry:
            return decide(here.dataset, here.workspace, entry.id, decision, run).entry

        def done(now: Entry) -> None:
            self._session.undoable.emit(
                words.done(now, self._names()), lambda: self._take_back(here, now)
            )
            if decision.writes:
                self._session.masks_written([now.sample], here.label_set)

        self._queue(here, f"Deciding {entry.sample}", work, done)

    def _take_back(self, here: Open, entry: Entry) -> None:
        if not self._is_current(here):
            return  # another dataset or label set is open by now
        if entry.batch and not self._may_write(entry.sample):
            return

        def work(_job: JobHandle) -> Entry:
            return take_back(here.dataset, here.workspace, entry.id).entry

        def done(now: Entry) -> None:
            self._session.message.emit(f"{entry.sample}: {words.state(entry)} – taken back.")
            self.bar.choose(now.id)
            if entry.batch:
                self._session.masks_written([now.sample], here.label_set)

        self._queue(here, f"Taking back {entry.sample}", work, done)

    def _from_menu(self, run_id: str, sample: str, region: ErrorRegion, verb: Verb) -> None:
        if verb is Verb.EDIT:
            self.edit(sample, region)
        else:
            self.act(run_id, sample, region, verb)

    def _may_write(self, sample: str) -> bool:
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

    def _offers(self) -> tuple[Sequence[Offer], str]:
        analysis, samples, of_what = self._source()
        if analysis is None:
            return (), "The errors of the run are not known yet."
        if analysis.label_set != self._session.label_set:
            return (), "The errors are being looked for."
        return offers(analysis, samples), of_what

    def _add_offer(self, offer: Offer, name: str) -> None:
        analysis, samples, _ = self._source()
        if analysis is not None and analysis.label_set == self._session.label_set:
            self.add(analysis.run, gather(analysis, offer, samples), name)

    def _remove_added(self, here: Open, token: str) -> None:
        if self._is_current(here):
            self._queue(
                here,
                "Taking places off the worklist",
                lambda _job: WorklistStore(here.workspace).remove_added(token),
            )

    # One thing after the other

    def _queue(
        self,
        here: Open,
        title: str,
        work: Callable[[JobHandle], Any],
        done: Callable[[Any], None] | None = None,
    ) -> None:
        """Do something with the list in the background, and show the list as it is then."""

        def both(job: JobHandle) -> tuple[Any, list[Entry]]:
            result = work(job)
            return result, WorklistStore(here.workspace).entries(here.label_set)

        def finished(found: tuple[Any, list[Entry]]) -> None:
            result, entries = found
            if self._is_current(here):
                self._take(entries)
                if done is not None:
                    done(result)

        def failed(error: PetsegError) -> None:
            self._session.problem.emit(str(error))
            if self._is_current(here) and work is not refresh:
                self._queue(here, "Reading the worklist", refresh)

        def refresh(_job: JobHandle) -> None:
            return None

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

    # Showing

    def _take(self, entries: list[Entry]) -> None:
        self.entries = entries
        holder = self._session.edited_by
        self.bar.set_read_only(f"The masks are edited in {holder}." if holder else "")
        self.bar.show_entries(entries)
        self._show_runs()
        self.listed.emit()

    def _on_current(self, entry: Entry | None) -> None:
        if entry is not None and not self.bar.is_folded:
            self.region_wanted.emit(entry.run, entry.sample, entry.region)

    def _names(self) -> list[str]:
        dataset = self._session.dataset
        return [] if dataset is None else [info.name for info in dataset.classes]

    def _show_runs(self) -> None:
        """Say which runs can be trained again, and which are stale."""
        repaired = [each for each in self.entries if each.decision and each.decision.writes]
        ids = list(dict.fromkeys(each.run for each in repaired))
        self._stale.set_runs(sorted({*ids, *self._run_ids}))
        stale = [run for run in dict.fromkeys([*ids, *self._run_ids]) if self._stale.words(run)]
        self.bar.show_runs(
            {run: self._name_of(run) for run in ids}, [self._name_of(run) for run in stale]
        )

    def _name_of(self, run_id: str) -> str:
        workspace = self._session.workspace
        return run_id if workspace is None else Run(workspace.runs_dir / run_id).name
