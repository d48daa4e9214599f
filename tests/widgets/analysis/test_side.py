"""The panels behind their tabs, folded and unfolded; taking one away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from tests.widgets.analysis.driving import LEFT
from widgets.analysis.figures_panel import FiguresPanel
from widgets.analysis.report import RunReport
from widgets.analysis.run_picker import RunPicker
from widgets.analysis.side import LEAST_WIDTH, STRIP_WIDTH, AnalysisSide
from widgets.export_button import ExportButton
from widgets.run_colors import PALETTE, colors, run_color


def test_that_the_panels_fold_to_a_strip_and_come_back(qtbot: QtBot):
    side = AnalysisSide()
    qtbot.addWidget(side)
    panels = [QLabel("one"), QLabel("two")]
    for title, panel in zip(("One", "Two"), panels, strict=True):
        side.add_panel(title, panel)
    side.resize(400, 300)
    side.show()
    with qtbot.waitSignal(side.folded_changed):
        qtbot.mouseClick(side.fold_button, LEFT)
    assert side.maximumWidth() == STRIP_WIDTH
    assert not panels[0].isVisible()
    assert side.fold_button.isVisible()
    qtbot.mouseClick(side.fold_button, LEFT)
    assert side.minimumWidth() == LEAST_WIDTH
    assert panels[0].isVisible()


def test_that_arrow_keys_change_the_tab(qtbot: QtBot):
    side = AnalysisSide()
    qtbot.addWidget(side)
    for title in ("One", "Two"):
        side.add_panel(title, QLabel(title))
    side.show()
    side.tabs.setFocus()
    with qtbot.waitSignal(side.tab_changed) as changed:
        qtbot.keyClick(side.tabs, Qt.Key.Key_Right)
    assert changed.args == ["Two"]


def test_that_a_hidden_tab_is_not_chosen(qtbot: QtBot):
    side = AnalysisSide()
    qtbot.addWidget(side)
    panels = [QLabel("one"), QLabel("two")]
    for title, panel in zip(("One", "Two"), panels, strict=True):
        side.add_panel(title, panel)
    side.show_tab(panels[1], False)
    side.choose_tab("Two")
    assert side.tab == "One"
    side.show_tab(panels[1], True)
    side.choose_tab("Two")
    assert side.tab == "Two"


def test_that_a_run_with_another_colour_has_it_in_the_choice_of_runs(qtbot: QtBot):
    picker = RunPicker()
    qtbot.addWidget(picker)
    picker.set_runs([("one", "A", "one"), ("two", "B", "two")])

    def shown(place: int) -> tuple[int, int, int]:
        button = picker.findChildren(QToolButton)[place]
        return button.icon().pixmap(12).toImage().pixelColor(6, 6).getRgb()[:3]

    assert shown(0) == run_color("one")
    before = dict(colors.places)
    other = next(n for n, rgb in enumerate(PALETTE) if rgb != run_color("one"))
    colors.set_places({"one": other})
    assert shown(0) == PALETTE[other]
    colors.set_places(before)


def test_that_a_panel_is_taken_away_as_picture_and_table(qtbot: QtBot, report: RunReport):
    panel = FiguresPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    panel.show_reports([report])
    button = panel.findChild(ExportButton)
    assert button is not None
    by_text = {action.text(): action for action in button.menu().actions()}
    with qtbot.waitSignal(button.picture_wanted) as picture:
        by_text["Save as a picture (PNG)…"].trigger()
    assert picture.args[0] == "figures"
    assert picture.args[1].width() >= 800
    with qtbot.waitSignal(button.table_wanted) as table:
        by_text["Save as a table (CSV)…"].trigger()
    assert table.args[1].startswith(
        "run,class,figure,name,how,unit,value,low,high\nrun first,,mDice,"
    )
    by_text["Copy the table"].trigger()
    assert QGuiApplication.clipboard().text().startswith("run\tclass\tfigure")
