"""Where the linked views go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.comparison.grid.arrangement import Cell, arrange
from widgets.comparison.grid.panel import PanelKind

PHOTO, TRUTH, PREDICTION, ERRORS, CONFIDENCE, AGREEMENT = PanelKind
USUAL = [PHOTO, TRUTH, PREDICTION, ERRORS]


def test_that_one_run_stands_in_a_row_where_it_is_wide():
    cells = arrange(900, 400, [TRUTH, PREDICTION, ERRORS], "A")
    assert cells == {
        (TRUTH, ""): Cell(0, 0),
        (PREDICTION, "A"): Cell(0, 1),
        (ERRORS, "A"): Cell(0, 2),
    }


def test_that_two_runs_have_a_column_each():
    cells = arrange(1200, 800, USUAL, "AB")
    assert cells[PREDICTION, "A"] == Cell(0, 1)
    assert cells[ERRORS, "A"] == Cell(1, 1)
    assert cells[PREDICTION, "B"] == Cell(0, 2)
    assert cells[ERRORS, "B"] == Cell(1, 2)
    assert (cells[TRUTH, ""].column, cells[PHOTO, ""].column) == (0, 0)


def test_that_a_panel_alone_in_its_column_has_its_whole_height():
    cells = arrange(900, 800, [TRUTH, PREDICTION, ERRORS], "AB")
    assert cells[TRUTH, ""] == Cell(0, 0, rows=2)


def test_that_a_flat_area_gets_one_row():
    cells = arrange(1600, 200, USUAL, "AB")
    assert {cell.row for cell in cells.values()} == {0}


def smallest_image(cells, width: int, height: int) -> float:
    columns = max(cell.column + cell.columns for cell in cells.values())
    rows = max(cell.row + cell.rows for cell in cells.values())
    return min(width / columns, height / rows - 30)


def test_that_six_runs_use_the_room_of_a_small_and_a_large_window():
    small = arrange(520, 400, [PHOTO, TRUTH, ERRORS], "ABCDEF")
    assert smallest_image(small, 520, 400) > 100
    large = arrange(1180, 620, [PHOTO, TRUTH, ERRORS], "ABCDEF")
    assert smallest_image(large, 1180, 620) > 250


def test_that_of_many_kinds_the_panels_of_a_run_stay_in_its_row():
    cells = arrange(1180, 640, PanelKind, "AB")
    rows = {
        letter: {cells[kind, letter].row for kind in (PREDICTION, ERRORS, CONFIDENCE)}
        for letter in "AB"
    }
    assert rows == {"A": {0}, "B": {1}}


@given(
    st.integers(0, 4000),
    st.integers(0, 4000),
    st.sets(st.sampled_from(list(PanelKind))),
    st.sampled_from(["", "A", "AB", "ABC", "ABCDEF"]),
    st.floats(0.1, 10),
)
def test_that_every_wanted_panel_has_a_place_of_its_own(width, height, kinds, letters, aspect):
    cells = arrange(width, height, kinds, letters, aspect)
    neutral = {PHOTO, TRUTH, AGREEMENT}
    wanted = {(kind, "") for kind in kinds & neutral}
    wanted |= {(kind, letter) for kind in kinds - neutral for letter in letters}
    assert cells.keys() == wanted
    covered = [
        (cell.row + row, cell.column + column)
        for cell in cells.values()
        for row in range(cell.rows)
        for column in range(cell.columns)
    ]
    assert len(covered) == len(set(covered))
