"""An outline in the making: rings of corners that can be moved, inserted and removed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from core.masks.shapes.regions import Point
from widgets.canvas.transform import Placement

Ring = tuple[Point, ...]

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Place(NamedTuple):
    """A corner of an outline: which ring it is in, and which corner of the ring it is.

    The open ring comes after all the others. As an edge it means the one from this corner to the
    next.
    """

    ring: int
    corner: int


@dataclass
class Grip:
    """What a press took hold of: a corner or an edge, and where. `moves` once it was dragged."""

    at: QPointF
    place: Place
    on_edge: bool = False
    moves: bool = False


class Outline:
    """Closed rings, and one that is still open; every change of them can be taken back.

    By the even-odd rule a ring inside another is a hole. Points are in image coordinates.
    """

    def __init__(self) -> None:
        self._closed: tuple[Ring, ...] = ()
        self._open: Ring = ()
        self._past: list[tuple[tuple[Ring, ...], Ring]] = []
        self._future: list[tuple[tuple[Ring, ...], Ring]] = []

    @property
    def closed(self) -> tuple[Ring, ...]:
        """The rings that are closed."""
        return self._closed

    @property
    def open(self) -> Ring:
        """The corners of the ring that is being drawn."""
        return self._open

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn."""
        return not self._closed and not self._open

    def corners(self) -> Iterator[tuple[Place, Point]]:
        """Every corner of every ring."""
        for ring, points in enumerate((*self._closed, self._open)):
            for corner, point in enumerate(points):
                yield Place(ring, corner), point

    def add(self, point: Point) -> Place:
        """Give the open ring a corner more."""
        self._keep()
        self._open += (point,)
        return Place(len(self._closed), len(self._open) - 1)

    def add_ring(self, points: Ring) -> None:
        """Add a closed ring."""
        self._keep()
        self._closed += (points,)

    def close(self) -> None:
        """Close the open ring."""
        self._keep()
        self._closed, self._open = (*self._closed, self._open), ()

    def reopen(self) -> None:
        """Go on with the last ring that was closed."""
        if self._closed and not self._open:
            self._keep()
            *others, self._open = self._closed
            self._closed = tuple(others)

    def insert(self, edge: Place, point: Point) -> Place:
        """Put a corner on an edge."""
        self._keep()
        ring = self._ring(edge.ring)
        after = edge.corner + 1
        self._replace(edge.ring, (*ring[:after], point, *ring[after:]))
        return Place(edge.ring, after)

    def begin_move(self) -> None:
        """Say that a corner will be moved: all of the moving is one change."""
        self._keep()

    def move(self, place: Place, point: Point) -> None:
        """Put a corner somewhere else."""
        ring = self._ring(place.ring)
        self._replace(place.ring, (*ring[: place.corner], point, *ring[place.corner + 1 :]))

    def remove(self, place: Place) -> None:
        """Take a corner away; a closed ring that has too few left goes with it."""
        self._keep()
        ring = self._ring(place.ring)
        left = ring[: place.corner] + ring[place.corner + 1 :]
        if place.ring < len(self._closed) and len(left) < 3:
            self._closed = self._closed[: place.ring] + self._closed[place.ring + 1 :]
        else:
            self._replace(place.ring, left)

    def remove_ring(self) -> None:
        """Take the open ring away, or else the last closed one."""
        self._keep()
        if self._open:
            self._open = ()
        else:
            self._closed = self._closed[:-1]

    def take_back(self) -> bool:
        """Take the last change back. Returns whether there was one."""
        return self._travel(self._past, self._future)

    def do_again(self) -> bool:
        """Do the change again that was taken back last. Returns whether there was one."""
        return self._travel(self._future, self._past)

    def clear(self) -> None:
        """Forget everything."""
        self._closed, self._open = (), ()
        self._past, self._future = [], []

    def corner_at(self, position: QPointF, placement: Placement, reach: float) -> Place | None:
        """The corner nearest to a point of the view, if one lies within reach (view pixels)."""
        found, nearest = None, reach
        for place, point in self.corners():
            away = _length(placement.to_view(*point) - position)
            if away <= nearest:
                found, nearest = place, away
        return found

    def edge_at(self, position: QPointF, placement: Placement, reach: float) -> Place | None:
        """The edge nearest to a point of the view, if one lies within reach (view pixels)."""
        found, nearest = None, reach
        for place, start in self.corners():
            ring = self._ring(place.ring)
            if place.ring == len(self._closed) and place.corner == len(ring) - 1:
                continue
            end = ring[(place.corner + 1) % len(ring)]
            away = _distance(position, placement.to_view(*start), placement.to_view(*end))
            if away <= nearest:
                found, nearest = place, away
        return found

    def path(self, placement: Placement, ahead: QPointF | None = None) -> QPainterPath:
        """The outline as it is shown in a view.

        Args:
            placement: Where the image lies in the view.
            ahead: A point of the view that the open ring goes on to.
        """
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        for ring in self._closed:
            _draw(path, [placement.to_view(*point) for point in ring])
            path.closeSubpath()
        if self._open:
            shown = [placement.to_view(*point) for point in self._open]
            _draw(path, shown if ahead is None else [*shown, ahead])
        return path

    def _ring(self, number: int) -> Ring:
        return self._open if number == len(self._closed) else self._closed[number]

    def _replace(self, number: int, ring: Ring) -> None:
        if number == len(self._closed):
            self._open = ring
        else:
            self._closed = (*self._closed[:number], ring, *self._closed[number + 1 :])

    def _keep(self) -> None:
        self._past.append((self._closed, self._open))
        self._future = []

    def _travel(
        self,
        source: list[tuple[tuple[Ring, ...], Ring]],
        target: list[tuple[tuple[Ring, ...], Ring]],
    ) -> bool:
        if not source:
            return False
        target.append((self._closed, self._open))
        self._closed, self._open = source.pop()
        return True


def travels(key: int, modifiers: Qt.KeyboardModifier) -> str | None:
    """Whether a key takes a change back, or does it again."""
    if key == Qt.Key.Key_Z and modifiers == _CONTROL:
        return "back"
    if (key, modifiers) in ((Qt.Key.Key_Z, _CONTROL | _SHIFT), (Qt.Key.Key_Y, _CONTROL)):
        return "again"
    return None


def _draw(path: QPainterPath, points: list[QPointF]) -> None:
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)


def _length(way: QPointF) -> float:
    return math.hypot(way.x(), way.y())


def _distance(point: QPointF, start: QPointF, end: QPointF) -> float:
    way, to = end - start, point - start
    square = QPointF.dotProduct(way, way)
    share = min(max(QPointF.dotProduct(to, way) / square, 0.0), 1.0) if square else 0.0
    return _length(to - way * share)
