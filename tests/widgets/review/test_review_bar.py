"""Judging one sample or many: state, tags, note, exclusion."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.review.store import Review, ReviewState
from core.review.tags import READY_MADE_TAGS
from widgets.review import STATE_SHORTCUTS, ReviewBar
from widgets.review.bar import USUAL_REASONS

# Said of windows with a layout and of menus; neither is shown anywhere.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TO_DO, DONE, UNSURE = ReviewState
SMALL, THIN = "small object", "thin structures"
REVIEWS = {
    "a": Review(DONE, (SMALL,), "ear cut off"),
    "b": Review(UNSURE, (SMALL, THIN)),
}


class Heard:
    """What the bar asked for, in order."""

    def __init__(self, bar: ReviewBar) -> None:
        self.said: list[tuple] = []
        for name in (
            "state_chosen", "tag_added", "tag_removed", "note_edited", "exclude_requested",
            "restore_requested", "tag_rename_requested", "tag_delete_requested",
        ):  # fmt: skip
            getattr(bar, name).connect(lambda *values, name=name: self.said.append((name, *values)))


@pytest.fixture
def bar(qtbot: QtBot) -> ReviewBar:
    made = ReviewBar()
    qtbot.addWidget(made)
    made.set_known_tags([*READY_MADE_TAGS, "dark dog"])
    made.resize(340, 200)
    with qtbot.waitExposed(made):
        made.show()
    made.show_samples(["a"], REVIEWS, {})
    return made


@pytest.fixture
def heard(bar: ReviewBar) -> Heard:
    return Heard(bar)


def click(qtbot: QtBot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def checked(bar: ReviewBar) -> list[ReviewState]:
    return [state for state, button in bar.state_buttons.items() if button.isChecked()]


def tags(bar: ReviewBar) -> list[str]:
    return [chip.tag for chip in bar.chips]


def open_menu() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(qtbot: QtBot, menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    place = menu.actionGeometry(action).center()
    qtbot.mouseMove(menu, place)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)


def test_that_one_sample_is_shown_as_it_is(bar: ReviewBar):
    assert checked(bar) == [DONE]
    assert tags(bar) == [SMALL]
    assert bar.note_edit.text() == "ear cut off"
    assert bar.excluded_words == ""
    assert not bar.restore_button.isVisible()
    for state, button in bar.state_buttons.items():
        assert f"({STATE_SHORTCUTS[state]})" in button.toolTip()


def test_that_a_state_is_asked_for_by_mouse_and_key(qtbot: QtBot, bar: ReviewBar, heard: Heard):
    click(qtbot, bar.state_buttons[UNSURE])
    bar.state_buttons[TO_DO].setFocus()
    qtbot.keyClick(bar.state_buttons[TO_DO], Qt.Key.Key_Space)
    assert heard.said == [("state_chosen", UNSURE), ("state_chosen", TO_DO)]
    # It shows what is, not what was asked for: that comes back from the owner.
    assert checked(bar) == [DONE]


def test_that_the_state_there_is_is_not_asked_for(qtbot: QtBot, bar: ReviewBar, heard: Heard):
    click(qtbot, bar.state_buttons[DONE])
    assert heard.said == []
    assert checked(bar) == [DONE]


def test_that_many_samples_show_what_they_share_and_where_they_differ(bar: ReviewBar):
    bar.show_samples(["a", "b", "c"], REVIEWS, {"c": "a fox"})
    assert bar.chosen_words == "3 samples"
    assert checked(bar) == []
    assert bar.state_buttons[DONE].text() == "Done 1"
    assert {chip.tag: chip.is_partial for chip in bar.chips} == {SMALL: True, THIN: True}
    assert bar.note_edit.text() == ""
    assert bar.note_edit.placeholderText() == "Different notes"
    assert bar.excluded_words == "1 excluded: a fox"
    assert bar.restore_button.isVisible()
    assert bar.exclude_button.isVisible()
    bar.show_samples(["a", "b"], REVIEWS, {})
    assert {chip.tag: chip.is_partial for chip in bar.chips} == {SMALL: False, THIN: True}


def test_that_a_state_some_samples_have_can_be_given_to_all(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    bar.show_samples(["a", "b"], REVIEWS, {})
    click(qtbot, bar.state_buttons[DONE])
    assert heard.said == [("state_chosen", DONE)]


def test_that_a_chip_is_removed_by_its_button_and_by_del(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    click(qtbot, bar.chips[0].remove_button)
    qtbot.keyClick(bar.chips[0].remove_button, Qt.Key.Key_Delete)
    assert heard.said == [("tag_removed", SMALL)] * 2


def test_that_a_tag_of_some_can_be_given_to_all(qtbot: QtBot, bar: ReviewBar, heard: Heard):
    bar.show_samples(["a", "b"], REVIEWS, {})
    partial = next(chip for chip in bar.chips if chip.tag == THIN)
    click(qtbot, partial.add_button)
    assert heard.said == [("tag_added", THIN)]


def test_that_the_menu_offers_the_tags_that_are_not_given_yet(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    click(qtbot, bar.add_tag_button)
    menu = open_menu()
    offered = [action.text() for action in menu.actions()[1:]]
    assert SMALL not in offered
    assert {THIN, "dark dog"} <= set(offered)
    choose(qtbot, menu, "dark dog")
    assert heard.said == [("tag_added", "dark dog")]


def test_that_typing_narrows_the_menu_and_enter_adds_a_new_tag(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    menu = bar.open_tag_menu()
    edit = menu.actions()[0].edit
    QTest.keyClicks(edit, "dark")
    shown = [action.text() for action in menu.actions()[1:] if action.isVisible()]
    assert shown == ["dark dog"]
    QTest.keyClicks(edit, " cat ")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert heard.said == [("tag_added", "dark cat")]
    assert QApplication.activePopupWidget() is None


def test_that_escape_closes_the_menu_and_asks_for_nothing(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    menu = bar.open_tag_menu()
    qtbot.keyClick(menu.actions()[0].edit, Qt.Key.Key_Return)
    assert menu.isVisible()
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert heard.said == []


def test_that_a_tag_is_renamed_or_removed_everywhere_from_its_chip(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    chip = bar.chips[0]
    menu = chip.popup_menu(chip.mapToGlobal(QPoint(4, 4)))
    edit = menu.actions()[0].edit
    assert edit.selectedText() == SMALL
    QTest.keyClicks(edit, "tiny object")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    choose(qtbot, chip.popup_menu(chip.mapToGlobal(QPoint(4, 4))), "Remove from all samples")
    assert heard.said == [
        ("tag_rename_requested", SMALL, "tiny object"), ("tag_delete_requested", SMALL),
    ]  # fmt: skip


def test_that_a_note_is_kept_by_enter_and_given_up_by_escape(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    edit = bar.note_edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_End)
    QTest.keyClicks(edit, ", tail too")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "ear cut off"
    edit.selectAll()
    QTest.keyClicks(edit, "fine")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert heard.said == [("note_edited", "fine", ["a"])]


def test_that_a_note_being_typed_survives_news_of_the_same_sample(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    QTest.keyClick(bar.note_edit, Qt.Key.Key_End)
    QTest.keyClicks(bar.note_edit, "!")
    bar.show_samples(["a"], REVIEWS, {})
    assert bar.note_edit.text() == "ear cut off!"
    assert heard.said == []


def test_that_an_unfinished_note_goes_to_the_sample_it_was_typed_for(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    QTest.keyClick(bar.note_edit, Qt.Key.Key_End)
    QTest.keyClicks(bar.note_edit, "!")
    bar.show_samples(["b"], REVIEWS, {})
    assert heard.said == [("note_edited", "ear cut off!", ["a"])]
    assert bar.note_edit.text() == ""


def test_that_excluding_asks_for_a_reason(qtbot: QtBot, bar: ReviewBar, heard: Heard):
    click(qtbot, bar.exclude_button)
    menu = open_menu()
    usual = USUAL_REASONS[1]
    choose(qtbot, menu, usual[0].upper() + usual[1:])
    edit = bar.open_exclude_menu().actions()[-1].edit
    QTest.keyClicks(edit, "a fox")
    qtbot.keyClick(edit, Qt.Key.Key_Enter)
    assert heard.said == [("exclude_requested", usual), ("exclude_requested", "a fox")]


def test_that_an_excluded_sample_says_why_and_can_be_restored(
    qtbot: QtBot, bar: ReviewBar, heard: Heard
):
    bar.show_samples(["a"], REVIEWS, {"a": "a fox"})
    assert bar.excluded_words == "Excluded: a fox"
    assert not bar.exclude_button.isVisible()
    click(qtbot, bar.restore_button)
    assert heard.said == [("restore_requested",)]
    bar.show_samples(["a", "b"], REVIEWS, {"a": "a fox", "b": "blurred"})
    assert bar.excluded_words == "Excluded: different reasons"
    bar.show_samples(["a"], REVIEWS, {"a": ""})
    assert bar.excluded_words == "Excluded"


def test_that_nothing_can_be_said_of_no_sample(bar: ReviewBar, heard: Heard):
    bar.show_samples([], {}, {})
    assert not bar.isEnabled()
    bar.choose_state(DONE)
    assert heard.said == []
    assert tags(bar) == []
