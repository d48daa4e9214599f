"""Where the linked views go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.comparison.grid.arrangement import Cell, arrange
from widgets.comparison.grid.panel import PanelKind

PHOTO, TRUTH, PREDICTION, ERRORS = PanelKind


def test_that_one_run_stands_in_a_row_where_it_is_wide():
    cells = arrange(900, 400, [TRUTH, PREDICTION, ERRORS], "A")
    assert cells == {
        (TRUTH, ""): Cell(0, 0),
        (PREDICTION, "A"): Cell(0, 1),
        (ERRORS, "A"): Cell(0, 2),
    }


def test_that_two_runs_have_a_column_each():
    cells = arrange(1200, 800, PanelKind, "AB")
    assert cells[PREDICTION, "A"] == Cell(0, 1)
    assert cells[ERRORS, "A"] == Cell(1, 1)
    assert cells[PREDICTION, "B"] == Cell(0, 2)
    assert cells[ERRORS, "B"] == Cell(1, 2)
    assert (cells[TRUTH, ""].column, cells[PHOTO, ""].column) == (0, 0)


def test_that_a_panel_alone_in_its_column_has_its_whole_height():
    cells = arrange(900, 800, [TRUTH, PREDICTION, ERRORS], "AB")
    assert cells[TRUTH, ""] == Cell(0, 0, rows=2)


def test_that_a_flat_area_gets_one_row():
    cells = arrange(1600, 200, PanelKind, "AB")
    assert {cell.row for cell in cells.values()} == {0}


@given(
    st.integers(0, 4000),
    st.integers(0, 4000),
    st.sets(st.sampled_from(list(PanelKind))),
    st.sampled_from(["", "A", "AB"]),
    st.floats(0.1, 10),
)
def test_that_every_wanted_panel_has_a_place_of_its_own(width, height, kinds, letters, aspect):
    cells = arrange(width, height, kinds, letters, aspect)
    neutral = {PHOTO, TRUTH}
    wanted = {(kind, "") for kind in kinds & neutral}
    wanted |= {(kind, letter) for kind in kinds - neutral for letter in letters}
    assert cells.keys() == wanted
    covered = [(cell.row + row, cell.column) for cell in cells.values() for row in range(cell.rows)]
    assert len(covered) == len(set(covered))
