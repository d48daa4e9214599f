"""How masks go out: lossless, or as polygons once it is shown what they lose."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.dataset.model import ClassInfo
from core.interop.labelme.exporting import ExportLoss
from core.interop.labelme.writing import ShapeKind
from widgets.labelme import ExportChoice, ExportDialog, ImportChoice, ImportDialog, ImportReport

LEFT = Qt.MouseButton.LeftButton
CLASSES = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (0xE6, 0x9F, 0x00)))
LOSS = ExportLoss(1, 0.9512, 0.4, "train/a", holes=3, lost_pieces=1, masks=7)


@pytest.fixture
def dialog(qtbot):
    made = ExportDialog()
    made.show_scopes(["The sample that is shown", "12 samples shown"])
    made.set_classes(CLASSES, 255)
    made.heard = []
    made.chosen.connect(made.heard.append)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_that_masks_are_the_way_to_begin_with_and_lose_nothing(qtbot, dialog):
    assert dialog.state.startswith("Nothing is lost")
    assert not dialog.table.isVisible()
    qtbot.mouseClick(dialog.export_button, LEFT)
    assert dialog.heard == [ExportChoice(0, ShapeKind.MASKS, 0.0, overwrite=False)]


def test_that_polygons_wait_until_their_loss_is_shown(qtbot, dialog):
    with qtbot.waitSignal(dialog.loss_wanted) as wanted:
        dialog.kind_box.setCurrentIndex(1)
        assert not dialog.export_button.isEnabled()
    dialog.show_progress(3, 12)
    assert dialog.state == "Working out what polygons lose: 3 of 12"
    dialog.show_loss(wanted.args[0], [LOSS])
    assert dialog.state == (
        "As polygons these masks keep an IoU of 95.12 % or more per class. 3 holes are filled. "
        "1 piece is lost."
    )
    row = [dialog.table.item(0, column).text() for column in range(7)]
    assert row == ["cat", "95.12", "40.00", "train/a", "3", "1", "7"]
    qtbot.mouseClick(dialog.export_button, LEFT)
    assert dialog.heard == [ExportChoice(0, ShapeKind.POLYGONS, 0.0, overwrite=False)]


def test_that_a_loss_of_something_else_than_is_chosen_is_passed_over(qtbot, dialog):
    with qtbot.waitSignal(dialog.loss_wanted) as first:
        dialog.kind_box.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.loss_wanted) as second:
        dialog.tolerance_box.setValue(2.0)
    dialog.show_loss(first.args[0], [LOSS])
    assert not dialog.export_button.isEnabled()
    dialog.show_loss(second.args[0], [LOSS])
    assert dialog.export_button.isEnabled()
    assert dialog.choice.tolerance == 2.0
    dialog.kind_box.setCurrentIndex(0)
    assert dialog.choice.tolerance == 0.0


def test_that_an_import_needs_a_place_and_a_label_set(qtbot):
    dialog = ImportDialog(["labels"], "labels_labelme", lambda: "/data/in", lambda: "")
    qtbot.addWidget(dialog)
    heard = []
    dialog.chosen.connect(heard.append)
    assert not dialog.import_button.isEnabled()
    dialog.file_button.click()
    assert not dialog.import_button.isEnabled()
    dialog.folder_button.click()
    dialog.label_set.setCurrentText(" ")
    assert not dialog.import_button.isEnabled()
    dialog.label_set.setCurrentText("labels_new")
    dialog.import_button.click()
    assert heard == [ImportChoice(Path("/data/in"), "labels_new", overwrite=False)]


def test_that_a_report_lists_each_problem_on_a_line(qtbot):
    report = ImportReport("Import", "1 mask written.", ["a.json: bad\nshape", "b.json: worse"])
    qtbot.addWidget(report)
    assert report.problems.lines == ["a.json: bad shape", "b.json: worse"]
