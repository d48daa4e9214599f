"""Runs that belong together, and the mean and spread of their figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.runs.table.columns import Column, Kind, RunRow, Section, Value

BY_SETTINGS = "settings"
"""Groups runs that differ only in their random numbers and in what they leave out."""

GROUPINGS: Mapping[str, str] = {
    "": "no groups",
    "recipe": "recipe",
    "label_set": "label set",
    "group": "group of folds",
    BY_SETTINGS: "same settings",
    "parent": "parent",
    "state": "state",
    "device": "device",
}
"""What runs can be grouped by: the column's id, and how people say it."""

_NO_GROUP = {"group": "not in a group", "parent": "without a parent"}


@dataclass(frozen=True, slots=True)
class Spread:
    """Several numbers in short.

    Attributes:
        mean: Their arithmetic mean.
        spread: Their sample standard deviation (divided by n − 1); None for a single one.
        count: How many there are.
    """

    mean: float
    spread: float | None
    count: int


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs that belong together.

    Attributes:
        title: What they have in common.
        rows: The runs, in the order given.
        spreads: Of each column of numbers that at least one of them has a value in.
        common: The texts that all of them have in common, by column.
    """

    title: str
    rows: tuple[RunRow, ...]
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    common: Mapping[str, str] = field(default_factory=dict)


def group_rows(rows: Sequence[RunRow], by: str, columns: Sequence[Column]) -> list[RunGroup]:
    """Put runs into groups, each in the place of its first run.

    Args:
        rows: The runs.
        by: A key of `GROUPINGS`; any other column's id will do too.
        columns: The columns to sum up.
    """
    found: dict[tuple[Value, ...], list[RunRow]] = {}
    settings = [c.id for c in columns if c.section is Section.SETTING and c.id != "seed"]
    for row in rows:
        key: tuple[Value, ...] = (row.get(by),)
        if by == BY_SETTINGS:
            key = (row.get("recipe"), row.get("label_set"), *(row.get(each) for each in settings))
        found.setdefault(key, []).append(row)
    by_column = next((column for column in columns if column.id == by), None)
    names: dict[str, int] = {}
    groups = []
    for key, members in found.items():
        title = _title(by, key[0], members, by_column)
        if by == BY_SETTINGS:
            # Groups of one recipe are told apart by their numbers.
            names[title] = names.get(title, 0) + 1
            title = f"{title} · {names[title]}" if _is_repeated(found, key) else title
        groups.append(_group(title, members, columns))
    return groups


def spread_of(values: Sequence[float]) -> Spread | None:
    """Mean and sample standard deviation; None of nothing."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    mean = math.fsum(finite) / len(finite)
    if len(finite) == 1:
        return Spread(mean, None, 1)
    variance = math.fsum((value - mean) ** 2 for value in finite) / (len(finite) - 1)
    return Spread(mean, math.sqrt(variance), len(finite))


def _group(title: str, rows: Sequence[RunRow], columns: Sequence[Column]) -> RunGroup:
    spreads: dict[str, Spread] = {}
    common: dict[str, str] = {}
    for column in columns:
        if column.kind is Kind.TEXT:
            texts = {row.get(column.id) for row in rows}
            only = next(iter(texts))
            if len(texts) == 1 and isinstance(only, str):
                common[column.id] = only
            continue
        numbers = [value for row in rows if (value := row.number(column.id)) is not None]
        spread = spread_of(numbers)
        if spread is not None:
            spreads[column.id] = spread
    return RunGroup(title, tuple(rows), spreads, common)


def _title(by: str, value: Value, members: Sequence[RunRow], column: Column | None) -> str:
    if by == BY_SETTINGS:
        recipe, labels = members[0].get("recipe"), members[0].get("label_set")
        return f"{recipe or 'unknown'} on {labels or 'unknown'}"
    if value is None or value == "":
        return _NO_GROUP.get(by, "unknown")
    return str(value) if column is None else column.text(value)


def _is_repeated(found: Mapping[tuple[Value, ...], object], key: tuple[Value, ...]) -> bool:
    return sum(other[:2] == key[:2] for other in found) > 1
