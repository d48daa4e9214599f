"""Superpixels: paints small areas of the photo that look alike, whole at a time."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPainter

from core.masks.geometry import Rect, whole
from core.masks.pieces.finding import BACKGROUND
from core.masks.shapes.regions import Region
from core.masks.smart.superpixels import MAX_SIZE, MIN_SIZE, Tile, Tiling, superpixels
from widgets.canvas.painting import device_part
from widgets.canvas.sampling import ImagePyramid, Pixels, take
from widgets.canvas.tools.base import Host, Number, Pointer
from widgets.canvas.tools.looking.photo_tool import PhotoTool

# Tiles are remembered up to this number: 64 of them take some 20 MB.
_MOST_TILES = 64
# Borders closer together than this, in the view, would hide the photo.
_LEAST_SHOWN = 6.0
_LINE, _SHADOW = 0x70FFFFFF, 0x48000000


class Superpixels(PhotoTool):
    """Paints superpixels with the current class; found near the cursor when they are needed."""

    id = "superpixels"
    title = "Superpixels"
    icon = "hexagon-multiple-outline"
    key = "U"
    hint = "Click or drag: whole areas that look alike get the class. Alt+drag erases them."
    numbers = (
        Number(
            "size",
            "Size",
            MIN_SIZE,
            MAX_SIZE,
            "About how many pixels across a superpixel is",
            " px",
        ),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.size = 16
        self._photo: ImagePyramid | None = None
        self._tiling = Tiling(0, 0, self.size)
        self._tiles: OrderedDict[Rect, Tile] = OrderedDict()
        self._tiles_known = 0
        self._target: Region | None = None
        self._value = BACKGROUND
        self._last: tuple[float, float] | None = None
        # Pixels the stroke has crossed before their tile was there.
        self._owed: list[tuple[int, int]] = []
        self._is_released = False
        self._borders: tuple[object, QImage, Pixels] | None = None
        self._repaints_all = False

    @property
    def highlight(self) -> Region | None:
        """The superpixel under the cursor."""
        return self._target

    def chosen(self) -> None:
        """Say so when superpixels would be mere specks in this view."""
        super().chosen()
        seen = self.size * self.host.placement.scale
        if self.host.photo is not None and seen < _LEAST_SHOWN:
            self.host.say(
                f"Seen this small, superpixels of {self.size} px are specks: "
                "zoom in, or set a larger size."
            )

    def hover(self, pointer: Pointer | None) -> None:
        """Let the superpixel under the cursor stand out."""
        super().hover(pointer)
        self._look()

    def press(self, pointer: Pointer) -> None:
        """Begin a stroke with the superpixel under the cursor."""
        self.pointer = pointer
        if self._in_stroke():  # Its release went to another window.
            self._is_released = True
        self._finish()
        if self.photo_pixels() is None:
            return
        self._look()
        self._value = BACKGROUND if pointer.alt or pointer.shift else self.host.current_class
        self.host.begin_stroke(self.title)
        if self._in_stroke():
            self._is_released, self._last = False, None
            self._paint_to(pointer)
        self._look()

    def drag(self, pointer: Pointer) -> None:
        """Go on with the stroke."""
        self.pointer = pointer
        if self._in_stroke() and not self._is_released:
            self._paint_to(pointer)
        self._look()

    def release(self, pointer: Pointer) -> None:
        """End the stroke, once all that it has crossed is painted."""
        self._last = None
        if self._in_stroke():
            self._is_released = True
            if not self._owed:
                self._finish()

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc takes the stroke under way back."""
        if key != Qt.Key.Key_Escape or not self._in_stroke():
            return False
        self._is_released = False
        self.cancel()
        return True

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc, during a stroke."""
        return key == Qt.Key.Key_Escape and self._in_stroke()

    def cancel(self) -> None:
        """Take the stroke under way back; one that was let go of stays as far as it got."""
        if self._is_released:
            self._finish()
        self._owed, self._last = [], None
        self.drop_question()
        if self._in_stroke():
            self.host.abort_stroke()

    def failed(self) -> None:
        """The stroke ends with what could be painted."""
        self._owed = []
        if self._is_released:
            self._finish()

    def sample_changed(self) -> None:
        """Forget the old photo's superpixels."""
        super().sample_changed()
        self._forget()

    def changed(self) -> None:
        """Another size, class, zoom or mask: look again."""
        self._look()
        self._repaint_all()

    def marks_rect(self) -> QRect:
        """The superpixel under the cursor; everything when borders have come or gone."""
        if self._repaints_all:
            return self.host.rect()
        if self._target is None:
            return QRect()
        return self.host.placement.covering(self._target.rect, margin=6)

    def paint(self, painter: QPainter) -> None:
        """Draw the borders of the superpixels that are known, faintly."""
        image = self._border_image()
        if image is not None:
            painter.drawImage(QPointF(0, 0), image)

    def _in_stroke(self) -> bool:
        document = self.host.document
        return document is not None and document.in_stroke

    def _finish(self) -> None:
        """End a stroke that was let go of, with what is painted of it."""
        if self._is_released:
            if self._owed:
                self.host.say("Some of the stroke is not painted: its areas were not found yet.")
            self._is_released, self._owed = False, []
            if self._in_stroke():
                self.host.end_stroke()

    def _forget(self) -> None:
        self._tiles.clear()
        self._target = self._borders = self._photo = None

    def _look(self) -> None:
        """Find what is under the cursor, and what is still to be computed near it."""
        photo = self.host.photo
        tiling = Tiling(*((photo.height, photo.width) if photo else (0, 0)), self.size)
        if photo is not self._photo or tiling != self._tiling:
            self._forget()
            self._photo, self._tiling = photo, tiling
        pixel = self.pointer.pixel if self.pointer is not None else None
        target = None
        if pixel is not None and photo is not None:
            held = self._target is not None and self._target.holds(*pixel)
            target = self._target if held else self._region_at(pixel)
        if target is not self._target or self._in_stroke():
            self._target = target
            self.host.refresh_marks()
        self._go_on()

    def _region_at(self, pixel: tuple[int, int]) -> Region | None:
        tile = self._tiles.get(self._tiling.tile_at(pixel))
        return None if tile is None else tile.region(tile.label_at(pixel))

    def _paint_to(self, pointer: Pointer) -> None:
        """Paint the superpixels on the way from where the cursor was."""
        start = self._last or pointer.point
        self._last = pointer.point
        full = whole(self.host.pixels.shape)
        way = np.subtract(pointer.point, start)
        count = int(np.abs(way).max()) + 1
        painted: Region | None = None
        for part in range(1, count + 1):
            x, y = (int(np.floor(s + part / count * w)) for s, w in zip(start, way, strict=True))
            if painted is not None and painted.holds(x, y):
                continue
            if not Rect(x, y, 1, 1).intersected(full).is_empty:
                painted = self._paint_at((x, y)) or painted

    def _paint_at(self, pixel: tuple[int, int]) -> Region | None:
        region = self._region_at(pixel)
        if region is None:
            self._owed.append(pixel)
        else:
            self.host.write(region, self._value)
        return region

    def _go_on(self) -> None:
        """Compute the nearest tile that is missing."""
        photo, size = self._photo, self._tiling.size
        tile = None if self.is_asking or photo is None else self._missing_tile()
        if tile is None or photo is None:
            return
        pixels = photo.bgra
        self.ask(lambda: (photo, size, superpixels(pixels, tile, size)), self._on_tile)

    def _on_tile(self, answer: tuple[ImagePyramid, int, Tile]) -> None:
        photo, size, tile = answer
        if photo is self._photo and size == self._tiling.size:
            self._tiles[tile.rect] = tile
            self._tiles_known += 1
            while len(self._tiles) > _MOST_TILES:
                self._tiles.popitem(last=False)
            owed, self._owed = self._owed, []
            if self._in_stroke():
                for pixel in owed:
                    self._paint_at(pixel)
                if self._is_released and not self._owed:
                    self._finish()
        self._repaint_all()
        self._look()

    def _missing_tile(self) -> Rect | None:
        """What to compute next: what a stroke waits for, then around the cursor if in view."""
        for owed in self._owed:
            return self._tiling.tile_at(owed)
        if self.pointer is None or self.pointer.pixel is None:
            return None
        x, y = self.pointer.pixel
        here = self._tiling.tile_at((x, y))
        if here not in self._tiles:
            return here
        self._tiles.move_to_end(here)
        if self.size * self.host.placement.scale < _LEAST_SHOWN:
            return None
        near = here.grown(1).intersected(self._seen())
        missing = [tile for tile in self._tiling.tiles_in(near) if tile not in self._tiles]
        return min(missing, key=lambda tile: _distance(tile, x, y), default=None)

    def _seen(self) -> Rect:
        """The pixels of the image that are in view."""
        area, placement = self.host.rect(), self.host.placement
        left, top = placement.to_image(QPointF(area.topLeft()))
        right, bottom = placement.to_image(QPointF(area.bottomRight()))
        seen = Rect(int(left), int(top), int(right - left) + 1, int(bottom - top) + 1)
        return seen.intersected(whole(self.host.pixels.shape))

    def _repaint_all(self) -> None:
        self._repaints_all = True
        self.host.refresh_marks()
        self._repaints_all = False
        self.host.refresh_marks()

    def _border_image(self) -> QImage | None:
        """The borders in view, drawn once for a placement and the tiles that are known."""
        placement, view = self.host.placement, self.host.rect()
        if self.size * placement.scale < _LEAST_SHOWN or not self._tiles:
            return None
        key = (placement, view.size().toTuple(), self._photo, self.size, self._tiles_known)
        if self._borders is not None and self._borders[0] == key:
            return self._borders[1]
        image = whole(self.host.pixels.shape)
        part = device_part(view, placement, 1.0).clipped(image.width, image.height)
        lines = np.zeros((view.height(), view.width()), bool)
        columns, rows = part.source_indices(image.width, image.height)
        for tile in self._tiles.values():
            left, right = np.searchsorted(columns, (tile.rect.x, tile.rect.right))
            top, bottom = np.searchsorted(rows, (tile.rect.y, tile.rect.bottom))
            if left == right or top == bottom:
                continue
            across = (columns[left:right] - tile.rect.x) // tile.factor
            down = (rows[top:bottom] - tile.rect.y) // tile.factor
            seen = take(tile.labels, across, down)
            place = lines[part.top + top : part.top + bottom, part.left + left : part.left + right]
            place[:, 1:] |= seen[:, 1:] != seen[:, :-1]
            place[1:] |= seen[1:] != seen[:-1]
            place[0], place[:, 0] = True, True
        colors = np.zeros(lines.shape, np.uint32)
        colors[1:, 1:][lines[:-1, :-1]] = _SHADOW
        colors[lines] = _LINE
        drawn = QImage(colors.data, view.width(), view.height(), QImage.Format.Format_ARGB32)
        self._borders = (key, drawn, colors)
        return drawn


def _distance(tile: Rect, x: int, y: int) -> float:
    """From a pixel to a tile's middle, squared."""
    return (tile.x + tile.width / 2 - x) ** 2 + (tile.y + tile.height / 2 - y) ** 2
