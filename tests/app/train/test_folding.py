"""Training in folds from the window: asked for, refused, queued and watched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.actions import install
from app.jobs import Jobs
from app.pages.train_page import TrainPage
from app.session import Session
from core.runs.store import RunState, RunStore
from core.runs.supervisor import Supervisor
from tests.making import blob, make_dataset, photo_of, write_sample
from widgets.training.asking.folds_dialog import FoldsDialog

LONG = 20_000


class Desk:
    """A Train page with a dataset, its workers pretending, and what the session told."""

    def __init__(self, qtbot: QtBot, root: Path) -> None:
        self.qtbot = qtbot
        self.jobs = Jobs()
        self.supervisor = Supervisor("tests.app.fake_training_worker")
        self.session = Session(self.jobs)
        self.page = TrainPage(self.session, self.jobs, supervisor=self.supervisor)
        self.messages: list[str] = []
        self.session.message.connect(self.messages.append)
        qtbot.addWidget(self.page)
        install(self.page.actions_table(), self.page, Qt.ShortcutContext.WindowShortcut)
        self.page.resize(1200, 640)
        with qtbot.waitActive(self.page):
            self.page.show()
        self.session.open(root)
        self.form.recipes.choose("demo-cpu")  # begins without weights to fetch
        self.form.put({"crop_size": (64, 64), "image_size": (64, 64), "batch_size": 2})

    @property
    def form(self):
        return self.page.panels.form

    @property
    def dialog(self) -> FoldsDialog:
        found = self.page.findChildren(FoldsDialog)
        assert found
        return found[-1]

    def wait_for(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG)

    def ask(self, folds: int, name: str) -> None:
        """Open the dialog with its keys, and type how many."""
        self.qtbot.keyClick(
            self.page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
            | Qt.KeyboardModifier.ShiftModifier,
        )  # fmt: skip
        self.dialog.folds.selectAll()
        self.qtbot.keyClicks(self.dialog.folds, str(folds))
        self.qtbot.keyClicks(self.dialog.name, name)

    def start(self) -> None:
        """Press Enter once it is known what it comes to."""
        self.wait_for(self.dialog.start_button.isEnabled)
        self.qtbot.keyClick(self.dialog.name, Qt.Key.Key_Return)

    def runs(self) -> list:
        assert self.session.workspace is not None
        return RunStore(self.session.workspace.runs_dir).list()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "pets", samples=8)


@pytest.fixture
def desk(qtbot: QtBot, root: Path) -> Iterator[Desk]:
    desk = Desk(qtbot, root)
    yield desk
    desk.page.shut_down()
    desk.session.close()
    desk.jobs.shut_down()
    desk.supervisor.end_all()


def test_that_folds_are_queued_from_the_keyboard_and_trained_one_after_the_other(desk):
    desk.ask(2, "judges")
    assert desk.dialog.values.splits == ("train",)
    desk.wait_for(lambda: "2 runs of" in desk.dialog.outlook.text())
    assert "each learns from about 3 samples and judges 3" in desk.dialog.outlook.text()
    desk.start()
    desk.wait_for(lambda: len(desk.runs()) == 2)
    desk.wait_for(lambda: "2 runs wait in the queue: judges-fold1 and so on." in desk.messages)
    desk.wait_for(lambda: all(run.state() is RunState.FINISHED for run in desk.runs()))
    records = sorted((run.record for run in desk.runs()), key=lambda record: record.fold)
    assert [(each.name, each.group, each.fold, each.folds) for each in records] == [
        ("judges-fold1", "judges", 1, 2),
        ("judges-fold2", "judges", 2, 2),
    ]
    assert records[0].fields["batch_size"] == 2
    held_out = [sample for each in records for sample in each.held_out]
    assert len(held_out) == len(set(held_out)) == 6
    # The next time it is known how long that takes.
    desk.qtbot.mouseClick(desk.form.foot.folds_button, Qt.MouseButton.LeftButton)
    desk.wait_for(lambda: "going by the run judges-fold" in desk.dialog.time.text())
    desk.qtbot.keyClick(desk.dialog, Qt.Key.Key_Escape)


def test_that_more_folds_than_samples_are_refused_while_one_chooses(desk, qtbot):
    qtbot.mouseClick(desk.form.foot.folds_button, Qt.MouseButton.LeftButton)
    desk.dialog.folds.setValue(7)
    desk.wait_for(lambda: "There are 6 samples for 7 folds" in desk.dialog.problem.text())
    assert not desk.dialog.start_button.isEnabled()
    qtbot.mouseClick(desk.dialog.split_boxes["val"], Qt.MouseButton.LeftButton)
    desk.wait_for(desk.dialog.start_button.isEnabled)
    qtbot.mouseClick(desk.dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert desk.runs() == []


def test_that_folds_that_would_stay_empty_are_refused_in_words(desk, tmp_path):
    root = tmp_path / "twins"
    for at in range(6):
        pair = photo_of(blob(), seed=at // 2)
        write_sample(root, "train", f"{at:03d}", {"labels": blob()}, photo=pair)
    write_sample(root, "val", "v", {"labels": blob()})
    desk.session.open(root)
    desk.ask(5, "judges")
    desk.start()
    desk.wait_for(lambda: "folds would stay empty" in desk.form.foot.problem)
    assert (
        "only 3 different pictures, and pictures that are alike go into one fold"
        in desk.form.foot.problem
    )
    assert desk.runs() == []
    assert desk.form.foot.folds_button.isEnabled()
