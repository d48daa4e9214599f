"""The row above the plots, used by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.plots.clock import XAxis
from widgets.plots.options import PACE, QUALITY, PlotOptions
from widgets.plots.plot_bar import PlotBar


@pytest.fixture
def bar(qtbot: QtBot) -> PlotBar:
    bar = PlotBar()
    qtbot.addWidget(bar)
    bar.resize(700, 32)
    with qtbot.waitExposed(bar):
        bar.show()
    return bar


@pytest.fixture
def wanted(bar: PlotBar) -> list[PlotOptions]:
    wanted: list[PlotOptions] = []
    bar.changed.connect(wanted.append)
    return wanted


def test_that_a_set_of_plots_is_chosen_by_its_name_and_single_ones_are_added(bar, wanted):
    assert bar.plots_button.text() == "Quality"
    bar.set_action("Speed").trigger()
    assert wanted[-1].shown == PACE
    assert bar.plots_button.text() == "Speed"
    bar.plot_action("loss").trigger()
    assert set(wanted[-1].shown) == {"loss", *PACE}
    assert bar.plots_button.text() == "5 plots"


def test_that_one_plot_always_stays(bar, wanted):
    bar.set_options(PlotOptions(shown=("loss",)))
    bar.plot_action("loss").trigger()
    assert not wanted
    assert bar.plot_action("loss").isChecked()


def test_that_the_axis_is_chosen_by_keys(bar, wanted, qtbot):
    qtbot.keyClick(bar.axis, Qt.Key.Key_Down)
    assert wanted[-1].axis is XAxis.EPOCH
    qtbot.keyClick(bar.axis, Qt.Key.Key_Down)
    assert wanted[-1].axis is XAxis.TIME
    bar.next_axis()
    assert wanted[-1].axis is XAxis.ITERATION


def test_that_the_slider_smooths_and_says_how_much(bar, wanted, qtbot):
    qtbot.keyClick(bar.smoothing, Qt.Key.Key_PageUp)
    assert wanted[-1].smoothing == pytest.approx(0.1)
    qtbot.keyClick(bar.smoothing, Qt.Key.Key_End)
    assert wanted[-1].smoothing == pytest.approx(0.99)


def test_that_the_chips_switch_the_y_axis(bar, wanted, qtbot):
    qtbot.mouseClick(bar.log, Qt.MouseButton.LeftButton)
    assert wanted[-1] == PlotOptions(log=True)
    qtbot.mouseClick(bar.outliers, Qt.MouseButton.LeftButton)
    assert wanted[-1] == PlotOptions(log=True, cut_outliers=True)


def test_that_a_goal_that_is_typed_counts_once_it_is_whole(bar, wanted, qtbot):
    bar.goal.selectAll()
    qtbot.keyClicks(bar.goal, "82")
    assert not wanted
    qtbot.keyClick(bar.goal, Qt.Key.Key_Return)
    assert wanted == [PlotOptions(goal=82, own_goal=True)]
    assert bar.goal_button.text() == "82 %"


def test_that_a_goal_of_one_s_own_gives_way_to_the_run_s_again(bar, wanted, qtbot):
    assert not bar.run_goal.isVisible()
    bar.set_run_goal(80.0)
    assert bar.run_goal.text() == "Back to the goal of the chosen run (80 %)"
    assert not bar.run_goal.isEnabled()
    bar.set_options(PlotOptions(goal=70, own_goal=True))
    bar.run_goal.trigger()
    assert not wanted[-1].own_goal


def test_that_showing_options_asks_for_none(bar, wanted):
    bar.set_options(
        PlotOptions(shown=QUALITY[:2], axis=XAxis.TIME, smoothing=0.5, log=True, goal=60)
    )
    assert not wanted
    assert bar.axis.currentText() == "time"
    assert bar.log.isChecked()
