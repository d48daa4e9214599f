"""The right side of the page: what it knows, where it leads, and what it makes of damaged input."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.jobs import JobHandle
from app.pages.compare.frame import CRAMPED, RUNS, SAMPLES
from app.pages.compare_page import ComparePage
from app.settings import Settings
from core.dataset import open_dataset
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write
from core.images import encode_mask, read_image, read_mask
from tests.app.compare.hands import (
    LEFT,
    choose_b,
    make_predicted_run,
    make_run,
    open_page,
    predict_button,
    settle,
    table,
)
from tests.making import blob
from widgets.comparison.metrics_model import signed
from widgets.export_button import ExportButton

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def open_whole(qtbot: QtBot, page: ComparePage, root: Path) -> None:
    open_page(qtbot, page, root)
    wait_until_whole(qtbot, page)


def wait_until_whole(qtbot: QtBot, page: ComparePage) -> None:
    looking = page.analysing.looking
    qtbot.waitUntil(lambda: looking.insights.is_whole and not looking.is_looking)


def click_kind(qtbot: QtBot, page: ComparePage, kind: ErrorKind) -> None:
    page.frame.side.choose_tab("Errors")
    cells, view = page.analysing.errors.table.cells, page.analysing.errors.table
    names = [cells.index(row, 0).data() for row in range(cells.rowCount())]
    index = cells.index(names.index(kind.words), 0)
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(index).center())


def test_that_a_kind_narrows_the_list_and_escape_brings_all_back(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_whole(qtbot, page, root)
    analysis = page.analysing.reports[0].analysis
    assert analysis is not None
    kind = next(kind for kind, found in analysis.by_kind().items() if 0 < found.samples < 4)
    click_kind(qtbot, page, kind)
    assert set(page.samples.model.ids) == set(analysis.samples_with(kind))
    assert kind.words.lower() in page.samples.chip.text
    page.samples.table.setFocus()
    qtbot.keyClick(page.samples.table, Qt.Key.Key_Escape)
    assert len(page.samples.model.ids) == 4


def test_that_a_place_is_shown_in_its_sample_and_framed(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_whole(qtbot, page, root)
    page.samples.select("val/a")
    page.frame.side.choose_tab("Errors")
    grid = page.analysing.errors.patches
    qtbot.waitUntil(lambda: bool(grid.patches))
    first = grid.patches[0]
    place = grid.visualRect(grid.model().index(0, 0)).center()
    qtbot.mouseClick(grid.viewport(), LEFT, pos=place)
    assert page.samples.current == first.sample == "val/c"
    qtbot.waitUntil(lambda: page.viewer.active_region is not None)
    active = page.viewer.active_region
    assert active is not None
    assert (active.letter, active.region) == ("A", first.region)


def test_that_a_saved_mask_is_looked_at_again(qtbot: QtBot, page: ComparePage, root: Path):
    run = make_predicted_run(root, "baseline")
    open_whole(qtbot, page, root)

    def wrong_of(sample: str) -> int:
        analysis = page.analysing.reports[0].analysis
        return analysis.samples_with().get(sample, 0) if analysis is not None else -1

    assert wrong_of("val/c") > 0
    dataset = page.session.dataset
    assert dataset is not None
    prediction = read_mask(prediction_path(run, dataset.sample("val/c")))
    atomic_write(root / "labels" / "val" / "c.png", encode_mask(prediction))
    before = wrong_of("val/d")
    page.session.mask_saved("val/c")
    qtbot.waitUntil(lambda: wrong_of("val/c") == 0)
    assert wrong_of("val/d") == before


def test_that_a_cancelled_search_says_so_and_can_be_taken_up_again(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    errors, looking = page.analysing.errors, page.analysing.looking

    def cancel(job: JobHandle) -> None:
        if job.title.startswith("Looking for errors"):
            job.cancel()

    page.jobs.started.connect(cancel)
    open_page(qtbot, page, root)
    page.frame.side.choose_tab("Errors")
    qtbot.waitUntil(lambda: not looking.is_looking)
    words = " ".join(label.text() for label in errors.empty.findChildren(QLabel))
    assert "The search was cancelled." in words
    page.jobs.started.disconnect(cancel)
    again = next(each for each in errors.empty.findChildren(QPushButton) if each.isVisible())
    qtbot.mouseClick(again, LEFT)
    wait_until_whole(qtbot, page)
    assert not errors.is_empty


def test_that_coming_back_to_the_page_looks_at_nothing_again_that_is_known(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_whole(qtbot, page, root)
    with qtbot.waitSignal(page.comparison.found):
        page.activate()  # by now the masks are checked too, which slices are cut by
    wait_until_whole(qtbot, page)
    titles: list[str] = []
    page.jobs.started.connect(lambda job: titles.append(job.title))
    with qtbot.waitSignal(page.comparison.found):
        page.activate()
    settle(qtbot, page)
    assert not any("errors" in title or "figures" in title for title in titles)


def test_that_figures_have_intervals_and_two_runs_a_sentence(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    make_predicted_run(root, "worse", age=1, extra=6)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    wait_until_whole(qtbot, page)
    shown = page.overview.table.metrics_model.index(0, 1).data()
    figure = page.analysing.reports[0].figures.of("mDice")  # type: ignore[union-attr]
    assert f"({figure.low:.1f}–{figure.high:.1f})" in shown
    assert page.analysing.figures.verdict.text().startswith("On 4 images B has an mDice of ")
    page.frame.side.choose_tab("Slices")
    letters = [button.text() for button in page.analysing.picker.findChildren(QToolButton)]
    assert letters == ["A", "B"]


def test_that_the_side_is_folded_by_a_key_and_remembered(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.samples.table.setFocus()
    qtbot.keyClick(page.samples.table, Qt.Key.Key_F)
    assert page.frame.side.is_folded
    page.frame.side.choose_tab("Slices")
    settings = Settings()
    page.remember(settings)
    page.frame.side.fold(False)
    page.frame.side.choose_tab("Figures")
    page.restore(Settings.model_validate_json(settings.model_dump_json()))
    assert page.frame.side.is_folded
    assert page.frame.side.tab == "Slices"


def test_that_a_key_turns_between_all_runs_and_samples(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.samples.table.setFocus()
    qtbot.keyClick(page.samples.table, Qt.Key.Key_R)
    assert page.frame.view == RUNS
    page.frame.show_view(SAMPLES)
    assert page.samples.isVisible()


def test_that_a_panel_is_saved_as_picture_and_as_table(
    qtbot: QtBot, page: ComparePage, root: Path, tmp_path: Path
):
    make_predicted_run(root, "baseline")
    open_whole(qtbot, page, root)
    exports = page.analysing.exports
    exports.ask = lambda _parent, _title, suggested, _files: str(tmp_path / suggested)
    button = page.analysing.confusion.findChild(ExportButton)
    assert button is not None
    for save in (button.save_picture, button.save_table):
        with qtbot.waitSignal(page.session.message):
            save()
    assert read_image(tmp_path / "confusion-matrix.png").size > 0
    with (tmp_path / "confusion-matrix.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["true \\ predicted (px)", "background", "cat", "dog"]
    assert sum(int(cell) for row in rows[1:] for cell in row[1:]) == 4 * 64 * 64


def test_that_a_run_with_another_class_list_is_said_in_words_and_the_other_is_shown(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    other = make_predicted_run(root, "other classes", age=1)
    dataset = open_dataset(root)
    for stem in "abcd":
        path = prediction_path(other, dataset.sample(f"val/{stem}"))
        atomic_write(path, encode_mask(np.full((64, 64), 7, np.uint8)))
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    wait_until_whole(qtbot, page)
    assert "the prediction holds the value 7, which is no class" in page.prediction_bar.text
    assert len(page.samples.model.ids) == 4
    first, second = page.analysing.reports
    assert first.analysis is not None
    assert second.analysis is None
    page.analysing.picker.chosen.emit(1)
    assert not page.analysing.confusion.is_empty


def test_that_a_run_written_by_half_is_named_and_the_rest_goes_on(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    half = make_run(root, "half", age=1)
    (half.folder / "run.json").write_text('{"id": "ha')
    open_whole(qtbot, page, root)
    assert page.overview.unreadable_label.text().startswith(f"1 run cannot be read: {half.id} (")
    assert table(page)[1][0] == "A  baseline"


def test_that_a_dataset_that_was_moved_with_its_runs_is_analysed_where_it_is_now(
    qtbot: QtBot, page: ComparePage, root: Path, tmp_path_factory: pytest.TempPathFactory
):
    make_predicted_run(root, "baseline")
    moved = tmp_path_factory.mktemp("elsewhere") / "dataset"
    shutil.move(root, moved)
    open_whole(qtbot, page, moved)
    assert len(page.samples.model.ids) == 4
    assert page.analysing.reports[0].problem == ""
    assert page.analysing.reports[0].analysis is not None


def test_that_a_prediction_of_another_size_is_left_out_and_said(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    path = prediction_path(run, open_dataset(root).sample("val/a"))
    atomic_write(path, encode_mask(blob(32)))
    open_whole(qtbot, page, root)
    assert "the prediction 32×32" in page.overview.left_out_label.text()
    assert "val/a" not in page.samples.model.ids
    analysis = page.analysing.reports[0].analysis
    assert analysis is not None
    assert len(analysis.ids) == 3


def test_that_other_views_are_offered_and_predicted_from(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    views = page.overview.augment_button
    with qtbot.waitSignal(page.comparison.found):
        views.flip_action.trigger()
        views.size_actions[1].trigger()
    settle(qtbot, page)
    assert views.text() == "Predict from 6 views ▾"
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert client.augments[0].words() == "flip, scales 0.75, 1 and 1.25"


def test_that_points_of_the_scatter_lead_to_samples_and_narrow_the_list(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    make_predicted_run(root, "worse", age=1, extra=6)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    wait_until_whole(qtbot, page)
    page.frame.side.choose_tab("Scatter")
    panel = page.analysing.scattering.panel
    assert panel is not None
    plot = panel.plot
    qtbot.waitUntil(lambda: len(panel.samples) == 4)
    page.grab()  # lays everything out, as painting does

    def place_of(sample: str) -> QPoint:
        number = panel.samples.index(sample)
        return plot.mapFromScene(plot.view.mapViewToScene(QPointF(plot.x[number], plot.y[number])))

    qtbot.mouseClick(plot.viewport(), LEFT, pos=place_of("val/b"))
    assert page.samples.current == "val/b"
    first, last = place_of("val/c") - QPoint(9, 9), place_of("val/c") + QPoint(9, 9)
    qtbot.mousePress(plot.viewport(), LEFT, pos=first)
    qtbot.mouseMove(plot.viewport(), first + QPoint(9, 9))
    qtbot.mouseMove(plot.viewport(), last)
    qtbot.mouseRelease(plot.viewport(), LEFT, pos=last)
    assert page.samples.model.ids == ["val/c"]
    assert page.samples.chip.text.startswith("mDice A ")
    assert plot.box is not None
    assert [panel.samples[number] for number in plot.strong] == ["val/c"]
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert len(page.samples.model.ids) == 4
    assert plot.box is None


def test_that_each_of_three_runs_is_held_against_the_first(
    qtbot: QtBot, page: ComparePage, root: Path
):
    for age, (name, extra) in enumerate((("baseline", 0), ("worse", 6), ("same", 0))):
        make_predicted_run(root, name, age=age, extra=extra)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    choose_b(qtbot, page)
    wait_until_whole(qtbot, page)
    found = page.analysing.looking.insights.differences
    runs = page.comparison.choice.runs
    assert list(found) == [run.id for run in runs[1:]]
    worse = found[runs[1].id]
    assert worse.low is not None
    assert worse.high is not None
    model = page.overview.table.metrics_model
    column = model.delta_column
    assert column is not None
    shown = [model.index(row, column).data() for row in range(3)]
    assert shown[0] == "–"
    assert shown[1].startswith(f"{signed(worse.delta or 0)} ({signed(worse.low, 1)} to ")
    assert shown[2] == "0.00 (0.0 to 0.0)"


def test_that_a_run_whose_classes_have_other_names_by_now_says_which(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    names = ["background", "Cat", "dog"]
    config = {"val_dataloader": {"dataset": {"metainfo": {"classes": names}}}}
    (run.folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    open_whole(qtbot, page, root)
    assert table(page)[1][0] == "A  baseline"
    said = page.overview.renamed_label.text()
    assert "The run baseline has learned class 1 as 'Cat', now 'cat'." in said
    assert page.overview.renamed_label.isVisible()


def test_that_many_runs_are_offered_the_room_of_the_figures(
    qtbot: QtBot, page: ComparePage, root: Path
):
    for age in range(5):
        make_predicted_run(root, f"run {age}", age=age, extra=age)
    said: list[str] = []
    page.session.message.connect(said.append)
    open_page(qtbot, page, root)
    for _ in range(3):
        choose_b(qtbot, page)
    assert CRAMPED not in said
    choose_b(qtbot, page)
    assert CRAMPED in said
    panels = page.viewer.views.panels
    before = panels[0].size()
    qtbot.keyClick(page.samples.table, Qt.Key.Key_G)
    assert page.frame.side.is_folded
    assert not page.overview.table.isVisible()
    qtbot.waitUntil(lambda: panels[0].width() * panels[0].height() > 2 * area(before))
    settings = Settings()
    page.remember(settings)
    assert not settings.compare.folded  # only for now
    qtbot.mouseClick(page.overview.room_button, LEFT)
    assert not page.frame.side.is_folded
    assert page.overview.table.isVisible()


def area(size: QSize) -> int:
    return size.width() * size.height()
