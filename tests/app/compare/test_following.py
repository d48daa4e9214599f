"""What changes while the page is open: masks, runs, label sets, splits, datasets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.compare_page import ComparePage
from core.dataset import open_dataset
from core.evaluation.analyse import analyse_run
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write
from core.images import encode_mask, read_mask
from tests.app.compare.hands import (
    make_predicted_run,
    open_page,
    settle,
    table,
    write_prediction,
)
from tests.making import blob, write_sample
from widgets.comparison.grid.panel import PanelKind

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def test_that_samples_that_cannot_be_measured_are_listed(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    prediction_path(run, open_dataset(root).sample("val/a")).write_bytes(b"no image")
    (root / "labels" / "val" / "b.png").unlink()
    open_page(qtbot, page, root)
    text = page.overview.left_out_label.text()
    assert text.startswith("2 samples are left out: val/a (")
    assert "val/b (it has no mask)" in text
    assert page.samples.model.ids == ["val/c", "val/d"]


def test_that_a_saved_mask_changes_the_figures_of_its_sample_and_nobody_loses_their_place(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    before = table(page)[1][1]
    # The label is drawn as the prediction says: the worst sample has no error any more.
    dataset = page.session.dataset
    assert dataset is not None
    prediction = read_mask(prediction_path(run, dataset.sample("val/c")))
    atomic_write(root / "labels" / "val" / "c.png", encode_mask(prediction))
    with qtbot.waitSignal(page.comparison.found):
        page.session.mask_saved("val/c")
    settle(qtbot, page)
    assert float(table(page)[1][1]) > float(before)
    assert page.samples.model.ids == ["val/c", "val/d", "val/b", "val/a"]
    assert page.samples.current == "val/c"
    assert page.samples.model.index(0, 2).data() == "100.00"

    def wrong_pixels() -> int | None:
        layers = page.viewer.views.layers
        counts = layers.runs[0].counts if layers is not None else None
        return counts.wrong if counts is not None else None

    qtbot.waitUntil(lambda: wrong_pixels() == 0)


def test_that_a_mask_saved_while_the_page_is_hidden_is_measured_on_return(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.hide()
    atomic_write(root / "labels" / "val" / "c.png", encode_mask(np.roll(blob(64, 2), 12, axis=1)))
    with qtbot.waitSignal(page.session.sample_checked):
        page.session.mask_saved("val/c")
    assert page.samples.model.index(0, 2).data() != "100.00"
    page.show()
    page.activate()
    settle(qtbot, page)
    assert page.samples.model.index(0, 2).data() == "100.00"


def test_that_another_label_set_is_the_truth_of_all_runs(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    before = table(page)[1][1]
    page.viewing.show_samples("small in labels", ["val/a"])
    with qtbot.waitSignal(page.comparison.found):
        page.session.set_label_set("labels_other")
    settle(qtbot, page)
    assert not page.samples.is_narrowed
    assert table(page)[1][1] != before
    assert page.overview.caption.text().endswith("truth labels_other")
    assert page.viewer.views.panel(PanelKind.TRUTH).title == "Truth · labels_other"


def test_that_a_new_run_is_offered_and_the_chosen_one_stays(
    qtbot: QtBot, page: ComparePage, root: Path
):
    old = make_predicted_run(root, "baseline", age=1)
    open_page(qtbot, page, root)
    make_predicted_run(root, "newer")
    with qtbot.waitSignal(page.comparison.runs_listed):
        page.session.runs_changed.emit()
    menu = page.overview.chooser.add_button.menu()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["newer"]
    assert page.overview.chooser.run_ids == [old.id]
    assert page.samples.current == "val/c"


def test_that_the_other_split_is_shown_when_it_is_chosen(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    write_prediction(run, open_dataset(root), "train/t", 3)
    open_page(qtbot, page, root)
    page.overview.chooser.box_split.setFocus()
    with qtbot.waitSignal(page.comparison.found):
        qtbot.keyClick(page.overview.chooser.box_split, Qt.Key.Key_Up)
    settle(qtbot, page)
    assert page.samples.model.ids == ["train/t"]
    assert page.overview.caption.text() == "Dataset-pooled: 1 image of train, truth labels"


def test_that_another_dataset_starts_anew(
    qtbot: QtBot, page: ComparePage, root: Path, tmp_path_factory: pytest.TempPathFactory
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    other = tmp_path_factory.mktemp("other")
    write_sample(other, "val", "z", {"labels": blob()})
    open_page(qtbot, page, other)
    assert page.empty.isVisible()
    assert page.samples.model.ids == []
    assert page.samples.current == ""


def test_that_late_answers_about_other_runs_change_nothing(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    other = make_predicted_run(root, "other", age=1, extra=2)
    open_page(qtbot, page, root)
    analysis = analyse_run(open_dataset(root), run, "val", label_set="labels")
    looking = page.analysing.looking
    looking.reset()
    looking.look()
    told: list[tuple[str, ...]] = []
    looking.looked.connect(lambda: told.append(looking.insights.ids))
    page.overview.chooser.choose(other.id)
    page.comparison.choose([other.id], "val")
    page.viewing.set_analyses([analysis])
    assert page.samples.model.total == 4
    settle(qtbot, page)
    assert told
    assert set(told) == {(other.id,)}


def test_that_what_is_under_way_is_not_begun_again(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    titles: list[str] = []
    page.jobs.started.connect(lambda job: titles.append(job.title))
    page.comparison.measure()
    page.activate()
    looking = page.analysing.looking
    looking.reset()
    looking.look()
    looking.look()
    assert titles == ["Measuring baseline on val", "Computing figures of baseline"]
    page.session.masks_changed.emit({"val/a"})
    page.activate()
    assert titles.count("Measuring baseline on val") == 2
    settle(qtbot, page)
