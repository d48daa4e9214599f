"""Tools that act on what lies under the cursor: flood fill, pieces, holes.

Pieces and holes are shown before the click: they stand out, and a label beside the cursor says in
words what they are and what the click and the keys do.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from core.masks.pieces import BACKGROUND, component, flood, hole, surrounding_class
from core.masks.regions import Region
from widgets.canvas import marks
from widgets.canvas.tools.base import Host, Pointer, Toggle, Tool


class PointingTool(Tool):
    """A tool with a target: the region under the cursor, found anew when mask or cursor change."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._target: Region | None = None
        self._found_at: tuple[tuple[int, int] | None, int] | None = None
        self._held: tuple[int, int] | None = None

    def find(self, pixel: tuple[int, int]) -> Region | None:
        """The region that a click on a pixel would change."""
        raise NotImplementedError

    def describe(self, target: Region) -> list[str]:
        """The label: what the target is, then what can be done with it."""
        raise NotImplementedError

    def act(self, target: Region, pointer: Pointer) -> None:
        """Do what a click does."""
        raise NotImplementedError

    def nothing_here(self) -> str:
        """What to say when a click finds nothing."""
        return ""

    @property
    def target(self) -> Region | None:
        """The region under the cursor."""
        return self._target

    @property
    def highlight(self) -> Region | None:
        """The target stands out."""
        return self._target

    def hover(self, pointer: Pointer | None) -> None:
        """Find the target under the cursor."""
        super().hover(pointer)
        self._look()
        self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Look at what is under the cursor; only presses act."""
        self.hover(pointer)

    def press(self, pointer: Pointer) -> None:
        """Act on what is under the cursor."""
        self.hover(pointer)
        if self._target is not None:
            self.act(self._target, pointer)
        elif pointer.pixel is not None and self.nothing_here():
            self.host.say(self.nothing_here())

    def changed(self) -> None:
        """Look again: something else may be under the cursor now."""
        self._found_at = None
        self._look()
        self.host.refresh_marks()

    def cancel(self) -> None:
        """Point at nothing."""
        self.pointer = None
        self._target = self._found_at = None
        self.host.refresh_marks()

    def marks_rect(self) -> QRect:
        """The label, and the target."""
        if self._target is None:
            return QRect()
        shown = self.host.placement.covering(self._target.rect, margin=6)
        return shown.united(self._tag_area(self._target)).intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the label beside the cursor."""
        if self._target is not None:
            marks.draw_tag(painter, self._tag_area(self._target), self.describe(self._target))

    def size_of(self, target: Region) -> str:
        """The size of a region in words."""
        area = target.area
        return "1 pixel" if area == 1 else f"{area:,} pixels"

    def value_of(self, target: Region) -> int:
        """The class of a region's pixels: of the one under the cursor."""
        if self.pointer is None or self.pointer.pixel is None:
            return BACKGROUND
        x, y = self.pointer.pixel
        return int(self.host.pixels[y, x])

    def _look(self) -> None:
        document = self.host.document
        pixel = self.pointer.pixel if self.pointer is not None else None
        if document is None or pixel is None:
            self._target = self._found_at = None
            return
        key = (pixel, document.revision)
        if key == self._found_at:
            return
        same_mask = self._found_at is not None and self._found_at[1] == document.revision
        self._found_at = key
        if same_mask and self._target is not None and self._target.holds(*pixel):
            return
        self._target = self.find(pixel)

    def _tag_area(self, target: Region) -> QRect:
        assert self.pointer is not None
        return marks.tag_area(
            self.host.fontMetrics(), self.host.rect(), self.pointer.position, self.describe(target)
        )


class Fill(Tool):
    """Flood fill with the current class."""

    id = "fill"
    title = "Fill"
    icon = "format-color-fill"
    key = "F"
    hint = "Click an area: all connected pixels of its class get the current class."

    def press(self, pointer: Pointer) -> None:
        """Fill the area under the cursor."""
        if pointer.pixel is None:
            return
        wanted = self.host.current_class
        if self.host.pixels[pointer.pixel[1], pointer.pixel[0]] == wanted:
            self.host.say(f"This area is {self.host.class_name(wanted)} already.")
            return
        self.host.edit(self.title, flood(self.host.pixels, pointer.pixel), wanted)


class Piece(PointingTool):
    """Deletes a connected piece or gives it another class."""

    id = "piece"
    title = "Piece"
    icon = "puzzle-outline"
    key = "K"
    hint = "Click a piece: it gets the current class. Delete, or Ctrl+click, deletes it."
    toggles = (
        Toggle(
            "any_class",
            "Across classes",
            "Take neighbouring classes together as one piece",
        ),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.any_class = False

    def find(self, pixel: tuple[int, int]) -> Region | None:
        """The connected piece; nothing on the background."""
        region = component(self.host.pixels, pixel, any_class=self.any_class)
        return None if region.rect.is_empty else region

    def describe(self, target: Region) -> list[str]:
        """What the piece is, and the two things that can be done with it."""
        value, wanted = self.value_of(target), self.host.current_class
        name = "piece" if self.any_class else f"{self.host.class_name(value)} piece"
        lines = [f"{name}, {self.size_of(target)}"]
        if wanted == BACKGROUND:
            lines.append("click: delete")
        elif value == wanted and not self.any_class:
            lines.append("Delete: delete")
        else:
            lines.append(f"click: make it {self.host.class_name(wanted)} · Delete: delete")
        return lines

    def nothing_here(self) -> str:
        """Why a click on the background does nothing."""
        return "There is no piece here, only background."

    def act(self, target: Region, pointer: Pointer) -> None:
        """Give it the current class, or delete it with Ctrl or Alt held."""
        if pointer.control or pointer.alt:
            self.delete(target)
            return
        wanted = self.host.current_class
        name = "Delete piece" if wanted == BACKGROUND else "Change piece"
        if self.host.edit(name, target, wanted).is_empty:
            self.host.say(
                f"The piece is {self.host.class_name(wanted)} already; Delete removes it, "
                "a digit chooses another class."
            )

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Delete or Backspace deletes the piece under the cursor."""
        if key not in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return False
        if self._target is None:
            self.host.say("Point at a piece, then press Delete.")
        else:
            self.delete(self._target)
        return True

    def delete(self, target: Region) -> None:
        """Make the piece background."""
        self.host.edit("Delete piece", target, BACKGROUND)


class Hole(PointingTool):
    """Fills a hole with the class around it."""

    id = "hole"
    title = "Fill hole"
    icon = "circle-double"
    key = "H"
    hint = "Click inside a hole: it gets the class of the object around it."

    def find(self, pixel: tuple[int, int]) -> Region | None:
        """The hole, if the pixel lies in one."""
        return hole(self.host.pixels, pixel)

    def describe(self, target: Region) -> list[str]:
        """What the hole will be filled with."""
        return [
            f"hole, {self.size_of(target)}",
            f"click: fill with {self.host.class_name(self._filling(target))}",
        ]

    def nothing_here(self) -> str:
        """Why a click outside a hole does nothing."""
        return "There is no hole here: the area touches the background or the image's border."

    def act(self, target: Region, pointer: Pointer) -> None:
        """Fill it."""
        self.host.edit(self.title, target, self._filling(target))

    def _filling(self, target: Region) -> int:
        value = surrounding_class(self.host.pixels, target)
        return self.host.current_class if value is None else value
