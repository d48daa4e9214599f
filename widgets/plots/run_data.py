"""The curves that the events of a run add up to. No Qt in here."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from core.runs.events import BestScore, Event, Iteration, Started, Validation
from widgets.plots.series import Series

TOTAL_LOSS = "loss"


class RunData:
    """A fold over a run's events, in order.

    Attributes:
        losses: `loss` is the sum; the other keys are its terms, as the run names them.
        lr: Learning rate.
        dice: mDice on the validation split, percent.
        class_dice: Dice by class name, percent.
        best: The best validation so far.
        max_iters: Iterations the run is planned to have; 0 while unknown.
    """

    def __init__(self) -> None:
        self.losses: dict[str, Series] = {}
        self.lr = Series()
        self.dice = Series()
        self.class_dice: dict[str, Series] = {}
        self.best: BestScore | None = None
        self.max_iters = 0

    def add(self, events: Iterable[Event]) -> None:
        """Take more events into account. The cost is that of the new events alone."""
        points: _Points = defaultdict(lambda: ([], []))
        for event in events:
            match event:
                case Iteration():
                    self.max_iters = event.max_iters
                    for name, value in event.losses.items():
                        _add(points, ("loss", name), event.iteration, value)
                    _add(points, ("lr", ""), event.iteration, event.lr)
                case Validation():
                    _add(points, ("dice", ""), event.iteration, event.mDice)
                    for score in event.classes:
                        dice = math.nan if score.dice is None else score.dice
                        _add(points, ("class", score.name), event.iteration, dice)
                    self._note_best(event)
                case Started():
                    self._flush(points)
                    self.max_iters = event.max_iters
                    self._go_back_to(event.iteration)
                case _:
                    pass
        self._flush(points)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not any(len(series) for series in self.all_series().values())

    def all_series(self) -> dict[str, Series]:
        """Every curve: the losses by their names, `lr`, `mDice`, and `dice/<class>`."""
        return {
            **self.losses,
            "lr": self.lr,
            "mDice": self.dice,
            **{f"dice/{name}": series for name, series in self.class_dice.items()},
        }

    def _flush(self, points: _Points) -> None:
        for (kind, name), (x, y) in points.items():
            self._series(kind, name).extend(x, y)
        points.clear()

    def _series(self, kind: str, name: str) -> Series:
        if kind == "lr":
            return self.lr
        if kind == "dice":
            return self.dice
        family = self.losses if kind == "loss" else self.class_dice
        return family.setdefault(name, Series())

    def _note_best(self, event: Validation) -> None:
        if not math.isnan(event.mDice) and (self.best is None or event.mDice > self.best.mDice):
            self.best = BestScore(mDice=event.mDice, iteration=event.iteration)

    def _go_back_to(self, iteration: int) -> None:
        # A resumed run does the iterations after its checkpoint again; their first try is dropped,
        # so that each curve has one value at each x.
        for series in self.all_series().values():
            series.truncate_after(iteration)


_Points = defaultdict[tuple[str, str], tuple[list[float], list[float]]]


def _add(points: _Points, key: tuple[str, str], x: float, y: float) -> None:
    xs, ys = points[key]
    xs.append(x)
    ys.append(y)
