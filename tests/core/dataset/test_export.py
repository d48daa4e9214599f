"""One row per sample with all that is known of it."""

from __future__ import annotations

import csv
import io
import json

from core.dataset.model import Sample
from core.flags import Flag, Severity
from core.review.export import COLUMNS, as_csv, as_json, sample_rows
from core.review.store import Review, ReviewState

SAMPLES = [Sample("train", "a", None, {}), Sample("", "b", None, {})]
FLAGS = {
    "train/a": [
        Flag("train/a", "noise", Severity.WARNING, 2, "2 pieces are small."),
        Flag("train/a", "noise", Severity.WARNING, 2, "2 more are."),
        Flag("train/a", "sizes", Severity.ERROR, 1, "The sizes differ."),
    ]
}
REVIEWS = {"train/a": Review(ReviewState.UNSURE, ("small object", "thin"), 'a "fox",\nnot a cat')}


def rows():
    return sample_rows(SAMPLES, reviews=REVIEWS, exclusions={"b": ""}, flags=FLAGS)


def test_that_the_table_survives_commas_quotes_and_line_ends():
    found = list(csv.DictReader(io.StringIO(as_csv(rows()))))
    assert tuple(found[0]) == COLUMNS
    assert found[0]["note"] == 'a "fox",\nnot a cat'
    assert found[0]["tags"] == "small object; thin"
    assert found[0]["checks"] == "noise; sizes"
    assert (found[0]["flags"], found[0]["worst"]) == ("3", "error")
    assert (found[1]["sample"], found[1]["split"], found[1]["review"]) == ("b", "", "to_do")
    assert (found[0]["excluded"], found[1]["excluded"]) == ("", "yes")


def test_that_the_json_has_lists_and_numbers():
    first, second = json.loads(json.dumps(as_json(rows())))
    assert tuple(first) == COLUMNS
    assert first["tags"] == ["small object", "thin"]
    assert first["flags"] == 3
    assert second == {
        "sample": "b",
        "split": "",
        "review": "to_do",
        "tags": [],
        "note": "",
        "excluded": True,
        "excluded_reason": "",
        "flags": 0,
        "worst": "",
        "checks": [],
    }


def test_that_nothing_known_is_a_row_all_the_same():
    assert [row.review for row in sample_rows(SAMPLES)] == ["to_do", "to_do"]
