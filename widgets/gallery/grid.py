"""Where the cells of a grid lie: all of one size, so that every place follows from the row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPoint, QRect, QSize

MARGIN = 8
GAP = 2


@dataclass(frozen=True)
class Grid:
    """The places of cells in a view of some width, in px from the top of the content.

    Attributes:
        count: How many cells there are.
        width: Width of the view.
        least: The least size of a cell; the room that is left over widens the cells.
    """

    count: int
    width: int
    least: QSize

    @cached_property
    def columns(self) -> int:
        """Cells side by side."""
        return max(1, self._room // (self.least.width() + GAP))

    @cached_property
    def cell(self) -> QSize:
        """Size of a cell."""
        return QSize(max(self._room // self.columns - GAP, self.least.width()), self.least.height())

    @cached_property
    def pitch(self) -> int:
        """From the top of one line to the top of the next."""
        return self.least.height() + GAP

    @property
    def height(self) -> int:
        """Height of the whole content."""
        lines = -(-self.count // self.columns)
        return lines * self.pitch - GAP + 2 * MARGIN if lines else 0

    def rect(self, row: int) -> QRect:
        """Where a cell lies."""
        line, column = divmod(row, self.columns)
        cell = self.cell
        left, top = MARGIN + column * (cell.width() + GAP), MARGIN + line * self.pitch
        return QRect(QPoint(left, top), cell)

    def row_at(self, point: QPoint) -> int | None:
        """The cell at a point; None beside and between cells."""
        column = (point.x() - MARGIN) // (self.cell.width() + GAP)
        line = (point.y() - MARGIN) // self.pitch
        if line < 0 or not 0 <= column < self.columns:
            return None
        row = line * self.columns + column
        return row if row < self.count and self.rect(row).contains(point) else None

    def rows_between(self, top: int, bottom: int) -> range:
        """The cells of the lines that a band touches."""
        first = max(0, (top - MARGIN) // self.pitch)
        last = max(0, (bottom - MARGIN) // self.pitch)
        columns = self.columns
        return range(min(first * columns, self.count), min((last + 1) * columns, self.count))

    def lines_in(self, height: int) -> int:
        """How many whole lines a view of that height shows, at least one."""
        return max(1, height // self.pitch)

    @property
    def _room(self) -> int:
        return self.width - 2 * MARGIN + GAP
