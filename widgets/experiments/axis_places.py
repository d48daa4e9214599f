"""Where the axes of parallel coordinates stand, in px. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

TITLES = 40.0
"""Height of the titles above the axes."""
GAP_ROOM = 22.0
"""Room below the axes for runs without a value."""

_ABOVE, _BELOW = 8.0, 12.0
_LEAST_LENGTH = 40.0
_MOST_SIDE = 96.0
_HANDLE = 12.0
_GRID = 8.0


@dataclass(frozen=True, slots=True)
class AxisPlaces:
    """The axes of a view.

    Attributes:
        width: Width of the view.
        height: Its height.
        count: Number of axes.
        has_gaps: Whether there is room below for runs without a value.
    """

    width: float
    height: float
    count: int
    has_gaps: bool = False

    @property
    def xs(self) -> list[float]:
        """Where the axes stand, from left to right."""
        if self.count < 2:
            return [self.width / 2] * self.count
        side = min(self.width / self.count / 2, _MOST_SIDE)
        step = (self.width - 2 * side) / (self.count - 1)
        return [side + step * place for place in range(self.count)]

    @property
    def ends(self) -> tuple[float, float]:
        """Their upper and lower end."""
        below = _BELOW + (GAP_ROOM if self.has_gaps else 0)
        top = TITLES + _ABOVE
        return top, max(self.height - below, top + _LEAST_LENGTH)

    @property
    def gap(self) -> float:
        """Where runs without a value pass below them."""
        return self.ends[1] + GAP_ROOM - 6

    def near(self, x: float) -> int:
        """The axis that can be taken hold of at an x; -1 for none."""
        xs = self.xs
        if not xs:
            return -1
        at = min(range(len(xs)), key=lambda place: abs(xs[place] - x))
        return at if abs(xs[at] - x) <= _HANDLE else -1

    def fraction(self, y: float) -> float:
        """The place along the axes at a y, 0 at the lower end, 1 at the upper one."""
        top, bottom = self.ends
        return min(max((bottom - y) / (bottom - top), 0.0), 1.0)

    def title_span(self, place: int) -> tuple[float, float]:
        """Left end and width of an axis's title."""
        xs = self.xs
        room = (xs[1] - xs[0] if len(xs) > 1 else self.width) - _GRID
        return xs[place] - room / 2, room
