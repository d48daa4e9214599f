"""The samples of the comparison: the list at the left, and the linked views of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.actions import Action
from app.comparing.comparison import Comparison
from app.comparing.work import LETTERS, RunChoice
from app.sample_files import layer_files, photo_thumbnails
from app.session import Session
from core.dataset import Dataset
from widgets.comparison import words
from widgets.comparison.grid.linked_views import ShownRun
from widgets.comparison.layers.sample_layers import LayerFiles
from widgets.comparison.run_colors import run_color
from widgets.comparison.samples.measures import merge_scores
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.viewing.viewer import ComparisonViewer


class Viewing(QObject):
    """Feeds the list and the views, and brings their wishes to the session.

    Args:
        session: What is open.
        comparison: The chosen runs and their figures.
        parent: Its owner.
    """

    def __init__(self, session: Session, comparison: Comparison, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._comparison = session, comparison
        self._shown_runs: list[RunChoice] = []
        self.samples = SampleList()
        self.viewer = ComparisonViewer()
        self.samples.current_changed.connect(lambda _sample: self.show_sample())
        self.samples.opened.connect(session.edit)
        self.viewer.edit_requested.connect(self.edit)

    # What the page calls

    def actions(self) -> list[Action]:
        """Commands for the list and the views."""
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
            Action("compare.filter", "Filter the samples", self._focus_filter, ("Ctrl+F",)),
        ]

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Begin with another dataset, or with none."""
        self.viewer.forget_files()
        self.viewer.clear()
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

    def show_findings(self) -> None:
        """Show the samples of the chosen runs with their figures."""
        comparison = self._comparison
        self._shown_runs = list(comparison.choice.runs)
        self.viewer.forget_files()
        self.viewer.set_runs(
            [
                ShownRun(LETTERS[place], run.name, run_color(place))
                for place, run in enumerate(self._shown_runs)
            ]
        )
        evaluations = [found.evaluation for found in comparison.findings.assessments]
        scores = [each.scores if each is not None else () for each in evaluations]
        before = self.samples.current
        self.samples.set_samples(merge_scores(scores), max(len(self._shown_runs), 1))
        if self.samples.current == before:
            self.show_sample()

    def show_waiting(self) -> None:
        """Say what goes on or is missing, unless a sample is shown: that stays."""
        if not self.samples.current:
            self.viewer.clear(*self._why_no_sample())

    def show_samples(self, title: str, sample_ids: Sequence[str]) -> None:
        """Narrow the list down to samples that a panel has chosen; `title` says which they are."""
        self.samples.set_chosen(title, sample_ids)

    def shut_down(self) -> None:
        """End the threads that read files."""
        self.samples.shut_down()
        self.viewer.shut_down()

    # The sample

    def _files(self, sample_id: str) -> LayerFiles | None:
        dataset, label_set = self._session.dataset, self._session.label_set
        if dataset is None:
            return None
        return layer_files(dataset, label_set, self._shown_runs, sample_id)

    def show_sample(self) -> None:
        """Show the sample that is chosen in the list."""
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
        flags = self._session.flags.get(current, [])
        self.viewer.bar.set_title(current)
        self.viewer.views.set_flags([flag.message for flag in flags])

    def _why_no_sample(self) -> tuple[str, str]:
        if self._comparison.prediction is not None:
            return words.PREDICTING
        if self._comparison.is_measuring:
            return words.MEASURING
        if self._comparison.incomplete():
            return words.PREDICT_FIRST
        if self.samples.model.total:
            return words.FILTERED_OUT
        return words.NOTHING_MEASURED

    def _on_enter(self) -> None:
        if self.samples.filter_edit.hasFocus():
            self.samples.table.setFocus()
        else:
            self.edit()

    def edit(self) -> None:
        """Open the chosen sample in the editor."""
        if self.samples.current:
            self._session.edit(self.samples.current)

    def _focus_filter(self) -> None:
        self.samples.filter_edit.setFocus()
        self.samples.filter_edit.selectAll()
