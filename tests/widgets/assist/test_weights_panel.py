"""The strip that asks before anything is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QToolButton

from core.assist.catalogue import model_of
from core.assist.messages import ModelFiles, WeightFile
from widgets.assist import WeightsPanel

LEFT = Qt.MouseButton.LeftButton
MODEL = model_of("efficientsam:10m")
FILES = ModelFiles(
    name=MODEL.name,
    installed=False,
    host="weights.example",
    license="Apache License 2.0",
    files=(
        WeightFile(name="a.onnx", url="https://weights.example/a.onnx", path=Path("/cache/a")),
        WeightFile(name="b.onnx", url="https://weights.example/b.onnx", path=Path("/cache/b")),
    ),
)


@pytest.fixture
def panel(qtbot):
    panel = WeightsPanel()
    panel.resize(900, 60)
    qtbot.addWidget(panel)
    return panel


def shown(panel: WeightsPanel) -> set[str]:
    """The buttons that can be pressed."""
    buttons = [*panel.findChildren(QPushButton), *panel.findChildren(QToolButton)]
    return {button.objectName() for button in buttons if button.isVisible()}


def test_that_it_is_hidden_until_there_is_something_to_say(panel):
    assert panel.isHidden()
    assert panel.text == ""


def test_that_the_question_names_model_size_host_and_licence(panel, qtbot):
    panel.ask(MODEL, FILES)
    for words in ("EfficientSAM (10M)", "40 MB", "weights.example", "Apache License 2.0"):
        assert words in panel.text
    assert shown(panel) == {"WeightsMain", "WeightsSmartRegion", "WeightsMore", "WeightsClose"}
    button = panel.findChild(QPushButton, "WeightsMain")
    assert button.text() == "Fetch 40 MB"
    with qtbot.waitSignal(panel.fetch_clicked), qtbot.assertNotEmitted(panel.retry_clicked):
        qtbot.mouseClick(button, LEFT)
    with qtbot.waitSignal(panel.smart_region_clicked):
        qtbot.mouseClick(panel.findChild(QPushButton, "WeightsSmartRegion"), LEFT)


def test_that_details_say_which_files_go_where(panel, qtbot):
    panel.ask(MODEL, FILES)
    more = panel.findChild(QPushButton, "WeightsMore")
    details = panel.findChild(object, "WeightsDetails")
    assert not details.isVisible()
    qtbot.mouseClick(more, LEFT)
    assert details.isVisible()
    assert "https://weights.example/b.onnx\n    → " in panel.details
    panel.ask(MODEL, None)
    assert not details.isVisible()
    assert not more.isVisible()


def test_that_progress_shows_megabytes_and_time_left_with_a_way_to_cancel(panel, qtbot):
    panel.ask(MODEL, FILES)
    panel.show_progress(MODEL, 10_000_000, 40_000_000, 8.2)
    assert panel.text == "Fetching EfficientSAM (10M) · 10 MB of 40 MB · 8 s left"
    bar = panel.findChild(QProgressBar)
    assert bar.isVisible()
    assert bar.value() / bar.maximum() == 0.25
    assert shown(panel) == {"WeightsCancel"}
    with qtbot.waitSignal(panel.cancel_clicked):
        qtbot.mouseClick(panel.findChild(QPushButton, "WeightsCancel"), LEFT)
    panel.show_progress(MODEL, 0, 0, None)
    assert panel.text == "Fetching EfficientSAM (10M)"
    assert bar.maximum() == 0  # busy, for its length is not known
    panel.show_progress(model_of("sam3:latest"), 3_000_000_000, 3_400_000_000, 60)
    assert "3.0 GB of 3.4 GB" in panel.text
    assert 0 < bar.value() < bar.maximum()


def test_that_a_fetch_that_is_being_cancelled_cannot_be_cancelled_again(panel):
    panel.show_progress(MODEL, 10_000_000, 40_000_000, 8.2)
    panel.show_cancelling(MODEL)
    assert panel.text == "Cancelling the fetch of EfficientSAM (10M) …"
    assert not panel.findChild(QPushButton, "WeightsCancel").isEnabled()
    panel.show_progress(MODEL, 10_000_000, 40_000_000, 8.2)
    assert panel.findChild(QPushButton, "WeightsCancel").isEnabled()


def test_that_a_failure_can_be_tried_again(panel, qtbot):
    panel.show_progress(MODEL, 1, 2, None)
    panel.tell_failure("weights.example cannot be reached.", FILES)
    assert panel.text == "weights.example cannot be reached."
    assert not panel.findChild(QProgressBar).isVisible()
    with qtbot.waitSignal(panel.fetch_clicked):
        qtbot.mouseClick(panel.findChild(QPushButton, "WeightsMain"), LEFT)


def test_that_other_problems_can_be_looked_at_again(panel, qtbot):
    panel.tell_problem("osam is not installed.")
    assert shown(panel) == {"WeightsMain", "WeightsSmartRegion", "WeightsClose"}
    with qtbot.waitSignal(panel.retry_clicked), qtbot.assertNotEmitted(panel.fetch_clicked):
        qtbot.mouseClick(panel.findChild(QPushButton, "WeightsMain"), LEFT)


def test_that_it_can_be_closed(panel, qtbot):
    panel.ask(MODEL, FILES)
    with qtbot.waitSignal(panel.closed):
        qtbot.mouseClick(panel.findChild(QToolButton, "WeightsClose"), LEFT)
    assert panel.isHidden()


def test_that_keys_reach_every_button(panel):
    panel.ask(MODEL, FILES)
    for name in shown(panel):
        button = panel.findChild(QPushButton, name) or panel.findChild(QToolButton, name)
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.toolTip()
