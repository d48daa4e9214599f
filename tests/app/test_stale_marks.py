"""The Train page marks runs whose masks were changed, and lists what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.pages.train_page import TrainPage
from app.session import Session
from core.dataset import open_dataset
from core.masks.saving import save_mask
from core.runs.events import EventWriter
from core.runs.store import Run, RunState
from core.training.data.learned import LearnedFiles
from core.training.data.plan import load_data_plan
from core.training.request import TrainRequest, create_run
from tests.making import blob, make_dataset
from widgets.training.run_model import RUN_ROLE
from widgets.training.stale_list import StaleDialog

LONG = 20_000


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A finished run of a dataset."""
    dataset = open_dataset(make_dataset(tmp_path / "pets", samples=8))
    request = TrainRequest(
        dataset, "demo-cpu", name="first", overrides={"max_iters": 2, "val_interval": 2}
    )
    made = create_run(dataset, dataset.workspace_dir / "runs", request)
    made.update(state=RunState.FINISHED)
    return made


@pytest.fixture
def page(run: Run, qtbot: QtBot) -> Iterator[TrainPage]:
    jobs = Jobs()
    session = Session(jobs)
    page = TrainPage(session, jobs)
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    session.open(run.record.dataset.root)
    qtbot.waitUntil(lambda: page.panels.runs.current is not None, timeout=LONG)
    yield page
    page.shut_down()
    session.close()
    jobs.shut_down()


def test_that_a_saved_mask_marks_the_run_and_its_list_leads_to_the_sample(page, run, qtbot):
    session, header = page.session, page.panels.header
    assert not header.stale_button.isVisible()
    dataset, workspace = session.dataset, session.workspace
    save_mask(dataset, workspace, dataset.sample("train/002"), "labels", blob(64, 2))
    session.mask_saved("train/002")
    qtbot.waitUntil(header.stale_button.isVisible, timeout=LONG)
    assert header.stale_button.text() == "Stale: 1 mask changed…"
    index = page.panels.runs.model.index_of(run.id)
    assert index.data(RUN_ROLE).stale == "1 mask changed"
    assert "Stale: 1 mask changed" in index.data(Qt.ItemDataRole.ToolTipRole)
    qtbot.mouseClick(header.stale_button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(StaleDialog)
    assert dialog.sample == "train/002"
    with qtbot.waitSignal(session.edit_requested) as asked:
        qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert asked.args == ["train/002"]


def test_that_what_a_worker_finds_changed_is_learned_and_marks_the_run_no_more(page, run, qtbot):
    header = page.panels.header
    session = page.session
    dataset, workspace = session.dataset, session.workspace
    save_mask(dataset, workspace, dataset.sample("train/002"), "labels", blob(64, 2))
    session.mask_saved("train/002")
    qtbot.waitUntil(header.stale_button.isVisible, timeout=LONG)
    with EventWriter(run.events_path) as events:
        learned = LearnedFiles(run.folder, load_data_plan(run.folder), events)
        learned.begin(0)
        learned.end(2)
    qtbot.waitUntil(lambda: not header.stale_button.isVisible(), timeout=LONG)
