"""Which sample gets which label mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.dataset.model import SPLITS
from core.demo.defects import ORDER, DefectKind, Details
from core.demo.scene import Picture
from core.images import Array

_DEFECT_SHARE = 0.25
# Of the mistakes; the rest is in train.
_SHARE_OUTSIDE_TRAIN = 1 / 3


@dataclass(frozen=True, slots=True)
class PlantedDefect:
    """One entry of `demo_defects.json`.

    Attributes:
        sample: The sample's id, `split/stem`.
        defect: Kind of mistake.
        check: Id of the check that must find it.
        details: Numbers that describe it (pixels, boxes as x, y, width, height).
    """

    sample: str
    defect: str
    check: str
    details: Details


class DefectPlan:
    """Deals label mistakes out to samples: most to train, a few harmless ones to val and test.

    Pictures are offered one after another; each takes a mistake that suits it if it is its turn.
    What is left over when all were offered is listed by `left_over`.
    """

    def __init__(self, names: Sequence[str], seed: int) -> None:
        """Plan for the samples `names`, ids of the form `split/stem`."""
        self._rng = np.random.default_rng([seed, 2])
        self._offers = {split: sum(n.startswith(f"{split}/") for n in names) for split in SPLITS}
        self._waiting = _by_split(round(_DEFECT_SHARE * len(names)), self._offers)

    def offer(self, name: str, picture: Picture) -> tuple[Array | None, PlantedDefect | None]:
        """Offer a picture for damage.

        Returns:
            The mask to write, None for no file; and what was planted, None for nothing.
        """
        split = name.split("/")[0]
        waiting = self._waiting[split]
        # Deal with some haste, so that pictures that suit no mistake do not use up the turns.
        is_turn = self._rng.random() < 1.6 * len(waiting) / self._offers[split]
        self._offers[split] -= 1
        for index in self._rng.permutation(len(waiting)) if is_turn else ():
            planted = self._plant(waiting[index], name, picture)
            if planted is not None:
                del waiting[index]
                return planted
        return picture.mask, None

    def left_over(self) -> list[tuple[str, DefectKind]]:
        """Mistakes that no offered picture took, with their splits."""
        return [(split, kind) for split in SPLITS for kind in self._waiting[split]]

    def insist(
        self, kind: DefectKind, name: str, picture: Picture
    ) -> tuple[Array | None, PlantedDefect] | None:
        """Plant a left-over mistake; None when the picture does not suit it."""
        planted = self._plant(kind, name, picture)
        if planted is not None:
            self._waiting[name.split("/")[0]].remove(kind)
        return planted

    def _plant(
        self, kind: DefectKind, name: str, picture: Picture
    ) -> tuple[Array | None, PlantedDefect] | None:
        planted = kind.plant(picture, self._rng)
        if planted is None:
            return None
        return planted.mask, PlantedDefect(name, kind.name, kind.check, planted.details)


def _by_split(wanted: int, counts: Mapping[str, int]) -> dict[str, list[DefectKind]]:
    elsewhere = [split for split in SPLITS if split != "train" and counts[split]]
    waiting: dict[str, list[DefectKind]] = {split: [] for split in SPLITS}
    seen: set[str] = set()
    outside = 0
    for index in range(wanted):
        kind = ORDER[index % len(ORDER)]
        may_leave = kind.name in seen and not kind.train_only and elsewhere
        if may_leave and outside < _SHARE_OUTSIDE_TRAIN * wanted:
            waiting[elsewhere[outside % len(elsewhere)]].append(kind)
            outside += 1
        else:
            waiting["train"].append(kind)
        seen.add(kind.name)
    return waiting
