"""The comparison at its fastest: the next sample in the grid, and opening 10,000 samples."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.comparing.work import RunChoice, find
from core.dataset import open_dataset
from core.dataset.model import ClassInfo
from core.evaluation.predicting.files import encode_confidence
from core.evaluation.stored import columns_path
from core.images import encode_mask
from core.runs.store import RunState
from tests.making import photo_of
from tests.widgets.comparison.making import SIX_RUNS, many
from widgets.analysis.scatter.panel import ScatterPanel
from widgets.comparison.layers.sample_layers import LayerFiles, load_layers
from widgets.comparison.samples.columns import RunColumns, SampleColumns
from widgets.comparison.samples.sample_list import SampleList
from widgets.comparison.viewing.viewer import ComparisonViewer

pytestmark = pytest.mark.benchmark

SIZE = 256
SAMPLES = 12
CLASSES = [
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
]


def mask_of(seed: int) -> np.ndarray:
    """Some objects of two classes, as a person would draw them."""
    field = cv2.GaussianBlur(np.random.default_rng(seed).random((SIZE, SIZE)), (0, 0), 20)
    return np.digitize(field, np.quantile(field, [0.8, 0.92])).astype(np.uint8)


def write_files(root: Path, runs: int) -> list[LayerFiles]:
    found = []
    for number in range(SAMPLES):
        truth = mask_of(number)
        photo, mask = root / f"{number}.jpg", root / f"{number}.png"
        photo.write_bytes(cv2.imencode(".jpg", photo_of(truth, number)[..., ::-1])[1].tobytes())
        mask.write_bytes(encode_mask(truth))
        predictions, confidences = [], []
        for run in range(runs):
            noisy = np.roll(truth, run + 1, axis=1)
            sure = cv2.GaussianBlur(
                np.random.default_rng(run).integers(0, 256, (SIZE, SIZE)).astype(np.uint8),
                (0, 0),
                3,
            )
            predictions.append(root / f"{number}-{run}.png")
            predictions[-1].write_bytes(encode_mask(noisy))
            confidences.append(root / f"{number}-{run}c.png")
            confidences[-1].write_bytes(encode_confidence(sure.astype(np.uint8)))
        found.append(
            LayerFiles(
                f"val/{number}",
                photo,
                mask,
                tuple(predictions),
                confidences=tuple(confidences),
                num_classes=3,
                pair=(0, 1) if runs > 1 else None,
            )
        )
    return found


def step(
    qtbot: QtBot, viewer: ComparisonViewer, files: list[LayerFiles], at: int, *, ahead: bool
) -> float:
    """Milliseconds from asking for a sample to its repainted panels."""
    following = [files[(at + 1) % len(files)]]
    if ahead:
        qtbot.waitUntil(lambda: viewer.is_ready(files[at]), timeout=10_000)
    else:
        viewer.forget_files()
    began = time.perf_counter()
    if ahead:
        viewer.show_sample(files[at], [""] * len(files[at].predictions), following)
    else:
        with qtbot.waitSignal(viewer.appeared):
            viewer.show_sample(files[at], [""] * len(files[at].predictions))
    for panel in viewer.views.panels:
        panel.view.repaint()
    return (time.perf_counter() - began) * 1e3


@pytest.mark.parametrize("runs", [1, 2, 4, 6])
def test_how_long_the_next_sample_takes_in_the_linked_grid(
    qtbot: QtBot, tmp_path: Path, runs: int, capsys
):
    files = write_files(tmp_path, runs)
    viewer = ComparisonViewer()
    qtbot.addWidget(viewer)
    viewer.resize(1180, 700)
    viewer.set_dataset(CLASSES, 255)
    viewer.set_runs(SIX_RUNS[:runs])
    with qtbot.waitExposed(viewer):
        viewer.show()
    with qtbot.waitSignal(viewer.shown):
        viewer.show_sample(files[0], [""] * runs, [files[1]])
    walked = [step(qtbot, viewer, files, at % SAMPLES, ahead=True) for at in range(1, 2 * SAMPLES)]
    jumped = [step(qtbot, viewer, files, at, ahead=False) for at in range(SAMPLES)]
    began = time.perf_counter()
    for each in files:
        load_layers(each)
    reading = (time.perf_counter() - began) * 1e3 / SAMPLES
    with capsys.disabled():
        print(
            f"\nnext sample, {runs} runs, {len(viewer.views.panels)} panels, {SIZE}²:"
            f" {np.median(walked):.1f} ms (at most {max(walked):.1f}) read ahead,"
            f" {np.median(jumped):.1f} ms (at most {max(jumped):.1f}) from files;"
            f" the reading alone {reading:.1f} ms,"
            f" {np.median(jumped) / max(np.median(walked), 1e-9):.1f} times a walked step"
        )
    viewer.shut_down()


class NoJob:
    def progress(self, _done: int, _total: int) -> None:
        pass

    def cancelled(self) -> bool:
        return False


def ten_thousand(root: Path, runs: int) -> list[RunChoice]:
    """A dataset of 10,000 samples, and runs that predicted all: each file is many times one."""
    rng = np.random.default_rng(0)
    kinds = 50
    for role, suffix in (("img", ".jpg"), ("labels", ".png")):
        for kind in range(kinds):
            pixels = photo_of(mask_of(kind)[:32, :32]) if role == "img" else mask_of(kind)[:32, :32]
            write_linked(root / role / "val", suffix, pixels, range(kind, 10_000, kinds))
    choices = []
    for run in range(runs):
        folder = root / ".petseg" / "runs" / f"run{run}"
        for kind in range(kinds):
            guess = np.roll(mask_of(kind)[:32, :32], int(rng.integers(1, 5)), axis=1)
            write_linked(folder / "predictions" / "val", ".png", guess, range(kind, 10_000, kinds))
        choices.append(
            RunChoice(
                f"run{run}",
                f"run {run}",
                folder,
                "labels",
                "r",
                RunState.FINISHED,
                80.0,
                True,
                True,
            )
        )
    return choices


def write_linked(folder: Path, suffix: str, pixels: np.ndarray, numbers: range) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / f"{numbers[0]:06d}{suffix}"
    first.write_bytes(cv2.imencode(suffix, pixels)[1].tobytes())
    for number in numbers[1:]:
        (folder / f"{number:06d}{suffix}").hardlink_to(first)


@pytest.mark.timeout(600)
def test_how_long_a_comparison_of_four_runs_on_ten_thousand_samples_takes_to_open(
    qtbot: QtBot, tmp_path: Path, capsys
):
    runs = ten_thousand(tmp_path, 4)
    dataset = open_dataset(tmp_path)
    samples = SampleList()
    qtbot.addWidget(samples)
    names = [info.name for info in dataset.classes]
    samples.set_classes(names)
    samples.resize(300, 640)
    with qtbot.waitExposed(samples):
        samples.show()

    def opened() -> float:
        """Seconds from the choice of the runs to the painted list."""
        began = time.perf_counter()
        findings = find(dataset, runs, "val", "labels", frozenset(), NoJob())
        scores = [found.evaluation.scores for found in findings.assessments if found.evaluation]
        samples.set_samples(SampleColumns([RunColumns(each, names) for each in scores]))
        samples.table.viewport().repaint()
        assert samples.model.rowCount() == 10_000
        assert samples.model.runs == 4
        return time.perf_counter() - began

    measured = opened()
    cached = min(opened() for _ in range(3))
    for run in runs:
        columns_path(run.folder / "metrics" / "val.json").unlink()
    samples.set_samples(SampleColumns([]))
    from_json = opened()
    with capsys.disabled():
        print(
            f"\nopening 4 runs of 10,000 samples: {cached:.2f} s from caches,"
            f" {from_json:.2f} s from the JSON alone, {measured:.1f} s measured anew:"
            f" {measured / cached:.0f} times as long"
        )
    samples.shut_down()


def test_how_long_ten_thousand_samples_of_four_runs_take_to_list(qtbot: QtBot, capsys):
    samples = SampleList()
    qtbot.addWidget(samples)
    samples.set_classes(["background", "cat"])
    samples.resize(300, 640)
    with qtbot.waitExposed(samples):
        samples.show()
    columns = many(10_000, 4)
    figures = {}
    for name, work in (
        ("listing", lambda: samples.set_samples(columns)),
        ("sorting by B", lambda: samples.set_order(samples._orders[2])),
        ("another measure", lambda: samples.set_measure("missed")),
        ("searching", lambda: samples.filter_edit.setText("77")),
        ("all again", lambda: samples.filter_edit.setText("")),
        ("700 chosen", lambda: samples.set_chosen("x", columns.ids[:700])),
        ("all again, too", samples.clear_chosen),
        ("one key down", lambda: qtbot.keyClick(samples.table, Qt.Key.Key_Down)),
    ):
        began = time.perf_counter()
        work()
        samples.table.viewport().repaint()
        figures[name] = (time.perf_counter() - began) * 1e3
    with capsys.disabled():
        listed = ", ".join(f"{name} {value:.0f} ms" for name, value in figures.items())
        print(f"\n10,000 samples of 4 runs: {listed}")
    samples.shut_down()


def test_how_long_ten_thousand_points_of_the_scatter_take(qtbot: QtBot, capsys):
    columns = many(10_000, 2)
    panel = ScatterPanel()
    qtbot.addWidget(panel)
    panel.resize(400, 500)
    with qtbot.waitExposed(panel):
        panel.show()
    plot = panel.plot
    half = columns.ids[::2]

    def rectangle(to: float, *, is_over: bool) -> None:
        plot.brushed.emit(QPointF(30, 30), QPointF(to, 90), is_over)

    figures = {}
    for name, work in (
        ("the first time", lambda: panel.show_samples(columns, ())),
        ("other figures", lambda: panel.show_samples(many(10_000, 2, seed=1), ())),
        ("under the mouse", lambda: plot.pointed_at.emit(QPointF(plot.x[7], plot.y[7]))),
        ("a step of a rectangle", lambda: rectangle(60, is_over=False)),
        ("a rectangle", lambda: rectangle(70, is_over=True)),
        ("5,000 listed", lambda: panel.show_chosen("x", half)),
        ("one key", lambda: qtbot.keyClick(plot, Qt.Key.Key_Right)),
    ):
        began = time.perf_counter()
        work()
        plot.viewport().repaint()
        figures[name] = (time.perf_counter() - began) * 1e3
    with capsys.disabled():
        listed = ", ".join(f"{name} {value:.0f} ms" for name, value in figures.items())
        print(f"\n10,000 points: {listed}")
