"""Runs with stored predictions, and hands that use the Compare page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.pages.compare_page import ComparePage
from core.dataset import Dataset, open_dataset
from core.errors import PetsegError
from core.evaluation.predicting.checkpoints import checkpoint_of
from core.evaluation.predicting.client import FailedSample, PredictionResult
from core.evaluation.predicting.files import (
    CheckpointNote,
    PredictionManifest,
    prediction_path,
    save_manifest,
)
from core.files import atomic_write
from core.images import encode_mask
from core.runs.events import BestScore, EventWriter, Finished, Started
from core.runs.store import DatasetRecord, Run, RunState, RunStore
from tests.making import blob

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
    augments: list[Any] = field(default_factory=list)
    closed: bool = False
    hold: threading.Event | None = None
    """Waited for before the first sample is done, unless the prediction is cancelled."""

    def predict(self, run: Any, split: str, **options: Any) -> PredictionResult:
        self.calls.append((run.name, split))
        self.augments.append(options["augment"])
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
    if (run.folder / "checkpoints").exists():  # without such a note nobody knows what predicted
        note = CheckpointNote.of(checkpoint_of(run.folder))
        save_manifest(run.folder, sample.split, PredictionManifest(checkpoint=note))


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
        is_shown = not current or (shown is not None and shown.sample == current and shown.is_whole)
        return not page.jobs.running and not page.comparison.is_measuring and is_shown

    with qtbot.waitSignal(page.comparison.runs_listed, raising=False, timeout=1000):
        page.comparison.list_runs()
    qtbot.waitUntil(is_settled)


def choose_b(qtbot: QtBot, page: ComparePage) -> None:
    menu = page.overview.chooser.add_button.menu()
    menu.aboutToShow.emit()
    with qtbot.waitSignal(page.comparison.found):
        menu.actions()[0].trigger()
    settle(qtbot, page)


def table(page: ComparePage) -> list[list[str]]:
    return page.overview.table.metrics_model.as_rows()


def predict_button(page: ComparePage) -> QPushButton:
    return page.prediction_bar.predict_button


def deltas(page: ComparePage) -> list[str]:
    model = page.samples.model
    return [model.index(row, model.columnCount() - 1).data() for row in range(model.rowCount())]
