"""Scores and runs for the tests of the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.score_table import SampleScore, ScoreTable
from widgets.comparison.grid.linked_views import ShownRun
from widgets.comparison.samples.columns import RunColumns, SampleColumns

CLASSES = ("background", "cat")
COLORS = [
    (0, 165, 255),
    (195, 150, 105),
    (150, 30, 255),
    (150, 90, 90),
    (240, 15, 210),
    (135, 165, 165),
]
SIX_RUNS = [
    ShownRun(letter, f"run {letter}", color) for letter, color in zip("ABCDEF", COLORS, strict=True)
]


def score(
    sample: str, m_dice: float | None, *, cat: float | None = None, missed: int = 0
) -> SampleScore:
    errors = ErrorCounts(correct=100, missed=missed, false=2, wrong_class=1)
    return SampleScore(sample, m_dice, (99.0, m_dice if cat is None else cat), errors, ())


def run_columns(
    scores: Sequence[SampleScore], kinds: Mapping[str, Mapping[str, int]] | None = None
) -> RunColumns:
    return RunColumns(ScoreTable.from_scores(scores, len(CLASSES)), CLASSES, kinds)


def one_run(**dice: float | None) -> SampleColumns:
    return SampleColumns([run_columns([score(f"val/{name}", each) for name, each in dice.items()])])


def several_runs(**dice: Sequence[float | None]) -> SampleColumns:
    """Samples with the mDice of each run; None for a run that has none of it."""
    count = len(next(iter(dice.values())))
    return SampleColumns(
        [
            run_columns(
                [
                    score(f"val/{name}", values[run])
                    for name, values in dice.items()
                    if values[run] is not None
                ]
            )
            for run in range(count)
        ]
    )


def many(samples: int, runs: int, *, seed: int = 0) -> SampleColumns:
    """A comparison of many samples, with figures at random."""
    rng = np.random.default_rng(seed)
    ids = tuple(f"val/{number:06d}" for number in range(samples))
    found = []
    for _ in range(runs):
        errors = rng.integers(0, 5000, (samples, 4))
        table = ScoreTable(
            ids,
            rng.uniform(20, 100, samples),
            rng.uniform(20, 100, (samples, len(CLASSES))),
            errors,
            np.zeros((0, 3), np.int64),
            np.zeros(samples, np.int64),
            [""] * samples,
        )
        found.append(RunColumns(table, CLASSES))
    return SampleColumns(found)
