"""The Compare page on real files: a small dataset and runs with stored predictions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app import actions
from app.jobs import Jobs
from app.pages.compare_page import ComparePage
from app.session import Session
from core.dataset import Dataset, open_dataset
from core.errors import PetsegError
from core.evaluation.client import FailedSample, PredictionResult
from core.evaluation.prediction_files import prediction_path
from core.evaluation.predictions import evaluate_run
from core.files import atomic_write
from core.images import encode_mask, read_mask
from core.runs.events import BestScore, EventWriter, Finished, Started
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from tests.making import blob, write_sample
from widgets.comparison.measures import Order
from widgets.comparison.panel import PanelKind

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
SHIFTS = {"a": 0, "b": 4, "c": 12, "d": 8}
"""How far to the right run A sees each sample of the split: c is the worst."""

Predict = Callable[..., PredictionResult]


@dataclass
class FakeClient:
    """Stands in for the worker process: predicts what the mask says, a little to the right."""

    dataset: Dataset
    error: str = ""
    failed: tuple[FailedSample, ...] = ()
    calls: list[tuple[str, str]] = field(default_factory=list)
    closed: bool = False
    hold: threading.Event | None = None
    """Waited for before the first sample is done, unless the prediction is cancelled."""

    def predict(self, run: Any, split: str, **options: Any) -> PredictionResult:
        self.calls.append((run.name, split))
        cancelled, on_progress = options["cancelled"], options["on_progress"]
        on_progress(0, len(SHIFTS))
        while self.hold is not None and not self.hold.wait(0.01):
            if cancelled():
                return self._result(split, 0, cancelled=True)
        if self.error:
            raise PetsegError(self.error, remedy="Free memory.")
        samples = self.dataset.in_splits([split])
        for done, sample in enumerate(samples, 1):
            write_prediction(run, self.dataset, sample.id, 2)
            on_progress(done, len(samples))
        return self._result(split, len(samples))

    def _result(self, split: str, predicted: int, *, cancelled: bool = False) -> PredictionResult:
        return PredictionResult(
            split=split,
            checkpoint="best.pth",
            iteration=10,
            device="cpu",
            predicted=predicted,
            reused=0,
            failed=self.failed,
            cancelled=cancelled,
            seconds=0.1,
        )

    def close(self) -> None:
        self.closed = True


def write_prediction(run: Any, dataset: Dataset, sample_id: str, shift: int) -> None:
    sample = dataset.sample(sample_id)
    truth = blob(64, 1 + ord(sample.stem[0]) % 2)
    atomic_write(prediction_path(run, sample), encode_mask(np.roll(truth, shift, axis=1)))


def make_run(root: Path, name: str, *, age: int = 0, has_model: bool = True) -> Run:
    dataset = open_dataset(root)
    store = RunStore(dataset.workspace_dir / "runs")
    run = store.create(
        recipe="demo-cpu",
        label_set="labels",
        dataset=DatasetRecord(root=root),
        name=name,
        now=datetime(2025, 1, 2, tzinfo=UTC) - timedelta(days=age),
    )
    best = BestScore(mDice=80.0, iteration=10)
    with EventWriter(run.events_path) as events:
        events.write(Started(pid=1, device="cpu", max_iters=10, total_samples=4))
        events.write(Finished(iteration=10, seconds=1.0, best=best))
    run.update(state=RunState.FINISHED, best=best)
    if has_model:
        atomic_write(run.checkpoints_dir / "best_mDice_iter_10.pth", b"weights")
    return run


def make_predicted_run(root: Path, name: str, *, age: int = 0, extra: int = 0) -> Run:
    run, dataset = make_run(root, name, age=age), open_dataset(root)
    for stem, shift in SHIFTS.items():
        write_prediction(run, dataset, f"val/{stem}", shift + extra)
    return run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for stem in SHIFTS:
        mask = blob(64, 1 + ord(stem) % 2)
        write_sample(tmp_path, "val", stem, {"labels": mask, "labels_other": np.roll(mask, 20)})
    write_sample(tmp_path, "train", "t", {"labels": blob(), "labels_other": blob()})
    return tmp_path


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[ComparePage]:
    jobs = Jobs()
    session = Session(jobs)
    problems: list[str] = []
    session.problem.connect(problems.append)
    jobs.failed.connect(problems.append)
    made = ComparePage(session, jobs)
    made.problems = problems  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    actions.install(made.actions_table(), made, Qt.ShortcutContext.WindowShortcut)
    made.resize(1200, 640)
    with qtbot.waitActive(made):
        made.show()
    yield made
    made.shut_down()
    session.close()
    jobs.shut_down()


def open_page(qtbot: QtBot, page: ComparePage, root: Path) -> FakeClient:
    page.comparison.client.close()
    page.session.open(root)
    page.session.set_label_set("labels")
    dataset = page.session.dataset
    assert dataset is not None
    client = FakeClient(dataset)
    page.comparison.client = client  # type: ignore[assignment]
    page.activate()
    settle(qtbot, page)
    return client


def settle(qtbot: QtBot, page: ComparePage) -> None:
    """Wait until nothing is going on any more."""

    def is_settled() -> bool:
        shown = page.viewer.views.layers
        current = page.samples.current
        is_shown = not current or (shown is not None and shown.sample == current)
        return not page.jobs.running and not page.comparison.is_measuring and is_shown

    with qtbot.waitSignal(page.comparison.runs_listed, raising=False, timeout=1000):
        page.comparison.list_runs()
    qtbot.waitUntil(is_settled)


def choose_b(qtbot: QtBot, page: ComparePage) -> None:
    page.overview.chooser.box_b.setFocus()
    with qtbot.waitSignal(page.comparison.found):
        qtbot.keyClick(page.overview.chooser.box_b, Qt.Key.Key_Down)
    settle(qtbot, page)


def table(page: ComparePage) -> list[list[str]]:
    return page.overview.table.metrics_model.as_rows()


def predict_button(page: ComparePage) -> QPushButton:
    return page.prediction_bar.predict_button


# Nothing to show


def test_that_without_a_dataset_the_page_offers_to_open_one(qtbot: QtBot, page: ComparePage):
    button = page.empty.findChild(QPushButton)
    assert button is not None
    with qtbot.waitSignal(page.session.open_folder_requested):
        qtbot.mouseClick(button, LEFT)


def test_that_without_a_run_the_page_says_to_train_first(
    qtbot: QtBot, page: ComparePage, root: Path
):
    open_page(qtbot, page, root)
    assert page.empty.isVisible()
    words = " ".join(label.text() for label in page.empty.findChildren(QLabel))
    assert "Train a model first: the Train page has recipes that take minutes." in words


# One run


def test_that_the_figures_are_those_of_the_evaluation(qtbot: QtBot, page: ComparePage, root: Path):
    run = make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    expected = evaluate_run(open_dataset(root), run, "val", label_set="labels")
    assert table(page)[1][:3] == ["A  baseline", f"{expected.mDice:.2f}", "reached"]
    assert page.overview.caption.text() == "Dataset-pooled: 4 images of val, truth labels"
    assert not page.prediction_bar.isVisible()


def test_that_the_worst_sample_is_on_top_and_shown(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    assert page.samples.model.ids == ["val/c", "val/d", "val/b", "val/a"]
    layers = page.viewer.views.layers
    assert layers is not None
    assert layers.sample == "val/c"
    counts = layers.runs[0].counts
    assert counts is not None
    assert counts.missed > 0
    legend = page.viewer.legend.findChild(QLabel, "Legend missed")
    assert isinstance(legend, QLabel)
    assert legend.text() == f"missed {counts.missed:,}"


def test_that_keys_walk_toggle_and_open_in_the_editor(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    page.viewer.views.panels[0].view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_D, Qt.Key.Key_A):
        qtbot.keyClick(page.viewer.views.panels[0].view, key)
    assert page.samples.current == "val/d"
    qtbot.keyClick(page, Qt.Key.Key_X)
    assert not page.viewer.views.overlays_visible
    assert not page.viewer.bar.overlays_button.isChecked()
    qtbot.keyClick(page, Qt.Key.Key_H)
    assert page.viewer.bar.hatched_button.isChecked()
    for key in (Qt.Key.Key_E, Qt.Key.Key_Return):
        with qtbot.waitSignal(page.session.edit_requested) as asked:
            qtbot.keyClick(page, key)
        assert asked.args == ["val/d"]


def test_that_a_button_and_a_double_click_open_in_the_editor(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    with qtbot.waitSignal(page.session.edit_requested) as asked:
        qtbot.mouseClick(page.viewer.bar.edit_button, LEFT)
    assert asked.args == ["val/c"]
    view = page.viewer.views.panel(PanelKind.ERRORS, "A").view
    with qtbot.waitSignal(page.session.edit_requested):
        qtbot.mouseDClick(view, LEFT, pos=view.rect().center())
    assert page.session.current == "val/c"


def test_that_letters_typed_into_the_filter_are_no_shortcuts(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.samples.filter_edit.hasFocus()
    with qtbot.assertNotEmitted(page.session.edit_requested):
        qtbot.keyClicks(page.samples.filter_edit, "da")
        assert page.samples.filter_edit.text() == "da"
        qtbot.keyClick(page.samples.filter_edit, Qt.Key.Key_Return)
    assert page.samples.table.hasFocus()
    assert page.viewer.message == "No sample has that in its name"
    assert not page.viewer.bar.edit_button.isEnabled()


def test_that_the_opacity_slider_keeps_its_arrow_keys(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    slider = page.viewer.bar.opacity_slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert page.viewer.views.opacity == pytest.approx(0.46)
    assert page.samples.current == "val/c"


def test_that_the_panels_can_be_chosen_but_never_none(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    buttons = page.viewer.bar.kind_buttons
    for kind in (PanelKind.TRUTH, PanelKind.PREDICTION, PanelKind.ERRORS):
        qtbot.mouseClick(buttons[kind], LEFT)
    assert [panel.kind for panel in page.viewer.views.panels] == [PanelKind.ERRORS]
    assert buttons[PanelKind.ERRORS].isChecked()


# Two runs


def test_that_a_second_run_adds_a_difference_and_its_panels(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    make_predicted_run(root, "worse", age=1, extra=6)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    rows = table(page)
    assert [row[0] for row in rows[1:]] == ["A  baseline", "B  worse", "Δ  B − A, in points"]
    assert rows[3][1].startswith("−")
    assert page.overview.caption.text() == "Dataset-pooled: 4 images of val in common, truth labels"
    assert {panel.letter for panel in page.viewer.views.panels} == {"", "A", "B"}
    assert page.samples.model.columnCount() == 5
    page.samples.set_order(Order.CHANGE)
    assert all(each.startswith("−") for each in deltas(page))


def deltas(page: ComparePage) -> list[str]:
    model = page.samples.model
    return [model.index(row, model.columnCount() - 1).data() for row in range(model.rowCount())]


def test_that_the_figures_of_two_runs_are_over_the_samples_in_common(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    second = make_predicted_run(root, "partly", age=1)
    prediction_path(second, open_dataset(root).sample("val/c")).unlink()
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    assert page.overview.caption.text().startswith("Dataset-pooled: 3 images of val in common")
    assert table(page)[3][1] == "0.00"
    assert page.prediction_bar.text == "partly has predicted 3 of 4 images of val."
    assert predict_button(page).text() == "Predict 1 image"
    assert not page.overview.left_out_label.isVisible()


# Predicting


def test_that_missing_predictions_are_made_by_one_click(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    assert page.prediction_bar.text == "fresh has no predictions of val yet."
    assert page.viewer.message == "Nothing is predicted yet"
    assert predict_button(page).text() == "Predict 4 images"
    with qtbot.waitSignal(page.session.message) as told:
        qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert client.calls == [("fresh", "val")]
    assert "4 images" in told.args[0]
    assert len(page.samples.model.ids) == 4
    assert not page.prediction_bar.isVisible()


def test_that_choosing_the_same_run_again_still_offers_to_predict(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    open_page(qtbot, page, root)
    page.overview.chooser.box_a.activated.emit(0)
    settle(qtbot, page)
    assert predict_button(page).isVisible()


def test_that_opening_a_run_from_elsewhere_predicts_at_once(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    fresh = make_run(root, "fresh", age=1)
    client = open_page(qtbot, page, root)
    assert page.overview.chooser.run_ids != [fresh.id]
    page.session.open_run_requested.emit(fresh.id)
    qtbot.waitUntil(lambda: bool(client.calls))
    settle(qtbot, page)
    assert client.calls == [("fresh", "val")]
    assert page.overview.chooser.run_ids == [fresh.id]
    assert len(page.samples.model.ids) == 4


def test_that_opening_a_run_that_is_chosen_already_predicts_at_once(
    qtbot: QtBot, page: ComparePage, root: Path
):
    fresh = make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    page.session.open_run_requested.emit(fresh.id)
    qtbot.waitUntil(lambda: bool(client.calls))
    settle(qtbot, page)
    assert len(page.samples.model.ids) == 4


def test_that_opening_a_run_that_is_not_there_is_said_in_words(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_predicted_run(root, "baseline")
    open_page(qtbot, page, root)
    with qtbot.waitSignal(page.session.problem) as told:
        page.session.open_run_requested.emit("gone")
    assert "nothing to show yet" in told.args[0]


def test_that_a_prediction_shows_its_progress_and_can_be_cancelled(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    client.hold = threading.Event()
    qtbot.mouseClick(predict_button(page), LEFT)
    qtbot.waitUntil(lambda: "0 of 4 images" in page.prediction_bar.text)
    assert not predict_button(page).isVisible()
    qtbot.mouseClick(page.prediction_bar.cancel_button, LEFT)
    settle(qtbot, page)
    assert predict_button(page).isVisible()
    assert page.prediction_bar.text == "fresh has no predictions of val yet."


def test_that_a_failed_prediction_says_why_and_can_be_tried_again(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    client.error = "The prediction worker was killed"
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert page.prediction_bar.text == "The prediction worker was killed. Free memory."
    client.error = ""
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert len(page.samples.model.ids) == 4
    assert not page.prediction_bar.isVisible()


def test_that_images_that_could_not_be_predicted_are_named(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "fresh")
    client = open_page(qtbot, page, root)
    client.failed = (FailedSample(sample="val/a", reason="The image cannot be read."),)
    qtbot.mouseClick(predict_button(page), LEFT)
    settle(qtbot, page)
    assert page.prediction_bar.text == (
        "1 image could not be predicted. val/a: The image cannot be read."
    )


def test_that_a_run_without_a_checkpoint_is_said_in_words(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_run(root, "hollow", has_model=False)
    open_page(qtbot, page, root)
    assert page.prediction_bar.text.startswith("hollow has no predictions of val yet.")
    assert "no checkpoint" in page.prediction_bar.text
    assert not predict_button(page).isVisible()


def test_that_predictions_without_their_checkpoint_are_shown_all_the_same(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "pruned")
    for checkpoint in run.checkpoints_dir.iterdir():
        checkpoint.unlink()
    open_page(qtbot, page, root)
    assert len(page.samples.model.ids) == 4
    assert not page.prediction_bar.isVisible()


def test_that_closing_the_page_closes_the_worker(qtbot: QtBot, page: ComparePage, root: Path):
    make_predicted_run(root, "baseline")
    client = open_page(qtbot, page, root)
    page.shut_down()
    assert client.closed


# Bad input


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


def test_that_a_run_with_nothing_but_damaged_predictions_is_said_in_words(
    qtbot: QtBot, page: ComparePage, root: Path
):
    run = make_predicted_run(root, "baseline")
    for path in (run.folder / "predictions" / "val").glob("*.png"):
        path.write_bytes(b"")
    open_page(qtbot, page, root)
    assert "No sample of val can be measured" in page.prediction_bar.text
    assert page.samples.model.ids == []


# Changes elsewhere


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
    with qtbot.waitSignal(page.comparison.found):
        page.session.set_label_set("labels_other")
    settle(qtbot, page)
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
    assert page.overview.chooser.box_a.count() == 2
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
