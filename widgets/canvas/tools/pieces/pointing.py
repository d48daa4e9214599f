"""Tools that act on what lies under the cursor.

What a click would change is shown before the click: it stands out, and a label beside the cursor
says in words what it is and what the click and the keys do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from core.images import Array
from core.masks.pieces.finding import OutOfReach, Pixel
from core.masks.shapes.regions import Region
from widgets.canvas import marks
from widgets.canvas.tools.base import Host, Pointer, Tool

NEAR = 1 << 20
"""Pixels of the mask that are looked at while the mouse waits: some milliseconds' worth."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What is under the cursor.

    Attributes:
        region: The pixels over which the target stays the same.
        shown: The pixels that stand out.
    """

    region: Region
    shown: Region


Search = Callable[[Array, Pixel, int | None], Target | None]
"""Finds the target at a pixel of a mask, looking at no more than so many pixels of it."""


class PointingTool(Tool):
    """A tool with a target, found anew when mask, cursor or options change.

    A target in easy reach is found at once. A larger one is looked for in a thread, so the pointer
    never waits for it; a click meanwhile acts as soon as it is found.
    """

    group = "pieces"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._target: Target | None = None
        self._lines: list[str] = []
        self._found_at: tuple[object, ...] | None = None
        self._number = 0
        self._is_asked = False

    def search(self) -> Search:
        """How to find what a click would change. It may be called in a thread."""
        raise NotImplementedError

    def options(self) -> tuple[object, ...]:
        """What the target depends on, besides the mask, the pixel and the current class."""
        return ()

    def describe(self, target: Target) -> list[str]:
        """The label: what the target is, then what can be done with it."""
        raise NotImplementedError

    def act(self, target: Target, pointer: Pointer) -> None:
        """Do what a click does."""
        raise NotImplementedError

    def nothing_here(self) -> str:
        """What to say when a click finds nothing."""
        return ""

    @property
    def target(self) -> Region | None:
        """The region under the cursor."""
        return self._target.region if self._target is not None else None

    @property
    def highlight(self) -> Region | None:
        """What a click would change stands out."""
        return self._target.shown if self._target is not None else None

    def hover(self, pointer: Pointer | None) -> None:
        """Find the target under the cursor."""
        super().hover(pointer)
        self._look()
        self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Look at what is under the cursor; only presses act."""
        self.hover(pointer)

    def press(self, pointer: Pointer) -> None:
        """Act on what is under the cursor, at once or as soon as it is found."""
        self.hover(pointer)
        if self._is_asked and pointer.pixel is not None:
            self._ask(pointer.pixel, pointer)
        else:
            self._act(pointer)

    def changed(self) -> None:
        """Look again: something else may be under the cursor now."""
        self._look()
        self.host.refresh_marks()

    def cancel(self) -> None:
        """Point at nothing."""
        self.pointer = None
        self._forget()
        self.host.refresh_marks()

    def marks_rect(self) -> QRect:
        """The label, and what stands out."""
        area = QRect()
        if (shown := self.highlight) is not None:
            area = self.host.placement.covering(shown.rect, margin=6)
        return area.united(self._tag_area()).intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the label beside the cursor."""
        if lines := self.label():
            marks.draw_tag(painter, self._tag_area(), lines)

    def label(self) -> list[str]:
        """The lines beside the cursor; none when there is nothing to say."""
        return self._lines if self.pointer is not None else []

    def in_words(self, area: int) -> str:
        """A number of pixels in words."""
        return "1 pixel" if area == 1 else f"{area:,} pixels"

    def _act(self, pointer: Pointer) -> None:
        if self._target is not None:
            self.act(self._target, pointer)
        elif pointer.pixel is not None and self.nothing_here():
            self.host.say(self.nothing_here())

    def _state(self) -> tuple[object, ...]:
        document = self.host.document
        assert document is not None
        # The document itself, not its id: a later one may get the same.
        return document, document.revision, self.host.current_class, *self.options()

    def _look(self) -> None:
        pixel = self.pointer.pixel if self.pointer is not None else None
        if self.host.document is None or pixel is None:
            self._forget()
            return
        state = self._state()
        key = (*state, pixel)
        if key == self._found_at:
            return
        is_same = self._found_at is not None and self._found_at[:-1] == state
        if is_same and self._is_asked:
            return  # what is being found is looked at first
        self._found_at = key
        if is_same and self._target is not None and self._target.region.holds(*pixel):
            return
        try:
            self._take(self.search()(self.host.pixels, pixel, NEAR))
        except OutOfReach:
            self._take(None)
            self._ask(pixel, None)

    def _take(self, target: Target | None) -> None:
        self._is_asked = False
        self._target = target
        self._lines = self.describe(target) if target is not None else []

    def _ask(self, pixel: Pixel, pressed: Pointer | None) -> None:
        """Look for a target in a thread; `pressed` is the click that waits for it."""
        search, pixels, state = self.search(), self.host.pixels, self._state()
        self._number += 1
        self._is_asked = True
        number = self._number

        def done(target: Target | None) -> None:
            if number != self._number or self.host.document is None or state != self._state():
                return
            self._found_at = (*state, pixel)
            self._take(target)
            if pressed is not None:
                self._act(pressed)
            self._look()  # the cursor may be elsewhere by now
            self.host.refresh_marks()

        # The mask itself and no copy of it, which would take longer than the mouse may wait: it
        # is only read, and what was found in a mask that has changed meanwhile is dropped.
        self.host.compute(lambda: search(pixels, pixel, None), done)

    def _forget(self) -> None:
        self._target = self._found_at = None
        self._lines = []
        self._is_asked = False
        self._number += 1

    def _tag_area(self) -> QRect:
        lines = self.label()
        if not lines or self.pointer is None:
            return QRect()
        return marks.tag_area(
            self.host.fontMetrics(), self.host.rect(), self.pointer.position, lines
        )
