"""AI click: asks a model for the object under clicks or in a box."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter

from core.assist.catalogue import DEFAULT_MODEL, MODELS
from core.assist.prompt import Box, Click, Proposal, can_be_asked
from core.masks.geometry import Rect
from core.masks.shapes.regions import Region
from widgets.canvas import marks
from widgets.canvas.tools.base import Choice, Command, Host, Pointer, Tool
from widgets.canvas.tools.looking import ai_marks
from widgets.canvas.tools.looking.assistant import Assistant, State

_DRAG_DISTANCE = 6.0
_ACCEPT_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BACK_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class AiClick(Tool):
    """Shows what a model takes for the object that is clicked, until it is taken or dropped."""

    id = "ai_click"
    title = "AI click"
    icon = "creation-outline"
    key = "Q"
    group = "clever"
    hint = (
        "Click an object or drag a box around it; Ctrl+click (or Alt+click) what is not part of "
        "it. Enter takes the proposal, Esc drops it."
    )
    choices = (
        Choice(
            "model",
            "Model",
            tuple((model.name, model.label) for model in MODELS),
            "Which model is asked; one that is not on this computer has to be fetched first",
        ),
    )
    commands = (
        Command("accept", "Accept", "check", "Give the proposal the current class (Enter)"),
        Command("take_back", "Take back", "undo-variant", "Take the last click back (Backspace)"),
        Command("cancel", "Drop", "close", "Drop the proposal (Esc)"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.asked: list[Click | Box] = []
        """Clicks and boxes since the last proposal was taken or dropped, in order."""
        self.proposal: Proposal | None = None
        self._pressed: Pointer | None = None
        self._dragged: Pointer | None = None
        self._question = 0
        self._is_waiting = False
        self._heard: Assistant | None = None
        self._asked_model = DEFAULT_MODEL

    # The options

    @property
    def model(self) -> str:
        """The name of the model that is asked."""
        assistant = self._assistant
        return assistant.model if assistant is not None else DEFAULT_MODEL

    @model.setter
    def model(self, name: str) -> None:
        if self._assistant is not None:
            self._assistant.set_model(name)

    @property
    def clicks(self) -> list[Click]:
        """The clicks so far."""
        return [one for one in self.asked if isinstance(one, Click)]

    @property
    def box(self) -> Box | None:
        """The box drawn last."""
        return next((one for one in reversed(self.asked) if isinstance(one, Box)), None)

    @property
    def highlight(self) -> Region | None:
        """The proposal."""
        return self.proposal.region if self.proposal is not None else None

    # What the canvas tells

    def chosen(self) -> None:
        """Get the model ready."""
        assistant = self._listen()
        if assistant is None:
            self.host.say("There is no model that could be asked here.")
        else:
            assistant.prepare()
            self.host.options_changed()

    def sample_changed(self) -> None:
        """The clicks were about another photo."""
        self.cancel()

    def changed(self) -> None:
        """Follow the zoom and the class with marks and words."""
        if self.asked:
            self.host.refresh_marks()

    @property
    def in_progress(self) -> bool:
        """Whether there are clicks to be answered, accepted or dropped."""
        return bool(self.asked)

    def press(self, pointer: Pointer) -> None:
        """Begin a click, or a box."""
        self._pressed, self._dragged = pointer, None

    def double_press(self, pointer: Pointer) -> None:
        """The second press of a double click says nothing that the first has not said."""

    def drag(self, pointer: Pointer) -> None:
        """Draw the box."""
        self.pointer = pointer
        start = self._pressed
        if start is None:
            return
        away = (pointer.position - start.position).manhattanLength()
        if self._dragged is not None or away >= _DRAG_DISTANCE:
            self._dragged = pointer
            self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """Add the click or the box, and ask."""
        start, dragged = self._pressed, self._dragged
        self._pressed = self._dragged = None
        if start is None or not self._can_ask():
            self.host.refresh_marks()
            return
        if dragged is not None:
            self._add_box(start.point, pointer.point)
        elif start.pixel is not None:
            negative = start.control or start.alt
            self._add(Click(*start.point, positive=not negative))

    def hover(self, pointer: Pointer | None) -> None:
        """Let the words follow the mouse while there are any."""
        had_words = bool(self._lines())
        super().hover(pointer)
        if had_words:
            self.host.refresh_marks()

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Ctrl+Z takes a click back before it takes a step back."""
        return bool(self.asked) and _is_undo(key, modifiers)

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter accepts, Backspace and Ctrl+Z take the last click back, Esc drops everything."""
        if not self.asked and self._dragged is None:
            return False
        if key == Qt.Key.Key_Escape:
            self.cancel()
        elif key in _ACCEPT_KEYS:
            self.accept()
        elif key in _BACK_KEYS or _is_undo(key, modifiers):
            self.take_back()
        else:
            return False
        return True

    # Commands

    def accept(self) -> None:
        """Give the proposal the current class."""
        proposal = self.proposal
        if proposal is None and self._is_waiting:
            self.host.say("The model has not answered yet.")
        elif proposal is None:
            self.host.say("Click an object first.")
        elif proposal.region.is_empty:
            self.host.say("There is nothing to take: the model found no object there.")
        else:
            self.cancel()
            self.host.edit(self.title, proposal.region, self.host.current_class)

    def take_back(self) -> bool:
        """Take the last click or box back."""
        if not self.asked:
            return False
        self.asked.pop()
        self._ask()
        return True

    def cancel(self) -> None:
        """Drop clicks and proposal."""
        was_asked = bool(self.asked)
        self._pressed = self._dragged = None
        self.asked = []
        self._forget()
        if was_asked:
            self.host.refresh_marks()

    # Asking

    @property
    def _assistant(self) -> Assistant | None:
        assistant: Assistant | None = self.host.assistant
        return assistant

    def _listen(self) -> Assistant | None:
        assistant = self._assistant
        if assistant is not None and assistant is not self._heard:
            assistant.listen(self._on_assistant_changed)
            self._heard, self._asked_model = assistant, assistant.model
        return assistant

    def _can_ask(self) -> bool:
        assistant = self._listen()
        if assistant is None:
            self.host.say("There is no model that could be asked here.")
            return False
        if assistant.state is State.IDLE:
            assistant.prepare()
        if assistant.state.takes_clicks:
            return True
        self.host.say(assistant.words)
        assistant.prepare()
        return False

    def _add_box(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        height, width = self.host.pixels.shape
        box = Box.between(one, other)
        box = Box(
            max(box.left, 0.0),
            max(box.top, 0.0),
            min(box.right, float(width)),
            min(box.bottom, float(height)),
        )
        if box.right - box.left >= 1.0 and box.bottom - box.top >= 1.0:
            self._add(box)
        else:
            self.host.refresh_marks()

    def _add(self, one: Click | Box) -> None:
        self.asked.append(one)
        self._ask()
        if not self._is_waiting and self.proposal is None and self.clicks:
            self.host.say("Now click the object itself; this click says what is not part of it.")

    def _ask(self) -> None:
        """Ask with what there is; the last proposal stays to be seen until the next one comes."""
        assistant = self._assistant
        if assistant is None or not can_be_asked(self.clicks, self.box):
            self._forget()
        else:
            self._question += 1
            question = self._question
            self._is_waiting = True
            self._asked_model = assistant.model

            def done(proposal: Proposal | None) -> None:
                if question == self._question:
                    self._show(proposal)

            assistant.propose(self.clicks, self.box, done)
        self.host.refresh_marks()

    def _show(self, proposal: Proposal | None) -> None:
        self._is_waiting = False
        self.proposal = proposal
        assistant = self._assistant
        if proposal is None and assistant is not None and assistant.words:
            self.host.say(assistant.words)
        elif proposal is not None and proposal.region.is_empty:
            self.host.say("The model found no object there.")
        self.host.refresh_marks()

    def _forget(self) -> None:
        """Want no answer, and show none."""
        self._question += 1
        self._is_waiting, self.proposal = False, None
        if self._assistant is not None:
            self._assistant.forget()

    def _on_assistant_changed(self) -> None:
        assistant = self._assistant
        if assistant is None:
            return
        if assistant.model != self._asked_model:
            self._asked_model = assistant.model
            self.host.options_changed()
            if self.asked:
                self._ask()
        self.host.refresh_marks()

    # Marks

    def marks_rect(self) -> QRect:
        """Proposal, clicks, box and words."""
        placement = self.host.placement
        shown = ai_marks.area_of(self.clicks, self._shown_box(), placement)
        if self.proposal is not None and not self.proposal.region.is_empty:
            shown = shown.united(placement.covering(self.proposal.region.rect, 6))
        lines = self._lines()
        if lines:
            shown = shown.united(self._tag(lines))
        return shown.adjusted(-4, -4, 4, 4) if not shown.isNull() else shown

    def paint(self, painter: QPainter) -> None:
        """Draw the box, the clicks and the words; the proposal is the highlight."""
        ai_marks.draw(painter, self.clicks, self._shown_box(), self.host.placement)
        lines = self._lines()
        if lines:
            marks.draw_tag(painter, self._tag(lines), lines)

    def _shown_box(self) -> Box | None:
        if self._pressed is not None and self._dragged is not None:
            return Box.between(self._pressed.point, self._dragged.point)
        return self.box

    def _lines(self) -> list[str]:
        """What stands beside the proposal, or beside the mouse while there is none."""
        assistant = self._assistant
        if assistant is None:
            return []
        if not self.asked and assistant.state not in (State.STARTING, State.LOOKING):
            return []
        name = self.host.class_name(self.host.current_class)
        return ai_marks.words_beside(assistant, self.proposal, name, is_waiting=self._is_waiting)

    def _tag(self, lines: list[str]) -> QRect:
        placement = self.host.placement
        if self.proposal is not None and not self.proposal.region.is_empty:
            shown = placement.rect_to_view(_last_row(self.proposal.region.rect))
            at = shown.bottomLeft() - QPointF(18, 10)
        elif self.asked:
            last = self.asked[-1]
            x, y = (last.x, last.y) if isinstance(last, Click) else (last.right, last.bottom)
            at = placement.to_view(x, y)
        elif self.pointer is not None:
            at = self.pointer.position
        else:  # the mouse is elsewhere: in the corner
            at = QPointF(-10, -10)
        return marks.tag_area(self.host.fontMetrics(), self.host.rect(), at, lines)


def _is_undo(key: int, modifiers: Qt.KeyboardModifier) -> bool:
    return key == Qt.Key.Key_Z and modifiers == Qt.KeyboardModifier.ControlModifier


def _last_row(rect: Rect) -> Rect:
    return Rect(rect.x, rect.bottom - 1, rect.width, 1)
