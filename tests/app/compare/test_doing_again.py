"""What was taken back on the worklist is done again, and mask and list agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.files import atomic_write
from core.images import encode_mask
from core.runs.store import Run
from core.worklist import store as storing
from core.worklist.entries import Decision, State, Wanted
from core.worklist.store import WorklistStore
from tests.app.compare.test_repairing import Page, fill, page, press, run, settle, undo
from tests.core.worklist.hands import LABEL, RIGHT, SAMPLE, mask_file, regions
from widgets.worklist.verbs import Verb

__all__ = ["page", "run"]

Key = Qt.Key
Modifier = Qt.KeyboardModifier


def again(qtbot: QtBot, page: Page) -> None:
    held = Modifier.ControlModifier | Modifier.ShiftModifier
    qtbot.keyClick(page.focusWidget(), Key.Key_Z, held)


def bytes_of(page: Page) -> bytes:
    return mask_file(page.session.dataset).read_bytes()


@pytest.fixture
def decided(qtbot: QtBot, page: Page, run: Run) -> Page:
    """Two places, of which the model was taken for the first and the second is ignored."""
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    press(qtbot, page, Key.Key_I)
    return page


def test_that_decisions_taken_back_are_done_again_one_after_the_other(
    qtbot: QtBot, decided: Page
) -> None:
    page, after = decided, bytes_of(decided)
    for _ in range(2):
        undo(qtbot, page)
        settle(qtbot, page)
    assert (page.mask == LABEL).all()
    again(qtbot, page)
    settle(qtbot, page)
    assert page.states == [State.DECIDED, State.TO_REVIEW]
    current = page.repairing.bar.current
    assert current is not None
    assert current.id == page.repairing.entries[0].id  # it is worth a look
    qtbot.keyClick(page.focusWidget(), Key.Key_Y, Modifier.ControlModifier)
    settle(qtbot, page)
    assert bytes_of(page) == after
    assert [each.decision for each in page.repairing.entries] == [Decision.MODEL, Decision.IGNORE]
    again(qtbot, page)
    assert "nothing that was taken back" in page.said[-1]
    undo(qtbot, page)  # and back once more
    settle(qtbot, page)
    assert page.states == [State.DECIDED, State.TO_REVIEW]
    assert page.problems == []


def test_that_keys_pressed_at_once_are_done_in_turn(qtbot: QtBot, decided: Page) -> None:
    page, after = decided, bytes_of(decided)
    undo(qtbot, page)
    undo(qtbot, page)
    again(qtbot, page)
    undo(qtbot, page)
    again(qtbot, page)
    again(qtbot, page)
    settle(qtbot, page)
    assert bytes_of(page) == after
    assert page.states == [State.DECIDED] * 2
    assert page.problems == []


def test_that_something_new_ends_what_could_be_done_again(qtbot: QtBot, decided: Page) -> None:
    page = decided
    undo(qtbot, page)
    settle(qtbot, page)
    press(qtbot, page, Key.Key_K)
    again(qtbot, page)
    settle(qtbot, page)
    assert "nothing that was taken back" in page.said[-1]
    assert [each.decision for each in page.repairing.entries] == [Decision.MODEL, Decision.KEEP]


def test_that_a_mask_mended_meanwhile_is_not_written_again(qtbot: QtBot, decided: Page) -> None:
    page = decided
    for _ in range(2):
        undo(qtbot, page)
        settle(qtbot, page)
    atomic_write(mask_file(page.session.dataset), encode_mask(RIGHT))
    again(qtbot, page)
    settle(qtbot, page)
    assert "no error any more" in page.problems[-1]
    assert (page.mask == RIGHT).all()
    assert [each.decision for each in page.repairing.entries] == [Decision.EDITED] * 2


def test_that_a_decision_taken_back_at_its_place_and_a_skip_are_done_again(
    qtbot: QtBot, page: Page, run: Run, tmp_path: Path
) -> None:
    fill(qtbot, page, run)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    after = bytes_of(page)
    press(qtbot, page, Key.Key_S)
    undo(qtbot, page)
    settle(qtbot, page)
    assert page.states == [State.DECIDED, State.TO_REVIEW]
    again(qtbot, page)
    settle(qtbot, page)
    assert page.states == [State.DECIDED, State.SKIPPED]
    page.session.open(tmp_path)  # another day
    settle(qtbot, page)
    page.repairing.bar.choose(page.repairing.entries[0].id)
    press(qtbot, page, Key.Key_U)
    assert (page.mask == LABEL).all()
    again(qtbot, page)
    settle(qtbot, page)
    assert bytes_of(page) == after
    assert page.states == [State.DECIDED, State.SKIPPED]
    assert page.problems == []


def test_that_places_added_or_removed_come_and_go_again_as_the_same_ones(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    fill(qtbot, page, run)
    listed = list(page.repairing.entries)
    press(qtbot, page, Key.Key_W)
    press(qtbot, page, Key.Key_M)
    after = bytes_of(page)
    decided = list(page.repairing.entries)
    page.repairing.bar.choose(listed[1].id)
    press(qtbot, page, Key.Key_Delete)
    undo(qtbot, page)
    undo(qtbot, page)
    settle(qtbot, page)
    page.outside.setFocus()
    undo(qtbot, page)
    settle(qtbot, page)
    assert page.repairing.entries == []
    for wanted in (["to review"] * 2, ["decided", "to review"], ["decided"]):
        again(qtbot, page)
        settle(qtbot, page)
        assert [state.value for state in page.states] == wanted
    assert [each.id for each in page.repairing.entries] == [decided[0].id]
    assert bytes_of(page) == after
    undo(qtbot, page)
    settle(qtbot, page)
    assert [each.id for each in page.repairing.entries] == [each.id for each in listed]
    assert page.problems == []


def test_that_removing_is_done_again_to_the_place_it_was_done_to(
    qtbot: QtBot, page: Page, run: Run
) -> None:
    first, second = regions()
    page.repairing.add(run.id, [(SAMPLE, first)], "one")
    settle(qtbot, page)
    press(qtbot, page, Key.Key_W, Key.Key_Delete)
    assert page.repairing.entries == []
    page.repairing.act(run.id, SAMPLE, second, Verb.KEEP)  # another place, decided at once
    settle(qtbot, page)
    for _ in range(2):
        undo(qtbot, page)
        settle(qtbot, page)
    assert page.states == [State.TO_REVIEW] * 2
    current = page.repairing.bar.current
    assert current is not None
    assert current.region == first  # it is worth a look
    again(qtbot, page)
    settle(qtbot, page)
    assert [each.region for each in page.repairing.entries] == [second]
    assert page.problems == []


def test_that_a_decision_reads_what_it_changes_and_no_more(
    qtbot: QtBot, page: Page, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.session.workspace is not None
    many = [Wanted(f"val/z{n}", each) for n in range(60) for each in regions()]
    store = WorklistStore(page.session.workspace)
    store.add(many, label_set="labels", run=run.id)
    fill(qtbot, page, run)
    assert len(page.repairing.entries) == 122
    press(qtbot, page, Key.Key_W)
    read: list[object] = []
    real = storing.entry_of
    monkeypatch.setattr(storing, "entry_of", lambda row: (read.append(row), real(row))[1])
    with qtbot.assertNotEmitted(page.repairing.bar.model.modelReset):
        press(qtbot, page, Key.Key_K, Key.Key_K, Key.Key_S)
        undo(qtbot, page)
        settle(qtbot, page)
        again(qtbot, page)
        settle(qtbot, page)
    assert page.repairing.bar.progress_words.text() == "2 of 122 decided, 1 skipped"
    assert len(read) < 40
