"""The Runs view of the Compare page: all runs of the dataset, and which of them to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.exporting import PanelExports
from app.jobs import Jobs
from app.session import Session
from app.settings import ExperimentSettings, Settings
from app.stale_runs import StaleRuns
from core.errors import PetsegError
from core.runs.events import Event, EventTail
from core.runs.table.columns import RunTable
from core.runs.table.reading import RunTableReader
from core.runs.table.stale import with_staleness
from widgets.experiments import words
from widgets.experiments.panel import CURVES, DIFFERENCES, PARALLEL, SCATTER, ExperimentsPanel
from widgets.latest_task import LatestTask

_VIEW_NAMES = {
    PARALLEL: "parallel coordinates",
    SCATTER: "scatter of runs",
    CURVES: "curves",
    DIFFERENCES: "recipe differences",
}
_TABLE_NAME = "table of runs"


@dataclass(frozen=True, slots=True)
class _Read:
    """What a look at the runs found: the table, or why there is none."""

    runs_dir: Path
    table: RunTable
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _More:
    """Events of a run between two places in its file."""

    run_id: str
    begin: int
    end: int
    events: list[Event]


class Experiments(QWidget):
    """The Runs view; a widget for the page's frame.

    It reads the runs and their events in threads, marks those whose masks have changed since, and
    hands on which of them the user wants to compare.

    Args:
        session: What is open.
        jobs: Writes files, and looks for changed masks, off the UI thread.
    """

    runs_chosen = Signal(object)
    """The ids (list) of one to six ticked runs that the user wants to look at or compare."""
    table_read = Signal()
    """The table shows the runs as they are now."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.panel = ExperimentsPanel()
        self.exports = PanelExports(session, jobs, self)
        self._stale = StaleRuns(session, jobs, self)
        self._read_table = RunTable()
        self._reader: RunTableReader | None = None
        self._offsets: dict[str, int] = {}
        self._reading, self._following = LatestTask(self), LatestTask(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self._connect()

    # What the page calls

    def focus_filter(self) -> None:
        """Go to the field that runs are found by."""
        edit = self.panel.top.filter_field.edit
        edit.setFocus()
        edit.selectAll()

    def activate(self) -> None:
        """Look at the runs again; called when the view comes to the front."""
        workspace = self.session.workspace
        if workspace is None:
            return
        if self._reader is None or self._reader.runs_dir != workspace.runs_dir:
            self._reader = RunTableReader(workspace.runs_dir)
        # Only this task's one thread ever uses the reader.
        reader = self._reader
        self._reading.request(lambda: _read(reader))

    def set_chosen(self, run_ids: Sequence[str]) -> None:
        """Tick these runs, for somebody else chose them."""
        self.panel.set_ticked(run_ids)

    def restore(self, settings: Settings) -> None:
        """Take over what was remembered."""
        panel, kept = self.panel, settings.experiments
        panel.top.columns_button.set_chosen(kept.columns)
        panel.views.axes_button.set_chosen(kept.axes)
        panel.top.group_box.setCurrentIndex(max(panel.top.group_box.findData(kept.group), 0))
        panel.views.scatter_bar.set_chosen(*kept.scatter)
        panel.show_view(kept.view)
        if kept.sorted_by is not None:
            panel.tree.sort_by(*kept.sorted_by)
        sizes = settings.splitters.get(panel.splitter.objectName())
        if sizes and len(sizes) == panel.splitter.count():
            panel.splitter.setSizes(sizes)

    def remember(self, settings: Settings) -> None:
        """Leave in the settings what is to be remembered."""
        panel = self.panel
        by, descending = panel.tree.run_model.sorting
        settings.experiments = ExperimentSettings(
            columns=panel.top.columns_button.chosen,
            axes=panel.views.axes_button.chosen,
            group=panel.top.grouping,
            view=panel.view,
            sorted_by=(by, descending) if by else None,
            scatter=panel.views.scatter_bar.chosen,
        )
        sizes = {panel.splitter.objectName(): panel.splitter.sizes()}
        settings.splitters = {**settings.splitters, **sizes}

    def shut_down(self) -> None:
        """Wait for what reads in the background."""
        self._reading.shut_down()
        self._following.shut_down()

    # Wiring

    def _connect(self) -> None:
        panel, session = self.panel, self.session
        session.dataset_changed.connect(self._on_dataset)
        session.runs_changed.connect(self._on_runs_changed)
        self._reading.done.connect(self._on_read)
        self._stale.changed.connect(self._show_table)
        self._following.done.connect(self._on_events)
        panel.compare_requested.connect(self.runs_chosen)
        panel.refused.connect(session.message)
        panel.curves_wanted.connect(self._follow)
        panel.views.picture_requested.connect(self.save_picture)
        panel.views.picture_copy_requested.connect(self.copy_picture)
        panel.views.csv_requested.connect(self.save_csv)

    def _on_dataset(self) -> None:
        dataset = self.session.dataset
        self._reading.forget()
        self._following.forget()
        self._reader, self._offsets = None, {}
        self._read_table = RunTable()
        self.panel.clear(has_dataset=dataset is not None)
        self.panel.curves.set_classes(() if dataset is None else dataset.classes)
        if self.isVisible():
            self.activate()

    def _on_runs_changed(self) -> None:
        if self.isVisible():
            self.activate()

    def _on_read(self, found: _Read) -> None:
        workspace = self.session.workspace
        if workspace is None or found.runs_dir != workspace.runs_dir:
            return
        if found.problem:
            if not self.panel.table.rows:
                self.panel.empty.say(*words.unreadable(found.problem))
            self.session.problem.emit(found.problem)
            return
        self._read_table = found.table
        self._show_table()
        self._follow()
        self._stale.set_runs([row.id for row in found.table.rows])
        self.table_read.emit()

    def _show_table(self) -> None:
        """Show the runs as read, with what has changed since they were made."""
        known = {row.id: self._stale.of(row.id) for row in self._read_table.rows}
        stale = {run_id: each for run_id, each in known.items() if each is not None}
        self.panel.set_table(with_staleness(self._read_table, stale))

    # Curves

    def _follow(self) -> None:
        """Read what the shown runs have said since; nothing while no curves are looked at."""
        runs = self.panel.curves.runs
        self._offsets = {run: at for run, at in self._offsets.items() if run in runs}
        workspace = self.session.workspace
        if workspace is None or not runs:
            return
        wanted = [(workspace.runs_dir / run, self._offsets.get(run, 0)) for run in runs]
        self._following.request(lambda: [_events_from(*each) for each in wanted])

    def _on_events(self, found: Sequence[_More]) -> None:
        for more in found:
            # Only what goes on where the curve ends: an answer may be to an older question.
            if more.begin == self._offsets.get(more.run_id, 0) and more.events:
                self._offsets[more.run_id] = more.end
                self.panel.curves.append(more.run_id, more.events)

    # To take away

    def save_picture(self, view: str) -> None:
        """Ask where to, and write a view as PNG."""
        picture = self.panel.picture(view).toImage()
        self.exports.save_picture(self, _VIEW_NAMES.get(view, _TABLE_NAME), picture)

    def copy_picture(self, view: str) -> None:
        """Put a picture of a view into the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.panel.picture(view))
        name = _VIEW_NAMES.get(view, _TABLE_NAME)
        self.session.message.emit(f"The picture of the {name} is in the clipboard.")

    def save_csv(self, view: str) -> None:
        """Ask where to, and write what a view shows as CSV."""
        text = self.panel.csv(view)
        self.exports.save_table(self, _VIEW_NAMES.get(view, _TABLE_NAME), text)


def _read(reader: RunTableReader) -> _Read:
    try:
        return _Read(reader.runs_dir, reader.read())
    except PetsegError as error:
        return _Read(reader.runs_dir, RunTable(), str(error))


def _events_from(run_folder: Path, offset: int) -> _More:
    tail = EventTail(run_folder / "events.jsonl", offset)
    try:
        events = tail.read()
    except PetsegError:
        events = []  # the table says of the run what is the matter
    return _More(run_folder.name, offset, tail.offset, events)
