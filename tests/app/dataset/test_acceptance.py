"""Flags that somebody calls right: silent, listed, and loud again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.app.dataset.hands import MORE, SPECKS, VAL_SPECKS, Hands, speckled

# Said of menus; none is shown anywhere.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def accept(hands: Hands, sample_id: str) -> None:
    hands.select(sample_id)
    hands.key(Qt.Key.Key_Y)


def is_accepted(hands: Hands) -> list[bool]:
    return [row.is_accepted for row in hands.rows("noise")]


def test_that_y_silences_a_flag_lists_it_as_accepted_and_undo_takes_that_back(opened):
    accept(opened, SPECKS)
    assert opened.flagged("noise") == [MORE, VAL_SPECKS]
    assert is_accepted(opened) == [True]
    assert "(2)" in opened.page.filter_bar.check.itemText(1)
    opened.undo()
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    assert is_accepted(opened) == [False]


def test_that_the_button_accepts_and_flag_it_again_makes_it_speak(opened):
    opened.select(SPECKS)
    opened.press(opened.rows("noise")[0], "accept")
    assert is_accepted(opened) == [True]
    opened.press(opened.rows("noise")[0], "flag")
    assert is_accepted(opened) == [False]
    assert SPECKS in opened.flagged("noise")


def test_that_an_acceptance_outlives_the_session_but_not_another_mask(opened):
    accept(opened, SPECKS)
    opened.open()
    opened.select(SPECKS)
    assert is_accepted(opened) == [True]
    opened.write_mask(SPECKS, speckled(2, 3))
    assert is_accepted(opened) == [False]
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]


def test_that_another_limit_makes_an_accepted_flag_speak_again(opened):
    accept(opened, SPECKS)
    opened.session.checking.apply(opened.session.checking.settings.with_limit("noise", 7))
    opened.wait_for_scan()
    assert opened.flagged("noise") == [SPECKS, MORE]
    assert is_accepted(opened) == [False]


def test_that_the_note_of_the_sample_is_kept_with_the_acceptance(opened):
    opened.select(SPECKS)
    edit = opened.page.sample_panel.review.note_edit
    edit.setFocus()
    opened.qtbot.keyClicks(edit, "a bell on the collar")
    opened.qtbot.keyClick(edit, Qt.Key.Key_Return)
    accept(opened, SPECKS)
    ((flag, acceptance),) = opened.session.checking.accepted(SPECKS)
    assert (flag.check, acceptance.note) == ("noise", "a bell on the collar")


def test_that_shift_y_asks_for_the_reason_and_keeps_it(opened):
    opened.select(SPECKS)
    opened.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    (reason,) = opened.menu().actions()
    opened.qtbot.keyClicks(reason.edit, "a bell")
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    opened.qtbot.keyClick(reason.edit, Qt.Key.Key_Return)
    assert is_accepted(opened) == [True]
    ((_flag, acceptance),) = opened.session.checking.accepted(SPECKS)
    assert acceptance.note == "a bell"


def test_that_y_on_a_sample_without_a_flag_says_so(opened):
    with opened.qtbot.waitSignal(opened.session.message):
        opened.key(Qt.Key.Key_Y)
    assert opened.footer.message() == "This sample has no flag."


def test_that_the_next_flagged_sample_skips_what_is_accepted(opened):
    accept(opened, MORE)
    opened.select(SPECKS)
    opened.key(Qt.Key.Key_N)
    assert opened.session.current == VAL_SPECKS


def test_that_a_reason_can_be_typed_when_a_flag_is_accepted(opened):
    opened.select(SPECKS)
    opened.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    edit = opened.menu().findChild(QLineEdit)
    opened.qtbot.keyClicks(edit, "a whisker")
    opened.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert is_accepted(opened) == [True]
    ((_, acceptance),) = opened.session.checking.accepted(SPECKS)
    assert acceptance.note == "a whisker"


def test_that_the_right_button_offers_all_that_can_be_done_with_a_flag(opened):
    opened.select(SPECKS)
    row = opened.rows("noise")[0]
    place = row.rect().center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse,
        place,
        row.mapToGlobal(place),
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(row, event)
    words = [action.text().split("\t")[0] for action in opened.menu().actions() if action.text()]
    assert words == ["Drop specks…", "Accept: this is right", "Move the check's limit"]
    opened.choose("Accept: this is right\tY")
    assert is_accepted(opened) == [True]
