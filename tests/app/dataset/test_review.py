"""Reviews by the bar below the sample, for one sample and for many."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.dataset.filtering import EXCLUDED, SampleFilter
from core.review.store import ReviewState
from tests.app.dataset.hands import ALL, CLEAN, CONTROL, DOG, MORE, SHIFT, SPECKS, VAL_SPECKS, Hands

# Said of menus; none is shown anywhere.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
TO_DO, DONE, UNSURE = ReviewState


def states(hands: Hands) -> dict[str, ReviewState]:
    return {one: hands.session.curation.review(one).state for one in ALL}


def tags(hands: Hands) -> dict[str, tuple[str, ...]]:
    return dict(hands.session.curation.tags())


def shown_by(hands: Hands, box, value: object) -> list[str]:
    """What the gallery shows when an entry of a filter is chosen."""
    place = box.findData(value)
    assert place >= 0
    box.setFocus()
    box.setCurrentIndex(place)
    return hands.shown


def test_that_keys_and_buttons_set_the_state_of_the_current_sample(opened):
    opened.select(SPECKS)
    opened.key(Key.Key_2)
    assert states(opened)[SPECKS] is DONE
    bar = opened.page.sample_panel.review
    assert bar.state_buttons[DONE].isChecked()
    opened.click(bar.state_buttons[UNSURE])
    assert states(opened)[SPECKS] is UNSURE
    opened.undo()
    assert states(opened)[SPECKS] is DONE
    assert bar.state_buttons[DONE].isChecked()
    assert set(states(opened).values()) == {TO_DO, DONE}


def test_that_many_samples_are_judged_at_once_and_undone_as_one(opened):
    opened.select(SPECKS)
    opened.key(Key.Key_3)
    opened.select(CLEAN)
    opened.select(MORE, SHIFT)
    opened.select(VAL_SPECKS, CONTROL)
    bar = opened.page.sample_panel.review
    assert bar.chosen_words == "4 samples"
    assert bar.state_buttons[UNSURE].text() == "Unsure 1"
    opened.key(Key.Key_2)
    chosen = {CLEAN, SPECKS, MORE, VAL_SPECKS}
    assert {one for one, state in states(opened).items() if state is DONE} == chosen
    opened.undo()
    assert states(opened) == {**dict.fromkeys(ALL, TO_DO), SPECKS: UNSURE}
    assert bar.chosen_words == "4 samples", "what was selected stays selected"


def test_that_a_scan_that_ends_leaves_the_selection_as_it_is(opened):
    opened.select(SPECKS)
    opened.select(DOG, CONTROL)
    opened.key(Key.Key_F5)
    opened.wait_for_scan()
    assert opened.page.gallery.selected == [SPECKS, DOG]
    assert opened.page.sample_panel.review.chosen_words == "2 samples"


def test_that_a_tag_is_added_by_menu_and_removed_by_its_chip(opened):
    opened.select(CLEAN)
    opened.select(MORE, SHIFT)
    bar = opened.page.sample_panel.review
    opened.click(bar.add_tag_button)
    opened.choose("small object")
    assert tags(opened) == dict.fromkeys((CLEAN, SPECKS, MORE), ("small object",))
    opened.select(SPECKS)
    opened.click(bar.chips[0].remove_button)
    assert set(tags(opened)) == {CLEAN, MORE}
    assert bar.chips == []
    opened.undo()
    assert [chip.tag for chip in bar.chips] == ["small object"]


def test_that_a_new_tag_is_typed_after_t_and_then_on_offer(opened):
    opened.select(DOG)
    opened.key(Key.Key_T)
    edit = opened.menu().actions()[0].edit
    opened.qtbot.keyClicks(edit, "wet fur")
    opened.qtbot.keyClick(edit, Key.Key_Return)
    assert tags(opened) == {DOG: ("wet fur",)}
    opened.select(CLEAN)
    menu = opened.page.sample_panel.review.open_tag_menu()
    assert "wet fur" in [action.text() for action in menu.actions()]
    menu.close()


def test_that_a_note_belongs_to_the_samples_it_was_typed_for(opened):
    opened.select(SPECKS)
    edit = opened.page.sample_panel.review.note_edit
    opened.qtbot.keyClicks(edit, "ear cut off")
    opened.select(DOG)
    reviews = opened.session.curation
    assert reviews.review(SPECKS).note == "ear cut off"
    assert reviews.review(DOG).note == ""
    assert edit.text() == ""
    opened.undo()
    assert reviews.review(SPECKS).note == ""


def test_that_enter_keeps_a_note_and_does_not_open_the_editor(opened):
    wanted: list[str] = []
    opened.session.edit_requested.connect(wanted.append)
    opened.select(SPECKS)
    edit = opened.page.sample_panel.review.note_edit
    edit.setFocus()
    opened.qtbot.keyClicks(edit, "a bell")
    opened.qtbot.keyClick(edit, Key.Key_Return)
    assert opened.session.curation.review(SPECKS).note == "a bell"
    assert wanted == []


def test_that_samples_are_excluded_with_a_reason_restored_and_undone(opened):
    opened.select(SPECKS)
    opened.select(MORE, CONTROL)
    bar = opened.page.sample_panel.review
    opened.click(bar.exclude_button)
    opened.choose("Too blurred or too dark")
    reason = "too blurred or too dark"
    assert opened.session.excluded == {SPECKS: reason, MORE: reason}
    assert bar.excluded_words == f"Excluded: {reason}"
    assert opened.shown == ALL, "they stay in sight"
    opened.click(bar.restore_button)
    assert opened.session.excluded == {}
    opened.undo()
    assert opened.session.excluded == {SPECKS: reason, MORE: reason}
    opened.open()
    assert opened.session.excluded == {SPECKS: reason, MORE: reason}


def test_that_undo_gives_an_excluded_sample_its_earlier_reason_back(opened):
    opened.select(SPECKS)
    bar = opened.page.sample_panel.review
    bar.exclude_requested.emit("a fox")
    opened.select(MORE, CONTROL)
    bar.exclude_requested.emit("blurred")
    assert opened.session.excluded == {SPECKS: "blurred", MORE: "blurred"}
    opened.undo()
    assert opened.session.excluded == {SPECKS: "a fox"}


def test_that_tags_states_and_exclusion_can_be_filtered(opened):
    curation, filters = opened.session.curation, opened.page.filter_bar
    assert not filters.tag.isVisible()
    curation.add_tag([MORE, DOG], "thin structures")
    curation.set_state([CLEAN], DONE)
    curation.exclude([DOG], "a wolf")
    assert filters.tag.isVisible()
    assert shown_by(opened, filters.tag, "thin structures") == [MORE, DOG]
    assert shown_by(opened, filters.state, EXCLUDED) == [DOG]
    opened.click(filters.clear_button)
    assert shown_by(opened, filters.state, DONE.value) == [CLEAN]
    assert shown_by(opened, filters.state, TO_DO.value) == [SPECKS, MORE, DOG, VAL_SPECKS]


def test_that_a_judged_sample_stays_in_sight_until_the_filter_is_set_anew(opened):
    filters = opened.page.filter_bar
    shown_by(opened, filters.state, TO_DO.value)
    opened.select(SPECKS)
    opened.key(Key.Key_2)
    assert SPECKS in opened.shown
    opened.key(Key.Key_D)
    assert opened.session.current == MORE
    filters.set_filter(SampleFilter(state=TO_DO.value, text="s"))
    assert SPECKS not in opened.shown


def test_that_reviews_are_there_when_the_dataset_is_opened_again(opened):
    opened.select(SPECKS)
    opened.key(Key.Key_3)
    opened.session.curation.add_tag([SPECKS], "small object")
    opened.open()
    opened.select(SPECKS)
    bar = opened.page.sample_panel.review
    assert bar.state_buttons[UNSURE].isChecked()
    assert [chip.tag for chip in bar.chips] == ["small object"]


def test_that_the_shown_samples_are_exported_with_all_that_is_known(opened, tmp_path: Path):
    curation = opened.session.curation
    curation.set_state([SPECKS], DONE)
    curation.add_tag([SPECKS], "small object")
    curation.set_note([SPECKS], "a bell")
    curation.exclude([DOG], "a wolf")
    opened.page.filter_bar.search.setText("s")
    wanted = opened.session.shown
    for name in ("samples.csv", "samples.json"):
        opened.page.commands.write_samples(tmp_path / name, wanted)
        opened.wait_for_jobs()
        assert name in opened.footer.message()
    rows = list(csv.DictReader((tmp_path / "samples.csv").open(encoding="utf-8", newline="")))
    assert [row["sample"] for row in rows] == wanted == [SPECKS, MORE, VAL_SPECKS]
    first = rows[0]
    assert (first["review"], first["tags"], first["note"]) == ("done", "small object", "a bell")
    assert "noise" in first["checks"]
    entries = json.loads((tmp_path / "samples.json").read_text(encoding="utf-8"))
    assert [entry["sample"] for entry in entries] == wanted
    assert entries[0]["tags"] == ["small object"]


def test_that_an_export_that_cannot_be_written_is_told(opened, root: Path):
    (root / "img" / "samples.csv").write_text("a file, no folder")
    with opened.qtbot.waitSignal(opened.session.problem):
        opened.page.commands.write_samples(root / "img" / "samples.csv" / "x.csv", opened.shown)
    assert "samples.csv" in opened.banner.text()
