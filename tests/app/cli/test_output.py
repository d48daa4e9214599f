"""Tables, JSON, time spans and progress as the commands print them."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.output import Column, duration, facts, percent, table, write_json
from app.cli.progress import PlainProgress


def test_that_percentages_have_two_decimals_as_the_study_prints_them() -> None:
    assert percent(78.7654) == "78.77"
    assert percent(100.0) == "100.00"
    assert percent(None) == percent(math.nan) == "–"
    assert percent(1.5, sign=True) == "+1.50"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")],
)
def test_that_time_spans_name_the_two_units_that_matter(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_that_a_table_in_a_pipe_is_aligned_and_never_cut(
    capsys: pytest.CaptureFixture[str],
) -> None:
    long = "x" * 300
    table([Column("name"), Column("n", number=True)], [["猫", "1"], [long, "1000"]])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("name ")
    assert lines[2] == f"{long}  1000"
    assert lines[1] == "猫" + " " * (300 - 2) + "  " + "   1"


def test_that_facts_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    facts([("run", "first"), ("best mDice", "78.00")])
    assert capsys.readouterr().out == "run         first\nbest mDice  78.00\n"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_that_any_result_is_valid_json(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    path = tmp_path_factory.getbasetemp() / "result.json"
    write_json(str(path), data)

    def reject(name: str) -> None:
        raise ValueError(name)

    json.loads(path.read_text("utf-8"), parse_constant=reject)


def test_that_progress_without_a_terminal_is_a_few_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    report = PlainProgress("Checking", clock=lambda: now)
    for done in range(100, 1001, 100):
        now += 1.0
        report(done, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "Checking: 200 of 1000",
        "Checking: 400 of 1000",
        "Checking: 600 of 1000",
        "Checking: 800 of 1000",
        "Checking: 1000 of 1000",
    ]


def test_that_progress_of_nothing_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    PlainProgress("Checking")(0, 0)
    assert capsys.readouterr().err == ""
