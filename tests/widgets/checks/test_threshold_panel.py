"""Setting a limit by looking at the scores of all samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.qa.registry import Limit
from tests.making_checks import PAIRS, SPOTS, STRIPES
from widgets.checks import ThresholdPanel
from widgets.checks.score_bins import ScoreBins

AREAS = np.array([1, 3, 3, 8, 10, 10, 15, 20, np.nan, np.nan])


@pytest.fixture
def panel(qtbot):
    made = ThresholdPanel()
    made.heard = []
    made.limit_changing.connect(lambda check, value: made.heard.append(("moves", check, value)))
    made.limit_chosen.connect(lambda check, value: made.heard.append(("stays", check, value)))
    made.samples_chosen.connect(
        lambda words, found: made.heard.append((words, [int(place) for place in found]))
    )
    qtbot.addWidget(made)
    made.resize(720, 260)
    with qtbot.waitExposed(made):
        made.show()
    made.show_scores(SPOTS, AREAS)
    return made


def handle(panel) -> QPoint:
    return panel.histogram.handle_point().toPoint()


def bar_of(panel, score: float) -> QPoint:
    bins = panel.histogram.bins
    bar = bins.bar_at(bins.scale.place(score))
    rect = panel.histogram.bar_rect(bar)
    return rect.center().toPoint()


def test_that_the_flagged_samples_are_counted(panel):
    assert panel.words == "4 of 10 samples flagged"
    panel.set_limit(11)
    assert panel.words == "6 of 10 samples flagged"
    assert panel.heard == []


def test_that_dragging_the_handle_counts_live_and_the_limit_stays_on_release(qtbot, panel):
    histogram, start = panel.histogram, handle(panel)
    QTest.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(histogram, start + QPoint(60, 0))
    QTest.mouseMove(histogram, start + QPoint(200, 0))
    assert panel.limit > 10
    assert [entry[0] for entry in panel.heard] == ["moves"] * len(panel.heard)
    flagged = int((panel.limit > AREAS).sum())
    assert panel.words == f"{flagged} of 10 samples flagged"
    QTest.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=start + QPoint(200, 0))
    assert panel.heard[-1] == ("stays", "spots", panel.limit)
    assert panel.limit == round(panel.limit)


def test_that_the_limit_stays_in_its_range_however_far_it_is_dragged(panel):
    histogram, start = panel.histogram, handle(panel)
    QTest.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(histogram, QPoint(-5000, start.y()))
    QTest.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=QPoint(-5000, start.y()))
    assert panel.limit == 2


def test_that_a_click_on_a_bar_picks_its_samples(panel):
    QTest.mouseClick(panel.histogram, Qt.MouseButton.LeftButton, pos=bar_of(panel, 3))
    assert panel.heard == [("Spots: 3 px", [1, 2])]


def test_that_the_flagged_samples_can_be_shown(qtbot, panel):
    qtbot.mouseClick(panel.show_button, Qt.MouseButton.LeftButton)
    assert panel.heard == [("Spots: below 10 px", [0, 1, 2, 3])]


def test_that_arrow_keys_move_the_limit_by_its_step(panel):
    panel.show_scores(STRIPES, [1.2, 3.3, 8.2, 9.7], 7.75)
    panel.histogram.setFocus()
    QTest.keyClick(panel.histogram, Qt.Key.Key_Right)
    assert panel.heard == [("moves", "stripes", 8.0), ("stays", "stripes", 8.0)]
    QTest.keyClick(panel.histogram, Qt.Key.Key_Left)
    assert panel.limit == 7.5
    QTest.keyClick(panel.histogram, Qt.Key.Key_PageUp)
    assert panel.limit == 12.5
    QTest.keyClick(panel.histogram, Qt.Key.Key_Home)
    assert panel.limit == 1
    assert panel.words == "4 of 4 samples flagged"


def test_that_a_typed_limit_counts_also_beyond_the_scores(panel):
    panel.field.setFocus()
    panel.field.selectAll()
    QTest.keyClicks(panel.field, "900")
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert panel.heard == [("moves", "spots", 900), ("stays", "spots", 900)]
    assert panel.words == "8 of 10 samples flagged"
    assert panel.histogram.rect().contains(handle(panel))


def test_that_reset_goes_back_to_the_default(qtbot, panel):
    assert not panel.reset_button.isVisible()
    panel.set_limit(50)
    qtbot.mouseClick(panel.reset_button, Qt.MouseButton.LeftButton)
    assert panel.heard == [("moves", "spots", 10), ("stays", "spots", 10)]
    assert panel.words == "4 of 10 samples flagged"


@pytest.mark.parametrize(
    ("check", "scores", "words"),
    [(PAIRS, [1, 1], "has no limit"), (SPOTS, [], "nothing yet"), (SPOTS, [np.nan], "nothing yet")],
)
def test_that_a_check_without_limit_or_scores_says_so(panel, check, scores, words):
    panel.show_scores(check, scores)
    panel.set_limit(3)
    assert words in panel.message
    assert not panel.histogram.isVisible()


scores = st.lists(
    st.one_of(
        st.sampled_from([float("nan"), float("inf")]),
        st.integers(-1, 10**6).map(float),
        st.floats(-5, 1e5),
    ),
    max_size=40,
)


@given(scores, st.floats(0, 1000), st.sampled_from(["above", "below"]))
def test_that_bars_hold_every_score_once_and_counts_agree_with_the_check(found, value, side):
    limit = Limit(10, 0, 1000, "px", "", side)
    bins = ScoreBins(found, limit, value)
    held = [place for bar in range(len(bins.counts)) for place in bins.positions(bar)]
    assert sorted(held) == [place for place, score in enumerate(found) if np.isfinite(score)]
    assert [len(bins.positions(bar)) for bar in range(len(bins.counts))] == list(bins.counts)
    flagged = [place for place, score in enumerate(found) if limit.crossed_by(score, value)]
    assert bins.flagged(value) == len(flagged)
    assert list(bins.flagged_positions(value)) == flagged
    assert (np.diff(bins.edges) > 0).all()
    assert 0 <= bins.scale.place(value) <= 1
    assert all(-1e-9 <= bins.scale.place(tick) <= 1 + 1e-9 for tick in bins.ticks(8))
    assert bins.scale.score(bins.scale.place(value)) == pytest.approx(value, abs=1e-3, rel=1e-6)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30), st.integers(0, 60))
def test_that_the_border_between_whole_scores_parts_the_flagged_ones(found, value):
    for side in ("above", "below"):
        limit = Limit(10, 0, 1000, "", "", side)
        bins = ScoreBins([float(score) for score in found], limit, value)
        border = bins.border(value)
        for score in found:
            assert limit.crossed_by(score, value) == limit.crossed_by(score, border)
