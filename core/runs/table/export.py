"""The table of runs as CSV, for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from core.runs.table.columns import Column, RunRow
from core.runs.table.grouping import RunGroup


def rows_csv(columns: Sequence[Column], rows: Sequence[RunRow]) -> str:
    """Runs as CSV: a line a run, the columns' ids as heads, numbers in full.

    Durations are seconds, moments ISO 8601, figures percent.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.id for column in columns])
    writer.writerows([column.plain(row.get(column.id)) for column in columns] for row in rows)
    return out.getvalue()


def groups_csv(columns: Sequence[Column], groups: Sequence[RunGroup]) -> str:
    """Groups as CSV: a line a group, with mean, spread and number of values of each number.

    The spread is the sample standard deviation; it is empty for a single value.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = ["group_name", "runs"]
    for column in columns:
        names = (".mean", ".spread", ".count") if column.is_number else ("",)
        heads += [f"{column.id}{name}" for name in names]
    writer.writerow(heads)
    for group in groups:
        line = [group.title, str(len(group.rows))]
        for column in columns:
            if not column.is_number:
                line.append(group.common.get(column.id, ""))
                continue
            found = group.spreads.get(column.id)
            if found is None:
                line += ["", "", "0"]
            else:
                spread = "" if found.spread is None else f"{found.spread:.10g}"
                line += [column.plain(found.mean), spread, str(found.count)]
        writer.writerow(line)
    return out.getvalue()
