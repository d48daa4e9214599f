"""What samples can be sorted by: figures of how wrong a run is, and orders of one to six runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

LETTERS = "ABCDEF"
"""What the compared runs are called."""

QUALITY = "quality"
"""The id of the measure that tells how far the mask can be believed, whatever the run."""

_FURTHER = (
    ("mIoU", "mIoU"),
    ("aAcc", "Pixels that are right"),
    ("precision", "Mean precision"),
    ("recall", "Mean recall"),
)
"""Figures that follow from the pixels of the classes; of means, over the classes that occur."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of one sample.

    Attributes:
        id: Stable name; also that of its column.
        title: What the list of measures calls it.
        unit: "%" or "px".
        more_is_better: Whether a high value is a good one.
    """

    id: str
    title: str
    unit: str
    more_is_better: bool

    @property
    def is_of_mask(self) -> bool:
        """Whether it is a figure of the mask, and the same for every run."""
        return self.id == QUALITY

    @property
    def label(self) -> str:
        """What a narrow list of measures calls it."""
        return "Label quality" if self.is_of_mask else f"{self.title} ({self.unit})"

    def text(self, value: float | None, *, decimals: int = 2) -> str:
        """A value as it is shown: percent with decimals, pixels whole."""
        if value is None:
            return "–"
        return f"{value:.{decimals}f}" if self.unit == "%" else f"{value:,.0f}"

    def delta_text(self, value: float | None, *, decimals: int = 2) -> str:
        """A difference as it is shown, with its sign and a true minus."""
        if value is None:
            return "–"
        size = f"{abs(value):.{decimals}f}" if self.unit == "%" else f"{abs(value):,.0f}"
        if not float(size.replace(",", "")):
            return size
        return f"{'+' if value > 0 else '−'}{size}"


def measures(
    class_names: Sequence[str],
    kinds: Mapping[str, str] | None = None,
    *,
    has_quality: bool = False,
) -> list[Measure]:
    """All measures for a dataset with those classes, the usual one first.

    Args:
        class_names: The classes, in the order of their indices.
        kinds: The kinds of errors whose pixels are known, with the words for them.
        has_quality: Whether it is known how far the masks can be believed.
    """
    found = [Measure("mDice", "mDice", "%", more_is_better=True)]
    found += [Measure(f"dice:{name}", f"Dice of {name}", "%", True) for name in class_names]
    found += [Measure(key, title, "%", True) for key, title in _FURTHER]
    found += [Measure(f"iou:{name}", f"IoU of {name}", "%", True) for name in class_names]
    found += [
        Measure("missed", "Missed pixels", "px", more_is_better=False),
        Measure("false", "False pixels", "px", more_is_better=False),
        Measure("wrong_class", "Pixels of a wrong class", "px", more_is_better=False),
        Measure("wrong", "All wrong pixels", "px", more_is_better=False),
    ]
    for kind, words in (kinds or {}).items():
        found.append(kind_measure(kind, words))
    if has_quality:
        found.append(Measure(QUALITY, "Label quality (low: suspect)", "%", more_is_better=True))
    return found


def kind_measure(kind: str, words: str) -> Measure:
    """The pixels of one kind of errors."""
    return Measure(f"kind:{kind}", f"Pixels: {words.lower()}", "px", more_is_better=False)


class By(Enum):
    """What samples are sorted by."""

    WORST = "worst first"
    BEST = "best first"
    CHANGE = "largest |Δ| first"
    GAINS = "better first"
    LOSES = "worse first"
    SPREAD = "runs differ most first"
    NAME = "by name"


@dataclass(frozen=True, slots=True)
class Order:
    """How the samples are sorted. Ties, and samples without a figure at the end, go by name.

    Attributes:
        by: What by.
        run: The place of the run whose figure counts, where one does.
    """

    by: By
    run: int = 0

    A_WORST: ClassVar[Order]
    A_BEST: ClassVar[Order]
    B_WORST: ClassVar[Order]
    B_BEST: ClassVar[Order]
    CHANGE: ClassVar[Order]
    B_GAINS: ClassVar[Order]
    B_LOSES: ClassVar[Order]
    NAME: ClassVar[Order]

    def text(self, pair: tuple[int, int] = (0, 1)) -> str:
        """What the list of orders calls it; `pair` are the places of the two runs of a Δ."""
        first, second = (LETTERS[place] for place in pair)
        match self.by:
            case By.WORST | By.BEST:
                return f"{LETTERS[self.run]} {self.by.value}"
            case By.GAINS | By.LOSES:
                return f"{second} {self.by.value.replace(' first', '')} than {first} first"
            case By.CHANGE:
                return f"Largest |Δ| of {first} and {second} first"
            case By.SPREAD:
                return "Runs differ most first"
        return "By name"

    @property
    def needs(self) -> int:
        """How many runs it takes."""
        if self.by in (By.WORST, By.BEST):
            return self.run + 1
        return {By.NAME: 1, By.SPREAD: 3}.get(self.by, 2)


Order.A_WORST, Order.A_BEST = Order(By.WORST), Order(By.BEST)
Order.B_WORST, Order.B_BEST = Order(By.WORST, 1), Order(By.BEST, 1)
Order.CHANGE, Order.NAME = Order(By.CHANGE), Order(By.NAME)
Order.B_GAINS, Order.B_LOSES = Order(By.GAINS), Order(By.LOSES)


def orders(runs: int) -> list[Order]:
    """The orders there are for so many runs."""
    found = [Order(by, run) for run in range(max(runs, 1)) for by in (By.WORST, By.BEST)]
    found += [Order.CHANGE, Order.B_GAINS, Order.B_LOSES, Order(By.SPREAD), Order.NAME]
    return [order for order in found if order.needs <= max(runs, 1)]
