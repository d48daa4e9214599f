"""The item model behind the list of masks that differ."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.labels.changes import MaskChange
from core.labels.diff import NotCompared
from widgets.label_diff.model import Column, DiffModel, Order

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
CHANGES = [
    MaskChange(sample, px, 64, 64)
    for sample, px in (("train/a", 493), ("train/b", 324), ("val/c", 196), ("val/d", 100))
]


def test_that_a_hundred_thousand_rows_are_a_model_without_objects_of_its_own(qtbot: QtBot):
    model = DiffModel()
    changes = [
        MaskChange(f"{'val' if n % 4 else 'train'}/{n:06d}", 1 + n % 900, 256, 256)
        for n in range(100_000)
    ]
    model.set_rows(changes, [])
    assert model.rowCount() == 100_000
    assert model.at(0).changed_px == 900
    model.set_split("train")
    assert model.rowCount() == 25_000
    assert model.at(model.row_of("train/000400")).sample == "train/000400"


def test_that_the_model_keeps_qt_s_rules(qtbot: QtBot):
    model = DiffModel()
    model.tester = QAbstractItemModelTester(model, FATAL)
    model.set_rows(CHANGES, [NotCompared("train/x", "Damaged.")])
    for order in Order:
        model.set_order(order)
        assert model.at(4).sample == "train/x"
    model.set_split("val")
    model.set_split(None)
    assert model.data(model.index(4, Column.SAMPLE), Qt.ItemDataRole.ToolTipRole) == "Damaged."
    model.set_rows([], [])
