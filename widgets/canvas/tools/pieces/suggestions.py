"""From the model: taking a run's class where it differs from the mask."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from core.images import Array
from core.masks.shapes.regions import Region
from core.masks.suggestions.disagreement import Disagreement, Order, all_of, ordered, surer_than
from core.masks.suggestions.disagreement_map import DisagreementMap
from widgets.canvas import marks
from widgets.canvas.tools.base import Choice, Command, Host, Number, Pointer, Tool
from widgets.canvas.tools.pieces.place_outlines import paint_outlines
from widgets.canvas.tools.pieces.suggestion_words import (
    NO_PREDICTION,
    OTHER_SIZE,
    place_in_words,
    preview_in_words,
)

_AT_ONCE = 1 << 18
"""Pixels of a mask that is compared with a prediction while the user waits."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Suggestions(Tool):
    """Takes a run's class where it differs from the mask.

    The places where the two differ are outlined. *Take all* takes the places whose mean
    confidence is at least the percentage that is set (all of them, for a run that kept no
    confidence): it shows first every pixel that would change, and the second time, or with Enter,
    takes them as one step. After an edit of its own it looks only around what was changed.
    """

    id = "suggestions"
    title = "From the model"
    icon = "robot-outline"
    key = "M"
    group = "pieces"
    hint = (
        "Click an outlined place to take the model's class; Alt+click ignores it; N goes to the "
        "next, Enter takes it."
    )
    choices = (
        Choice(
            "order",
            "Next by",
            (("size", "Size"), ("confidence", "Confidence")),
            "Whether N goes to the next smaller place, or to the one that the model is surest of",
        ),
    )
    numbers = (
        Number("least", "At least", 1, 10_000, "Smaller places are left out", " px"),
        Number("sure", "Sure from", 0, 100, "How sure the model must be for Take all", " %"),
    )
    commands = (
        Command(
            "take_all",
            "Take all",
            "check-all",
            "Show what would change, then take it",
            anytime=True,
        ),
        Command("drop", "Drop", "close", "Drop the preview of Take all (Esc)"),
        Command(
            "next_place",
            "Next",
            "chevron-right",
            "Go to the next place (N, back Shift+N)",
            anytime=True,
        ),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.order: Order = "size"
        self.least = 20
        self.sure = 90
        self._map: DisagreementMap | None = None
        self._places: list[Disagreement] = []
        self._known: tuple[object, ...] | None = None
        self._asked: tuple[object, ...] | None = None
        self._pointed: Disagreement | None = None
        self._visited: Disagreement | None = None
        self._visited_at = -1
        self._preview: tuple[list[Disagreement], Region] | None = None
        self._previewed: tuple[object, ...] | None = None
        self._is_editing = False
        self._lines: list[str] = []

    # What is known

    @property
    def places(self) -> Sequence[Disagreement]:
        """The places where mask and prediction differ, in the order that is chosen."""
        return self._places

    @property
    def highlight(self) -> Region | None:
        """Every pixel that Take all would change, or the place that is looked at."""
        if self._preview is not None:
            return self._preview[1]
        return self._current.region if self._current is not None else None

    def changed(self) -> None:
        """Compare again what has changed, and order anew."""
        if self._is_editing:
            return
        self._refresh()
        self._arrange()

    @property
    def in_progress(self) -> bool:
        """Whether there is a preview to be taken or dropped."""
        return self._preview is not None

    def chosen(self) -> None:
        """Say what it is waiting for."""
        self.changed()
        if problem := self._problem():
            self.host.say(problem)

    def sample_changed(self) -> None:
        """Forget the places of the other sample."""
        self._forget()

    def cancel(self) -> None:
        """Drop the preview, and look at no place."""
        self._asked = None  # a comparison under way may be dropped with what else is
        self.pointer = None
        self.drop()

    # The mouse

    def hover(self, pointer: Pointer | None) -> None:
        """Tell what the model says of the place under the cursor."""
        super().hover(pointer)
        self._pointed = self._at(pointer.pixel) if pointer is not None else None
        self._show()

    def drag(self, pointer: Pointer) -> None:
        """Look at what is under the cursor; only presses act."""
        self.hover(pointer)

    def press(self, pointer: Pointer) -> None:
        """Take the model's class in the place under the cursor, or ignore the place with Alt."""
        self.hover(pointer)
        place = self._pointed
        if problem := self._problem():
            self.host.say(problem)
        elif place is not None and pointer.alt:
            self._edit("Ignore a place", place.region, self.host.ignore_index)
        elif place is not None:
            self._take(place)
        elif pointer.pixel is not None and self._asked is not None:
            self.host.say("The mask is still being compared with the prediction.")
        elif pointer.pixel is not None:
            self.host.say("Here the model says what the mask says.")

    # Keys and buttons

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """N and Shift+N go from place to place, as long as there are any."""
        is_plain = not modifiers & ~Qt.KeyboardModifier.ShiftModifier
        return key == Qt.Key.Key_N and is_plain and bool(self._places)

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """N and Shift+N go on and back; Enter takes what is shown, Esc drops it."""
        if self.wants_key(key, modifiers):
            self._step(-1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in _ENTER and self._preview is not None:
            self.take_all()
        elif key in _ENTER and (place := self._current) is not None:
            self._take(place)
            self.hover(None)  # The next Enter is not for what the mouse happens to rest on.
        elif key == Qt.Key.Key_Escape and (self._preview is not None or self._visited is not None):
            self.drop()
        else:
            return False
        return True

    def take_back(self) -> bool:
        """Drop the preview."""
        if self._preview is None:
            return False
        self.drop()
        return True

    def next_place(self) -> None:
        """Go to the next place."""
        if problem := self._problem():
            self.host.say(problem)
        else:
            self._step(1)

    def take_all(self) -> None:
        """Show what would be taken; when that is shown already, take it as one step."""
        prediction, preview = self.host.prediction, self._preview
        if problem := self._problem():
            self.host.say(problem)
        elif preview is None:
            self._make_preview()
            self._show()
        elif prediction is not None:
            self._preview = None
            region = preview[1]
            self._edit("Take all from the model", region, prediction.classes[region.rect.slices])

    def drop(self) -> None:
        """Drop the preview, and look at no place."""
        self._preview = self._pointed = self._visited = None
        self._show()

    # What is drawn

    def marks_rect(self) -> QRect:
        """Outlines may be anywhere; without them there is only the label."""
        return self.host.rect() if self._places else self._tag_area()

    def paint(self, painter: QPainter) -> None:
        """Outline the places, and draw the label beside the cursor."""
        if self._map is not None and self._places:
            paint_outlines(painter, self._map.picture, self.host.placement, self.host.rect())
        if self._lines and self.pointer is not None:
            marks.draw_tag(painter, self._tag_area(), self._lines)

    def label(self) -> list[str]:
        """The lines beside the cursor."""
        return self._lines

    # Comparing

    def _problem(self) -> str:
        prediction = self.host.prediction
        if prediction is None:
            return NO_PREDICTION
        return OTHER_SIZE if prediction.classes.shape != self.host.pixels.shape else ""

    def _state(self) -> tuple[object, ...]:
        document = self.host.document
        revision = document.revision if document is not None else 0
        return document, revision, self.host.prediction, self.least, self.host.ignore_index

    def _refresh(self) -> None:
        """Compare mask and prediction, unless that was done since anything changed."""
        prediction, state = self.host.prediction, self._state()
        if self.host.document is None or prediction is None or self._problem():
            self._forget()
            return
        if state in (self._known, self._asked):
            return
        mask, least, ignore = self.host.pixels, self.least, self.host.ignore_index

        def compared(pixels: Array) -> DisagreementMap:
            classes, confidence = prediction.classes, prediction.confidence
            return DisagreementMap(pixels, classes, confidence, least=least, ignore=ignore)

        def done(found: DisagreementMap) -> None:
            if state == self._asked and state == self._state():
                self._map, self._known, self._asked = found, state, None
                self._arrange()

        self._asked = state
        if mask.size <= _AT_ONCE:
            done(compared(mask))
        else:
            copy = mask.copy()
            self.host.compute(lambda: compared(copy), done)

    def _arrange(self) -> None:
        self._places = ordered(self._map.found, self.order) if self._map is not None else []
        self._pointed = self._at(self.pointer.pixel) if self.pointer is not None else None
        if self._preview is not None and self._previewed != (self._known, self.sure):
            self._make_preview()
        self._show()

    def _edit(self, name: str, region: Region, value: int | Array) -> None:
        """Write, and compare again only around what was written."""
        self._preview = None
        was_known = self._known == self._state()
        self._is_editing = True
        try:
            changed = self.host.edit(name, region, value)
        finally:
            self._is_editing = False
        if was_known and self._map is not None and not changed.is_empty:
            self._map.update(self.host.pixels, changed)
            self._known, self._asked = self._state(), None
        self.changed()

    def _take(self, place: Disagreement) -> None:
        self._edit("Take from the model", place.region, place.said)

    def _forget(self) -> None:
        self._map, self._places = None, []
        self._known = self._asked = None
        self._pointed = self._visited = self._preview = None
        self._visited_at = -1
        self._lines = []

    # Places

    @property
    def _current(self) -> Disagreement | None:
        """The place under the cursor; else the one that N went to."""
        return self._pointed or self._still(self._visited)

    def _still(self, place: Disagreement | None) -> Disagreement | None:
        if place is None or self._map is None:
            return None
        rect, column = place.region.rect, int(place.region.stencil[0].argmax())
        return place if self._map.at(rect.x + column, rect.y) is place else None

    def _at(self, pixel: tuple[int, int] | None) -> Disagreement | None:
        return self._map.at(*pixel) if pixel is not None and self._map is not None else None

    def _step(self, step: int) -> None:
        count = len(self._places)
        if not count:
            self.host.say("The model and the mask agree everywhere.")
            return
        self._preview = None
        if (still := self._still(self._visited)) is not None:
            place = next(at for at, each in enumerate(self._places) if each is still) + step
        else:  # it was taken, and the next one has moved up
            place = max(self._visited_at, 0) if step > 0 else self._visited_at - 1
        if not 0 <= place < count:
            place = 0 if step > 0 else count - 1
        self._visited_at, self._visited = place, self._places[place]
        self._pointed = None
        self.host.reveal(self._visited.region.rect)
        self.host.say(f"{place + 1:,} of {count:,}: {place_in_words(self.host, self._visited)}.")
        self._show()

    def _make_preview(self) -> None:
        self._previewed = (self._known, self.sure)
        taken = surer_than(self._places, self.sure / 100)
        self._preview = (taken, all_of(taken)) if taken else None
        nothing = f"There is no place that the model is {self.sure} % sure of."
        self.host.say(preview_in_words(taken) if taken else nothing)

    def _show(self) -> None:
        if self.host.document is None:
            self._lines = []
        elif problem := self._problem():
            self._lines = problem.split(": ")
        elif self._preview is not None:
            self._lines = preview_in_words(self._preview[0]).split(": ")
        elif self._pointed is not None:
            self._lines = [
                place_in_words(self.host, self._pointed),
                "click takes it · Alt+click ignores it",
            ]
        else:
            self._lines = []
        self.host.refresh_marks()

    def _tag_area(self) -> QRect:
        if not self._lines or self.pointer is None:
            return QRect()
        return marks.tag_area(
            self.host.fontMetrics(), self.host.rect(), self.pointer.position, self._lines
        )
