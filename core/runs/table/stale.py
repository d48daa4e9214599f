"""A column of the table of runs that says whose masks have changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.runs.provenance import Staleness
from core.runs.table.columns import Column, RunRow, RunTable

STALE = Column(
    "stale",
    "Stale",
    tip="Which masks and photos that it used are others by now, or gone: it has learned, and was"
    " measured on, what is no more",
)

_MOST_NAMED = 8


def with_staleness(table: RunTable, found: Mapping[str, Staleness]) -> RunTable:
    """The table with what makes runs stale, in a column behind the state.

    Args:
        table: The runs.
        found: How the data differs from what each run used, by the run's id.

    Returns:
        The same table where no run is stale.
    """
    stale = {run_id: each for run_id, each in found.items() if each.is_stale}
    if not any(row.id in stale for row in table.rows):
        return table
    rows = tuple(_marked(row, stale.get(row.id)) for row in table.rows)
    places = [place for place, column in enumerate(table.columns) if column.id == "state"]
    at = places[0] + 1 if places else len(table.columns)
    return replace(table, columns=(*table.columns[:at], STALE, *table.columns[at:]), rows=rows)


def _marked(row: RunRow, stale: Staleness | None) -> RunRow:
    if stale is None or row.problem:
        return row
    found = (
        ("mask changed", stale.masks),
        ("photo changed", stale.images),
        ("gone", stale.missing),
        ("changed while it trained", stale.midway),
    )
    lines = [_named(what, samples) for what, samples in found if samples]
    lines.append("Train it again to have a run of the data as they are now.")
    return replace(
        row,
        values={**row.values, STALE.id: stale.words()},
        notes={**row.notes, STALE.id: "\n".join(lines)},
    )


def _named(what: str, samples: tuple[str, ...]) -> str:
    """Which samples are so: the first ones by name."""
    more = len(samples) - _MOST_NAMED
    names = ", ".join(samples[:_MOST_NAMED])
    return f"{what[:1].upper()}{what[1:]}: {names}{f' and {more:,} more' if more > 0 else ''}"
