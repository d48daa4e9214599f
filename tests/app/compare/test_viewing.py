"""The grid and the list on the page: their keys, regions of errors, chosen samples, many runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.pages.compare_page import ComparePage
from core.dataset import open_dataset
from core.evaluation.analyse import analyse_run
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Decision
from tests.app.compare.hands import choose_b, make_predicted_run, open_page, settle
from widgets.comparison.grid.duo_view import Share
from widgets.comparison.grid.panel import PanelKind
from widgets.comparison.samples.measures import Order
from widgets.worklist.verbs import Verb

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_keys_swipe_blink_and_choose_what_is_shown(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    make_predicted_run(root, "worse", age=1, extra=6)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    views, bar = page.viewer.views, page.viewer.bar
    qtbot.keyClick(page, Qt.Key.Key_S)
    assert views.share is Share.SWIPE
    qtbot.keyClick(page, Qt.Key.Key_B)
    assert page.viewer.is_blinking
    qtbot.keyClick(page, Qt.Key.Key_B)
    assert views.share is None
    qtbot.keyClick(page, Qt.Key.Key_V)
    assert views.panel(PanelKind.AGREEMENT).isVisible()
    layers = views.layers
    assert layers is not None
    assert layers.pair is not None
    qtbot.keyClick(page, Qt.Key.Key_C)
    panel = views.panel(PanelKind.CONFIDENCE, "B")
    assert panel.isVisible()
    assert "no confidence" in panel.view.message
    qtbot.keyClick(page, Qt.Key.Key_O)
    assert not bar.outlines_button.isChecked()


def test_that_every_key_of_the_page_belongs_to_one_command(page: ComparePage):
    # Held ones are told here only: they work within the worklist.
    table = [action for action in page.actions_table() if not action.is_held]
    keys = [key for action in table for key in action.shortcut]
    assert sorted(keys) == sorted(set(keys))


def test_that_point_and_comma_walk_through_the_regions_of_errors(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    with qtbot.waitSignal(page.viewing.region_activated) as activated:
        qtbot.keyClick(page, Qt.Key.Key_Period)
    sample, region = activated.args
    assert sample == "val/c"
    assert isinstance(region, ErrorRegion)
    assert page.viewing.active_run == run.id
    assert page.viewer.views.transform.scale is not None
    with qtbot.waitSignal(page.viewing.region_activated) as activated:
        qtbot.keyClick(page, Qt.Key.Key_Period)
    assert activated.args[1] != region
    with qtbot.waitSignal(page.viewing.region_activated) as activated:
        qtbot.keyClick(page, Qt.Key.Key_Comma)
    assert activated.args[1] == region


def test_that_a_region_asked_for_from_elsewhere_is_shown_in_its_sample(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    found = analyse_run(open_dataset(root), run, "val", label_set="labels").of("val/b")
    assert found is not None
    page.viewing.show_samples("others", ["val/c"])
    page.viewing.show_region_of(run.id, "val/b", found.errors[0])
    settle(qtbot, page)
    assert page.samples.current == "val/b"
    active = page.viewer.active_region
    assert active is not None
    assert (active.letter, active.region) == ("A", found.errors[0])
    assert not page.samples.is_narrowed


def test_that_a_place_of_the_worklist_that_cannot_be_shown_is_not_decided(
    qtbot: QtBot, page: ComparePage, root: Path
):
    runs = [make_predicted_run(root, "baseline"), make_predicted_run(root, "other")]
    open_page(qtbot, page, root)
    chosen = page.overview.chooser.run_ids
    other = next(run for run in runs if run.id not in chosen)
    found = analyse_run(open_dataset(root), other, "val", label_set="labels").of("val/b")
    assert found is not None
    page.repairing.add(other.id, [("val/b", found.errors[0])])
    settle(qtbot, page)
    problems: list[str] = []
    page.session.problem.connect(problems.append)
    page.repairing.bar.work()
    assert page.viewer.message == "The run of this place is not compared"
    assert page.samples.current == ""
    page.repairing.bar.do(Verb.KEEP)
    settle(qtbot, page)
    assert "Look at this place first" in problems[-1]
    assert page.repairing.entries[0].is_open
    page.viewing.show_region_of(other.id, "train/t", found.errors[0])
    assert page.viewer.message == "train/t is not among the samples shown"
    page.repairing.bar.choose(page.repairing.entries[0].id)
    page.overview.chooser.add_run(other.id)
    settle(qtbot, page)
    assert page.samples.current == "val/b"
    active = page.viewer.active_region
    assert active is not None
    assert active.region == found.errors[0]
    page.repairing.bar.do(Verb.KEEP)
    settle(qtbot, page)
    assert not page.repairing.entries[0].is_open


def test_that_a_framed_region_is_decided_with_a_key_of_the_page(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    qtbot.keyClick(page, Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, page)
    assert not page.repairing.entries
    qtbot.keyClick(page, Qt.Key.Key_Period)
    framed = page.viewing.framed
    assert framed is not None
    qtbot.keyClick(page, Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, page)
    (entry,) = page.repairing.entries
    assert (entry.run, entry.sample, entry.region.anchor) == (*framed[:2], framed[2].anchor)
    assert entry.decision is Decision.KEEP


def test_that_the_menu_of_a_region_is_the_one_that_was_given(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    asked: list[tuple[str, str]] = []

    def make(run_id: str, sample: str, _region: ErrorRegion) -> QMenu:
        asked.append((run_id, sample))
        return QMenu(page)

    page.viewing.set_region_menu(make)
    layers = page.viewer.views.layers
    assert layers is not None
    panel = page.viewer.views.panel(PanelKind.ERRORS, "A")
    at = panel.view.pixel_center(*layers.runs[0].regions[0].anchor)
    page.viewer.views.popup_menu(panel, panel.view.mapToGlobal(at)).close()
    assert asked == [(run.id, "val/c")]


def test_that_esc_ends_a_choice_made_elsewhere(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.viewing.show_samples("dark on dark", ["val/a", "val/b"])
    settle(qtbot, page)
    assert page.samples.model.ids == ["val/b", "val/a"]
    view = page.viewer.views.panels[0].view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert len(page.samples.model.ids) == 4
    page.viewing.show_samples("of another split", ["train/t"])
    assert page.viewer.message == "None of the chosen samples is among these"


def test_that_six_runs_are_listed_and_shown(qtbot: QtBot, page: ComparePage, root: Path):
    runs = [make_predicted_run(root, f"run {n}", age=n, extra=n) for n in range(6)]
    open_page(qtbot, page, root)
    page.compare([run.id for run in runs])

    def is_shown() -> bool:
        layers = page.viewer.views.layers
        return layers is not None and len(layers.runs) == 6 and page.samples.model.runs == 6

    qtbot.waitUntil(is_shown, timeout=30_000)
    assert {panel.letter for panel in page.viewer.views.panels} == {"", *"ABCDEF"}
    with qtbot.waitSignal(page.viewer.pair_changed):
        page.viewer.bar.pair_boxes[1].setFocus()
        qtbot.keyClick(page.viewer.bar.pair_boxes[1], Qt.Key.Key_End)
    assert page.samples.model.pair == (0, 5)
    page.samples.set_order(Order.B_LOSES)
    assert page.samples.model.headerData(8, Qt.Orientation.Horizontal) == "F−A"

    def places() -> tuple[int, int] | None:
        layers = page.viewer.views.layers
        return layers.pair.places if layers is not None and layers.pair is not None else None

    qtbot.waitUntil(lambda: places() == (0, 5))


def test_that_kinds_of_errors_are_offered_once_they_were_looked_for(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    analysis = analyse_run(open_dataset(root), run, "val", label_set="labels")
    page.viewing.set_analyses([analysis])
    kind = next(kind for kind in ErrorKind if analysis.samples_with(kind))
    page.samples.set_measure(f"kind:{kind.value}")
    most = next(iter(analysis.samples_with(kind)))
    assert page.samples.model.ids[0] == most
    assert int(page.samples.model.index(0, 2).data()) == analysis.samples_with(kind)[most]


def test_that_the_grid_is_saved_as_a_picture_and_the_list_as_a_table(
    qtbot: QtBot, page: ComparePage, root: Path, tmp_path: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.analysing.exports.ask = lambda _parent, _title, name, _files: str(tmp_path / name)
    with qtbot.waitSignal(page.session.message):
        page.viewer.export_button.save_picture()
    picture = QImage(str(tmp_path / "grid-of-samples.png"))
    assert picture.width() > 2 * page.viewer.views.width()
    with qtbot.waitSignal(page.session.message):
        page.samples.export_button.save_table()
    lines = (tmp_path / "list-of-samples.csv").read_text().splitlines()
    assert lines[0] == "sample,A: mDice (%)"
    assert [line.split(",")[0] for line in lines[1:]] == page.samples.model.ids
