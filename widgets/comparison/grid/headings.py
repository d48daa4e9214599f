"""What the heads of the panels say beside their names: flags, scores, how much is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from widgets.comparison.grid.panel import PanelKind
from widgets.comparison.layers.sample_layers import SampleLayers


class Figure(NamedTuple):
    """What a head says.

    Attributes:
        text: The words.
        tooltip: More of it; "" for nothing.
        short: What is said where there is little room.
    """

    text: str
    tooltip: str = ""
    short: str = ""


def flags_figure(flags: Sequence[str]) -> Figure:
    """What the head of the truth says of the flags that the checks put on it."""
    count = "1 flag" if len(flags) == 1 else f"{len(flags)} flags"
    return Figure(f"⚠ {count}" if flags else "", "\n".join(flags))


def run_figure(
    kind: PanelKind, layers: SampleLayers | None, places: Sequence[int], scores: Sequence[str]
) -> Figure:
    """What the head of a panel says of its runs.

    Args:
        kind: What the panel shows.
        layers: The sample; None for none.
        places: The places of the runs.
        scores: What is said of the sample's prediction, one per run.
    """
    said: list[str] = []
    if kind is PanelKind.PREDICTION:
        said = [scores[place] for place in places if place < len(scores)]
    elif kind is PanelKind.ERRORS and layers is not None:
        counts = [layers.runs[place].counts for place in places]
        said = [f"{each.wrong:,} px wrong" for each in counts if each is not None]
    text = " | ".join(filter(None, said))
    return Figure(text, short=text.replace("mDice ", "").replace(" wrong", ""))
