"""The panel of charts: its states, its tabs, and the one choice there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from tests.widgets.eda.driving import LEFT, click, middle, open_tab
from tests.widgets.eda.making_eda import many_data, small_data
from widgets import theme
from widgets.eda.panel import NO_NUMBERS


def test_that_without_numbers_the_panel_says_what_to_do_and_offers_it(panel, qtbot):
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert NO_NUMBERS in shown
    with qtbot.waitSignal(panel.scan_requested):
        qtbot.mouseClick(panel.notice.button, LEFT)


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


def test_that_a_choice_in_one_chart_takes_the_place_of_that_in_another(panel, told, qtbot):
    panel.set_data(small_data())
    balance = open_tab(panel, "Class balance").plot
    click(qtbot, balance, middle(balance, 0))
    areas = open_tab(panel, "Areas").plot
    click(qtbot, areas, middle(areas, 0))
    assert len(told.chosen) == 2
    assert told.cleared == 0
    assert balance.chosen is None


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


def test_that_a_dataset_of_one_class_without_objects_or_photos_shows_what_there_is(panel):
    data = many_data(5, 0)
    nothing = np.full(5, np.nan, np.float32)
    panel.set_data(
        replace(
            data,
            classes=data.classes[:1],
            presence=data.presence[:, :1],
            pixels=data.pixels[:, :1],
            occupancy=data.occupancy[:, :1],
            weights={},
            brightness=nothing,
            contrast=nothing,
            components=np.full(5, -1, np.int32),
            width=np.zeros(5, np.int32),
        )
    )
    for title in ("Class balance", "Areas", "Position", "Light & contrast"):
        open_tab(panel, title)
    assert not open_tab(panel, "Class balance").use_button.isVisible()


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
