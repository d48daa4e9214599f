"""The scatter of runs under a real mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.making_experiments import COLUMNS, row
from widgets.experiments.scatter import ScatterView

LEFT = Qt.MouseButton.LeftButton
BY_ID = {column.id: column for column in COLUMNS}
ROWS = [
    row("quick", seconds=60.0, mDice=70.0),
    row("middle", seconds=600.0, mDice=80.0),
    row("beaten", seconds=1200.0, mDice=75.0, optimizer="AdamW"),
    row("long", seconds=6000.0, mDice=82.0),
    row("begun", seconds=10.0),
]


@pytest.fixture
def view(qtbot) -> ScatterView:
    made = ScatterView()
    qtbot.addWidget(made)
    made.resize(640, 320)
    made.set_runs(ROWS, BY_ID["seconds"], BY_ID["mDice"])
    made.show()
    return made


def test_that_the_front_is_made_of_the_runs_that_no_other_beats(view):
    assert view.front == ["quick", "middle", "long"]
    assert view.left_out == 1
    view.set_runs(ROWS, BY_ID["lr"], BY_ID["mDice"])
    assert view.front == []  # no end of the learning rate is the good one


def test_that_a_click_chooses_and_ctrl_click_ticks(qtbot, view):
    place = view.point_of("middle").toPoint()
    qtbot.mouseMove(view, place)
    assert view.hovered == "middle"
    with qtbot.waitSignal(view.run_clicked) as clicked:
        qtbot.mouseClick(view, LEFT, pos=place)
    with qtbot.waitSignal(view.tick_requested) as ticked:
        qtbot.mouseClick(view, LEFT, Qt.KeyboardModifier.ControlModifier, place)
    assert clicked.args == ticked.args == ["middle"]


def test_that_a_box_narrows_until_something_beside_it_is_clicked(qtbot, view):
    heard: list[object] = []
    view.narrowed.connect(heard.append)
    start, end = view.point_of("middle").toPoint(), view.point_of("long").toPoint()
    qtbot.mousePress(view, LEFT, pos=start + QPoint(-8, 8))
    qtbot.mouseMove(view, end)
    qtbot.mouseMove(view, end + QPoint(8, -8))
    qtbot.mouseRelease(view, LEFT, pos=end + QPoint(8, -8))
    assert heard[-1] == {"middle", "long"}
    view.set_runs(ROWS, BY_ID["seconds"], BY_ID["mDice"])
    assert heard[-1] == {"middle", "long"}
    qtbot.mouseClick(view, LEFT, pos=view.point_of("quick").toPoint() + QPoint(20, -40))
    assert heard[-1] is None


def test_that_texts_can_be_an_axis_and_times_count_in_powers_of_ten(view):
    assert view.is_log == (True, False)
    view.set_runs(ROWS, BY_ID["optimizer"], BY_ID["seconds"], log=(None, False))
    assert view.is_log == (False, False)
    assert view.can_be_log == (False, True)
    assert view.point_of("beaten").x() < view.point_of("quick").x()
    view.set_marked(["quick"], "long")
    assert view.picture().size() == view.size() * 2


def test_that_a_scatter_of_nothing_is_borne(qtbot, view):
    for rows, x, y in (((), BY_ID["lr"], BY_ID["mDice"]), (ROWS, None, None)):
        view.set_runs(rows, x, y)
        qtbot.mouseClick(view, LEFT, pos=QPoint(200, 100))
        view.grab()
        assert view.shown == []
