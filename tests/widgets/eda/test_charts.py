"""The charts, used by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.widgets.eda.driving import LEFT, NONE, at, click, drag, middle, open_tab
from tests.widgets.eda.making_eda import WEIGHTS, many_data, small_data


def test_that_a_click_on_a_bar_chooses_its_samples_and_another_one_clears(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    click(qtbot, plot, middle(plot, 1))
    assert told.chosen == [("with cat in val", [4])]
    assert panel.chip.isVisible()
    assert "1 sample" in panel.chip.text()
    click(qtbot, plot, middle(plot, 1))
    assert told.cleared == 1
    assert not panel.chip.isVisible()


def test_that_the_room_above_a_small_bar_belongs_to_it(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    bar = plot.bars[3]
    click(qtbot, plot, at(plot, (bar.left + bar.right) / 2, plot.view.viewRange()[1][1] * 0.97))
    assert told.chosen == [("with dog in val", [5])]


def test_that_the_chip_and_escape_clear_a_choice(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    click(qtbot, plot, middle(plot, 0))
    qtbot.mouseClick(panel.chip, LEFT)
    assert (told.cleared, plot.chosen) == (1, None)
    click(qtbot, plot, middle(plot, 2))
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert (told.cleared, plot.chosen) == (2, None)


def test_that_bars_are_walked_through_and_chosen_by_keys(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    assert told.chosen == [("with dog in train", [2, 3])]


def test_that_the_tooltip_of_a_bar_says_the_exact_number(panel):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    assert plot.bars[0].tip.startswith("cat: 2 of 4 images in train")


def test_that_pointing_at_a_bar_or_a_cell_says_its_number(panel, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    qtbot.mouseMove(plot.viewport(), middle(plot, 2))
    assert plot.toolTip().startswith("dog: 2 of 4 images in train")
    map_ = open_tab(panel, "Position").maps[1]
    qtbot.mouseMove(map_, map_.cell_rect(8, 8).center().toPoint())
    assert map_.toolTip().startswith("cat: 100.0 % of this cell on average\n3 objects")
    light = open_tab(panel, "Light & contrast").plot
    qtbot.mouseMove(light.viewport(), at(light, 100, 30))
    assert light.toolTip() == "brightness 100.0, contrast 30.0"


def test_that_the_tab_key_shows_which_bar_enter_would_choose(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Class balance")
    tab.plot.setFocus(Qt.FocusReason.TabFocusReason)
    assert tab.plot.focused == 0
    qtbot.keyClick(tab.plot, Qt.Key.Key_Return)
    assert told.chosen == [("with cat in train", [0, 1])]


def test_that_the_table_says_what_the_bars_show(panel):
    panel.set_data(small_data())
    table = open_tab(panel, "Class balance").table
    assert [table.text_of(1, column) for column in range(5)] == ["cat", "3", "50.0", "4", "1.33"]
    assert table.text_of(0, 3) == "–"
    alignment = table.item(1, 1).textAlignment()
    assert alignment & Qt.AlignmentFlag.AlignRight


def test_that_a_split_counts_alone(panel, told, qtbot):
    panel.set_data(small_data())
    panel.set_split("val")
    tab = open_tab(panel, "Class balance")
    assert tab.table.text_of(1, 1) == "1"
    assert len(tab.plot.bars) == 2
    click(qtbot, tab.plot, middle(tab.plot, 0))
    assert told.chosen == [("with cat in val", [4])]


def test_that_the_weights_of_the_chosen_method_are_offered_to_a_recipe(panel, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Class balance")
    with qtbot.waitSignal(panel.weights_chosen) as first:
        qtbot.mouseClick(tab.use_button, LEFT)
    assert first.args == ["median_frequency", list(WEIGHTS["median_frequency"])]
    tab.method.setCurrentIndex(tab.method.findData("effective_number"))
    with qtbot.waitSignal(panel.weights_chosen) as second:
        qtbot.mouseClick(tab.use_button, LEFT)
    assert second.args == ["effective_number", list(WEIGHTS["effective_number"])]


def test_that_a_bar_of_areas_chooses_the_samples_of_its_objects(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Areas").plot
    click(qtbot, plot, middle(plot, len(plot.bars) - 1))
    (words, positions) = told.chosen[0]
    assert positions == [2]
    assert words.startswith("dog area 19.4 to 20 %")


def test_that_a_brushed_range_of_areas_chooses_and_can_be_moved_by_its_edge(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Areas")
    tab.class_.setCurrentIndex(1)
    plot = tab.plot
    height = plot.view.viewRange()[1][1] * 0.6
    drag(qtbot, plot, at(plot, 4, height), at(plot, 8, height))
    (words, positions) = told.chosen[-1]
    assert positions == [0, 4]
    assert words.startswith("cat area ")
    low, high = plot.chosen_range
    assert (low, high) == pytest.approx((4, 8), abs=0.1)
    drag(qtbot, plot, at(plot, high, height), at(plot, 10, height))
    assert plot.chosen_range[1] == pytest.approx(10, abs=0.1)
    assert plot.chosen_range[0] == low
    click(qtbot, plot, at(plot, 1.5, height))
    assert told.cleared == 1
    assert plot.chosen_range is None


def test_that_a_range_is_brushed_on_a_log_scale_too(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Areas")
    qtbot.mouseClick(tab.log, LEFT, NONE, QPoint(8, tab.log.height() // 2))
    assert tab.log.isChecked()
    height = tab.plot.view.viewRange()[1][1] * 0.8
    drag(qtbot, tab.plot, at(tab.plot, 0.8, height), at(tab.plot, 0.95, height))
    assert told.chosen[-1][1] == [3, 4]


def test_that_a_row_of_the_table_shows_the_areas_of_its_class(panel, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Areas")
    assert tab.table.text_of(0, 2) == "5.75"
    cell = tab.table.visualItemRect(tab.table.item(1, 0)).center()
    qtbot.mouseClick(tab.table.viewport(), LEFT, NONE, cell)
    assert tab.class_.currentText() == "dog"
    assert sum(bar.top - bar.bottom for bar in tab.plot.bars) == 3


def test_that_a_cell_of_the_heat_map_chooses_and_a_second_click_clears(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Position")
    place = tab.maps[1].cell_rect(8, 8).center().toPoint()
    qtbot.mouseClick(tab.maps[1], LEFT, NONE, place)
    assert told.chosen == [("cat centred at x 50 to 56 %, y 50 to 56 %", [0, 1, 4])]
    qtbot.mouseClick(tab.maps[1], LEFT, NONE, place)
    assert told.cleared == 1


def test_that_cells_are_chosen_by_dragging_and_by_keys(panel, told, qtbot):
    panel.set_data(small_data())
    map_ = open_tab(panel, "Position").maps[2]
    first, last = (map_.cell_rect(*cell).center().toPoint() for cell in ((8, 8), (15, 15)))
    qtbot.mousePress(map_, LEFT, NONE, first)
    qtbot.mouseMove(map_, last)
    qtbot.mouseRelease(map_, LEFT, NONE, last)
    assert told.chosen[-1][1] == [2, 3]
    qtbot.keyClick(map_, Qt.Key.Key_Escape)
    assert told.cleared == 1
    map_.setFocus()
    qtbot.keyClick(map_, Qt.Key.Key_Return)
    assert told.chosen[-1][1] == [3]


def test_that_a_rectangle_over_light_chooses_its_images(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Light & contrast")
    drag(qtbot, tab.plot, at(tab.plot, 90, 25), at(tab.plot, 160, 45))
    words, positions = told.chosen[-1]
    assert positions == [1, 2]
    assert words.startswith("brightness 9")
    click(qtbot, tab.plot, at(tab.plot, 60, 55))
    assert told.cleared == 1


def test_that_one_point_can_be_chosen(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Light & contrast")
    click(qtbot, tab.plot, at(tab.plot, 150, 40))
    assert told.chosen == [("brightness 150.0, contrast 40.0", [2])]


def test_that_numbers_of_pieces_and_sizes_choose_too(panel, told, qtbot):
    panel.set_data(small_data())
    tab = open_tab(panel, "Light & contrast")
    click(qtbot, tab.components, middle(tab.components, 2))
    assert told.chosen[-1] == ("images with 2 pieces", [0])
    click(qtbot, tab.sizes, middle(tab.sizes, 1))
    assert told.chosen[-1] == ("images of 640×480 px", [4])
    assert tab.components.chosen is None
    assert told.cleared == 0


def test_that_a_hundred_thousand_images_are_one_picture_and_not_as_many_items(panel, told, qtbot):
    data = many_data(100_000, 300_000)
    panel.set_data(data)
    tab = open_tab(panel, "Light & contrast")
    assert tab.plot.is_density
    assert len(tab.plot.points.data) == 0
    assert len(tab.plot.scene().items()) < 60
    drag(qtbot, tab.plot, at(tab.plot, 60, 30), at(tab.plot, 90, 50))
    found = np.array(told.chosen[-1][1])
    assert len(found) > 1000
    assert ((data.brightness[found] > 59) & (data.brightness[found] < 91)).all()
    qtbot.keyClick(tab.plot, Qt.Key.Key_Escape)
    place = at(tab.plot, 115, 55)
    click(qtbot, tab.plot, place)
    assert 1 <= len(told.chosen[-1][1]) < 1000


def test_that_many_classes_share_their_bars_and_labels_find_room(panel, qtbot):
    panel.set_data(many_data(2000, 6000, classes=60))
    tab = open_tab(panel, "Class balance")
    qtbot.waitUntil(lambda: 1 < len(tab.plot.labels) < 30)  # once it has its width
    areas = open_tab(panel, "Areas")
    assert len(areas.plot.bars) <= 32


def test_that_the_table_is_copied_with_tabs(panel, qtbot):
    panel.set_data(small_data())
    table = open_tab(panel, "Areas").table
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Class\tObjects\tMean %")
    assert lines[1].startswith("cat\t4\t5.75")
