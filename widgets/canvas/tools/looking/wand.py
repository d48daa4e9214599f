"""Magic wand: what looks like the pixel clicked gets the class; dragging sets how alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter

from core.masks.pieces.finding import BACKGROUND
from core.masks.shapes.regions import Region
from core.masks.smart.wand import MAX_TOLERANCE, alike
from widgets.canvas import marks
from widgets.canvas.tools.base import Host, Number, Pointer, Toggle
from widgets.canvas.tools.looking.photo_tool import PhotoTool

# A hand is not still: a drag begins this far from the press. From there on, so many pixels of the
# view are one step of tolerance.
_CLICK_DISTANCE = 4.0
_PIXELS_PER_STEP = 2.0


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is looked for."""

    pixel: tuple[int, int]
    tolerance: int
    contiguous: bool
    erases: bool = False


class Wand(PhotoTool):
    """Gives the current class to pixels of the photo that look alike.

    A click takes the tolerance that is set. A drag changes it: to the right or upwards takes in
    more, to the left or downwards less; letting go applies what is shown.
    """

    id = "wand"
    title = "Magic wand"
    icon = "auto-fix"
    key = "W"
    hint = (
        "Click what should get the class: alike pixels follow. "
        "Drag right or left for more or less; with Alt it erases."
    )
    numbers = (
        Number(
            "tolerance",
            "Tolerance",
            0,
            MAX_TOLERANCE,
            "How far red, green and blue may be from those of the pixel clicked; dragging sets it",
        ),
    )
    toggles = (
        Toggle("contiguous", "Connected", "Take only pixels that are connected to the one clicked"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tolerance = 24
        self.contiguous = True
        self._start: QPointF | None = None
        self._first_tolerance = 0
        self._has_moved = False
        self._aim: _Aim | None = None
        # What was found, for what, and how many pixels that is.
        self._shown: tuple[_Aim, Region, int] | None = None
        # What was let go of before it was found: each is applied when it is.
        self._orders: list[_Aim] = []

    @property
    def highlight(self) -> Region | None:
        """What letting go would change."""
        return self._shown[1] if self._shown is not None else None

    def press(self, pointer: Pointer) -> None:
        """Begin with the pixel under the cursor."""
        self.pointer = pointer
        if pointer.pixel is None or self.photo_pixels() is None:
            return
        self._start, self._first_tolerance = pointer.position, self.tolerance
        self._has_moved, self._shown = False, None
        self._aim = _Aim(pointer.pixel, self.tolerance, self.contiguous, pointer.alt)
        self._go_on()
        self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Set the tolerance by the distance."""
        self.pointer = pointer
        if self._start is None or self._aim is None:
            return
        way = pointer.position - self._start
        if not self._has_moved and way.manhattanLength() < _CLICK_DISTANCE:
            return
        self._has_moved = True
        steps = round((way.x() - way.y()) / _PIXELS_PER_STEP)
        tolerance = min(max(self._first_tolerance + steps, 0), MAX_TOLERANCE)
        self._aim = replace(self._aim, tolerance=tolerance)
        self._go_on()
        self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """Apply what is shown, or what will be found."""
        aim, shown = self._aim, self._shown
        self._aim = self._start = self._shown = None
        if aim is None:
            return
        if aim.tolerance != self.tolerance:
            self.tolerance = aim.tolerance
            self.host.options_changed()
        if shown is not None and shown[0] == aim and not self._orders:
            self._apply(shown[1], aim)
        else:
            self._orders.append(aim)
            self._go_on()
        self.host.refresh_marks()

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc drops what the press has begun."""
        return key == Qt.Key.Key_Escape and self.take_back()

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc, while something is in progress."""
        return key == Qt.Key.Key_Escape and (self._aim is not None or bool(self._orders))

    def take_back(self) -> bool:
        """Drop what the press has begun, and what is not found yet."""
        if self._aim is None and not self._orders:
            return False
        self.cancel()
        return True

    def cancel(self) -> None:
        """Forget what was begun; the tolerance stays as it was before."""
        self._aim = self._start = self._shown = None
        self._orders.clear()
        self.drop_question()
        self.host.refresh_marks()

    def failed(self) -> None:
        """Nothing was found that could be applied."""
        self._orders.clear()

    def marks_rect(self) -> QRect:
        """The label, and what is shown."""
        if self._aim is None:
            return QRect()
        area = self._tag_area()
        if self._shown is not None:
            area = area.united(self.host.placement.covering(self._shown[1].rect, margin=6))
        return area.intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the label beside the cursor."""
        if self._aim is not None:
            marks.draw_tag(painter, self._tag_area(), self._words())

    def _go_on(self) -> None:
        """Look for the next thing: what was let go of first, then what is aimed at."""
        photo = self.host.photo
        if self.is_asking or photo is None:
            return
        pixels = photo.bgra
        aim = self._orders[0] if self._orders else self._aim
        is_shown = self._shown is not None and self._shown[0] == aim
        if aim is None or (is_shown and not self._orders):
            return

        def found(region: Region) -> None:
            if self._orders and self._orders[0] == aim:
                self._apply(region, self._orders.pop(0))
            elif self._aim is not None and self._aim.pixel == aim.pixel:
                self._shown = (aim, region, region.area)
            self._go_on()
            self.host.refresh_marks()

        self.ask(lambda: alike(pixels, aim.pixel, aim.tolerance, contiguous=aim.contiguous), found)

    def _apply(self, region: Region, aim: _Aim) -> None:
        value = BACKGROUND if aim.erases else self.host.current_class
        changed = self.host.edit(self.title, region, value)
        if not changed.is_empty:
            self.host.say(
                f"{self.size_in_words(region.area)} look alike, tolerance {aim.tolerance}."
            )

    def _words(self) -> list[str]:
        assert self._aim is not None
        first = f"{'erase, ' if self._aim.erases else ''}tolerance {self._aim.tolerance}"
        if self._shown is not None and self._shown[0] == self._aim:
            first += f", {self.size_in_words(self._shown[2])}"
        return [first, "right: more · left: less · Esc: drop"]

    def _tag_area(self) -> QRect:
        assert self.pointer is not None
        return marks.tag_area(
            self.host.fontMetrics(), self.host.rect(), self.pointer.position, self._words()
        )
