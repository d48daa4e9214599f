"""The preview of a repair: before and after, and the three ways out of it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.qa.repairs import REPAIRS, RepairContext
from tests.making import blob, photo_of
from widgets.repairs import RepairPreview

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (0xE6, 0x9F, 0x00)),
    ClassInfo(2, "dog", (0x00, 0x72, 0xB2)),
)
CONTEXT = RepairContext(CLASSES, 255, (64, 64))


def specked() -> np.ndarray:
    mask = blob()
    mask[2:4, 2:4] = 1
    mask[60:63, 50:54] = 2
    return mask


@pytest.fixture
def preview(qtbot):
    made = RepairPreview()
    made.heard = []
    made.repair_one.connect(lambda options: made.heard.append(("one", options)))
    made.repair_all.connect(lambda options: made.heard.append(("all", options)))
    qtbot.addWidget(made)
    yield made
    made.shut_down()


def show(qtbot, preview: RepairPreview, repair: str = "drop_specks", mend=None, **more):
    chosen = REPAIRS[repair]
    mask = more.pop("mask", specked())
    mend = mend or (lambda options: chosen.apply(mask, CONTEXT, options))
    with qtbot.waitSignal(preview.preview_shown):
        preview.show_repair(
            chosen, mend, photo=photo_of(blob()), mask=mask, classes=CLASSES,
            sample="train/a", **more,
        )  # fmt: skip
        preview.show()
    qtbot.waitExposed(preview)


def test_that_before_and_after_are_shown_with_what_changes(qtbot, preview):
    show(qtbot, preview)
    assert preview.status == "4 pixels change in 1 place."
    assert preview.before_view.boxes == preview.after_view.boxes == [(2, 2, 2, 2)]
    spot = preview.before_view.pixel_center(52, 61)
    colors = [
        view.grab().toImage().pixelColor(spot) for view in (preview.before_view, preview.after_view)
    ]
    assert colors[0] == colors[1]
    speck = preview.after_view.pixel_center(32, 32)
    assert preview.before_view.pixel_center(32, 32) == speck
    assert preview.windowTitle() == "Drop specks – train/a"


def test_that_enter_repairs_this_one_with_the_options_shown(qtbot, preview):
    show(qtbot, preview)
    QTest.keyClick(preview, Qt.Key.Key_Return)
    assert preview.heard == [("one", {"smallest": 10})]
    assert not preview.isVisible()


def test_that_all_like_this_can_be_repaired(qtbot, preview):
    show(qtbot, preview, similar=1234)
    assert preview.all_button.text() == "Repair all like this (1,234)"
    qtbot.mouseClick(preview.all_button, Qt.MouseButton.LeftButton)
    assert preview.heard == [("all", {"smallest": 10})]


def test_that_all_is_not_offered_where_there_is_only_this_one(qtbot, preview):
    show(qtbot, preview, similar=1)
    assert not preview.all_button.isVisible()


@pytest.mark.parametrize("way", ["Esc", "Cancel"])
def test_that_cancelling_asks_for_nothing(qtbot, preview, way):
    show(qtbot, preview, similar=5)
    if way == "Esc":
        QTest.keyClick(preview, Qt.Key.Key_Escape)
    else:
        qtbot.mouseClick(preview.cancel_button, Qt.MouseButton.LeftButton)
    assert preview.heard == []
    assert not preview.isVisible()


def test_that_another_option_is_previewed_before_it_can_be_applied(qtbot, preview):
    show(qtbot, preview)
    field = preview.options.fields["smallest"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "20")
    with qtbot.waitSignal(preview.preview_shown):
        # Enter ends the typing; what it would repair was not seen yet, so nothing is repaired.
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert not preview.one_button.isEnabled()
    assert preview.heard == []
    assert preview.status == "16 pixels change in 2 places."
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert preview.heard == [("one", {"smallest": 20})]


def test_that_a_switch_is_an_option_too(qtbot, preview):
    show(qtbot, preview, "keep_largest")
    assert preview.status == "16 pixels change in 2 places."
    box = preview.options.fields["per_class"]
    with qtbot.waitSignal(preview.preview_shown):
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert preview.status == "4 pixels change in 1 place."


def test_that_a_class_is_chosen_by_its_name(qtbot, preview):
    mask = blob()
    mask[30:33, 30:33] = 77
    show(qtbot, preview, "snap_values", mask=mask)
    choice = preview.options.fields["to_class"]
    assert choice.currentText() == "that most neighbours have"
    with qtbot.waitSignal(preview.preview_shown):
        choice.setFocus()
        QTest.keyClicks(choice, "dog")
    assert (preview.preview.after[30:33, 30:33] == 2).all()
    qtbot.mouseClick(preview.one_button, Qt.MouseButton.LeftButton)
    assert preview.heard == [("one", {"to_class": 2})]


def test_that_nothing_to_repair_is_said_and_cannot_be_applied(qtbot, preview):
    show(qtbot, preview, mask=blob(), similar=3)
    assert preview.status == "Nothing changes in this mask."
    assert not preview.one_button.isEnabled()
    assert not preview.next_button.isVisible()
    QTest.keyClick(preview, Qt.Key.Key_Return)
    assert preview.heard == []
    assert preview.all_button.isEnabled()


def test_that_a_repair_that_fails_says_why(qtbot, preview):
    def mend(_options):
        raise PetsegError("There is no class 12", remedy="The classes are 0 to 2.")

    show(qtbot, preview, mend=mend, similar=3)
    assert preview.status == "There is no class 12. The classes are 0 to 2."
    assert not preview.one_button.isEnabled()
    assert not preview.all_button.isEnabled()


def test_that_a_mask_of_another_size_is_shown_over_the_whole_photo(qtbot, preview):
    show(qtbot, preview, "resize_mask", mask=blob(32))
    assert preview.status == "The mask becomes 64×64; it was 32×32."
    assert preview.one_button.isEnabled()
    assert preview.options.isHidden()


def test_that_n_goes_from_change_to_change_in_both_views(qtbot, preview):
    show(qtbot, preview, options={"smallest": 20})
    scale = preview.before_view.placement.scale
    QTest.keyClick(preview, Qt.Key.Key_N)
    assert preview.after_view.placement.scale > scale
    assert preview.before_view.placement == preview.after_view.placement
    first = preview.after_view.placement
    QTest.keyClick(preview, Qt.Key.Key_N)
    assert preview.after_view.placement != first


def test_that_hiding_the_mask_hides_it_in_both_views(qtbot, preview):
    show(qtbot, preview)
    QTest.keyClick(preview.after_view, Qt.Key.Key_X)
    assert not preview.before_view.overlays_visible
    QTest.keyClick(preview.before_view, Qt.Key.Key_X)
    assert preview.after_view.overlays_visible
