"""The samples of the comparison: the list at the left, and the linked views of the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from app.actions import Action
from app.comparing.comparison import Comparison
from app.comparing.work import LETTERS, RunChoice
from app.pages.compare.label_quality import LabelQuality
from app.pages.compare.viewing_actions import viewing_actions
from app.sample_files import layer_files, photo_thumbnails
from app.session import Session
from core.dataset import Dataset
from core.evaluation.analysis import Analysis
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from widgets.comparison import words
from widgets.comparison.grid.linked_views import ShownRun
from widgets.comparison.layers.sample_layers import LayerFiles
from widgets.comparison.samples.columns import RunColumns, SampleColumns
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.viewing.viewer import ComparisonViewer
from widgets.run_colors import colors, run_color

RegionMenu = Callable[[str, str, ErrorRegion], QMenu]
"""Given a run's id, a sample's id and a region of errors: a menu of what can be done with it."""


class Viewing(QObject):
    """Feeds the list and the views, and brings their wishes to the session.

    Args:
        session: What is open.
        comparison: The chosen runs and their figures.
        parent: Its owner.
    """

    sample_changed = Signal(str)
    """The id of the sample that is chosen now; "" for none."""
    columns_changed = Signal(object)
    """The figures of the samples (`SampleColumns`), now that they are others."""
    region_activated = Signal(str, object)
    """A sample's id and the `ErrorRegion` in it that was clicked or gone to; see `active_run`."""

    def __init__(self, session: Session, comparison: Comparison, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._comparison = session, comparison
        self._shown_runs: list[RunChoice] = []
        self._truth = ("", "")  # the split and the label set
        self._unseen: tuple[str, str, ErrorRegion] | None = None
        self._analyses: Sequence[Analysis | None] = ()
        self.samples = SampleList()
        self.quality = LabelQuality(session, comparison, self.samples, self)
        self.quality.changed.connect(self._show_columns)
        self.viewer = ComparisonViewer()
        self._lists_judged = False
        self.samples.measure_changed.connect(self._on_measure)
        self.samples.current_changed.connect(self._on_current)
        self.samples.opened.connect(session.edit)
        self.viewer.edit_requested.connect(self.edit)
        self.viewer.pair_changed.connect(self._on_pair)
        self.viewer.region_activated.connect(self.region_activated)
        colors.changed.connect(self._on_colors)

    # What the page calls

    def actions(self) -> list[Action]:
        """Commands for the list and the views."""
        return viewing_actions(self.samples, self.viewer, self._session, self.edit)

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Begin with another dataset, or with none."""
        self.viewer.forget_files()
        self.viewer.clear()
        self._analyses, self._unseen = (), None
        self.quality.forget()
        self.samples.set_chosen("", None)
        if dataset is not None:
            self.samples.set_classes([info.name for info in dataset.classes])
            if self._session.workspace is not None:
                self.samples.set_thumbnails(photo_thumbnails(dataset, self._session.workspace))
            self.viewer.set_dataset(dataset.classes, dataset.ignore_index)

    def set_label_set(self, name: str) -> None:
        """Head the truth with its label set."""
        self.viewer.views.set_truth_name(name)

    def set_flags(self, changed: set[str] | None) -> None:
        """Show the flags of the session; `changed` names the samples whose flags differ now."""
        self.samples.set_flags(self._session.flags, changed)
        if self.samples.current and (changed is None or self.samples.current in changed):
            self._show_name_and_flags()

    def set_region_menu(self, make: RegionMenu | None) -> None:
        """Say what a right click on a region of errors offers."""
        if make is None:
            self.viewer.views.region_menu = None
            return
        self.viewer.views.region_menu = lambda active: make(
            self._id_of(active.letter), active.sample, active.region
        )

    def show_findings(self) -> None:
        """Show the samples of the chosen runs with their figures."""
        choice = self._comparison.choice
        before_ids, before_truth = [run.id for run in self._shown_runs], self._truth
        self._shown_runs = list(choice.runs)
        self._truth = choice.split, self._session.label_set
        ids = [run.id for run in self._shown_runs]
        if (ids, self._truth) != (before_ids, before_truth):
            self._analyses = ()
            unseen = self._unseen  # it stays wanted when the list chooses a sample by itself
            self.samples.set_chosen("", None)
            self._unseen = unseen
        if self._truth != before_truth:
            self.quality.begin_anew()
        colors.tell_apart(ids)
        self.viewer.forget_files()
        self._head_runs()
        before = self.samples.current
        self._show_columns()
        self.quality.ask(self._shown_runs)
        if self.samples.current == before:
            self.show_sample()

    def set_analyses(self, analyses: Sequence[Analysis | None]) -> None:
        """Offer to sort by the pixels of each kind of errors.

        Args:
            analyses: What was found of the shown runs, in their order; None where it is not known.
        """
        if [id(each) for each in analyses] != [id(each) for each in self._analyses]:
            self._analyses = list(analyses)
            self._show_columns()
            if self.samples.current:
                self.show_sample()  # the analysis may know more of its errors

    def show_waiting(self) -> None:
        """Say what goes on or is missing, unless a sample is shown: that stays."""
        if not self.samples.current:
            self.viewer.clear(*self._why_no_sample())

    def show_samples(self, title: str, sample_ids: Collection[str] | None) -> None:
        """Narrow the list down to samples that a panel has chosen; `title` says which they are."""
        self.samples.set_chosen(title, sample_ids)

    def show_one(self, sample: str) -> None:
        """Show a sample; all are listed again where it is not among those that are."""
        self.samples.reveal(sample)

    def show_region(self, letter: str, sample: str, region: ErrorRegion) -> None:
        """Show a sample, frame a region of a run's errors in it, and zoom to it.

        Args:
            letter: The run's letter.
            sample: The sample's id.
            region: The region.
        """
        if self.samples.reveal(sample):
            self.viewer.show_region(letter, region, sample)

    def show_region_of(self, run_id: str, sample: str, region: ErrorRegion) -> None:
        """The same for a run by its id; see `shows` for what became of it.

        Where the sample is not listed or the run not compared, nothing is shown but the reason,
        until another sample is chosen, or there are other runs or samples to be shown.
        """
        ids = [run.id for run in self._shown_runs]
        if run_id in ids and self.samples.model.knows(sample):
            self._unseen = None
            self.show_region(LETTERS[ids.index(run_id)], sample, region)
            return
        self._unseen = run_id, sample, region
        self.samples.choose_none()
        self.show_sample()

    def shows(self, run_id: str, sample: str) -> bool:
        """Whether that sample is shown, with what that run makes of it."""
        return self.samples.current == sample and run_id in {run.id for run in self._shown_runs}

    @property
    def active_run(self) -> str:
        """The id of the run whose region of errors is framed; "" for none."""
        active = self.viewer.active_region
        return "" if active is None else self._id_of(active.letter)

    @property
    def framed(self) -> tuple[str, str, ErrorRegion] | None:
        """The region of errors that is framed: its run's id, its sample's id, and the region."""
        active = self.viewer.active_region
        if active is None or not (run_id := self._id_of(active.letter)):
            return None
        return run_id, active.sample, active.region

    def shut_down(self) -> None:
        """End the threads that read files."""
        self.quality.shut_down()
        self.samples.shut_down()
        self.viewer.shut_down()

    # Runs and their figures

    def _id_of(self, letter: str) -> str:
        place = LETTERS.index(letter) if letter in LETTERS else len(self._shown_runs)
        return self._shown_runs[place].id if place < len(self._shown_runs) else ""

    def _head_runs(self) -> None:
        self.viewer.set_runs(
            [
                ShownRun(LETTERS[place], run.name, run_color(run.id))
                for place, run in enumerate(self._shown_runs)
            ]
        )
        if self.viewer.pair is not None:
            self.samples.set_pair(*self.viewer.pair)

    def _on_colors(self) -> None:
        # The panels are made anew in the new colours, and have to be filled again.
        before = self.viewer.views.runs
        self._head_runs()
        if self.viewer.views.runs != before and self.samples.current:
            self.show_sample()

    def _show_columns(self) -> None:
        if self._comparison.is_measuring and not self._comparison.findings.assessments:
            return  # a late answer: what is shown stays until there is something new
        dataset = self._session.dataset
        names = [info.name for info in dataset.classes] if dataset is not None else []
        runs = []
        for place in range(len(self._shown_runs)):
            assessments = self._comparison.findings.assessments
            found = assessments[place].evaluation if place < len(assessments) else None
            analysis = self._analyses[place] if place < len(self._analyses) else None
            kinds = (
                {kind.value: analysis.samples_with(kind) for kind in ErrorKind}
                if analysis is not None
                else None
            )
            runs.append(RunColumns(None if found is None else found.scores, names, kinds))
        has_kinds = any(run.kinds is not None for run in runs)
        unseen = self._unseen
        # Of many folds not all can be shown at once, and each has judged other masks.
        self._lists_judged = self.samples.model.measure.is_of_mask
        columns = SampleColumns(runs, self.quality.known, lists_judged=self._lists_judged)
        self.samples.set_samples(columns)
        self.columns_changed.emit(columns)
        if unseen is not None:
            self.show_region_of(*unseen)
        self.samples.set_kinds(
            {kind.value: kind.words for kind in ErrorKind} if has_kinds else {},
            has_quality=bool(self.quality.known),
        )

    def _on_measure(self) -> None:
        if self.samples.model.measure.is_of_mask != self._lists_judged:
            self._show_columns()

    def _on_pair(self, first: int, second: int) -> None:
        self.samples.set_pair(first, second)
        self.show_sample()

    # The sample

    def _files(self, sample_id: str) -> LayerFiles | None:
        dataset, label_set = self._session.dataset, self._session.label_set
        if dataset is None:
            return None
        known = [self._known_errors(place, sample_id) for place in range(len(self._shown_runs))]
        return layer_files(
            dataset,
            label_set,
            self._shown_runs,
            sample_id,
            pair=self.viewer.pair,
            regions=known,
            not_asked=[not run.is_asked(sample_id) for run in self._shown_runs],
        )

    def _known_errors(self, place: int, sample_id: str) -> tuple[ErrorRegion, ...] | None:
        """What an analysis knows of a sample's errors: it may know more of the labels."""
        analysis = self._analyses[place] if place < len(self._analyses) else None
        found = None if analysis is None else analysis.of(sample_id)
        return None if found is None else found.errors

    def _on_current(self, sample: str) -> None:
        if sample:
            self._unseen = None
        self.show_sample()
        self.sample_changed.emit(sample)

    def show_sample(self) -> None:
        """Show the sample that is chosen in the list."""
        current = self.samples.current
        files = self._files(current) if current else None
        if files is None:
            self.viewer.clear(*self._why_no_sample())
            return
        ahead = [self._files(sample) for sample in self.samples.neighbours()]
        figures = [words.figure(score) for score in self.samples.model.scores(current)]
        self.viewer.show_sample(files, figures, [each for each in ahead if each is not None])
        self._show_name_and_flags()

    def _show_name_and_flags(self) -> None:
        current = self.samples.current
        flags = self._session.flags.get(current, [])
        self.viewer.bar.set_title(current)
        self.viewer.views.set_flags([flag.message for flag in flags])

    def _why_no_sample(self) -> tuple[str, str]:
        if self._comparison.prediction is not None:
            return words.PREDICTING
        if self._comparison.is_measuring:
            return words.MEASURING
        if self._unseen is not None:
            return words.not_shown(self._unseen[1], self.samples.model.knows(self._unseen[1]))
        if self._comparison.incomplete():
            return words.PREDICT_FIRST
        if self.samples.is_narrowed:
            return words.NONE_CHOSEN
        if self.samples.model.total:
            return words.FILTERED_OUT
        return words.NOTHING_MEASURED

    def edit(self) -> None:
        """Open the chosen sample in the editor."""
        if self.samples.current:
            self._session.edit(self.samples.current)
