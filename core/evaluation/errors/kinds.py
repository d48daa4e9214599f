"""The kinds of errors a run makes, in words. How pixels are told apart stands in `rules.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong in a region. Every wrong pixel that counts lies in a region of one kind."""

    FALSE_ALARM = "false_alarm"
    MISSED_OBJECT = "missed_object"
    MISSED_PART = "missed_part"
    WRONG_CLASS = "wrong_class"
    MERGED = "merged"
    BORDER = "border"
    LABEL = "label"

    @property
    def words(self) -> str:
        """Its name for people, as a heading: "False alarm"."""
        return _WORDS[self].name

    @property
    def code(self) -> int:
        """Its place in the order of the kinds, as files and arrays hold it."""
        return _CODES[self]

    def meaning(self, *, has_background: bool = True) -> str:
        """What it means, in a sentence or two.

        Args:
            has_background: Whether the dataset has a background class. Without one every pixel
                belongs to some class, and a false alarm is one of a class in place of another.
        """
        words = _WORDS[self]
        return words.meaning if has_background else words.without_background


@dataclass(frozen=True, slots=True)
class _Words:
    name: str
    meaning: str
    without_background: str


_WORDS = {
    ErrorKind.FALSE_ALARM: _Words(
        "False alarm",
        "Background that was taken for an object, beyond the border of a true one.",
        "A piece of a class where hardly any of that class is: the whole piece is made up.",
    ),
    ErrorKind.MISSED_OBJECT: _Words(
        "Missed object",
        "A whole object that was taken for background.",
        "A whole piece of a class of which hardly anything was found.",
    ),
    ErrorKind.MISSED_PART: _Words(
        "Missed part",
        "A part of an object that was otherwise found: thin ones such as tails, ears and paws, "
        "and pieces from deeper inside.",
        "A thin part of a piece that was otherwise found, such as the end of a pole.",
    ),
    ErrorKind.WRONG_CLASS: _Words(
        "Wrong class",
        "Part of an object, or all of it, that was found but taken for another class.",
        "Part of a piece that was taken for another class, beyond the border between the two.",
    ),
    ErrorKind.MERGED: _Words(
        "Merged",
        "Two objects in one predicted piece: one of another class that was swallowed by its "
        "neighbour, or the background between two that was filled.",
        "Two pieces of different classes in one predicted piece: one swallowed its neighbour.",
    ),
    ErrorKind.BORDER: _Words(
        "Border",
        "Pixels along a true border that was found, only not exactly there.",
        "Pixels along a true border that was found, only not exactly there.",
    ),
    ErrorKind.LABEL: _Words(
        "Label suspect",
        "A large region where the run is sure of another class than the mask says: look whether "
        "the mask is right.",
        "A large region where the run is sure of another class than the mask says: look whether "
        "the mask is right.",
    ),
}

KINDS = tuple(ErrorKind)
"""All kinds, in the order of their codes."""

_CODES = {kind: code for code, kind in enumerate(KINDS)}
