"""What a layered view shows, pixel by pixel, and how it zooms and pans."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from core.masks.geometry import Rect
from widgets import theme
from widgets.canvas import ImagePyramid, LayeredView, ViewTransform, marks
from widgets.canvas.layers import IndexLayer
from widgets.canvas.sampling import DevicePart, edges
from widgets.canvas.transform import Placement, fitted

NO_KEYS = Qt.KeyboardModifier.NoModifier
TABLE = [(0, 0, 0, 0)] + [(value % 99, 200, value % 99, 255) for value in range(1, 256)]


@pytest.fixture
def view(qtbot) -> LayeredView:
    view = LayeredView()
    view.resize(416, 316)
    qtbot.addWidget(view)
    view.set_pixel_grid(False)
    view.show()
    qtbot.waitExposed(view)
    return view


def grabbed(view: LayeredView) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def turn_wheel(view: LayeredView, at: QPoint, notches: float, modifiers=NO_KEYS):
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def test_that_a_pixel_is_a_square_of_its_colour_when_zoomed_in(view):
    photo = noise(30, 40)
    view.set_image(photo)
    assert view.placement == Placement(10.0, 8.0, 8.0)
    shown = grabbed(view)
    assert np.array_equal(shown[8:308, 8:408], photo.repeat(10, axis=0).repeat(10, axis=1))
    ground = theme.color("canvas")
    assert tuple(shown[0, 0]) == (ground.red(), ground.green(), ground.blue())


def test_that_a_photo_is_averaged_when_zoomed_out(view):
    checks = np.indices((1200, 1600)).sum(axis=0) % 2 * 255
    view.set_image(checks.astype(np.uint8)[..., None].repeat(3, axis=2))
    shown = grabbed(view)[20:290, 20:390]
    assert abs(int(shown.mean()) - 127) <= 2
    assert shown.std() < 40


def test_that_a_layer_shows_each_class_in_its_colour_and_nothing_for_transparent_ones(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    indices = np.zeros((30, 40), np.uint8)
    indices[10:20, 10:20] = 1
    indices[10:20, 20:30] = 255
    view.set_overlay("mask", indices, TABLE, borders=False)
    view.set_layer_opacity("mask", 1.0)
    shown = grabbed(view)
    assert tuple(shown[8 + 5, 8 + 5]) == (60, 60, 60)
    assert tuple(shown[8 + 150, 8 + 150]) == TABLE[1][:3]
    assert tuple(shown[8 + 150, 8 + 250]) == TABLE[255][:3]


def test_that_borders_stay_visible_when_the_fill_is_not(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    indices = np.zeros((30, 40), np.uint8)
    indices[10:20, 10:20] = 1
    view.set_overlay("mask", indices, TABLE)
    view.set_layer_opacity("mask", 0.0)
    shown = grabbed(view)
    assert tuple(shown[8 + 150, 8 + 100]) == TABLE[1][:3]
    assert shown[8 + 150, 8 + 99].max() < 60
    assert tuple(shown[8 + 150, 8 + 150]) == (60, 60, 60)


def test_that_a_layer_is_painted_from_the_arrays_own_memory(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    indices = np.zeros((30, 40), np.uint8)
    view.set_overlay("mask", indices, TABLE, borders=False)
    view.set_layer_opacity("mask", 1.0)
    grabbed(view)
    indices[15, 15] = 3
    view.refresh(Rect(15, 15, 1, 1))
    assert tuple(grabbed(view)[8 + 155, 8 + 155]) == TABLE[3][:3]


def test_that_a_layer_of_another_size_is_stretched_over_the_photo(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    indices = np.zeros((15, 20), np.uint8)
    indices[:, 10:] = 1
    view.set_overlay("mask", indices, TABLE, borders=False)
    view.set_layer_opacity("mask", 1.0)
    shown = grabbed(view)
    assert tuple(shown[100, 8 + 199]) == (60, 60, 60)
    assert tuple(shown[100, 8 + 200]) == TABLE[1][:3]
    assert tuple(shown[305, 405]) == TABLE[1][:3]


def test_that_layers_lie_on_each_other_and_keep_their_state_when_set_again(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    one, two = np.full((30, 40), 1, np.uint8), np.full((30, 40), 2, np.uint8)
    for name, indices in (("lower", one), ("upper", two)):
        view.set_overlay(name, indices, TABLE, borders=False)
        view.set_layer_opacity(name, 1.0)
    assert tuple(grabbed(view)[100, 100]) == TABLE[2][:3]
    view.set_layer_visible("upper", False)
    view.set_overlay("upper", two, TABLE, borders=False)
    assert tuple(grabbed(view)[100, 100]) == TABLE[1][:3]
    view.set_overlay("lower", None)
    assert tuple(grabbed(view)[100, 100]) == (60, 60, 60)


@pytest.mark.parametrize("scale", [0.6, 1.0, 2.0, 3.7, 17.3])
def test_that_repainting_what_was_changed_gives_the_same_as_painting_everything(view, scale):
    rng = np.random.default_rng(3)
    indices = rng.integers(0, 3, (100, 130), dtype=np.uint8)
    view.set_image(noise(100, 130))
    view.set_overlay("mask", indices, TABLE)
    view.transform.set(scale, (61.3, 40.2))
    grabbed(view)
    for _ in range(8):
        x, y = int(rng.integers(0, 120)), int(rng.integers(0, 90))
        width, height = int(rng.integers(1, 10)), int(rng.integers(1, 10))
        indices[y : y + height, x : x + width] = rng.integers(0, 3)
        view.refresh(Rect(x, y, width, height))
    in_parts = grabbed(view)
    view.refresh()
    assert np.array_equal(in_parts, grabbed(view))


def test_that_an_outline_is_the_border_without_the_area(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    indices = np.zeros((30, 40), np.uint8)
    indices[10:20, 10:20] = 1
    indices[2, 2] = 9
    view.set_overlay("mask", indices, TABLE, solid=[9], borders=False)
    view.set_layer_opacity("mask", 1.0)
    filled = grabbed(view)
    view.set_layer_style("mask", "outline")
    shown = grabbed(view)
    assert tuple(shown[8 + 150, 8 + 150]) == (60, 60, 60)
    assert tuple(shown[8 + 150, 8 + 100]) == TABLE[1][:3]
    # A value that must be seen at once is, in any style.
    assert tuple(shown[8 + 25, 8 + 25]) == TABLE[9][:3]
    view.set_layer_style("mask", "fill")
    assert np.array_equal(grabbed(view), filled)


def test_that_how_a_layer_is_shown_outlives_the_layer(view):
    one = np.ones((30, 40), np.uint8)
    view.set_layer_style("mask", "outline")
    view.set_overlay("mask", one, TABLE)
    view.set_layer_opacity("mask", 0.7)
    view.set_layer_visible("mask", False)
    view.set_overlay("mask", None)
    view.set_overlay("mask", one, TABLE)
    assert view.layer_style("mask") == "outline"
    assert view.layer_opacity("mask") == 0.7
    assert not view.is_layer_visible("mask")
    assert view.is_layer_visible("another")


def test_that_layers_are_named_from_the_lowest_to_the_highest(view):
    one = np.ones((30, 40), np.uint8)
    for name in ("mask", "prediction", "before", "mask"):
        view.set_overlay(name, one, TABLE)
    assert view.layer_names() == ["mask", "prediction", "before"]


def test_that_one_layer_can_be_shown_in_place_of_the_others_for_a_while(view):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    for name, value in (("before", 1), ("mask", 2)):
        view.set_overlay(name, np.full((30, 40), value, np.uint8), TABLE, borders=False)
        view.set_layer_opacity(name, 1.0)
    view.set_layer_visible("before", False)
    assert tuple(grabbed(view)[100, 100]) == TABLE[2][:3]
    view.show_only("before")
    assert tuple(grabbed(view)[100, 100]) == TABLE[1][:3]
    view.set_overlays_visible(False)
    assert tuple(grabbed(view)[100, 100]) == TABLE[1][:3]
    view.set_overlays_visible(True)
    view.show_only("")
    assert tuple(grabbed(view)[100, 100]) == (60, 60, 60)
    view.show_only(None)
    assert tuple(grabbed(view)[100, 100]) == TABLE[2][:3]
    assert not view.is_layer_visible("before")


def test_that_the_border_of_a_black_class_is_seen_on_a_black_photo(view):
    view.set_image(np.zeros((30, 40, 3), np.uint8))
    indices = np.zeros((30, 40), np.uint8)
    indices[10:20, 10:20] = 1
    view.set_overlay("mask", indices, [(0, 0, 0, 0)] + [(5, 5, 5, 255)] * 255)
    assert grabbed(view)[8 + 150, 8 + 100].min() > 100


def test_that_the_intensity_of_a_pixel_is_told_and_none_beside_the_photo(view):
    photo = noise(30, 40)
    assert view.intensity_at(3, 4) is None
    view.set_image(photo)
    assert view.intensity_at(3, 4) == tuple(photo[4, 3].tolist())
    assert view.intensity_at(40, 4) is None
    assert view.intensity_at(3, -1) is None


@pytest.mark.parametrize("ground", [0, 110, 255])
@pytest.mark.parametrize("draw", [marks.draw_ellipse, marks.draw_outline])
def test_that_a_thin_mark_is_seen_on_any_ground(qapp, ground, draw):
    image = QImage(120, 120, QImage.Format.Format_RGB32)
    image.fill(QColor(ground, ground, ground))
    painter = QPainter(image)
    draw(painter, QRectF(20, 20, 80, 80))
    painter.end()
    across = [abs(image.pixelColor(x, 60).red() - ground) for x in range(15, 26)]
    assert max(across) > 90


def test_that_painting_a_part_of_the_view_gives_the_same_as_painting_the_whole(view):
    view.set_image(noise(100, 130))
    rng = np.random.default_rng(3)
    view.set_overlay("mask", rng.integers(0, 3, (100, 130), dtype=np.uint8), TABLE)
    view.transform.set(3.7, (61.3, 40.2))
    whole = grabbed(view)
    for part in (QRect(100, 90, 60, 50), QRect(0, 0, 20, 316), QRect(409, 300, 7, 16)):
        target = QImage(view.size(), QImage.Format.Format_RGB888)
        target.fill(0)
        view.render(target, part.topLeft(), part)
        rows = np.frombuffer(target.constBits(), np.uint8).reshape(target.height(), -1)
        shown = rows[:, : 3 * target.width()].reshape(target.height(), -1, 3)
        area = (
            slice(part.y(), part.y() + part.height()),
            slice(part.x(), part.x() + part.width()),
        )
        assert np.array_equal(shown[area], whole[area])


def test_that_the_wheel_zooms_at_the_cursor(view):
    view.set_image(noise(300, 400))
    at = QPoint(100, 200)
    before = view.placement.to_image(QPointF(at))
    turn_wheel(view, at, 3)
    after = view.placement.to_image(QPointF(at))
    assert view.placement.scale == pytest.approx(1.25**3)
    assert after == pytest.approx(before)
    turn_wheel(view, at, -3)
    assert view.placement.to_image(QPointF(at)) == pytest.approx(before)


def test_that_control_and_wheel_change_the_opacity(view, qtbot):
    view.set_image(noise(30, 40))
    view.set_overlay("mask", np.ones((30, 40), np.uint8), TABLE)
    with qtbot.waitSignal(view.opacity_changed) as caught:
        turn_wheel(view, QPoint(50, 50), 1, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == ["mask", pytest.approx(0.5)]
    assert view.transform.scale is None


def test_that_a_drag_pans_and_a_double_click_fits(view, qtbot):
    view.set_image(noise(300, 400))
    view.transform.set(4.0, (200, 150))
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(view, left, nothing, QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(140, 80))
    qtbot.mouseRelease(view, left, nothing, QPoint(140, 80))
    assert view.transform.center == pytest.approx((190, 155))
    qtbot.mouseDClick(view, left, nothing, QPoint(100, 100))
    assert view.transform.scale is None


def test_that_a_click_without_dragging_names_the_pixel(view, qtbot):
    view.set_image(noise(30, 40))
    with qtbot.waitSignal(view.clicked) as caught:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(8 + 55, 8 + 72))
    assert caught.args == [5, 7]


def test_that_x_hides_the_layers_and_0_fits(view, qtbot):
    view.set_image(np.full((30, 40, 3), 60, np.uint8))
    view.set_overlay("mask", np.ones((30, 40), np.uint8), TABLE, borders=False)
    with qtbot.waitSignal(view.overlays_visible_changed):
        qtbot.keyClick(view, Qt.Key.Key_X)
    assert tuple(grabbed(view)[100, 100]) == (60, 60, 60)
    view.zoom_by(3)
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.transform.scale is None


def test_that_linked_views_move_together(view, qtbot):
    other = LayeredView()
    qtbot.addWidget(other)
    other.resize(200, 200)
    for one in (view, other):
        one.set_image(noise(300, 400))
    other.set_transform(view.transform)
    view.zoom_to((100, 100, 20, 20))
    assert other.placement.scale == view.placement.scale
    assert other.placement.to_image(QPointF(100, 100)) == pytest.approx((110, 110))


def test_that_the_pixel_under_the_cursor_is_told(view, qtbot):
    view.set_image(noise(30, 40))
    seen = []
    view.hovered.connect(lambda x, y: seen.append((x, y)))
    qtbot.mouseMove(view, QPoint(8 + 15, 8 + 25))
    qtbot.mouseMove(view, QPoint(2, 2))
    assert seen == [(1, 2), (-1, -1)]


def test_that_even_a_tiny_place_gets_a_frame_that_can_be_seen(view):
    view.set_image(np.full((3000, 4000, 3), 60, np.uint8))
    plain = grabbed(view)
    view.set_boxes([(1000, 1000, 2, 2)])
    rows, columns = np.nonzero((grabbed(view) != plain).any(axis=2))
    assert np.ptp(rows) >= 16
    assert np.ptp(columns) >= 16


def test_that_a_view_without_an_image_says_what_to_do(view):
    plain = grabbed(view)
    view.set_message("Open a dataset to begin.")
    assert (grabbed(view) != plain).any()
    assert view.accessibleDescription() == "Open a dataset to begin."


def test_that_switching_the_theme_repaints_the_ground(view, qapp):
    try:
        theme.apply(qapp, "light")
        light = grabbed(view)[0, 0].mean()
        theme.apply(qapp, "dark")
        assert grabbed(view)[0, 0].mean() < light
    finally:
        theme.apply(qapp, "dark")


@given(
    st.tuples(st.integers(50, 2000), st.integers(50, 2000)),
    st.tuples(st.integers(1, 9000), st.integers(1, 9000)),
)
def test_that_a_fitted_image_is_seen_whole_and_in_the_middle(size, image):
    placement = fitted(size, image)
    left, right = placement.x, placement.x + image[0] * placement.scale
    top, bottom = placement.y, placement.y + image[1] * placement.scale
    assert left >= -1e-6
    assert top >= -1e-6
    assert left == pytest.approx(size[0] - right, abs=1e-6)
    assert top == pytest.approx(size[1] - bottom, abs=1e-6)


def test_that_an_image_cannot_be_pushed_out_of_sight():
    transform = ViewTransform()
    transform.set(2.0, (100, 100))
    for _ in range(50):
        transform.pan_by(QPointF(500, 500), (400, 300), (200, 200))
    placement = transform.placement((400, 300), (200, 200))
    assert placement.to_view(0, 0) == QPointF(200, 150)


def test_that_a_place_at_the_edge_is_shown_without_emptiness_beside_it():
    transform = ViewTransform()
    transform.show_rect(Rect(0, 290, 10, 10), (400, 300), (300, 300))
    placement = transform.placement((400, 300), (300, 300))
    assert placement.scale == 16
    assert placement.to_view(0, 300) == QPointF(0, 300)


def test_that_a_place_as_large_as_the_image_is_shown_by_fitting():
    transform = ViewTransform()
    transform.set(3.0, (10, 10))
    transform.show_rect(Rect(5, 5, 290, 290), (400, 300), (300, 300))
    assert transform.scale is None


def test_that_zoom_stays_within_its_limits():
    transform = ViewTransform()
    for _ in range(100):
        transform.zoom_at(2.0, QPointF(10, 10), (400, 300), (200, 200))
    assert transform.scale == 64
    for _ in range(100):
        transform.zoom_at(0.5, QPointF(10, 10), (400, 300), (200, 200))
    assert transform.scale == 1 / 64


@given(
    scale=st.floats(0.05, 30),
    offset=st.tuples(st.floats(-300, 300), st.floats(-300, 300)),
    seed=st.integers(0, 5),
)
def test_that_photo_and_mask_lie_on_each_other_exactly_at_any_zoom(scale, offset, seed):
    values = np.random.default_rng(seed).integers(1, 99, (70, 90), dtype=np.uint8)
    part = DevicePart(0, 0, 200, 150, scale, *offset).clipped(90, 70)
    if not part.width or not part.height:
        return
    layer = IndexLayer("mask", values, TABLE)
    styles = layer.render(part, (1.0, 1.0), border=0)
    expected = values[np.ix_(*part.source_indices(90, 70)[::-1])]
    table = np.array(layer.color_table(), np.uint32)
    assert np.array_equal(table[styles] & 255, expected)
    if scale >= 1:
        photo = ImagePyramid(values[..., None].repeat(3, axis=2)).render(part)
        assert np.array_equal(photo[..., 0], expected)


@given(
    scale=st.floats(10, 60),
    offset=st.tuples(st.floats(-300, 100), st.floats(-300, 100)),
    shape=st.tuples(st.integers(1, 30), st.integers(1, 40)),
    halved=st.booleans(),
    border=st.sampled_from([0, 2, 3, 4]),
)
def test_that_large_pixels_and_their_borders_are_the_same_by_the_shorter_way(
    scale, offset, shape, halved, border
):
    values = np.random.default_rng(5).integers(0, 3, shape, dtype=np.uint8)
    stretch = (0.5, 0.5) if halved else (1.0, 1.0)
    image = (round(shape[1] / stretch[0]), round(shape[0] / stretch[1]))
    part = DevicePart(0, 0, 200, 150, scale, *offset).clipped(*image)
    if not part.width or not part.height:
        return
    layer = IndexLayer("mask", values, TABLE)
    assert layer.is_enlarged(part, stretch, border)
    styles, columns, rows = layer.render_fields(part, stretch, border)
    assert np.array_equal(styles[rows][:, columns], layer.render(part, stretch, border))


@given(st.integers(0, 9))
def test_that_edges_are_where_a_neighbour_differs(seed):
    values = np.random.default_rng(seed).integers(0, 2, (12, 15), dtype=np.uint8)
    padded = np.pad(values, 1, mode="edge")
    expected = np.zeros(values.shape, bool)
    for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
        expected |= padded[dy : dy + 12, dx : dx + 15] != values
    assert np.array_equal(edges(values, 1) == 255, expected)


def test_that_a_hundred_and_fifty_classes_keep_their_colours_and_have_borders():
    colors = [(value, value, 255 - value, 255) for value in range(150)] + [(9, 9, 9, 255)] * 106
    layer = IndexLayer("mask", np.arange(256, dtype=np.uint8).reshape(16, 16), colors)
    layer.look.opacity = 1.0
    table = np.array(layer.color_table(), np.uint32)
    part = DevicePart(0, 0, 160, 160, 10, 0, 0)
    fills = table[layer.render(part, (1.0, 1.0), border=0)]
    expected = [0xFF000000 | r << 16 | g << 8 | b for r, g, b, _ in colors]
    assert np.array_equal(fills[5::10, 5::10].ravel(), expected)
    bordered = table[layer.render(part, (1.0, 1.0), border=1)]
    assert bordered[5, 10] == 0xFFFFFFFF
    assert np.array_equal(bordered[5::10, 5::10].ravel(), expected)


@pytest.mark.parametrize("wrong", [np.zeros((2, 2), np.int64), np.zeros((2, 2, 3), np.uint8)])
def test_that_a_layer_takes_only_class_indices(wrong):
    with pytest.raises(ValueError, match="uint8 H×W"):
        IndexLayer("mask", wrong, TABLE)


def test_that_colours_of_the_class_table_are_used_as_they_are(view):
    view.set_overlay("mask", np.full((3, 3), 1, np.uint8), [(0, 0, 0, 0), *[(1, 2, 3, 128)] * 255])
    view.set_layer_opacity("mask", 0.5)
    assert QColor.fromRgba(view._layers["mask"].color_table()[1]).alpha() == 64
