"""The list of compared samples, and its item model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.flags import Flag, Severity
from tests.widgets.comparison.making import CLASSES, many, one_run, run_columns, score, several_runs
from widgets.comparison.samples.columns import SampleColumns
from widgets.comparison.samples.measures import Order, measures, orders
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.samples.sample_model import Column, SampleModel

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


DELTA = 4
"""The column of the difference of two runs."""


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
    model.set_samples(one_run(a=90, b=10, c=50))
    assert model.ids == ["val/b", "val/c", "val/a"]
    assert model.columnCount() == 3
    assert model.index(0, Column.SAMPLE).data() == "b"
    assert model.index(0, Column.A).data() == "10.00"


def test_that_two_runs_show_their_difference(model: SampleModel):
    model.set_samples(several_runs(a=(90, 70.5)))
    assert [model.index(0, column).data() for column in (2, 3, DELTA)] == [
        "90.00",
        "70.50",
        "−19.50",
    ]


def test_that_a_row_keeps_its_index_when_the_order_changes(model: SampleModel):
    model.set_samples(one_run(a=90, b=10, c=50))
    kept = QPersistentModelIndex(model.index(0, Column.SAMPLE))
    model.set_order(Order.A_BEST)
    assert model.ids == ["val/a", "val/c", "val/b"]
    assert (kept.row(), kept.data()) == (2, "b")


def test_that_new_figures_of_the_same_samples_do_not_move_rows(model: SampleModel):
    model.set_samples(one_run(a=90, b=10))
    model.set_samples(one_run(a=5, b=95))
    assert model.ids == ["val/b", "val/a"]
    assert model.index(0, Column.A).data() == "95.00"


def test_that_a_flag_repaints_only_its_cell(model: SampleModel):
    model.set_samples(one_run(a=90, b=10))
    seen: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(
        lambda first, last: seen.append((first.row(), first.column(), last.row(), last.column()))
    )
    flags = {"val/a": [Flag("val/a", "noise", Severity.WARNING, 1, "1 speck")]}
    model.set_flags(flags, {"val/a"})
    assert seen == [(1, Column.PICTURE, 1, Column.PICTURE)]
    cell = model.index(1, Column.PICTURE)
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == "1 speck"
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "mDice 90.0 %, 1 flag"
    assert cell.data(Qt.ItemDataRole.DecorationRole) is not None


def test_that_measures_and_filters_keep_the_rules_of_qt(model: SampleModel):
    model.set_samples(several_runs(a=(90, 70), b=(10, 20), ab=(50, 50)))
    for measure in measures(CLASSES):
        model.set_measure(measure)
        for order in orders(2):
            model.set_order(order)
    for text in ("A", "zzz", ""):
        model.set_filter(text)
    model.set_samples(one_run(a=1))
    model.set_samples(SampleColumns([]))
    assert model.rowCount() == 0


# The list


def test_that_the_worst_sample_is_chosen_first(qtbot: QtBot, samples: SampleList):
    with qtbot.waitSignal(samples.current_changed) as chosen:
        samples.set_samples(one_run(a=90, b=10))
    assert chosen.args == ["val/b"]


def test_that_the_arrow_keys_walk_through_the_list(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30))
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
    samples.set_samples(one_run(a=10, b=20))
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
    samples.set_samples(one_run(ax=10, bx=20, by=30))
    qtbot.keyClicks(samples.filter_edit, "B")
    assert samples.model.ids == ["val/bx", "val/by"]
    assert samples.current == "val/bx"
    qtbot.keyClick(samples.filter_edit, Qt.Key.Key_Backspace)
    assert samples.model.rowCount() == 3
    assert samples.current == "val/bx"


def test_that_a_filter_that_fits_nothing_leaves_nothing_chosen(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10))
    with qtbot.waitSignal(samples.current_changed) as chosen:
        qtbot.keyClicks(samples.filter_edit, "z")
    assert chosen.args == [""]


def test_that_clicks_on_the_titles_sort(qtbot: QtBot, samples: SampleList):
    samples.set_samples(several_runs(a=(10, 90), b=(20, 5), c=(30, 31)))
    for column, order in (
        (Column.B, "bca"),
        (Column.B, "acb"),
        (DELTA, "bca"),
        (DELTA, "acb"),
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
    samples.set_samples(several_runs(a=(10, 90), b=(20, 5), c=(30, 31)))
    samples.order_box.setFocus()
    while samples.model.order != Order.CHANGE:
        qtbot.keyClick(samples.order_box, Qt.Key.Key_Down)
    assert names(samples) == "abc"
    samples.measure_box.setFocus()
    qtbot.keyClick(samples.measure_box, Qt.Key.Key_End)
    assert samples.model.measure.id == "wrong"
    assert samples.model.headerData(Column.A, Qt.Orientation.Horizontal) == "A px"


def test_that_a_second_run_keeps_the_chosen_sample(samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30))
    samples.select("val/b")
    samples.set_samples(several_runs(a=(10, 1), b=(20, 2), c=(30, 3)))
    assert samples.current == "val/b"
    samples.set_order(Order.B_LOSES)
    samples.set_samples(one_run(a=10, b=20, c=30))
    assert samples.current == "val/b"
    assert samples.model.order == Order.A_WORST


def test_that_the_neighbours_are_told_for_reading_ahead(samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30))
    assert samples.neighbours() == ["val/b"]
    samples.step(1)
    assert samples.neighbours() == ["val/c", "val/a"]


# Many runs, and samples that are chosen elsewhere


def test_that_six_runs_have_a_column_each_and_the_difference_of_any_two(model: SampleModel):
    model.set_samples(several_runs(a=(1, 2, 3, 4, 5, 6), b=(60, 50, 40, 30, 20, 10)))
    assert model.columnCount() == 9
    assert [model.index(0, 2 + run).data() for run in range(6)] == [
        "1.0", "2.0", "3.0", "4.0", "5.0", "6.0",
    ]  # fmt: skip
    model.set_pair(1, 5)
    assert model.headerData(8, Qt.Orientation.Horizontal) == "F−B"
    assert model.index(0, 8).data() == "+4.0"
    model.set_order(Order.B_LOSES)
    assert model.ids == ["val/b", "val/a"]


def test_that_pictures_carry_the_dice_of_the_run_that_is_sorted_by(model: SampleModel):
    photo = QPixmap(46, 46)
    photo.fill(Qt.GlobalColor.red)
    model.set_thumbnails(lambda _sample: photo)
    model.set_samples(several_runs(a=(12.34, 56.78)))
    cell = model.index(0, Column.PICTURE)
    before = cell.data(Qt.ItemDataRole.DecorationRole).toImage()
    assert before.pixelColor(23, 5) == QColor(Qt.GlobalColor.red)
    assert before.pixelColor(3, 40) != QColor(Qt.GlobalColor.red)
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "mDice 12.3 %, no flags"
    model.set_order(Order.B_WORST)
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "mDice 56.8 %, no flags"
    assert cell.data(Qt.ItemDataRole.DecorationRole).toImage() != before


def test_that_new_figures_repaint_only_the_rows_that_differ(model: SampleModel):
    model.set_samples(one_run(a=10, b=20, c=30))
    seen: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: seen.append((first.row(), last.row())))
    model.set_samples(one_run(a=10, b=25, c=30))
    assert seen == [(1, 1)]


def test_that_narrowing_removes_rows_and_widening_brings_them_back(model: SampleModel):
    model.set_samples(one_run(a=10, b=20, c=30, d=40))
    kept = QPersistentModelIndex(model.index(2, Column.SAMPLE))
    removed: list[tuple[int, int]] = []
    resets: list[None] = []
    model.rowsRemoved.connect(lambda _parent, first, last: removed.append((first, last)))
    model.modelReset.connect(lambda: resets.append(None))
    model.set_chosen({"val/b", "val/c", "train/x"})
    assert model.ids == ["val/b", "val/c"]
    assert removed == [(3, 3), (0, 0)]
    assert kept.row() == 1
    model.set_chosen(None)
    assert model.ids == ["val/a", "val/b", "val/c", "val/d"]
    assert kept.row() == 2
    assert not resets


def test_that_many_samples_of_four_runs_keep_the_rules_of_qt(model: SampleModel):
    model.set_samples(many(30, 4))
    model.set_order(Order.B_GAINS)
    model.set_chosen([f"val/{number:06d}" for number in range(0, 30, 3)])
    assert model.rowCount() == 10
    model.set_filter("9")
    assert 0 < model.rowCount() < 10
    model.set_chosen(None)
    model.set_filter("")
    assert model.rowCount() == 30
    assert sorted(model.ids) == [f"val/{number:06d}" for number in range(30)]


def test_that_a_chip_says_what_was_chosen_and_esc_shows_all_again(
    qtbot: QtBot, samples: SampleList
):
    samples.set_samples(one_run(a=10, b=20, c=30))
    with qtbot.waitSignal(samples.current_changed) as chosen:
        samples.set_chosen("dog predicted as cat", ["val/b", "val/c"])
    assert chosen.args == ["val/b"]
    assert samples.chip.text == "dog predicted as cat: 2 samples"
    assert samples.chip.isVisible()
    samples.table.setFocus()
    with qtbot.waitSignal(samples.chosen_cleared):
        qtbot.keyClick(samples.table, Qt.Key.Key_Escape)
    assert not samples.chip.isVisible()
    assert samples.model.rowCount() == 3
    assert samples.current == "val/b"


def test_that_the_cross_of_the_chip_shows_all_again(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10, b=20))
    samples.set_chosen("small", ["val/b"])
    assert samples.chip.text == "small: 1 sample"
    with qtbot.waitSignal(samples.chosen_cleared):
        qtbot.mouseClick(samples.chip.clear_button, Qt.MouseButton.LeftButton)
    assert samples.model.rowCount() == 2


def test_that_the_chip_says_what_was_chosen_whatever_is_searched_for(
    qtbot: QtBot, samples: SampleList
):
    samples.set_samples(one_run(a=10, b=20, c=30))
    qtbot.keyClicks(samples.filter_edit, "b")
    samples.set_chosen("small", ["val/a", "val/b"])
    assert samples.chip.text == "small: 2 samples"
    assert samples.model.ids == ["val/b"]
    samples.set_chosen("large", ["val/c"])
    assert samples.chip.text == "large: 1 sample"
    assert samples.model.ids == []
    qtbot.mouseClick(samples.chip.clear_button, Qt.MouseButton.LeftButton)
    assert samples.chip.text == ""
    assert samples.model.ids == ["val/b"]


def test_that_choosing_loads_no_sample_in_passing(qtbot: QtBot, samples: SampleList):
    samples.set_samples(one_run(a=10, b=20, c=30, d=40))
    samples.select("val/d")
    seen: list[str] = []
    samples.current_changed.connect(seen.append)
    samples.set_chosen("three", ["val/a", "val/c", "val/d"])
    samples.set_chosen("two", ["val/a", "val/d"])
    assert seen == []
    assert samples.current == "val/d"


def test_that_a_hidden_sample_is_revealed(samples: SampleList):
    samples.set_samples(one_run(a=10, b=20))
    samples.set_chosen("small", ["val/b"])
    assert samples.reveal("val/a")
    assert samples.current == "val/a"
    assert not samples.is_narrowed
    assert not samples.reveal("val/z")


def test_that_kinds_and_suspects_are_offered_once_they_are_known(samples: SampleList):
    kinds = {"border": {"val/b": 9}}
    samples.set_samples(
        SampleColumns(
            [run_columns([score(f"val/{name}", 50) for name in "ab"], kinds)], {"val/a": 0.1}
        )
    )
    offered = samples.measure_box.count()
    samples.set_kinds({"border": "Border"}, has_quality=True)
    assert samples.measure_box.count() == offered + 2
    samples.set_measure("kind:border")
    assert names(samples) == "ba"
    samples.set_measure("quality")
    assert names(samples) == "ab"
    samples.set_measure("kind:border")
    samples.set_kinds({})
    assert samples.model.measure.id == "mDice"
    samples.set_kinds({"border": "Border"})
    assert samples.model.measure.id == "kind:border"
    assert names(samples) == "ba"


def test_that_columns_without_room_are_left_out_but_not_those_compared(samples: SampleList):
    samples.set_samples(several_runs(a=(1, 2, 3, 4, 5, 6)))
    samples.set_pair(3, 4)
    samples.resize(300, 400)
    assert 0 in samples.table.hidden_runs or samples.model.order.run == 0
    assert not {3, 4} & set(samples.table.hidden_runs)
    assert samples.table.hidden_runs
    samples.resize(900, 400)
    assert samples.table.hidden_runs == []


def test_that_the_list_is_taken_away_as_a_table_with_all_runs(qtbot: QtBot, samples: SampleList):
    samples.set_samples(several_runs(a=(10, 20, None), b=(30, 35, 40)))
    with qtbot.waitSignal(samples.export_button.table_wanted) as wanted:
        samples.export_button.save_table()
    name, text = wanted.args
    assert name == "list of samples"
    assert text.splitlines() == [
        "sample,A: mDice (%),B: mDice (%),C: mDice (%),B less A (%)",
        "val/a,10.0,20.0,,10.0",
        "val/b,30.0,35.0,40.0,5.0",
    ]


def test_that_the_list_is_taken_away_as_a_picture_of_what_is_in_view(
    qtbot: QtBot, samples: SampleList
):
    samples.set_samples(several_runs(a=(10, 20, None), b=(30, 35, 40)))
    with qtbot.waitSignal(samples.export_button.picture_wanted) as wanted:
        samples.export_button.save_picture()
    name, whole = wanted.args
    assert name == "list of samples"
    # Twice the pixels of the table each way, its heading above it.
    assert whole.width() > 2 * samples.table.width()
    assert whole.height() > 2 * samples.table.height()
    samples.set_chosen("dog predicted as cat", ["val/a"])
    narrowed = samples.picture()
    assert narrowed.height() != whole.height()
    assert narrowed.toImage() != whole
