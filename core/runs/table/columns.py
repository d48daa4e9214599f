"""Columns and rows of the table of runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from core.runs.record import RunState

Value = float | str | None
"""A cell: a number (moments in seconds since 1970, durations in seconds), a text, or nothing."""

NOTHING = "–"
"""How nothing is written."""


class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"
    DURATION = "duration"


class Section(StrEnum):
    """What a column is about."""

    RUN = "Run"
    VALIDATION = "Best validation"
    MEASURED = "Measured on a split"
    SETTING = "Settings"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        id: Its name in filters and files, such as `lr` or `mDice`.
        title: What its head says, without the unit.
        kind: What its values are.
        section: What it is about.
        tip: What it means, in a sentence.
        unit: Unit of its numbers; "" for none.
        decimals: Digits after the point; None for as many as needed.
        better: Which end of it is the good one; "" where neither is.
    """

    id: str
    title: str
    kind: Kind = Kind.TEXT
    section: Section = Section.RUN
    tip: str = ""
    unit: str = ""
    decimals: int | None = None
    better: Literal["higher", "lower", ""] = ""

    @property
    def is_number(self) -> bool:
        """Whether its values can be put on an axis as they are."""
        return self.kind is not Kind.TEXT

    @property
    def head(self) -> str:
        """Title and unit."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def text(self, value: Value) -> str:
        """A value as people read it."""
        if value is None or value == "":
            return NOTHING
        if isinstance(value, str):
            return value
        match self.kind:
            case Kind.MOMENT:
                local = datetime.fromtimestamp(value).astimezone()
                return f"{local.day} {local:%b %H:%M}"
            case Kind.DURATION:
                return duration_text(value)
            case _:
                return number_text(value, self.decimals)

    def spread_text(self, mean: float, spread: float | None) -> str:
        """Mean and spread of several values: `81.20 ± 0.41`."""
        if self.kind is Kind.MOMENT:
            return ""
        if spread is None:
            return self.text(mean)
        if self.kind is Kind.DURATION:
            return f"{_coarse(mean)} ± {_coarse(spread)}"
        if self.decimals is not None:
            return f"{mean:.{self.decimals}f} ± {spread:.{self.decimals}f}"
        return f"{number_text(_short(mean))} ± {number_text(_short(spread))}"

    def plain(self, value: Value) -> str:
        """A value as other programs read it: numbers in full, moments as ISO 8601."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if self.kind is Kind.MOMENT:
            return datetime.fromtimestamp(value).astimezone().isoformat(timespec="seconds")
        return f"{value:.10g}"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run.

    Attributes:
        id: The run's id.
        name: What it is called.
        state: Where it stands.
        reason: Why it ended as it did, in a sentence; "" when there is nothing to say.
        problem: Why it cannot be read, in a sentence; "" when it can.
        values: What is known of it, by the columns' ids.
        notes: More about some of these, in sentences, by the columns' ids.
    """

    id: str
    name: str
    state: RunState
    reason: str = ""
    problem: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def get(self, column_id: str) -> Value:
        """The value in a column; None where there is none."""
        return self.values.get(column_id)

    def number(self, column_id: str) -> float | None:
        """The number in a column; None where there is none, or no finite one."""
        value = self.values.get(column_id)
        if isinstance(value, str) or value is None or not math.isfinite(value):
            return None
        return value


@dataclass(frozen=True, slots=True)
class RunTable:
    """The runs of a dataset.

    Attributes:
        columns: All columns that any run has a value in, in order.
        rows: Newest first.
        problems: What could not be read, one sentence each, those of whole runs included.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[RunRow, ...] = ()
    problems: tuple[str, ...] = ()

    def column(self, column_id: str) -> Column | None:
        """The column with that id."""
        return next((each for each in self.columns if each.id == column_id), None)

    def row(self, run_id: str) -> RunRow | None:
        """The row of a run."""
        return next((each for each in self.rows if each.id == run_id), None)

    def differing(self, rows: Sequence[RunRow] | None = None) -> list[Column]:
        """The settings in which runs differ.

        Args:
            rows: The runs to hold against each other; all that can be read by default.
        """
        chosen = [row for row in (self.rows if rows is None else rows) if not row.problem]
        return [
            column
            for column in self.columns
            if column.section is Section.SETTING and len({row.get(column.id) for row in chosen}) > 1
        ]


def number_text(value: float, decimals: int | None = None) -> str:
    """A number with fixed decimals, or with as many signs as it needs: `0.0004`, `2e-06`."""
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-4 <= abs(value) < 1e7:
        return f"{value:.10g}" if value == round(value) else f"{value:.5g}"
    mantissa, exponent = f"{value:.4e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def _coarse(seconds: float) -> str:
    """A length of time without the seconds, where these are not worth being told."""
    return duration_text(seconds).split(" min")[0] + " min" if seconds >= 600 else (
        duration_text(seconds)
    )  # fmt: skip


def _short(value: float) -> float:
    """A number with the three digits that a spread is worth."""
    return float(f"{value:.3g}")


def duration_text(seconds: float) -> str:
    """A length of time, short: `8 s`, `2 min 05 s`, `3 h 20 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
