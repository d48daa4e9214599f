"""A photo shown brighter, with more contrast or one channel of it, while it stays as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from widgets import theme
from widgets.canvas import ImagePyramid, LayeredView
from widgets.canvas.adjustment import CHANNELS, AdjustedPhoto, ImageAdjustment
from widgets.canvas.sampling import DevicePart

adjustments = st.builds(
    ImageAdjustment,
    brightness=st.integers(-100, 100),
    contrast=st.integers(-100, 100),
    gamma=st.floats(0.1, 10),
    channel=st.sampled_from(CHANNELS),
    auto_contrast=st.booleans(),
    local_contrast=st.booleans(),
)


def noise(height: int, width: int, most: int = 256) -> np.ndarray:
    return np.random.default_rng(0).integers(0, most, (height, width, 3), dtype=np.uint8)


def shown(rgb: np.ndarray, adjustment: ImageAdjustment, scale: float = 1.0) -> np.ndarray:
    """A whole photo as it is shown at a scale, RGB."""
    height, width = round(rgb.shape[0] * scale), round(rgb.shape[1] * scale)
    part = DevicePart(0, 0, width, height, scale, 0.0, 0.0)
    return AdjustedPhoto(ImagePyramid(rgb), adjustment).render(part)[..., 2::-1]


@pytest.fixture
def view(qtbot) -> LayeredView:
    view = LayeredView()
    view.resize(416, 316)
    qtbot.addWidget(view)
    view.set_image(np.full((30, 40, 3), (60, 90, 120), np.uint8))
    view.show()
    qtbot.waitExposed(view)
    return view


def middle(view: LayeredView) -> tuple[int, int, int]:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    color = image.pixelColor(200, 150)
    return color.red(), color.green(), color.blue()


def test_that_without_any_adjustment_every_value_stays(view):
    assert ImageAdjustment().is_neutral
    assert np.array_equal(ImageAdjustment().table(), np.arange(256))
    assert middle(view) == (60, 90, 120)


@given(st.integers(-99, 99), st.integers(-99, 99), st.floats(0.1, 10))
def test_that_no_adjustment_turns_dark_and_bright_around(brightness, contrast, gamma):
    table = ImageAdjustment(brightness, contrast, gamma).table().astype(int)
    assert (np.diff(table) >= 0).all()


@pytest.mark.parametrize(
    ("adjustment", "values"),
    [
        (ImageAdjustment(brightness=100), (188, 255, 255)),
        (ImageAdjustment(brightness=-100), (0, 0, 72)),
        (ImageAdjustment(contrast=-100), (128, 128, 128)),
        (ImageAdjustment(gamma=2.0), (124, 180, 226)),
    ],
)
def test_that_brightness_contrast_and_gamma_do_what_they_are_called(adjustment, values):
    table = adjustment.table()
    assert [int(table[value]) for value in (60, 127, 200)] == pytest.approx(values, abs=1)


def test_that_contrast_spreads_values_about_the_middle():
    table = ImageAdjustment(contrast=50).table()
    assert table[64] < 40
    assert table[192] > 215
    assert abs(int(table[127]) - 127) <= 2
    assert set(ImageAdjustment(contrast=100).table()[[0, 125, 130, 255]].tolist()) == {0, 255}


def test_that_a_channel_is_shown_as_grey(view):
    for channel, value in (("red", 60), ("green", 90), ("blue", 120)):
        view.set_adjustment(ImageAdjustment(channel=channel))
        assert middle(view) == (value, value, value)
    view.set_adjustment(ImageAdjustment(channel="luminance"))
    red, green, blue = middle(view)
    assert red == green == blue
    assert 80 <= red <= 95


def test_that_automatic_contrast_stretches_a_dull_photo_over_the_whole_range():
    dull = noise(200, 300, 60) + 90
    assert shown(dull, ImageAdjustment()).max() < 160
    stretched = shown(dull, ImageAdjustment(auto_contrast=True))
    assert stretched.min() < 8
    assert stretched.max() > 247


def test_that_automatic_contrast_of_an_even_photo_shows_something():
    even = np.full((20, 20, 3), 70, np.uint8)
    assert np.ptp(shown(even, ImageAdjustment(auto_contrast=True))) == 0


def test_that_local_contrast_lifts_a_dark_place_and_leaves_the_bright_ones():
    photo = np.full((200, 300, 3), 220, np.uint8)
    photo[:, 150:] = 12
    photo[80:120, 200:250] = 24
    lifted = shown(photo, ImageAdjustment(local_contrast=True)).astype(int)
    assert lifted[100, 225, 0] - lifted[40, 225, 0] > 2 * (24 - 12)
    assert lifted[100, 60, 0] <= 245
    assert np.ptp(lifted[:, 20:120]) <= 6


@given(adjustments)
def test_that_a_place_looks_the_same_whatever_else_is_seen(adjustment):
    photo = AdjustedPhoto(ImagePyramid(noise(40, 60)), adjustment)
    whole = photo.render(DevicePart(0, 0, 120, 80, 2.0, 0.0, 0.0))
    part = photo.render(DevicePart(30, 20, 50, 40, 2.0, 0.0, 0.0))
    assert np.array_equal(whole[20:60, 30:80], part)


def test_that_the_photo_itself_and_what_tools_see_of_it_stay_as_they_are(view):
    view.set_adjustment(ImageAdjustment(brightness=80))
    assert middle(view) != (60, 90, 120)
    assert view.intensity_at(5, 5) == (60, 90, 120)
    view.set_adjustment(ImageAdjustment())
    assert middle(view) == (60, 90, 120)


def test_that_an_adjustment_holds_for_the_next_photo_and_is_told_once(view):
    told = []
    view.adjustment_changed.connect(told.append)
    view.set_adjustment(ImageAdjustment(channel="green"))
    view.set_adjustment(ImageAdjustment(channel="green"))
    assert told == [ImageAdjustment(channel="green")]
    view.set_image(np.full((30, 40, 3), (1, 200, 3), np.uint8))
    assert middle(view) == (200, 200, 200)
    assert view.adjustment == ImageAdjustment(channel="green")


def test_that_the_layers_keep_their_colours(view):
    table = [(0, 0, 0, 0)] + [(10, 200, 30, 255)] * 255
    view.set_overlay("mask", np.ones((30, 40), np.uint8), table, borders=False)
    view.set_layer_opacity("mask", 1.0)
    view.set_adjustment(ImageAdjustment(brightness=-100))
    assert middle(view) == (10, 200, 30)


@pytest.mark.parametrize(
    "wrong", [{"brightness": 101}, {"contrast": -101}, {"gamma": 0.0}, {"channel": "alpha"}]
)
def test_that_values_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="gamma|from|channel"):
        ImageAdjustment(**wrong)


def test_that_a_fainter_photo_lets_the_even_ground_through(qtbot):
    view = LayeredView()
    qtbot.addWidget(view)
    view.resize(200, 200)
    view.set_image(np.full((40, 40, 3), 200, np.uint8))

    def middle() -> tuple[int, ...]:
        return view.grab().toImage().pixelColor(100, 100).getRgb()[:3]

    ground = theme.color("canvas").getRgb()[:3]
    assert middle() == (200, 200, 200)
    view.set_adjustment(ImageAdjustment(opacity=50))
    assert middle() == pytest.approx([(200 + value) / 2 for value in ground], abs=1)
    view.set_adjustment(ImageAdjustment(opacity=0))
    assert middle() == pytest.approx(ground, abs=1)
