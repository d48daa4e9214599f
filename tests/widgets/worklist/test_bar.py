"""The worklist's bar by itself: order, empty state, read-only, and what can be added."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Decision, Entry, State
from core.worklist.gathering import Offer
from widgets.worklist.bar import WorklistBar
from widgets.worklist.verbs import LOOKS, Verb


def entry(number: int, pixels: int, suspicion: float, state: State = State.TO_REVIEW) -> Entry:
    region = ErrorRegion(ErrorKind.WRONG_CLASS, 2, 1, (3, 4, 5, 6), pixels, (4, 5), suspicion)
    decision = Decision.MODEL if state is State.DECIDED else None
    return Entry(number, f"val/{number}", "labels", "run", region, suspicion, state, decision)


@pytest.fixture
def bar(qtbot: QtBot) -> WorklistBar:
    made = WorklistBar()
    made.set_classes(["background", "cat", "dog"])
    qtbot.addWidget(made)
    made.resize(1200, 900)
    with qtbot.waitActive(made):
        made.show()
    return made


def shown(bar: WorklistBar) -> list[str]:
    model = bar.list.model()
    return [model.index(row, 5).data() for row in range(model.rowCount())]


def test_that_the_order_is_chosen_and_the_place_at_hand_stays(bar: WorklistBar) -> None:
    bar.show_entries([entry(1, 900, 0.2), entry(2, 10, 0.9), entry(3, 50, 0.5)])
    assert shown(bar) == ["val/2", "val/3", "val/1"]
    bar.choose(3)
    bar.order_box.setCurrentIndex(1)
    assert shown(bar) == ["val/1", "val/3", "val/2"]
    assert bar.current is not None
    assert bar.current.sample == "val/3"
    assert bar.list.currentIndex().row() == 1
    assert bar.place.text() == "The mask says dog, the run cat · 50 px · val/3"


def test_that_an_empty_list_says_what_to_do_and_opens_nothing(bar: WorklistBar) -> None:
    assert "Empty. Add errors of the shown samples" in bar.hint.text()
    bar.work()
    assert bar.is_folded


def test_that_going_on_passes_over_what_is_decided_and_begins_anew_at_the_end(
    bar: WorklistBar, qtbot: QtBot
) -> None:
    bar.show_entries(
        [entry(1, 5, 0.9), entry(2, 5, 0.8, State.DECIDED), entry(3, 5, 0.7), entry(4, 5, 0.6)]
    )
    bar.work()
    seen = []
    for _ in range(4):
        assert bar.current is not None
        seen.append(bar.current.id)
        qtbot.keyClick(bar.list, Qt.Key.Key_N)
    assert seen == [1, 3, 4, 1]
    wishes: list[tuple[Verb, int]] = []
    bar.verb_wanted.connect(lambda verb, number: wishes.append((verb, number)))
    bar.choose(2)
    qtbot.keyClick(bar.list, Qt.Key.Key_M)  # it is decided already
    assert wishes == []


def test_that_masks_of_another_window_can_only_be_looked_at(bar: WorklistBar, qtbot: QtBot) -> None:
    bar.show_entries([entry(1, 5, 0.9)])
    bar.set_read_only("The masks are edited in another window.")
    bar.work()
    wishes: list[Verb] = []
    bar.verb_wanted.connect(lambda verb, _number: wishes.append(verb))
    qtbot.keyClick(bar.list, Qt.Key.Key_M)
    qtbot.keyClick(bar.list, Qt.Key.Key_E)
    assert wishes == [Verb.EDIT]
    assert bar.place.text() == "The masks are edited in another window."


def test_that_the_menu_offers_what_there_is(bar: WorklistBar) -> None:
    offers = [Offer(23), Offer(1, ErrorKind.LABEL), Offer(7, classes=(2, 1))]
    bar.add_button.set_source(lambda: (offers, "12 samples"))
    chosen: list[tuple[Offer, str]] = []
    bar.add_button.wanted.connect(lambda offer, name: chosen.append((offer, name)))
    menu = bar.add_button.menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == [
        "12 samples",
        "All errors (23 places)",
        "Label suspect (1 place)",
        "dog predicted as cat (7 places)",
    ]
    actions["dog predicted as cat (7 places)"].trigger()
    assert chosen == [(offers[2], "dog predicted as cat")]
    bar.add_button.set_source(lambda: ([], "The errors are being looked for."))
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["The errors are being looked for."]


def test_that_every_control_tells_its_key(bar: WorklistBar) -> None:
    for verb, look in LOOKS.items():
        assert f"({look.key})" in bar.buttons[verb].toolTip()


def test_that_the_list_is_a_sound_model(bar: WorklistBar, qtmodeltester: ModelTester) -> None:
    bar.show_entries([entry(1, 5, 0.9), entry(2, 5, 0.8, State.DECIDED)])
    qtmodeltester.check(bar.model)
    bar.show_entries([entry(1, 5, 0.9, State.SKIPPED), entry(2, 5, 0.8, State.DECIDED)])
    bar.show_entries([])


def test_that_the_worklist_can_be_taken_away_as_a_table(bar: WorklistBar) -> None:
    bar.show_entries([entry(1, 5, 0.9, State.DECIDED)])
    tables: list[str] = []
    bar.export_button.table_wanted.connect(lambda _name, text: tables.append(text))
    bar.export_button.save_table()
    titles, row = tables[0].splitlines()
    assert titles.startswith("sample,label_set,run,state,decision,kind,mask,prediction,pixels")
    assert row == "val/1,labels,run,decided,model,wrong_class,dog,cat,5,0.9,"


def taken_picture(bar: WorklistBar) -> QImage:
    taken: list[tuple[str, QImage]] = []
    bar.export_button.picture_wanted.connect(lambda name, picture: taken.append((name, picture)))
    bar.export_button.save_picture()
    assert [name for name, _ in taken] == ["worklist"]
    return taken[0][1]


def test_that_the_worklist_can_be_taken_away_as_a_picture_of_all_that_is_listed(
    bar: WorklistBar,
) -> None:
    bar.show_entries([entry(number, 5, 1 / number) for number in range(1, 3)])
    few = taken_picture(bar)
    bar.show_entries([entry(number, 5, 1 / number) for number in range(1, 13)])
    many = taken_picture(bar)  # more than the list has room for, and it is folded
    assert bar.is_folded
    assert many.width() == few.width() > 800
    per_row = (many.height() - few.height()) // 10
    assert per_row >= 2 * 16
    ground = many.pixelColor(2, 2)
    last = many.copy(0, many.height() - 32 - per_row, many.width(), per_row)
    columns = range(0, last.width(), 2)
    assert any(last.pixelColor(x, per_row // 2).lightness() != ground.lightness() for x in columns)


def test_that_a_picture_of_very_many_places_shows_the_first_of_them(bar: WorklistBar) -> None:
    bar.show_entries([entry(number, 5, 1 / number) for number in range(1, 200)])
    short = taken_picture(bar)
    bar.show_entries([entry(number, 5, 1 / number) for number in range(1, 900)])
    assert taken_picture(bar).height() - short.height() == 2 * 24  # one row more, and no further


def test_that_the_list_is_limited_to_places_of_one_state(bar: WorklistBar, qtbot: QtBot) -> None:
    decided = entry(2, 5, 0.8, State.DECIDED)
    bar.show_entries([entry(1, 5, 0.9), decided, entry(3, 5, 0.7, State.DECIDED)])
    bar.work()
    bar.state_box.setCurrentText("Decided")
    assert shown(bar) == ["val/2", "val/3"]
    assert bar.progress_words.text() == "2 of 3 decided"
    assert bar.current == decided
    qtbot.keyClick(bar.list, Qt.Key.Key_N)
    assert bar.current is not None
    assert bar.current.id == 3
    bar.state_box.setCurrentText("Skipped")
    assert shown(bar) == []
    assert bar.hint.text() == "No place is skipped."
    bar.state_box.setCurrentText("To review")
    assert shown(bar) == ["val/1"]
    bar.show_entries([entry(1, 5, 0.9, State.SKIPPED), decided])
    assert shown(bar) == []
    assert bar.hint.text() == "No place is left to review."
    bar.state_box.setCurrentText("All places")
    assert shown(bar) == ["val/1", "val/2"]
