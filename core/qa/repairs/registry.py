"""The list of repairs: each is a small pure function on a mask, registered by one decorator."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.images import Array
from core.qa.registry import Option, Options


@dataclass(frozen=True)
class RepairOption(Option):
    """A number that a repair needs. One that goes from 0 to 1 in steps of 1 is a switch.

    Attributes:
        follows: Id of the check whose limit is used when the user chose nothing else, so that
            what a check flags is what its repair mends; "" for none.
        no_class: For an option whose value is a class index, or -1: what -1 means, in words; ""
            for an option that is a number.
    """

    follows: str = ""
    no_class: str = ""

    @property
    def is_switch(self) -> bool:
        """Whether it is either on (1) or off (0)."""
        return (self.minimum, self.maximum, self.step) == (0, 1, 1)


@dataclass(frozen=True)
class RepairContext:
    """What a repair may know besides the mask.

    Attributes:
        classes: The dataset's classes, ordered by index; 0 is the background.
        ignore_index: Mask value that no repair of pixels reads as a class or writes over.
        image_size: Width and height of the photo as it is shown (its EXIF orientation applied);
            None without a readable photo.
        orientation: The photo's EXIF orientation, 1 to 8; 1 means that it lies as it is stored.
    """

    classes: tuple[ClassInfo, ...]
    ignore_index: int = 255
    image_size: tuple[int, int] | None = None
    orientation: int = 1

    def legal(self, mask: Array) -> npt.NDArray[np.bool_]:
        """Where a mask shows a class: neither an illegal value nor the ignore index."""
        is_class = np.zeros(256, np.bool_)
        is_class[[info.index for info in self.classes]] = True
        is_class[self.ignore_index] = False
        return is_class[mask]

    def foreground(self, mask: Array) -> Array:
        """1 where a mask shows anything but background and ignored pixels, uint8 H×W."""
        chosen: npt.NDArray[np.bool_] = (mask > 0) & (mask != self.ignore_index)
        return chosen.view(np.uint8)


Mend = Callable[[Array, RepairContext, Options], Array]
"""`mend(mask, context, options)`: a new mask; the one given is not written to."""


@dataclass(frozen=True)
class Repair:
    """A registered repair.

    Attributes:
        id: Stable name, used in files; checks name it in their `repairs`.
        title: A few words for a button: "Drop specks".
        words: A sentence that says what becomes of the mask.
        mend: The repair itself, with all of its options given. Applying it twice gives what
            applying it once gives, except where `words` says otherwise.
        options: What it needs, by name.
        needs_photo: Whether it does nothing without the photo's size or orientation.
    """

    id: str
    title: str
    words: str
    mend: Mend
    options: Mapping[str, RepairOption] = field(default_factory=dict)
    needs_photo: bool = False

    def default_options(
        self, limit_of: Callable[[str], float | None] | None = None
    ) -> dict[str, float]:
        """The options nobody changed.

        Args:
            limit_of: The limit of a check by its id, such as `CheckSettings.limit_of`; for
                options that follow a check.
        """
        found: dict[str, float] = {}
        for name, option in self.options.items():
            limit = limit_of(option.follows) if limit_of is not None and option.follows else None
            value = option.default if limit is None else limit
            found[name] = min(max(value, option.minimum), option.maximum)
        return found

    def apply(self, mask: Array, context: RepairContext, options: Options | None = None) -> Array:
        """Repair a mask.

        Args:
            mask: Values as stored, uint8 H×W; not written to.
            context: The classes and the photo.
            options: Options that are not the defaults.

        Returns:
            The repaired mask, uint8, in memory of its own.

        Raises:
            PetsegError: an option is unknown or out of its range.
        """
        given = {**self.default_options(), **self.checked(options or {})}
        if mask.size == 0:
            return mask.copy()
        mended = self.mend(mask, context, given)
        return mended.copy() if np.shares_memory(mended, mask) else np.ascontiguousarray(mended)

    def checked(self, options: Options) -> Options:
        """The same options.

        Raises:
            PetsegError: one is unknown or out of its range.
        """
        for name, value in options.items():
            option = self.options.get(name)
            if option is None:
                raise PetsegError(
                    f"'{self.title}' has no option {name!r}",
                    remedy=f"It has: {', '.join(self.options) or 'none'}.",
                )
            if not (math.isfinite(value) and option.minimum <= value <= option.maximum):
                raise PetsegError(
                    f"{value:g} is not possible for '{option.words}' of '{self.title}'",
                    remedy=f"Choose a value from {option.minimum:g} to {option.maximum:g}.",
                )
        return options


REPAIRS: dict[str, Repair] = {}
"""Every repair by its id, in the order of registration."""

_Mend = TypeVar("_Mend", bound=Mend)


def repair(
    id: str,
    *,
    title: str,
    words: str,
    options: Mapping[str, RepairOption] | None = None,
    needs_photo: bool = False,
) -> Callable[[_Mend], _Mend]:
    """Register a repair; see `Repair` for the arguments."""

    def register(function: _Mend) -> _Mend:
        if id in REPAIRS:
            raise ValueError(f"two repairs are called {id}")
        REPAIRS[id] = Repair(id, title, words, function, dict(options or {}), needs_photo)
        return function

    return register


def find_repair(id: str) -> Repair:
    """The repair of that id.

    Raises:
        PetsegError: there is none.
    """
    try:
        return REPAIRS[id]
    except KeyError:
        raise PetsegError(
            f"There is no repair {id!r}", remedy=f"The repairs are: {', '.join(REPAIRS)}."
        ) from None


def changed_pixels(before: Array, after: Array) -> npt.NDArray[np.bool_]:
    """Where two masks differ, bool of the second one's height × width; all where sizes differ."""
    if before.shape != after.shape:
        return np.ones(after.shape, np.bool_)
    differs: npt.NDArray[np.bool_] = before != after
    return differs
