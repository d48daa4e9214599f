"""The places where a prediction differs from a mask, kept up to date while the mask is edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from core.images import Array
from core.masks.geometry import Rect
from core.masks.suggestions.disagreement import Disagreement, disagreements, updated

_NUMBERS = 255


class DisagreementMap:
    """All disagreements of a sample, and a picture that finds the one at a pixel at once.

    Args:
        mask: Class indices, uint8 H×W; only read, and not kept.
        predicted: What the model says, uint8 H×W.
        confidence: How sure it is, uint8 H×W, 0 to 255 for 0 to 1; None when that is not known.
        least: Places with fewer pixels are left out.
        ignore: The mask's value of pixels that are left out.
    """

    def __init__(
        self,
        mask: Array,
        predicted: Array,
        confidence: Array | None,
        *,
        least: int = 1,
        ignore: int = 255,
    ) -> None:
        self._predicted, self._confidence = predicted, confidence
        self._least, self._ignore = least, ignore
        self._found: list[Disagreement] = []
        self._numbered: defaultdict[int, list[Disagreement]] = defaultdict(list)
        self._picture = np.zeros(mask.shape, np.uint8)
        self._next = 0
        for each in disagreements(mask, predicted, confidence, least=least, ignore=ignore):
            self._add(each)

    @property
    def found(self) -> Sequence[Disagreement]:
        """The disagreements, in no order that means anything."""
        return self._found

    @property
    def picture(self) -> Array:
        """uint8 H×W: 0 where there is none, else a number that neighbours rarely share."""
        return self._picture

    def at(self, x: int, y: int) -> Disagreement | None:
        """The disagreement that the pixel in column `x` and row `y` belongs to."""
        number = int(self._picture[y, x])
        listed = self._numbered.get(number, ()) if number else ()
        return next((each for each in listed if each.region.holds(x, y)), None)

    def update(self, mask: Array, changed: Rect) -> None:
        """Take over an edit, by looking only around it.

        Args:
            mask: Class indices after the edit, uint8 H×W.
            changed: A rectangle that holds all pixels that the edit changed.
        """
        after = updated(
            self._found,
            mask,
            self._predicted,
            self._confidence,
            changed,
            least=self._least,
            ignore=self._ignore,
        )
        kept = {id(each) for each in after}
        known = {id(each) for each in self._found}
        for each in self._found:
            if id(each) not in kept:
                self._picture[each.region.rect.slices][each.region.stencil] = 0
        self._numbered = defaultdict(
            list,
            {
                number: [each for each in listed if id(each) in kept]
                for number, listed in self._numbered.items()
            },
        )
        self._found = [each for each in self._found if id(each) in kept]
        for each in after:
            if id(each) not in known:
                self._add(each)

    def _add(self, each: Disagreement) -> None:
        number = 1 + self._next % _NUMBERS
        self._next += 1
        self._picture[each.region.rect.slices][each.region.stencil] = number
        self._numbered[number].append(each)
        self._found.append(each)
