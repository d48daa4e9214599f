"""The gallery under the user's hands."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from core.dataset.thumbnails import Thumbnail
from core.flags import Flag, Severity
from widgets import theme
from widgets.gallery import LARGEST, SMALLEST, STEP, GalleryView

MANY = 100_000


@pytest.fixture
def gallery(qtbot):
    theme.apply(QApplication.instance(), "dark")
    view = GalleryView()
    qtbot.addWidget(view)
    view.loader.set_source(lambda _sample, size: Thumbnail(np.full((size, size, 3), 90, np.uint8)))
    view.resize(640, 480)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.shut_down()


def names(count: int) -> list[str]:
    return [f"train/{number:06d}" for number in range(count)]


def place_of(gallery: GalleryView, sample_id: str) -> QPoint:
    row = gallery.samples.row_of(sample_id)
    return gallery.visualRect(gallery.samples.index(row)).center()


def picture_of(gallery: GalleryView, sample_id: str) -> QImage:
    row = gallery.samples.row_of(sample_id)
    return gallery.viewport().grab(gallery.visualRect(gallery.samples.index(row))).toImage()


def press(qtbot, gallery: GalleryView, *keys: Qt.Key):
    for key in keys:
        qtbot.keyClick(gallery, key)


def test_that_arrows_move_by_cells_and_lines(qtbot, gallery):
    gallery.show_samples(names(50), "train/000000")
    columns = gallery.grid.columns
    assert columns > 1
    moved: list[str] = []
    gallery.current_changed.connect(moved.append)
    press(qtbot, gallery, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up)
    all_ids = names(50)
    assert moved == [all_ids[1], all_ids[1 + columns], all_ids[columns], all_ids[0]]
    press(qtbot, gallery, Qt.Key.Key_Up, Qt.Key.Key_Left)
    assert gallery.current == all_ids[0]


def test_that_down_from_the_last_but_one_line_reaches_the_last_sample(qtbot, gallery):
    columns = gallery.grid.columns
    ids = names(columns + 1)
    gallery.show_samples(ids, ids[columns - 1])
    press(qtbot, gallery, Qt.Key.Key_Down)
    assert gallery.current == ids[-1]


def test_that_home_end_and_pages_move_far_and_keep_the_sample_in_sight(qtbot, gallery):
    ids = names(MANY)
    gallery.show_samples(ids, ids[0])
    press(qtbot, gallery, Qt.Key.Key_End)
    assert gallery.current == ids[-1]
    assert gallery.viewport().rect().contains(place_of(gallery, ids[-1]))
    press(qtbot, gallery, Qt.Key.Key_PageUp)
    before_last = gallery.samples.row_of(gallery.current)
    assert before_last < MANY - 1
    press(qtbot, gallery, Qt.Key.Key_Home)
    assert gallery.current == ids[0]
    press(qtbot, gallery, Qt.Key.Key_PageDown)
    assert gallery.samples.row_of(gallery.current) % gallery.grid.columns == 0
    assert gallery.viewport().rect().contains(place_of(gallery, gallery.current))


def test_that_enter_and_double_click_open_a_sample(qtbot, gallery):
    gallery.show_samples(names(10), "train/000001")
    opened: list[str] = []
    gallery.opened.connect(opened.append)
    press(qtbot, gallery, Qt.Key.Key_Return, Qt.Key.Key_Enter)
    qtbot.mouseDClick(
        gallery.viewport(), Qt.MouseButton.LeftButton, pos=place_of(gallery, "train/000002")
    )
    assert opened == ["train/000001", "train/000001", "train/000002"]


def test_that_a_click_selects_and_tells_it_once(qtbot, gallery):
    gallery.show_samples(names(10), "train/000000")
    moved: list[str] = []
    gallery.current_changed.connect(moved.append)
    place = place_of(gallery, "train/000002")
    qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert moved == ["train/000002"]
    assert gallery.current == "train/000002"


def test_that_selecting_from_outside_tells_nothing(gallery):
    gallery.show_samples(names(10), "train/000000")
    moved: list[str] = []
    gallery.current_changed.connect(moved.append)
    gallery.select("train/000005")
    gallery.show_samples(names(5), "train/000003")
    gallery.show_samples(names(3), None)
    assert moved == []
    assert gallery.current is None


def test_that_letters_do_not_jump_about(qtbot, gallery):
    gallery.show_samples(["train/a", "train/b"], "train/a")
    press(qtbot, gallery, Qt.Key.Key_T)
    assert gallery.current == "train/a"


def test_that_only_what_is_in_sight_and_near_is_decoded(qtbot, gallery):
    asked: list[str] = []

    def render(sample_id: str, size: int) -> Thumbnail:
        asked.append(sample_id)
        return Thumbnail(np.zeros((size, size, 3), np.uint8))

    gallery.loader.set_source(render)
    ids = names(MANY)
    gallery.show_samples(ids, ids[0])
    qtbot.waitUntil(lambda: gallery.loader.tile(ids[0]) is not None)
    gallery.verticalScrollBar().setValue(gallery.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: gallery.loader.tile(ids[-1]) is not None)
    assert len(asked) < 200


def test_that_a_thumbnail_takes_the_place_of_the_blank(qtbot, gallery):
    ids = names(4)
    gallery.loader.set_source(None)
    gallery.show_samples(ids, None)
    blank = picture_of(gallery, ids[0])
    gallery.loader.set_source(
        lambda _sample, size: Thumbnail(np.full((size, size, 3), 200, np.uint8))
    )
    gallery.refresh()
    qtbot.waitUntil(lambda: gallery.loader.tile(ids[0]) is not None)
    shown = picture_of(gallery, ids[0])
    middle = shown.rect().center()
    assert shown.pixelColor(middle).red() == 200
    assert blank.pixelColor(middle) == theme.color("sunken")


def test_that_an_unreadable_photo_does_not_look_like_a_waiting_one(qtbot, gallery):
    ids = names(2)
    gallery.loader.set_source(None)
    gallery.show_samples(ids, None)
    waiting = picture_of(gallery, ids[0])
    gallery.loader.set_source(lambda _sample, _size: Thumbnail(None, "The image cannot be read."))
    gallery.refresh()
    qtbot.waitUntil(lambda: gallery.loader.tile(ids[0]) is not None)
    assert picture_of(gallery, ids[0]) != waiting


def test_that_severities_have_badges_of_different_shapes(qtbot, gallery):
    ids = names(3)
    gallery.show_samples(ids, None)
    qtbot.waitUntil(lambda: gallery.loader.tile(ids[2]) is not None)
    plain = picture_of(gallery, ids[0]).convertToFormat(QImage.Format.Format_Grayscale8)
    shapes = [plain]
    for severity in Severity:
        gallery.set_flags({ids[0]: [Flag(ids[0], "noise", severity, 1, "odd")]}, {ids[0]})
        grey = picture_of(gallery, ids[0]).convertToFormat(QImage.Format.Format_Mono)
        assert all(grey != other for other in shapes)
        shapes.append(grey)
    gallery.set_flags({}, {ids[0]})
    assert picture_of(gallery, ids[0]).convertToFormat(QImage.Format.Format_Grayscale8) == plain


def test_that_selected_and_excluded_samples_look_it(qtbot, gallery):
    ids = names(3)
    gallery.show_samples(ids, None)
    qtbot.waitUntil(lambda: gallery.loader.tile(ids[2]) is not None)
    plain = picture_of(gallery, ids[0])
    gallery.set_excluded({ids[0]: "blurred"})
    excluded = picture_of(gallery, ids[0])
    gallery.set_excluded({})
    gallery.select(ids[0])
    selected = picture_of(gallery, ids[0])
    assert plain != excluded
    assert plain != selected


def test_that_larger_thumbnails_keep_the_current_sample_in_sight(qtbot, gallery):
    ids = names(5000)
    gallery.show_samples(ids, ids[0])
    gallery.select(ids[2500])
    for size in (LARGEST, SMALLEST, 160, LARGEST + STEP):
        gallery.set_thumbnail_size(size)
        assert gallery.viewport().rect().contains(place_of(gallery, ids[2500]))
    assert gallery.thumbnail_size == LARGEST


def test_that_a_narrower_window_keeps_the_current_sample_in_sight(qtbot, gallery):
    ids = names(5000)
    gallery.show_samples(ids, ids[0])
    gallery.select(ids[2500])
    gallery.resize(400, 480)
    assert gallery.viewport().rect().contains(place_of(gallery, ids[2500]))


def test_that_ctrl_and_wheel_change_the_size(qtbot, gallery):
    sizes: list[int] = []
    gallery.thumbnail_size_changed.connect(sizes.append)
    before = gallery.thumbnail_size
    for notches in (1, 1, -1):
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(gallery.viewport().mapToGlobal(QPoint(50, 50))),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(gallery.viewport(), event)
    assert sizes == [before + STEP, before + 2 * STEP, before + STEP]


def test_that_cells_neither_overlap_nor_leave_the_view(gallery):
    gallery.show_samples(names(200), None)
    rects = [gallery.visualRect(gallery.samples.index(row)) for row in range(200)]
    room = gallery.viewport().width()
    for row, rect in enumerate(rects):
        assert rect.left() >= 0
        assert rect.right() < room
        assert not any(rect.intersects(other) for other in rects[row + 1 : row + 20])


def test_that_no_cell_is_under_a_point_between_or_beside_cells(gallery):
    gallery.show_samples(names(3), None)
    last = gallery.visualRect(gallery.samples.index(2))
    assert not gallery.indexAt(QPoint(1, 1)).isValid()
    assert not gallery.indexAt(QPoint(last.center().x(), last.bottom() + 40)).isValid()
    assert gallery.indexAt(last.center()).row() == 2
