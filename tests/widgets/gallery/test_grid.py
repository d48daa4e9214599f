"""The places of the gallery's cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize

from widgets.gallery.grid import Grid

GRIDS = st.builds(
    Grid,
    count=st.integers(0, 500),
    width=st.integers(10, 2000),
    least=st.builds(QSize, st.integers(20, 300), st.integers(20, 300)),
)


@given(GRIDS, st.integers(0, 499))
def test_that_a_cell_is_found_where_it_lies(grid, row):
    if row < grid.count:
        assert grid.row_at(grid.rect(row).center()) == row
        assert row in grid.rows_between(grid.rect(row).top(), grid.rect(row).bottom())
        assert grid.rect(row).bottom() < grid.height


@given(GRIDS, st.integers(-50, 2100), st.integers(-50, 5000))
def test_that_a_point_is_in_one_cell_at_most_and_in_the_one_that_is_found(grid, x, y):
    point = QPoint(x, y)
    holding = [row for row in range(grid.count) if grid.rect(row).contains(point)]
    found = grid.row_at(point)
    assert holding == ([] if found is None else [found])


@given(GRIDS, st.integers(0, 4000), st.integers(1, 1000))
def test_that_a_band_holds_every_cell_it_touches(grid, top, height):
    rows = grid.rows_between(top, top + height)
    for row in range(grid.count):
        rect = grid.rect(row)
        if rect.bottom() >= top and rect.top() <= top + height:
            assert row in rows


@given(GRIDS)
def test_that_cells_are_never_smaller_than_asked_and_fit_the_view_when_it_has_room(grid):
    assert grid.cell.width() >= grid.least.width()
    if grid.width > grid.least.width() + 20 and grid.count >= grid.columns:
        assert grid.rect(grid.columns - 1).right() < grid.width
