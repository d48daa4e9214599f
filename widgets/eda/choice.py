"""Which samples a click or a brush means, and how to say it. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from widgets.eda.data import Bools, EdaData

Positions = npt.NDArray[np.intp]
Range = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Choice:
    """Samples chosen in a chart.

    Attributes:
        words: What they have in common, such as `cat area 5 to 10 %`.
        positions: Their positions in the dataset, ascending and without repeats.
    """

    words: str
    positions: Positions


def in_split(words: str, data: EdaData, split: int | None) -> str:
    """The words with the name of the split, where one was asked for."""
    name = "" if split is None else data.splits[split]
    return f"{words} in {name}" if name else words


def span(low: float, high: float) -> str:
    """A range of numbers in words, with as many digits as tell its ends apart."""
    digits = 3
    while digits < 6 and f"{low:.{digits}g}" == f"{high:.{digits}g}":
        digits += 1
    first, last = (_plain(each, digits) for each in (low, high))
    return f"{first} to {last}"


def samples_with_class(data: EdaData, class_index: int, split: int | None = None) -> Positions:
    """Samples whose mask holds a class."""
    return np.flatnonzero(data.presence[:, class_index] & data.in_split(split))


def samples_with_object(
    data: EdaData,
    class_index: int | None,
    split: int | None = None,
    *,
    area: Range | None = None,
    cells: Bools | None = None,
) -> Positions:
    """Samples that have an object like that.

    Args:
        data: The columns.
        class_index: Its class; None for any.
        split: None for any.
        area: Smallest and largest area, in percent of the picture, both included.
        cells: bool[16, 16], the cells of the picture in which its centre may lie.
    """
    wanted = data.of_class(class_index) & data.objects_in(split)
    if area is not None:
        wanted &= _within(data.object_area, area)
    if cells is not None:
        wanted &= cells.ravel()[data.object_cells]
    found = np.zeros(data.sample_count, np.bool_)
    found[data.object_sample[wanted]] = True
    return np.flatnonzero(found)


def samples_between(
    data: EdaData, brightness: Range, contrast: Range, split: int | None = None
) -> Positions:
    """Samples whose photo's brightness and contrast lie in two ranges, ends included."""
    wanted = _within(data.brightness, brightness) & _within(data.contrast, contrast)
    return np.flatnonzero(wanted & data.in_split(split))


def _within(values: npt.NDArray[np.floating], limits: Range) -> Bools:
    # Of one precision, lest an object at the very end of a range falls out of it by rounding.
    low, high = np.asarray(limits, values.dtype)
    return np.asarray((values >= low) & (values <= high))


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if abs(value) >= 10**digits else text
