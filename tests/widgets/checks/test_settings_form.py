"""The form of the checks, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from core.qa.registry import CHECKS
from core.qa.settings import CheckSettings
from tests.making_checks import ALL
from widgets.checks import CheckSettingsForm


@pytest.fixture
def form(qtbot, monkeypatch):
    for check_id, check in ALL.items():
        monkeypatch.setitem(CHECKS, check_id, check)
    made = CheckSettingsForm(ALL)
    made.heard = []
    made.settings_changed.connect(made.heard.append)
    qtbot.addWidget(made)
    made.resize(420, 560)
    with qtbot.waitExposed(made):
        made.show()
    return made


def press(qtbot, form, kind, name: str) -> None:
    qtbot.mouseClick(form.findChild(kind, name), Qt.MouseButton.LeftButton)


def switch(qtbot, form, check_id: str) -> None:
    box = form.row(check_id).switch
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))


def type_into(field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_that_all_checks_are_listed_on_and_with_their_defaults(form):
    assert form.shown_checks() == ["pairs", "spots", "stripes"]
    assert form.summary == "3 checks"
    assert all(form.row(check_id).switch.isChecked() for check_id in ALL)
    assert form.row("spots").limit_field.text() == "10 px"
    assert form.row("spots").option_fields["blur"].text() == "1.5 px"
    assert form.row("pairs").limit_field is None


def test_that_a_check_is_switched_off_by_a_click(qtbot, form):
    switch(qtbot, form, "spots")
    assert form.heard == [CheckSettings().with_enabled("spots", False)]
    assert form.summary == "3 checks, 1 off, 1 changed"
    assert not form.row("spots").limit_field.isEnabled()
    switch(qtbot, form, "spots")
    assert form.heard[-1] == CheckSettings()


def test_that_a_typed_limit_and_option_become_settings(form):
    type_into(form.row("spots").limit_field, "25")
    type_into(form.row("spots").option_fields["blur"], "3")
    wanted = CheckSettings().with_limit("spots", 25).with_option("spots", "blur", 3)
    assert form.heard[-1] == wanted
    assert form.settings == wanted


def test_that_a_limit_out_of_range_cannot_be_typed(form):
    type_into(form.row("stripes").limit_field, "500")
    assert form.settings.limit_of("stripes") <= 100


def test_that_the_arrow_keys_change_a_limit_by_its_step(form):
    field = form.row("stripes").limit_field
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert form.settings.limit_of("stripes") == 8.5


def test_that_one_check_or_all_are_reset(qtbot, form):
    form.set_settings(CheckSettings().with_limit("spots", 25).with_limit("stripes", 3))
    assert form.heard == []
    assert form.row("spots").reset_button.isVisible()
    assert not form.row("pairs").reset_button.isVisible()
    press(qtbot, form, QToolButton, "reset:spots")
    assert form.heard[-1] == CheckSettings().with_limit("stripes", 3)
    assert form.row("spots").limit_field.value() == 10
    press(qtbot, form, QPushButton, "reset_all_checks")
    assert form.heard[-1] == CheckSettings()
    assert form.summary == "3 checks"
    assert not form.reset_all_button.isEnabled()


def test_that_the_search_leaves_what_matches(qtbot, form):
    QTest.keyClicks(form.search, "PIECES thin")
    assert form.shown_checks() == ["stripes"]
    QTest.keyClick(form.search, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is form.row("stripes").switch
    form.search.setFocus()
    QTest.keyClick(form.search, Qt.Key.Key_Escape)
    assert form.shown_checks() == list(ALL)


def test_that_a_search_without_a_match_offers_a_way_back(qtbot, form):
    QTest.keyClicks(form.search, "zebra")
    assert form.shown_checks() == []
    button = next(one for one in form.findChildren(QPushButton) if "Show all" in one.text())
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert form.shown_checks() == list(ALL)


def test_that_the_wheel_scrolls_and_changes_no_number(form):
    field = form.row("spots").limit_field
    form.search.setFocus()
    here = QPointF(field.rect().center())
    event = QWheelEvent(
        here, QPointF(field.mapToGlobal(here.toPoint())), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    assert field.value() == 10
    assert form.heard == []


def test_that_a_check_can_be_brought_into_sight(form):
    form.resize(420, 200)
    QTest.keyClicks(form.search, "pair")
    form.show_check("stripes")
    assert form.search.text() == ""
    assert QApplication.focusWidget() is form.row("stripes").limit_field


def test_that_switching_is_possible_by_keyboard_alone(form):
    form.row("spots").switch.setFocus()
    QTest.keyClick(form.row("spots").switch, Qt.Key.Key_Space)
    assert not form.settings.is_on("spots")
