"""What is typed to find runs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.record import RunState
from core.runs.table.filtering import EVERYTHING, FilterProblem, is_like, parse_filter, parse_number
from tests.making_experiments import COLUMNS, row

ROWS = [
    row("wide", lr=1e-3, mDice=81.5, seconds=120.0, recipe="pets-best", optimizer="AdamW"),
    row("narrow", lr=1e-4, mDice=70.0, seconds=4000.0, recipe="pets-cpu"),
    row("tall", RunState.CRASHED, lr=1e-5, batch_size=16, recipe="mnv2"),
]


def kept(text: str) -> list[str]:
    return [each.name for each in parse_filter(text, COLUMNS).keep(ROWS)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["wide", "narrow", "tall"]),
        ("lr > 1e-4", ["wide"]),
        ("lr>=1e-4", ["wide", "narrow"]),
        ("1e-5 < lr < 1e-3", ["narrow"]),
        ("1e-5 <= lr", ["wide", "narrow", "tall"]),
        ("1e-4 > lr", ["tall"]),
        ("lr = 0.001", ["wide"]),
        ("lr != 0.001", ["narrow", "tall"]),
        ("mDice >= 70% and seconds < 10min", ["wide"]),
        ("mDice >= 70 seconds < 10min", ["wide"]),
        ("time > 1h", ["narrow"]),
        ('"Learning rate" > 1e-4', ["wide"]),
        ("learning_rate > 1e-4", ["wide"]),
        ("recipe = pets*", ["wide", "narrow"]),
        ("recipe = PETS-CPU", ["narrow"]),
        ("recipe ~ ets", ["wide", "narrow"]),
        ("recipe != pets-cpu", ["wide", "tall"]),
        ("pets", ["wide", "narrow"]),
        ("pets wide", ["wide"]),
        ("crashed", ["tall"]),
        ("state = crashed or lr > 1e-4", ["wide", "tall"]),
        ("not pets", ["tall"]),
        ("not (pets or mDice < 75)", ["tall"]),
        ("mDice = none", ["tall"]),
        ("mDice != none", ["wide", "narrow"]),
        ("mDice < 75", ["narrow"]),  # a run without the figure has none that is smaller
        ("(lr > 1e-4 or batch_size = 16) and not state = finished", ["tall"]),
        ("'pets-best'", ["wide"]),
    ],
)
def test_that_words_and_comparisons_find_runs(text: str, names: list[str]):
    assert kept(text) == names


@pytest.mark.parametrize(
    ("text", "words", "position"),
    [
        ("lrr > 1", "There is no column 'lrr'. Is it 'lr'?", 0),
        ("lr > fast", "Learning rate is a number, and 'fast' is none.", 5),
        ("recipe > 3", "Recipe is a text: compare it with =, != or ~ (contains).", 7),
        ("lr ~ 3", "Learning rate is a number: compare it with <, > or =.", 3),
        ("lr >", "At the end a value after '>' is missing.", 4),
        ("(lr > 1", "A bracket is not closed.", 0),
        ("lr > 1)", "')' is not expected here.", 6),
        ("'pets", "The quote is not closed.", 0),
        ("and pets", "Before 'and' a word or a comparison is missing.", 0),
        ("pets or", "At the end a word or a comparison is missing.", 7),
        ("pets !", "'!' is not understood.", 5),
        ("not " * 60 + "pets", "There are too many brackets in each other.", 164),
    ],
)
def test_that_what_is_not_understood_is_said_in_words(text: str, words: str, position: int):
    with pytest.raises(FilterProblem) as caught:
        parse_filter(text, COLUMNS)
    assert (caught.value.words, caught.value.position) == (words, position)


@given(st.text(alphabet=st.sampled_from("lr mDice<>=!~()\"'and or not 1e-4*\t.%é"), max_size=60))
def test_that_any_text_is_either_understood_or_refused(text: str):
    refusal: FilterProblem | None = None
    found = EVERYTHING
    try:
        found = parse_filter(text, COLUMNS)
    except FilterProblem as problem:
        refusal = problem
    assert refusal is None or (refusal.words and 0 <= refusal.position <= len(text))
    assert {each.id for each in found.keep(ROWS)} <= {each.id for each in ROWS}


SIGNS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


@given(
    st.sampled_from(sorted(SIGNS)),
    st.integers(-50, 50),
    st.lists(st.integers(-50, 50) | st.none(), max_size=8),
)
def test_that_comparisons_agree_with_arithmetic(sign: str, number: int, values: list[int | None]):
    rows = [row(str(place), mDice=value) for place, value in enumerate(values)]
    found = parse_filter(f"mDice {sign} {number}", COLUMNS).keep(rows)
    expected = [v is not None and SIGNS[sign](v, number) for v in values]
    assert [each in found for each in rows] == expected


_LEAVES = st.sampled_from(["lr > 1e-4", "mDice < 75", "pets", "state = crashed"])
_QUERIES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda a: f"not ({a})"),
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]}) and ({ab[1]})"),
        st.tuples(inner, inner).map(lambda ab: f"({ab[0]}) or ({ab[1]})"),
    ),
    max_leaves=6,
)


@given(_QUERIES, _QUERIES)
def test_that_and_or_and_not_are_those_of_logic(first: str, second: str):
    a, b = set(kept(first)), set(kept(second))
    everything = {each.name for each in ROWS}
    assert set(kept(f"({first}) and ({second})")) == a & b
    assert set(kept(f"({first}) ({second})")) == a & b
    assert set(kept(f"({first}) or ({second})")) == a | b
    assert set(kept(f"not ({first})")) == everything - a


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_numbers_are_read_as_they_are_written(number: float):
    assert parse_number(repr(number)) == number


def test_that_a_number_too_large_is_none_and_times_have_units():
    assert parse_number("1e999") is None
    assert [parse_number(each) for each in ("2min", "1.5h", "75%", "fast")] == [120, 5400, 75, None]
    assert math.isclose(parse_number(" 3d ") or 0, 3 * 86400)


@given(st.text(alphabet="ab", max_size=8), st.text(alphabet="ab*", max_size=6))
def test_that_stars_stand_for_anything(text: str, pattern: str):
    import re

    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert is_like(text, pattern) == expected


def test_that_nothing_typed_lets_all_through():
    assert parse_filter("   ", COLUMNS) is EVERYTHING
