"""What the view of all runs costs with 1,000 runs: reading, typing, sorting, brushing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.runs.table.columns import RunRow
from core.runs.table.reading import RunTableReader
from tests.making_experiments import make_run, row, table
from widgets.experiments.panel import SCATTER, ExperimentsPanel

pytestmark = pytest.mark.benchmark

RUNS = 1000
ON_DISK = 200


def invented(count: int) -> list[RunRow]:
    rng = random.Random(0)
    return [
        row(
            f"run {n}", lr=10 ** rng.uniform(-5, -2), batch_size=rng.choice([4, 8, 16]),
            optimizer=rng.choice(["SGD", "AdamW"]), mDice=rng.uniform(60, 85),
            seconds=rng.uniform(60, 6000), recipe=rng.choice(["pets-best", "pets-cpu"]),
        )
        for n in range(count)
    ]  # fmt: skip


def milliseconds(app: QApplication, work: Callable[[], object]) -> float:
    """Time that the processor worked for something and for the drawing that follows of it."""
    began = time.process_time()
    work()
    app.sendPostedEvents()
    return 1000 * (time.process_time() - began)


def test_what_a_thousand_runs_cost_in_the_view(qtbot: QtBot, qapp: QApplication, record_property):
    panel = ExperimentsPanel()
    qtbot.addWidget(panel)
    panel.resize(1200, 575)
    with qtbot.waitExposed(panel):
        panel.show()
    rows = invented(RUNS)
    runs = table(*rows)
    view = panel.parallel

    def drawn(work: Callable[[], object]) -> Callable[[], object]:
        return lambda: (work(), panel.grab())

    found = {"show": milliseconds(qapp, drawn(lambda: panel.set_table(runs)))}
    found["show again"] = milliseconds(qapp, drawn(lambda: panel.set_table(runs)))
    found["sort"] = milliseconds(qapp, drawn(lambda: panel.tree.sort_by("lr", True)))
    edit = panel.top.filter_field.edit
    found["type a comparison"] = milliseconds(qapp, drawn(lambda: edit.setText("lr < 1e-3")))
    edit.clear()
    panel.grab()
    x, (top, bottom) = int(view.axis_x(0)), view.axis_ends()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(x, int(top)))
    middle = QPoint(x, int((top + bottom) / 2))
    found["move a brush"] = milliseconds(qapp, drawn(lambda: qtbot.mouseMove(view, middle)))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle)
    found["scatter"] = milliseconds(qapp, drawn(lambda: panel.show_view(SCATTER)))
    for name, cost in found.items():
        record_property(name, round(cost))
    print(f"\n{RUNS} runs, ms of processor time:", {k: round(v) for k, v in found.items()})
    assert max(found.values()) < 2000  # an order of magnitude beyond what was measured


def test_what_reading_runs_costs_the_second_time(tmp_path: Path, record_property):
    for n in range(ON_DISK):
        make_run(tmp_path, f"run {n}", age=n)
    reader = RunTableReader(tmp_path)
    began = time.process_time()
    reader.read()
    first = time.process_time() - began
    began = time.process_time()
    reader.read()
    again = time.process_time() - began
    record_property("ratio", round(first / again, 1))
    print(f"\n{ON_DISK} runs: {1000 * first:.0f} ms, again {1000 * again:.0f} ms")
    assert again < first
