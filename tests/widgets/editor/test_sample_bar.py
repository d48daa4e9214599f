"""The row over the filmstrip, and what it says of the pixel under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from widgets.canvas.tools import Prediction
from widgets.editor import EditorView
from widgets.editor.pixel_readout import PixelReading, PixelReadout, luminance
from widgets.editor.sample_bar import SampleBar

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[EditorView]:
    """An editor 1280 pixels wide, with a cat in the middle of a photo of two colours."""
    view = EditorView()
    qtbot.addWidget(view)
    view.resize(1216, 640)
    view.set_classes(CLASSES, 255)
    photo = np.zeros((40, 60, 3), np.uint8)
    photo[:, :30] = (200, 100, 7)
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 10:50] = 1
    view.canvas.set_image(photo)
    view.edit(MaskDocument(mask))
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.canvas.shut_down()
    view.filmstrip.shut_down()


def words(readout: PixelReadout) -> list[str]:
    return [" ".join(part.split()) for part in readout.text.split("·")]


def hover(qtbot: QtBot, view: EditorView, x: int, y: int) -> None:
    # Without a button the mouse's way begins beside the point.
    place = view.canvas.pixel_center(x, y)
    qtbot.mouseMove(view.canvas, place + type(place)(2, 2))
    qtbot.mouseMove(view.canvas, place)


def test_that_place_class_and_intensity_of_a_pixel_are_told(qtbot, view):
    hover(qtbot, view, 20, 15)
    assert words(view.sample_bar.readout) == ["x 20 y 15", "cat", "RGB 200 100 7 L 119"]
    hover(qtbot, view, 55, 2)
    assert words(view.sample_bar.readout) == ["x 55 y 2", "background", "RGB 0 0 0 L 0"]


def test_that_a_loaded_prediction_is_told_with_its_confidence(qtbot, view):
    classes = np.full((40, 60), 2, np.uint8)
    view.canvas.set_prediction(Prediction("r50", classes, np.full((40, 60), 204, np.uint8)))
    hover(qtbot, view, 20, 15)
    readout = view.sample_bar.readout
    assert words(readout)[-1] == "Model dog 80 %"
    assert "r50" in readout.predicted.toolTip()
    assert all(
        field.isVisible() for field in (readout.class_name, readout.intensity, readout.predicted)
    )
    view.canvas.set_prediction(Prediction("r50", classes, None))
    hover(qtbot, view, 21, 15)
    assert words(readout)[-1] == "Model dog"


def test_that_nothing_is_told_beside_the_image(qtbot, view):
    hover(qtbot, view, 20, 15)
    view.canvas.hovered.emit(-1, -1)
    assert view.sample_bar.readout.text == ""


def test_that_an_edit_under_the_cursor_is_told_at_once(qtbot, view):
    hover(qtbot, view, 20, 15)
    view.canvas.replace("All dog", np.full((40, 60), 2, np.uint8))
    assert words(view.sample_bar.readout)[1] == "dog"


def test_that_nothing_jumps_while_the_numbers_change(qtbot, view):
    readout = view.sample_bar.readout
    hover(qtbot, view, 2, 2)
    before = [field.geometry() for field in (readout.place, readout.intensity)]
    hover(qtbot, view, 40, 28)
    assert [field.geometry() for field in (readout.place, readout.intensity)] == before


def test_that_where_there_is_little_room_the_place_and_the_class_are_told_first(qtbot):
    readout = PixelReadout()
    qtbot.addWidget(readout)
    readout.set_class_names(("background", "cat"))
    readout.set_prediction_loaded(True)
    readout.show_reading(PixelReading(1, 2, 3, "cat", None, (1, 2, 3), "cat", 0.5, "r50"))
    readout.show()
    fields = (readout.place, readout.class_name, readout.predicted, readout.intensity)
    seen = []
    for width in (900, 440, 280, 120):
        readout.resize(width, 24)
        seen.append([field.isVisible() for field in fields])
    assert seen[0] == [True, True, True, True]
    assert seen[-1] == [True, False, False, False]
    assert all(sum(wide) >= sum(narrow) for wide, narrow in pairwise(seen))


def test_that_a_long_name_does_not_widen_the_row(qtbot):
    bar = SampleBar()
    qtbot.addWidget(bar)
    bar.show_sample("train/short")
    narrow = bar.minimumSizeHint().width()
    bar.show_sample("train/" + "a_very_long_file_name_" * 12)
    bar.show_state("● Unsaved changes", "warning")
    assert bar.minimumSizeHint().width() == narrow


def test_that_the_zoom_is_told_with_a_decimal_when_far_out(qtbot, view):
    shown = view.sample_bar.findChild(object, "ZoomReadout")
    view.sample_bar.show_zoom(2.0)
    assert shown.text() == "200 %"
    view.sample_bar.show_zoom(0.0625)
    assert shown.text() == "6.2 %"


@given(st.integers(0, 255))
def test_that_the_luminance_of_grey_is_its_value(value):
    assert luminance((value, value, value)) == value
