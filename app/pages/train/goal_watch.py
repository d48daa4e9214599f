"""Noticing when a run passes the goal. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

from core.runs.store import RunSummary


class GoalWatch:
    """Tells once of each run that it passed the goal, and only of what it saw happen."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._passed: set[str] = set()

    def newly_passed(self, runs: Sequence[RunSummary], goal: float) -> list[RunSummary]:
        """The runs that have passed the goal since the last look.

        A run that had passed it when it was first seen is old news. One that goes on and falls
        short of a higher goal may pass that one again.
        """
        found = []
        for run in runs:
            is_past = run.best is not None and run.best.mDice >= goal
            if not is_past:
                self._passed.discard(run.id)
            elif run.id not in self._passed:
                self._passed.add(run.id)
                if run.id in self._known:
                    found.append(run)
            self._known.add(run.id)
        return found

    def forget_goal(self, runs: Sequence[RunSummary], goal: float) -> None:
        """Take another goal: what has passed it already is old news."""
        self._passed = {run.id for run in runs if run.best and run.best.mDice >= goal}

    def clear(self) -> None:
        """Turn to other runs."""
        self._known.clear()
        self._passed.clear()
