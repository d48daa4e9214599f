"""Folds on the Compare page: what each shows, and the masks that all of them doubt."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.compare_page import ComparePage
from core.dataset import open_dataset
from core.evaluation.predicting.augmentation import PLAIN
from core.evaluation.predicting.checkpoints import checkpoint_of
from core.evaluation.predicting.client import PredictionResult
from core.evaluation.predicting.files import CheckpointNote
from core.evaluation.suspects.files import JudgedMask, QualityFile, load_quality, save_quality
from core.evaluation.suspects.quality import LabelQuality, Suspicion
from core.files import content_hash
from core.runs.store import DatasetRecord, Run
from tests.app.compare.hands import (
    LEFT,
    FakeClient,
    choose_b,
    make_run,
    open_page,
    predict_button,
    settle,
    write_prediction,
)
from tests.making import blob, write_sample
from widgets.comparison.samples.measures import QUALITY

# Of Qt's plugin for drawing off the screen, for every window that has a layout.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BELIEF = {"val/a": 0.9, "val/b": 0.3, "val/c": 0.6, "val/d": 0.2}
BELIEF |= {"val/e": 0.5, "val/f": 0.7, "val/g": 0.1}
FOLDS = {1: ("val/a", "val/b"), 2: ("val/c", "val/d")}
SEVEN_FOLDS = {fold: (sample,) for fold, sample in enumerate(BELIEF, start=1)}


def judge(run: Any, samples: tuple[str, ...], root: Path) -> None:
    """Store what a fold makes of the masks that it has not learned."""
    dataset = open_dataset(root)
    masks = {}
    for sample_id in samples:
        write_prediction(run, dataset, sample_id, 4)
        sample = dataset.sample(sample_id)
        path, photo = sample.masks["labels"], sample.image
        assert photo is not None
        stamps = [(each.stat().st_mtime_ns, each.stat().st_size) for each in (path, photo)]
        belief = BELIEF[sample_id]
        place = Suspicion((1, 2, 3, 4), 1, 0, 12, 5.0)
        quality = LabelQuality(belief, belief, belief, (0.9, belief, None), place)
        masks[sample.stem] = JudgedMask(quality, content_hash(path.read_bytes()), *stamps)
    names = tuple(info.name for info in dataset.classes)
    note = CheckpointNote.of(checkpoint_of(run.folder))
    file = QualityFile(label_set="labels", classes=names, checkpoint=note, augment=PLAIN)
    save_quality(run.folder, "val", file.with_masks(masks, {}))


@dataclass
class JudgingClient(FakeClient):
    """A worker that judges, too, and only what it is asked to."""

    def predict(self, run: Any, split: str, **options: Any) -> PredictionResult:
        self.calls.append((run.name, split))
        while self.hold is not None and not self.hold.wait(0.01):
            if options["cancelled"]():
                return self._result(split, 0, cancelled=True)
        samples = tuple(options["samples"])
        assert options["label_set"] == "labels"
        judge(run, samples, self.dataset.root)
        return self._result(split, len(samples))


def make_folds(
    root: Path,
    *,
    judged: tuple[int, ...] | None = None,
    folds: Mapping[int, tuple[str, ...]] = FOLDS,
    group: str = "judges",
) -> list[Run]:
    """Folds of the samples of val, two where it is not said otherwise."""
    runs = []
    for fold, held_out in folds.items():
        run = make_run(root, f"{group}-fold{fold}", age=3 - fold)
        run.update(
            group=group,
            fold=fold,
            folds=len(folds),
            held_out=list(held_out),
            dataset=DatasetRecord(root=root, fingerprint=dict.fromkeys(BELIEF, "")),
        )
        if judged is None or fold in judged:
            judge(run, held_out, root)
        runs.append(run)
    return runs


def open_folds(qtbot: QtBot, page: ComparePage, root: Path) -> JudgingClient:
    open_page(qtbot, page, root)
    dataset = page.session.dataset
    assert dataset is not None
    client = JudgingClient(dataset)
    page.comparison.client = client  # type: ignore[assignment]
    return client


def choose_split(qtbot: QtBot, page: ComparePage, split: str) -> None:
    box = page.overview.chooser.box_split
    with qtbot.waitSignal(page.comparison.found):
        box.setCurrentIndex(box.findText(split))
        box.activated.emit(box.currentIndex())
    settle(qtbot, page)


def choose_order(page: ComparePage, measure: str, order: str) -> None:
    samples = page.samples
    for box, text in ((samples.measure_box, measure), (samples.order_box, order)):
        box.setCurrentIndex(box.findText(text))
        box.activated.emit(box.currentIndex())


def messages(page: ComparePage) -> list[str]:
    """What is told from now on; the list grows."""
    told: list[str] = []
    page.session.message.connect(told.append)
    return told


def letters(page: ComparePage) -> set[str]:
    """The letters of the runs that have panels."""
    return {panel.letter for panel in page.viewer.views.panels if panel.letter}


def test_that_a_fold_misses_nothing_that_it_has_learned_and_says_what_it_is(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_folds(root)
    open_page(qtbot, page, root)
    assert sorted(page.samples.model.ids) == ["val/c", "val/d"]
    assert "judges-fold2 is fold 2 of 2 of judges" in page.prediction_bar.text
    assert predict_button(page).text() == "Label suspects"
    assert not page.overview.left_out_label.isVisible()
    choose_b(qtbot, page)
    assert "Each of these folds of judges" in page.prediction_bar.text
    assert "in common" not in page.prediction_bar.text
    assert not page.overview.left_out_label.isVisible()
    assert len(page.samples.model.ids) == 4
    # Only the fold that has not learned a sample has panels of it.
    page.samples.select("val/a")
    settle(qtbot, page)
    assert letters(page) == {"B"}
    page.samples.select("val/d")
    settle(qtbot, page)
    assert letters(page) == {"A"}
    assert not page.problems  # type: ignore[attr-defined]


def wait_until_whole(qtbot: QtBot, page: ComparePage) -> None:
    looking = page.analysing.looking
    qtbot.waitUntil(lambda: looking.insights.is_whole and not looking.is_looking)


def test_that_what_a_fold_has_predicted_of_learned_samples_does_not_count(
    qtbot: QtBot, page: ComparePage, root: Path
):
    _, second = make_folds(root)
    for sample in FOLDS[1]:
        write_prediction(second, open_dataset(root), sample, 20)
    open_page(qtbot, page, root)
    wait_until_whole(qtbot, page)
    found, report = page.comparison.findings.assessments[0], page.analysing.reports[0]
    assert found.evaluation is not None
    assert found.evaluation.samples == found.status.predicted == 2
    assert sorted(page.samples.model.ids) == ["val/c", "val/d"]
    assert report.figures is not None
    assert report.analysis is not None
    assert report.figures.samples == 2
    assert sorted(report.analysis.ids) == ["val/c", "val/d"]
    choose_b(qtbot, page)
    wait_until_whole(qtbot, page)
    figures = [report.figures for report in page.analysing.reports]
    assert [each.samples for each in figures if each is not None] == [2, 2]
    assert not page.problems  # type: ignore[attr-defined]


def test_that_a_fold_that_has_predicted_learned_samples_alone_has_predicted_nothing(
    qtbot: QtBot, page: ComparePage, root: Path
):
    _, second = make_folds(root, judged=())
    write_prediction(second, open_dataset(root), "val/a", 4)
    open_page(qtbot, page, root)
    assert predict_button(page).text() == "Predict 2 images"
    assert page.prediction_bar.text == "judges-fold2 has no predictions of val yet."
    assert page.samples.model.ids == []


def test_that_runs_without_samples_in_common_have_no_figures_side_by_side(
    qtbot: QtBot, page: ComparePage, root: Path
):
    for age, samples in enumerate(FOLDS.values()):
        run = make_run(root, f"run {age}", age=age)
        for sample in samples:
            write_prediction(run, open_dataset(root), sample, 4)
    open_page(qtbot, page, root)
    choose_b(qtbot, page)
    wait_until_whole(qtbot, page)
    figures = [report.figures for report in page.analysing.reports]
    assert [each.samples for each in figures if each is not None] == [0, 0]
    assert "in common" in page.prediction_bar.text


def test_that_the_least_believed_masks_of_all_folds_come_first(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_folds(root)
    client = open_folds(qtbot, page, root)
    with qtbot.waitSignal(page.session.message) as told:
        qtbot.mouseClick(predict_button(page), LEFT)
    assert told.args == ["4 masks of val, the one that the folds of judges believe least first."]
    settle(qtbot, page)
    ranked = ["val/d", "val/b", "val/c", "val/a"]
    qtbot.waitUntil(lambda: page.samples.model.ids == ranked and page.samples.current == "val/d")
    assert client.calls == []  # everything was judged
    assert page.samples.measure_box.currentText() == "Label quality"
    header = page.samples.model.headerData(2, Qt.Orientation.Horizontal)
    assert header == "Quality %"
    assert page.samples.table.hidden_runs == [1]  # which would say the same
    qtbot.keyClick(page.samples.table, Qt.Key.Key_Down)
    assert page.samples.current == "val/b"
    settle(qtbot, page)
    assert letters(page) == {"A"}
    assert not page.problems  # type: ignore[attr-defined]


def test_that_what_is_not_judged_yet_is_judged_first(qtbot: QtBot, page: ComparePage, root: Path):
    runs = make_folds(root, judged=(1,))
    client = open_folds(qtbot, page, root)
    page.session.suspects_requested.emit("judges")
    qtbot.waitUntil(lambda: page.samples.model.ids == ["val/d", "val/b", "val/c", "val/a"])
    settle(qtbot, page)
    assert client.calls[-1] == ("judges-fold2", "val")
    assert load_quality(runs[1].folder, "val", "labels") is not None
    assert page.samples.model.measure.id == QUALITY
    assert page.overview.chooser.run_ids == [run.id for run in runs]


def test_that_predicting_a_fold_predicts_what_it_has_not_learned(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_folds(root, judged=())
    client = open_folds(qtbot, page, root)
    assert predict_button(page).text() == "Predict 2 images"
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: len(page.samples.model.ids) == 2)
    settle(qtbot, page)
    assert client.calls == [("judges-fold2", "val")]
    assert predict_button(page).text() == "Label suspects"


def test_that_folds_without_a_checkpoint_are_no_judges(qtbot: QtBot, page: ComparePage, root: Path):
    for run in make_folds(root, judged=()):
        checkpoint_of(run.folder).path.unlink()
    open_folds(qtbot, page, root)
    with qtbot.waitSignal(page.session.problem) as told:
        page.session.suspects_requested.emit("judges")
    assert "No fold of judges has saved a checkpoint yet" in told.args[0]


def test_that_suspects_wanted_of_a_split_without_judged_masks_do_not_strike_later(
    qtbot: QtBot, page: ComparePage, root: Path
):
    make_folds(root)
    open_folds(qtbot, page, root)
    page.session.suspects_requested.emit("judges")
    qtbot.waitUntil(lambda: page.samples.current == "val/d")
    settle(qtbot, page)
    choose_split(qtbot, page, "train")
    measures, orders = page.samples.measure_box, page.samples.order_box
    assert measures.findText("Label quality") < 0  # nothing of train is judged
    choose_order(page, "mDice (%)", "By name")
    choose_split(qtbot, page, "val")
    qtbot.waitUntil(lambda: measures.findText("Label quality") >= 0)
    assert measures.currentText() == "mDice (%)"
    assert orders.currentText() == "By name"
    assert page.samples.model.ids == ["val/a", "val/b", "val/c", "val/d"]


def test_that_masks_are_listed_that_none_of_the_six_shown_folds_has_judged(
    qtbot: QtBot, page: ComparePage, root: Path
):
    for stem in "efg":
        write_sample(root, "val", stem, {"labels": blob(64, 1 + ord(stem) % 2)})
    make_folds(root, folds=SEVEN_FOLDS)
    open_folds(qtbot, page, root)
    told = messages(page)
    page.session.suspects_requested.emit("judges")
    qtbot.waitUntil(lambda: any(text.startswith("7 masks of val") for text in told))
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.samples.model.ids == sorted(BELIEF, key=lambda key: BELIEF[key]))
    assert len(page.comparison.choice.runs) == 6
    assert page.samples.current == "val/g"  # of the seventh
    settle(qtbot, page)
    page.samples.set_measure("mDice")
    assert sorted(page.samples.model.ids) == sorted(BELIEF)[:6]
    assert not page.problems  # type: ignore[attr-defined]


def begin_to_judge(qtbot: QtBot, page: ComparePage, root: Path) -> JudgingClient:
    """A page on which the folds of judges are about to judge, and waits for `hold`."""
    make_folds(root, judged=(1,))
    make_folds(root, judged=(1,), group="others")
    client = open_folds(qtbot, page, root)
    client.hold = threading.Event()
    page.session.suspects_requested.emit("judges")
    qtbot.waitUntil(lambda: client.calls == [("judges-fold1", "val")])
    return client


@pytest.mark.parametrize("what", ["run", "label set"])
def test_that_a_late_judgement_leaves_what_is_looked_at_meanwhile(
    qtbot: QtBot, page: ComparePage, root: Path, what: str
):
    client, told = begin_to_judge(qtbot, page, root), messages(page)
    others = [run.id for run in page.comparison.runs if run.group == "others"]
    if what == "run":
        page.compare(others)
        qtbot.waitUntil(lambda: page.comparison.fold_group == "others")
    else:
        page.session.set_label_set("labels_other")
    choose_order(page, "mDice (%)", "By name")
    assert client.hold is not None
    client.hold.set()
    qtbot.waitUntil(lambda: any("have judged the masks of labels" in text for text in told))
    settle(qtbot, page)
    assert not any("believe least first" in text for text in told)
    assert page.samples.order_box.currentText() == "By name"
    assert page.samples.measure_box.currentText() == "mDice (%)"


def test_that_another_group_is_judged_instead_of_the_one_before(
    qtbot: QtBot, page: ComparePage, root: Path
):
    client, told = begin_to_judge(qtbot, page, root), messages(page)
    page.session.suspects_requested.emit("others")
    qtbot.waitUntil(lambda: client.calls[1:] == [("others-fold1", "val")])
    assert client.hold is not None
    client.hold.set()
    qtbot.waitUntil(lambda: page.samples.model.measure.id == QUALITY)
    settle(qtbot, page)
    assert page.comparison.fold_group == "others"
    assert [text for text in told if "mask" in text] == [
        "4 masks of val, the one that the folds of others believe least first."
    ]
    assert not page.problems  # type: ignore[attr-defined]


def test_that_a_cancelled_judgement_tells_nothing(qtbot: QtBot, page: ComparePage, root: Path):
    client, told = begin_to_judge(qtbot, page, root), messages(page)
    job = next(each for each in page.jobs.running if each.title.startswith("Judging"))
    with qtbot.waitSignal(job.finished):
        job.cancel()
    settle(qtbot, page)
    assert not any("mask" in text for text in told)
    assert page.samples.model.measure.id != QUALITY
    assert client.hold is not None
    client.hold.set()
    page.session.suspects_requested.emit("judges")
    qtbot.waitUntil(lambda: page.samples.model.ids == ["val/d", "val/b", "val/c", "val/a"])
