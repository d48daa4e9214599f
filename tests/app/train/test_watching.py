"""What the Train page shows of runs, with runs on disk to which the test appends events."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.actions import install
from app.jobs import Jobs
from app.pages.train_page import TrainPage
from app.session import Session
from app.settings import Settings
from core.images import encode_mask
from core.runs.events import Event, EventWriter, Failed, Finished, Preview
from core.runs.record import DatasetRecord
from core.runs.store import Run, RunState, RunStore
from core.runs.supervisor import Supervisor
from tests.making import make_dataset
from tests.making_runs import started, training, validation
from widgets.plots.clock import XAxis

LONG = 20_000


@dataclass
class Desk:
    """A page, its session, and runs on disk."""

    page: TrainPage
    session: Session
    store: RunStore
    messages: list[str]
    qtbot: QtBot

    @property
    def panels(self):
        return self.page.panels

    def make_run(
        self,
        name: str,
        events: list[Event],
        state: RunState = RunState.RUNNING,
        goal: float = 75.0,
    ) -> Run:
        dataset = self.session.dataset
        assert dataset is not None
        record = DatasetRecord(root=dataset.root, fingerprint={})
        run = self.store.create(
            recipe="demo-cpu", label_set="labels", dataset=record, name=name, fields={"goal": goal}
        )
        self.write(run, events)
        run.update(state=state)
        return run

    def write(self, run: Run, events: list[Event]) -> None:
        with EventWriter(run.events_path) as writer:
            for event in events:
                writer.write(event)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG)

    def choose(self, run: Run) -> None:
        runs = self.panels.runs
        self.wait_for(lambda: runs.model.index_of(run.id).isValid())
        at = runs.list.visualRect(runs.model.index_of(run.id)).center()
        self.qtbot.mouseClick(runs.list.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def press(self, key: Qt.Key) -> None:
        self.panels.log.setFocus()
        self.qtbot.keyClick(self.page, key)

    def texts(self) -> str:
        labels = self.page.findChildren(QLabel)
        return " ".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def make_page(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    root = make_dataset(tmp_path / "pets", samples=8)
    made: list[tuple[Desk, Jobs]] = []

    def make(settings: Settings | None = None, *, is_shown: bool = True) -> Desk:
        jobs = Jobs()
        session = Session(jobs)
        page = TrainPage(session, jobs, supervisor=Supervisor("tests.app.fake_training_worker"))
        qtbot.addWidget(page)
        install(page.actions_table(), page, Qt.ShortcutContext.WindowShortcut)
        page.restore(settings or Settings())
        page.resize(1200, 680)
        session.open(root)
        assert session.workspace is not None
        desk = Desk(page, session, RunStore(session.workspace.runs_dir), [], qtbot)
        session.message.connect(desk.messages.append)
        made.append((desk, jobs))
        if is_shown:
            with qtbot.waitExposed(page):
                page.show()
        return desk

    yield make
    for desk, jobs in made:
        desk.page.shut_down()
        desk.session.close()
        jobs.shut_down()


@pytest.fixture
def desk(make_page: Callable[..., Desk]) -> Desk:
    return make_page()


def done(events: list[Event]) -> list[Event]:
    return [*events, Finished(iteration=400, seconds=10)]


def test_that_a_tick_lays_the_curves_of_a_run_over_those_of_the_chosen_one(desk, qtbot):
    first = desk.make_run("first", done(training(400)), RunState.FINISHED)
    second = desk.make_run("second", done(training(200)), RunState.FINISHED)
    desk.choose(first)
    desk.wait_for(lambda: desk.panels.plots.point_counts().get("loss") == 40)
    model = desk.panels.runs.model
    model.setData(model.index_of(second.id), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    plots = desk.panels.plots
    desk.wait_for(lambda: plots.loss.is_drawn("loss", second.id))
    assert [run.title for run in plots.runs] == ["first", "second"]
    for run in (first, second):
        assert plots.loss.curve_look("loss", run.id).color.getRgb()[:3] == model.color_of(run.id)
    assert plots.run_legend.isVisible()
    model.setData(
        model.index_of(second.id), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole
    )
    desk.wait_for(lambda: len(plots.runs) == 1)
    assert plots.point_counts()["loss"] == 40


def test_that_a_run_that_passes_its_goal_is_told_and_leads_to_its_curves(desk, qtbot):
    other = desk.make_run("other", done(training(100)), RunState.FINISHED)
    run = desk.make_run("climbing", [started(), validation(100, 60.0)])
    desk.choose(other)
    desk.wait_for(lambda: desk.page.control.snapshot.find(run.id).best is not None)
    assert desk.panels.goal_notice.text == ""
    desk.write(run, [validation(200, 76.31)])
    words = "Run climbing passed its goal: mDice 76.31 ≥ 75 at iteration 200."
    desk.wait_for(lambda: desk.panels.goal_notice.text == words)
    assert words in desk.messages
    qtbot.mouseClick(desk.panels.goal_notice.show_button, Qt.MouseButton.LeftButton)
    assert desk.panels.runs.current.name == "climbing"
    assert desk.panels.goal_notice.text == ""
    desk.write(run, [validation(300, 80.0)])
    desk.wait_for(lambda: desk.page.control.snapshot.find(run.id).best.mDice == 80.0)
    assert desk.messages.count(words) == 1
    assert desk.panels.goal_notice.text == ""


def test_that_a_run_that_passed_its_goal_long_ago_is_not_told(desk):
    run = desk.make_run("old", done([started(), validation(100, 90.0)]), RunState.FINISHED)
    desk.choose(run)
    desk.wait_for(lambda: "reached at iteration 100" in desk.texts())
    assert not any("passed its goal" in message for message in desk.messages)


def test_that_news_of_runs_come_while_another_page_is_in_front(make_page):
    desk = make_page(is_shown=False)
    good = desk.make_run("good", [started(), validation(100, 60.0)], goal=65.0)
    bad = desk.make_run("bad", [started()])
    problems: list[str] = []
    desk.session.problem.connect(problems.append)
    desk.wait_for(lambda: len(getattr(desk.page.control.snapshot, "runs", ())) == 2)
    desk.write(good, [validation(200, 70.0)])
    desk.write(bad, [Failed(reason="No memory.")])
    words = "Run good passed its goal: mDice 70.00 ≥ 65 at iteration 200."
    desk.wait_for(lambda: words in desk.messages and "Run bad failed. No memory." in problems)
    assert not desk.page.findChildren(QLabel)  # nobody needed its panels for that
    assert desk.panels.goal_notice.text == words
    desk.choose(good)
    assert not desk.panels.goal_notice.show_button.isVisible()


def test_that_the_line_stands_at_the_goal_of_the_chosen_run_until_the_user_moves_it(desk):
    high = desk.make_run("high", done([started(), validation(100, 80.0)]), RunState.FINISHED, 90.0)
    low = desk.make_run("low", done([started(), validation(100, 60.0)]), RunState.FINISHED, 50.0)
    line = desk.panels.plots.dice
    desk.choose(high)
    desk.wait_for(lambda: "80.00 < 90 so far" in desk.texts())
    assert (line.goal_text, desk.panels.plot_bar.goal.value()) == ("goal 90 %", 90.0)
    desk.choose(low)
    desk.wait_for(lambda: "60.00 ≥ 50 reached" in desk.texts())
    assert line.goal_text == "goal 50 %"
    desk.panels.plots.goal_moved.emit(70.0)
    desk.choose(high)
    desk.wait_for(lambda: "80.00 ≥ 70 reached" in desk.texts())
    assert line.goal_text == "goal 70 %"
    desk.panels.plot_bar.run_goal.trigger()
    assert line.goal_text == "goal 90 %"


def test_that_another_goal_counts_everywhere_and_is_remembered(desk, make_page):
    run = desk.make_run("mine", done([started(), validation(100, 80.0)]), RunState.FINISHED)
    desk.choose(run)
    desk.wait_for(lambda: "80.00 ≥ 75 reached" in desk.texts())
    desk.panels.plot_bar.goal.setValue(85)
    assert "80.00 < 85 so far" in desk.texts()
    assert desk.panels.plots.dice.goal_text == "goal 85 %"
    desk.panels.plots.goal_moved.emit(70.0)
    assert desk.panels.plot_bar.goal_button.text() == "70 %"
    assert "80.00 ≥ 70 reached" in desk.texts()
    settings = Settings()
    desk.page.remember(settings)
    later = make_page(Settings.model_validate_json(settings.model_dump_json()))
    assert later.panels.plots.dice.goal_text == "goal 70 %"


def test_that_keys_change_axis_and_scales_and_the_choice_is_remembered(desk, make_page):
    desk.press(Qt.Key.Key_X)
    desk.press(Qt.Key.Key_X)
    desk.press(Qt.Key.Key_L)
    desk.press(Qt.Key.Key_O)
    desk.panels.plot_bar.set_action("Speed").trigger()
    options = desk.panels.plots.options
    assert (options.axis, options.log, options.cut_outliers) == (XAxis.TIME, True, True)
    settings = Settings()
    desk.page.remember(settings)
    later = make_page(Settings.model_validate_json(settings.model_dump_json()))
    assert later.panels.plots.options == options
    assert later.panels.plot_bar.options == options


def previews_of(run: Run, iteration: int, value: int) -> list[Event]:
    path = run.folder / "previews" / str(iteration) / "val" / "003.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_mask(np.full((64, 64), value, np.uint8)))
    relative = path.relative_to(run.folder).as_posix()
    return [Preview(iteration=iteration, sample="val/003", path=relative, dice=10.0 * value)]


def test_that_the_previews_of_the_chosen_run_are_scrubbed_by_keys_and_lead_to_the_editor(
    desk, qtbot
):
    run = desk.make_run("mine", [started()])
    desk.write(run, [*previews_of(run, 100, 1), *previews_of(run, 200, 2)])
    desk.choose(run)
    strip = desk.panels.previews
    desk.wait_for(lambda: [card.caption for card in strip.cards] == ["Dice 20.0"])
    desk.press(Qt.Key.Key_Left)
    desk.wait_for(lambda: [card.caption for card in strip.cards] == ["Dice 10.0"])
    desk.press(Qt.Key.Key_T)
    assert strip.cards[0].caption == "truth"
    with qtbot.waitSignal(desk.session.edit_requested) as asked:
        qtbot.mouseDClick(strip.cards[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["val/003"]
    desk.write(run, previews_of(run, 300, 1))
    desk.wait_for(lambda: "validation 1 of 3" in desk.texts())


def test_that_curves_and_picture_are_written_where_the_user_says(desk, tmp_path):
    run = desk.make_run("my run", done(training(400)), RunState.FINISHED)
    desk.choose(run)
    desk.wait_for(lambda: desk.panels.plots.point_counts().get("loss") == 40)
    suggested: list[str] = []

    def answer(_parent, _title, name, _files):
        suggested.append(name)
        return str(tmp_path / "out" / name) if suggested else ""

    (tmp_path / "out").mkdir()
    desk.page.watching.exporting.ask = answer
    desk.panels.plot_bar.table_requested.emit()
    desk.panels.plot_bar.picture_requested.emit()
    table, picture = tmp_path / "out" / "my-run.csv", tmp_path / "out" / "my-run.png"
    desk.wait_for(lambda: sum(message.startswith("Saved") for message in desk.messages) == 2)
    assert suggested == ["my-run.csv", "my-run.png"]
    rows = list(csv.DictReader(table.open()))
    assert sum(row["curve"] == "mDice" for row in rows) == 4
    assert not QImage(str(picture)).isNull()


def test_that_without_curves_nothing_is_written(desk, tmp_path):
    desk.page.watching.exporting.ask = lambda *_: str(tmp_path / "x.csv")
    desk.panels.plot_bar.table_requested.emit()
    desk.panels.plot_bar.copy_requested.emit()
    assert desk.messages[-2:] == ["There are no curves yet."] * 2
    assert not (tmp_path / "x.csv").exists()
