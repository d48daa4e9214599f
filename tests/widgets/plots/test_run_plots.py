"""The live plots, fed with events and used by mouse."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from tests.making_runs import iteration, started, training, validation
from widgets import theme
from widgets.plots.clock import XAxis
from widgets.plots.export import CSV_COLUMNS, csv_text
from widgets.plots.graphs import pg
from widgets.plots.panel import PlotPanel
from widgets.plots.run_plots import NO_RUN, RunPlots
from widgets.plots.shown_run import ShownRun

CLASSES = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (230, 159, 0)))


@pytest.fixture(autouse=True)
def _every_move_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyqtgraph passes over moves that come faster than a hand's."""
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)


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


# Several runs

FIRST = ShownRun("a", "first", (0, 158, 115))
SECOND = ShownRun("b", "second with a long name", (138, 111, 232))


def both(plots: RunPlots) -> None:
    """Show two runs of different lengths."""
    plots.show_runs([FIRST, SECOND])
    terms = {"decode.loss_ce": 0.5}
    plots.append([*training(200), iteration(205, terms=terms)], "a")
    plots.append([*training(400, max_iters=800), iteration(405, terms=terms, max_iters=800)], "b")


def test_that_several_runs_have_a_colour_each_and_a_legend_that_hides_them(plots, qtbot):
    both(plots)
    assert plots.run_legend.isVisible()
    for panel, name in ((plots.loss, "loss"), (plots.dice, "mDice"), (plots.class_dice, "cat")):
        assert panel.curve_look(name, "a").color == QColor(*FIRST.color)
        assert panel.curve_look(name, "b").color == QColor(*SECOND.color)
    qtbot.mouseClick(plots.run_legend.entry("b"), Qt.MouseButton.LeftButton)
    assert plots.loss.is_drawn("loss", "a")
    assert not plots.loss.is_drawn("loss", "b")
    assert not plots.dice.is_drawn("mDice", "b")


def test_that_terms_of_several_losses_wait_until_they_are_asked_for(plots, qtbot):
    both(plots)
    assert not plots.loss.is_drawn("decode.loss_ce", "a")
    qtbot.mouseClick(plots.loss.legend.entry("decode.loss_ce"), Qt.MouseButton.LeftButton)
    assert plots.loss.is_drawn("decode.loss_ce", "a")
    assert plots.loss.is_drawn("decode.loss_ce", "b")
    lines = [plots.loss.curve_look(name, "a").line for name in ("loss", "decode.loss_ce")]
    assert lines[0] is not lines[1]


def test_that_a_run_that_comes_or_goes_leaves_the_points_of_the_others(plots):
    both(plots)
    plots.show_runs([SECOND])
    assert not plots.run_legend.isVisible()
    assert plots.point_counts()["loss"] == 41
    plots.append(training(10), "a")
    assert plots.point_counts()["loss"] == 41
    plots.show_runs([SECOND, FIRST])
    assert not plots.loss.has_curve("loss", "a")
    plots.append(training(100), "a")
    assert plots.loss.drawn_points("loss", "a") == 10


def test_that_the_crosshair_reads_the_runs_and_leaves_out_the_one_that_ended_before(plots, qtbot):
    both(plots)
    viewport = plots.loss.plot.viewport()
    qtbot.mouseMove(viewport, position_of(plots.loss, 120, 1.5))
    qtbot.waitUntil(lambda: any("iteration 120" in text for text in texts(plots)))
    assert any(
        "second" in text and "first" in text and "<b>1.7</b>" in text for text in texts(plots)
    )
    qtbot.mouseMove(viewport, position_of(plots.loss, 390, 1.5))
    qtbot.waitUntil(lambda: any("iteration 390" in text for text in texts(plots)))
    assert not any("first" in text and "iteration" in text for text in texts(plots))


def test_that_the_value_is_written_at_the_best_of_all_runs(plots):
    plots.show_runs([FIRST, SECOND])
    plots.append([started(), validation(100, 71.2)], "a")
    plots.append([started(), validation(50, 74.5), validation(100, 60.0)], "b")
    assert plots.dice.best_text == "74.50"


# How curves are shown


def set_options(plots: RunPlots, **changes: object) -> None:
    plots.set_options(replace(plots.options, **changes))


def timed(events: list, seconds: float) -> list:
    """The events, that many seconds apart."""
    return [
        event.model_copy(update={"time": 1000 + place * seconds})
        for place, event in enumerate(events)
    ]


def test_that_runs_can_be_aligned_by_the_time_they_worked(plots, qtbot):
    plots.show_runs([FIRST, SECOND])
    plots.append(timed([started(), *(iteration(n) for n in range(10, 110, 10))], 6), "a")
    plots.append(timed([started(), *(iteration(n) for n in range(10, 210, 10))], 12), "b")
    set_options(plots, axis=XAxis.TIME)
    assert plots.loss.view.viewRange()[0][1] == pytest.approx(240, rel=0.02)
    qtbot.mouseMove(plots.loss.plot.viewport(), position_of(plots.loss, 60, 1.0))
    qtbot.waitUntil(lambda: any("1 min of work" in text for text in texts(plots)))


def test_that_runs_that_say_their_epochs_can_be_aligned_by_them_and_others_say_that_not(plots):
    def at(number: int):
        return iteration(number).model_copy(update={"epoch": number / 50})

    set_options(plots, axis=XAxis.EPOCH)
    plots.append([started(400), at(50), at(100)])
    assert plots.loss.view.viewRange()[0][1] == pytest.approx(8, rel=0.02)
    plots.begin()
    plots.append([started(400), iteration(50)])
    assert any("No run here says its epochs" in text for text in texts(plots))


def test_that_smoothing_leaves_the_raw_value_beside_the_smooth_one(plots, qtbot):
    plots.append([started(), *(iteration(n, 1.0 + n % 20 / 10) for n in range(10, 410, 10))])
    set_options(plots, smoothing=0.9)
    qtbot.mouseMove(plots.loss.plot.viewport(), position_of(plots.loss, 390, 1.5))
    qtbot.waitUntil(lambda: any("(2)" in text for text in texts(plots)))
    assert any("learning rate <b>0.001</b>" in text for text in texts(plots))


def test_that_a_logarithmic_loss_spreads_small_values_and_leaves_out_what_has_no_logarithm(plots):
    values = {10: 100.0, 20: 1.0, 30: 0.01, 40: 0.0}
    plots.append([iteration(number, value) for number, value in values.items()])
    set_options(plots, log=True)
    low, high = plots.loss.view.viewRange()[1]
    assert -2.5 < low < -2
    assert 2 < high < 2.5
    assert plots.dice.view.viewRange()[1][1] > 50


def test_that_outliers_can_be_ignored_for_the_height_of_the_plot(plots):
    plots.append([iteration(n, 500.0 if n == 1000 else 1 + n % 3) for n in range(10, 4000, 10)])
    assert plots.loss.view.viewRange()[1][1] > 400
    set_options(plots, cut_outliers=True)
    assert plots.loss.view.viewRange()[1][1] < 10
    assert plots.point_counts()["loss"] == 399


def drag(plot, begin: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """Press, move in steps, and let go."""
    viewport, left = plot.viewport(), Qt.MouseButton.LeftButton

    def send(kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        place = QPointF(at)
        event = QMouseEvent(kind, place, QPointF(viewport.mapToGlobal(at)), button, held, modifiers)
        QApplication.sendEvent(viewport, event)

    none = Qt.MouseButton.NoButton
    send(QEvent.Type.MouseMove, begin, none, none)
    send(QEvent.Type.MouseButtonPress, begin, left, left)
    for step in range(1, 6):
        between = begin + (end - begin) * (step / 5)
        send(QEvent.Type.MouseMove, between, none, left)
    send(QEvent.Type.MouseButtonRelease, end, left, none)


def test_that_a_box_drawn_with_shift_is_zoomed_into_until_a_double_click(plots, qtbot):
    plots.append(training(400))
    panel = plots.loss
    corners = position_of(panel, 100, 1.6), position_of(panel, 200, 1.2)
    drag(panel.plot, *corners, Qt.KeyboardModifier.ShiftModifier)
    (left, right), (low, high) = panel.view.viewRange()
    assert (left, right) == pytest.approx((100, 200), abs=4)
    assert (low, high) == pytest.approx((1.2, 1.6), abs=0.05)
    assert plots.lr.view.viewRange()[0] == pytest.approx([left, right])
    plots.append([iteration(400)])
    assert panel.view.viewRange()[1] == pytest.approx([low, high])
    at = position_of(panel, 150, 1.4)
    qtbot.mouseDClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.view.viewRange()[1][0] < 1.1


def test_that_the_goal_line_is_dragged_in_half_percents(plots, qtbot):
    plots.append(training(400))
    panel = plots.dice
    with qtbot.waitSignal(plots.goal_moved) as moved:
        drag(
            panel.plot,
            position_of(panel, 300, 75),
            position_of(panel, 300, 60.2),
            Qt.KeyboardModifier.NoModifier,
        )
    assert moved.args[0] % 0.5 == 0
    assert moved.args[0] == pytest.approx(60, abs=1.5)
    assert panel.goal_text == f"goal {moved.args[0]:g} %"


def test_that_the_plots_that_are_chosen_are_the_ones_shown(plots):
    fast = iteration(10).model_copy(update={"images_per_second": 40.0, "gpu_percent": 90.0})
    plots.append([started(), fast])
    set_options(plots, shown=("speed", "memory"))
    assert plots.panel("speed").plot.isVisible()
    assert not plots.loss.plot.isVisible()
    assert plots.panel("speed").is_drawn("images", plots.runs[0].id)
    set_options(plots, shown=("loss", "use", "accuracy"))
    assert plots.loss.plot.isVisible()
    assert plots.panel("use").is_drawn("gpu", plots.runs[0].id)
    assert "This run does not record it." in texts(plots)


def test_that_what_came_while_nobody_looked_is_drawn_when_somebody_does(plots, qtbot):
    plots.append([started(), iteration(10)])
    plots.hide()
    plots.append([iteration(20), iteration(30)])
    assert plots.loss.drawn_points("loss") == 1
    plots.show()
    qtbot.waitUntil(lambda: plots.loss.drawn_points("loss") == 3)


# To take away


def test_that_the_table_has_the_points_in_view_with_their_places_on_all_axes(plots):
    plots.show_runs([FIRST])
    plots.append(timed([started(400), *(iteration(n) for n in range(10, 410, 10))], 2), "a")
    set_options(plots, smoothing=0.5)
    plots.loss.view.setXRange(95, 205, padding=0)
    rows = list(csv.DictReader(io.StringIO(csv_text(plots.curves_in_view()))))
    assert tuple(rows[0]) == CSV_COLUMNS
    losses = [row for row in rows if row["curve"] == "total"]
    assert [row["iteration"] for row in losses] == [str(n) for n in range(100, 210, 10)]
    assert losses[0]["seconds_of_work"] == "20"
    assert losses[0]["epoch"] == ""
    assert {row["run"] for row in rows} == {"first"}
    assert all(float(row["smoothed"]) == float(row["value"]) == 1.0 for row in losses)


def test_that_the_picture_shows_all_plots_at_twice_their_size(plots):
    plots.append(training(100))
    picture = plots.picture()
    assert picture.width() > 2 * 780
    assert not picture.toImage().allGray()


def test_that_plots_are_scrolled_or_not_by_their_size_and_not_by_what_it_was_before(plots):
    names = ("background", "cat", "dog")
    plots.set_classes([ClassInfo(number, name, (0, 0, 0)) for number, name in enumerate(names)])
    plots.append([started(), iteration(10), validation(10, 50.0, names)])
    bar = plots.findChild(QScrollArea).verticalScrollBar()

    def is_scrolled(width: int, height: int, *, after: int) -> bool:
        for each in (after, height):
            plots.resize(width, each)
            QApplication.processEvents()
        return bar.isVisible()

    # At some of the widths a bar costs a legend a row, for which the bar would then be needed.
    for width in range(520, 640, 4):
        assert is_scrolled(width, 252, after=320) == is_scrolled(width, 252, after=200)
    assert not is_scrolled(640, 252, after=200)
    assert is_scrolled(640, 200, after=320)
