"""Where the linked views go, so that the image in each of them is as large as possible."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from widgets.comparison.grid.panel import PanelKind

Key = tuple[PanelKind, str]
"""A panel: what it shows, and the letter of its run ("" where it belongs to no single run)."""

NEUTRAL = (PanelKind.TRUTH, PanelKind.PHOTO, PanelKind.AGREEMENT)
"""The kinds of panels that belong to no single run, in the order they stand in a column."""
_IN_LINE = (PanelKind.PHOTO, PanelKind.TRUTH, PanelKind.AGREEMENT)
OF_A_RUN = (PanelKind.PREDICTION, PanelKind.ERRORS, PanelKind.CONFIDENCE)
"""The kinds of panels that each run has."""

# Room that a panel's title and frame take, in px.
_TITLE = 30
_GAP = 8
# Columns of runs are easier to read than a mere flow: they may be that much smaller.
_ORDERLY = 1.08


class Cell(NamedTuple):
    """A place in the grid."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


Cells = dict[Key, Cell]


def arrange(
    width: int,
    height: int,
    kinds: Collection[PanelKind],
    letters: Sequence[str],
    aspect: float = 1.0,
) -> Cells:
    """Place the panels so that the smallest of the images is as large as it can be.

    Tried are a column or a row per run, with photo and truth before them in one column or in
    several, and one after the other in lines of every length; what keeps the panels of a run
    together is taken where it is about as large.

    Args:
        width: Room for all panels, in px.
        height: Room for all panels, in px.
        kinds: Which kinds of panels are wanted.
        letters: The letters of the runs, in order.
        aspect: Width of the image divided by its height.
    """
    best: Cells = {}
    best_size = -math.inf
    for cells, bonus in _candidates(kinds, letters):
        size = bonus * _image_height(cells, width, height, aspect)
        if size > best_size:
            best, best_size = cells, size
    return best


def _candidates(
    kinds: Collection[PanelKind], letters: Sequence[str]
) -> Iterator[tuple[Cells, float]]:
    neutral: list[Key] = [(kind, "") for kind in NEUTRAL if kind in kinds]
    in_line: list[Key] = [(kind, "") for kind in _IN_LINE if kind in kinds]
    runs: list[list[Key]] = [
        [(kind, letter) for kind in OF_A_RUN if kind in kinds] for letter in letters
    ]
    runs = [each for each in runs if each]
    by_column = _stacked([neutral, *runs])
    yield by_column, _ORDERLY
    yield _turned(by_column), _ORDERLY
    if runs:
        beside = _beside(in_line, runs)
        yield beside, _ORDERLY
        yield _turned(beside), _ORDERLY
    # Photo and truth as columns of their own, where there is more room across than down.
    yield _stacked([*([key] for key in in_line), *runs]), _ORDERLY
    flow = [*in_line, *(key for run in runs for key in run)]
    for across in range(1, len(flow) + 1):
        yield _flow(flow, across), 1.0


def _stacked(columns: Sequence[Sequence[Key]]) -> Cells:
    """A column for each of the sequences; those with fewer panels have higher ones."""
    filled = [column for column in columns if column]
    rows = max((len(column) for column in filled), default=0)
    cells: Cells = {}
    for place, column in enumerate(filled):
        each = rows // len(column) if rows % len(column) == 0 else 1
        for row, key in enumerate(column):
            cells[key] = Cell(row * each, place, rows=each)
    return cells


def _beside(neutral: Sequence[Key], runs: Sequence[Sequence[Key]]) -> Cells:
    """A row for each run, and beside them what belongs to none in as many rows."""
    rows = len(runs)
    block = [neutral[start : start + rows] for start in range(0, len(neutral), rows)]
    cells: Cells = {}
    for column, keys in enumerate(block):
        each = rows // len(keys) if rows % len(keys) == 0 else 1
        for row, key in enumerate(keys):
            cells[key] = Cell(row * each, column, rows=each)
    for row, run in enumerate(runs):
        for column, key in enumerate(run):
            cells[key] = Cell(row, len(block) + column)
    return cells


def _turned(cells: Cells) -> Cells:
    """The same with rows and columns exchanged."""
    return {
        key: Cell(cell.column, cell.row, cell.columns, cell.rows) for key, cell in cells.items()
    }


def _flow(keys: Sequence[Key], across: int) -> Cells:
    return {key: Cell(place // across, place % across) for place, key in enumerate(keys)}


def _image_height(cells: Mapping[Key, Cell], width: int, height: int, aspect: float) -> float:
    """Height in px of the image in the smallest panel."""
    if not cells:
        return 0.0
    columns = max(cell.column + cell.columns for cell in cells.values())
    rows = max(cell.row + cell.rows for cell in cells.values())
    across = (width - (columns - 1) * _GAP) / columns
    down = (height - (rows - 1) * _GAP) / rows - _TITLE
    return min(across / max(aspect, 1e-6), down)
