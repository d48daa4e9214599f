"""Comparing two label sets, in place of the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.jobs import JobHandle, Jobs
from app.sample_files import photo_thumbnails
from app.session import Session
from core.labels.diff import LabelSetDiff, compare_label_sets
from core.labels.pair import read_pair
from widgets import theme

if TYPE_CHECKING:
    from widgets.label_diff import LabelDiffView


class LabelSets:
    """Feeds the view that holds two label sets against each other."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._job: JobHandle | None = None
        self._is_stale = True
        self._view: LabelDiffView | None = None
        self.back_button = QPushButton("Back to the gallery")
        self.back_button.setToolTip("Back to the gallery (C)")
        self.back_button.setProperty("role", "flat")
        theme.set_icon(self.back_button, "arrow-left")
        self.room = QWidget()
        column = QVBoxLayout(self.room)
        column.setContentsMargins(theme.GRID, theme.GRID, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._column = column
        session.dataset_changed.connect(self._begin_anew)
        session.checking.samples_checked.connect(self._on_samples_checked)
        session.checking.scan_changed.connect(self._on_scan_changed)

    @property
    def view(self) -> LabelDiffView:
        """The view, made when it is first needed."""
        if self._view is None:
            from widgets.label_diff import LabelDiffView

            self._view = view = LabelDiffView()
            self._column.addWidget(view, 1)
            view.show()  # its room may be in sight already
            view.pair_changed.connect(self._compare)
            view.edit_requested.connect(self._session.edit)
            view.current_changed.connect(self._on_current_changed)
            self._begin_anew()
        return self._view

    def show(self) -> None:
        """Compare the pair that is chosen, unless that is on the screen."""
        if self._is_stale:
            self._compare(*self.view.pair)

    def shut_down(self) -> None:
        """End the threads that read files."""
        if self._view is not None:
            self._view.shut_down()

    def _begin_anew(self) -> None:
        dataset, workspace = self._session.dataset, self._session.workspace
        self._cancel()
        self._is_stale = True
        if self._view is None:
            return
        if dataset is None or workspace is None:
            self.view.set_label_sets(())
            return
        self.view.set_classes(dataset.classes, dataset.ignore_index)
        # The session's dataset, not the one of now: a mask that was missing may have been written.
        self.view.set_reader(
            lambda sample, a, b: read_pair(self._session.dataset or dataset, sample, a, b)
        )
        self.view.set_thumbnails(photo_thumbnails(dataset, workspace))
        self.view.set_label_sets(dataset.label_sets)

    def _compare(self, before: str, after: str) -> None:
        dataset, workspace = self._session.dataset, self._session.workspace
        if dataset is None or workspace is None or not before or not after:
            return
        self._cancel()
        self._is_stale = False

        def work(job: JobHandle) -> LabelSetDiff:
            return compare_label_sets(
                dataset, before, after, workspace,
                on_progress=job.progress, cancelled=job.cancelled,
            )  # fmt: skip

        def done(diff: LabelSetDiff) -> None:
            if self._job is job:
                self._job = None
                self._is_stale = diff.cancelled
                self.view.show_diff(diff)

        def failed(error: object) -> None:
            if self._job is job:
                self._job = None
                self.view.show_problem(str(error))

        job = self._jobs.start(f"Comparing {before} and {after}", work, done, failed)
        job.changed.connect(lambda: self._show_progress(job))
        self._job = job
        self.view.show_progress(0, 0)

    def _show_progress(self, job: JobHandle) -> None:
        if self._job is job:
            self.view.show_progress(job.done, job.total)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _on_current_changed(self, sample_id: str) -> None:
        if sample_id and self.view.isVisible():
            self._session.set_current(sample_id)

    def _on_samples_checked(self, samples: set[str]) -> None:
        """Masks were written: the comparison is no longer what the files say."""
        self._is_stale = True
        if self._view is not None and self.view.isVisible():
            self.show()
            if self.view.current in samples:
                self.view.reload()

    def _on_scan_changed(self) -> None:
        if not self._session.is_scanning:
            self._is_stale = True  # other programs may have written masks, too
