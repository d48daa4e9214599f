"""Two label sets held against each other on the screen."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from core.labels.changes import compare_masks
from core.labels.diff import LabelSetDiff, NotCompared
from core.labels.pair import MaskPair
from tests.making import blob, photo_of
from widgets.canvas.marks import HIGHLIGHT
from widgets.label_diff import LabelDiffView
from widgets.label_diff.model import Column

CLASSES = [
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
]
A, D, N, S, X, H = (getattr(Qt.Key, f"Key_{letter}") for letter in "ADNSXH")


def masks(sample: str) -> tuple[np.ndarray, np.ndarray]:
    """Before and after: the later the letter, the smaller the change."""
    side = 22 - 4 * "abcd".index(sample[-1])
    before, after = blob(64), blob(64)
    before[21 : 21 + side, 21 : 21 + side] = 2
    if sample.endswith("a"):
        after[0:3, 0:3] = 2
    return before, after


def read(sample: str, before: str, after: str) -> MaskPair:
    first, second = masks(sample)
    if before == "labels_fixed":
        first, second = second, first
    changed = (first != second).astype(np.uint8)
    change = compare_masks(sample, first, second)
    return MaskPair(sample, photo_of(first), first, second, changed, change)


def difference(a: str = "labels", b: str = "labels_fixed", **more) -> LabelSetDiff:
    ids = ("train/a", "train/b", "val/c", "val/d")
    changes = tuple(compare_masks(sample, *masks(sample)) for sample in ids)
    return LabelSetDiff(a, b, {"train": 10, "val": 5}, changes, **more)


@pytest.fixture
def view(qtbot: QtBot):
    made = LabelDiffView()
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.set_classes(CLASSES, 255)
    made.set_reader(read)
    made.set_label_sets(["labels", "labels_fixed", "labels_new"])
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.shut_down()


@pytest.fixture
def compared(qtbot: QtBot, view: LabelDiffView) -> LabelDiffView:
    view.show_diff(difference())
    qtbot.waitUntil(lambda: shown(view) == "train/a")
    return view


def shown(view: LabelDiffView) -> str:
    """The sample whose masks are on the screen."""
    return view.sides.shown.pair.sample if view.sides.shown is not None else ""


def said(view: LabelDiffView) -> list[str]:
    return [label.text() for label in view.empty.findChildren(QLabel) if label.text()]


def click(qtbot: QtBot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def column(view: LabelDiffView, which: Column) -> list[str]:
    model = view.list.model
    return [model.index(row, which).data() for row in range(model.rowCount())]


def pixel(view: LabelDiffView, x: int, y: int, *, after: bool = False):
    side = (view.sides.after if after else view.sides.before).view
    return side.grab().toImage().pixelColor(side.pixel_center(x, y))


def test_that_the_largest_change_is_shown_first_before_and_after(compared: LabelDiffView):
    assert column(compared, Column.SAMPLE) == ["train/a", "train/b", "val/c", "val/d"]
    assert column(compared, Column.PIXELS)[:2] == ["493", "324"]
    assert column(compared, Column.SHARE)[1] == "7.91"
    assert compared.sides.before.title == "Before · labels"
    assert compared.sides.after.title == "After · labels_fixed"
    assert compared.sample_bar.title == "train/a"
    assert compared.sample_bar.figure == "493 px · 12.04 %"
    assert compared.pair_bar.summary == "4 of 15 masks differ · 1,113 px"
    assert compared.figures.words == ["background −9 px", "cat +484 px", "dog +9  −484 px"]
    assert compared.figures.flows == "dog → cat 484 px    background → dog 9 px"


def test_that_the_keys_walk_through_the_list_wherever_the_focus_is(
    qtbot: QtBot, compared: LabelDiffView
):
    qtbot.keyClick(compared.list.table, D)
    assert compared.current == "train/b"
    qtbot.keyClick(compared.sides.after.view, Qt.Key.Key_Right)
    assert compared.current == "val/c"
    qtbot.keyClick(compared.list.table, Qt.Key.Key_Down)
    qtbot.keyClick(compared.list.table, D)
    assert compared.current == "val/d"
    qtbot.keyClick(compared.sides.before.view, A)
    qtbot.keyClick(compared.list.table, Qt.Key.Key_Left)
    assert compared.current == "train/b"
    qtbot.waitUntil(lambda: shown(compared) == "train/b")


def test_that_the_window_s_own_shortcuts_do_not_take_the_keys(qtbot: QtBot, view: LabelDiffView):
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(view)
    taken: list[bool] = []
    action = QAction(window)
    action.setShortcut(QKeySequence("D"))
    action.triggered.connect(lambda: taken.append(True))
    window.addAction(action)
    with qtbot.waitExposed(window):
        window.show()
    view.show_diff(difference())
    view.list.table.setFocus()
    qtbot.keyClick(view.list.table, D)
    assert view.current == "train/b"
    assert taken == []
    window.takeCentralWidget()


def test_that_the_figures_are_there_before_the_pictures(qtbot: QtBot, compared: LabelDiffView):
    go_on = threading.Event()

    def slow(sample: str, before: str, after: str) -> MaskPair:
        assert go_on.wait(10)
        return read(sample, before, after)

    compared.set_reader(slow)
    qtbot.keyClick(compared.list.table, D)
    qtbot.keyClick(compared.list.table, N)
    assert compared.sample_bar.title == "train/b"
    assert compared.figures.words == ["cat +324 px", "dog −324 px"]
    assert shown(compared) == "train/a"
    go_on.set()
    qtbot.waitUntil(lambda: shown(compared) == "train/b")
    assert compared.sample_bar.place == "place 1 of 1"
    assert compared.sides.transform.scale is not None


def test_that_enter_the_button_and_a_double_click_ask_for_the_editor(
    qtbot: QtBot, compared: LabelDiffView
):
    asked: list[str] = []
    compared.edit_requested.connect(asked.append)
    qtbot.keyClick(compared.list.table, Qt.Key.Key_Return)
    click(qtbot, compared.sample_bar.edit_button)
    view = compared.sides.before.view
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    table = compared.list.table
    place = table.visualRect(compared.list.model.index(2, Column.SAMPLE)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == ["train/a", "train/a", "train/a", "val/c"]


def test_that_both_sides_zoom_together(compared: LabelDiffView):
    view, other = compared.sides.before.view, compared.sides.after.view
    at = view.pixel_center(30, 30)
    before = view.placement.scale
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 360),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    assert other.placement.scale == view.placement.scale > before


def test_that_the_cursor_is_read_on_both_sides(qtbot: QtBot, compared: LabelDiffView):
    view = compared.sides.before.view
    qtbot.mouseMove(view, view.pixel_center(30, 30))
    assert compared.sides.before.reading == "dog"
    assert compared.sides.after.reading == "cat"
    assert compared.sides.after.view.cross == (30, 30)


def test_that_changed_pixels_are_outlined_and_hatched(qtbot: QtBot, compared: LabelDiffView):
    pink = HIGHLIGHT.rgb()
    line = next(x for x in range(22, 40) if (x + 30) % 5 == 0)
    assert pixel(compared, line, 30).rgb() == pink
    qtbot.keyClick(compared.list.table, H)
    assert not compared.sample_bar.hatched_button.isChecked()
    assert pixel(compared, line, 30).rgb() != pink
    view = compared.sides.after.view
    edge = view.pixel_center(21, 30)
    row = view.grab().toImage()
    near = [row.pixelColor(edge.x() + dx, edge.y()).rgb() for dx in range(-6, 7)]
    assert pink in near
    qtbot.keyClick(compared.list.table, X)
    assert not compared.sides.after.view.overlays_visible
    assert not compared.sample_bar.overlays_button.isChecked()


def test_that_n_visits_the_places_and_then_the_whole_image(qtbot: QtBot, compared: LabelDiffView):
    whole = compared.sides.before.view.placement.scale
    assert compared.sample_bar.place == "2 places"
    qtbot.keyClick(compared.list.table, N)
    assert compared.sample_bar.place == "place 1 of 2"
    assert compared.sides.before.view.placement.scale > whole
    click(qtbot, compared.sample_bar.place_button)
    assert compared.sample_bar.place == "place 2 of 2"
    qtbot.keyClick(compared.list.table, N)
    assert compared.sides.before.view.placement.scale == whole
    qtbot.keyClick(compared.list.table, N)
    qtbot.keyClick(compared.list.table, Qt.Key.Key_0)
    assert compared.sides.transform.scale is None


def test_that_swapping_the_sides_asks_for_the_other_direction(
    qtbot: QtBot, compared: LabelDiffView
):
    asked: list[tuple[str, str]] = []
    compared.pair_changed.connect(lambda *pair: asked.append(pair))
    qtbot.keyClick(compared.list.table, S)
    assert asked == [("labels_fixed", "labels")]
    assert "Comparing labels_fixed and labels" in said(compared)
    compared.show_diff(difference("labels_fixed", "labels"))
    qtbot.waitUntil(lambda: shown(compared) == "train/a")
    qtbot.waitUntil(lambda: compared.figures.words[0] == "background +9 px")
    click(qtbot, compared.pair_bar.swap_button)
    assert asked[-1] == ("labels", "labels_fixed") == compared.pair


def test_that_choosing_the_set_of_the_other_side_swaps(qtbot: QtBot, compared: LabelDiffView):
    asked: list[tuple[str, str]] = []
    compared.pair_changed.connect(lambda *pair: asked.append(pair))
    box = compared.pair_bar.after_box
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert asked == [("labels", "labels_new")]
    compared.set_pair("labels", "labels_fixed")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert asked[-1] == ("labels_fixed", "labels")
    assert compared.pair == ("labels_fixed", "labels")


def test_that_a_split_can_be_chosen(qtbot: QtBot, compared: LabelDiffView):
    box = compared.list.split_box
    assert [box.itemText(place) for place in range(3)] == [
        "All splits (4)", "train (2)", "val (2)",
    ]  # fmt: skip
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End)
    assert column(compared, Column.SAMPLE) == ["val/c", "val/d"]
    assert compared.current == "val/c"
    assert compared.list.words == ["2 of 4 masks"]


def test_that_a_click_on_a_title_sorts(qtbot: QtBot, compared: LabelDiffView):
    compared.show_diff(difference(not_compared=(NotCompared("train/A", "No size in common."),)))
    header = compared.list.table.horizontalHeader()
    for which in (Column.SAMPLE, Column.SHARE, Column.PIXELS):
        place = QPoint(header.sectionViewportPosition(which) + 8, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert compared.list.model.order.name == {1: "NAME", 2: "PIXELS", 3: "SHARE"}[which]
    assert column(compared, Column.SAMPLE)[-1] == "train/A"


def test_that_what_cannot_be_compared_is_listed_and_explained(qtbot: QtBot, view: LabelDiffView):
    reason = "The masks differ in size."

    def reader(sample: str, before: str, after: str) -> MaskPair:
        if sample != "val/x":
            return read(sample, before, after)
        return MaskPair(sample, photo_of(blob()), blob(64), blob(32), problem=reason)

    view.set_reader(reader)
    view.show_diff(
        difference(not_compared=(NotCompared("val/x", reason),), only_in_a=("val/q",), only_in_b=())
    )
    assert view.list.words == ["1 only in labels · 1 not comparable, at the end of the list"]
    assert view.select("val/x")
    qtbot.waitUntil(lambda: shown(view) == "val/x")
    assert view.figures.problem == reason
    assert column(view, Column.PIXELS)[-1] == "–"
    assert not view.sample_bar.place_button.isEnabled()


def test_that_one_label_set_says_what_to_do(view: LabelDiffView):
    view.set_label_sets(["labels"])
    heading, advice = said(view)
    assert heading == "labels is the only label set"
    assert "beside the images" in advice
    assert not view.pair_bar.isVisible()
    view.set_label_sets([])
    assert said(view)[0] == "There are no masks to compare"


def test_that_equal_label_sets_are_good_news(view: LabelDiffView):
    view.show_diff(LabelSetDiff("labels", "labels_fixed", {"train": 3}, ()))
    assert said(view) == [
        "No mask differs", "All 3 masks are the same in labels and labels_fixed.",
    ]  # fmt: skip
    view.show_diff(LabelSetDiff("labels", "labels_fixed", {}, (), only_in_a=("a",)))
    assert said(view)[0] == "There is nothing to compare"
    view.show_diff(LabelSetDiff("labels", "labels_fixed", {"train": 3}, (), cancelled=True))
    assert said(view)[0] == "The comparison was cancelled"


def test_that_progress_and_failures_are_told(view: LabelDiffView):
    view.show_progress(120, 438)
    assert said(view) == ["Comparing labels and labels_fixed", "120 of 438 masks"]
    view.show_problem("The folder is gone.")
    assert said(view)[-1] == "The folder is gone."


def test_that_a_saved_mask_is_read_again(qtbot: QtBot, compared: LabelDiffView):
    def after_saving(sample: str, before: str, after: str) -> MaskPair:
        mask = blob(64)
        change = compare_masks(sample, mask, mask)
        return MaskPair(sample, photo_of(mask), mask, mask, np.zeros((64, 64), np.uint8), change)

    compared.set_reader(after_saving)
    compared.reload()
    qtbot.waitUntil(lambda: compared.sample_bar.figure == "0 px · 0.00 %")


def test_that_the_sample_looked_at_stays_when_the_comparison_is_made_anew(
    qtbot: QtBot, compared: LabelDiffView
):
    qtbot.keyClick(compared.list.table, D)
    compared.show_diff(difference())
    assert compared.current == "train/b"
