"""The panel of charts, used by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.eda.making_eda import WEIGHTS, many_data, small_data
from widgets import theme
from widgets.eda.bars import BarPlot
from widgets.eda.panel import NO_NUMBERS, EdaPanel
from widgets.eda.plot import ChartPlot

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Listener:
    """What the panel told."""

    def __init__(self, panel: EdaPanel) -> None:
        self.chosen: list[tuple[str, list[int]]] = []
        self.cleared = 0
        panel.samples_chosen.connect(self._note)
        panel.selection_cleared.connect(self._count)

    def _note(self, words: str, positions: np.ndarray) -> None:
        self.chosen.append((words, positions.tolist()))

    def _count(self) -> None:
        self.cleared += 1


@pytest.fixture
def panel(qtbot: QtBot) -> EdaPanel:
    theme.apply(QApplication.instance(), "dark")
    panel = EdaPanel()
    qtbot.addWidget(panel)
    panel.resize(1200, 240)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def told(panel: EdaPanel) -> Listener:
    return Listener(panel)


def open_tab(panel: EdaPanel, title: str):
    panel.show_tab(title)
    QApplication.sendPostedEvents()
    chart = panel.chart(title)
    assert chart is not None
    panel.grab()  # lays everything out, as painting does
    return chart


def at(plot: ChartPlot, x: float, y: float) -> QPoint:
    return plot.mapFromScene(plot.view.mapViewToScene(QPointF(x, y)))


def middle(plot: BarPlot, number: int) -> QPoint:
    bar = plot.bars[number]
    return at(plot, (bar.left + bar.right) / 2, (bar.bottom + bar.top) / 2)


def click(qtbot: QtBot, plot: ChartPlot, place: QPoint) -> None:
    qtbot.mouseMove(plot.viewport(), place)
    qtbot.mouseClick(plot.viewport(), LEFT, NONE, place)
    # A second click soon after would be a double click.
    qtbot.mouseMove(plot.viewport(), QPoint(2, 2))


def drag(qtbot: QtBot, plot: ChartPlot, first: QPoint, last: QPoint) -> None:
    view = plot.viewport()
    qtbot.mouseMove(view, first)
    qtbot.mousePress(view, LEFT, NONE, first)
    for step in range(1, 6):
        qtbot.mouseMove(view, first + (last - first) * (step / 5))
    qtbot.mouseRelease(view, LEFT, NONE, last)


def test_that_without_numbers_the_panel_says_what_to_do_and_offers_it(panel, qtbot):
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert NO_NUMBERS in shown
    page = panel._room.currentWidget()
    with qtbot.waitSignal(panel.scan_requested):
        qtbot.mouseClick(page.notice.button, LEFT)


def test_that_while_counting_the_panel_says_how_far_it_is(panel):
    panel.show_busy(312, 438)
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "312 of 438 samples" in shown


def test_that_charts_with_numbers_stay_while_others_are_counted(panel):
    panel.set_data(small_data())
    panel.show_busy(1, 10)
    assert panel.current_chart is not None
    assert panel.current_chart.isVisible()


def test_that_a_chart_is_built_when_its_tab_is_first_shown(panel):
    panel.set_data(small_data())
    assert panel.chart("Class balance") is not None
    assert panel.chart("Areas") is None
    panel.show_tab("Areas")
    assert panel.chart("Areas") is not None
    assert panel.chart("Light & contrast") is None


def test_that_arrow_keys_move_between_tabs(panel, qtbot):
    panel.set_data(small_data())
    panel.tabs.setFocus()
    qtbot.keyClick(panel.tabs, Qt.Key.Key_Right)
    assert panel.tabs.currentIndex() == 1
    assert panel.chart("Areas") is not None


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
    assert told.chosen[-1] == ("images with 2 or more pieces", [0]) or told.chosen[-1][1] == [0]
    click(qtbot, tab.sizes, middle(tab.sizes, 1))
    assert told.chosen[-1] == ("images of 640×480 px", [4])
    assert tab.components.chosen is None
    assert told.cleared == 0


def test_that_a_choice_in_one_chart_takes_the_place_of_that_in_another(panel, told, qtbot):
    panel.set_data(small_data())
    balance = open_tab(panel, "Class balance").plot
    click(qtbot, balance, middle(balance, 0))
    areas = open_tab(panel, "Areas").plot
    click(qtbot, areas, middle(areas, 0))
    assert len(told.chosen) == 2
    assert told.cleared == 0
    assert balance.chosen is None


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


def test_that_many_classes_share_their_bars_and_labels_find_room(panel):
    panel.set_data(many_data(2000, 6000, classes=60))
    tab = open_tab(panel, "Class balance")
    ticks = tab.plot.bottom._tickLevels[0]
    assert 1 < len(ticks) < 30
    areas = open_tab(panel, "Areas")
    assert len(areas.plot.bars) <= 32


def test_that_the_same_samples_keep_the_choice_and_others_clear_it(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    click(qtbot, plot, middle(plot, 0))
    panel.set_data(small_data())
    assert panel.choice is not None
    assert told.cleared == 0
    panel.set_data(many_data(40, 60))
    assert panel.choice is None
    assert told.cleared == 1


def test_that_a_choice_cleared_elsewhere_is_forgotten_in_silence(panel, told, qtbot):
    panel.set_data(small_data())
    plot = open_tab(panel, "Class balance").plot
    click(qtbot, plot, middle(plot, 0))
    panel.forget_choice()
    assert (plot.chosen, panel.chip.isVisible(), told.cleared) == (None, False, 0)


def test_that_an_empty_dataset_shows_empty_charts(panel):
    panel.set_data(many_data(0, 0))
    for title in ("Class balance", "Areas", "Position", "Light & contrast"):
        open_tab(panel, title)
    assert open_tab(panel, "Areas").table.text_of(0, 1) == "0"


def test_that_a_tab_of_the_owner_comes_first(panel):
    flags = QLabel("flags")
    panel.insert_tab(0, "Flags", flags)
    assert flags.isVisible()
    panel.set_data(small_data())
    assert panel.current_chart is None
    panel.show_tab("Class balance")
    assert panel.current_chart is not None


def test_that_the_theme_changes_the_colours_and_not_the_choice(panel, qtbot):
    panel.set_data(small_data())
    pictures = []
    for title in ("Class balance", "Areas", "Position", "Light & contrast"):
        open_tab(panel, title)
        pictures.append(panel.grab().toImage())
    plot = open_tab(panel, "Class balance").plot
    click(qtbot, plot, middle(plot, 0))
    theme.apply(QApplication.instance(), "light")
    assert plot.chosen == 0
    for title, before in zip(
        ("Class balance", "Areas", "Position", "Light & contrast"), pictures, strict=True
    ):
        open_tab(panel, title)
        now = panel.grab().toImage()
        assert now.pixelColor(4, now.height() - 3) != before.pixelColor(4, now.height() - 3)
    assert plot.backgroundBrush().color() == theme.color("surface")


def test_that_the_table_is_copied_with_tabs(panel, qtbot):
    panel.set_data(small_data())
    table = open_tab(panel, "Areas").table
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Class\tObjects\tMean %")
    assert lines[1].startswith("cat\t4\t5.75")
