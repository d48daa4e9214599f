"""The Compare page: where a run is wrong, and what another one does better."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.actions import Action
from app.comparison import Comparison
from app.comparison_work import LETTERS, RunChoice, left_out
from app.jobs import Jobs
from app.pages.page import Page
from app.prediction_notice import prediction_notice
from app.sample_files import layer_files, photo_thumbnails
from app.session import Session
from widgets import theme
from widgets.comparison import words
from widgets.comparison.chooser import RunEntry
from widgets.comparison.linked_views import ShownRun
from widgets.comparison.measures import merge_scores
from widgets.comparison.metrics_model import RunMetrics
from widgets.comparison.overview import Overview
from widgets.comparison.prediction_bar import PredictionBar
from widgets.comparison.run_colors import run_color
from widgets.comparison.sample_layers import LayerFiles
from widgets.comparison.sample_list import SampleList
from widgets.comparison.viewer import ComparisonViewer
from widgets.durations import time_left
from widgets.empty_state import EmptyState

_LIST_WIDTH = 360


class ComparePage(Page):
    """One run or two: figures, samples by how wrong they are, and linked views of one sample."""

    title = "Compare"
    icon_name = "compare"
    hint = "See where a run is wrong, and what another one does better"

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.comparison = Comparison(session, jobs, self)
        self._wanted_run = ""
        self._predicts_at_once = False
        self._problem = ""
        self._shown_runs: list[RunChoice] = []
        self.overview = Overview()
        self.prediction_bar = PredictionBar()
        self.samples = SampleList()
        self.viewer = ComparisonViewer()
        self.empty = EmptyState("compare", "")
        self._open_button = self.empty.add_button(
            "Open a folder", session.open_folder_requested.emit, icon="folder-open-outline"
        )
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_runs()

    # What the window calls

    def actions_table(self) -> list[Action]:
        """The page's commands."""
        samples, viewer = self.samples, self.viewer
        bar = viewer.bar
        return [
            Action(
                "compare.edit",
                "Open the sample in the editor",
                self._on_enter,
                ("E", "Return", "Enter"),
                "pencil-outline",
            ),
            Action("compare.next", "Next sample", lambda: samples.step(1), ("D", "Right")),
            Action("compare.previous", "Previous sample", lambda: samples.step(-1), ("A", "Left")),
            Action("compare.overlays", "Show overlays", bar.overlays_button.toggle, ("X",)),
            Action("compare.hatching", "Hatch the errors", bar.hatched_button.toggle, ("H",)),
            Action("compare.fit", "Show the whole image", viewer.views.fit, ("0",)),
            Action("compare.predict", "Predict what is missing", self._predict, ("P",)),
            Action("compare.filter", "Filter the samples", self._focus_filter, ("Ctrl+F",)),
        ]

    def activate(self) -> None:
        """Look what has changed since: new runs, edited masks, samples that were excluded."""
        self.comparison.list_runs()
        self._measure_again()

    def shut_down(self) -> None:
        """End the prediction worker and the threads that read files."""
        self.comparison.shut_down()
        self.samples.shut_down()
        self.viewer.shut_down()

    def open_run(self, run_id: str) -> None:
        """Look at one run; what it has not predicted of the split is predicted at once."""
        self._wanted_run = run_id
        self.comparison.list_runs()

    # Layout and wiring

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("CompareSplitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.samples)
        splitter.addWidget(self.viewer)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, 4 * _LIST_WIDTH])
        self.samples.setMinimumWidth(240)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self.overview)
        column.addWidget(self.prediction_bar)
        column.addWidget(splitter, 1)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _connect(self) -> None:
        session, comparison = self.session, self.comparison
        session.dataset_changed.connect(self._on_dataset)
        session.label_set_changed.connect(self._on_label_set)
        session.flags_changed.connect(self._on_flags)
        session.sample_checked.connect(self._on_saved)
        session.runs_changed.connect(self._on_runs_changed)
        session.open_run_requested.connect(self.open_run)
        comparison.runs_listed.connect(self._show_runs)
        comparison.measuring.connect(self._on_measuring)
        comparison.found.connect(self._show_findings)
        comparison.prediction_changed.connect(self._on_prediction)
        comparison.failed.connect(self._on_failed)
        self.overview.chooser.changed.connect(self._on_chosen)
        self.prediction_bar.predict_clicked.connect(self._predict)
        self.prediction_bar.cancel_clicked.connect(comparison.cancel_prediction)
        self.samples.current_changed.connect(lambda _sample: self._show_sample())
        self.samples.opened.connect(session.edit)
        self.viewer.edit_requested.connect(self._edit)

    # What happens elsewhere

    def _on_dataset(self) -> None:
        dataset = self.session.dataset
        self._problem = ""
        self._wanted_run, self._predicts_at_once = "", False
        self.comparison.reset()
        self.viewer.forget_files()
        self.viewer.clear()
        if dataset is not None:
            names = [info.name for info in dataset.classes]
            self.samples.set_classes(names)
            if self.session.workspace is not None:
                self.samples.set_thumbnails(photo_thumbnails(dataset, self.session.workspace))
            self.viewer.set_dataset(dataset.classes, dataset.ignore_index)
            self.overview.chooser.set_splits(dataset.splits)
        self._show_runs()
        self._show_findings()
        self.comparison.list_runs()

    def _on_label_set(self, name: str) -> None:
        self.viewer.views.set_truth_name(name)
        self._on_saved("")

    def _on_saved(self, _sample: str) -> None:
        # While the page is hidden this can wait: it measures when it comes to the front.
        if self.isVisible():
            self._measure_again()

    def _measure_again(self) -> None:
        if self.comparison.choice.runs:
            self.comparison.measure()

    def _on_flags(self, changed: set[str] | None) -> None:
        self.samples.set_flags(self.session.flags, changed)
        if self.samples.current and (changed is None or self.samples.current in changed):
            self._show_name_and_flags()

    def _on_runs_changed(self) -> None:
        if self.isVisible():
            self.comparison.list_runs()

    # Choosing

    def _show_runs(self) -> None:
        runs = self.comparison.runs
        self.overview.chooser.set_runs([RunEntry(run.id, run.name, _details(run)) for run in runs])
        wanted, self._wanted_run = self._wanted_run, ""
        if wanted and any(run.id == wanted for run in runs):
            self.overview.chooser.choose(wanted)
            self._predicts_at_once = True
        elif wanted:
            self.session.problem.emit(words.NO_SUCH_RUN)
        elif not self.comparison.choice.runs:
            usable = next((run for run in runs if run.has_model or run.has_predictions), None)
            self.overview.chooser.choose(usable.id if usable is not None else "")
        self._show_what_there_is()
        self._take_choice()
        if self._predicts_at_once and not self.comparison.is_measuring:
            self._predict_at_once()

    def _show_what_there_is(self) -> None:
        has_dataset = self.session.dataset is not None
        self._open_button.setVisible(not has_dataset)
        self.empty.say(*(words.NO_RUNS if has_dataset else words.NO_DATASET))
        self._stack.setCurrentIndex(1 if self.comparison.runs else 0)

    def _on_chosen(self) -> None:
        self._problem = ""
        self._predicts_at_once = False
        self.prediction_bar.hide()
        self._take_choice()
        self._show_prediction()

    def _take_choice(self) -> None:
        self.comparison.choose(self.overview.chooser.run_ids, self.overview.chooser.split)

    # Figures

    def _on_measuring(self) -> None:
        # What is shown stays until there is something new: measuring takes a moment or minutes.
        self._show_table()
        self._show_prediction()
        if not self.samples.current:
            self.viewer.clear(*words.MEASURING)

    def _show_findings(self) -> None:
        comparison = self.comparison
        self._shown_runs = list(comparison.choice.runs)
        self.viewer.forget_files()
        self.viewer.set_runs(
            [
                ShownRun(LETTERS[place], run.name, run_color(place))
                for place, run in enumerate(self._shown_runs)
            ]
        )
        self._show_table()
        self.overview.show_left_out(left_out(comparison.findings))
        self._show_prediction()
        evaluations = [found.evaluation for found in comparison.findings.assessments]
        scores = [each.scores if each is not None else () for each in evaluations]
        before = self.samples.current
        self.samples.set_samples(merge_scores(scores), max(len(self._shown_runs), 1))
        if self.samples.current == before:
            self._show_sample()
        self._predict_at_once()

    def _predict_at_once(self) -> None:
        if self._predicts_at_once and not self.comparison.is_measuring:
            self._predicts_at_once = False
            self._predict()

    def _show_table(self) -> None:
        comparison, dataset = self.comparison, self.session.dataset
        findings = comparison.findings
        rows = []
        for place, run in enumerate(comparison.choice.runs):
            known = place < len(findings.metrics)
            rows.append(
                RunMetrics(
                    LETTERS[place],
                    run.name,
                    run_color(place),
                    findings.metrics[place] if known else None,
                    _details(run),
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

    # Predictions

    def _predict(self) -> None:
        self._problem = ""
        self.comparison.predict()

    def _on_prediction(self) -> None:
        self._show_prediction()
        if not self.samples.current:
            self.viewer.clear(*self._why_no_sample())

    def _show_prediction(self) -> None:
        comparison, bar = self.comparison, self.prediction_bar
        job = comparison.prediction
        if job is not None:
            title = words.progress(comparison.prediction_title, job.done, job.total)
            left = time_left(job.eta_seconds)
            bar.show_progress(f"{title}  ·  {left}" if left else title, job.done, job.total)
            return
        if comparison.is_measuring and not self._problem:
            # What was offered may be done by now; what comes instead is known in a moment.
            bar.finish_progress(words.MEASURING[0])
            return
        notice = prediction_notice(comparison, self._problem)
        if notice is None:
            bar.hide()
        elif notice.is_problem:
            bar.tell_problem(notice.text, notice.button)
        else:
            bar.offer(notice.text, notice.button, urgent=notice.urgent)

    def _on_failed(self, problem: str) -> None:
        self._problem = problem
        self._show_prediction()

    # The sample

    def _files(self, sample_id: str) -> LayerFiles | None:
        dataset, label_set = self.session.dataset, self.session.label_set
        if dataset is None:
            return None
        return layer_files(dataset, label_set, self._shown_runs, sample_id)

    def _show_sample(self) -> None:
        current = self.samples.current
        files = self._files(current) if current else None
        if files is None:
            self.viewer.clear(*self._why_no_sample())
            return
        ahead = [self._files(sample) for sample in self.samples.neighbours()]
        scored = self.samples.model.scored(current)
        figures = [words.figure(score) for score in scored.scores] if scored is not None else []
        self.viewer.show_sample(files, figures, [each for each in ahead if each is not None])
        self._show_name_and_flags()

    def _show_name_and_flags(self) -> None:
        current = self.samples.current
        flags = self.session.flags.get(current, [])
        self.viewer.bar.set_title(current)
        self.viewer.views.set_flags([flag.message for flag in flags])

    def _why_no_sample(self) -> tuple[str, str]:
        if self.comparison.prediction is not None:
            return words.PREDICTING
        if self.comparison.is_measuring:
            return words.MEASURING
        if self.comparison.incomplete():
            return words.PREDICT_FIRST
        if self.samples.model.total:
            return words.FILTERED_OUT
        return words.NOTHING_MEASURED

    def _on_enter(self) -> None:
        if self.samples.filter_edit.hasFocus():
            self.samples.table.setFocus()
        else:
            self._edit()

    def _edit(self) -> None:
        if self.samples.current:
            self.session.edit(self.samples.current)

    def _focus_filter(self) -> None:
        self.samples.filter_edit.setFocus()
        self.samples.filter_edit.selectAll()


def _details(run: RunChoice) -> str:
    return words.run_details(run.recipe, run.state, run.best)
