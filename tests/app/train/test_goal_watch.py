"""Noticing that a run passed the goal."""

from __future__ import annotations

from app.pages.train.goal_watch import GoalWatch
from core.runs.events import BestScore
from core.runs.store import RunSummary
from tests.making_runs import summary


def run(mdice: float | None, run_id: str = "a") -> RunSummary:
    best = None if mdice is None else BestScore(mDice=mdice, iteration=100)
    return summary(run_id, best=best)


def test_that_a_run_that_passes_is_told_once():
    watch = GoalWatch()
    told = [len(watch.newly_passed([run(mdice)], 75)) for mdice in (None, 60, 75, 80, 85)]
    assert told == [0, 0, 1, 0, 0]


def test_that_a_run_that_had_passed_before_is_old_news():
    watch = GoalWatch()
    assert watch.newly_passed([run(80)], 75) == []
    assert watch.newly_passed([run(85), run(90, "b")], 75) == []


def test_that_a_higher_goal_can_be_passed_again_and_a_lower_one_is_not_told_at_once():
    watch = GoalWatch()
    runs = [run(60)]
    watch.newly_passed(runs, 75)
    watch.forget_goal(runs, 50)
    assert watch.newly_passed(runs, 50) == []
    watch.newly_passed([run(80)], 75)
    watch.forget_goal([run(80)], 85)
    assert watch.newly_passed([run(80)], 85) == []
    assert len(watch.newly_passed([run(86)], 85)) == 1


def test_that_runs_of_another_dataset_are_looked_at_anew():
    watch = GoalWatch()
    watch.newly_passed([run(60)], 75)
    watch.clear()
    assert watch.newly_passed([run(80)], 75) == []
