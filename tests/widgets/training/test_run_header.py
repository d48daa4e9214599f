"""The strip above the plots."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.runs.events import BestScore
from core.runs.store import RunState
from tests.making_runs import iteration, started, summary, validation
from widgets.training.run_header import RunHeader


@pytest.fixture
def header(qtbot: QtBot) -> RunHeader:
    header = RunHeader(goal=75)
    qtbot.addWidget(header)
    return header


def test_that_it_shows_what_the_events_of_a_run_say(header):
    header.show_run(summary("a"))
    header.append([started(400), iteration(120), validation(100, 82.31)])
    assert header.state.text() == "Running"
    assert header.iteration.text() == "120/400"
    assert header.left.text() == "56 s"
    assert header.speed.text() == "5.0 it/s"
    assert header.device.text() == "cpu"
    assert header.memory.text() == "812 MB"
    assert header.best.text() == "Best mDice 82.31 ≥ 75 reached at iteration 100"


def test_that_another_run_does_not_inherit_figures(header):
    header.show_run(summary("a"))
    header.append([started(400), iteration(120), validation(100, 82.31)])
    header.show_run(summary("b"))
    assert header.iteration.text() == "–"
    assert header.best.text() == "Best mDice –"


def test_that_an_update_of_the_same_run_keeps_the_figures(header):
    header.show_run(summary("a"))
    header.append([started(400), iteration(120)])
    header.show_run(summary("a", iteration=110, max_iters=400), "stop")
    assert header.iteration.text() == "120/400"
    assert header.state.text() == "Stopping"


def test_that_the_reason_of_a_crash_is_told_and_the_time_it_took(header):
    reason = "The worker was killed by signal 9 (SIGKILL) at iteration 60."
    best = BestScore(mDice=60.0, iteration=50)
    header.show_run(summary("a", RunState.CRASHED, reason=reason, seconds=58, best=best))
    assert header.state.text() == "Crashed"
    assert header.reason.text() == reason
    assert not header.reason.isHidden()
    assert header.left.text() == "58 s"
    assert header.best.text() == "Best mDice 60.00 < 75 so far, at iteration 50"


def test_that_without_a_run_there_is_no_strip(header):
    header.show_run(summary("a"))
    assert not header.isHidden()
    header.show_run(None)
    assert header.isHidden()


def test_that_images_a_second_and_the_use_of_the_gpu_are_told_where_they_are_known(header):
    header.show_run(summary("a"))
    figures = {"images_per_second": 41.26, "gpu_percent": 93.4}
    header.append([started(400), iteration(120).model_copy(update=figures)])
    assert header.speed.text() == "41.3 images/s"
    assert header.device.text() == "cpu · GPU 93 %"


def test_that_a_worker_that_says_nothing_is_shown_and_not_hidden(header):
    header.show_run(summary("a", silent_seconds=34.2))
    assert header.silence.text().startswith("No sign of life for 34 s.")
    assert not header.silence.isHidden()
    header.show_run(summary("a"))
    assert header.silence.isHidden()


def test_that_a_run_that_can_go_on_offers_it(header, qtbot):
    header.show_run(summary("a", RunState.PAUSED, iteration=640, checkpoint=640))
    assert header.state.text() == "Paused"
    assert header.reason.text() == "Paused at iteration 640. Nothing is lost."
    assert not header.resume_button.isHidden()
    with qtbot.waitSignal(header.resume_requested) as asked:
        qtbot.mouseClick(header.resume_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["a"]
    header.show_run(summary("a"))
    assert header.resume_button.isHidden()


def test_that_a_failed_run_offers_what_would_let_it_work(header, qtbot):
    header.show_run(summary("a", RunState.FAILED, suggestion={"batch_size": 4}))
    assert header.again_button.text() == "Start again with batch size 4"
    with qtbot.waitSignal(header.again_requested) as asked:
        qtbot.mouseClick(header.again_button, Qt.MouseButton.LeftButton)
    assert asked.args == ["a"]
    header.show_run(summary("a", RunState.FAILED))
    assert header.again_button.isHidden()


def test_that_another_goal_is_held_against_the_score(header):
    header.show_run(summary("a"))
    header.append([started(400), validation(100, 82.31)])
    header.set_goal(90)
    assert header.best.text() == "Best mDice 82.31 < 90 so far, at iteration 100"


def test_that_a_finished_fold_offers_the_label_suspects_of_its_group(header, qtbot):
    fold = {"group": "judges", "fold": 2, "folds": 4}
    header.show_run(summary("b", state=RunState.RUNNING, **fold))
    assert header.suspects_button.isHidden()
    header.show_run(summary("b", state=RunState.FINISHED, **fold))
    assert header.reason.text() == "Fold 2 of 4 of judges."
    with qtbot.waitExposed(header):
        header.show()
    with qtbot.waitSignal(header.suspects_requested) as wanted:
        qtbot.mouseClick(header.suspects_button, Qt.MouseButton.LeftButton)
    assert wanted.args == ["judges"]
    header.show_run(summary("c", state=RunState.FINISHED))
    assert header.suspects_button.isHidden()
