"""Digits that choose a class."""

from __future__ import annotations

from widgets.canvas.class_digits import ClassDigits

FEW, MANY = range(3), range(20)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_that_two_digits_typed_at_once_choose_a_class_above_nine():
    digits = ClassDigits(Clock())
    assert [digits.value(digit, MANY) for digit in (1, 4)] == [1, 14]
    assert [digits.value(digit, MANY) for digit in (1, 9, 1, 0)] == [1, 19, 1, 10]


def test_that_a_pause_begins_a_new_number():
    clock = Clock()
    digits = ClassDigits(clock)
    assert digits.value(1, MANY) == 1
    clock.now += 2
    assert digits.value(4, MANY) == 4


def test_that_each_digit_counts_alone_where_both_make_no_class():
    digits = ClassDigits(Clock())
    assert [digits.value(digit, FEW) for digit in (1, 2, 0, 1)] == [1, 2, 0, 1]
    digits = ClassDigits(Clock())
    assert [digits.value(digit, MANY) for digit in (2, 5)] == [2, 5]


def test_that_a_digit_that_made_no_number_with_the_one_before_may_begin_one():
    digits = ClassDigits(Clock())
    assert [digits.value(digit, MANY) for digit in (3, 1, 2)] == [3, 1, 12]
