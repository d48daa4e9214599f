"""The list of what has changed since a run was made."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from core.runs.provenance import Staleness
from widgets.training.stale_list import StaleDialog

STALE = Staleness(
    masks=("train/001", "train/004"),
    images=("train/004", "val/002"),
    missing=("val/009",),
    midway=("train/004",),
    added=("train/new",),
    excluded=("train/003",),
)


@pytest.fixture
def dialog(qtbot) -> StaleDialog:
    dialog = StaleDialog("first try", STALE)
    dialog.chosen = []
    dialog.sample_chosen.connect(dialog.chosen.append)
    dialog.open()
    return dialog


def rows(dialog: StaleDialog) -> list[tuple[str, str]]:
    model = dialog.table.model()
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


def test_that_every_sample_says_what_is_with_it(dialog):
    assert rows(dialog) == [
        ("train/001", "mask changed"),
        ("train/004", "mask and photo changed"),
        ("val/002", "photo changed"),
        ("val/009", "mask or photo is not there any more"),
        ("train/004", "changed while the run trained"),
        ("train/003", "used by the run, excluded since"),
        ("train/new", "new, not used by the run"),
    ]
    assert "first try" in dialog.title.text()
    assert dialog.words.text().startswith("2 masks changed, 2 photos changed, 1 sample is gone, ")
    QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def test_that_enter_opens_the_chosen_sample_and_closes_the_list(dialog, qtbot):
    qtbot.keyClick(dialog.table, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert dialog.chosen == ["train/004"]
    assert not dialog.isVisible()


def test_that_a_double_click_opens_a_sample(dialog, qtbot):
    viewport = dialog.table.viewport()
    at = dialog.table.visualRect(dialog.model.index(2, 0)).center()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert dialog.chosen == ["val/002"]


def test_that_what_is_gone_cannot_be_opened(dialog, qtbot):
    dialog.table.selectRow(3)
    assert not dialog.open_button.isEnabled()
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert dialog.chosen == []
    assert dialog.isVisible()


def test_that_the_list_can_be_copied(dialog, qtbot):
    qtbot.keyClick(dialog.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1] == "train/004\tmask and photo changed"
    assert len(lines) == 7


def test_that_a_run_that_is_not_stale_says_so(qtbot):
    dialog = StaleDialog("first try", Staleness(added=("train/new",)))
    assert "as they were" in dialog.words.text()
    dialog.deleteLater()


def test_that_a_run_that_has_learned_both_versions_says_so(qtbot):
    dialog = StaleDialog("first try", Staleness(midway=("train/004",)))
    qtbot.addWidget(dialog)
    assert dialog.words.text() == (
        "1 sample changed while it trained. The model has learned them as they were and as they "
        "are: train again to use them as they are now."
    )
