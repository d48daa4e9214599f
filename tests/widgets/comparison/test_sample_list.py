"""The list of compared samples, and its item model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.scores import SampleScore
from core.flags import Flag, Severity
from widgets.comparison.samples.measures import Order, ScoredSample, measures
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.samples.sample_model import Column, SampleModel

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
CLASSES = ("background", "cat")


def score(sample: str, m_dice: float, missed: int = 0) -> SampleScore:
    errors = ErrorCounts(correct=100, missed=missed, false=2, wrong_class=1)
    return SampleScore(sample=sample, mDice=m_dice, dice=(99.0, m_dice), errors=errors, cells=())


def one_run(**dice: float) -> list[ScoredSample]:
    return [
        ScoredSample(f"val/{name}", (score(f"val/{name}", each),)) for name, each in dice.items()
    ]


def two_runs(**dice: tuple[float, float]) -> list[ScoredSample]:
    return [
        ScoredSample(f"val/{name}", tuple(score(f"val/{name}", each) for each in pair))
        for name, pair in dice.items()
    ]


@pytest.fixture
def model(qtbot: QtBot) -> SampleModel:
    made = SampleModel()
    made.tester = QAbstractItemModelTester(made, FATAL)
    return made


@pytest.fixture
def samples(qtbot: QtBot):
    made = SampleList()
    qtbot.addWidget(made)
    made.set_classes(CLASSES)
    made.resize(360, 400)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.shut_down()


def click_header(qtbot: QtBot, samples: SampleList, column: Column) -> None:
    header = samples.table.horizontalHeader()
    place = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
    at = QPoint(place, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def names(samples: SampleList) -> str:
    return "".join(each.removeprefix("val/") for each in samples.model.ids)


# The model


def test_that_rows_begin_with_the_worst(model: SampleModel):
    model.set_samples(one_run(a=90, b=10, c=50), runs=1)
    assert model.ids == ["val/b", "val/c", "val/a"]
    assert model.columnCount() == 3
    assert model.index(0, Column.SAMPLE).data() == "b"
    assert model.index(0, Column.A).data() == "10.00"


def test_that_two_runs_show_their_difference(model: SampleModel):
    model.set_samples(two_runs(a=(90, 70.5)), runs=2)
    assert [model.index(0, column).data() for column in list(Column)[2:]] == [
        "90.00",
        "70.50",
        "−19.50",
    ]


def test_that_a_row_keeps_its_index_when_the_order_changes(model: SampleModel):
    model.set_samples(one_run(a=90, b=10, c=50), runs=1)
    kept = QPersistentModelIndex(model.index(0, Column.SAMPLE))
    model.set_order(Order.A_BEST)
    assert model.ids == ["val/a", "val/c", "val/b"]
    assert (kept.row(), kept.data()) == (2, "b")


def test_that_new_figures_of_the_same_samples_do_not_move_rows(model: SampleModel):
    model.set_samples(one_run(a=90, b=10), runs=1)
    model.set_samples(one_run(a=5, b=95), runs=1)
    assert model.ids == ["val/b", "val/a"]
    assert model.index(0, Column.A).data() == "95.00"


def test_that_a_flag_repaints_only_its_cell(model: SampleModel):
    model.set_samples(one_run(a=90, b=10), runs=1)
    seen: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(
        lambda first, last: seen.append((first.row(), first.column(), last.row(), last.column()))
    )
    flags = {"val/a": [Flag("val/a", "noise", Severity.WARNING, 1, "1 speck")]}
    model.set_flags(flags, {"val/a"})
    assert seen == [(1, Column.PICTURE, 1, Column.PICTURE)]
    cell = model.index(1, Column.PICTURE)
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == "1 speck"
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "1 flag"
    assert cell.data(Qt.ItemDataRole.DecorationRole) is not None


def test_that_measures_and_filters_keep_the_rules_of_qt(model: SampleModel):
    model.set_samples(two_runs(a=(90, 70), b=(10, 20), ab=(50, 50)), runs=2)
    for measure in measures(CLASSES):
        model.set_measure(measure)
        for order in Order:
            model.set_order(order)
    for text in ("A", "zzz", ""):
        model.set_filter(text)
    model.set_samples(one_run(a=1), runs=1)
    model.set_samples([], runs=1)
    assert model.rowCount() == 0


# The list


def test_that_the_worst_sample_is_chosen_first(qtbot: QtBot, samples: SampleList):
    with qtbot.waitSignal(samples.current_changed) as chosen:
        samples.set_samples(one_run(a=90, b=10), runs=1)
    assert chosen.args == ["val/b"]


def test_that_the_arrow_keys_walk_through_the_list(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30), runs=1)
    samples.table.setFocus()
    seen = [samples.current]
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Left,
        Qt.Key.Key_Up,
    ):
        qtbot.keyClick(samples.table, key)
        seen.append(samples.current)
    assert [each[-1] for each in seen] == ["a", "b", "c", "c", "b", "a"]


def test_that_enter_and_a_double_click_open_the_sample(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10, b=20), runs=1)
    with qtbot.waitSignal(samples.opened) as opened:
        qtbot.keyClick(samples.table, Qt.Key.Key_Return)
    assert opened.args == ["val/a"]
    row = samples.table.visualRect(samples.model.index(1, Column.SAMPLE)).center()
    left, viewport = Qt.MouseButton.LeftButton, samples.table.viewport()
    with qtbot.waitSignal(samples.opened) as opened:
        qtbot.mouseClick(viewport, left, pos=row)
        qtbot.mouseDClick(viewport, left, pos=row)
    assert opened.args == ["val/b"]


def test_that_typing_filters_and_clearing_brings_all_back(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(ax=10, bx=20, by=30), runs=1)
    qtbot.keyClicks(samples.filter_edit, "B")
    assert samples.model.ids == ["val/bx", "val/by"]
    assert samples.current == "val/bx"
    qtbot.keyClick(samples.filter_edit, Qt.Key.Key_Backspace)
    assert samples.model.rowCount() == 3
    assert samples.current == "val/bx"


def test_that_a_filter_that_fits_nothing_leaves_nothing_chosen(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10), runs=1)
    with qtbot.waitSignal(samples.current_changed) as chosen:
        qtbot.keyClicks(samples.filter_edit, "z")
    assert chosen.args == [""]


def test_that_clicks_on_the_titles_sort(qtbot: QtBot, samples: SampleList):
    samples.set_samples(two_runs(a=(10, 90), b=(20, 5), c=(30, 31)), runs=2)
    for column, order in (
        (Column.B, "bca"),
        (Column.B, "acb"),
        (Column.DELTA, "bca"),
        (Column.DELTA, "acb"),
        (Column.SAMPLE, "abc"),
        (Column.A, "abc"),
        (Column.A, "cba"),
    ):
        click_header(qtbot, samples, column)
        assert names(samples) == order
        assert samples.current == samples.model.ids[0]


def test_that_the_keyboard_chooses_what_is_shown_and_how_it_is_sorted(
    qtbot: QtBot, samples: SampleList
):
    samples.set_samples(two_runs(a=(10, 90), b=(20, 5), c=(30, 31)), runs=2)
    samples.order_box.setFocus()
    while samples.model.order is not Order.CHANGE:
        qtbot.keyClick(samples.order_box, Qt.Key.Key_Down)
    assert names(samples) == "abc"
    samples.measure_box.setFocus()
    qtbot.keyClick(samples.measure_box, Qt.Key.Key_End)
    assert samples.model.measure.id == "wrong"
    assert samples.model.headerData(Column.A, Qt.Orientation.Horizontal) == "A px"


def test_that_a_second_run_keeps_the_chosen_sample(samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30), runs=1)
    samples.select("val/b")
    samples.set_samples(two_runs(a=(10, 1), b=(20, 2), c=(30, 3)), runs=2)
    assert samples.current == "val/b"
    samples.set_order(Order.B_LOSES)
    samples.set_samples(one_run(a=10, b=20, c=30), runs=1)
    assert samples.current == "val/b"
    assert samples.model.order is Order.A_WORST


def test_that_the_neighbours_are_told_for_reading_ahead(samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30), runs=1)
    assert samples.neighbours() == ["val/b"]
    samples.step(1)
    assert samples.neighbours() == ["val/c", "val/a"]
