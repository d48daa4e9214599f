"""The live plots, fed with events and used by mouse."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from tests.making_runs import iteration, started, training, validation
from widgets import theme
from widgets.plots.panel import PlotPanel
from widgets.plots.run_plots import NO_RUN, RunPlots

CLASSES = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (230, 159, 0)))


@pytest.fixture
def plots(qtbot: QtBot) -> RunPlots:
    plots = RunPlots()
    qtbot.addWidget(plots)
    plots.set_classes(CLASSES)
    plots.resize(800, 500)
    with qtbot.waitExposed(plots):
        plots.show()
    return plots


def texts(plots: RunPlots) -> list[str]:
    return [label.text() for label in plots.findChildren(QLabel) if label.isVisible()]


def position_of(panel: PlotPanel, x: float, y: float) -> QPoint:
    scene = panel.view.mapViewToScene(QPointF(x, y))
    return panel.plot.mapFromScene(scene)


def test_that_without_a_run_the_plots_say_what_to_do(plots):
    assert NO_RUN in texts(plots)
    assert NO_RUN == "Choose a recipe and start: the loss appears here."


def test_that_events_become_points_and_the_sentence_goes(plots):
    plots.append(training(200))
    counts = plots.point_counts()
    assert {name: counts[name] for name in ("loss", "lr", "mDice", "dice/background")} == {
        "loss": 20,
        "lr": 20,
        "mDice": 2,
        "dice/background": 2,
    }
    assert NO_RUN not in texts(plots)


def test_that_a_run_without_points_says_when_they_come_and_an_ended_one_that_there_are_none(plots):
    plots.begin()
    assert "mDice appears with the first validation." in texts(plots)
    plots.set_over(True)
    assert "Nothing was recorded." in texts(plots)


def test_that_loss_terms_get_curves_when_they_first_occur(plots):
    plots.append([started(), iteration(10)])
    plots.append([iteration(20, 2.0, terms={"decode.loss_ce": 1.5, "aux.loss_dice": 0.5})])
    assert plots.loss.legend.entry("decode.loss_ce").text() == "CE"
    assert plots.loss.legend.entry("aux.loss_dice").text() == "aux Dice"
    assert plots.point_counts()["decode.loss_ce"] == 1


def test_that_a_click_in_the_legend_hides_a_curve_and_another_one_shows_it(plots, qtbot):
    plots.append([started(), iteration(10, 9.0, terms={"decode.loss_ce": 1.0})])
    plots.append([iteration(20, 9.0, terms={"decode.loss_ce": 2.0})])
    top = plots.loss.view.viewRange()[1][1]
    qtbot.mouseClick(plots.loss.legend.entry("loss"), Qt.MouseButton.LeftButton)
    assert plots.loss.view.viewRange()[1][1] < top / 2
    qtbot.mouseClick(plots.loss.legend.entry("loss"), Qt.MouseButton.LeftButton)
    assert plots.loss.view.viewRange()[1][1] == top


def test_that_the_best_validation_is_marked_and_not_the_last(plots):
    plots.append([started(), validation(100, 71.2), validation(200, 82.31), validation(300, 80.0)])
    assert plots.dice.best_text == "82.31"
    assert plots.data.best is not None
    assert plots.data.best.iteration == 200


def test_that_the_goal_stands_in_the_plot_of_mdice(plots):
    plots.append(training(100))
    assert plots.dice.goal_text == "goal 75 %"


def test_that_a_resumed_run_repeats_no_iteration_in_its_curves(plots):
    plots.append(training(250))
    plots.append([started(iteration=200), iteration(210), iteration(220)])
    assert plots.data.losses["loss"].x.tolist() == [*range(10, 201, 10), 210, 220]
    assert len(plots.data.dice) == 2


def test_that_a_loss_that_is_no_number_leaves_a_gap(plots):
    plots.append([iteration(n, math.nan if n == 20 else 1.0) for n in (10, 20, 30)])
    assert plots.point_counts()["loss"] == 3
    assert not plots.grab().isNull()


def test_that_the_axis_reaches_to_the_planned_end_and_follows_a_longer_run(plots):
    plots.append(training(100))
    assert plots.dice.view.viewRange()[0][1] == pytest.approx(400, rel=0.02)
    plots.append([iteration(500, max_iters=400)])
    assert plots.lr.view.viewRange()[0][1] == pytest.approx(500, rel=0.02)


def test_that_zooming_one_plot_zooms_all_and_a_double_click_shows_the_whole_run(plots, qtbot):
    plots.append(training(300))
    panel = plots.loss
    at = position_of(panel, 200, 1.5)
    wheel = QWheelEvent(
        QPointF(at), QPointF(panel.plot.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.plot.viewport(), wheel)
    narrow = panel.view.viewRange()[0]
    assert narrow[1] - narrow[0] < 390
    assert plots.class_dice.view.viewRange()[0] == pytest.approx(narrow)
    plots.append([iteration(310)])
    assert panel.view.viewRange()[0] == pytest.approx(narrow)
    qtbot.mouseDClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.view.viewRange()[0][1] == pytest.approx(400, rel=0.02)


def test_that_the_mouse_reads_the_values_of_all_plots(plots, qtbot):
    plots.append(training(300))
    panel = plots.loss
    qtbot.mouseMove(panel.plot.viewport(), position_of(panel, 120, 1.5))
    qtbot.waitUntil(lambda: any("iteration 120" in text for text in texts(plots)))
    assert any("<b>1.7</b>" in text for text in texts(plots))
    assert any("mDice <b>50.00</b>" in text for text in texts(plots))


def test_that_another_run_starts_from_empty_plots(plots):
    plots.append(training(300))
    plots.begin()
    assert not plots.point_counts()
    plots.append([started(), iteration(10)])
    assert plots.point_counts()["loss"] == 1


def test_that_curves_follow_the_theme_and_classes_keep_their_colour(plots, qapp):
    plots.append(training(100))
    before = theme.active()
    try:
        for name in ("light", "dark"):
            theme.apply(qapp, name)
            entry = plots.loss.legend
            assert plots.loss.curve_look("loss").color == theme.color("text")
            assert plots.class_dice.curve_look("background").color == theme.color("muted")
            assert plots.class_dice.curve_look("cat").color == QColor(230, 159, 0)
            assert entry is plots.loss.legend
    finally:
        theme.apply(qapp, before)


def test_that_a_million_points_are_kept_and_little_is_drawn(plots):
    plots.append([started(1_000_000), iteration(1)])
    plots.data.losses["loss"].extend(range(2, 1_000_001), [1.0] * 999_999)
    plots.append([iteration(1_000_001)])
    assert plots.point_counts()["loss"] == 1_000_001
    assert plots.loss.drawn_points("loss") < 3000
