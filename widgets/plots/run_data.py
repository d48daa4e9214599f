"""The curves that the events of a run add up to. No Qt in here."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from core.runs.events import BestScore, Event, Iteration, Started, Validation
from core.runs.work_time import WorkTime
from widgets.plots.clock import Clock
from widgets.plots.series import Series

TOTAL_LOSS = "loss"

LOSS, LR, DICE, CLASS_DICE = "loss", "lr", "dice", "class_dice"
ACCURACY, SPEED, USE, MEMORY = "accuracy", "speed", "use", "memory"
FAMILIES = (LOSS, DICE, LR, CLASS_DICE, ACCURACY, SPEED, USE, MEMORY)
"""The kinds of curves; each has a plot of its own."""


class RunData:
    """A fold over a run's events, in order.

    Attributes:
        families: For each of `FAMILIES` its curves by name. `loss`: the sum `loss` and its terms
            as the run names them; `lr`: `lr`; `dice`: `mDice`, percent; `class_dice`: percent by
            class; `accuracy`: `train` (of training batches), `mAcc` and `aAcc` of validations,
            percent; `speed`: `images`, images a second; `use`: `gpu` and `waiting` (share of the
            time that goes by waiting for data), percent; `memory`: `memory`, GB.
        clock: What the iterations are in epochs and time.
        best: The best validation so far.
        max_iters: Iterations the run is planned to have; 0 while unknown.
    """

    def __init__(self) -> None:
        self.families: dict[str, dict[str, Series]] = {name: {} for name in FAMILIES}
        self.clock = Clock()
        self.best: BestScore | None = None
        self.max_iters = 0
        self._work = WorkTime()

    @property
    def losses(self) -> dict[str, Series]:
        """The loss and its terms, by name."""
        return self.families[LOSS]

    @property
    def dice(self) -> Series:
        """The mDice of the validations, percent."""
        return self.families[DICE].get("mDice") or Series()

    def add(self, events: Iterable[Event]) -> None:
        """Take more events into account. The cost is that of the new events alone."""
        points: _Points = defaultdict(lambda: ([], []))
        for event in events:
            if isinstance(event, Started) and event.iteration == 0:
                # Made anew, or its events are given again from the beginning.
                self.best, self._work = None, WorkTime()
            self._work.add(event)
            match event:
                case Iteration():
                    self.max_iters = event.max_iters
                    self._add_iteration(points, event)
                case Validation():
                    self._add_validation(points, event)
                case Started():
                    self._flush(points)
                    self._begin_attempt(event)
                case _:
                    pass
        self._flush(points)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not any(len(series) for series in self.all_series().values())

    def all_series(self) -> dict[str, Series]:
        """Every curve by `family/name`."""
        return {
            f"{family}/{name}": series
            for family, curves in self.families.items()
            for name, series in curves.items()
        }

    def _begin_attempt(self, event: Started) -> None:
        self.max_iters = event.max_iters
        # A resumed run does the iterations after its checkpoint again; their first try is dropped,
        # so that each curve has one value at each x.
        for series in self.all_series().values():
            series.truncate_after(event.iteration)
        self.clock.truncate_after(event.iteration)
        if event.iteration == 0:
            self.clock.truncate_after(-1)
            self.clock.tick(0, 0.0, 0.0)

    def _add_iteration(self, points: _Points, event: Iteration) -> None:
        x = event.iteration
        self.clock.tick(x, event.epoch, self._work.seconds or 0.0)
        for name, value in event.losses.items():
            _add(points, (LOSS, name), x, value)
        _add(points, (LR, "lr"), x, event.lr)
        memory, waiting = event.memory_mb, None
        if event.data_seconds is not None and event.seconds_per_iteration > 0:
            waiting = min(100 * event.data_seconds / event.seconds_per_iteration, 100.0)
        for family, name, figure in (
            (ACCURACY, "train", event.accuracy),
            (SPEED, "images", event.images_per_second),
            (USE, "gpu", event.gpu_percent),
            (USE, "waiting", waiting),
            (MEMORY, "memory", None if memory is None else memory / 1000),
        ):
            if figure is not None:
                _add(points, (family, name), x, figure)

    def _add_validation(self, points: _Points, event: Validation) -> None:
        x = event.iteration
        _add(points, (DICE, "mDice"), x, event.mDice)
        _add(points, (ACCURACY, "mAcc"), x, event.mAcc)
        _add(points, (ACCURACY, "aAcc"), x, event.aAcc)
        for score in event.classes:
            dice = math.nan if score.dice is None else score.dice
            _add(points, (CLASS_DICE, score.name), x, dice)
        if not math.isnan(event.mDice) and (self.best is None or event.mDice > self.best.mDice):
            self.best = BestScore(mDice=event.mDice, iteration=x)

    def _flush(self, points: _Points) -> None:
        for (family, name), (x, y) in points.items():
            self.families[family].setdefault(name, Series()).extend(x, y)
        points.clear()


_Points = defaultdict[tuple[str, str], tuple[list[float], list[float]]]


def _add(points: _Points, key: tuple[str, str], x: float, y: float) -> None:
    xs, ys = points[key]
    xs.append(x)
    ys.append(y)
