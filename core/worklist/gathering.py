"""Which errors of an analysis can be put on the worklist, counted by what they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.evaluation.analysis import Analysis
from core.evaluation.errors.kinds import KINDS, ErrorKind
from core.evaluation.errors.label_suspects import Doubt
from core.evaluation.errors.regions import ErrorRegion
from core.worklist.entries import Wanted
from core.worklist.matching import SAME_PLACE, shared_part


@dataclass(frozen=True, slots=True)
class Offer:
    """Errors of one sort that could be put on the worklist.

    Attributes:
        places: How many there are.
        kind: Their kind; None for all kinds.
        classes: What the mask says and what the run says; None for all classes.
    """

    places: int
    kind: ErrorKind | None = None
    classes: tuple[int, int] | None = None


def offers(analysis: Analysis, samples: Collection[str] | None = None) -> list[Offer]:
    """What there is in some samples: all errors, then label suspects, kinds and pairs of classes.

    Args:
        analysis: The errors of a run.
        samples: Ids of the samples; all by default.

    Returns:
        Only sorts that occur; of kinds and of pairs the most frequent first.
    """
    chosen = _regions_of(analysis, samples)
    total = int(chosen.sum())
    if not total:
        return []
    regions, side = analysis.table.regions, len(analysis.class_names)
    by_kind = np.bincount(analysis.kinds[chosen], minlength=len(KINDS))
    pairs = regions.true_class[chosen].astype(np.int64) * side + regions.predicted_class[chosen]
    by_pair = np.bincount(pairs, minlength=side * side)
    kinds = [Offer(int(by_kind[kind.code]), kind) for kind in KINDS if by_kind[kind.code]]
    kinds.sort(key=lambda offer: (offer.kind is not ErrorKind.LABEL, -offer.places))
    order = sorted(np.flatnonzero(by_pair).tolist(), key=lambda pair: -int(by_pair[pair]))
    return [
        Offer(total),
        *kinds,
        *(Offer(int(by_pair[pair]), classes=divmod(pair, side)) for pair in order),
    ]


def gather(
    analysis: Analysis, offer: Offer, samples: Collection[str] | None = None
) -> list[Wanted]:
    """The errors of an offer, the largest first.

    Where runs that have not learned a sample contradict its mask, their judgement says how
    suspicious the place is; elsewhere the run's own confidence does.
    """
    true_class, predicted_class = offer.classes or (None, None)
    found = analysis.regions_with(
        offer.kind, true_class=true_class, predicted_class=predicted_class
    )
    wanted = None if samples is None else set(samples)
    return [
        Wanted(each.sample, each.region, _suspicion(analysis.doubts.get(each.sample), each.region))
        for each in found
        if wanted is None or each.sample in wanted
    ]


def _regions_of(analysis: Analysis, samples: Collection[str] | None) -> npt.NDArray[np.bool_]:
    table = analysis.table
    if samples is None:
        return np.ones(len(table.regions), np.bool_)
    own = np.zeros(len(table.ids), np.bool_)
    own[[table.rows[sample] for sample in samples if sample in table.rows]] = True
    return np.asarray(own[table.sample_of_region], np.bool_)


def _suspicion(doubt: Doubt | None, region: ErrorRegion) -> float | None:
    if doubt is None or doubt.box is None:
        return None
    if (doubt.given, doubt.predicted) != (region.true_class, region.predicted_class):
        return None
    if shared_part(doubt.box, region.box) < SAME_PLACE:
        return None
    # A contradicted place is more suspicious than any that only one run is sure of.
    return min(1.0, max(region.confidence or 0.0, 1 - doubt.region))
