"""Taking a model's classes, with the mouse and with keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.masks.geometry import Rect
from tests.making_canvas import (
    ALT,
    CLASSES,
    CONTROL,
    SHIFT,
    Stage,
)
from widgets.canvas.tools import Prediction


def opinion() -> Prediction:
    """A model that closes the hole, does not see the speck, and takes half of the dog for a cat."""
    classes = mask_with_pieces()
    confidence = np.full(SHAPE, 250, np.uint8)
    classes[20:26, 20:26], confidence[20:26, 20:26] = 1, 240
    classes[50:53, 5:8], confidence[50:53, 5:8] = 0, 130
    classes[10:20, 55:75], confidence[10:20, 55:75] = 1, 204
    return Prediction("quick try", classes, confidence)


SHAPE = (60, 80)


def mask_with_pieces() -> np.ndarray:
    """A cat with a hole, a speck of cat and a dog beside it."""
    mask = np.zeros(SHAPE, np.uint8)
    mask[10:40, 10:40] = 1
    mask[20:26, 20:26] = 0
    mask[50:53, 5:8] = 1
    mask[10:30, 55:75] = 2
    return mask


@pytest.fixture
def stage(qtbot) -> Stage:
    made = Stage(qtbot, mask_with_pieces())
    made.canvas.set_prediction(opinion())
    made.key(Qt.Key.Key_M)
    made.canvas.tool.least = 1
    made.canvas.tool.changed()
    return made


def label(stage: Stage) -> str:
    return " | ".join(stage.canvas.tool.label())


def areas(stage: Stage) -> list[int]:
    return [place.area for place in stage.canvas.tool.places]


def test_that_a_click_takes_the_models_class_in_one_place(stage):
    stage.hover(22, 22)
    assert stage.canvas.tool.highlight.rect == Rect(20, 20, 6, 6)
    assert label(stage) == (
        "the model says cat (94 %), the mask says background; 36 pixels | "
        "click takes it · Alt+click ignores it"
    )
    stage.click(22, 22)
    expected = mask_with_pieces()
    expected[20:26, 20:26] = 1
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_name == "Take from the model"
    assert areas(stage) == [200, 9]
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert areas(stage) == [200, 36, 9]


def test_that_an_alt_click_ignores_the_place(stage):
    stage.click(60, 12, modifiers=ALT)
    assert (stage.mask[10:20, 55:75] == 255).all()
    assert areas(stage) == [36, 9]


def test_that_a_click_where_both_agree_says_so(stage):
    stage.click(30, 30)
    assert "says what the mask says" in stage.sentences[-1]
    assert not stage.document.is_dirty


def test_that_n_goes_from_place_to_place_and_enter_takes_it(stage):
    assert stage.canvas.tool.wants_key(Qt.Key.Key_N, Qt.KeyboardModifier.NoModifier)
    stage.key(Qt.Key.Key_N)
    assert stage.canvas.tool.highlight.rect == Rect(55, 10, 20, 10)
    assert stage.sentences[-1].startswith("1 of 3: the model says cat (80 %), the mask says dog")
    stage.key(Qt.Key.Key_N)
    stage.key(Qt.Key.Key_N)
    assert stage.canvas.tool.highlight.rect == Rect(5, 50, 3, 3)
    stage.key(Qt.Key.Key_N, SHIFT)
    assert stage.canvas.tool.highlight.rect == Rect(20, 20, 6, 6)
    stage.key(Qt.Key.Key_Return)
    assert (stage.mask[20:26, 20:26] == 1).all()
    stage.key(Qt.Key.Key_N)  # the next one has moved up
    assert stage.canvas.tool.highlight.rect == Rect(5, 50, 3, 3)
    stage.key(Qt.Key.Key_N)
    assert stage.canvas.tool.highlight.rect == Rect(55, 10, 20, 10)


def test_that_the_order_may_be_that_of_confidence(stage):
    stage.canvas.tool.order = "confidence"
    stage.canvas.tool.changed()
    assert areas(stage) == [36, 200, 9]


def test_that_small_places_are_left_out(stage):
    stage.canvas.tool.least = 10
    stage.canvas.tool.changed()
    assert areas(stage) == [200, 36]
    stage.hover(6, 51)
    assert stage.canvas.tool.highlight is None


@pytest.mark.parametrize("by_key", [True, False])
def test_that_all_sure_places_are_shown_and_then_taken_as_one_step(stage, by_key):
    tool = stage.canvas.tool
    tool.take_all()
    assert tool.highlight.rect == Rect(20, 20, 6, 6)
    tool.sure = 75
    tool.changed()
    assert tool.highlight.area == 236
    assert "236 pixels in 2 places would change" in stage.sentences[-1]
    assert not stage.document.is_dirty
    if by_key:
        stage.key(Qt.Key.Key_Return)
    else:
        tool.take_all()
    expected = opinion().classes.copy()
    expected[50:53, 5:8] = 1
    assert np.array_equal(stage.mask, expected)
    assert stage.document.undo_steps == 1
    assert areas(stage) == [9]


def test_that_escape_drops_the_preview(stage):
    stage.canvas.tool.take_all()
    stage.key(Qt.Key.Key_Escape)
    assert stage.canvas.tool.highlight is None
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty


def test_that_there_may_be_no_place_that_the_model_is_sure_of(stage):
    stage.canvas.tool.sure = 99
    stage.canvas.tool.take_all()
    assert stage.sentences[-1] == "There is no place that the model is 99 % sure of."
    assert stage.canvas.tool.highlight is None


def test_that_the_places_are_outlined(stage):
    bare = stage.canvas.grab().toImage()
    stage.canvas.set_prediction(None)
    plain = stage.canvas.grab().toImage()
    edge, inside = stage.at(20, 22), stage.at(64, 15)
    assert bare.pixelColor(inside) == plain.pixelColor(inside)
    near = [edge + type(edge)(dx, 0) for dx in range(-8, 3)]
    assert any(bare.pixelColor(at) != plain.pixelColor(at) for at in near)


def test_that_without_a_prediction_it_says_what_to_do(qtbot):
    stage = Stage(qtbot, mask_with_pieces())
    stage.key(Qt.Key.Key_M)
    advice = "No run's prediction is loaded: choose one in Layers, or train a model."
    assert stage.sentences[-1] == advice
    stage.hover(30, 30)
    assert "choose one in Layers" in label(stage)
    stage.click(30, 30)
    stage.canvas.tool.take_all()
    assert stage.sentences[-2:] == [advice, advice]
    assert not stage.canvas.tool.wants_key(Qt.Key.Key_N, Qt.KeyboardModifier.NoModifier)


def test_that_a_prediction_of_another_size_is_not_used(stage):
    stage.canvas.set_prediction(Prediction("old", np.zeros((5, 5), np.uint8), None))
    stage.click(22, 22)
    assert "another size" in stage.sentences[-1]


def test_that_another_sample_takes_the_places_away(stage):
    stage.canvas.set_document(stage.document, CLASSES, 255)
    assert areas(stage) == []


def test_that_a_large_mask_is_compared_in_a_thread(qtbot):
    mask = np.zeros((900, 900), np.uint8)
    classes = mask.copy()
    classes[100:120, 100:120] = 2
    classes[500:530, 500:520] = 1
    stage = Stage(qtbot, mask)
    stage.canvas.set_prediction(Prediction("large", classes, None))
    stage.key(Qt.Key.Key_M)
    qtbot.waitUntil(lambda: areas(stage) == [600, 400])
    stage.click(510, 510)
    assert areas(stage) == [400]  # known at once: it looks only around what was changed
    stage.hover(110, 110)
    assert label(stage).startswith("the model says dog, the mask says background; 400 pixels")
    stage.key(Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: areas(stage) == [600, 400])


def test_that_enter_twice_takes_only_the_place_that_was_gone_to(stage):
    stage.hover(22, 22)
    before = len(stage.canvas.tool.places)
    stage.key(Qt.Key.Key_N)
    stage.key(Qt.Key.Key_Return)
    stage.key(Qt.Key.Key_Return)
    assert len(stage.canvas.tool.places) == before - 1
    assert (stage.mask[20:26, 20:26] == 0).all()
    stage.hover(23, 23)
    stage.key(Qt.Key.Key_Return)
    assert (stage.mask[20:26, 20:26] == 1).all()
