"""What the view of all runs says. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

from core.runs.record import RunState
from core.runs.table.columns import Column, Kind, RunRow, RunTable, Section

NO_DATASET = ("No dataset is open", "Open a folder: the runs made with it appear here.")
NO_RUNS = ("There are no runs yet", "Train one on the Train page, or with `petseg train`.")
READING = ("Reading the runs", "")
NOTHING_FOUND = ("No run is like that", "Change or clear what is typed above.")

_MOST_AXES = 8
_SHOWN_FIRST = (
    "name", "state", "stale", "mDice", "best_iteration", "seconds", "recipe", "label_set",
)  # fmt: skip
_SHOWN_LAST = ("group", "fold", "parent", "device", "started")
_NOT_TELLING = ("goal", "tracking", "num_workers", "cache", "seed")


def unreadable(problem: str) -> tuple[str, str]:
    """What is said in place of the runs when they cannot be read; `problem` is a sentence."""
    return "The runs cannot be read", problem


def count(shown: int, total: int) -> str:
    """How many runs there are, and how many of them are shown."""
    if shown == total:
        return "1 run" if total == 1 else f"{total:,} runs"
    return f"{shown:,} of {total:,} runs"


def compare(ticked: int) -> str:
    """What the button does with the ticked runs."""
    if ticked == 0:
        return "Compare"
    return "Look at 1 run" if ticked == 1 else f"Compare {ticked} runs"


def troubles(table: RunTable) -> tuple[str, str]:
    """What is the matter with runs: in short, and each in a sentence; "" for nothing."""
    ended = [
        row
        for row in table.rows
        if not row.problem and row.state in (RunState.CRASHED, RunState.FAILED)
    ]
    unreadable = sum(bool(row.problem) for row in table.rows)
    damaged = len(table.problems) - unreadable
    parts = []
    if unreadable:
        parts.append(f"{unreadable} unreadable")
    if damaged:
        parts.append("1 damaged file" if damaged == 1 else f"{damaged} damaged files")
    if ended:
        parts.append(f"{len(ended)} crashed")
    sentences = [
        *table.problems,
        *(f"Run {row.name} {row.state}. {row.reason}".strip() for row in ended),
    ]
    return " · ".join(parts), "\n".join(sentences)


def automatic_columns(table: RunTable) -> list[str]:
    """The columns that tell most: figures, and every setting in which runs differ."""
    measured = [
        column.id
        for column in table.columns
        if column.section is Section.MEASURED and column.id.endswith(".mDice")
    ]
    known = {column.id for column in table.columns}
    differing = [column.id for column in table.differing()]
    wanted = [*_SHOWN_FIRST[:6], *measured, *_SHOWN_FIRST[6:], *differing, *_SHOWN_LAST]
    wanted = ["name", *wanted]
    return [each for each in dict.fromkeys(wanted) if each in known]


def automatic_axes(table: RunTable, rows: Sequence[RunRow]) -> list[str]:
    """The axes that tell most: settings in which these runs differ, and the best mDice."""
    rows = [row for row in rows if not row.problem]
    differing = [column for column in table.differing(rows) if column.id not in _NOT_TELLING]
    # Numbers first, for texts are hard to read along a line; then those that take most values.
    differing.sort(key=lambda column: (column.kind is Kind.TEXT, -_values(column, rows)))
    chosen = {column.id for column in differing[: _MOST_AXES - 2]}
    axes = [column.id for column in table.columns if column.id in chosen]
    figures = [each for each in ("seconds", "mDice") if table.column(each) is not None]
    return [*axes, *figures]


def figure_columns(columns: Sequence[Column]) -> list[Column]:
    """The columns that can be an axis of the scatter: whatever is no mere name."""
    return [column for column in columns if column.id not in ("name", "id")]


def narrowed(inside: int, total: int) -> str:
    """How many runs are left by what was drawn into a view."""
    return f"{inside:,} of {total:,} runs inside"


def scatter_note(left_out: int, front: int, *, has_direction: bool) -> str:
    """What of the runs is not drawn, and what the dashed line is."""
    parts = []
    if front:
        parts.append(f"◇ Pareto front: {_runs(front)} that no other beats in both")
    elif not has_direction:
        parts.append("no Pareto front: one of the two has no better end")
    if left_out:
        parts.append(f"{_runs(left_out)} without these figures")
    return "  ·  ".join(parts)


def _values(column: Column, rows: Sequence[RunRow]) -> int:
    return len({row.get(column.id) for row in rows})


def _runs(number: int) -> str:
    return "1 run" if number == 1 else f"{number} runs"
