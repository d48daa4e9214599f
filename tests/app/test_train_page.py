"""The Train page with real runs: their workers only pretend to train."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.actions import install
from app.jobs import Jobs
from app.pages.train_page import TrainPage
from app.session import Session
from app.settings import Settings
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file
from tests.making import make_dataset
from widgets.training.cancel_dialog import CancelDialog

WORKER = "tests.app.fake_training_worker"
LONG = 20_000
"""Milliseconds after which a worker surely should have done something."""


@dataclass
class Desk:
    """A session, its page, and what the session told."""

    session: Session
    page: TrainPage
    messages: list[str]
    problems: list[str]
    qtbot: QtBot

    @property
    def panels(self):
        return self.page.panels

    def start(self, name: str) -> None:
        """Type a name and click the button."""
        self.qtbot.keyClicks(self.panels.form.name, name)
        self.qtbot.mouseClick(self.panels.form.start_button, Qt.MouseButton.LeftButton)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG)

    def run(self, name: str) -> Run:
        assert self.session.workspace is not None
        return RunStore(self.session.workspace.runs_dir).find(name)

    def state(self, name: str) -> RunState | None:
        """The state that the page shows."""
        snapshot = self.page.control.snapshot
        found = [run.state for run in snapshot.runs if run.name == name] if snapshot else []
        return found[0] if found else None

    def is_trained(self, points: int = 3) -> Callable[[], bool]:
        return lambda: self.panels.plots.point_counts().get("loss", 0) >= points

    def texts(self) -> str:
        labels = self.page.findChildren(QLabel)
        return " ".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "pets", samples=8)


@pytest.fixture
def make_desk(qtbot: QtBot) -> Iterator[Callable[..., Desk]]:
    made: list[tuple[Desk, Jobs, Supervisor]] = []

    def make(*, is_shown: bool = True) -> Desk:
        jobs, supervisor = Jobs(), Supervisor(WORKER)
        session = Session(jobs)
        page = TrainPage(session, jobs, supervisor=supervisor)
        if is_shown:
            page.panels.form.recipes.choose("demo-cpu")  # begins without weights to fetch
        qtbot.addWidget(page)
        install(page.actions_table(), page, Qt.ShortcutContext.WindowShortcut)
        desk = Desk(session, page, [], [], qtbot)
        session.message.connect(desk.messages.append)
        session.problem.connect(desk.problems.append)
        made.append((desk, jobs, supervisor))
        page.resize(1200, 640)
        if is_shown:
            with qtbot.waitExposed(page):
                page.show()
        return desk

    yield make
    for desk, jobs, supervisor in made:
        desk.page.shut_down()
        desk.session.close()
        jobs.shut_down()
        supervisor.end_all()


@pytest.fixture
def desk(make_desk: Callable[..., Desk], root: Path) -> Desk:
    desk = make_desk()
    desk.session.open(root)
    return desk


def test_that_without_a_dataset_the_page_offers_to_open_one(make_desk, qtbot):
    desk = make_desk()
    assert "No dataset is open" in desk.texts()
    with qtbot.waitSignal(desk.session.open_folder_requested):
        qtbot.mouseClick(desk.panels.open_button, Qt.MouseButton.LeftButton)


def test_that_the_demo_comes_with_its_own_recipe(desk, root, tmp_path):
    demo = make_dataset(tmp_path / "demo")
    (demo / "demo_defects.json").write_text("{}")
    desk.session.open(demo)
    assert desk.panels.form.recipes.recipe.name == "demo-cpu"


def test_that_a_started_run_draws_its_points_and_ends_with_a_message(desk, qtbot):
    assert "Choose a recipe and start: the loss appears here." in desk.texts()
    desk.start("mine")
    desk.wait_for(desk.is_trained(40))
    desk.wait_for(lambda: desk.state("mine") is RunState.FINISHED)
    counts = desk.panels.plots.point_counts()
    assert (counts["mDice"], counts["dice/cat"]) == (2, 2)
    assert "Run mine finished: best mDice 80.00 at iteration 40." in desk.messages
    assert desk.panels.header.best.text() == "Best mDice 80.00 ≥ 75 reached at iteration 40"
    log = desk.panels.log.toPlainText()
    assert "worker of mine" in log
    assert "info: pretending to train" in log


def test_that_the_run_is_what_the_form_asked_for(desk, qtbot):
    form = desk.panels.form
    form.field("max_iters").edit.setText("40")
    desk.start("mine")
    desk.wait_for(lambda: desk.state("mine") is RunState.FINISHED)
    record = desk.run("mine").record
    assert record.overrides == {"max_iters": 40}
    assert record.recipe == form.recipes.recipe.name
    assert record.label_set == "labels"
    assert form.name.text() == ""


def test_that_control_and_return_start_a_run(desk, qtbot):
    qtbot.keyClick(desk.page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.wait_for(desk.is_trained())


def test_that_stop_lets_the_run_end_in_order(desk, qtbot):
    desk.start("endless")
    desk.wait_for(desk.is_trained())
    qtbot.mouseClick(desk.panels.runs.stop_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.state("endless") is RunState.STOPPED)
    assert desk.panels.header.state.text() == "Stopped"
    assert not desk.problems


def test_that_cancel_asks_before_work_is_lost_and_then_does_it(desk, qtbot):
    desk.start("endless")
    desk.wait_for(desk.is_trained())
    desk.wait_for(lambda: desk.panels.runs.current.iteration > 0)
    qtbot.mouseClick(desk.panels.runs.cancel_button, Qt.MouseButton.LeftButton)
    dialog = desk.page.findChild(CancelDialog)
    assert "Cancel endless at iteration" in dialog.text()
    assert desk.state("endless") is RunState.RUNNING
    click(qtbot, dialog.cancel_button)
    desk.wait_for(lambda: desk.state("endless") is RunState.STOPPED)


def test_that_the_question_can_be_answered_with_no_and_with_stop(desk, qtbot):
    desk.start("endless")
    desk.wait_for(desk.is_trained())
    desk.wait_for(lambda: desk.panels.runs.current.iteration > 0)
    qtbot.mouseClick(desk.panels.runs.cancel_button, Qt.MouseButton.LeftButton)
    click(qtbot, desk.page.findChild(CancelDialog).keep_button)
    assert desk.run("endless").state() is RunState.RUNNING
    desk.wait_for(lambda: desk.page.findChild(CancelDialog) is None)
    qtbot.mouseClick(desk.panels.runs.cancel_button, Qt.MouseButton.LeftButton)
    click(qtbot, desk.page.findChild(CancelDialog).stop_button)
    desk.wait_for(lambda: desk.state("endless") is RunState.STOPPED)


def test_that_a_second_run_waits_and_can_be_taken_out_of_the_queue_without_a_question(desk, qtbot):
    desk.start("endless")
    desk.wait_for(lambda: desk.state("endless") is RunState.RUNNING)
    desk.start("waiting")
    desk.wait_for(lambda: desk.state("waiting") is RunState.QUEUED)
    desk.wait_for(lambda: "Run waiting waits until its device is free." in desk.messages)
    assert desk.panels.runs.current.name == "waiting"
    qtbot.mouseClick(desk.panels.runs.cancel_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.state("waiting") is RunState.STOPPED)
    assert desk.page.findChild(CancelDialog) is None
    assert desk.state("endless") is RunState.RUNNING


def test_that_killing_the_worker_leaves_the_page_alive_and_the_run_crashed(desk, qtbot):
    desk.start("endless")
    desk.wait_for(desk.is_trained())
    psutil.Process(read_worker_file(desk.run("endless").folder).pid).kill()
    desk.wait_for(lambda: desk.state("endless") is RunState.CRASHED)
    assert desk.panels.header.state.text() == "Crashed"
    assert "killed by signal 9" in desk.panels.header.reason.text()
    assert any("Run endless crashed" in problem for problem in desk.problems)
    desk.start("mine")
    desk.wait_for(lambda: desk.state("mine") is RunState.FINISHED)


def test_that_a_worker_that_dies_by_itself_is_told_with_its_last_words(desk):
    desk.start("dies")
    desk.wait_for(lambda: desk.state("dies") is RunState.CRASHED)
    assert "exit code 3" in desk.panels.header.reason.text()
    assert "out of luck" in desk.panels.header.reason.text()


def test_that_a_run_that_needed_too_much_memory_is_started_again_with_one_click(desk, qtbot):
    desk.start("greedy")
    desk.wait_for(lambda: desk.state("greedy") is RunState.FAILED)
    button = desk.panels.header.again_button
    desk.wait_for(lambda: button.isVisible() and button.text() == "Start again with batch size 4")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.state("greedy (again)") is RunState.FINISHED)
    assert desk.run("greedy (again)").record.overrides["batch_size"] == 4
    desk.wait_for(lambda: desk.panels.header.state.text() == "Finished")


def test_that_a_run_goes_on_without_the_window_and_is_picked_up_again(make_desk, root, qtbot):
    before = make_desk()
    before.session.open(root)
    before.start("endless")
    before.wait_for(before.is_trained())
    assert "The run goes on when you close the window." in before.texts()
    before.page.shut_down()
    before.page.hide()
    assert before.run("endless").state() is RunState.RUNNING
    after = make_desk()
    after.session.open(root)
    after.wait_for(after.is_trained(10))
    assert after.panels.header.state.text() == "Running"
    qtbot.mouseClick(after.panels.runs.stop_button, Qt.MouseButton.LeftButton)
    after.wait_for(lambda: after.state("endless") is RunState.STOPPED)


def test_that_the_plots_are_loaded_only_when_the_page_is_shown():
    code = "import sys, app.pages.train_page; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_that_runs_are_watched_before_the_page_is_first_shown(make_desk, root, qtbot):
    first = make_desk()
    first.session.open(root)
    first.start("endless")
    first.wait_for(lambda: first.state("endless") is RunState.RUNNING)
    hidden = make_desk(is_shown=False)
    activity: list[str] = []
    hidden.session.activity_changed.connect(activity.append)
    hidden.session.open(root)
    hidden.wait_for(lambda: hidden.state("endless") is RunState.RUNNING)
    hidden.wait_for(lambda: any("endless" in text for text in activity))
    with qtbot.waitExposed(hidden.page):
        hidden.page.show()
    hidden.page.activate()
    hidden.wait_for(hidden.is_trained())


def test_that_a_request_that_cannot_be_met_is_explained_beside_the_button(desk, qtbot):
    form = desk.panels.form
    form.field("class_weights").edit.setText("1, 2, 3, 4, 5")
    desk.start("mine")
    desk.wait_for(lambda: "class weights are given for" in desk.texts())
    assert form.start_button.isEnabled()
    assert desk.page.control.snapshot.runs == ()


def test_that_a_name_cannot_be_used_twice(desk):
    desk.start("mine")
    desk.wait_for(lambda: desk.state("mine") is RunState.FINISHED)
    desk.start("mine")
    desk.wait_for(lambda: "There is already a run named 'mine'" in desk.texts())


def test_that_a_finished_run_leads_to_the_compare_page(desk, qtbot):
    desk.start("mine")
    desk.wait_for(lambda: desk.panels.runs.compare_button.isEnabled())
    with qtbot.waitSignal(desk.session.open_run_requested) as asked:
        qtbot.mouseClick(desk.panels.runs.compare_button, Qt.MouseButton.LeftButton)
    assert asked.args == [desk.run("mine").id]


def test_that_choosing_an_older_run_shows_its_curves(desk, qtbot):
    for name in ("first", "dies"):
        desk.start(name)
        desk.wait_for(lambda name=name: (desk.state(name) or RunState.QUEUED).is_over)
    desk.wait_for(lambda: desk.panels.plots.point_counts().get("loss") == 10)
    older = desk.panels.runs.model.index(1)
    at = desk.panels.runs.list.visualRect(older).center()
    qtbot.mouseClick(desk.panels.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    desk.wait_for(lambda: desk.panels.plots.point_counts().get("loss") == 40)
    desk.wait_for(lambda: "worker of first" in desk.panels.log.toPlainText())
    assert "worker of dies" not in desk.panels.log.toPlainText()


def test_that_another_dataset_shows_its_own_runs_and_label_sets(desk, tmp_path):
    desk.start("mine")
    desk.wait_for(lambda: desk.state("mine") is RunState.FINISHED)
    other = make_dataset(tmp_path / "other")
    (other / "labels").rename(other / "masks")
    desk.session.open(other)
    desk.wait_for(lambda: desk.page.control.snapshot is not None)
    assert desk.page.control.snapshot.runs == ()
    assert desk.panels.form.label_set.currentText() == "masks"
    assert not desk.panels.plots.point_counts()
    assert "the loss appears here" in desk.texts()


def test_that_other_pages_hear_when_runs_come_and_end_and_not_each_second(desk, qtbot):
    heard: list[None] = []
    desk.wait_for(lambda: desk.page.control.snapshot is not None)
    desk.session.runs_changed.connect(lambda: heard.append(None))
    desk.start("mine")
    desk.wait_for(lambda: desk.state("mine") is RunState.FINISHED)
    assert 1 <= len(heard) <= 3


def test_that_the_sizes_of_the_panels_are_remembered(desk, make_desk, qtbot):
    settings = Settings()
    desk.panels.set_sizes({"TrainColumns": [400, 780]})
    desk.page.remember(settings)
    later = make_desk(is_shown=False)
    later.page.restore(settings)
    with qtbot.waitExposed(later.page):
        later.page.show()
    qtbot.waitUntil(lambda: later.panels.sizes() == desk.panels.sizes())
    assert desk.panels.sizes()["TrainColumns"][0] == pytest.approx(400, abs=10)


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_run_is_queued_once_more_when_another_page_asks_for_it(
    make_desk: Callable[..., Desk], root: Path
) -> None:
    from core.dataset import open_dataset
    from core.training.request import TrainRequest, create_run

    dataset = open_dataset(root)
    request = TrainRequest(dataset, "demo-cpu", device="cpu", name="first")
    parent = create_run(dataset, dataset.workspace_dir / "runs", request)
    parent.update(state=RunState.FINISHED)
    desk = make_desk(is_shown=False)
    desk.session.open(root)
    desk.session.retrain_requested.emit(parent.id)
    desk.wait_for(lambda: desk.state("first (repaired)") is RunState.FINISHED)
    child = desk.run("first (repaired)").record
    assert (child.parent, child.on_repaired_labels) == (parent.id, True)
    assert "The new run is in the queue: see the Train page." in desk.messages
    desk.session.retrain_requested.emit("gone")
    desk.wait_for(lambda: any("cannot be read" in problem for problem in desk.problems))
