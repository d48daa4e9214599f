"""The flags of a sample in words, and the place each speaks of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from core.flags import Flag, Severity
from core.qa.checks import CHECKS
from widgets.flags import FlagPanel

SPECKS = Flag(
    "a", "noise", Severity.WARNING, 2, "2 pieces are small.", ((1, 2, 3, 4), (9, 9, 2, 2))
)
SIZE = Flag("a", "size", Severity.ERROR, 1, "The mask is <b>too</b> large.")


@pytest.fixture
def panel(qtbot) -> FlagPanel:
    made = FlagPanel()
    qtbot.addWidget(made)
    made.resize(300, 200)
    with qtbot.waitExposed(made):
        made.show()
    return made


def words_of(panel: FlagPanel) -> list[str]:
    current = panel.currentWidget()
    return [label.text() for label in current.findChildren(QLabel) if label.text()]


def test_that_errors_come_first_with_their_check_in_words(panel):
    panel.show_flags([SPECKS, SIZE])
    assert [row.flag for row in panel.rows] == [SIZE, SPECKS]
    words = words_of(panel)
    assert "The mask is <b>too</b> large." in words
    assert f"Warning · {CHECKS['noise'].title} · 2 places" in words
    assert CHECKS["noise"].catches in panel.rows[1].toolTip()


def test_that_a_click_chooses_a_flag_and_another_click_lets_go(qtbot, panel):
    panel.show_flags([SPECKS, SIZE])
    chosen: list[Flag | None] = []
    panel.flag_chosen.connect(chosen.append)
    row = panel.rows[1]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert panel.chosen is SPECKS
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert chosen == [SPECKS, None]


def test_that_keys_walk_through_the_flags(qtbot, panel):
    panel.show_flags([SPECKS, SIZE])
    first, second = panel.rows
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert panel.chosen is SIZE
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert panel.chosen is SPECKS
    qtbot.keyClick(second, Qt.Key.Key_Down)
    assert panel.chosen is SPECKS
    qtbot.keyClick(second, Qt.Key.Key_Up)
    assert panel.chosen is SIZE


def test_that_no_flags_is_good_news_and_unchecked_is_none(panel):
    panel.show_flags([])
    assert words_of(panel) == ["No flags: nothing to mend here"]
    panel.show_flags([], checked=False)
    assert words_of(panel) == ["Not checked yet"]


def test_that_a_chosen_flag_stays_chosen_while_it_is_there(panel):
    chosen: list[Flag | None] = []
    panel.show_flags([SPECKS, SIZE])
    panel.choose(SPECKS)
    panel.flag_chosen.connect(chosen.append)
    again = Flag("a", "noise", Severity.WARNING, 2, "2 pieces are small.", SPECKS.region)
    panel.show_flags([again])
    assert panel.chosen == again
    panel.show_flags([SIZE])
    assert panel.chosen is None
    assert chosen[-1] is None
