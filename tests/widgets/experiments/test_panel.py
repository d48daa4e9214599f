"""The whole view of all runs, used by hand."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from core.runs.record import RunState
from tests.making_experiments import row, table
from tests.making_runs import iteration, validation
from widgets.experiments.panel import (
    CURVES,
    DIFFERENCES,
    PARALLEL,
    SCATTER,
    TABLE,
    VIEWS,
    ExperimentsPanel,
)
from widgets.run_colors import run_color

LEFT = Qt.MouseButton.LeftButton
RUNS = table(
    row("a", mDice=80.0, seconds=60.0, lr=1e-3),
    row("b", mDice=82.0, seconds=600.0, lr=1e-4, recipe="pets-best"),
    row("c", RunState.CRASHED, lr=1e-2, seconds=5.0),
    row("torn", RunState.FAILED, "Run torn cannot be read."),
)


@pytest.fixture
def panel(qtbot) -> ExperimentsPanel:
    made = ExperimentsPanel()
    qtbot.addWidget(made)
    made.resize(1180, 560)
    made.set_table(RUNS)
    made.show()
    return made


def shown(panel: ExperimentsPanel) -> list[str]:
    return [each.id for each in panel.tree.run_model.shown_rows]


def tick_box(panel: ExperimentsPanel, run: str) -> QPoint:
    tree = panel.tree
    index = tree.run_model.index_of(run)
    option = QStyleOptionViewItem()
    tree.initViewItemOption(option)
    option.rect = tree.visualRect(index)
    option.features |= QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    box: QRect = tree.style().subElementRect(
        QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, tree
    )
    return box.center()


def click_tick(qtbot, panel: ExperimentsPanel, run: str) -> None:
    qtbot.mouseClick(panel.tree.viewport(), LEFT, pos=tick_box(panel, run))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_that_two_ticked_runs_are_compared(qtbot, panel):
    assert not panel.top.compare_button.isEnabled()
    click_tick(qtbot, panel, "b")
    click_tick(qtbot, panel, "a")
    assert panel.top.compare_button.text() == "Compare 2 runs"
    with qtbot.waitSignal(panel.compare_requested) as asked:
        qtbot.mouseClick(panel.top.compare_button, LEFT)
    assert asked.args == [["b", "a"]]


def test_that_keys_tick_and_compare_and_a_double_click_looks_at_one_run(qtbot, panel):
    panel.tree.choose("a")
    qtbot.keyClick(panel.tree, Qt.Key.Key_Space)
    qtbot.keyClick(panel.tree, Qt.Key.Key_Down)
    qtbot.keyClick(panel.tree, Qt.Key.Key_Space)
    with qtbot.waitSignal(panel.compare_requested) as asked:
        qtbot.keyClick(panel.tree, Qt.Key.Key_Return)
    assert asked.args == [["a", "b"]]
    place = panel.tree.visualRect(panel.tree.run_model.index_of("c")).center()
    qtbot.mouseClick(panel.tree.viewport(), LEFT, pos=place)
    with qtbot.waitSignal(panel.compare_requested) as asked:
        qtbot.mouseDClick(panel.tree.viewport(), LEFT, pos=place)
    assert asked.args == [["c"]]


def test_that_typing_finds_runs_in_all_views_and_says_what_it_does_not_understand(qtbot, panel):
    edit = panel.top.filter_field.edit
    qtbot.keyClicks(edit, "lr < 1e-2")
    assert shown(panel) == ["a", "b"]
    assert [each.id for each in panel.parallel.rows] == ["a", "b"]
    panel.show_view(SCATTER)
    assert panel.scatter.shown == ["a", "b"]
    assert panel.top.count_label.text() == "2 of 4 runs"
    edit.setText("lr < 1e-2 and lrr > 2")
    assert panel.top.filter_field.problem == "There is no column 'lrr'. Is it 'lr'?"
    assert shown(panel) == ["a", "b"]  # what was understood before still counts
    edit.clear()
    qtbot.keyClicks(edit, "nothing is called so")
    assert panel.nothing.isVisible()


def test_that_a_brush_narrows_the_table_until_the_button_takes_it_away(qtbot, panel):
    view = panel.parallel
    last = len(view.scales) - 1
    top, bottom = view.axis_ends()
    x = int(view.axis_x(last))
    qtbot.mousePress(view, LEFT, pos=QPoint(x, int(bottom)))
    qtbot.mouseMove(view, QPoint(x, int(top)))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(x, int(top)))
    assert shown(panel) == ["a", "b"]  # the others have no mDice
    panel.set_table(RUNS)
    assert shown(panel) == ["a", "b"]
    qtbot.mouseClick(panel.top.narrowed_button, LEFT)
    assert shown(panel) == ["a", "b", "c", "torn"]


def test_that_groups_show_mean_and_spread_and_are_written_so(qtbot, panel):
    by = panel.top.group_box.findData("label_set")
    panel.top.group_box.setFocus()
    for _ in range(by):
        qtbot.keyClick(panel.top.group_box, Qt.Key.Key_Down)
    (line, *_others) = rows_of(panel.csv(TABLE))
    assert (line["group_name"], line["mDice.mean"], line["mDice.count"]) == ("labels", "81", "2")
    index = panel.tree.run_model.index(0, 0)
    assert panel.tree.isExpanded(index)
    assert index.data() == "labels (4 runs)"


def test_that_columns_are_chosen_by_hand_and_hidden_from_the_table(panel):
    model = panel.tree.run_model
    # Of the settings only the one in which the runs differ.
    shown = ["name", "state", "mDice", "seconds", "recipe", "label_set", "lr", "group"]
    assert [column.id for column in model.columns] == shown
    panel.top.columns_button.hide_column("lr")
    assert "lr" not in [column.id for column in model.columns]
    items = panel.top.columns_button.list
    seed = next(items.item(n) for n in range(items.count()) if items.item(n).text() == "Seed")
    seed.setCheckState(Qt.CheckState.Checked)
    assert "seed" in [column.id for column in model.columns]
    panel.top.columns_button.search.setText("seed")
    visible = [items.item(n).text() for n in range(items.count()) if not items.item(n).isHidden()]
    assert visible == ["Seed"]
    panel.top.columns_button.automatic_button.click()
    assert [column.id for column in model.columns] == shown


def test_that_runs_that_crashed_or_cannot_be_read_are_told_and_spoil_nothing(panel):
    assert panel.top.troubles_button.text() == "1 unreadable · 1 crashed"
    assert "Run torn cannot be read." in panel.top.troubles_button.toolTip()
    assert "torn" not in [each.id for each in panel.parallel.rows]
    panel.set_ticked(["a", "b"])
    for view in VIEWS:
        panel.show_view(view)
        panel.grab()


def test_that_a_click_in_a_drawn_view_chooses_the_run_everywhere(qtbot, panel):
    panel.show_view(SCATTER)
    place = panel.scatter.point_of("b").toPoint()
    qtbot.mouseClick(panel.scatter, LEFT, pos=place)
    assert panel.tree.current == "b"
    qtbot.mouseClick(panel.scatter, LEFT, Qt.KeyboardModifier.ControlModifier, place)
    assert panel.ticked == ["b"]


def test_that_curves_of_ticked_runs_are_over_each_other_or_side_by_side(qtbot, panel):
    panel.set_ticked(["a", "b"])
    with qtbot.waitSignal(panel.curves_wanted):
        panel.show_view(CURVES)
    assert panel.curves.runs == ["a", "b"]
    events = [iteration(10, 2.0), validation(10, 60.0), iteration(20, 1.0)]
    for run in "ab":
        panel.curves.append(run, events)
    panel.curves.append("c", events)  # it is not ticked
    plots = panel.curves.overlaid
    assert [run.color for run in plots.runs] == [run_color("a"), run_color("b")]
    assert len(plots.data_of("b").losses["loss"]) == 2
    assert {line["run"] for line in rows_of(panel.csv(CURVES))} == {"a", "b"}
    qtbot.mouseClick(panel.curves.side_button, LEFT)
    assert [len(each.data.losses["loss"]) for each in panel.curves.beside] == [2, 2]
    assert {line["run"] for line in rows_of(panel.csv(CURVES))} == {"a", "b"}
    qtbot.mouseClick(panel.curves.side_button, LEFT)
    assert len(plots.data_of("a").losses["loss"]) == 2


def test_that_differences_are_searched_copied_and_written(qtbot, panel):
    panel.show_view(DIFFERENCES)
    assert panel.differences.currentWidget() is panel.differences.empty
    panel.set_ticked(["a", "b"])
    assert [each.key for each in panel.differences.model.shown] == ["recipe", "lr"]
    qtbot.keyClicks(panel.differences.search, "learning")
    assert [line["b"] for line in rows_of(panel.csv(DIFFERENCES))] == ["0.0001"]
    qtbot.keyClick(panel.differences.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\n")[1].split("\t")[0] == "Learning rate"


def test_that_every_view_can_be_taken_away_as_picture_and_table(panel):
    panel.set_ticked(["a", "b"])
    for view in (TABLE, *VIEWS):
        if view != TABLE:
            panel.show_view(view)
        assert not panel.picture(view).isNull()
        assert panel.csv(view).splitlines()
    assert [line["name"] for line in rows_of(panel.csv(SCATTER))] == ["a", "b"]
    assert "lr" in rows_of(panel.csv(PARALLEL))[0]


def test_that_the_view_says_what_to_do_while_there_is_nothing(panel):
    panel.set_table(table())
    assert panel.currentWidget() is panel.empty
    panel.clear(has_dataset=False)
    assert panel.ticked == []
