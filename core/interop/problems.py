"""What is wrong with another program's file, shape by shape: nothing is left out unlisted."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that cannot be taken as it is.

    Attributes:
        what: What is wrong, as a clause without a full stop.
        remedy: What the user can do about it, as a full sentence; "" where nothing need be done.
        shape: Which shape, counted from 1 in the order of the file; None for the whole file.
        label: The shape's label, as far as it has one.
        is_left_out: Whether the shape is missing in the mask; else it was drawn all the same.
        thing: What the number counts, where it is no shape: "Annotation", "Value".
    """

    what: str
    remedy: str = ""
    shape: int | None = None
    label: str = ""
    is_left_out: bool = True
    thing: str = "Shape"

    def __str__(self) -> str:
        named = f" ({shown(self.label)})" if self.label else ""
        place = f"{self.thing} {self.shape}{named}: " if self.shape is not None else ""
        ending = " It was left out." if self.is_left_out and self.shape is not None else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}.{ending}{remedy}"


def shown(text: object) -> str:
    """A value from a file, short and on one line, so that it can be shown."""
    try:
        words = text if isinstance(text, str) else repr(text)
    except RecursionError:  # lists in lists in lists
        words = "…"
    line = "".join(sign if sign.isprintable() else " " for sign in words[: _SHOWN + 1])
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
