"""How wrong pixels are told apart: every rule with its threshold, in one place.

All lengths and areas are shares of the picture, so a picture of twice the size is judged alike. The
numbers in brackets are what the shares come to in 256×256 pixels.

An *object* is an 8-connected piece of one class in the mask that is not the background; a
*predicted piece* is the same in the prediction. Pixels of the ignored value count neither for nor
against anything; where a rule asks what is next to a pixel they are taken to be what the prediction
says.

The rules are asked in this order, and the first that holds decides:

1. **Missed object.** An object larger than `speck` of which less than `found_share` was predicted
   as any object at all: those of its pixels that are background in the prediction.
2. **Merged.** A predicted piece that covers at least `merged_share` of two objects or more, none of
   them smaller than `merged_area`. Swallowed: the pixels of an object of another class under it.
   Bridged: the background under it on the shortest way between two of the objects, as wide as the
   band on both sides.
3. **Border.** At most `band` from the true border that was missed: from an object for background
   that was taken for one, from the background for an object that was taken for it, from the
   predicted class where two classes were confused. Two things are taken out again: what sticks out
   beyond the band by more than `speck` pixels, together with its foot in the band (as far as `foot`
   times the band); and *thin parts* that are missed in their whole width: those that a disc of the
   diameter `thin` cannot enter, and that reach more than the band beyond what it can.
4. What is left: background taken for an object is a **false alarm**, an object taken for background
   a **missed part**, an object taken for another class a **wrong class**.

A class list without a background (Cityscapes) has only classes to confuse. There an object is
missed when less than `found_share` of it got its own class, a **false alarm** is a predicted piece
larger than `speck` of which less than `found_share` is right, and thin parts missed in their whole
width are missed parts whatever they were taken for (both asked before 2). Nothing can be bridged,
and what is left is wrong class.

**Label suspect** is asked last, of whole regions that are neither border nor smaller than
`label_area`: is the run sure, on average over the region by `sure` or more? Where the masks were
judged by runs that have not seen the sample (`core.evaluation.suspects`), a region where they
contradict the mask the most is suspect at `sure_if_doubted` already, and no region is in a sample
whose mask they believe: none of theirs is as large as `label_area` and sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds; see the module for what they decide.

    Attributes:
        band: Width of the border band on each side, as a share of the picture's diagonal (2.9 px).
        foot: How far what sticks out takes the band with it, in widths of the band.
        thin: Parts thinner than this are thin, as a share of the diagonal (10.9 px).
        speck: Pieces of so many pixels are none, as a share of the picture's pixels (10 px).
        found_share: An object is found when at least this share of it is.
        merged_share: A piece covers an object when it covers this share of it.
        merged_area: Objects smaller than this are not merged but parts, as a share of the picture's
            pixels (66 px).
        label_area: Smaller regions put no label under suspicion, as a share of the picture's pixels
            (328 px).
        sure: Mean confidence from which on a run is sure.
        sure_if_doubted: Mean confidence that is enough where other runs doubt the mask too.
    """

    band: float = 0.008
    foot: float = 1.5
    thin: float = 0.03
    speck: float = 0.00015
    found_share: float = 0.2
    merged_share: float = 0.25
    merged_area: float = 0.001
    label_area: float = 0.005
    sure: float = 0.9
    sure_if_doubted: float = 0.6

    def within(self, shape: tuple[int, ...]) -> Limits:
        """The thresholds in pixels for pictures of a shape (height, width)."""
        diagonal, area = math.hypot(*shape[:2]), shape[0] * shape[1]
        band = max(1.0, self.band * diagonal)
        return Limits(
            band=band,
            thin=max(2.0, self.thin * diagonal),
            speck=self.speck * area,
            merged_area=self.merged_area * area,
            label_area=self.label_area * area,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of `Rules` in pixels of one picture."""

    band: float
    thin: float
    speck: float
    merged_area: float
    label_area: float


RULES = Rules()
"""The rules in use."""
