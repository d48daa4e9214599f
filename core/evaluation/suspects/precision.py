"""How good a ranking is, where the wrong masks are known."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def precision_at(ranked: Sequence[str], wrong: Collection[str], k: int) -> float:
    """The share of wrong ones among the first k of a ranking.

    Args:
        ranked: Ids, the most suspicious first; where there are fewer than k, the rest counts as
            not found.
        wrong: Ids of the samples that are wrong.
        k: How many are looked at, at least 1.
    """
    return hits_at(ranked, wrong, k) / k


def hits_at(ranked: Sequence[str], wrong: Collection[str], k: int) -> int:
    """How many of the wrong ones are among the first k of a ranking."""
    return len(set(ranked[:k]) & set(wrong))


def average_precision(ranked: Sequence[str], wrong: Collection[str]) -> float:
    """The mean, over the wrong ones, of the precision down to each; one not ranked counts 0.

    The area under the precision-recall curve as M. Everingham et al. ("The Pascal Visual Object
    Classes Challenge", 2010) would draw it without interpolation.
    """
    if not wrong:
        return 0.0
    wanted, found, total = set(wrong), 0, 0.0
    for place, sample in enumerate(ranked, start=1):
        if sample in wanted:
            found += 1
            total += found / place
    return total / len(wanted)
