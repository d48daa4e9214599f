"""Making events and summaries of runs for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.runs.events import ClassScore, Event, Iteration, Started, Validation
from core.runs.store import RunState, RunSummary


def started(max_iters: int = 400, iteration: int = 0) -> Started:
    """The first event of an attempt."""
    return Started(
        pid=1, device="cpu", max_iters=max_iters, total_samples=43, val_samples=26,
        iteration=iteration,
    )  # fmt: skip


def iteration(
    number: int,
    loss: float = 1.0,
    *,
    max_iters: int = 400,
    terms: Mapping[str, float] | None = None,
) -> Iteration:
    """One training iteration with a loss and its terms."""
    return Iteration(
        iteration=number,
        max_iters=max_iters,
        losses={"loss": loss, **(terms or {})},
        lr=0.001,
        seconds_per_iteration=0.2,
        eta=(max_iters - number) * 0.2,
        memory_mb=812.0,
    )


def validation(
    number: int, mdice: float, names: Sequence[str] = ("background", "cat")
) -> Validation:
    """One validation in which every class has the same Dice."""
    return Validation(
        iteration=number,
        mDice=mdice,
        mAcc=mdice,
        aAcc=mdice,
        classes=[ClassScore(name=name, dice=mdice, acc=mdice, iou=mdice) for name in names],
    )


def training(until: int, *, max_iters: int = 400, interval: int = 100) -> list[Event]:
    """A run's events up to an iteration: ten iterations apart, validated now and then."""
    events: list[Event] = [started(max_iters)]
    for number in range(10, until + 1, 10):
        events.append(iteration(number, 2.0 - number / max_iters, max_iters=max_iters))
        if number % interval == 0:
            events.append(validation(number, 40 + number / 10))
    return events


def summary(
    run_id: str = "r1", state: RunState = RunState.RUNNING, **details: object
) -> RunSummary:
    """One line of the list of runs."""
    known = {"name": run_id, "recipe": "demo-cpu", "label_set": "labels", **details}
    return RunSummary(id=run_id, state=state, **known)  # type: ignore[arg-type]
