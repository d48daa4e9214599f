"""The places shown are those that sorting everything would show, whatever changes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from core.worklist.entries import Changes, Decision, Entry, Order, State, in_order, progress_of
from tests.widgets.worklist.test_bar import entry
from widgets.worklist.bar import WorklistBar
from widgets.worklist.places import Places

entries = st.builds(
    entry,
    st.integers(1, 12),
    st.integers(1, 4),
    st.sampled_from([0.1, 0.5, 0.9]),
    st.sampled_from(list(State)),
)


def expected(known: dict[int, Entry], order: Order, state: State | None) -> list[Entry]:
    return in_order([each for each in known.values() if state in (None, each.state)], order)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(entries, max_size=8),
    st.lists(entries | st.integers(1, 12), max_size=12),
    st.sampled_from(list(Order)),
    st.sampled_from([None, *State]),
)
def test_that_changes_one_by_one_come_to_what_sorting_everything_does(
    first: list[Entry], changes: list[Entry | int], order: Order, state: State | None
) -> None:
    places = Places()
    places.order, places.state = order, state
    known = {each.id: each for each in first}
    places.renew(known.values())
    for change in changes:
        if isinstance(change, int):
            known.pop(change, None)
            places.drop(change)
        else:
            known[change.id] = change
            places.take(change)
        wanted = expected(known, order, state)
        assert [places.at(row) for row in range(places.shown)] == wanted
        assert [places.row_of(each.id) for each in wanted] == list(range(len(wanted)))
        assert places.progress == progress_of(known.values())
        stops = [each.id for each in wanted if each.is_open or state is State.DECIDED]
        assert places.first_open() == next((each.id for each in wanted if each.is_open), 0)
        for row, each in enumerate(wanted):
            around = [*wanted[row + 1 :], *wanted[: row + 1]]
            following = next((one.id for one in around if one.id in stops), each.id)
            assert places.next_after(each.id) == following


def made_bar(qtbot: QtBot, places: int) -> WorklistBar:
    bar = WorklistBar()
    bar.set_classes(["background", "cat", "dog"])
    qtbot.addWidget(bar)
    bar.resize(1200, 900)
    with qtbot.waitActive(bar):
        bar.show()
    bar.show_entries([entry(number, 5, 1 / number) for number in range(1, places + 1)])
    bar.work()
    return bar


def test_that_a_decision_touches_one_row(qtbot: QtBot) -> None:
    bar = made_bar(qtbot, 300)
    rows: list[tuple[int, int]] = []
    bar.model.dataChanged.connect(lambda top, bottom: rows.append((top.row(), bottom.row())))
    with qtbot.assertNotEmitted(bar.model.modelReset):
        bar.show_changes(Changes([entry(4, 5, 1 / 4, State.DECIDED)], (), 1))
    assert rows == [(3, 3)]
    assert bar.progress_words.text() == "1 of 300 decided"


def test_that_a_row_that_goes_leaves_the_place_at_hand_alone(qtbot: QtBot) -> None:
    bar = made_bar(qtbot, 5)
    bar.state_box.setCurrentText("To review")
    bar.choose(2)
    told: list[Entry] = []
    bar.current_changed.connect(told.append)
    decided = entry(2, 5, 1 / 2, State.DECIDED)
    bar.show_changes(Changes([decided], (), 1))  # it is not listed any more
    assert bar.current == decided
    assert told == []
    assert not bar.list.selectionModel().hasSelection()
    bar.step(1)
    assert bar.current == entry(3, 5, 1 / 3)
    assert [index.row() for index in bar.list.selectionModel().selectedRows()] == [1]
    bar.show_changes(Changes([entry(2, 5, 1 / 2)], (), 2))  # it was taken back
    assert bar.current == entry(3, 5, 1 / 3)
    assert [index.row() for index in bar.list.selectionModel().selectedRows()] == [2]
    larger = replace(entry(3, 5, 1 / 3), suspicion=0.99)
    bar.show_changes(Changes([larger], (1,), 3))  # one is gone, one stands elsewhere
    assert [index.row() for index in bar.list.selectionModel().selectedRows()] == [0]
    assert bar.current == larger
    assert told == [entry(3, 5, 1 / 3)]


def test_that_many_changes_at_once_are_shown_too(qtbot: QtBot) -> None:
    bar = made_bar(qtbot, 250)
    kept = [
        replace(entry(number, 5, 1 / number, State.DECIDED), decision=Decision.KEEP)
        for number in range(1, 150)
    ]
    bar.show_changes(Changes(kept, (250,), 1))
    assert bar.progress_words.text() == "149 of 249 decided"
    assert bar.model.rowCount() == 249
