"""The Train page: start runs, watch them, stop them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from app.actions import Action
from app.jobs import Jobs
from app.pages.page import Page
from app.pages.train.notices import RunNotices
from app.pages.train.run_actions import run_actions
from app.pages.train.stale_marks import StaleMarks
from app.pages.train.view_actions import view_actions
from app.session import Session
from app.settings import PlotSettings, Settings
from app.training_control import TrainingControl
from app.training_watch import RunsSnapshot
from core.demo import DEFECTS_FILE
from core.runs.devices import gpu_devices, has_gpu_driver
from core.runs.store import RunState
from core.runs.supervisor import Supervisor
from core.training.folds.request import fold_name
from core.training.request import TrainRequest
from widgets.training.form import FormValues
from widgets.training.words import activity_words, run_title

if TYPE_CHECKING:
    from app.pages.train.asking import Asking
    from app.pages.train.folding import Folding
    from app.pages.train.panels import TrainPanels
    from app.pages.train.watching import Watching
    from widgets.plots.options import PlotOptions

_DEMO_RECIPE = "demo-cpu"
_NO_DATASET = ("No dataset is open", "Open one to train a model on it.")


class TrainPage(Page):
    """Left the form, in the middle the curves, right all runs, below previews and the log.

    The panels are made when the page is first shown: until then nobody needs plots, and the window
    is there sooner. Runs are watched from the moment a dataset is open.
    """

    title = "Train"
    icon_name = "play-circle-outline"
    hint = "Train a model and watch it learn"

    def __init__(
        self,
        session: Session,
        jobs: Jobs,
        parent: QWidget | None = None,
        *,
        supervisor: Supervisor | None = None,
    ) -> None:
        super().__init__(session, jobs, parent)
        self.control = TrainingControl(jobs, self, supervisor=supervisor)
        self._stale = StaleMarks(self.control, session, jobs, self)
        self._notices = RunNotices(self.control, session, self)
        self._panels: TrainPanels | None = None
        self._asking: Asking | None = None
        self._folding: Folding | None = None
        self._watching: Watching | None = None
        self._plots = PlotSettings()
        self._sizes: dict[str, list[int]] = {}
        self._wanted_run = ""
        self._known_states: dict[str, RunState] = {}
        session.dataset_changed.connect(self._on_dataset)
        session.label_set_changed.connect(self._on_label_set)
        session.recipe_values_chosen.connect(self._use_in_recipe)
        session.retrain_requested.connect(self._retrain)
        self.control.runs_changed.connect(self._on_runs)
        self.control.run_queued.connect(self._on_queued)
        self.control.folds_queued.connect(self._on_folds_queued)
        self.control.problem.connect(session.problem)
        for signal in (self.control.refused, self.control.weights_missing):
            signal.connect(self._on_refused)

    # What the window calls

    def actions_table(self) -> list[Action]:
        """The page's commands."""
        return [
            Action("train.start", "Start training", self._submit, ("Ctrl+Return", "Ctrl+Enter")),
            Action(
                "train.folds",
                "Train in folds",
                lambda: self.panels.form.submit_folds(),
                ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            ),
            *view_actions(lambda: self.panels),
            *run_actions(lambda: self.panels.runs),
        ]

    def activate(self) -> None:
        """Make the panels the first time."""
        self._build_once()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the panels the first time, however the page came to the front."""
        self._build_once()
        super().showEvent(event)
        if self._asking is not None:
            self._asking.looking.look_soon()

    def shut_down(self) -> None:
        """End the watching. Runs go on."""
        if self._asking is not None:
            self._asking.shut_down()
        if self._folding is not None:
            self._folding.shut_down()
        self.control.shut_down()
        if self._watching is not None:
            self._watching.shut_down()

    def restore(self, settings: Settings) -> None:
        """Take over sizes and the looks of the plots from the settings."""
        self._sizes = dict(settings.splitters)
        self._plots = settings.plots
        if self._panels is not None and self._watching is not None:
            self._panels.set_sizes(self._sizes)
            self._watching.set_options(self._plot_options())

    def remember(self, settings: Settings) -> None:
        """Leave sizes and the looks of the plots in the settings."""
        if self._panels is not None and self._watching is not None:
            settings.splitters = {**settings.splitters, **self._panels.sizes()}
            settings.plots = PlotSettings.model_validate(asdict(self._watching.options))

    @property
    def panels(self) -> TrainPanels:
        """The panels of the page."""
        return self._build_once()

    @property
    def watching(self) -> Watching:
        """What feeds the panels."""
        self._build_once()
        assert self._watching is not None
        return self._watching

    # Building

    def _build_once(self) -> TrainPanels:
        if self._panels is not None:
            return self._panels
        # Here, because loading the plots takes a third of a second that the window's start has not.
        from app.pages.train.asking import Asking
        from app.pages.train.folding import Folding
        from app.pages.train.panels import TrainPanels
        from app.pages.train.run_verbs import RunVerbs
        from app.pages.train.watching import Watching

        panels = self._panels = TrainPanels(self)
        panels.set_sizes(self._sizes)
        watching = self._watching = Watching(
            panels, self.control, self.session, self.jobs, self._notices, self
        )
        watching.set_options(self._plot_options())
        control = self.control
        panels.form.start_requested.connect(self._start)
        control.refused.connect(panels.form.show_problem)
        control.preparing_changed.connect(panels.form.set_preparing)
        panels.header.resume_requested.connect(control.resume)
        panels.header.again_requested.connect(self._start_again)
        panels.header.stale_requested.connect(self._stale.show_list)
        panels.header.suspects_requested.connect(self.session.suspects_requested)
        RunVerbs(control, panels.runs, self.session, self.jobs, self)  # lives with the page
        control.weights_missing.connect(panels.form.show_missing_weights)
        self._asking = Asking(panels.form, self.session, self.jobs, self)
        self._folding = Folding(panels.form, self.session, control, self)
        self._find_gpus()
        self._show_dataset()
        if control.snapshot is not None:
            self._show_runs(control.snapshot)
        return panels

    def _plot_options(self) -> PlotOptions:
        from widgets.plots.clock import XAxis
        from widgets.plots.options import PlotOptions

        known = self._plots
        options = PlotOptions(
            axis=XAxis(known.axis),
            smoothing=known.smoothing,
            log=known.log,
            cut_outliers=known.cut_outliers,
            goal=known.goal,
            own_goal=known.own_goal,
        )
        return replace(options, shown=tuple(known.shown)) if known.shown else options

    def _find_gpus(self) -> None:
        if has_gpu_driver():
            self.jobs.start(
                "Looking for GPUs",
                lambda _job: gpu_devices(),
                lambda found: self.panels.form.set_devices(["auto", "cpu", *found]),
            )

    def _use_in_recipe(self, values: dict[str, Any], words: str) -> None:
        """Put values that another page has worked out into the form."""
        self.panels.form.put(values)
        self.session.message.emit(f"{words}: put into the form.")

    # The dataset

    def _on_dataset(self) -> None:
        workspace = self.session.workspace
        self._known_states = {}
        self._wanted_run = ""
        self.control.open(workspace.runs_dir if workspace is not None else None)
        self.session.activity_changed.emit("")
        if self._panels is not None:
            self._panels.runs.update_runs((), {})
            self._show_dataset()

    def _on_label_set(self, name: str) -> None:
        if self._panels is not None:
            self._panels.form.label_set.setCurrentText(name)

    def _show_dataset(self) -> None:
        panels, dataset = self.panels, self.session.dataset
        if self._watching is not None:
            self._watching.clear()
            self._watching.show_dataset()
        panels.open_button.setVisible(dataset is None)
        if dataset is None:
            panels.form.set_label_sets((), "")
            panels.plots.empty.say(*_NO_DATASET)
            return
        panels.form.set_label_sets(dataset.label_sets, self.session.label_set)
        panels.plots.say_what_to_do()
        if (dataset.root / DEFECTS_FILE).is_file():
            panels.form.recipes.choose(_DEMO_RECIPE)  # the demo has a recipe of its own

    # Verbs

    def _submit(self) -> None:
        self.panels.form.submit()

    def _start(self, values: FormValues) -> None:
        dataset = self.session.dataset
        if dataset is not None:
            self.control.start(
                TrainRequest(
                    dataset=dataset,
                    recipe=values.recipe,
                    label_set=values.label_set,
                    name=values.name,
                    overrides=values.overrides,
                    device=values.device,
                    init=values.init,
                )
            )

    def _start_again(self, run_id: str) -> None:
        run = self.control.snapshot.find(run_id) if self.control.snapshot is not None else None
        if run is not None and run.suggestion:
            self.control.retry(run_id, run.suggestion)

    # What happens to runs

    def _retrain(self, run_id: str) -> None:
        """Queue a run once more on repaired labels; another page asked for it."""
        self._build_once()  # which hears of the new run
        self.control.retrain(run_id)

    def _on_refused(self, problem: str) -> None:
        # The form says so too; whoever asked from another page does not see it.
        if not self.isVisible():
            self.session.problem.emit(problem)

    def _on_queued(self, run_id: str) -> None:
        if not self.isVisible():
            self.session.message.emit("The new run is in the queue: see the Train page.")
        self._wanted_run = run_id
        self.panels.form.run_was_queued()
        if self.control.snapshot is not None:
            self._choose_a_run(self.control.snapshot)

    def _on_folds_queued(self, group: str, count: int) -> None:
        self.session.message.emit(
            f"{count} runs wait in the queue: {fold_name(group, 1)} and so on."
        )

    def _on_runs(self, snapshot: RunsSnapshot) -> None:
        states = {run.id: run.state for run in snapshot.runs}
        if states != self._known_states:
            self._known_states = states
            self.session.runs_changed.emit()
        self.session.activity_changed.emit(activity_words(snapshot.running()))
        if self._panels is not None:
            self._show_runs(snapshot)

    def _show_runs(self, snapshot: RunsSnapshot) -> None:
        panels = self.panels
        panels.runs.update_runs(
            snapshot.runs, snapshot.asked, snapshot.waiting, is_paused=snapshot.is_paused
        )
        self._choose_a_run(snapshot)
        if self._watching is not None:
            self._watching.show_snapshot(snapshot)

    def _choose_a_run(self, snapshot: RunsSnapshot) -> None:
        runs = self.panels.runs
        wanted = snapshot.find(self._wanted_run)
        if wanted is not None:
            self._wanted_run = ""
            runs.choose(wanted.id)
            if wanted.state is RunState.QUEUED and snapshot.running():
                self.session.message.emit(
                    f"Run {run_title(wanted)} waits until its device is free."
                )
        elif runs.current is None and snapshot.runs:
            going_on = snapshot.running()
            runs.choose((going_on or snapshot.runs)[0].id)
