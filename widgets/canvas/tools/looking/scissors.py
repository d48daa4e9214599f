"""Scissors: an outline that follows the photo's edges from click to click."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF

from core.masks.shapes.regions import polygon
from core.masks.smart.scissors import EdgeMap, Path, outline, straight
from widgets import theme
from widgets.canvas import marks
from widgets.canvas.tools.base import Command, Host, Pointer
from widgets.canvas.tools.drawing.coloring import class_color
from widgets.canvas.tools.drawing.shelf import Shelf
from widgets.canvas.tools.looking.photo_tool import ACCEPT_KEYS, PhotoTool

_CLOSING_DISTANCE = 10.0

Pixel = tuple[int, int]
Action = tuple[Literal["add", "close"], Pixel, bool]
"""What a click asked for: where, and whether in a straight line."""


class Scissors(PhotoTool):
    """Fills an outline with the current class; between anchors it follows edges.

    From the newest anchor a map of the cheapest ways is computed in the background, for a window
    of some hundred pixels around it. Zoomed out, it works on the photo as it is seen, shrunk; so
    zooming in follows finer edges. A click that comes before the map is done waits for it.
    """

    id = "scissors"
    title = "Scissors"
    icon = "content-cut"
    key = "S"
    hint = (
        "Click along a border: the line follows edges (Shift: straight). Enter closes, Esc drops."
    )
    commands = (
        Command("close", "Close", "check", "Fill the outline with the current class (Enter)"),
        Command(
            "take_back", "Remove point", "undo-variant", "Take the last point back (Backspace)"
        ),
        Command("cancel", "Drop", "close", "Drop the outline (Esc)"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._anchors: list[Pixel] = []
        # The way to each anchor but the first.
        self._paths: list[Path] = []
        self._map: EdgeMap | None = None
        self._actions: list[Action] = []
        self._shift_held = False
        self._shelf: Shelf[tuple[list[Pixel], list[Path]]] = Shelf()

    @property
    def anchors(self) -> tuple[Pixel, ...]:
        """The pixels clicked so far."""
        return tuple(self._anchors)

    @property
    def in_progress(self) -> bool:
        """Whether there is an outline to be closed or dropped."""
        return bool(self._anchors)

    def press(self, pointer: Pointer) -> None:
        """Set an anchor, or close the outline on its first one."""
        self.pointer = pointer
        if not self._anchors and self.photo_pixels() is None:
            return
        if self._closes(pointer):
            self._do("close", self._anchors[0], pointer.shift)
        else:
            self._do("add", self._pixel_on_mask(pointer), pointer.shift)

    def double_press(self, pointer: Pointer) -> None:
        """Close the outline: the first press has set its last anchor."""
        if len(self._anchors) + len(self._actions) >= 3:
            self._do("close", self._anchors[0], pointer.shift)
        else:
            self.press(pointer)

    def hover(self, pointer: Pointer | None) -> None:
        """Let the open line follow the mouse."""
        super().hover(pointer)
        if pointer is not None:
            self._shift_held = pointer.shift
        if self._anchors:
            self.host.refresh_marks()

    def drag(self, pointer: Pointer) -> None:
        """Show where the line would go."""
        self.hover(pointer)

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter, Backspace and Esc, while there is an outline."""
        known = (*ACCEPT_KEYS, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Escape)
        return bool(self._anchors) and key in known

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter closes, Backspace removes the last anchor, Esc drops the outline."""
        if key == Qt.Key.Key_Shift:
            self._show_straight(True)
        if not self.wants_key(key, modifiers):
            return False
        if key in ACCEPT_KEYS:
            self.close()
        elif key == Qt.Key.Key_Escape:
            self.cancel()
        else:
            self.take_back()
        return True

    def key_release(self, key: int, modifiers: Qt.KeyboardModifier) -> None:
        """Shift released: the line to the cursor follows edges again."""
        if key == Qt.Key.Key_Shift:
            self._show_straight(False)

    def close(self) -> None:
        """Close the outline along edges, and fill it."""
        if len(self._anchors) + len(self._actions) < 2:
            self.host.say("An outline needs two points at least; three are better.")
            return
        self._do("close", self._anchors[0], False)

    def take_back(self) -> bool:
        """Take the last anchor back, or the last click that still waits."""
        if not self._anchors:
            return False
        if self._actions:
            self._actions.pop()
        elif len(self._anchors) > 1:
            self._anchors.pop()
            self._paths.pop()
            self._ask_for_map()
        else:
            self.cancel()
        self.host.refresh_marks()
        return True

    def cancel(self) -> None:
        """Drop the outline."""
        self._anchors, self._paths, self._actions = [], [], []
        self._map = None
        self.drop_question()
        self.host.refresh_marks()

    def put_away(self) -> str:
        """Keep the outline for when this mask and this tool are back."""
        anchors, paths = self._anchors, self._paths
        self.cancel()
        if not anchors:
            return ""
        self._shelf.put(self.host.document, (anchors, paths))
        return f"The unfinished outline waits: {self.key} brings it back."

    def resume(self) -> None:
        """Go on with the outline that was left unfinished in this mask."""
        kept = self._shelf.take(self.host.document)
        if kept is not None:
            self._anchors, self._paths = kept
            self._ask_for_map()
            self.host.say("The outline left unfinished is here again: Enter closes, Esc drops it.")
            self.host.refresh_marks()

    def changed(self) -> None:
        """The class's colour, or the zoom, may be another."""
        self.host.refresh_marks()

    def failed(self) -> None:
        """Without a map, lines are straight."""
        self._go_on()

    def marks_rect(self) -> QRect:
        """The outline with its open line."""
        if not self._anchors:
            return QRect()
        shown = self._drawn().boundingRect().toAlignedRect().adjusted(-9, -9, 9, 9)
        return shown.intersected(self.host.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw the outline so far, filled lightly, and its anchors."""
        if not self._anchors:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = self._drawn()
        painter.fillPath(path, class_color(self.host, 60))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in marks.two_tone(1.5):
            painter.setPen(pen)
            painter.drawPath(path)
        closes = self.pointer is not None and self._closes(self.pointer)
        waiting = [pixel for kind, pixel, _ in self._actions if kind == "add"]
        for number, (x, y) in enumerate((*self._anchors, *waiting)):
            side = 5.0 if number == 0 and closes else 3.0
            at = self.host.placement.to_view(x + 0.5, y + 0.5)
            painter.setPen(marks.two_tone(1.0)[0])
            painter.setBrush(theme.color("accent") if number == 0 else QColor(255, 255, 255))
            painter.drawEllipse(at, side, side)

    def _show_straight(self, is_straight: bool) -> None:
        self._shift_held = is_straight
        if self._anchors:
            self.host.refresh_marks()

    def _do(self, kind: Literal["add", "close"], pixel: Pixel, is_straight: bool) -> None:
        self._actions.append((kind, pixel, is_straight))
        self._go_on()
        self.host.refresh_marks()

    def _go_on(self) -> None:
        """Do what was asked for, as far as the maps that it needs are there."""
        while self._actions:
            kind, pixel, is_straight = self._actions[0]
            if self._anchors:
                way = self._way(pixel, is_straight=is_straight)
                if way is None:
                    return
                self._paths.append(way)
            self._actions.pop(0)
            if kind == "close":
                self._fill()
                return
            self._anchors.append(pixel)
            self._ask_for_map()

    def _way(self, pixel: Pixel, *, is_straight: bool) -> Path | None:
        """From the last anchor to a pixel; None while its map is under way."""
        last = self._anchors[-1]
        if is_straight or pixel == last:
            return straight(last, pixel)
        if self._map is not None:
            return self._map.path(pixel)
        return None if self.is_asking else straight(last, pixel)

    def _ask_for_map(self) -> None:
        anchor, photo = self._anchors[-1], self.host.photo
        self._map = None
        if photo is None:
            self.failed()
            return
        pixels = photo.bgra
        factor = max(1, round(1 / self.host.placement.scale))
        self.ask(lambda: EdgeMap(pixels, anchor, factor), self._on_map)

    def _on_map(self, edge_map: EdgeMap) -> None:
        self._map = edge_map
        self._go_on()
        self.host.refresh_marks()

    def _fill(self) -> None:
        corners = outline(self._paths)
        self.cancel()
        if len(corners) < 3:
            self.host.say("The outline encloses nothing.")
            return
        region = polygon(self.host.pixels.shape, corners)
        self.host.edit(self.title, region, self.host.current_class)

    def _drawn(self) -> QPainterPath:
        """The outline in the view: what is set, what waits, and the line to the cursor."""
        x, y = self._anchors[0]
        points = [np.array([(x + 0.5, y + 0.5)]), *self._paths]
        points += [np.array([pixel], float) + 0.5 for _, pixel, _ in self._actions]
        pointer = self.pointer
        if pointer is not None and not self._actions:
            closes = self._closes(pointer)
            target = self._anchors[0] if closes else self._pixel_on_mask(pointer)
            way = self._way(target, is_straight=self._shift_held)
            points.append(straight(self._anchors[-1], target) if way is None else way)
        placement = self.host.placement
        shown = np.concatenate(points) * placement.scale + (placement.x, placement.y)
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in shown.tolist()]))
        return path

    def _closes(self, pointer: Pointer) -> bool:
        if len(self._anchors) + len(self._actions) < 2:
            return False
        x, y = self._anchors[0]
        away = pointer.position - self.host.placement.to_view(x + 0.5, y + 0.5)
        return away.manhattanLength() <= _CLOSING_DISTANCE

    def _pixel_on_mask(self, pointer: Pointer) -> Pixel:
        """The pixel under the cursor, or the one nearest to it."""
        height, width = self.host.pixels.shape
        x, y = (int(np.floor(value)) for value in pointer.point)
        return min(max(x, 0), width - 1), min(max(y, 0), height - 1)
