"""Parallel coordinates under a real mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.making_experiments import COLUMNS, row
from widgets.experiments.parallel import ParallelView
from widgets.experiments.scale import Counting
from widgets.run_colors import run_color

LEFT = Qt.MouseButton.LeftButton
ROWS = [
    row("slow", lr=1e-4, optimizer="SGD", mDice=70.0),
    row("good", lr=1e-3, optimizer="AdamW", mDice=80.0),
    row("fast", lr=1e-2, optimizer="SGD", mDice=75.0),
    row("begun", lr=2e-2, optimizer="AdamW"),
]
AXES = [each for key in ("lr", "optimizer", "mDice") for each in COLUMNS if each.id == key]


@pytest.fixture
def view(qtbot) -> ParallelView:
    made = ParallelView()
    qtbot.addWidget(made)
    made.resize(640, 320)
    made.set_runs(ROWS, AXES, ROWS)
    made.show()
    made.heard = []  # type: ignore[attr-defined]
    made.narrowed.connect(made.heard.append)
    return made


def at(view: ParallelView, axis: int, fraction: float) -> QPoint:
    top, bottom = view.axis_ends()
    return QPointF(view.axis_x(axis), bottom - fraction * (bottom - top)).toPoint()


def drag(qtbot, view: ParallelView, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(view, LEFT, pos=start)
    qtbot.mouseMove(view, (start + end) / 2)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, LEFT, pos=end)


def between(view: ParallelView, run: str, axis: int) -> QPoint:
    return ((view.point_of(run, axis) + view.point_of(run, axis + 1)) / 2).toPoint()


def strangeness(view: ParallelView, place: QPoint) -> int:
    """How far the colour at a place is from that of the run there."""
    seen = view.grab().toImage().pixelColor(place).getRgb()[:3]
    return sum(abs(a - b) for a, b in zip(seen, run_color("good"), strict=True))


def test_that_the_axis_of_the_learning_rate_counts_in_powers_of_ten_until_its_title_is_clicked(
    qtbot, view
):
    assert [scale.counting for scale in view.scales] == [
        Counting.LOG, Counting.WORDS, Counting.LINEAR
    ]  # fmt: skip
    title = QPoint(int(view.axis_x(0)), 12)
    qtbot.mouseClick(view, LEFT, pos=title)
    assert view.scales[0].counting is Counting.LINEAR
    qtbot.mouseClick(view, LEFT, pos=title)
    assert view.scales[0].counting is Counting.LOG


def test_that_a_brush_on_an_axis_narrows_and_a_click_on_it_lets_all_through(qtbot, view):
    drag(qtbot, view, at(view, 2, 0.98), at(view, 2, 0.4))
    assert view.heard[-1] == {"good", "fast"}
    drag(qtbot, view, at(view, 1, 0.05), at(view, 1, 0.45))  # AdamW stands below SGD
    assert view.heard[-1] == {"good"}
    qtbot.mouseClick(view, LEFT, pos=at(view, 2, 0.7))
    assert view.heard[-1] == {"good", "begun"}
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.heard[-1] is None


def test_that_a_brush_can_be_moved(qtbot, view):
    drag(qtbot, view, at(view, 2, 0.9), at(view, 2, 0.99))
    assert view.heard[-1] == {"good"}
    drag(qtbot, view, at(view, 2, 0.95), at(view, 2, 0.05))
    assert view.heard[-1] == {"slow"}


def test_that_a_brush_keeps_its_values_when_other_runs_come(qtbot, view):
    drag(qtbot, view, at(view, 2, 0.98), at(view, 2, 0.4))
    more = [*ROWS, row("best", lr=1e-3, optimizer="SGD", mDice=79.0), row("bad", mDice=20.0)]
    view.set_runs(more, AXES, more)
    assert view.heard[-1] == {"good", "fast", "best"}
    view.set_runs(more, AXES[:2], more)
    assert view.heard[-1] is None


def test_that_the_line_under_the_mouse_is_named_and_can_be_clicked(qtbot, view):
    qtbot.mouseMove(view, between(view, "good", 1))
    assert view.hovered == "good"
    view.grab()  # its name is drawn
    with qtbot.waitSignal(view.run_clicked) as clicked:
        qtbot.mouseClick(view, LEFT, pos=between(view, "slow", 1))
    assert clicked.args == ["slow"]
    drag(qtbot, view, at(view, 2, 0.98), at(view, 2, 0.4))
    qtbot.mouseMove(view, between(view, "slow", 1))
    assert view.hovered == ""  # it is outside of the brush


def test_that_lines_have_the_colours_of_their_runs_and_faint_ones_outside_the_brush(qtbot, view):
    view.set_marked(["good"], "")
    place = between(view, "good", 1)
    assert strangeness(view, place) < 80
    drag(qtbot, view, at(view, 2, 0.3), at(view, 2, 0.0))
    qtbot.mouseMove(view, QPoint(2, 60))
    assert strangeness(view, place) > 150


def test_that_a_run_without_a_value_is_drawn_below_the_axis(view):
    assert view.point_of("begun", 2).y() > view.axis_ends()[1]
    assert view.picture().size() == view.size() * 2


def test_that_no_runs_and_no_axes_are_borne(qtbot, view):
    for rows, axes in (((), AXES), (ROWS, ()), (ROWS, AXES[:1]), ((), ())):
        view.set_runs(rows, axes, rows)
        qtbot.mouseMove(view, QPoint(100, 100))
        qtbot.mouseClick(view, LEFT, pos=QPoint(320, 150))
        view.grab()
