"""The line that sums up the checks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from core.dataset.filtering import FlagSummary
from core.flags import Flag, Severity
from widgets.filters import SummaryStrip


def test_that_a_split_that_differs_has_a_chip_that_says_how(qtbot):
    strip = SummaryStrip()
    qtbot.addWidget(strip)
    strip.resize(900, 80)
    strip.show_summary(9, FlagSummary(0, 0, {}, {}), None)
    words = "The mean brightness in val is 40, elsewhere 120."
    strip.show_split_flags([Flag("val/", "split_difference", Severity.INFO, 1.2, words)])
    chip = strip.findChild(QToolButton, "split.val")
    assert chip.text() == "val differs"
    assert words in chip.toolTip()
    with qtbot.waitSignal(strip.split_chosen) as told:
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert told.args == ["val", words]
