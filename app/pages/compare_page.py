"""The Compare page: where runs are wrong, and what one does better than another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.actions import Action
from app.comparing.comparison import Comparison
from app.comparing.work import LETTERS, RunChoice, left_out
from app.jobs import Jobs
from app.pages.compare.analysing import REPAIRS, Analysing
from app.pages.compare.experiments import Experiments
from app.pages.compare.fold_suspects import FoldSuspects
from app.pages.compare.frame import CRAMPED, RUNS, SAMPLES, CompareFrame
from app.pages.compare.predicting import Predicting
from app.pages.compare.repairing import Repairing
from app.pages.compare.viewing import Viewing
from app.pages.page import Page
from app.session import Session
from app.settings import Settings
from core.evaluation.analysis import Analysis
from widgets.comparison import words
from widgets.comparison.choosing.chooser import RunEntry
from widgets.comparison.metrics_model import RunMetrics
from widgets.run_colors import colors, run_color


class ComparePage(Page):
    """One to six runs: figures, samples by how wrong they are, views of one sample, analysis."""

    title = "Compare"
    icon_name = "compare"
    hint = "See where a run is wrong, and what another one does better"

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.comparison = Comparison(session, jobs, self)
        self._wanted_runs: list[str] = []
        self._predicts_wanted = False
        self._ticked: list[str] = []
        self._has_changed = False  # a mask, since the figures were begun
        self.viewing = Viewing(session, self.comparison, self)
        self.samples, self.viewer = self.viewing.samples, self.viewing.viewer
        self.frame = CompareFrame(self.samples, self.viewer)
        self.overview, self.prediction_bar = self.frame.overview, self.frame.prediction_bar
        self.empty = self.frame.empty
        self.predicting = Predicting(
            self.prediction_bar, self.overview.augment_button, self.comparison, self
        )
        self.suspects = FoldSuspects(session, jobs, self.comparison, self.viewing.quality, self)
        self.repairing = Repairing(session, jobs, self)
        self.frame.set_worklist(self.repairing.bar)
        self.analysing = Analysing(self.frame.side, session, jobs, self.comparison, self)
        for part in (self.samples, self.viewer):
            self.analysing.exports.serve(part)
        self.analysing.exports.serve(self.overview)
        self.analysing.add_panel(REPAIRS, self.repairing.effect, "What repaired labels alone gave")
        self.experiments = Experiments(session, jobs)
        self.frame.set_runs_view(self.experiments)
        self._open_button = self.empty.add_button(
            "Open a folder", session.open_folder_requested.emit, icon="folder-open-outline"
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self._connect()
        self._show_runs()

    # What the window calls

    def actions_table(self) -> list[Action]:
        """The page's commands."""
        frame = self.frame
        of_samples = [
            *self.viewing.actions(),
            *self.repairing.actions(),
            Action(
                "compare.predict", "Predict what is missing", self.predicting.do_offered, ("P",)
            ),
            Action(
                "compare.fold",
                "Fold the analysis away, or bring it back",
                lambda: frame.side.fold(not frame.side.is_folded),
                ("F",),
            ),
            Action(
                "compare.enlarge",
                "Give the pictures the room of figures and analysis, or take it back",
                self.overview.room_button.toggle,
                ("G",),
            ),
        ]
        return [
            *map(self._where_samples_are, of_samples),
            Action("compare.view", "All runs, or samples of the chosen ones", self._turn, ("R",)),
        ]

    def _where_samples_are(self, action: Action) -> Action:
        """The command, but not while all runs are shown: it would work on what nobody sees."""

        def run() -> None:
            if self.frame.view == SAMPLES:
                action.callback()
            elif action.id == "compare.filter":
                self.experiments.focus_filter()

        return replace(action, callback=run)

    def activate(self) -> None:
        """Look what has changed since: new runs, edited masks, samples that were excluded."""
        self.comparison.list_runs()
        if self.comparison.choice.runs:
            self.comparison.measure(again=self._has_changed)
        self._on_view(self.frame.view)

    def restore(self, settings: Settings) -> None:
        """Take over widths, the panel shown and whether it is folded."""
        self.experiments.restore(settings)
        self.frame.set_sizes(settings.splitters)
        self.frame.side.choose_tab(settings.compare.panel)
        self.frame.side.fold(settings.compare.folded)

    def remember(self, settings: Settings) -> None:
        """Leave them in the settings."""
        settings.splitters = {**settings.splitters, **self.frame.sizes()}
        self.experiments.remember(settings)
        side = self.frame.side
        settings.compare = settings.compare.model_copy(
            update={"folded": self.frame.is_folded_by_hand, "panel": side.tab}
        )

    def shut_down(self) -> None:
        """End the prediction worker and the threads that read files."""
        self.comparison.shut_down()
        self.viewing.shut_down()
        self.experiments.shut_down()
        self.repairing.shut_down()
        self.analysing.shut_down()

    def open_run(self, run_id: str) -> None:
        """Look at one run; what it has not predicted of the split is predicted at once."""
        self._predicts_wanted = True
        self.compare([run_id])

    def compare(self, run_ids: Sequence[str]) -> None:
        """Show the samples of those runs, at most six, if there is anything to show of them."""
        self._wanted_runs = list(run_ids)
        self.comparison.list_runs()

    # Wiring

    def _connect(self) -> None:
        session, comparison = self.session, self.comparison
        session.dataset_changed.connect(self._on_dataset)
        session.label_set_changed.connect(self._on_label_set)
        session.flags_changed.connect(self.viewing.set_flags)
        session.sample_checked.connect(self._on_saved)
        session.masks_changed.connect(lambda _samples: self._note_change())
        session.runs_changed.connect(self._on_runs_changed)
        session.open_run_requested.connect(self.open_run)
        session.suspects_requested.connect(self.suspects.show)
        self.predicting.suspects_wanted.connect(self.suspects.show)
        self.suspects.runs_wanted.connect(self._show_folds)
        colors.changed.connect(self._show_table)
        comparison.runs_listed.connect(self._show_runs)
        comparison.runs_listed.connect(self.suspects.take_runs)
        comparison.measuring.connect(self._on_measuring)
        comparison.found.connect(self._show_findings)
        comparison.prediction_changed.connect(self.viewing.show_waiting)
        comparison.predicted.connect(self.repairing.worklist.follow_predictions)
        self.overview.chooser.changed.connect(self._on_chosen)
        self.frame.view_changed.connect(self._on_view)
        self.experiments.runs_chosen.connect(self.compare)
        self.viewing.set_region_menu(self.repairing.menu)
        self.repairing.region_wanted.connect(self.viewing.show_region_of)
        self.repairing.set_shows(self.viewing.shows)
        self.repairing.set_framed(lambda: self.viewing.framed)
        self.repairing.bar.folded_changed.connect(lambda folded: self.frame.give_room(not folded))
        self.repairing.left.connect(self.samples.table.setFocus)
        self.repairing.set_source(self._errors_to_add)
        self.analysing.samples_chosen.connect(self.viewing.show_samples)
        self.analysing.region_activated.connect(self.viewing.show_region)
        scattering = self.analysing.scattering
        self.viewing.columns_changed.connect(scattering.show_columns)
        self.viewing.sample_changed.connect(scattering.show_current)
        self.samples.chosen_changed.connect(scattering.show_chosen)
        scattering.sample_activated.connect(self.viewing.show_one)
        scattering.cleared.connect(self.samples.clear_chosen)
        self.analysing.looking.looked.connect(self._show_insights)
        self.analysing.set_region_menu(self.repairing.menu)

    def _turn(self) -> None:
        self.frame.show_view(SAMPLES if self.frame.view == RUNS else RUNS)

    def _on_view(self, view: str) -> None:
        if view == RUNS:
            self.experiments.activate()

    # What happens elsewhere

    def _on_dataset(self) -> None:
        dataset = self.session.dataset
        self.predicting.reset()
        self._wanted_runs, self._predicts_wanted = [], False
        self._ticked = []
        self.comparison.reset()
        self.suspects.reset()
        self.analysing.reset()
        self.viewing.set_dataset(dataset)
        if dataset is not None:
            self.overview.chooser.set_splits(dataset.splits)
        self._show_runs()
        self._show_findings()
        self.comparison.list_runs()

    def _on_label_set(self, name: str) -> None:
        self.viewing.set_label_set(name)
        self._on_saved("")

    def _note_change(self) -> None:
        self._has_changed = True

    def _on_saved(self, _sample: str) -> None:
        self._note_change()
        # While the page is hidden this can wait: it measures when it comes to the front.
        if self.isVisible() and self.comparison.choice.runs:
            self.comparison.measure()

    def _on_runs_changed(self) -> None:
        if self.isVisible():
            self.comparison.list_runs()

    # Choosing

    def _show_runs(self) -> None:
        runs, chooser = self.comparison.runs, self.overview.chooser
        chooser.set_runs([RunEntry(run.id, run.name, _details(run)) for run in runs])
        known = {run.id for run in runs}
        asked, self._wanted_runs = self._wanted_runs, []
        predicts, self._predicts_wanted = self._predicts_wanted, False
        wanted = [run_id for run_id in asked if run_id in known]
        if wanted:
            chooser.choose(*wanted)
            self.frame.show_view(SAMPLES)
        if len(wanted) < len(asked):
            titles = self.experiments.panel.titles()
            missing = [titles.get(run_id, run_id) for run_id in asked if run_id not in known]
            self.session.problem.emit(words.nothing_to_show(missing))
        elif not wanted and not self.comparison.choice.runs:
            usable = next((run for run in runs if run.has_model or run.has_predictions), None)
            chooser.choose(usable.id if usable is not None else "")
        self._show_what_there_is()
        self._take_choice()
        if wanted and predicts:
            self.predicting.predict_soon()

    def _show_what_there_is(self) -> None:
        has_dataset = self.session.dataset is not None
        self._open_button.setVisible(not has_dataset)
        heading, text = words.NO_RUNS if has_dataset else words.NO_DATASET
        damaged = words.unreadable(self.comparison.unreadable)
        self.empty.say(heading, f"{text}\n{damaged}" if damaged else text)
        self.frame.show_empty(not self.comparison.runs)
        self.overview.show_unreadable(self.comparison.unreadable)

    def _show_folds(self, run_ids: Sequence[str], split: str) -> None:
        self.overview.chooser.choose(*run_ids)
        self.overview.chooser.set_split(split)
        self.frame.show_view(SAMPLES)
        self._on_chosen()

    def _on_chosen(self) -> None:
        self.predicting.reset()
        self._take_choice()
        self.predicting.show()

    def _take_choice(self) -> None:
        ids = list(self.overview.chooser.run_ids)
        if ids != self._ticked:
            # Only then: whoever ticks others meanwhile keeps those.
            self._ticked = ids
            self.experiments.set_chosen(ids)
            if self.frame.is_cramped(len(ids)):
                self.session.message.emit(CRAMPED)
        self.comparison.choose(ids, self.overview.chooser.split)

    # Figures

    def _on_measuring(self) -> None:
        # What is shown stays until there is something new: measuring takes a moment or minutes.
        self._has_changed = False
        self._show_table()
        self.viewing.show_waiting()

    def _show_findings(self) -> None:
        self.viewing.show_findings()
        self._show_table()
        self.overview.show_left_out(left_out(self.comparison.findings, self.comparison.choice.runs))
        choice = self.comparison.choice
        self.repairing.compare({run.id: run.name for run in choice.runs}, choice.split)
        self.predicting.show()
        self.predicting.predict_if_asked()

    def _show_insights(self) -> None:
        self.viewing.set_analyses([each.analysis for each in self.analysing.reports])
        self.overview.show_renamed(self.analysing.looking.insights.renamed)
        self._show_table()

    def _errors_to_add(self) -> tuple[Analysis | None, Collection[str] | None, str]:
        """The errors of the run in the panels, and the samples that the list shows."""
        report = self.analysing.report()
        if report is None or report.analysis is None:
            return None, None, ""
        ids = self.samples.model.ids
        if len(ids) == self.samples.model.total:
            return report.analysis, None, f"{report.name}: all samples"
        return report.analysis, ids, f"{report.name}: the {len(ids):,} samples in the list"

    def _show_table(self) -> None:
        comparison, dataset = self.comparison, self.session.dataset
        findings = comparison.findings
        rows = []
        intervals, differences = self.analysing.intervals(), self.analysing.differences()
        for place, run in enumerate(comparison.choice.runs):
            known = place < len(findings.metrics)
            rows.append(
                RunMetrics(
                    LETTERS[place],
                    run.name,
                    run_color(run.id),
                    findings.metrics[place] if known else None,
                    _details(run),
                    intervals.get(run.id),
                    differences.get(run.id) if place else None,
                )
            )
        names = [info.name for info in dataset.classes] if dataset is not None else []
        caption = words.caption(
            findings.samples,
            comparison.choice.split,
            self.session.label_set,
            runs=sum(metrics is not None for metrics in findings.metrics),
            is_measuring=comparison.is_measuring,
        )
        self.overview.show_metrics(rows, names, caption)


def _details(run: RunChoice) -> str:
    return words.run_details(run.recipe, run.state, run.best)
