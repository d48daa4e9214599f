"""What label repairs gave, as `petseg compare` tells it of a run and the one retrained from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.output import NOTHING, Column, percent, say, table
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.evaluation.comparing.paired import PairedTest
    from core.evaluation.comparing.repairs_effect import RepairsEffect
    from core.runs.store import Run


def effect_between(dataset: Dataset, first: Run, second: Run, split: str) -> RepairsEffect | None:
    """What repairs gave between two runs; None where neither was trained again from the other.

    Where it cannot be told, that is said, and keeps the command from nothing.
    """
    from core.errors import PetsegError
    from core.evaluation.comparing.repairs_effect import repairs_effect
    from core.runs.lineage import related

    pair = related([first, second])
    if pair is None:
        return None
    try:
        with progress("Measuring on the labels as they were") as report:
            return repairs_effect(dataset, *pair, split, on_progress=report)
    except PetsegError as error:
        note(f"What label repairs gave cannot be told: {error}")
        return None


def print_effect(effect: RepairsEffect) -> None:
    """Print the three evaluations, what they mean, and what has to be kept in mind."""
    say()
    table(
        [
            Column("run"),
            Column("labels"),
            *(Column(title, number=True) for title in ("mDice %", "difference", "interval", "p")),
        ],
        [
            [row.run, row.labels, percent(row.metrics.mDice), *_tested(row.test)]
            for row in effect.rows
        ],
        title=f"What label repairs gave, on {_samples(effect.samples)}",
    )
    say()
    say(effect.sentence())
    for reservation in effect.reservations():
        say(reservation)


def _tested(test: PairedTest | None) -> list[str]:
    if test is None:
        return ["", "", ""]
    if test.low is None or test.high is None or test.p_value is None:
        return [percent(test.delta, sign=True), NOTHING, NOTHING]
    return [
        percent(test.delta, sign=True),
        f"{percent(test.low, sign=True)} to {percent(test.high, sign=True)}",
        f"{test.p_value:.3f}",
    ]


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count:,} samples"
