"""One colour for each run, the same in tables, curves, frames and plots, now and after a restart.

A run's id alone gives its colour. Only where two runs that are shown together would look alike,
the later one takes another colour, and keeps it: what was moved so is in `colors.places`, which
the program remembers with the workspace.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

Rgb = tuple[int, int, int]

# Found by search: of all colours that stand out from the surfaces of both themes and are not those
# of kinds of errors, eight that stay furthest apart for people with normal sight and for those
# without red, green or blue cones (Machado et al. 2009; at least 20 apart in CIELAB).
PALETTE: tuple[Rgb, ...] = (
    (0x00, 0xA5, 0xFF),
    (0xC3, 0x96, 0x69),
    (0x96, 0x1E, 0xFF),
    (0x96, 0x5A, 0x5A),
    (0xF0, 0x0F, 0xD2),
    (0x87, 0xA5, 0xA5),
    (0xE1, 0x1E, 0x00),
    (0x69, 0x69, 0x87),
)
"""The colours of runs. Letters, names or kinds of lines stand beside them wherever they tell."""


class RunColors(QObject):
    """Knows the colour of every run."""

    changed = Signal()
    """Some run has another colour now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: dict[str, int] = {}

    def of(self, run_id: str) -> Rgb:
        """The colour (RGB) of a run."""
        return PALETTE[self._place(run_id)]

    @property
    def places(self) -> Mapping[str, int]:
        """The runs whose colour is not the one of their id alone: places in `PALETTE`."""
        return dict(self._places)

    def set_places(self, places: Mapping[str, int]) -> None:
        """Take over what was remembered; places that do not exist are passed over."""
        known = {run_id: at for run_id, at in places.items() if 0 <= at < len(PALETTE)}
        if known != self._places:
            self._places = known
            self.changed.emit()

    def tell_apart(self, run_ids: Sequence[str]) -> None:
        """See that runs which are shown together have different colours.

        Earlier ones keep theirs. Of more runs than there are colours the rest stay as they are.
        """
        taken: set[int] = set()
        has_changed = False
        for run_id in run_ids:
            at = self._place(run_id)
            if at in taken and len(taken) < len(PALETTE):
                turns = ((at + step) % len(PALETTE) for step in range(1, len(PALETTE)))
                at = next(each for each in turns if each not in taken)
                self._places[run_id] = at
                has_changed = True
            taken.add(at)
        if has_changed:
            self.changed.emit()

    def _place(self, run_id: str) -> int:
        known = self._places.get(run_id)
        # Not Python's own hash, which is another one in each process.
        return zlib.crc32(run_id.encode()) % len(PALETTE) if known is None else known


colors = RunColors()
"""The colours of the whole program; `colors.changed` tells views to draw again."""


def run_color(run_id: str) -> Rgb:
    """The colour (RGB) of a run, by its id."""
    return colors.of(run_id)
