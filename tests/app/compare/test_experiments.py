"""The Runs view with runs in folders: read in threads, followed, taken away, remembered."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.pages.compare.experiments import Experiments
from app.pages.compare.frame import RUNS, SAMPLES
from app.run_colors import FILE_NAME, RunColorMemory
from app.session import Session
from app.settings import Settings
from core.dataset import open_dataset
from core.errors import PetsegError
from core.masks.saving import save_mask
from core.runs.events import EventWriter
from core.runs.record import RunState
from core.runs.table.columns import RunTable
from core.runs.table.reading import RunTableReader
from core.training.request import TrainRequest, create_run
from tests.making import blob, write_sample
from tests.making_experiments import make_run
from tests.making_runs import iteration
from widgets.experiments.panel import CURVES, PARALLEL, TABLE
from widgets.run_colors import colors, run_color


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write_sample(folder, "val", "a", {"labels": blob()})
    return folder


@pytest.fixture
def runs_dir(root: Path) -> Path:
    return open_dataset(root).workspace_dir / "runs"


@pytest.fixture
def view(qtbot: QtBot, root: Path) -> Iterator[Experiments]:
    jobs = Jobs()
    session = Session(jobs)
    made = Experiments(session, jobs)
    made.test_jobs = jobs  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.resize(1180, 560)
    made.show()
    yield made
    made.shut_down()
    session.close()
    jobs.shut_down()


def open_view(qtbot: QtBot, view: Experiments, root: Path) -> None:
    with qtbot.waitSignal(view.table_read):
        view.session.open(root)


def test_that_the_runs_of_the_dataset_are_shown_and_those_that_come_later(
    qtbot, view, root, runs_dir
):
    first = make_run(runs_dir, "first")
    open_view(qtbot, view, root)
    assert view.panel.titles() == {first.id: "first"}
    second = make_run(runs_dir, "second", age=1, state=RunState.CRASHED)
    shutil.rmtree(first.folder)
    with qtbot.waitSignal(view.table_read):
        view.session.runs_changed.emit()
    assert view.panel.titles() == {second.id: "second"}
    assert view.panel.top.troubles_button.text() == "1 crashed"


def test_that_the_chosen_runs_are_told(qtbot, view, root, runs_dir):
    runs = [make_run(runs_dir, name, age=n) for n, name in enumerate("ab")]
    open_view(qtbot, view, root)
    view.set_chosen([run.id for run in runs])
    with qtbot.waitSignal(view.runs_chosen) as chosen:
        qtbot.mouseClick(view.panel.top.compare_button, Qt.MouseButton.LeftButton)
    assert chosen.args == [[run.id for run in runs]]


def test_that_curves_of_ticked_runs_are_read_and_go_on(qtbot, view, root, runs_dir):
    run = make_run(runs_dir, "a", state=RunState.RUNNING)
    open_view(qtbot, view, root)
    view.set_chosen([run.id])
    view.panel.show_view(CURVES)

    def points() -> int:
        curves = view.panel.curves
        losses = curves.overlaid.data.losses if curves.runs else {}
        return len(losses.get("loss", ()))

    qtbot.waitUntil(lambda: points() == 2)
    with EventWriter(run.events_path) as events:
        events.write(iteration(30, 0.5))
    view.session.runs_changed.emit()
    qtbot.waitUntil(lambda: points() == 3)


def test_that_a_view_is_saved_as_a_picture_and_the_table_as_csv(
    qtbot, view, root, runs_dir, tmp_path
):
    make_run(runs_dir, "a", mdice=81.876)
    open_view(qtbot, view, root)
    suggested: list[str] = []

    def ask(_parent: object, _title: str, name: str, _files: str) -> str:
        suggested.append(name)
        return str(tmp_path / name)

    view.exports.ask = ask
    view.save_picture(PARALLEL)
    view.save_csv(TABLE)
    qtbot.waitUntil(lambda: not view.test_jobs.running)
    assert suggested == ["parallel-coordinates.png", "table-of-runs.csv"]
    assert QImage(str(tmp_path / suggested[0])).width() > 1000
    with (tmp_path / suggested[1]).open() as stream:
        assert [line["mDice"] for line in csv.DictReader(stream)] == ["81.876"]


def test_that_what_was_chosen_is_there_after_a_restart(qtbot, view, root, runs_dir):
    make_run(runs_dir, "a")
    open_view(qtbot, view, root)
    panel = view.panel
    panel.top.columns_button.set_chosen(["mDice", "seed"])
    panel.show_view(CURVES)
    panel.tree.sort_by("mDice", True)
    settings = Settings()
    view.remember(settings)
    later = Experiments(view.session, view.test_jobs)
    qtbot.addWidget(later)
    later.restore(Settings.model_validate_json(settings.model_dump_json()))
    assert later.panel.top.columns_button.chosen == ["mDice", "seed"]
    assert later.panel.view == CURVES
    later.shut_down()


def test_that_runs_that_cannot_be_read_are_said_in_place_of_them(
    qtbot, view, root, runs_dir, monkeypatch
):
    make_run(runs_dir, "a")

    def fail(_reader: RunTableReader) -> RunTable:
        raise PetsegError("The folder cannot be read", path=runs_dir)

    monkeypatch.setattr(RunTableReader, "read", fail)
    with qtbot.waitSignal(view.session.problem) as told:
        view.session.open(root)
    said = [label.text() for label in view.panel.empty.findChildren(QLabel)]
    assert "The runs cannot be read" in said
    assert told.args[0] in said


def test_that_another_dataset_takes_the_runs_away(qtbot, view, root, runs_dir, tmp_path):
    make_run(runs_dir, "a")
    open_view(qtbot, view, root)
    other = tmp_path / "other"
    write_sample(other, "val", "a", {"labels": blob()})
    open_view(qtbot, view, other)
    assert view.panel.currentWidget() is view.panel.empty


def test_that_colours_that_were_told_apart_are_the_same_after_a_restart(
    qtbot, view, root, runs_dir
):
    ids = [f"run {n}" for n in range(40)]
    memory = RunColorMemory(view.session)
    open_view(qtbot, view, root)
    alike = [each for each in ids if run_color(each) == run_color(ids[0])][:3]
    colors.tell_apart(alike)
    told = [run_color(each) for each in alike]
    assert len(set(told)) == 3
    memory.shut_down()
    assert (runs_dir / FILE_NAME).is_file()
    colors.set_places({})
    again = RunColorMemory(view.session)
    view.session.open(root)
    qtbot.waitUntil(lambda: [run_color(each) for each in alike] == told)
    again.shut_down()


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": "b", "c": null}', "{"])
def test_that_a_damaged_memory_of_colours_is_no_trouble(qtbot, view, root, runs_dir, text):
    runs_dir.mkdir(parents=True)
    (runs_dir / FILE_NAME).write_text(text)
    memory = RunColorMemory(view.session)
    open_view(qtbot, view, root)
    memory.shut_down()
    assert colors.places == {}


def test_that_runs_ticked_on_the_page_are_compared_in_its_samples(qtbot, root, runs_dir, page):
    runs = [make_run(runs_dir, name, age=n) for n, name in enumerate("abc")]
    page.session.open(root)
    view, frame = page.experiments, page.frame
    with qtbot.waitSignal(view.table_read):
        frame.show_view(RUNS)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(view.panel.top.filter_field.edit.hasFocus)
    tree = view.panel.tree
    qtbot.waitUntil(lambda: view.panel.ticked == [runs[0].id])  # the one in the samples
    tree.setFocus()
    tree.choose(runs[0].id)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Return):
        qtbot.keyClick(tree, key)
    qtbot.waitUntil(lambda: frame.view == SAMPLES)
    wanted = [run.id for run in runs[:2]]
    qtbot.waitUntil(lambda: [run.id for run in page.comparison.choice.runs] == wanted)
    assert page.problems == []
    page.compare([runs[2].id, "gone"])
    qtbot.waitUntil(lambda: bool(page.problems))
    assert page.problems[0].startswith("gone has nothing to show yet.")
    assert view.panel.ticked == [runs[2].id]
    frame.show_view(RUNS)
    page.compare(["gone"])
    qtbot.waitUntil(lambda: len(page.problems) == 2)
    assert frame.view == RUNS
    qtbot.waitUntil(lambda: not page.jobs.running)


def test_that_runs_of_other_masks_are_marked_with_what_has_changed(
    qtbot, view, root, runs_dir, tmp_path
):
    write_sample(root, "train", "t", {"labels": blob()})
    dataset = open_dataset(root)
    request = TrainRequest(dataset, "demo-cpu", overrides={"max_iters": 2, "val_interval": 2})
    run = create_run(dataset, runs_dir, request)
    open_view(qtbot, view, root)
    panel = view.panel
    qtbot.waitUntil(lambda: not view.test_jobs.running)
    assert panel.table.column("stale") is None  # nothing has changed
    workspace = view.session.workspace
    assert workspace is not None
    save_mask(dataset, workspace, dataset.sample("val/a"), "labels", blob(64, 2))
    view.session.mask_saved("val/a")
    qtbot.waitUntil(lambda: panel.table.column("stale") is not None)
    model = panel.tree.run_model
    place = [column.id for column in model.columns].index("stale")
    index = model.index_of(run.id).siblingAtColumn(place)
    assert index.data() == "1 mask changed"
    assert "Mask changed: val/a" in index.data(Qt.ItemDataRole.ToolTipRole)
    panel.top.filter_field.edit.setText("stale != none")
    qtbot.waitUntil(lambda: [row.id for row in panel.rows] == [run.id])
    panel.top.filter_field.edit.setText("stale = none")
    qtbot.waitUntil(lambda: not panel.rows)
