"""Where the linked views go, so that the image in each of them is as large as possible."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from widgets.comparison.grid.panel import PanelKind

Key = tuple[PanelKind, str]
"""A panel: what it shows, and the letter of its run ("" for photo and truth)."""

# Room that a panel's title and frame take, in px.
_TITLE = 32
_GAP = 8


class Cell(NamedTuple):
    """A place in the grid."""

    row: int
    column: int
    rows: int = 1


def arrange(
    width: int,
    height: int,
    kinds: Collection[PanelKind],
    letters: Sequence[str],
    aspect: float = 1.0,
) -> dict[Key, Cell]:
    """Place the panels in one row, or in two with a column per run, whichever shows more.

    Args:
        width: Room for all panels, in px.
        height: Room for all panels, in px.
        kinds: Which kinds of panels are wanted.
        letters: The letters of the runs, in order.
        aspect: Width of the image divided by its height.
    """
    one, two = _one_row(kinds, letters), _two_rows(kinds, letters)
    if _image_height(two, width, height, aspect) > _image_height(one, width, height, aspect):
        return two
    return one


def _one_row(kinds: Collection[PanelKind], letters: Sequence[str]) -> dict[Key, Cell]:
    keys: list[Key] = [(kind, "") for kind in (PanelKind.PHOTO, PanelKind.TRUTH) if kind in kinds]
    for letter in letters:
        keys += [
            (kind, letter) for kind in (PanelKind.PREDICTION, PanelKind.ERRORS) if kind in kinds
        ]
    return {key: Cell(0, column) for column, key in enumerate(keys)}


def _two_rows(kinds: Collection[PanelKind], letters: Sequence[str]) -> dict[Key, Cell]:
    columns: list[list[Key]] = [[(PanelKind.TRUTH, ""), (PanelKind.PHOTO, "")]]
    columns += [[(PanelKind.PREDICTION, letter), (PanelKind.ERRORS, letter)] for letter in letters]
    wanted = [[key for key in column if key[0] in kinds] for column in columns]
    cells: dict[Key, Cell] = {}
    for place, column in enumerate(column for column in wanted if column):
        for row, key in enumerate(column):
            # A panel alone in its column has the height of both rows.
            cells[key] = Cell(row, place, rows=2 if len(column) == 1 else 1)
    return cells


def _image_height(cells: Mapping[Key, Cell], width: int, height: int, aspect: float) -> float:
    """Height in px of the image in the smallest panel."""
    if not cells:
        return 0.0
    columns = 1 + max(cell.column for cell in cells.values())
    rows = max(cell.row + cell.rows for cell in cells.values())
    across = (width - (columns - 1) * _GAP) / columns
    down = (height - (rows - 1) * _GAP) / rows - _TITLE
    return min(across / max(aspect, 1e-6), down)
