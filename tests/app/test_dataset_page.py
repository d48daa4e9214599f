"""The Dataset page over a real dataset on disk, by mouse and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app import actions
from app.jobs import Jobs
from app.pages.dataset_page import DatasetPage
from app.session import Session
from app.settings import Settings
from core.dataset.filtering import Order, SampleFilter
from core.masks.saving import save_mask
from tests.making import blob, photo_of, write_sample

CLEAN = "train/clean"
SPECKS = "train/specks"
NO_MASK = "val/nomask"
BROKEN = "val/broken"
DOG = "val/dog"


def make_root(root: Path) -> Path:
    specks = blob()
    specks[1, 1] = specks[60, 5] = 1
    write_sample(root, "train", "clean", {"labels": blob()})
    write_sample(root, "train", "specks", {"labels": specks})
    write_sample(root, "val", "broken", {"labels": blob()})
    write_sample(root, "val", "dog", {"labels": blob(value=2)})
    write_sample(root, "val", "nomask", {}, photo=photo_of(blob()))
    (root / "img" / "val" / "broken.png").write_bytes(b"not a photo")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.fixture
def page(qtbot: QtBot):
    jobs = Jobs()
    session = Session(jobs)
    made = DatasetPage(session, jobs)
    qtbot.addWidget(made)
    actions.install(made.actions_table(), made, Qt.ShortcutContext.WindowShortcut)
    made.resize(1200, 640)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.shut_down()
    session.close()
    jobs.shut_down()


@pytest.fixture
def opened(qtbot: QtBot, page: DatasetPage, root: Path) -> DatasetPage:
    with qtbot.waitSignals([page.session.flags_changed, page.sample_panel.content_shown]):
        page.session.open(root)
    page.activate()
    return page


def cell(page: DatasetPage, sample_id: str) -> QPoint:
    row = page.gallery.samples.row_of(sample_id)
    assert row is not None
    return page.gallery.visualRect(page.gallery.samples.index(row)).center()


def click(qtbot: QtBot, page: DatasetPage, sample_id: str):
    qtbot.mouseClick(page.gallery.viewport(), Qt.MouseButton.LeftButton, pos=cell(page, sample_id))


def shown(page: DatasetPage) -> list[str]:
    return page.gallery.samples.ids


def test_that_without_a_dataset_the_page_says_how_to_get_one(qtbot, page):
    assert page.nothing_open.isVisible()
    with qtbot.waitSignal(page.session.open_folder_requested):
        qtbot.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.session.open_demo_requested):
        qtbot.mouseClick(page.demo_button, Qt.MouseButton.LeftButton)


def test_that_every_sample_is_shown_and_the_flags_are_summed_up(opened):
    assert shown(opened) == [CLEAN, SPECKS, BROKEN, DOG, NO_MASK]
    assert opened.summary.words.text().startswith("5 samples · 3 with flags · ")
    chip = opened.summary.chips["noise"]
    assert chip.isVisible()
    assert not chip.visibleRegion().isEmpty()
    assert opened.filter_bar.count.text() == "5 of 5 shown"


def test_that_thumbnails_arrive_and_an_unreadable_photo_says_so(qtbot, opened):
    loader = opened.gallery.loader
    qtbot.waitUntil(lambda: all(loader.tile(one) is not None for one in shown(opened)))
    assert loader.tile(CLEAN).image is not None
    assert not loader.tile(NO_MASK).has_mask
    assert loader.tile(BROKEN).image is None
    assert "broken.png" in loader.tile(BROKEN).photo_problem


def test_that_a_click_shows_the_sample_large_with_its_flags_and_their_places(qtbot, opened):
    with qtbot.waitSignal(opened.sample_panel.content_shown):
        click(qtbot, opened, SPECKS)
    assert opened.session.current == SPECKS
    checks = [row.flag.check for row in opened.sample_panel.flag_list.rows]
    assert "noise" in checks
    assert len(opened.sample_panel.view.boxes) >= 2
    with qtbot.waitSignal(opened.sample_panel.content_shown):
        click(qtbot, opened, CLEAN)
    assert opened.sample_panel.flag_list.rows == []
    assert opened.sample_panel.view.boxes == []


def test_that_typing_narrows_at_once_and_escape_widens(qtbot, opened):
    qtbot.keyClick(opened.gallery, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert opened.filter_bar.search.hasFocus()
    qtbot.keyClicks(opened.filter_bar.search, "val o")
    assert shown(opened) == [BROKEN, DOG, NO_MASK]
    assert opened.session.shown == shown(opened)
    qtbot.keyClick(opened.filter_bar.search, Qt.Key.Key_Escape)
    assert len(shown(opened)) == 5
    qtbot.keyClick(opened.filter_bar.search, Qt.Key.Key_Return)
    assert opened.gallery.hasFocus()


def test_that_a_filter_selects_its_first_sample_when_the_current_one_is_hidden(qtbot, opened):
    assert opened.session.current == CLEAN
    qtbot.mouseClick(opened.summary.chips["noise"], Qt.MouseButton.LeftButton)
    assert shown(opened) == [SPECKS]
    assert opened.session.current == SPECKS
    assert opened.filter_bar.check.currentData() == "noise"
    qtbot.mouseClick(opened.summary.chips["noise"], Qt.MouseButton.LeftButton)
    assert len(shown(opened)) == 5
    assert opened.session.current == SPECKS


def test_that_classes_are_filtered_by_what_the_masks_hold(opened):
    opened.filter_bar.set_filter(SampleFilter(class_index=2))
    assert shown(opened) == [DOG]
    opened.filter_bar.set_filter(SampleFilter(flagged_only=True, order=Order.WORST_FIRST))
    assert shown(opened)[-1] == SPECKS


def test_that_when_nothing_matches_the_filters_can_be_cleared(qtbot, opened):
    opened.filter_bar.search.setText("nobody")
    assert opened.no_match.isVisible()
    assert not opened.gallery.isVisible()
    qtbot.mouseClick(opened.filter_bar.clear_button, Qt.MouseButton.LeftButton)
    assert opened.gallery.isVisible()
    assert len(shown(opened)) == 5


def test_that_n_goes_from_flag_to_flag_and_says_when_there_is_none_left(qtbot, opened):
    for expected in (SPECKS, BROKEN, NO_MASK):
        qtbot.keyClick(opened.gallery, Qt.Key.Key_N)
        assert opened.session.current == expected
        assert opened.gallery.current == expected
    with qtbot.waitSignal(opened.session.message):
        qtbot.keyClick(opened.gallery, Qt.Key.Key_N)
    qtbot.keyClick(opened.gallery, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert opened.session.current == BROKEN


def test_that_enter_and_double_click_open_the_editor(qtbot, opened):
    click(qtbot, opened, DOG)
    with qtbot.waitSignal(opened.session.edit_requested) as blocker:
        qtbot.keyClick(opened.gallery, Qt.Key.Key_Return)
    assert blocker.args == [DOG]
    with qtbot.waitSignal(opened.session.edit_requested) as blocker:
        qtbot.mouseDClick(
            opened.gallery.viewport(), Qt.MouseButton.LeftButton, pos=cell(opened, SPECKS)
        )
    assert blocker.args == [SPECKS]
    assert opened.session.current == SPECKS


def test_that_enter_in_the_search_field_does_not_open_the_editor(qtbot, opened):
    requests: list[str] = []
    opened.session.edit_requested.connect(requests.append)
    opened.filter_bar.search.setFocus()
    qtbot.keyClick(opened.filter_bar.search, Qt.Key.Key_Return)
    assert requests == []


def test_that_a_mended_sample_loses_its_badge_but_stays_in_sight(qtbot, opened):
    session = opened.session
    opened.filter_bar.set_filter(SampleFilter(check="noise"))
    qtbot.waitUntil(lambda: opened.gallery.loader.tile(SPECKS) is not None)
    before = opened.gallery.loader.tile(SPECKS).image
    save_mask(session.dataset, session.workspace, session.dataset.sample(SPECKS), "labels", blob())
    with qtbot.waitSignal(session.sample_checked):
        session.mask_saved(SPECKS)
    assert shown(opened) == [SPECKS]
    assert session.flags.get(SPECKS) is None
    assert opened.sample_panel.flag_list.rows == []
    assert "noise" not in opened.summary.chips
    qtbot.waitUntil(lambda: opened.gallery.loader.tile(SPECKS).image != before)
    opened.filter_bar.set_filter(SampleFilter(flagged_only=True))
    assert SPECKS not in shown(opened)


def test_that_a_mask_drawn_for_a_sample_without_one_is_shown(qtbot, opened):
    session = opened.session
    qtbot.waitUntil(lambda: opened.gallery.loader.tile(NO_MASK) is not None)
    sample = session.dataset.sample(NO_MASK)
    save_mask(session.dataset, session.workspace, sample, "labels", blob())
    with qtbot.waitSignal(session.sample_checked):
        session.mask_saved(NO_MASK)
    qtbot.waitUntil(lambda: opened.gallery.loader.tile(NO_MASK).has_mask)


def test_that_masks_can_be_hidden_and_shown(qtbot, opened):
    loader = opened.gallery.loader
    qtbot.waitUntil(lambda: loader.tile(CLEAN) is not None)
    with_mask = loader.tile(CLEAN).image
    qtbot.keyClick(opened.gallery, Qt.Key.Key_X)
    assert not opened.sample_panel.view.overlays_visible
    qtbot.waitUntil(lambda: loader.tile(CLEAN).image != with_mask)
    qtbot.keyClick(opened.gallery, Qt.Key.Key_X)
    assert opened.sample_panel.view.overlays_visible
    qtbot.waitUntil(lambda: loader.tile(CLEAN).image == with_mask)


def test_that_a_running_check_can_be_watched_and_cancelled(qtbot, opened):
    session = opened.session
    session.rescan()
    assert opened.summary.cancel_button.isVisible()
    assert not opened.summary.scan_button.isVisible()
    job = session.scan_job
    qtbot.mouseClick(opened.summary.cancel_button, Qt.MouseButton.LeftButton)
    assert job.cancelled()
    qtbot.waitUntil(lambda: not session.is_scanning)
    assert opened.summary.scan_button.isVisible()
    with qtbot.waitSignal(session.flags_changed):
        qtbot.mouseClick(opened.summary.scan_button, Qt.MouseButton.LeftButton)


def test_that_what_is_chosen_on_another_page_is_there_on_return(qtbot, opened):
    opened.hide()
    opened.session.set_current(DOG)
    assert opened.gallery.current == DOG
    with qtbot.waitSignal(opened.sample_panel.content_shown) as blocker:
        opened.show()
    assert blocker.args == [DOG]


def test_that_another_dataset_takes_the_place_of_the_first(qtbot, opened, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    write_sample(other, "train", "only", {"labels": blob()})
    opened.filter_bar.search.setText("dog")
    with qtbot.waitSignals([opened.session.flags_changed, opened.sample_panel.content_shown]):
        opened.session.open(other)
    assert shown(opened) == ["train/only"]
    assert opened.filter_bar.filter == SampleFilter()
    assert opened.summary.words.text() == "1 sample · no flags"


def test_that_sizes_are_remembered(qtbot, opened):
    settings = Settings()
    opened.gallery.set_thumbnail_size(192)
    opened.remember(settings)
    assert settings.thumbnail_size == 192
    assert set(settings.splitters) == {"dataset.columns", "dataset.rows", "dataset.sample"}
    opened.gallery.set_thumbnail_size(96)
    opened.restore(settings)
    assert opened.gallery.thumbnail_size == 192
    assert opened.filter_bar.size_slider.value() * 16 == 192


def test_that_a_settings_file_without_splitters_changes_nothing(opened):
    opened.restore(Settings())
    assert opened.gallery.thumbnail_size == Settings().thumbnail_size
