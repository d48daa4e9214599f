"""What the events of a run say of the present moment. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from core.runs.events import BestScore, Event, Iteration, Started, Validation


@dataclass
class RunFigures:
    """A fold over a run's events: the newest of each figure.

    Attributes:
        seconds_per_iteration: 0 while unknown.
        eta: Seconds until the end; None while unknown.
        memory_mb: None while unknown.
        images_per_second: None while unknown.
        gpu_percent: None without a GPU.
    """

    iteration: int = 0
    max_iters: int = 0
    device: str = ""
    seconds_per_iteration: float = 0.0
    eta: float | None = None
    memory_mb: float | None = None
    images_per_second: float | None = None
    gpu_percent: float | None = None
    best: BestScore | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take more events into account, in order."""
        for event in events:
            match event:
                case Started():
                    self.device = event.device
                    self.iteration, self.max_iters = event.iteration, event.max_iters
                case Iteration():
                    self.iteration, self.max_iters = event.iteration, event.max_iters
                    self.seconds_per_iteration = event.seconds_per_iteration
                    self.eta, self.memory_mb = event.eta, event.memory_mb
                    self.images_per_second = event.images_per_second
                    self.gpu_percent = event.gpu_percent
                case Validation() if not math.isnan(event.mDice):
                    if self.best is None or event.mDice > self.best.mDice:
                        self.best = BestScore(mDice=event.mDice, iteration=event.iteration)
                case _:
                    pass

    @property
    def speed(self) -> str:
        """Images per second; of runs that do not say them, iterations per second or the other way.

        Slow ones are told in seconds per iteration.
        """
        if self.images_per_second is not None:
            return f"{self.images_per_second:.3g} images/s"
        seconds = self.seconds_per_iteration
        if seconds <= 0:
            return ""
        return f"{1 / seconds:.1f} it/s" if seconds < 1 else f"{seconds:.1f} s/it"

    @property
    def gpu(self) -> str:
        """How busy the GPU is."""
        return "" if self.gpu_percent is None else f"GPU {self.gpu_percent:.0f} %"

    @property
    def memory(self) -> str:
        """Memory in use."""
        if self.memory_mb is None:
            return ""
        if self.memory_mb < 1000:
            return f"{self.memory_mb:.0f} MB"
        return f"{self.memory_mb / 1000:.1f} GB"
