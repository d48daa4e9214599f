"""In what the recipes of some runs differ, line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from core.runs.table.columns import NOTHING, Column, RunRow, RunTable, Section
from core.training.recipes.fields import BY_NAME, SECTIONS

_ASKED = ("recipe", "label_set", "init", "samples", "device", "parent", "fold", "group")
_CONFIG = "Config"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which runs differ.

    Attributes:
        key: Name of the setting, as filters and `--set` have it.
        title: What people call it, with its unit.
        section: What it is about.
        texts: Its value in each run, in order.
        tip: What it means.
    """

    key: str
    title: str
    section: str
    texts: tuple[str, ...]
    tip: str = ""

    def has(self, words: str) -> bool:
        """Whether its name or a value contains all of these words, whatever their case."""
        said = " ".join((self.key, self.title, self.section, *self.texts)).lower()
        return all(word in said for word in words.lower().split())


def differences(
    table: RunTable, run_ids: Sequence[str], *, with_equal: bool = False
) -> list[Difference]:
    """What the runs were asked to do, as far as they differ.

    Args:
        table: The runs.
        run_ids: The runs to hold against each other; those that are gone are passed over.
        with_equal: Give what they have in common too.
    """
    rows = [row for run_id in run_ids if (row := table.row(run_id)) is not None]
    if not rows:
        return []
    found = []
    for column in table.columns:
        if column.section is not Section.SETTING and column.id not in _ASKED:
            continue
        values = [row.get(column.id) for row in rows]
        if all(value is None for value in values):
            continue
        if with_equal or len(set(values)) > 1:
            found.append(_difference(column, rows))
    return found


def differences_csv(found: Sequence[Difference], names: Sequence[str]) -> str:
    """The differences as CSV: `setting`, `name`, `section`, then a column for each run.

    Args:
        found: The differences.
        names: What the runs are called.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["setting", "name", "section", *names])
    for each in found:
        texts = ["" if text == NOTHING else text for text in each.texts]
        writer.writerow([each.key, each.title, each.section, *texts])
    return out.getvalue()


def _difference(column: Column, rows: Sequence[RunRow]) -> Difference:
    field = BY_NAME.get(column.id)
    section = "Run" if column.section is not Section.SETTING else _CONFIG
    if field is not None:
        section = SECTIONS[field.section]
    texts = tuple(column.text(row.get(column.id)) for row in rows)
    return Difference(column.id, column.head, section, texts, column.tip)
