"""Whether a run is as often right as it is sure."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.widgets.analysis.driving import LEFT
from widgets.analysis.calibration_panel import CalibrationPanel
from widgets.analysis.report import RunReport


@pytest.fixture
def panel(qtbot: QtBot, report: RunReport) -> CalibrationPanel:
    made = CalibrationPanel()
    qtbot.addWidget(made)
    made.resize(400, 500)
    with qtbot.waitExposed(made):
        made.show()
    made.show_report(report)
    return made


def test_that_a_run_that_is_too_sure_is_told_so(panel: CalibrationPanel, report: RunReport):
    assert report.details is not None
    assert report.details.ece_of_objects is not None
    said = panel.verdict.text()
    assert said.startswith(f"Expected calibration error {report.details.ece_of_objects:.2f} %.")
    assert "too sure" in said


def test_that_a_point_lists_the_samples_with_most_wrong_pixels(
    qtbot: QtBot, panel: CalibrationPanel
):
    point = panel.plot.points[0]
    assert point.confidence is not None
    assert point.accuracy is not None
    panel.grab()  # lays everything out, as painting does
    scene = panel.plot.view.mapViewToScene(QPointF(point.confidence, point.accuracy))
    place = panel.plot.mapFromScene(scene)
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        qtbot.mouseClick(panel.plot.viewport(), LEFT, pos=place)
    title, samples = chosen.args
    assert title == "wrong with a confidence of 67 to 73 %"
    assert samples == ["val/mistaken", "val/alarm"]


def test_that_keys_walk_to_a_point_and_choose_it(qtbot: QtBot, panel: CalibrationPanel):
    panel.objects_box.setChecked(False)
    assert len(panel.plot.points) == 2
    panel.plot.setFocus()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        qtbot.keyClick(panel.plot, Qt.Key.Key_Return)
    assert chosen.args[1] == ["val/missed"]


def test_that_predictions_without_confidence_say_what_to_do(
    panel: CalibrationPanel, better: RunReport
):
    panel.show_report(better)
    assert panel.is_empty
