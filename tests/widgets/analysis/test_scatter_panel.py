"""Samples as points: what goes along the axes, and what hands choose among the points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.analysis.driving import LEFT
from widgets.analysis.report import RunReport
from widgets.analysis.scatter.figures import Axis, SampleFigures
from widgets.analysis.scatter.panel import ScatterPanel
from widgets.comparison.samples.columns import RunColumns, SampleColumns


def columns_of(reports: Sequence[RunReport], quality: dict[str, float] | None = None):
    runs = [
        RunColumns(None if each.evaluation is None else each.evaluation.scores, each.class_names)
        for each in reports
    ]
    return SampleColumns(runs, quality or {})


@pytest.fixture
def panel(qtbot: QtBot) -> ScatterPanel:
    made = ScatterPanel()
    qtbot.addWidget(made)
    made.resize(400, 500)
    with qtbot.waitExposed(made):
        made.show()
    return made


def show(panel: ScatterPanel, reports: Sequence[RunReport], **more: dict[str, float]) -> None:
    panel.show_samples(columns_of(reports, **more), reports)
    panel.grab()  # lays everything out, as painting does


def place_of(panel: ScatterPanel, sample: str) -> QPoint:
    number = panel.samples.index(sample)
    plot = panel.plot
    where = QPointF(plot.x[number], plot.y[number])
    return plot.mapFromScene(plot.view.mapViewToScene(where))


def drag(qtbot: QtBot, panel: ScatterPanel, first: QPoint, last: QPoint) -> None:
    port = panel.plot.viewport()
    qtbot.mousePress(port, LEFT, pos=first)
    for part in (0.3, 0.7, 1.0):
        qtbot.mouseMove(port, first + (last - first) * part)
    qtbot.mouseRelease(port, LEFT, pos=last)


def choose(panel: ScatterPanel, where: str, figure: str, run: str = "") -> None:
    box = panel.right_box if where == "right" else panel.up_box
    place = box.figure_box.findText(figure)
    assert place >= 0, figure
    box.figure_box.setCurrentIndex(place)
    box.figure_box.activated.emit(place)
    if run:
        box.run_box.setCurrentIndex(box.run_box.findText(run))
        box.run_box.activated.emit(box.run_box.currentIndex())
    panel.grab()


def test_that_one_run_is_shown_by_contrast_and_dice(panel: ScatterPanel, report: RunReport):
    show(panel, [report])
    assert panel.axes is not None
    assert [axis.head for axis in panel.axes] == ["Contrast to background, ΔE", "mDice A, %"]
    assert not panel.plot.has_diagonal
    assert report.evaluation is not None
    assert report.analysis is not None
    scores, facts = report.evaluation.scores, report.analysis.table.facts
    for number, sample in enumerate(panel.samples):
        assert panel.plot.y[number] == scores.m_dice[scores.rows[sample]]
        row = report.analysis.table.rows[sample]
        assert panel.plot.x[number] == pytest.approx(float(facts.difference[row]))


def test_that_two_runs_are_shown_against_each_other_with_the_diagonal(
    panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    assert panel.axes is not None
    assert [axis.head for axis in panel.axes] == ["mDice A, %", "mDice B, %"]
    assert panel.plot.has_diagonal
    # B predicts all four as they are; A only one of them.
    assert panel.caption.text() == "B better in 3, A in 0 of 4 samples"


def test_that_a_click_on_a_point_asks_for_its_sample(
    qtbot: QtBot, panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    with qtbot.waitSignal(panel.sample_activated) as asked:
        qtbot.mouseClick(panel.plot.viewport(), LEFT, pos=place_of(panel, "val/missed"))
    assert asked.args == ["val/missed"]


def test_that_a_point_under_the_mouse_is_named_with_both_figures(
    qtbot: QtBot, panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    assert report.evaluation is not None
    dice = report.evaluation.scores.get("val/missed")
    assert dice is not None
    qtbot.mouseMove(panel.plot.viewport(), place_of(panel, "val/missed"))
    said = f"val/missed: mDice A {dice.mDice:.2f} %, mDice B 100.00 %"
    qtbot.waitUntil(lambda: panel.plot.toolTip().startswith(said))
    assert panel.name_label.text() == "val/missed"


def test_that_a_rectangle_chooses_the_samples_in_it_and_draws_the_others_faintly(
    qtbot: QtBot, panel: ScatterPanel, report: RunReport
):
    show(panel, [report])
    choose(panel, "right", "Object size, % of the photo")
    wanted = place_of(panel, "val/alarm")
    with qtbot.waitSignal(panel.samples_chosen) as chosen:
        drag(qtbot, panel, wanted - QPoint(12, 9), wanted + QPoint(14, 9))
    title, samples = chosen.args
    assert samples == ["val/alarm"]
    assert title.startswith("Object size ")
    assert "mDice A" in title
    panel.show_chosen(title, samples)  # as the list answers
    assert panel.plot.box is not None
    assert [panel.samples[number] for number in panel.plot.strong] == ["val/alarm"]
    panel.show_chosen("dog predicted as cat", ["val/good", "val/missed"])  # somebody else's
    assert panel.plot.box is None
    strong = [panel.samples[number] for number in panel.plot.strong]
    assert strong == ["val/good", "val/missed"]


def test_that_a_click_beside_the_points_lets_all_through_again(
    qtbot: QtBot, panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    panel.show_chosen("some", ["val/good"])
    corner = panel.plot.view.mapViewToScene(panel.plot.view.viewRect().topRight())
    beside = panel.plot.mapFromScene(corner) - QPoint(20, 20)
    with qtbot.waitSignal(panel.cleared):
        qtbot.mouseClick(panel.plot.viewport(), LEFT, pos=beside)


def test_that_keys_walk_along_both_axes_and_enter_chooses(
    qtbot: QtBot, panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    plot = panel.plot
    plot.setFocus()
    order = np.argsort(plot.x, kind="stable")
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.focused == order[0]
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.focused == order[1]
    assert panel.samples[order[1]] in plot.accessibleDescription()
    with qtbot.waitSignal(panel.sample_activated) as asked:
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert asked.args == [panel.samples[order[1]]]


def test_that_a_difference_of_runs_can_go_along_an_axis(
    panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    choose(panel, "right", "Contrast to background, ΔE")
    choose(panel, "up", "mDice, %", "B − A")
    assert panel.axes is not None
    assert panel.axes[1].head == "Δ mDice B − A, points"
    number = panel.samples.index("val/good")
    assert panel.plot.y[number] == 0
    rows = panel.rows()
    assert list(rows[0]) == ["sample", "Contrast to background, ΔE", "Δ mDice B − A, points"]
    assert len(rows) == 5


def test_that_chosen_axes_stay_for_as_long_as_there_are_such_figures(
    panel: ScatterPanel, report: RunReport, better: RunReport
):
    show(panel, [report, better])
    choose(panel, "right", "Dice of cat, %", "B")
    show(panel, [better, report])
    assert panel.axes is not None
    assert panel.axes[0].head == "Dice of cat B, %"
    show(panel, [report])
    assert panel.axes is not None
    assert panel.axes[0].head == "Contrast to background, ΔE"


def test_that_samples_without_a_figure_are_counted_and_not_drawn(
    panel: ScatterPanel, report: RunReport
):
    show(panel, [report], quality={"val/good": 0.9, "val/missed": 0.2})
    choose(panel, "right", "Label quality (low: suspect), %")
    assert panel.samples == ["val/good", "val/missed"]
    assert panel.plot.x.tolist() == [90, 20]
    assert panel.caption.text() == "2 samples, 2 without these figures"


def test_that_the_confidence_of_a_run_is_the_mean_of_its_pixels(report: RunReport):
    figures = SampleFigures(columns_of([report]), [report])
    whole, objects = figures.figure("sure"), figures.figure("sure_objects")
    assert whole is not None
    assert objects is not None
    # Objects were stored with 175 of 255, all else with 250.
    missed = figures.places["val/missed"]
    assert figures.values(Axis(whole))[missed] == pytest.approx(100 * 250 / 255)
    assert np.isnan(figures.values(Axis(objects))[missed])
    good = figures.places["val/good"]
    assert figures.values(Axis(objects))[good] == pytest.approx(100 * 175 / 255)


def test_that_without_predictions_it_says_what_to_do(panel: ScatterPanel):
    show(panel, [])
    assert panel.is_empty
    said = [label.text() for label in panel.empty.findChildren(QLabel)]
    assert "Predict the split: its samples appear here as points." in said
