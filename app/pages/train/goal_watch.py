"""Noticing when a run passes its goal. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

from core.runs.store import RunSummary


class GoalWatch:
    """Tells once of each run that it passed its goal, and only of what it saw happen."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._passed: set[str] = set()

    def newly_passed(self, runs: Sequence[RunSummary]) -> list[RunSummary]:
        """The runs that have passed their own goals since the last look.

        A run that had passed it when it was first seen is old news, and one whose recipe names no
        goal passes none.
        """
        found = []
        for run in runs:
            if run.id not in self._passed and _is_past(run):
                self._passed.add(run.id)
                if run.id in self._known:
                    found.append(run)
            self._known.add(run.id)
        return found

    def clear(self) -> None:
        """Turn to other runs."""
        self._known.clear()
        self._passed.clear()


def _is_past(run: RunSummary) -> bool:
    return run.goal is not None and run.best is not None and run.best.mDice >= run.goal
