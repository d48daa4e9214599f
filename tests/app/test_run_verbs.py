"""The buttons and the menu of the list of runs, with real runs that only pretend to train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.actions import install
from app.jobs import Jobs
from app.pages.train.run_actions import run_actions
from app.pages.train.run_verbs import RunVerbs
from app.session import Session
from app.training_control import TrainingControl
from app.training_watch import RunsSnapshot
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from widgets.training.delete_dialog import DeleteDialog
from widgets.training.run_config_dialog import RunConfigDialog
from widgets.training.run_panel import RunPanel

LONG = 20_000


@dataclass
class Desk:
    """A list of runs that is connected with what does its verbs."""

    panel: RunPanel
    page: QWidget
    control: TrainingControl
    store: RunStore
    qtbot: QtBot
    messages: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def make(self, name: str, state: RunState = RunState.QUEUED, **changes: object) -> Run:
        record = DatasetRecord(root=self.store.runs_dir.parent)
        run = self.store.create(
            recipe="demo-cpu", label_set="labels", dataset=record, name=name, device="cpu"
        )
        if state is not RunState.QUEUED or changes:
            run.update(state=state, **changes)
        return run

    def state(self, run: Run) -> RunState | None:
        snapshot = self.control.snapshot
        found = snapshot.find(run.id) if snapshot is not None else None
        return found.state if found is not None else None

    def choose(self, run: Run) -> None:
        self.wait_for(lambda: self.panel.model.index_of(run.id).isValid())
        self.panel.choose(run.id)

    def pick(self, name: str) -> None:
        """Choose an entry of the chosen run's menu."""
        menu = self.panel.menu()
        next(each for each in menu.actions() if each.objectName() == name).trigger()
        menu.deleteLater()

    def wait_for(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=LONG)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    jobs, supervisor = Jobs(), Supervisor("tests.app.fake_training_worker")
    session = Session(jobs)
    page, panel = QWidget(), RunPanel()
    qtbot.addWidget(page)
    QVBoxLayout(page).addWidget(panel)
    control = TrainingControl(jobs, page, supervisor=supervisor)
    RunVerbs(control, panel, session, jobs, page)
    install(run_actions(lambda: panel), page, Qt.ShortcutContext.WindowShortcut)
    desk = Desk(panel, page, control, RunStore(tmp_path / "runs"), qtbot)
    session.message.connect(desk.messages.append)
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: desk.opened.append(url.toLocalFile()) or True
    )

    def show(snapshot: RunsSnapshot) -> None:
        panel.update_runs(
            snapshot.runs, snapshot.asked, snapshot.waiting, is_paused=snapshot.is_paused
        )

    control.runs_changed.connect(show)
    control.open(desk.store.runs_dir)
    page.resize(300, 600)
    with qtbot.waitExposed(page):
        page.show()
    yield desk
    control.shut_down()
    jobs.shut_down()
    supervisor.end_all()


def test_that_one_button_pauses_a_run_and_lets_it_go_on(desk, qtbot):
    run = desk.make("endless")
    desk.wait_for(lambda: desk.state(run) is RunState.RUNNING)
    desk.choose(run)
    qtbot.mouseClick(desk.panel.pause_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.state(run) is RunState.PAUSED)
    assert any("makes room" in text for text in desk.messages)
    assert desk.panel.pause_button.text() == "Resume"
    qtbot.keyClick(
        desk.page,
        Qt.Key.Key_P,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    desk.wait_for(lambda: desk.state(run) is RunState.RUNNING)
    desk.wait_for(lambda: desk.panel.stop_button.isEnabled())
    qtbot.mouseClick(desk.panel.stop_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.state(run) is RunState.STOPPED)


def test_that_keys_move_a_waiting_run_and_pause_the_queue(desk, qtbot):
    queue_key = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    desk.control.pause_queue(True)
    runs = [desk.make(name) for name in "ab"]
    desk.wait_for(lambda: desk.control.snapshot and len(desk.control.snapshot.waiting) == 2)
    desk.choose(runs[1])
    qtbot.keyClick(desk.page, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    desk.wait_for(lambda: desk.control.snapshot.waiting == (runs[1].id, runs[0].id))
    qtbot.keyClick(desk.page, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    desk.wait_for(lambda: desk.control.snapshot.waiting == (runs[0].id, runs[1].id))
    desk.pick("first")
    desk.wait_for(lambda: desk.control.snapshot.waiting == (runs[1].id, runs[0].id))
    assert desk.control.snapshot.is_paused
    qtbot.keyClick(desk.page, Qt.Key.Key_Q, queue_key)
    desk.wait_for(lambda: {desk.state(run) for run in runs} == {RunState.FINISHED})


def test_that_a_run_is_deleted_only_on_a_clear_word(desk, qtbot):
    run = desk.make("mine", RunState.STOPPED)
    desk.choose(run)
    desk.pick("delete")
    desk.wait_for(lambda: desk.page.findChild(DeleteDialog))
    qtbot.mouseClick(desk.page.findChild(DeleteDialog).keep_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.page.findChild(DeleteDialog) is None)
    assert run.folder.is_dir()
    desk.pick("delete")
    desk.wait_for(lambda: desk.page.findChild(DeleteDialog))
    qtbot.mouseClick(desk.page.findChild(DeleteDialog).delete_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: desk.control.snapshot.runs == ())
    assert not run.folder.exists()


def test_that_config_folder_and_log_are_shown(desk):
    run = desk.make("mine", RunState.STOPPED)
    desk.choose(run)
    desk.pick("config")
    assert any("written when the run begins" in text for text in desk.messages)
    (run.folder / "config.py").write_text("max_iters = 5\n")
    desk.pick("config")
    desk.wait_for(lambda: desk.page.findChild(RunConfigDialog))
    dialog = desk.page.findChild(RunConfigDialog)
    assert dialog.text.toPlainText() == "max_iters = 5\n"
    dialog.reject()
    desk.pick("folder")
    desk.panel.log_button.click()
    run.log_path.write_text("hello\n")
    desk.panel.log_button.click()
    assert desk.opened == [str(run.folder), str(run.log_path)]
