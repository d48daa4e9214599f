"""The smallest changes that make one list of rows another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Runs = list[tuple[int, int]]
"""Ranges of rows, each from its first to its last."""

# Beyond this many separate changes, starting anew is quicker than telling each.
_MOST_RUNS = 64
_MOST_ROWS = 2000


def row_steps(old: Sequence[str], new: Sequence[str]) -> tuple[Runs, Runs] | None:
    """The row ranges to remove from `old` and then to insert to get `new`.

    Returns:
        The ranges to remove, by the old rows, and those to insert, by the new rows; None where it
        is better to start anew: nearly everything changes, or rows change places.
    """
    if not old or not new or abs(len(old) - len(new)) > _MOST_ROWS:
        return None
    wanted, known = set(new), set(old)
    removed = row_runs(row for row, key in enumerate(old) if key not in wanted)
    inserted = row_runs(row for row, key in enumerate(new) if key not in known)
    if removed is None or inserted is None:
        return None
    kept_before = [key for key in old if key in wanted]
    kept_after = [key for key in new if key in known]
    return (removed, inserted) if kept_before == kept_after else None


def row_runs(rows: Iterator[int]) -> Runs | None:
    """Rising rows as ranges; None for too many."""
    runs: Runs = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        elif len(runs) == _MOST_RUNS:
            return None
        else:
            runs.append((row, row))
    return runs
