"""Noticing that a run passed its goal."""

from __future__ import annotations

from app.pages.train.goal_watch import GoalWatch
from core.runs.events import BestScore
from core.runs.store import RunSummary
from tests.making_runs import summary


def run(mdice: float | None, run_id: str = "a", goal: float | None = 75.0) -> RunSummary:
    best = None if mdice is None else BestScore(mDice=mdice, iteration=100)
    return summary(run_id, best=best, goal=goal)


def test_that_a_run_that_passes_is_told_once():
    watch = GoalWatch()
    told = [len(watch.newly_passed([run(mdice)])) for mdice in (None, 60, 75, 80, 85)]
    assert told == [0, 0, 1, 0, 0]


def test_that_each_run_is_held_against_its_own_goal():
    watch = GoalWatch()
    goals = {"low": 50.0, "high": 90.0, "none": None}
    watch.newly_passed([run(None, each, goal) for each, goal in goals.items()])
    passed = watch.newly_passed([run(80, each, goal) for each, goal in goals.items()])
    assert [each.id for each in passed] == ["low"]


def test_that_a_run_that_had_passed_before_is_old_news():
    watch = GoalWatch()
    assert watch.newly_passed([run(80)]) == []
    assert watch.newly_passed([run(85), run(90, "b")]) == []


def test_that_runs_of_another_dataset_are_looked_at_anew():
    watch = GoalWatch()
    watch.newly_passed([run(60)])
    watch.clear()
    assert watch.newly_passed([run(80)]) == []
