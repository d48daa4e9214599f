"""Where values lie on axes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.runs.table.columns import Column, Kind
from widgets.experiments.scale import Counting, make_scale

LR = Column("lr", "Learning rate", Kind.NUMBER)
DICE = Column("mDice", "mDice", Kind.NUMBER, unit="%", decimals=2)
TIME = Column("seconds", "Time", Kind.DURATION)
SIZE = Column("image_size", "Image size")


def texts(scale, most: int = 8) -> list[str]:
    return [text for _, text in scale.ticks(most)]


def test_that_learning_rates_over_decades_count_in_powers_of_ten():
    scale = make_scale(LR, [1e-5 * 1.5**n for n in range(18)])
    assert scale.counting is Counting.LOG
    assert texts(scale) == ["1e-5", "0.0001", "0.001", "0.01"]
    assert make_scale(LR, [1e-4, 5e-4]).counting is Counting.LINEAR
    assert make_scale(LR, [0.0, 1e-5, 1.0]).counting is Counting.LINEAR  # nought has no power
    assert make_scale(LR, [1e-5, 1.0], counting=Counting.LINEAR).counting is Counting.LINEAR
    assert make_scale(DICE, [0.1, 90.0]).counting is Counting.LINEAR


def test_that_few_values_are_written_as_they_are():
    assert texts(make_scale(LR, [4, 8, 8, 32, None])) == ["4", "8", "32"]


def test_that_times_have_round_ticks():
    assert texts(make_scale(TIME, [60.0 * n for n in range(31)]), 5) == [
        "0", "10 min", "20 min", "30 min"
    ]  # fmt: skip
    assert texts(make_scale(TIME, [10.0, 3600.0]), 4) == ["10 s", "1 min", "5 min", "30 min"]


def test_that_texts_stand_in_their_natural_order_and_the_missing_has_no_place():
    scale = make_scale(SIZE, ["512×512", "64×64", None, "256×256"])
    assert texts(scale) == ["64×64", "256×256", "512×512"]
    assert scale.fraction("256×256") == 0.5
    assert scale.fraction(None) is None
    assert scale.fraction("8×8") is None


def test_that_an_axis_without_values_or_with_one_is_borne():
    assert make_scale(LR, []).fraction(3.0) == 3.0
    assert make_scale(LR, [0.01]).fraction(0.01) == 0.5
    assert make_scale(LR, [0.0]).fraction(0.0) == 0.5
    assert make_scale(SIZE, []).ticks(5) == []


NUMBERS = st.lists(st.floats(-1e8, 1e8, allow_subnormal=False), min_size=1, max_size=12)


@given(NUMBERS, st.integers(2, 10))
def test_that_every_value_lies_on_its_axis_and_its_place_leads_back(values, most):
    scale = make_scale(LR, values)
    for value in values:
        place = scale.fraction(value)
        assert place is not None
        assert -1e-9 <= place <= 1 + 1e-9
        assert abs(scale.value_at(place) - value) <= 1e-6 * max(1.0, max(map(abs, values)))
    ticks = scale.ticks(most)
    assert len(ticks) <= most + 2
    assert all(-1e-6 <= place <= 1 + 1e-6 for place, _ in ticks)
