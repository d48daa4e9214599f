"""Labels and mask values: which word in another program's file stands for which class."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from core.dataset.model import ClassInfo
from core.errors import PetsegError

IGNORE_LABEL = "__ignore__"
"""LabelMe's own word for pixels that do not count."""
BACKGROUND_LABEL = "_background_"
"""LabelMe's own word for what is no object."""

_VALUES = 256
_ALIKE = 0.6


class LabelNames:
    """The labels of a dataset: its classes' names, and words for the values without a class.

    The names of the classes come first; then `__ignore__` for the ignored value, `_background_`
    for 0, and `__value_7__` for a value that no class has, so that even a mask with illegal values
    survives the way to another program and back.

    Args:
        classes: The classes, ordered by index.
        ignore_index: The value that does not count.
    """

    def __init__(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        self._values = {_plain_label(value): value for value in range(_VALUES)}
        self._values |= {BACKGROUND_LABEL: 0, IGNORE_LABEL: ignore_index}
        # Of two classes of the same name the first has it.
        names = {info.name: info.index for info in reversed(classes)}
        self._values |= names
        self._class_names = [info.name for info in classes]
        self._legal = {info.index for info in classes} | {ignore_index}
        self._labels = {value: label for label, value in names.items()}
        if IGNORE_LABEL not in names:
            self._labels.setdefault(ignore_index, IGNORE_LABEL)

    @property
    def offered(self) -> list[str]:
        """The labels that a program should offer: the classes but the background, then ignore."""
        labels = [name for name in dict.fromkeys(self._class_names) if self._values[name] != 0]
        return labels if IGNORE_LABEL in labels else [*labels, IGNORE_LABEL]

    @property
    def known(self) -> list[str]:
        """The names of the classes."""
        return list(self._class_names)

    def value(self, label: str) -> int | None:
        """The mask value that a label stands for; None for one that is not known."""
        return self._values.get(label)

    def is_legal(self, value: int) -> bool:
        """Whether a value is a class of the dataset or its ignored value."""
        return value in self._legal

    def label(self, value: int) -> str:
        """The label that stands for a mask value.

        Raises:
            PetsegError: every word for it is the name of another class.
        """
        found = self._labels.get(value, _plain_label(value))
        if self._values[found] != value:
            raise PetsegError(
                f"The value {value} has no label, because {found!r} is the name of a class",
                remedy="Give that class another name.",
            )
        return found

    def resembling(self, label: str) -> str:
        """The class whose name a label probably means; "" when none is like it."""
        folded = {name.casefold(): name for name in reversed(self._class_names)}
        word = label.strip().casefold()
        if word in folded:
            return folded[word]
        close = difflib.get_close_matches(word[:100], list(folded), n=1, cutoff=_ALIKE)
        return folded[close[0]] if close else ""


def _plain_label(value: int) -> str:
    return f"__value_{value}__"
