"""Results on standard output or in files: tables for people, JSON and CSV for programs.

A table on a terminal is drawn by rich; in a pipe it is plain aligned text of any width, so that
nothing is cut off and `grep` and `awk` work on it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.files import atomic_write_text

STDOUT = "-"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers (then it is right-aligned)."""

    title: str
    number: bool = False


def say(text: str = "") -> None:
    """Print a line of the result."""
    print(text)  # noqa: T201 - standard output is what a command is for


def percent(value: float | None, *, sign: bool = False) -> str:
    """A figure in percent as the study prints it: two decimals, without the sign %."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value:+.2f}" if sign else f"{value:.2f}"


def duration(seconds: float | None) -> str:
    """A time span in the two units that matter: `42 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds is None or math.isnan(seconds):
        return NOTHING
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print a table, one line a row: a line break in a note becomes a space."""
    rows = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(columns, rows, title)
    else:
        _plain_table(columns, rows, title)


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, the values below each other."""
    pairs = list(pairs)
    width = max((_width(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        say(f"{_pad(name, width)}  {value}".rstrip())


def write_json(target: str, data: Any) -> None:
    """Write `data` as JSON to a file, or to standard output for "-".

    NaN has no word in JSON and becomes null.
    """
    text = json.dumps(_without_nan(data), indent=1, ensure_ascii=False, allow_nan=False)
    _write(target, text + "\n")


def write_csv(target: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV (RFC 4180, UTF-8) to a file, or to standard output for "-"."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    _write(target, stream.getvalue())


def _write(target: str, text: str) -> None:
    if target == STDOUT:
        sys.stdout.write(text)
    else:
        atomic_write_text(Path(target).expanduser(), text)


def _without_nan(data: Any) -> Any:
    match data:
        case float():
            return data if math.isfinite(data) else None
        case dict():
            return {key: _without_nan(value) for key, value in data.items()}
        case list() | tuple():
            return [_without_nan(value) for value in data]
        case _:
            return data


def _rich_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        drawn.add_column(column.title, justify="right" if column.number else "left")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout, highlight=False).print(drawn)


def _plain_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], title: str) -> None:
    lines = [[column.title for column in columns], *(list(row) for row in rows)]
    widths = [max(_width(line[index]) for line in lines) for index in range(len(columns))]
    if title:
        say(title)
    for line in lines:
        cells = (
            _pad(cell, width, right=column.number)
            for cell, width, column in zip(line, widths, columns, strict=True)
        )
        say("  ".join(cells).rstrip())


def _width(text: str) -> int:
    # East Asian wide signs take two cells of a terminal, combining marks none.
    return sum(
        2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
        if not unicodedata.combining(sign)
    )


def _pad(text: str, width: int, *, right: bool = False) -> str:
    fill = " " * (width - _width(text))
    return fill + text if right else text + fill
