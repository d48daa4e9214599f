"""The colours that runs have in tables, curves and frames."""

from __future__ import annotations

# From Okabe and Ito's set and ColorBrewer's Dark2: none is the colour of a kind of error, and
# each stands out from both themes' surfaces.
RUN_COLORS: tuple[tuple[int, int, int], ...] = (
    (0x00, 0x9E, 0x73),
    (0x8A, 0x6F, 0xE8),
    (0x2F, 0x9F, 0xD8),
    (0xA6, 0x76, 0x1D),
    (0xE7, 0x29, 0x8A),
    (0x7F, 0x8C, 0x8D),
)


def run_color(place: int) -> tuple[int, int, int]:
    """The colour (RGB) of the run at a place among those that are compared, counted from 0."""
    return RUN_COLORS[place % len(RUN_COLORS)]
