"""What a decision costs on a worklist of fifty thousand places, against one of five hundred."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from pytestqt.qtbot import QtBot

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write
from core.images import encode_mask
from core.runs.store import Run
from core.worklist.entries import Wanted
from core.worklist.store import WorklistStore
from tests.app.compare.test_repairing import Page, close
from tests.core.worklist.hands import LABEL, RIGHT, make_world, regions
from tests.making import write_sample

pytestmark = pytest.mark.benchmark

FEW, MANY = 500, 50_000
SAMPLES = 12
Key = Qt.Key
Modifier = Qt.KeyboardModifier


def make_list(root: Path, entries: int) -> Run:
    """A worklist whose first places lie in masks that there are, the others in some that are not.

    What is decided without a mask costs the same there, and no fifty thousand files are written.
    """
    run = make_world(root)
    for number in range(SAMPLES):
        write_sample(root, "val", f"b{number:02d}", {"labels": LABEL})
    dataset = open_dataset(root)
    random = np.random.default_rng(0)
    real = [sample.id for sample in dataset.samples]
    wanted = [Wanted(sample, region, 0.999) for sample in real for region in regions()]
    for number in range(entries - len(wanted)):
        pixels = int(random.integers(10, 5000))
        region = ErrorRegion(
            ErrorKind.WRONG_CLASS, 2, 1, (number % 50, 3, 9, 9), pixels, (number % 50 + 1, 4),
            float(random.random()) * 0.99,
        )  # fmt: skip
        wanted.append(Wanted(f"val/z{number // 5:05d}", region))
    for sample in dataset.samples:
        atomic_write(prediction_path(run, sample), encode_mask(RIGHT))
    with open_workspace(dataset) as workspace:
        WorklistStore(workspace).add(wanted, label_set="labels", run=run.id, source="all errors")
    return run


def settled(page: Page) -> None:
    """Wait until nothing is at work any more; woken by events, not by a clock."""
    loop = QEventLoop()
    page.jobs.ended.connect(lambda _job: QTimer.singleShot(0, loop.quit))
    while page.jobs.running:
        loop.exec()


def measured(page: Page, act: Callable[[], None], times: int) -> tuple[float, float]:
    """Milliseconds until everything has followed, and of these on the UI thread: medians."""
    taken, own = [], []
    for _ in range(times):
        begin, used = time.perf_counter(), time.thread_time()
        act()
        settled(page)
        taken.append(1000 * (time.perf_counter() - begin))
        own.append(1000 * (time.thread_time() - used))
    return statistics.median(taken), statistics.median(own)


def costs(qtbot: QtBot, root: Path, entries: int, state: str) -> dict[str, tuple[float, float]]:
    """What opening the list costs, and what each key does."""
    make_list(root, entries)
    page = Page(root)
    qtbot.addWidget(page)
    page.resize(1180, 900)
    with qtbot.waitActive(page):
        page.show()
    found = {"open": measured(page, lambda: page.session.open(root), 1)}
    bar = page.repairing.bar
    assert len(page.repairing.entries) == entries
    bar.state_box.setCurrentText(state)
    bar.work()

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        qtbot.keyClick(page.focusWidget() or page, key, modifier)

    for name, keys in {
        "take the model": (Key.Key_M,),
        "keep": (Key.Key_K,),
        "ignore": (Key.Key_I,),
        "skip": (Key.Key_S,),
        "next": (Key.Key_N,),
    }.items():
        found[name] = measured(page, lambda keys=keys: press(*keys), 5)  # type: ignore[misc]
    control = Modifier.ControlModifier
    found["take back"] = measured(page, lambda: press(Key.Key_Z, control), 12)
    found["do again"] = measured(page, lambda: press(Key.Key_Y, control), 12)
    assert page.problems == []
    close(page)
    return found


@pytest.mark.timeout(900)
@pytest.mark.parametrize("state", ["All places", "To review"])
def test_what_a_decision_costs(qtbot: QtBot, tmp_path: Path, state: str) -> None:
    few = costs(qtbot, tmp_path / "few", FEW, state)
    many = costs(qtbot, tmp_path / "many", MANY, state)
    print(f"\nworklist ({state}), {FEW} and {MANY} places: ms until all has followed (UI thread)")
    for name, (cost, own) in few.items():
        cost_many, own_many = many[name]
        print(
            f"  {name:16} {cost:7.1f} ({own:5.1f}) {cost_many:8.1f} ({own_many:6.1f})   "
            f"ratio {cost_many / cost:5.1f} ({own_many / own:5.1f})"
        )
