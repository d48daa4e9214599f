"""The region of errors at hand in the linked views, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.evaluation.errors.regions import ErrorRegion
from widgets.comparison.layers.sample_layers import SampleLayers


@dataclass(frozen=True, slots=True)
class ActiveRegion:
    """A region of errors that was clicked or gone to: its sample, its run's letter, and itself."""

    sample: str
    letter: str
    region: ErrorRegion


def next_region(
    letters: Sequence[str], layers: SampleLayers, active: ActiveRegion | None, by: int
) -> tuple[str, ErrorRegion] | None:
    """The region that comes after another: run by run, of each run the largest first.

    Args:
        letters: The letters of the runs.
        layers: The sample.
        active: The region at hand; None to begin.
        by: 1 for the next one, -1 for the one before.

    Returns:
        The letter of its run, and the region; None when the sample has none.
    """
    known = [
        (letter, region)
        for letter, run in zip(letters, layers.runs, strict=True)
        for region in run.regions
    ]
    if not known:
        return None
    place = -1 if by > 0 else 0
    if active is not None and (active.letter, active.region) in known:
        place = known.index((active.letter, active.region))
    return known[(place + by) % len(known)]
