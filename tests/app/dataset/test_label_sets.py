"""Two label sets held against each other, in place of the gallery."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.app.dataset.hands import CLEAN, DOG, MORE, SPECKS, Hands
from tests.making import blob, write_sample

Key = Qt.Key


@pytest.fixture
def two_sets(hands: Hands) -> Hands:
    """Beside `labels` the set `labels_fixed`: a large change, a small one, and none."""
    half = blob()
    half[:32] = 0
    for sample, before, after in (
        (CLEAN, blob(), blob()),
        (SPECKS, hands.mask(SPECKS), blob()),
        (MORE, hands.mask(MORE), half),
        (DOG, blob(value=2), blob(value=2)),
    ):
        split, stem = sample.split("/")
        write_sample(hands.root, split, stem, {"labels": before, "labels_fixed": after})
    hands.session.open(hands.root)
    hands.session.set_label_set("labels")
    hands.wait_for_scan()
    hands.page.activate()
    return hands


def compare(hands: Hands) -> list[str]:
    """Open the comparison with C; the samples in its list, in order."""
    view = hands.page.label_sets.view
    hands.key(Key.Key_C)
    hands.qtbot.waitUntil(lambda: view.diff is not None)
    assert view.isVisible()
    model = view.list.model
    return [model.at(row).sample for row in range(model.rowCount())]


def test_that_c_lists_the_changes_by_size_and_back_returns(two_sets):
    assert compare(two_sets) == [MORE, SPECKS]
    view = two_sets.page.label_sets.view
    assert view.pair == ("labels", "labels_fixed")
    assert view.pair_bar.summary.startswith("2 of 4 masks differ")
    assert not two_sets.page.gallery.isVisible()
    two_sets.click(two_sets.page.label_sets.back_button)
    assert two_sets.page.gallery.isVisible()
    assert two_sets.page.gallery.hasFocus()


def test_that_c_goes_back_too_and_walking_moves_the_gallery_along(two_sets):
    compare(two_sets)
    view = two_sets.page.label_sets.view
    two_sets.qtbot.keyClick(view.list.table, Key.Key_D)
    assert view.current == SPECKS
    assert two_sets.session.current == SPECKS
    two_sets.qtbot.keyClick(view.list.table, Key.Key_C)
    assert two_sets.page.gallery.isVisible()
    assert two_sets.page.gallery.current == SPECKS
    assert two_sets.page.sample_panel.isVisible()


def test_that_keys_for_flags_and_reviews_do_nothing_where_these_are_not_seen(two_sets):
    done: list[str] = []
    two_sets.session.undoable.connect(lambda words, _take_back: done.append(words))
    compare(two_sets)
    table = two_sets.page.label_sets.view.list.table
    for key in (Key.Key_Y, Key.Key_R, Key.Key_2, Key.Key_T, Key.Key_L):
        two_sets.qtbot.keyClick(table, key)
    two_sets.wait_for_jobs()
    assert done == []
    assert QApplication.activePopupWidget() is None
    assert not two_sets.page.repairing.preview.isVisible()
    assert two_sets.page.label_sets.view.isVisible()


def test_that_enter_opens_the_sample_that_is_compared_in_the_editor(two_sets):
    compare(two_sets)
    view = two_sets.page.label_sets.view
    two_sets.qtbot.keyClick(view.list.table, Key.Key_D)
    with two_sets.qtbot.waitSignal(two_sets.session.edit_requested) as wanted:
        two_sets.qtbot.keyClick(view.list.table, Key.Key_Return)
    assert wanted.args == [SPECKS]


def test_that_a_saved_mask_is_compared_anew(two_sets):
    compare(two_sets)
    two_sets.write_mask(SPECKS, blob())
    two_sets.wait_for_jobs()
    view = two_sets.page.label_sets.view
    assert view.diff is not None
    assert [change.sample for change in view.diff.changes] == [MORE]


def test_that_a_mask_saved_meanwhile_is_seen_when_the_comparison_is_opened_again(two_sets):
    compare(two_sets)
    two_sets.click(two_sets.page.label_sets.back_button)
    two_sets.write_mask(DOG, np.zeros((64, 64), np.uint8))
    two_sets.key(Key.Key_C)
    two_sets.wait_for_jobs()
    diff = two_sets.page.label_sets.view.diff
    assert diff is not None
    assert {change.sample for change in diff.changes} == {MORE, SPECKS, DOG}


def test_that_swapped_sides_are_compared_the_other_way(two_sets):
    compare(two_sets)
    view = two_sets.page.label_sets.view
    two_sets.qtbot.keyClick(view.list.table, Key.Key_S)
    assert view.pair == ("labels_fixed", "labels")
    two_sets.qtbot.waitUntil(lambda: view.diff is not None)
    assert (view.diff.a, view.diff.b) == ("labels_fixed", "labels")


def test_that_the_only_label_set_says_how_to_get_another_one(opened):
    opened.key(Key.Key_C)
    view = opened.page.label_sets.view
    assert view.empty.isVisible()
    opened.wait_for_jobs()
    opened.click(opened.page.label_sets.back_button)
    assert opened.page.gallery.isVisible()
    commands = opened.page.commands
    commands.menu.aboutToShow.emit()
    assert not commands._compare.isEnabled()
    assert commands._compare.toolTip() == "The dataset has only one label set"


def test_that_switching_the_label_set_shows_its_own_flags(two_sets):
    assert SPECKS in two_sets.flagged("noise")
    two_sets.session.set_label_set("labels_fixed")
    two_sets.wait_for_scan()
    assert SPECKS not in two_sets.flagged("noise")
    two_sets.session.set_label_set("labels")
    two_sets.wait_for_scan()
    assert SPECKS in two_sets.flagged("noise")


def test_that_an_acceptance_is_taken_back_in_the_label_set_it_was_made_in(two_sets):
    two_sets.select(SPECKS)
    with two_sets.qtbot.waitSignal(two_sets.session.undoable) as done:
        two_sets.key(Key.Key_Y)
    assert SPECKS not in two_sets.flagged("noise")
    _words, take_back = done.args
    two_sets.session.set_label_set("labels_fixed")
    two_sets.wait_for_scan()
    take_back()
    two_sets.session.set_label_set("labels")
    two_sets.wait_for_scan()
    assert SPECKS in two_sets.flagged("noise")
