"""The list of runs and its buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.runs.events import BestScore
from core.runs.store import RunState
from tests.making_runs import summary
from widgets.training.run_model import RunModel
from widgets.training.run_panel import RunPanel


@pytest.fixture
def panel(qtbot: QtBot) -> RunPanel:
    panel = RunPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def texts(panel: RunPanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def enabled(panel: RunPanel) -> set[str]:
    buttons = (panel.stop_button, panel.cancel_button, panel.compare_button, panel.log_button)
    return {button.objectName() for button in buttons if button.isEnabled()}


def ids(model: RunModel) -> list[str]:
    runs = [model.run(model.index(row)) for row in range(model.rowCount())]
    return [run.id for run in runs if run is not None]


def test_that_the_model_keeps_qts_rules_while_runs_come_change_and_go():
    model = RunModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for wanted in (["b", "a"], ["c", "b", "a"], ["c", "a"], ["a", "c", "d"], []):
        model.update([summary(each) for each in wanted], {})
        assert ids(model) == wanted


def test_that_only_the_row_of_a_run_that_changed_is_drawn_again(qtbot):
    model = RunModel()
    model.update([summary("b"), summary("a")], {})
    with qtbot.waitSignal(model.dataChanged) as signal:
        model.update([summary("b"), summary("a", iteration=5)], {})
    first, last, *_ = signal.args
    assert (first.row(), last.row()) == (1, 1)
    with qtbot.assertNotEmitted(model.dataChanged):
        model.update([summary("b"), summary("a", iteration=5)], {})


def test_that_without_runs_the_panel_says_so(panel):
    assert "No runs yet." in texts(panel)
    assert enabled(panel) == set()


@pytest.mark.parametrize(
    ("state", "asked", "buttons"),
    [
        (RunState.QUEUED, None, {"cancel", "open_log"}),
        (RunState.RUNNING, None, {"stop", "cancel", "open_log"}),
        (RunState.RUNNING, "stop", {"cancel", "open_log"}),
        (RunState.RUNNING, "cancel", {"open_log"}),
        (RunState.FINISHED, None, {"compare", "open_log"}),
        (RunState.FAILED, None, {"open_log"}),
    ],
)
def test_that_the_buttons_offer_what_the_run_allows(panel, state, asked, buttons):
    panel.update_runs([summary("a", state)], {"a": asked} if asked else {})
    panel.choose("a")
    assert enabled(panel) == buttons


def test_that_a_click_on_a_run_chooses_it_and_a_button_speaks_of_it(panel, qtbot):
    panel.update_runs([summary("b"), summary("a", RunState.FINISHED)], {})
    place = panel.list.visualRect(panel.model.index(1)).center()
    with qtbot.waitSignal(panel.chosen) as chosen:
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["a"]
    with qtbot.waitSignal(panel.compare_requested) as asked:
        qtbot.mouseClick(panel.compare_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["a"]


def test_that_the_choice_stays_while_runs_come_and_go(panel, qtbot):
    panel.update_runs([summary("b"), summary("a")], {})
    panel.choose("a")
    with qtbot.assertNotEmitted(panel.chosen):
        panel.update_runs([summary("c"), summary("b"), summary("a", iteration=9)], {})
    assert panel.current is not None
    assert panel.current.id == "a"


def test_that_the_window_says_that_runs_go_on_without_it(panel):
    panel.update_runs([summary("a")], {})
    assert "The run goes on when you close the window." in texts(panel)
    panel.update_runs([summary("a", RunState.FINISHED)], {})
    assert "goes on" not in texts(panel)


def test_that_a_reader_of_the_screen_hears_state_score_and_duration():
    model = RunModel()
    best = BestScore(mDice=82.314, iteration=200)
    run = summary("a", RunState.FINISHED, name="mine", best=best, seconds=125.0, iteration=400)
    model.update([run], {})
    spoken = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "mine, Finished · 400, best mDice 82.31, took 2 min 05 s"
    assert model.data(QModelIndex()) is None


def test_that_every_state_can_be_drawn(panel):
    runs = [
        summary(state.value, state, iteration=20, max_iters=400, seconds=5.0, eta=9.0)
        for state in RunState
    ]
    panel.update_runs(runs, {})
    assert not panel.grab().isNull()
