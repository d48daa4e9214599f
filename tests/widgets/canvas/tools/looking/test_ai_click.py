"""The AI click, worked with mouse and keys; the assistant answers when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent

from core.assist.prompt import Box, Click, Proposal
from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from core.masks.shapes.regions import NOTHING, Region
from widgets.canvas import MaskCanvas
from widgets.canvas.tools.looking.assistant import State

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class FakeAssistant:
    """Remembers what it is asked; the test answers."""

    def __init__(self) -> None:
        self.state = State.READY
        self.words = ""
        self.model = "efficientsam:10m"
        self.prepared = 0
        self.asked: list[tuple[list[Click], Box | None]] = []
        self.answers: list[Callable[[Proposal | None], None]] = []
        self.listeners: list[Callable[[], None]] = []

    def set_model(self, name: str) -> None:
        self.model = name
        self.tell()

    def prepare(self) -> None:
        self.prepared += 1

    def propose(self, clicks: Sequence[Click], box: Box | None, done) -> None:
        self.asked.append((list(clicks), box))
        self.answers.append(done)

    def forget(self) -> None:
        pass

    def listen(self, callback: Callable[[], None]) -> None:
        self.listeners.append(callback)

    def tell(self, state: State | None = None, words: str = "") -> None:
        self.state, self.words = state or self.state, words
        for callback in self.listeners:
            callback()


class Stage:
    """A canvas with the tool chosen, and hands."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.canvas = MaskCanvas()
        self.canvas.resize(840, 640)
        qtbot.addWidget(self.canvas)
        self.assistant = FakeAssistant()
        self.canvas.set_assistant(self.assistant)
        self.document = MaskDocument(np.zeros((60, 80), np.uint8))
        self.canvas.set_image(np.full((60, 80, 3), 90, np.uint8))
        self.canvas.set_document(self.document, CLASSES, 255)
        self.canvas.show()
        qtbot.waitExposed(self.canvas)
        self.sentences: list[str] = []
        self.canvas.said.connect(self.sentences.append)
        self.canvas.set_tool("ai_click")

    @property
    def tool(self):
        return self.canvas.tool

    def at(self, x: int, y: int) -> QPoint:
        return self.canvas.pixel_center(x, y)

    def click(self, x: int, y: int, modifiers=NONE) -> None:
        self.qtbot.mouseClick(self.canvas, LEFT, modifiers, self.at(x, y))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.qtbot.mousePress(self.canvas, LEFT, NONE, self.at(*start))
        self.qtbot.mouseMove(self.canvas, self.at(*end))
        self.qtbot.mouseRelease(self.canvas, LEFT, NONE, self.at(*end))

    def key(self, key, modifiers=NONE) -> None:
        self.qtbot.keyClick(self.canvas, key, modifiers)

    def answer(self, region: Region, score: float | None = 0.9) -> None:
        self.assistant.answers[-1](Proposal(region, score))

    def clicks(self) -> list[tuple[int, int, bool]]:
        """What the assistant was asked last, by pixel."""
        clicks, _box = self.assistant.asked[-1]
        return [(int(click.x), int(click.y), click.positive) for click in clicks]

    def pixels(self) -> np.ndarray:
        return self.document.mask.copy()


@pytest.fixture
def stage(qtbot):
    stage = Stage(qtbot)
    yield stage
    stage.canvas.shut_down()


def region(x: int, y: int, width: int, height: int) -> Region:
    stencil = np.ones((height, width), bool)
    stencil[0, 0] = False
    return Region(Rect(x, y, width, height), stencil)


def painted(of: Region, value: int) -> np.ndarray:
    mask = np.zeros((60, 80), np.uint8)
    mask[of.rect.slices][of.stencil] = value
    return mask


def test_that_choosing_the_tool_gets_the_model_ready(stage):
    assert stage.assistant.prepared == 1


def test_that_enter_gives_a_proposal_the_current_class_as_one_step(stage):
    stage.canvas.set_current_class(2)
    stage.click(30, 20)
    assert stage.clicks() == [(30, 20, True)]
    assert not stage.pixels().any()
    stage.answer(region(25, 15, 20, 10))
    assert stage.tool.highlight is not None
    assert not stage.pixels().any()  # a proposal changes nothing
    stage.key(Qt.Key.Key_Return)
    np.testing.assert_array_equal(stage.pixels(), painted(region(25, 15, 20, 10), 2))
    assert stage.document.undo_name == "AI click"
    assert stage.tool.highlight is None
    assert stage.tool.asked == []
    stage.key(Qt.Key.Key_Z, CONTROL)
    assert not stage.pixels().any()


def test_that_escape_drops_a_proposal_without_a_trace(stage):
    stage.click(30, 20)
    stage.answer(region(25, 15, 20, 10))
    stage.key(Qt.Key.Key_Escape)
    assert stage.tool.highlight is None
    stage.key(Qt.Key.Key_Return)
    assert not stage.pixels().any()
    assert not stage.document.is_dirty


@pytest.mark.parametrize("modifiers", [CONTROL, ALT])
def test_that_control_or_alt_clicks_say_what_does_not_belong(stage, modifiers):
    stage.click(30, 20)
    stage.click(40, 25, modifiers)
    assert stage.clicks() == [(30, 20, True), (40, 25, False)]


def test_that_a_drag_draws_a_box_in_any_direction_and_clicks_refine_it(stage):
    stage.drag((60, 50), (20, 10))
    clicks, box = stage.assistant.asked[-1]
    assert clicks == []
    assert [int(side) for side in (box.left, box.top, box.right, box.bottom)] == [20, 10, 60, 50]
    stage.click(30, 20)
    assert stage.assistant.asked[-1][1] == box
    assert stage.clicks() == [(30, 20, True)]
    stage.drag((10, 10), (30, 30))
    assert stage.assistant.asked[-1][1] != box  # a new box takes the place of the old one


@pytest.mark.parametrize(
    ("key", "modifiers"), [(Qt.Key.Key_Backspace, NONE), (Qt.Key.Key_Z, CONTROL)]
)
def test_that_the_last_click_can_be_taken_back(stage, key, modifiers):
    stage.click(30, 20)
    stage.click(40, 25)
    stage.key(key, modifiers)
    assert stage.clicks() == [(30, 20, True)]
    stage.answer(region(25, 15, 20, 10))
    stage.key(key, modifiers)
    assert stage.tool.highlight is None
    assert stage.tool.asked == []


def test_that_ctrl_z_is_the_tools_only_while_there_are_clicks(stage, qtbot):
    def is_kept_from_the_page() -> bool:
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CONTROL)
        event.ignore()
        stage.canvas.event(event)
        return event.isAccepted()

    assert not is_kept_from_the_page()
    stage.click(30, 20)
    assert is_kept_from_the_page()


def test_that_an_answer_to_an_older_question_is_not_shown(stage):
    stage.click(30, 20)
    stage.click(40, 25)
    stage.assistant.answers[0](Proposal(region(0, 0, 5, 5), 0.5))
    assert stage.tool.highlight is None
    stage.answer(region(25, 15, 20, 10))
    assert stage.tool.highlight.rect == Rect(25, 15, 20, 10)
    stage.key(Qt.Key.Key_Escape)
    stage.answer(region(1, 1, 5, 5))
    assert stage.tool.highlight is None


def test_that_another_sample_or_tool_drops_everything(stage):
    stage.click(30, 20)
    stage.answer(region(25, 15, 20, 10))
    stage.canvas.set_tool("brush")
    stage.canvas.set_tool("ai_click")
    assert stage.tool.highlight is None
    stage.click(30, 20)
    stage.canvas.set_document(MaskDocument(np.zeros((60, 80), np.uint8)), CLASSES, 255)
    stage.answer(region(25, 15, 20, 10))
    assert stage.tool.highlight is None
    assert stage.tool.asked == []


def test_that_a_negative_click_alone_asks_nothing_and_says_what_is_missing(stage):
    stage.click(30, 20, CONTROL)
    assert stage.assistant.asked == []
    assert "Now click the object itself" in stage.sentences[-1]
    stage.click(40, 20)
    assert stage.clicks() == [(30, 20, False), (40, 20, True)]


def test_that_clicks_made_while_the_photo_is_looked_at_are_asked_and_answered_later(stage):
    stage.assistant.tell(State.LOOKING, "Looking at the photo …")
    stage.click(30, 20)
    assert stage.clicks() == [(30, 20, True)]
    stage.assistant.tell(State.READY)
    stage.answer(region(25, 15, 20, 10))
    assert stage.tool.highlight is not None


def test_that_what_it_waits_for_is_shown_wherever_the_mouse_is(stage):
    stage.assistant.tell(State.LOOKING, "Looking at the photo …")
    corner = stage.tool.marks_rect()
    assert not corner.isEmpty()
    stage.qtbot.mouseMove(stage.canvas, stage.at(40, 30))
    assert stage.tool.marks_rect() != corner
    stage.assistant.tell(State.READY)
    assert stage.tool.marks_rect().isEmpty()


def test_that_without_weights_a_click_says_so_and_offers_the_ways_out_again(stage):
    stage.assistant.tell(State.NO_WEIGHTS, "EfficientSAM (10M) is not on this computer yet.")
    stage.click(30, 20)
    assert stage.assistant.asked == []
    assert stage.tool.asked == []
    assert stage.sentences[-1] == "EfficientSAM (10M) is not on this computer yet."
    assert stage.assistant.prepared == 2


def test_that_a_question_without_an_answer_says_why(stage):
    stage.click(30, 20)
    stage.assistant.words = "The model failed."
    stage.assistant.answers[-1](None)
    assert stage.sentences[-1] == "The model failed."
    stage.key(Qt.Key.Key_Return)
    assert not stage.pixels().any()


def test_that_finding_nothing_is_said_and_cannot_be_accepted(stage):
    stage.click(30, 20)
    stage.answer(NOTHING, None)
    assert stage.sentences[-1] == "The model found no object there."
    stage.key(Qt.Key.Key_Return)
    assert not stage.document.is_dirty
    assert stage.tool.asked  # it goes on with the next click


def test_that_another_model_is_asked_the_same(stage):
    stage.click(30, 20)
    changes: list[None] = []
    stage.canvas.tool_options_changed.connect(lambda: changes.append(None))
    stage.tool.model = "sam2:tiny"
    assert stage.assistant.model == stage.tool.model == "sam2:tiny"
    assert len(stage.assistant.asked) == 2
    assert changes


def test_that_clicks_beside_the_image_are_none_and_boxes_end_at_its_border(stage):
    stage.qtbot.mouseClick(stage.canvas, LEFT, NONE, QPoint(2, 2))
    assert stage.assistant.asked == []
    stage.qtbot.mousePress(stage.canvas, LEFT, NONE, stage.at(20, 10))
    stage.qtbot.mouseMove(stage.canvas, QPoint(838, 638))
    stage.qtbot.mouseRelease(stage.canvas, LEFT, NONE, QPoint(838, 638))
    box = stage.assistant.asked[-1][1]
    assert (box.right, box.bottom) == (80, 60)


def test_that_protected_classes_stay_as_they_are(stage):
    from core.masks.protection import Over, Protection

    stage.document.apply("before", region(25, 15, 5, 5), 1)
    stage.canvas.set_protection(Protection(Over.BACKGROUND))
    stage.canvas.set_current_class(2)
    stage.click(30, 20)
    stage.answer(region(20, 10, 20, 20))
    stage.key(Qt.Key.Key_Return)
    expected = painted(region(20, 10, 20, 20), 2)
    expected[painted(region(25, 15, 5, 5), 1) == 1] = 1
    np.testing.assert_array_equal(stage.pixels(), expected)


def test_that_the_buttons_do_what_the_keys_do(stage):
    stage.click(30, 20)
    stage.answer(region(25, 15, 20, 10))
    methods = [command.method for command in stage.tool.commands]
    assert methods == ["accept", "take_back", "cancel"]
    stage.tool.accept()
    assert stage.pixels().any()


def test_that_marks_repaint_every_pixel_they_change(stage, qtbot):
    """Whatever differs from the picture without marks lies in the marks' rectangle."""
    before = _grab(stage)
    stage.click(30, 20)
    stage.click(50, 40, CONTROL)
    stage.drag((10, 5), (70, 55))
    stage.answer(region(25, 15, 20, 10))
    after = _grab(stage)
    rows, columns = np.nonzero((before != after).any(axis=2))
    shown = stage.tool.marks_rect()
    assert rows.size
    assert shown.left() <= columns.min() <= columns.max() <= shown.right()
    assert shown.top() <= rows.min() <= rows.max() <= shown.bottom()


def _grab(stage) -> np.ndarray:
    image = stage.canvas.grab().toImage()
    data = np.frombuffer(image.constBits(), np.uint8).copy()
    return data.reshape(image.height(), image.width(), 4)
