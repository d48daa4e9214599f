"""A run among those whose curves are shown."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from widgets import theme


@dataclass(frozen=True)
class ShownRun:
    """A run in the plots: its id, what it is called, and its colour (RGB; None for any)."""

    id: str = ""
    title: str = ""
    color: tuple[int, int, int] | None = None

    @property
    def paint(self) -> QColor:
        """Its colour, or the theme's accent."""
        return theme.color("accent") if self.color is None else QColor(*self.color)
