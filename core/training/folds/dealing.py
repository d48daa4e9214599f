"""Which sample goes into which fold."""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from core.errors import PetsegError
from core.files import read_bytes
from core.images.decoding import decode_image
from core.qa.facts.hashes import MIRRORED, perceptual_hash
from core.qa.hamming import near_pairs
from core.training.data.preflight import UsableSample

FEWEST_FOLDS, MOST_FOLDS = 2, 20

# Photos are twins when fewer bits than these differ: the limit of the check "Picture twice".
_TWIN_BITS = 5
_HASHED_SIDE = 64


def deal_folds(
    samples: Sequence[UsableSample],
    folds: int,
    *,
    seed: int = 0,
    twins: bool = True,
    background: int | None = 0,
) -> dict[str, int]:
    """Deal samples out so that every fold has as much of each kind as any other.

    Samples are of one kind when their masks hold the same classes. Pictures that are twins (the
    same or nearly the same, or mirrored) go into one fold together: what was learned from one would
    be told back of the other. The same samples, folds and seed give the same folds.

    Args:
        samples: The samples.
        folds: How many folds.
        seed: Another seed gives other folds.
        twins: Whether to look for twins; the photos are read for that.
        background: The class that makes no kind, as nearly every mask holds it; None for none.

    Returns:
        The fold of each sample, from 1, by id.

    Raises:
        PetsegError: there are fewer samples than folds, the number of folds makes no sense, or so
            many photos are twins that a fold stays empty.
    """
    check_folds(folds, len(samples))
    ordered = sorted(samples, key=lambda each: each.sample.id)
    groups = _groups_of_twins(ordered) if twins else [[each] for each in ordered]
    most = -(-len(ordered) // folds)
    kinds: dict[frozenset[int], list[list[UsableSample]]] = defaultdict(list)
    for group in groups:
        # So many twins as to fill a fold (the frames of a film) cannot all go into one.
        for part in [group] if len(group) <= most else [[each] for each in group]:
            kinds[_classes(part, background)].append(part)
    chance = random.Random(seed)
    dealt: dict[str, int] = {}
    filled = Counter(dict.fromkeys(range(1, folds + 1), 0))
    # The rare kinds first: the common ones even out what they leave uneven.
    for kind in sorted(kinds, key=lambda kind: (len(kinds[kind]), sorted(kind))):
        parts = kinds[kind]
        chance.shuffle(parts)
        parts.sort(key=len, reverse=True)
        of_kind = Counter(dict.fromkeys(filled, 0))
        for part in parts:
            fold = min(filled, key=lambda fold: (of_kind[fold], filled[fold], fold))
            of_kind[fold] += len(part)
            filled[fold] += len(part)
            dealt.update({each.sample.id: fold for each in part})
    empty = sum(not held for held in filled.values())
    if empty:
        raise PetsegError(
            f"{empty} of {folds} folds would stay empty: the {len(ordered)} samples are only "
            f"{len(groups)} different pictures, and pictures that are alike go into one fold",
            remedy="Ask for fewer folds, or for folds of more splits.",
        )
    return dealt


def check_folds(folds: int, samples: int | None = None) -> None:
    """See that so many folds can be made.

    Raises:
        PetsegError: they cannot.
    """
    if not FEWEST_FOLDS <= folds <= MOST_FOLDS:
        raise PetsegError(
            f"{folds} folds cannot be trained",
            remedy=f"Ask for {FEWEST_FOLDS} to {MOST_FOLDS} folds.",
        )
    if samples is not None and samples < folds:
        raise PetsegError(
            f"There are {samples} samples for {folds} folds",
            remedy="Ask for fewer folds, or for folds of more splits.",
        )


def _classes(group: Iterable[UsableSample], background: int | None) -> frozenset[int]:
    return frozenset(
        int(index) for each in group for index in np.flatnonzero(each.pixels) if index != background
    )


def _groups_of_twins(samples: Sequence[UsableSample]) -> list[list[UsableSample]]:
    paths = [each.sample.image for each in samples]
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="twins") as pool:
        hashes = list(pool.map(_hash, paths))
    by_hash: dict[int, list[int]] = defaultdict(list)
    for at, found in enumerate(hashes):
        if found is not None:
            by_hash[found].append(at)
    parents = list(range(len(samples)))

    def root(at: int) -> int:
        while parents[at] != at:
            parents[at] = parents[parents[at]]
            at = parents[at]
        return at

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parents[high] = low

    for same in by_hash.values():
        for at in same[1:]:
            join(same[0], at)
    unique = np.array(sorted(by_hash), np.uint64)
    for turned in (0, int(MIRRORED)):
        pairs = near_pairs(unique, turned=turned)
        near = pairs.distance < _TWIN_BITS
        for first, second in zip(
            unique[pairs.first[near]], unique[pairs.second[near]], strict=True
        ):
            join(by_hash[int(first)][0], by_hash[int(second)][0])
    groups: dict[int, list[UsableSample]] = defaultdict(list)
    for at, sample in enumerate(samples):
        groups[root(at)].append(sample)
    return list(groups.values())


def _hash(path: Path | None) -> int | None:
    if path is None:
        return None
    try:
        image = decode_image(read_bytes(path), path, at_least=_HASHED_SIDE)
    except PetsegError:
        return None  # the samples were read a moment ago; the training says what became of it
    return perceptual_hash(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8))
