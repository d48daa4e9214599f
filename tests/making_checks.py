"""Checks made up for the tests of their forms."""

from __future__ import annotations

from core.flags import Severity
from core.qa.registry import Check, Finding, Limit, Measurement, Option


def words(measured: Measurement, _limit: float) -> Finding:
    return Finding(measured.score, "Found.")


SPOTS = Check(
    "spots", "Spots", "Pieces", "Pieces of a few pixels.", "Larger ones.", Severity.WARNING, words,
    limit=Limit(10, 2, 1000, "px", "Smaller pieces are spots", "below"),
    options={"blur": Option(1.5, 0, 5, "px", "Blur before looking", 0.5)},
)  # fmt: skip
STRIPES = Check(
    "stripes", "Stripes", "Pieces", "Pieces that are long and thin.", "Bent ones.",
    Severity.WARNING, words, limit=Limit(8, 1, 100, "", "Longer side over shorter", step=0.5),
)  # fmt: skip
PAIRS = Check(
    "pairs", "Missing pair", "Files", "A photo without a mask.", "", Severity.ERROR, words
)

ALL = {check.id: check for check in (PAIRS, SPOTS, STRIPES)}
