"""The whole loop in the real window, by mouse and keys: look, fix, train, watch, compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.gui import make_application
from app.main_window import MainWindow
from app.pages.annotate_page import AnnotatePage
from app.pages.compare_page import ComparePage
from app.pages.dataset_page import DatasetPage
from app.pages.page import Page
from app.pages.train_page import TrainPage
from app.settings import Settings
from core.demo.dataset import make_demo
from core.images import read_mask
from core.runs.store import RunState
from widgets.comparison.metrics_table import MetricsTable

LEFT = Qt.MouseButton.LeftButton
ITERATIONS = 12


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("e2e") / "demo"
    make_demo(folder, images=24, size=128)
    return folder


@pytest.fixture
def window(qtbot: QtBot):
    make_application(Settings(theme="dark"))
    made = MainWindow(Settings())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


class Person:
    """Somebody in front of the window, with a mouse and a keyboard."""

    def __init__(self, bot: QtBot, window: MainWindow) -> None:
        self.bot, self.window = bot, window
        self.session = window.session
        self.shown: list[str] = []
        window.page(AnnotatePage).sample_shown.connect(self.shown.append)

    def page(self, kind: type[Page]):
        return self.window.page(kind)

    def press(self, key: Qt.Key, target: QWidget | None = None, modifier=None) -> None:
        none = Qt.KeyboardModifier.NoModifier
        self.bot.keyClick(target or self.window, key, modifier or none)

    def click_rail(self, word: str) -> None:
        button = self.window.findChild(QToolButton, f"Rail{word}")
        assert isinstance(button, QToolButton)
        self.bot.mouseClick(button, LEFT)

    def wait(self, condition, seconds: int = 30) -> None:
        self.bot.waitUntil(condition, timeout=1000 * seconds)

    def checks(self, sample: str) -> set[str]:
        return {flag.check for flag in self.session.flags.get(sample, [])}


@pytest.fixture
def person(qtbot: QtBot, window: MainWindow) -> Person:
    return Person(qtbot, window)


def test_that_the_whole_loop_works_by_mouse_and_keys(person: Person, demo: Path, qtbot: QtBot):
    defects = json.loads((demo / "demo_defects.json").read_text())["defects"]
    specked = next(entry["sample"] for entry in defects if entry["check"] == "noise")

    open_and_wait_for_the_checks(person, demo)
    go_to_the_flagged_sample(person, specked)
    delete_the_specks_by_click(person, specked)
    run_id = train_and_watch(person)
    see_the_predictions(person, run_id)


def open_and_wait_for_the_checks(person: Person, demo: Path) -> None:
    person.window.open_dataset(demo)
    person.wait(lambda: person.session.dataset is not None)
    person.wait(lambda: not person.session.is_scanning)
    assert person.session.flags
    page = person.page(DatasetPage)
    assert page.gallery.model().rowCount() == 24


def go_to_the_flagged_sample(person: Person, sample: str) -> None:
    page = person.page(DatasetPage)
    page.gallery.setFocus()
    for _ in range(24):
        if person.session.current == sample:
            break
        person.press(Qt.Key.Key_N)
    assert person.session.current == sample
    assert "noise" in person.checks(sample)
    person.press(Qt.Key.Key_Return)
    editor = person.page(AnnotatePage)
    person.wait(editor.isVisible)
    person.wait(lambda: person.shown[-1:] == [sample])


def delete_the_specks_by_click(person: Person, sample: str) -> None:
    editor, session = person.page(AnnotatePage), person.session
    canvas = editor.canvas
    person.press(Qt.Key.Key_K)
    specks = [box for flag in session.flags[sample] if flag.check == "noise" for box in flag.region]
    before = canvas.document.mask.copy()
    for x, y, width, height in specks:
        column, row = speck_pixel(canvas.document.mask, x, y, width, height)
        person.bot.mouseClick(
            canvas, LEFT, Qt.KeyboardModifier.ControlModifier, canvas.pixel_center(column, row)
        )
    changed = before != canvas.document.mask
    assert changed.any()
    assert changed.sum() < 10 * len(specks)
    with person.bot.waitSignal(session.sample_checked, timeout=10_000):
        person.press(Qt.Key.Key_S, modifier=Qt.KeyboardModifier.ControlModifier)
    assert "noise" not in person.checks(sample)
    dataset = session.dataset
    saved = read_mask(dataset.mask_path(dataset.sample(sample), session.label_set))
    assert (saved == canvas.document.mask).all()
    kept = session.workspace.originals_dir / session.label_set / f"{sample}.png"
    assert (read_mask(kept) == before).all()


def speck_pixel(mask, x: int, y: int, width: int, height: int) -> tuple[int, int]:
    for row in range(y, y + height):
        for column in range(x, x + width):
            if mask[row, column]:
                return column, row
    raise AssertionError("there is no speck in the flag's region")


def train_and_watch(person: Person) -> str:
    person.click_rail("Train")
    page = person.page(TrainPage)
    panels = page.panels
    panels.form.recipes.choose("demo-cpu")
    for name, value in {
        "max_iters": ITERATIONS, "val_interval": 6, "batch_size": 2, "crop_size": 128,
    }.items():  # fmt: skip
        edit = panels.form.field(name).edit
        edit.setFocus()
        edit.selectAll()
        person.bot.keyClicks(edit, str(value))
    person.bot.mouseClick(panels.form.start_button, LEFT)

    def runs():
        snapshot = page.control.snapshot
        return list(snapshot.runs) if snapshot is not None else []

    person.wait(lambda: bool(runs()), 60)
    person.wait(lambda: panels.plots.point_counts().get("loss", 0) > 0, 120)
    # While the worker trains, the window answers: it changes pages and comes back.
    person.click_rail("Data")
    assert person.page(DatasetPage).isVisible()
    person.click_rail("Train")
    assert page.isVisible()
    person.wait(lambda: runs()[0].state.is_over, 180)
    assert runs()[0].state is RunState.FINISHED, runs()[0].reason
    person.wait(lambda: panels.plots.point_counts().get("mDice", 0) >= 2)
    person.wait(lambda: panels.runs.compare_button.isEnabled())
    return runs()[0].id


def see_the_predictions(person: Person, run_id: str) -> None:
    person.bot.mouseClick(person.page(TrainPage).panels.runs.compare_button, LEFT)
    page = person.page(ComparePage)
    assert page.isVisible()
    # The first look finds no prediction; they are made at once, and measured.
    person.wait(lambda: any(page.comparison.findings.metrics), 120)
    table = page.findChild(MetricsTable)
    assert isinstance(table, MetricsTable)
    person.wait(
        lambda: (
            table.metrics_model.runs[:1] != []
            and any(run.metrics for run in table.metrics_model.runs)
        )
    )
    assert 0 <= table.metrics_model.runs[0].metrics.mDice <= 100
    predictions = person.session.workspace.runs_dir / run_id / "predictions" / "val"
    assert list(predictions.glob("*.png"))
    worst = page.samples.current
    assert worst.startswith("val/")
    person.press(Qt.Key.Key_E)
    assert person.page(AnnotatePage).isVisible()
    assert person.session.current == worst
