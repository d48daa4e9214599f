"""Repairs from the Compare page: the worklist, what is decided on it, and what it gave."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.actions import Action
from app.comparing.worklist import Worklist
from app.exporting import PanelExports
from app.jobs import Jobs
from app.pages.compare.repair_effects import RepairEffects
from app.pages.compare.worklist_actions import DECISIONS, worklist_actions
from app.session import Session
from app.stale_runs import StaleRuns
from core.evaluation.analysis import Analysis
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Changes, Entry, Wanted
from core.worklist.gathering import Offer, gather, offers
from widgets import theme
from widgets.worklist.bar import WorklistBar
from widgets.worklist.effect_panel import EffectPanel
from widgets.worklist.verbs import LOOKS, Verb

Framed = Callable[[], tuple[str, str, ErrorRegion] | None]
"""The region that is framed: its run's id, its sample's id, and the region; None for none."""
Source = Callable[[], tuple[Analysis | None, Collection[str] | None, str]]


class Repairing(QObject):
    """Shows the worklist, and brings the wishes of page and worklist to who carries them out.

    Args:
        session: What is open.
        jobs: Runs what takes longer than a moment.
        parent: The page; menus belong to it.
    """

    region_wanted = Signal(str, str, object)
    """The place at hand is another one: id of the run, id of the sample, its `ErrorRegion`."""
    left = Signal()
    """The user goes back from the worklist to the samples."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._page = session, parent
        self._runs: dict[str, str] = {}
        self._source: Source = lambda: (None, None, "")
        self._shows: Callable[[str, str], bool] = lambda _run, _sample: True
        self._framed: Framed = lambda: None
        self.worklist = Worklist(session, jobs, self)
        self.bar = WorklistBar()
        self.effects = RepairEffects(session, jobs, self)
        exports = PanelExports(session, jobs, self)
        for widget in (self.bar, self.effect):
            exports.serve(widget)
        self._stale = StaleRuns(session, jobs, self)
        self._stale.changed.connect(self._show_runs)
        session.edited_by_changed.connect(self._show_holder)
        self.worklist.opened.connect(self._on_opened)
        self.worklist.changed.connect(self._on_changed)
        self.worklist.returned.connect(self.bar.choose)
        self.bar.verb_wanted.connect(self._on_verb)
        self.bar.current_changed.connect(self._on_current)
        self.bar.left.connect(self.left)
        self.bar.retrain_wanted.connect(session.retrain_requested)
        self.bar.add_button.set_source(self._offers)
        self.bar.add_button.wanted.connect(self._add_offer)

    # What the page calls

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries of the worklist."""
        return self.worklist.entries

    @property
    def effect(self) -> EffectPanel:
        """The panel that says what repairs gave, for the side of the analysis."""
        return self.effects.panel

    def actions(self) -> list[Action]:
        """Commands of the worklist that work on the whole page; its verbs work within it."""
        return worklist_actions(self.bar, self.worklist, self._act_on_framed)

    def compare(self, runs: Mapping[str, str], split: str) -> None:
        """Say which runs are looked at, ids with names; see `RepairEffects` for what follows."""
        self._runs = dict(runs)
        self._show_runs()
        self.effects.find(list(runs), split)

    def set_source(self, source: Source) -> None:
        """Say who knows which errors could be put on the worklist.

        Args:
            source: Gives the analysis of the run that the panels show (None while there is none),
                the samples that the list shows (None for all), and which these are, in words.
        """
        self._source = source

    def set_shows(self, shows: Callable[[str, str], bool]) -> None:
        """Say who knows whether a sample is shown with what a run makes of it, both by their ids.

        Nothing on the worklist is decided that is not.
        """
        self._shows = shows

    def set_framed(self, framed: Framed) -> None:
        """Say who knows which region is framed; keys of the page decide it."""
        self._framed = framed

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
        self.worklist.add(run_id, wanted, source)

    def act(self, run_id: str, sample: str, region: ErrorRegion, verb: Verb) -> None:
        """Do something with any region at once; a decision is on the worklist from then on."""
        if verb is Verb.EDIT:
            self._session.edit_at(sample, region.box)
        elif verb is Verb.KEEP or self.worklist.may_write(sample):
            self.worklist.with_entry(
                run_id,
                sample,
                region,
                lambda entry: self._do(verb, entry),
            )

    def menu(self, run_id: str, sample: str, region: ErrorRegion) -> QMenu:
        """A menu of what can be done with any region, for whoever shows it."""
        menu = QMenu(self._page)
        for verb in (Verb.MODEL, Verb.KEEP, Verb.IGNORE, Verb.EDIT):
            look = LOOKS[verb]
            action = menu.addAction(theme.icon(look.icon), look.tip)
            action.setObjectName(f"region.{verb.value}")
            action.setEnabled(verb is Verb.EDIT or not self._session.edited_by)
            action.triggered.connect(
                lambda _on=False, one=verb: self.act(run_id, sample, region, one)
            )
        menu.addSeparator()
        later = menu.addAction(theme.icon("playlist-plus"), "Add to the worklist")
        later.setObjectName("region.add")
        later.triggered.connect(lambda: self.add(run_id, [(sample, region)]))
        return menu

    def shut_down(self) -> None:
        """Begin nothing more."""
        self.worklist.shut_down()
        self.effects.forget()

    # Inside

    def _on_opened(self) -> None:
        dataset = self._session.dataset
        self._runs = {}
        self.effects.forget()
        self.bar.set_classes([] if dataset is None else [info.name for info in dataset.classes])
        self._show_holder(self._session.edited_by)
        self.bar.show_entries([])
        self._show_runs()

    def _show_holder(self, holder: str) -> None:
        self.bar.set_read_only(f"The masks are edited in {holder}." if holder else "")

    def _on_changed(self, changes: Changes) -> None:
        self._show_holder(self._session.edited_by)
        self.bar.show_changes(changes)
        self._show_runs()

    def _on_current(self, entry: Entry | None) -> None:
        if entry is not None and not self.bar.is_folded:
            self.region_wanted.emit(entry.run, entry.sample, entry.region)

    def _on_verb(self, verb: Verb, entry_id: int) -> None:
        entry = self.worklist.find(entry_id)
        if entry is None:
            return
        if verb in DECISIONS and not self._shows(entry.run, entry.sample):
            self._session.problem.emit(
                f"{entry.sample} was not shown. Look at this place first, then decide."
            )
            self.region_wanted.emit(entry.run, entry.sample, entry.region)
            return
        self._do(verb, entry)

    def _act_on_framed(self, verb: Verb) -> None:
        framed = self._framed()
        if framed is None:
            self._session.message.emit("No region of errors is framed. Press . to go to the next.")
        else:
            self.act(*framed, verb)

    def _do(self, verb: Verb, entry: Entry) -> None:
        current = self.bar.current
        is_current = current is not None and current.id == entry.id
        if verb is Verb.EDIT:
            self._session.edit_at(entry.sample, entry.region.box)
        elif verb is Verb.TAKE_BACK:
            self.worklist.take_back(entry)
        elif verb is Verb.REMOVE:
            self.worklist.remove(entry)
        elif verb is Verb.SKIP:
            self.worklist.skip(entry)
            self.bar.step(1)
        elif self.worklist.decide(entry, DECISIONS[verb]) and is_current:
            self.bar.step(1)  # the next one can be looked at while this one is written

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

    def _show_runs(self) -> None:
        """Say which runs can be trained again, and which are stale."""
        names = {**self.worklist.run_names, **self._runs}
        ids = self.worklist.repaired_runs
        about = list(dict.fromkeys([*ids, *self._runs]))
        self._stale.set_runs(about)
        stale = [names.get(run, run) for run in about if self._stale.words(run)]
        self.bar.show_runs({run: names.get(run, run) for run in ids}, stale)
