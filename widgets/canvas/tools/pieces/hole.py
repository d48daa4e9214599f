"""Filling holes with a click."""

from __future__ import annotations

from dataclasses import dataclass

from core.images import Array
from core.masks.pieces.finding import Pixel, area_of, hole, surrounding_class
from widgets.canvas.tools.base import Pointer
from widgets.canvas.tools.pieces.pointing import PointingTool, Search, Target


@dataclass(frozen=True, slots=True, eq=False)
class HoleTarget(Target):
    """A hole, and the class around it; None when nothing is around it."""

    around: int | None
    area: int


class Hole(PointingTool):
    """Fills a hole with the class around it."""

    id = "hole"
    title = "Fill hole"
    icon = "circle-double"
    key = "H"
    hint = "Click inside a hole: it gets the class of the object around it."

    def search(self) -> Search:
        """The hole, if the pixel lies in one."""
        return _find

    def describe(self, target: Target) -> list[str]:
        """What the hole will be filled with."""
        assert isinstance(target, HoleTarget)
        return [
            f"hole, {self.in_words(target.area)}",
            f"click: fill with {self.host.class_name(self._filling(target))}",
        ]

    def nothing_here(self) -> str:
        """Why a click outside a hole does nothing."""
        return "There is no hole here: the area touches the background or the image's border."

    def act(self, target: Target, pointer: Pointer) -> None:
        """Fill it."""
        assert isinstance(target, HoleTarget)
        self.host.edit(self.title, target.region, self._filling(target))

    def _filling(self, target: HoleTarget) -> int:
        return self.host.current_class if target.around is None else target.around


def _find(mask: Array, pixel: Pixel, most: int | None) -> Target | None:
    found = hole(mask, pixel, most=most)
    if found is None:
        return None
    return HoleTarget(found, found, surrounding_class(mask, found), area_of(found))
