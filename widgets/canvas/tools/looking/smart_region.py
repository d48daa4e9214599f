"""Smart region: a box or strokes say where the object is, more strokes mend what was found."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.masks.geometry import EMPTY, Rect, around, whole
from core.masks.shapes.regions import Point, Region
from core.masks.smart.grabcut import Hints, Mark, propose
from widgets.canvas import marks
from widgets.canvas.tools.base import Choice, Command, Host, Pointer, Toggle
from widgets.canvas.tools.looking.photo_tool import ACCEPT_KEYS, PhotoTool

# Width of strokes, and the least side of a box, in pixels of the view: what a hand can aim at.
_STROKE_WIDTH = 7.0
_LEAST_BOX = 6.0
_OBJECT, _GROUND = QColor(46, 204, 113), QColor(255, 82, 82)
_TAKE_BACK_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
_NEXT = "Stroke over what is missing, Alt+stroke over what is too much; Enter accepts."


class SmartRegion(PhotoTool):
    """Proposes the object in a box or under strokes, by its colours and edges."""

    id = "smart_region"
    title = "Smart region"
    icon = "selection-drag"
    key = "G"
    hint = "Drag a box around an object. Then strokes add, Alt+strokes take away; Enter accepts."
    choices = (
        Choice(
            "begin_with",
            "Begin with",
            (("box", "a box"), ("strokes", "strokes")),
            "What the first drag is: a box around the object, or a stroke over it "
            "(Ctrl+drag always draws a box)",
        ),
    )
    toggles = (
        Toggle(
            "from_mask",
            "Begin with the mask",
            "Take pixels that have the current class already for likely object",
        ),
    )
    commands = (
        Command("accept", "Accept", "check", "Give the proposal the current class (Enter)"),
        Command(
            "take_back",
            "Take back",
            "undo-variant",
            "Take the last stroke back (Backspace, Ctrl+Z)",
        ),
        Command("cancel", "Drop", "close", "Forget the proposal (Esc)"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.begin_with = "box"
        self.from_mask = False
        self._box = EMPTY
        self._strokes: list[Mark] = []
        self._box_from: QPointF | None = None
        self._stroke: list[Point] = []
        self._stroke_is_object = True
        self._proposal: Region | None = None
        self._area = 0
        self._asked: tuple[Hints, bool, int] | None = None
        self._answered: tuple[Hints, bool, int] | None = None
        self._accepts_answer = False

    @property
    def hints(self) -> Hints:
        """What the user has said so far."""
        return Hints(self._box, tuple(self._strokes))

    @property
    def highlight(self) -> Region | None:
        """The proposal."""
        return self._proposal

    @property
    def in_progress(self) -> bool:
        """Whether there is something to accept or to drop."""
        return not self.hints.is_empty or bool(self._stroke) or self._box_from is not None

    def press(self, pointer: Pointer) -> None:
        """Begin a box, or a stroke."""
        self.pointer = pointer
        if self.photo_pixels() is None:
            return
        takes_away = pointer.alt or pointer.shift
        wants_box = self.begin_with == "box" and self.hints.is_empty and not takes_away
        if wants_box or pointer.control:
            self._box_from = pointer.position
        else:
            self._stroke_is_object = not takes_away
            self._stroke = [pointer.point]
        self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Go on with the box, or the stroke."""
        self.pointer = pointer
        if self._stroke and pointer.point != self._stroke[-1]:
            self._stroke.append(pointer.point)
        self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """Look for the object with what was drawn."""
        self.pointer = pointer
        if self._box_from is not None:
            drawn = QRectF(self._box_from, pointer.position).normalized()
            box = self._box_of(self._box_from, pointer.position)
            self._box_from = None
            if max(drawn.width(), drawn.height()) < _LEAST_BOX or box.is_empty:
                self.host.say("Drag a box around an object.")
            else:
                self._box = box
                self._look()
        elif self._stroke:
            width = max(1.0, _STROKE_WIDTH / self.host.placement.scale)
            mark = Mark(tuple(self._stroke), width, self._stroke_is_object)
            self._stroke = []
            if mark.rect.intersected(whole(self.host.pixels.shape)).is_empty:
                self.host.say("The stroke is beside the photo.")
            else:
                self._strokes.append(mark)
                self._look()
        self.host.refresh_marks()

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter, Esc, Backspace and Ctrl+Z, while something is in progress."""
        is_undo = key == Qt.Key.Key_Z and modifiers == Qt.KeyboardModifier.ControlModifier
        known = (*ACCEPT_KEYS, *_TAKE_BACK_KEYS, Qt.Key.Key_Escape)
        return self.in_progress and (is_undo or key in known)

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter accepts, Esc drops, Backspace and Ctrl+Z take the last stroke back."""
        if not self.wants_key(key, modifiers):
            return False
        if key in ACCEPT_KEYS:
            self.accept()
        elif key == Qt.Key.Key_Escape:
            self.cancel()
        else:
            self.take_back()
        return True

    def accept(self) -> None:
        """Give the proposal the current class; wait for it if it is under way."""
        if self.hints.is_empty:
            self.host.say(self.hint)
        elif self.is_asking:
            self._accepts_answer = True
        elif self._proposal is None:
            self.host.say("There is nothing to accept: no object was found.")
        else:
            proposal, size = self._proposal, self.size_in_words(self._area)
            self.cancel()
            if not self.host.edit(self.title, proposal, self.host.current_class).is_empty:
                name = self.host.class_name(self.host.current_class)
                self.host.say(f"Accepted as {name}: {size}.")

    def take_back(self) -> bool:
        """Forget the last stroke, or the box when there is none."""
        if not self.in_progress:
            return False
        if self._stroke or self._box_from is not None:
            self._stroke, self._box_from = [], None
        elif self._strokes:
            self._strokes.pop()
            self._look()
        else:
            self.cancel()
        self.host.refresh_marks()
        return True

    def cancel(self) -> None:
        """Forget box, strokes and proposal."""
        self._box, self._box_from = EMPTY, None
        self._strokes, self._stroke = [], []
        self._proposal = self._asked = self._answered = None
        self._accepts_answer = False
        self.drop_question()
        self.host.refresh_marks()

    def changed(self) -> None:
        """Another class, an option, or the view: look again where that makes a difference."""
        if not self.hints.is_empty and self._answered is not None:
            self._look()
        self.host.refresh_marks()

    def failed(self) -> None:
        """Nothing to show; more strokes, or another box, may help."""
        self._proposal, self._accepts_answer = None, False
        self._answered = self._asked
        self.host.refresh_marks()

    def marks_rect(self) -> QRect:
        """Box, strokes, proposal and label."""
        if not self.in_progress:
            return QRect()
        placement = self.host.placement
        rects = [mark.rect for mark in self._strokes]
        if self._stroke:
            rects.append(Mark(tuple(self._stroke), 1.0, True).rect)
        if self._proposal is not None:
            rects.append(self._proposal.rect)
        area = placement.covering(around([self._box, *rects]), margin=12)
        if self._box_from is not None and self.pointer is not None:
            drawn = QRectF(self._box_from, self.pointer.position).normalized()
            area = area.united(drawn.toAlignedRect().adjusted(-4, -4, 4, 4))
        tag = self._tag_area()
        return (area if tag is None else area.united(tag)).intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the box, the strokes, and a label that says what can be done."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = self._frame()
        if frame is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for pen in marks.two_tone(1.5):
                pen.setStyle(Qt.PenStyle.DashLine)
                painter.setPen(pen)
                painter.drawRect(frame)
        for mark in self._strokes:
            self._draw_stroke(painter, mark.points, mark.width, mark.is_object)
        if self._stroke:
            width = _STROKE_WIDTH / self.host.placement.scale
            self._draw_stroke(painter, self._stroke, width, self._stroke_is_object)
        tag = self._tag_area()
        if tag is not None:
            marks.draw_tag(painter, tag, self._words())

    def _look(self) -> None:
        """Ask for a proposal, unless the last one was for the same."""
        document, hints = self.host.document, self.hints
        pixels = self.photo_pixels() if document is not None else None
        if document is None or pixels is None:
            return
        if hints.is_empty:
            self.cancel()
            return
        question = (hints, self.from_mask, self._mask_key())
        if self.is_asking or question == self._answered:
            return
        self._asked = question
        prior = self._prior() if self.from_mask else None
        self.ask(lambda: propose(pixels, hints, prior), self._on_proposal)

    def _on_proposal(self, proposal: Region) -> None:
        self._answered = self._asked
        self._proposal = None if proposal.is_empty else proposal
        self._area = proposal.area
        if self._answered != (self.hints, self.from_mask, self._mask_key()):
            self._look()
        elif self._proposal is None:
            self._accepts_answer = False
            self.host.say("No object was found; stroke over it, or draw another box.")
        elif self._accepts_answer:
            self.accept()
        else:
            self.host.say(_NEXT)
        self.host.refresh_marks()

    def _mask_key(self) -> int:
        """What a prior depends on beside the hints: 0 when the mask is not looked at."""
        document = self.host.document
        if not self.from_mask or document is None:
            return 0
        return hash((document.revision, self.host.current_class))

    def _prior(self) -> Region | None:
        """The current class's pixels near the hints; a copy."""
        pixels = self.host.pixels
        said = around([self._box, *(mark.rect for mark in self._strokes)])
        rect = said.grown(max(said.width, said.height)).intersected(whole(pixels.shape))
        stencil = pixels[rect.slices] == self.host.current_class
        return Region(rect, stencil) if stencil.any() else None

    def _box_of(self, start: QPointF, end: QPointF) -> Rect:
        """The pixels that a box in the view covers the middle of."""
        xa, ya = self.host.placement.to_image(start)
        xb, yb = self.host.placement.to_image(end)
        left, right = round(min(xa, xb)), round(max(xa, xb))
        top, bottom = round(min(ya, yb)), round(max(ya, yb))
        drawn = Rect(left, top, right - left, bottom - top)
        return drawn.intersected(whole(self.host.pixels.shape))

    def _frame(self) -> QRectF | None:
        if self._box_from is not None and self.pointer is not None:
            return QRectF(self._box_from, self.pointer.position).normalized()
        return None if self._box.is_empty else self.host.placement.rect_to_view(self._box)

    def _draw_stroke(
        self,
        painter: QPainter,
        points: list[Point] | tuple[Point, ...],
        width: float,
        is_object: bool,
    ) -> None:
        color = QColor(_OBJECT if is_object else _GROUND)
        color.setAlpha(190)
        pen = QPen(color, max(2.0, width * self.host.placement.scale))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        course = [self.host.placement.to_view(x, y) for x, y in points]
        if len(course) == 1:
            painter.drawPoint(course[0])
        else:
            painter.drawPolyline(QPolygonF(course))

    def _words(self) -> list[str]:
        if self._proposal is None:
            return ["Looking for the object …" if self.is_asking else "No object was found"]
        name = self.host.class_name(self.host.current_class)
        return [
            f"{name}, {self.size_in_words(self._area)}",
            "Enter: accept · stroke: add · Alt+stroke: take away · Esc: drop",
        ]

    def _tag_area(self) -> QRect | None:
        """The label stands under the object, where it covers nothing of it."""
        if self.hints.is_empty or self._stroke or self._box_from is not None:
            return None
        rects = [self._box, *(mark.rect for mark in self._strokes)]
        if self._proposal is not None:
            rects.append(self._proposal.rect)
        shown = self.host.placement.rect_to_view(around(rects)).intersected(
            QRectF(self.host.rect())
        )
        at = QPointF(shown.left() - 18, shown.bottom() - 8)
        return marks.tag_area(self.host.fontMetrics(), self.host.rect(), at, self._words())
