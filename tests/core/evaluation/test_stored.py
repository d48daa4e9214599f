"""An evaluation on disk: the documented JSON, and the columns it is read from quickly."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.evaluate import evaluate_run, metrics_path
from core.evaluation.metrics.confusion import ConfusionMatrix
from core.evaluation.score_table import SampleScore, ScoreTable
from core.evaluation.stored import as_json, columns_path, from_json, load_evaluation
from tests.core.evaluation.helpers import write_mask


@pytest.fixture
def run(dataset, predicted_run):
    run = predicted_run("r", lambda mask: np.roll(mask, 2, axis=1))
    # One sample without a figure and one that cannot be measured.
    write_mask(dataset.sample("val/1").masks["labels"], np.full((24, 32), 255, np.uint8))
    write_mask(dataset.sample("val/2").masks["labels"], np.zeros((3, 3), np.uint8))
    return run


def test_that_the_file_is_the_documented_json_with_the_figures_first(dataset, run):
    evaluation = evaluate_run(dataset, run, "val")
    text = metrics_path(run, "val", "labels").read_text()
    assert text.index('"mDice"') < text.index('"classes"') < text.index('"scores":[')
    data = json.loads(text)
    assert data["samples"] == len(data["scores"]) == 5
    assert set(data["scores"][0]) == {"sample", "mDice", "dice", "errors", "cells", "mask_hash"}
    assert set(data["scores"][0]["errors"]) == {"correct", "missed", "false", "wrong_class"}
    assert data["scores"][1]["mDice"] is None
    assert data["scores"][1]["dice"] == [None] * 3
    assert data["skipped"][0]["sample"] == "val/2"
    assert from_json(text.encode()) == evaluation
    assert as_json(evaluation) + "\n" == text


def test_that_columns_give_what_the_json_gives(dataset, run):
    evaluation = evaluate_run(dataset, run, "val")
    path = metrics_path(run, "val", "labels")
    status, text = path.stat(), path.read_text()
    # A JSON that would be refused, with the size and time of the one that was written.
    path.write_text("x" * len(text.encode()))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert load_evaluation(path) == evaluation
    path.write_text(text)  # at another time: the columns are not believed any more
    columns_path(path).write_bytes(b"")
    assert load_evaluation(path) == evaluation
    assert columns_path(path).stat().st_size > 0  # and they were made anew


@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
def test_that_damaged_columns_cost_only_time(dataset, run, keep):
    evaluation = evaluate_run(dataset, run, "val")
    path = metrics_path(run, "val", "labels")
    whole = columns_path(path).read_bytes()
    columns_path(path).write_bytes(whole[: int(len(whole) * keep) if keep == 0.5 else keep])
    assert load_evaluation(path) == evaluation


def test_that_columns_of_another_time_are_not_believed(dataset, run):
    first = evaluate_run(dataset, run, "val")
    path = metrics_path(run, "val", "labels")
    old = columns_path(path).read_bytes()
    write_mask(dataset.sample("val/3").masks["labels"], np.zeros((24, 32), np.uint8))
    second = evaluate_run(dataset, run, "val")
    columns_path(path).write_bytes(old)
    assert load_evaluation(path) == second != first


@pytest.mark.parametrize("part", ["dice", "cells", "errors"])
def test_that_a_json_that_does_not_fit_together_is_refused(dataset, run, part):
    data = json.loads(as_json(evaluate_run(dataset, run, "val")))
    score = data["scores"][0]
    if part == "dice":
        score["dice"].append(None)
    elif part == "cells":
        score["cells"].append([0, 7, 1])
    else:
        score["errors"] = {}
    with pytest.raises(ValueError):
        from_json(json.dumps(data).encode())


@st.composite
def scores(draw):
    classes = draw(st.integers(1, 4))
    found = []
    for number in range(draw(st.integers(0, 4))):
        matrix = ConfusionMatrix(classes)
        cells = draw(st.lists(st.tuples(*[st.integers(0, classes - 1)] * 2), max_size=4))
        matrix.add_entries(
            (true, predicted, 1 + index) for index, (true, predicted) in enumerate(cells)
        )
        dice = tuple(None if np.isnan(value) else float(value) for value in matrix.dice())
        found.append(
            SampleScore(
                f"val/{number}",
                None if not cells else 50.0,
                dice,
                ErrorCounts(correct=number),
                tuple(matrix.entries()),
                draw(st.sampled_from(["", "ab"])),
            )
        )
    return found, classes


@given(scores())
@settings(deadline=None, max_examples=60)
def test_that_a_table_gives_back_its_scores_and_counts_their_pixels(case):
    rows, classes = case
    table = ScoreTable.from_scores(rows, classes)
    assert list(table) == rows
    assert table == ScoreTable.from_scores(rows, classes)
    total = ConfusionMatrix(classes)
    for score in rows:
        total.add_entries(score.cells)
        assert table.get(score.sample) == score
    assert table.pooled_cells().tolist() == total.counts.tolist()
    counts = table.pixel_counts().sum(axis=0)
    assert counts[:, 0].tolist() == total.counts.diagonal().tolist()
    assert counts[:, 1].tolist() == total.counts.sum(axis=0).tolist()
    assert counts[:, 2].tolist() == total.counts.sum(axis=1).tolist()
    for true in range(classes):
        found = table.samples_with(true, 0)
        assert sum(pixels for _, pixels in found) == total.counts[true, 0]
        assert [pixels for _, pixels in found] == sorted((p for _, p in found), reverse=True)
    assert table.get("val/none") is None
