"""What the Train page shows of runs: header, plots, previews and log follow the choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import Jobs
from app.pages.train.exporting import Exporting
from app.pages.train.notices import RunNotices
from app.pages.train.panels import TrainPanels
from app.session import Session
from app.training_control import TrainingControl
from app.training_watch import RunsSnapshot
from core.errors import PetsegError
from core.runs.events import Event, Message
from core.runs.store import RunSummary
from widgets.plots.options import GOAL_MDICE, PlotOptions
from widgets.plots.shown_run import ShownRun
from widgets.previews.history import PreviewEntry
from widgets.previews.pictures import Look, PreviewFiles
from widgets.training.words import run_title


class Watching(QObject):
    """Feeds the panels with the events of the chosen run and of those ticked beside it.

    Args:
        panels: The page's widgets.
        control: Sends the events.
        session: Says which dataset is open; gets messages.
        jobs: Writes exports off the UI thread.
        notices: Says which run has passed its goal.
    """

    options_changed = Signal(object)
    """The user wants the curves shown in another way: `PlotOptions`."""

    def __init__(
        self,
        panels: TrainPanels,
        control: TrainingControl,
        session: Session,
        jobs: Jobs,
        notices: RunNotices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panels = panels
        self._control = control
        self._session = session
        self._notices = notices
        self._chosen = ""
        self._options = PlotOptions()
        self.exporting = Exporting(panels.plots, session, jobs, self)
        self._connect()
        self._show_passed()

    @property
    def options(self) -> PlotOptions:
        """How the curves are shown."""
        return self._options

    def set_options(self, options: PlotOptions) -> None:
        """Show the curves in another way, and measure against another goal.

        Where the user has set no goal, the one of the chosen run counts.
        """
        if not options.own_goal:
            options = replace(options, goal=self._run_goal() or GOAL_MDICE)
        self._options = options
        panels = self._panels
        panels.plot_bar.set_options(options)
        panels.plots.set_options(options)
        panels.header.set_goal(options.goal)

    def show_dataset(self) -> None:
        """Turn to the classes of another dataset, or of none."""
        dataset = self._session.dataset
        self._panels.plots.set_classes(() if dataset is None else dataset.classes)

    def clear(self) -> None:
        """Let go of all runs: another dataset is open."""
        self.choose("")

    def choose(self, run_id: str) -> None:
        """Turn to a run; "" for none."""
        self._chosen = run_id
        panels = self._panels
        panels.log.clear()
        panels.header.show_run(None)
        self._begin_previews(run_id)
        self._control.follow(run_id or None)
        if panels.goal_notice.text:
            self._show_passed()
        self._show_curves()
        self._show_state()

    def show_snapshot(self, snapshot: RunsSnapshot) -> None:
        """Show what has become of the runs."""
        self._show_curves()
        self._show_state()

    def shut_down(self) -> None:
        """Wait for what decodes in the background."""
        self._panels.previews.shut_down()

    def _connect(self) -> None:
        panels, control, bar = self._panels, self._control, self._panels.plot_bar
        control.events.connect(self._on_events)
        control.run_events.connect(self._on_run_events)
        control.log.connect(panels.log.append_text)
        panels.runs.chosen.connect(self.choose)
        panels.runs.model.shown_changed.connect(lambda _runs: self._show_curves())
        self._notices.passed_changed.connect(self._show_passed)
        panels.goal_notice.show_requested.connect(panels.runs.choose)
        panels.previews.sample_opened.connect(self._open_sample)
        panels.plots.goal_moved.connect(self._on_goal_moved)
        bar.changed.connect(self.set_options)
        bar.picture_requested.connect(self.exporting.save_picture)
        bar.copy_requested.connect(self.exporting.copy_picture)
        bar.table_requested.connect(self.exporting.save_table)

    def _runs(self) -> tuple[RunSummary, ...]:
        snapshot = self._control.snapshot
        return () if snapshot is None else snapshot.runs

    def _show_curves(self) -> None:
        """Tell the plots which runs there are, before their events come."""
        model = self._panels.runs.model
        # The chosen one first: it is drawn over the others.
        wanted = list(dict.fromkeys([self._chosen, *model.shown] if self._chosen else ()))
        titles = {run.id: run_title(run) for run in self._runs()}
        self._panels.plots.show_runs(
            [
                ShownRun(run_id, titles.get(run_id, run_id), model.color_of(run_id))
                for run_id in wanted
            ]
        )
        self._control.follow_many(wanted)

    def _show_state(self) -> None:
        self._show_goal()
        snapshot = self._control.snapshot
        run = None if snapshot is None else snapshot.find(self._chosen)
        if snapshot is None or run is None:
            return
        self._panels.header.show_run(run, snapshot.asked.get(run.id))
        self._panels.plots.set_over(run.state.is_over)
        self._panels.previews.set_over(run.state.is_over)

    def _show_goal(self) -> None:
        """Let the line stand where the goal of the chosen run is, unless the user has put it."""
        goal = self._run_goal()
        self._panels.plot_bar.set_run_goal(goal)
        if not self._options.own_goal and self._options.goal != (goal or GOAL_MDICE):
            self.set_options(self._options)

    def _run_goal(self) -> float | None:
        return next((run.goal for run in self._runs() if run.id == self._chosen), None)

    def _show_passed(self) -> None:
        notice, passed = self._panels.goal_notice, self._notices.passed
        if passed is None:
            notice.hide()
        else:
            notice.tell(*passed, is_shown=passed[0] == self._chosen)

    def _on_events(self, events: list[Event]) -> None:
        panels = self._panels
        panels.header.append(events)
        panels.previews.append(events)
        for event in events:
            if isinstance(event, Message):
                panels.log.append_line(f"{event.level}: {event.text}")

    def _on_run_events(self, run_id: str, events: list[Event]) -> None:
        self._panels.plots.append(events, run_id)

    def _on_goal_moved(self, goal: float) -> None:
        self._panels.plot_bar.goal.setValue(goal)

    # Previews

    def _begin_previews(self, run_id: str) -> None:
        dataset = self._session.dataset
        if not run_id or dataset is None:
            self._panels.previews.begin(None, None)
            return
        folder = self._control.files_of(run_id).folder
        label_set = next((run.label_set for run in self._runs() if run.id == run_id), "")
        look = Look(dataset.classes, dataset.coding, dataset.ignore_index)
        self._panels.previews.begin(lambda entry: self._files_of(entry, folder, label_set), look)

    def _files_of(self, entry: PreviewEntry, folder: Path, label_set: str) -> PreviewFiles:
        image, truth = None, None
        if self._session.dataset is not None:
            try:
                sample = self._session.dataset.sample(entry.sample)
            except PetsegError:
                pass  # it was taken out of the dataset since; its prediction is still there
            else:
                image = sample.image
                truth = sample.masks.get(label_set or self._session.label_set)
        return PreviewFiles(entry.sample, entry.dice, folder / entry.path, image, truth)

    def _open_sample(self, sample_id: str) -> None:
        self._session.edit(sample_id)
