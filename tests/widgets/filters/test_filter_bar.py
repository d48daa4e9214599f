"""Choosing what is shown: the filter bar and the summary of the checks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from core.dataset.filtering import FlagSummary, Order, SampleFilter
from core.dataset.model import ClassInfo
from core.flags import Severity
from core.qa.checks import CHECKS
from widgets.filters import FilterBar, SummaryStrip

CLASSES = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (1, 2, 3)))


@pytest.fixture
def bar(qtbot) -> FilterBar:
    made = FilterBar()
    qtbot.addWidget(made)
    made.set_splits({"train": 3, "val": 1})
    made.set_classes(CLASSES)
    made.set_checks({"noise": 2})
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def strip(qtbot) -> SummaryStrip:
    made = SummaryStrip()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def choose(combo, text: str):
    combo.setCurrentIndex(next(at for at in range(combo.count()) if text in combo.itemText(at)))


def test_that_every_control_changes_the_filter_at_once(qtbot, bar):
    seen: list[SampleFilter] = []
    bar.filter_changed.connect(seen.append)
    qtbot.keyClicks(bar.search, "ab")
    choose(bar.split, "val")
    choose(bar.class_, "cat")
    choose(bar.check, CHECKS["noise"].title)
    qtbot.mouseClick(bar.flagged_only, Qt.MouseButton.LeftButton)
    choose(bar.order, "Worst")
    assert [one.text for one in seen[:2]] == ["a", "ab"]
    assert seen[-1] == SampleFilter("ab", "val", 1, "noise", True, Order.WORST_FIRST)
    assert len(seen) == 7


def test_that_clearing_keeps_the_order(qtbot, bar):
    bar.set_filter(SampleFilter("ab", "val", 1, "noise", True, Order.WORST_FIRST))
    assert bar.search.text() == "ab"
    assert bar.split.currentData() == "val"
    qtbot.mouseClick(bar.clear_button, Qt.MouseButton.LeftButton)
    assert bar.filter == SampleFilter(order=Order.WORST_FIRST)
    assert bar.search.text() == ""
    assert not bar.clear_button.isEnabled()


def test_that_a_check_that_is_filtered_for_stays_on_offer_when_all_is_mended(bar):
    bar.set_filter(SampleFilter(check="noise"))
    bar.set_checks({})
    assert bar.filter.check == "noise"
    assert bar.check.currentData() == "noise"
    assert bar.check.currentText().endswith("(0)")


def test_that_escape_empties_the_search_and_enter_leaves_it(qtbot, bar):
    qtbot.keyClicks(bar.search, "x")
    qtbot.keyClick(bar.search, Qt.Key.Key_Escape)
    assert bar.filter.text == ""
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        with qtbot.waitSignal(bar.search_left):
            qtbot.keyClick(bar.search, key)


def test_that_a_dataset_without_splits_offers_none(bar):
    bar.set_splits({"": 4})
    assert not bar.split.isVisible()


def test_that_counts_are_said_in_words(bar):
    bar.set_count(1200, 100000)
    assert bar.count.text() == "1,200 of 100,000 shown"


def summary_of(**by_check: int) -> FlagSummary:
    severities = {"size": Severity.ERROR, "noise": Severity.WARNING, "holes": Severity.WARNING}
    return FlagSummary(6, by_check.get("size", 0), by_check, severities)


def test_that_the_summary_is_said_in_words_and_the_worst_check_comes_first(strip):
    strip.show_summary(96, summary_of(noise=5, size=1, holes=2), None)
    assert strip.words.text() == "96 samples · 6 with flags · 1 error"
    assert list(strip.chips) == ["size", "noise", "holes"]
    assert strip.chips["noise"].text() == f"{CHECKS['noise'].title} 5"


def test_that_a_chip_chooses_its_check_and_lets_go_again(qtbot, strip):
    strip.show_summary(96, summary_of(noise=5), None)
    chosen: list[str | None] = []
    strip.check_chosen.connect(chosen.append)
    qtbot.mouseClick(strip.chips["noise"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.chips["noise"], Qt.MouseButton.LeftButton)
    assert chosen == ["noise", None]


def test_that_a_clean_dataset_is_called_clean(strip):
    strip.show_summary(1, FlagSummary(0, 0, {}, {}), None)
    assert strip.words.text() == "1 sample · no flags"
    assert strip.chips == {}


def test_that_progress_can_be_seen_and_cancelled(qtbot, strip):
    strip.show_progress(40, 96, "3 s left")
    assert strip.scan_words.text() == "Checking 40/96 · 3 s left"
    assert (strip.bar.value(), strip.bar.maximum()) == (40, 96)
    assert not strip.scan_button.isVisible()
    with qtbot.waitSignal(strip.cancel_requested):
        qtbot.mouseClick(strip.cancel_button, Qt.MouseButton.LeftButton)
    strip.show_idle()
    assert not strip.bar.isVisible()
    with qtbot.waitSignal(strip.scan_requested):
        qtbot.mouseClick(strip.scan_button, Qt.MouseButton.LeftButton)
