"""The panels behind their tabs, folded and unfolded; taking one away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.analysis.driving import LEFT
from widgets.analysis.figures_panel import FiguresPanel
from widgets.analysis.report import RunReport
from widgets.analysis.side import LEAST_WIDTH, STRIP_WIDTH, AnalysisSide
from widgets.export_button import ExportButton


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
