"""From folders of runs to a table, whatever is in the folders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.evaluation.evaluate import evaluate_run
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write
from core.images import encode_mask
from core.runs.record import RunState
from core.runs.table.columns import NOTHING, Kind, Section
from core.runs.table.differences import differences, differences_csv
from core.runs.table.export import rows_csv
from core.runs.table.reading import RunTableReader
from tests.making import blob, write_sample
from tests.making_experiments import make_run


def text(table, run, column_id: str) -> str:
    column, row = table.column(column_id), table.row(run.id)
    return column.text(row.get(column_id))


def test_that_settings_figures_and_times_of_runs_become_columns(tmp_path: Path):
    fields = {"lr": 4e-4, "image_size": [256, 128], "scale_range": [0.6, 2.0], "epochs": None}
    first = make_run(tmp_path, "first", age=1, fields=fields, mdice=81.876, seconds=75)
    second = make_run(
        tmp_path, "second", fields={"lr": 1e-3}, mdice=None, state=RunState.CRASHED,
        parent=first.id, group="folds", fold=2, folds=5,
    )  # fmt: skip
    table = RunTableReader(tmp_path).read()
    assert [row.name for row in table.rows] == ["second", "first"]
    shown = {key: text(table, first, key) for key in ("mDice", "best_iteration", "seconds", "lr")}
    assert shown == {
        "mDice": "81.88", "best_iteration": "10", "seconds": "1 min 15 s", "lr": "0.0004"
    }  # fmt: skip
    assert text(table, first, "image_size") == "256×128"
    assert text(table, first, "scale_range") == "0.6 – 2"
    assert text(table, first, "dice.cat") == "81.88"
    assert text(table, second, "parent") == "first"
    assert (text(table, second, "group"), text(table, second, "fold")) == ("folds", "2")
    assert text(table, second, "mDice") == NOTHING
    assert table.row(second.id).state is RunState.CRASHED
    assert table.row(second.id).reason == "It was killed."
    assert table.column("epochs") is None  # no run has any
    assert {column.id for column in table.differing()} == {"lr", "image_size", "scale_range"}
    assert table.problems == ()


def test_that_a_setting_with_words_in_some_runs_is_a_column_of_words(tmp_path: Path):
    run = make_run(tmp_path, "a", age=1, fields={"class_weights": [0.5, 1]})
    make_run(tmp_path, "b", fields={"class_weights": "auto", "num_workers": 2})
    make_run(tmp_path, "c", age=2, fields={}, overrides={"model.deep": {"on": True}})
    table = RunTableReader(tmp_path).read()
    assert table.column("class_weights").kind is Kind.TEXT
    assert text(table, run, "class_weights") == "0.5, 1"
    assert table.column("num_workers").kind is Kind.NUMBER
    assert table.column("model.deep").section is Section.SETTING


def test_that_figures_measured_on_a_split_are_told_from_those_of_validations(tmp_path: Path):
    write_sample(tmp_path, "val", "a", {"labels": blob(), "fixed": blob()})
    dataset = open_dataset(tmp_path)
    runs = dataset.workspace_dir / "runs"
    run = make_run(runs, "a", mdice=50.0)
    atomic_write(prediction_path(run, dataset.sample("val/a")), encode_mask(blob()))
    evaluate_run(dataset, run, "val", label_set="fixed")
    reader = RunTableReader(runs)
    table = reader.read()
    assert text(table, run, "val@fixed.mDice") == "100.00"
    assert table.column("val@fixed.mDice").head == "val mDice (fixed), %"
    assert text(table, run, "mDice") == "50.00"
    wrong = np.roll(blob(), 9)
    atomic_write(prediction_path(run, dataset.sample("val/a")), encode_mask(wrong))
    found = evaluate_run(dataset, run, "val", label_set="fixed")
    assert text(reader.read(), run, "val@fixed.mDice") == f"{found.mDice:.2f}" != "100.00"


def break_record(run, runs_dir: Path) -> None:
    (run.folder / "run.json").write_text('{"id": "torn')


def take_record_away(run, runs_dir: Path) -> None:
    (run.folder / "run.json").unlink()


def empty_the_folder(run, runs_dir: Path) -> None:
    shutil.rmtree(run.folder)
    run.folder.mkdir()


@pytest.mark.parametrize("spoil", [break_record, take_record_away, empty_the_folder])
def test_that_a_run_half_written_is_told_in_words_and_the_rest_goes_on(tmp_path: Path, spoil):
    good = make_run(tmp_path, "good")
    bad = make_run(tmp_path, "bad", age=1)
    spoil(bad, tmp_path)
    table = RunTableReader(tmp_path).read()
    assert text(table, good, "mDice") == "80.00"
    assert table.row(bad.id).problem
    (sentence,) = table.problems
    assert sentence.startswith(f"Run {bad.id} cannot be read. The run's description cannot be read")


def test_that_damaged_events_and_figures_are_counted_and_the_rest_of_the_run_is_shown(
    tmp_path: Path,
):
    run = make_run(tmp_path, "a")
    with run.events_path.open("a") as stream:
        stream.write('{"type": "iteration", "iter\n{"type": "validation", "iteration": "ten"}\n')
    metrics = run.folder / "metrics"
    metrics.mkdir()
    (metrics / "val.json").write_text('{"mDice": 80.0, "split"')
    (metrics / "notes.json").write_text(json.dumps({"something": "else"}))
    table = RunTableReader(tmp_path).read()
    assert text(table, run, "mDice") == "80.00"
    assert table.problems == (
        "Run a: its figures in metrics/val.json cannot be read; measure it again.",
        "Run a: 2 lines of its events cannot be read and are left out.",
    )


def test_that_a_time_beyond_all_calendars_is_told_in_words(tmp_path: Path):
    run = make_run(tmp_path, "far")
    with run.events_path.open("a") as stream:
        stream.write('{"type": "heartbeat", "time": 1e30}\n')
    make_run(tmp_path, "near", age=1)
    table = RunTableReader(tmp_path).read()
    assert [row.name for row in table.rows if not row.problem] == ["near"]
    assert len(table.problems) == 1


def test_that_a_deleted_run_goes_and_its_child_still_names_it(tmp_path: Path):
    parent = make_run(tmp_path, "parent", age=1)
    child = make_run(tmp_path, "child", parent=parent.id)
    reader = RunTableReader(tmp_path)
    assert len(reader.read().rows) == 2
    shutil.rmtree(parent.folder)
    table = reader.read()
    assert [row.name for row in table.rows] == ["child"]
    assert text(table, child, "parent") == f"{parent.id} (deleted)"
    assert table.problems == ()


def test_that_no_folder_of_runs_means_no_runs(tmp_path: Path):
    table = RunTableReader(tmp_path / "none").read()
    assert (table.rows, table.columns, table.problems) == ((), (), ())


def test_that_differences_hold_only_the_settings_in_which_runs_differ(tmp_path: Path):
    fields = {"lr": 0.01, "batch_size": 4, "optimizer": "SGD"}
    a = make_run(tmp_path, "a", age=1, fields=fields)
    b = make_run(tmp_path, "b", fields={**fields, "lr": 0.1, "power": 0.9}, recipe="other")
    table = RunTableReader(tmp_path).read()
    found = differences(table, [a.id, b.id, "gone"])
    assert [(each.key, each.texts) for each in found] == [
        ("recipe", ("demo-cpu", "other")), ("lr", ("0.01", "0.1")), ("power", (NOTHING, "0.9"))
    ]  # fmt: skip
    assert [each.key for each in found if each.has("RATE 0.1")] == ["lr"]
    assert "batch_size" in [e.key for e in differences(table, [a.id, b.id], with_equal=True)]
    assert differences_csv(found[1:], ["a", "b"]).splitlines() == [
        "setting,name,section,a,b",
        "lr,Learning rate,Optimizer and schedule,0.01,0.1",
        "power,Poly power,Optimizer and schedule,,0.9",
    ]


def test_that_a_table_is_written_in_full_for_other_programs(tmp_path: Path):
    make_run(tmp_path, 'quoted, "a"', fields={"lr": 1e-5}, seconds=75.5)
    table = RunTableReader(tmp_path).read()
    columns = [table.column(key) for key in ("name", "seconds", "lr", "created")]
    lines = rows_csv(columns, table.rows).splitlines()
    assert lines[0] == "name,seconds,lr,created"
    assert lines[1].startswith('"quoted, ""a""",75.5,1e-05,2025-01-0')
