"""Repairs from a flag: preview, one mask or all like it, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.qa.repairs.preview import Preview
from tests.app.dataset.hands import CLEAN, DOG, MORE, SPECKS, VAL_SPECKS, Hands, speckled
from tests.making import blob, make_dataset

# Said of menus; none is shown anywhere.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def ask(hands: Hands, sample_id: str) -> Preview:
    """Press the Repair button of a sample's specks, and wait for the preview."""
    hands.select(sample_id)
    with hands.qtbot.waitSignal(hands.page.repairing.preview.preview_shown):
        hands.press(hands.rows("noise")[0], "repair")
    preview = hands.page.repairing.preview
    assert preview.isVisible()
    assert preview.preview is not None
    return preview.preview


def test_that_enter_repairs_what_the_preview_shows_and_undo_brings_the_bytes_back(opened):
    before = opened.file(SPECKS).read_bytes()
    shown = ask(opened, SPECKS)
    assert shown.changed_px == 2
    assert opened.file(SPECKS).read_bytes() == before, "a preview writes nothing"
    with opened.qtbot.waitSignal(opened.session.sample_checked):
        opened.qtbot.keyClick(opened.page.repairing.preview, Qt.Key.Key_Return)
    assert not opened.page.repairing.preview.isVisible()
    assert np.array_equal(opened.mask(SPECKS), blob())
    assert opened.rows("noise") == []
    assert opened.flagged("noise") == [MORE, VAL_SPECKS]
    with opened.qtbot.waitSignal(opened.session.sample_checked):
        opened.undo()
    assert opened.file(SPECKS).read_bytes() == before
    assert len(opened.rows("noise")) == 1
    assert opened.banner.text() == ""


def test_that_escape_in_the_preview_leaves_everything_as_it_is(opened):
    before = opened.file(SPECKS).read_bytes()
    ask(opened, SPECKS)
    opened.qtbot.keyClick(opened.page.repairing.preview, Qt.Key.Key_Escape)
    opened.wait_for_jobs()
    assert not opened.page.repairing.preview.isVisible()
    assert opened.file(SPECKS).read_bytes() == before
    assert len(opened.rows("noise")) == 1


def test_that_all_like_this_are_repaired_and_undone_as_one(opened):
    files = {sample: opened.file(sample).read_bytes() for sample in (SPECKS, MORE, VAL_SPECKS)}
    others = {sample: opened.file(sample).read_bytes() for sample in (CLEAN, DOG)}
    ask(opened, MORE)
    button = opened.page.repairing.preview.all_button
    assert "(3)" in button.text()
    with opened.qtbot.waitSignal(opened.session.flags_changed):
        opened.click(button)
    assert opened.flagged("noise") == []
    assert all(np.array_equal(opened.mask(sample), blob()) for sample in files)
    assert {sample: opened.file(sample).read_bytes() for sample in others} == others
    with opened.qtbot.waitSignal(opened.session.flags_changed):
        opened.undo()
    assert opened.flagged("noise") == [SPECKS, MORE, VAL_SPECKS]
    assert {sample: opened.file(sample).read_bytes() for sample in files} == files


def test_that_all_like_this_are_only_those_that_the_gallery_shows(opened):
    hidden = opened.file(VAL_SPECKS).read_bytes()
    opened.page.filter_bar.search.setText("train")
    ask(opened, MORE)
    button = opened.page.repairing.preview.all_button
    assert "(2)" in button.text()
    with opened.qtbot.waitSignal(opened.session.flags_changed):
        opened.click(button)
    assert opened.flagged("noise") == [VAL_SPECKS]
    assert opened.file(VAL_SPECKS).read_bytes() == hidden


def test_that_repairs_can_be_taken_back_from_the_menu_later(opened):
    before = opened.file(SPECKS).read_bytes()
    ask(opened, SPECKS)
    with opened.qtbot.waitSignal(opened.session.sample_checked):
        opened.qtbot.keyClick(opened.page.repairing.preview, Qt.Key.Key_Return)
    opened.session.message.emit("Something else happened.")
    commands = opened.page.commands
    commands.menu.aboutToShow.emit()
    (entry,) = commands._repairs.actions()
    assert "1 mask in labels" in entry.text()
    with opened.qtbot.waitSignal(opened.session.sample_checked):
        entry.trigger()
    assert opened.file(SPECKS).read_bytes() == before
    commands.menu.aboutToShow.emit()
    assert not commands._repairs.isEnabled()


def test_that_a_mask_with_unsaved_edits_is_not_repaired(opened):
    opened.session.set_unsaved([SPECKS])
    opened.select(SPECKS)
    with opened.qtbot.waitSignal(opened.session.problem):
        opened.press(opened.rows("noise")[0], "repair")
    assert "changes in the editor that are not saved" in opened.banner.text()
    assert not opened.page.repairing.preview.isVisible()
    ask(opened, MORE)
    assert "(2)" in opened.page.repairing.preview.all_button.text(), "nor with all others"
    opened.qtbot.keyClick(opened.page.repairing.preview, Qt.Key.Key_Escape)


def test_that_r_repairs_the_first_flag_and_says_when_there_is_nothing_to_repair(opened):
    opened.select(SPECKS)
    with opened.qtbot.waitSignal(opened.page.repairing.preview.preview_shown):
        opened.key(Qt.Key.Key_R)
    opened.qtbot.keyClick(opened.page.repairing.preview, Qt.Key.Key_Escape)
    opened.select(CLEAN)
    with opened.qtbot.waitSignal(opened.session.message):
        opened.key(Qt.Key.Key_R)
    assert opened.footer.message() == "This sample has no flag."


def test_that_r_on_a_flag_without_a_repair_points_to_the_editor(opened):
    opened.file(DOG).unlink()
    opened.open()
    opened.select(DOG)
    opened.key(Qt.Key.Key_R)
    assert "mend it in the editor" in opened.footer.message()
    assert not opened.page.repairing.preview.isVisible()


def test_that_a_check_with_several_repairs_lets_one_choose(opened):
    opened.write_mask(SPECKS, speckled(2, 3, 4, 5, 6))
    opened.select(SPECKS)
    opened.press(opened.rows("too_many_components")[0], "repair")
    with opened.qtbot.waitSignal(opened.page.repairing.preview.preview_shown):
        opened.choose("Keep the largest piece…")
    opened.qtbot.keyClick(opened.page.repairing.preview, Qt.Key.Key_Return)
    opened.wait_for_jobs()
    assert np.array_equal(opened.mask(SPECKS), blob())
    assert opened.page.sample_panel.flag_list.rows == []


def test_that_a_mask_that_cannot_be_written_is_told_and_stays(opened):
    files = {sample: opened.file(sample).read_bytes() for sample in (SPECKS, MORE)}
    ask(opened, SPECKS)
    opened.file(MORE).write_bytes(b"not a mask any more")
    opened.click(opened.page.repairing.preview.all_button)
    opened.wait_for_jobs()
    assert MORE in opened.banner.text()
    assert opened.file(MORE).read_bytes() == b"not a mask any more"
    assert np.array_equal(opened.mask(SPECKS), blob())
    opened.undo()
    opened.wait_for_jobs()
    assert opened.file(SPECKS).read_bytes() == files[SPECKS]


def test_that_of_two_repairs_asked_for_quickly_the_last_one_is_shown(opened, busy):
    for sample in (SPECKS, MORE):
        opened.select(sample)
        opened.key(Qt.Key.Key_R)
    with opened.qtbot.waitSignal(opened.page.repairing.preview.preview_shown):
        busy.set()
    opened.wait_for_jobs()
    preview = opened.page.repairing.preview
    assert MORE in preview.windowTitle()
    assert preview.preview is not None
    assert preview.preview.changed_px == 10
    opened.qtbot.keyClick(preview, Qt.Key.Key_Escape)


def test_that_another_dataset_takes_the_preview_away(opened, busy, tmp_path):
    make_dataset(tmp_path / "other")
    opened.select(SPECKS)
    opened.key(Qt.Key.Key_R)
    opened.session.open(tmp_path / "other")
    busy.set()
    opened.wait_for_scan()
    assert not opened.page.repairing.preview.isVisible(), "it was still being read"
    opened.open()
    ask(opened, SPECKS)
    opened.session.open(tmp_path / "other")
    assert not opened.page.repairing.preview.isVisible()
    opened.wait_for_scan()
