"""How the photo is drawn, worked with sliders, buttons and a menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.canvas.adjustment import ImageAdjustment
from widgets.editor.side.image_panel import ImagePanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> ImagePanel:
    panel = ImagePanel()
    qtbot.addWidget(panel)
    qtbot.addWidget(panel.reset_button)
    panel.resize(260, 180)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def told(panel: ImagePanel) -> list[ImageAdjustment]:
    changes: list[ImageAdjustment] = []
    panel.adjustment_changed.connect(changes.append)
    return changes


def number(panel: ImagePanel, title: str) -> str:
    return panel.findChild(object, f"{title}Number").text()


def test_that_keys_move_a_slider_and_its_number(qtbot, panel, told):
    panel.brightness.setFocus()
    qtbot.keyClick(panel.brightness, Qt.Key.Key_Right)
    qtbot.keyClick(panel.contrast, Qt.Key.Key_Left)
    assert told == [ImageAdjustment(brightness=1), ImageAdjustment(brightness=1, contrast=-1)]
    assert number(panel, "Brightness") == "+1"
    assert number(panel, "Contrast") == "−1"


def test_that_gamma_goes_from_a_tenth_to_ten_with_one_in_the_middle(panel, told):
    assert number(panel, "Gamma") == "1.00"
    panel.gamma.setValue(panel.gamma.maximum())
    panel.gamma.setValue(panel.gamma.minimum())
    assert [change.gamma for change in told] == [10.0, 0.1]


def test_that_a_double_click_brings_a_slider_back(qtbot, panel, told):
    panel.gamma.setValue(40)
    qtbot.mouseDClick(panel.gamma, LEFT)
    assert told[-1].is_neutral


def test_that_the_channel_is_chosen_with_the_keyboard(qtbot, panel, told):
    panel.channel.setFocus()
    qtbot.keyClick(panel.channel, Qt.Key.Key_Down)
    assert told == [ImageAdjustment(channel="red")]


def test_that_automatic_and_local_contrast_are_switched(qtbot, panel, told):
    qtbot.mouseClick(panel.auto_button, LEFT)
    qtbot.mouseClick(panel.local_button, LEFT)
    qtbot.mouseClick(panel.auto_button, LEFT)
    assert told == [
        ImageAdjustment(auto_contrast=True),
        ImageAdjustment(auto_contrast=True, local_contrast=True),
        ImageAdjustment(local_contrast=True),
    ]


def test_that_reset_shows_the_photo_as_it_is(qtbot, panel, told):
    words: list[str] = []
    panel.described.connect(words.append)
    assert not panel.reset_button.isEnabled()
    panel.set_adjustment(ImageAdjustment(20, -30, 2.2, "luminance", True, True))
    assert number(panel, "Gamma") == "2.20"
    assert panel.auto_button.isChecked()
    panel.reset_button.show()
    qtbot.mouseClick(panel.reset_button, LEFT)
    assert panel.adjustment == ImageAdjustment() == told[-1]
    assert len(told) == 2
    assert panel.brightness.value() == panel.contrast.value() == panel.gamma.value() == 0
    assert panel.channel.currentIndex() == 0
    assert words == ["adjusted", ""]


def test_that_a_gamma_between_the_steps_of_the_slider_stays_what_it_is(panel, told):
    panel.set_adjustment(ImageAdjustment(gamma=2.22))
    panel.brightness.setValue(5)
    assert told[-1] == ImageAdjustment(brightness=5, gamma=2.22)
