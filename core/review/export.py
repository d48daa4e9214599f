"""One row per sample with all that is known of it, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.dataset.model import Sample
from core.flags import Flag, worst
from core.review.store import NOT_REVIEWED, Review
from core.review.tags import TAG_SEPARATOR


@dataclass(frozen=True, slots=True)
class SampleRow:
    """What is known of one sample.

    Attributes:
        sample: Its id.
        split: Its split.
        review: `to_do`, `done` or `unsure`.
        tags: Its tags, sorted.
        note: The user's note; "" for none.
        excluded: Whether it is left out of training.
        excluded_reason: Why; "" when no reason was given.
        flags: Number of flags.
        worst: The highest severity among them; "" without flags.
        checks: Ids of the checks that flagged it, in the order of the flags, each once.
    """

    sample: str
    split: str
    review: str
    tags: tuple[str, ...]
    note: str
    excluded: bool
    excluded_reason: str
    flags: int
    worst: str
    checks: tuple[str, ...]


COLUMNS = tuple(entry.name for entry in fields(SampleRow))
"""The columns of the table and the keys of the JSON, in order."""


def sample_rows(
    samples: Iterable[Sample],
    *,
    reviews: Mapping[str, Review] | None = None,
    exclusions: Mapping[str, str] | None = None,
    flags: Mapping[str, Sequence[Flag]] | None = None,
) -> Iterator[SampleRow]:
    """Put together what is known of samples, one after the other.

    Args:
        samples: The samples, in the order of the rows.
        reviews: Tags, review states and notes by sample; absent ones are to do.
        exclusions: The reason by excluded sample.
        flags: The flags by sample.
    """
    reviews, exclusions, flags = reviews or {}, exclusions or {}, flags or {}
    for sample in samples:
        review = reviews.get(sample.id, NOT_REVIEWED)
        found = list(flags.get(sample.id, ()))
        severity = worst(found)
        yield SampleRow(
            sample=sample.id,
            split=sample.split,
            review=review.state.value,
            tags=review.tags,
            note=review.note,
            excluded=sample.id in exclusions,
            excluded_reason=exclusions.get(sample.id, ""),
            flags=len(found),
            worst=severity.value if severity is not None else "",
            checks=tuple(dict.fromkeys(flag.check for flag in found)),
        )


def as_json(rows: Iterable[SampleRow]) -> list[dict[str, Any]]:
    """The rows as JSON-able objects with the keys of `COLUMNS`; tags and checks are lists."""
    return [asdict(row) | {"tags": list(row.tags), "checks": list(row.checks)} for row in rows]


def as_cells(row: SampleRow) -> list[str]:
    """A row as the cells of a table.

    Tags and checks are joined by `TAG_SEPARATOR`; `excluded` is "yes" or empty.
    """
    return [
        row.sample,
        row.split,
        row.review,
        f"{TAG_SEPARATOR} ".join(row.tags),
        row.note,
        "yes" if row.excluded else "",
        row.excluded_reason,
        str(row.flags),
        row.worst,
        f"{TAG_SEPARATOR} ".join(row.checks),
    ]


def as_csv(rows: Iterable[SampleRow]) -> str:
    """The rows as CSV (RFC 4180) with a line of headings."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(as_cells(row) for row in rows)
    return stream.getvalue()
