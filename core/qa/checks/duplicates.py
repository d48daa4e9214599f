"""Pictures that are in the dataset more than once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset
from core.flags import Severity
from core.qa.facts.hashes import MIRRORED
from core.qa.hamming import FARTHEST, near_pairs
from core.qa.registry import (
    Finding,
    Limit,
    Measurement,
    Options,
    SampleFacts,
    dataset_check,
)

# Of the twins of one sample, so many are named, and half of them from its own split at most.
_MOST_NAMED = 10
# Of each hash, so many nearly equal ones are kept.
_MOST_NEAR = 12


class Twin(NamedTuple):
    """Another sample with the same or nearly the same picture."""

    distance: int
    mirrored: bool
    split: str
    sample: str


def _find(measurement: Measurement, limit: float) -> Finding:
    notes = measurement.notes
    twins = [Twin(*twin) for twin in notes["twins"] if twin[0] < limit]
    elsewhere = [twin for twin in twins if twin.split != notes["split"]]
    named = min(elsewhere or twins)
    looks = "the same as" if named.distance == 0 else "nearly the same as"
    if named.mirrored:
        looks = "like the mirror image of"
    more = sum(notes["counts"][: int(np.ceil(limit))]) - 1
    words = f"The photo looks {looks} {named.sample}"
    if elsewhere:
        words += ", which is in another split"
    if more > 0:
        words += f"; {more} more {'looks' if more == 1 else 'look'} like it"
    return Finding(named.distance, words + ".", severity=Severity.ERROR if elsewhere else None)


def _fit(facts: Iterable[SampleFacts], _dataset: Dataset, _options: Options) -> dict[str, Any]:
    """Who has a twin: the hashes that come more than once, or nearly so, and whose they are.

    Takes 8 bytes per sample while it looks, and keeps nothing of samples without a twin.
    """
    every = array("Q")
    for entry in facts:
        taken = entry.facts.get("phash")
        if taken is not None:
            every.append(int(taken[0]))
    hashes, counts = np.unique(np.frombuffer(every, np.uint64), return_counts=True)
    near = _near(hashes)
    wanted = {int(value) for value in hashes[counts > 1]} | near.keys()
    members: dict[str, dict[str, list[Any]]] = {}
    for entry in facts if wanted else ():
        taken = entry.facts.get("phash")
        if taken is None or int(taken[0]) not in wanted:
            continue
        group = members.setdefault(_key(int(taken[0])), {}).setdefault(entry.split, [0, []])
        group[0] += 1
        if len(group[1]) < _MOST_NAMED:
            group[1].append(entry.sample)
    return {"members": members, "near": {_key(value): found for value, found in near.items()}}


def _near(hashes: npt.NDArray[np.uint64]) -> dict[int, list[list[Any]]]:
    """For each hash the nearly equal ones as [distance, mirrored, hash], the nearest first."""
    near: dict[int, list[list[Any]]] = {}
    for turned in (0, int(MIRRORED)):
        pairs = near_pairs(hashes, turned=turned)
        order = np.argsort(pairs.distance, kind="stable")
        for first, second, distance in zip(
            hashes[pairs.first[order]].tolist(),
            hashes[pairs.second[order]].tolist(),
            pairs.distance[order].tolist(),
            strict=True,
        ):
            for one, other in ((first, second), (second, first)):
                found = near.setdefault(one, [])
                if len(found) < _MOST_NEAR:
                    found.append([distance, bool(turned), _key(other)])
    for found in near.values():
        found.sort()
    return near


@dataset_check(
    "duplicate_image",
    title="Picture twice",
    group="Dataset",
    severity=Severity.WARNING,
    limit=Limit(
        5, 1, FARTHEST + 1, "", "Photos are twins when fewer of 64 bits of their hashes differ",
        flags="below",
    ),
    catches=(
        "The same picture under another name, resized, compressed again, a little brighter or "
        "mirrored. An error when it is in two splits: what was learned there is tested here."
    ),
    misses=(
        "Crops, turned pictures, other photos of the same scene, and pictures that show next to "
        "nothing, such as a blank wall."
    ),
    find=_find,
    fit=_fit,
)  # fmt: skip
def duplicate_image(model: Any, entry: SampleFacts, _options: Options) -> Measurement | None:
    """Bits in which the photo's perceptual hash differs from the nearest other photo's.

    The notes hold some of its twins, the nearest of other splits and of its own, as (distance,
    mirrored, split, sample), and the number of twins at each distance from 0.
    """
    taken = entry.facts.get("phash")
    if taken is None:
        return None
    key = _key(int(taken[0]))
    members, near = model["members"], model["near"]
    counts = [0] * (FARTHEST + 1)
    beside: list[list[Any]] = []
    elsewhere: list[list[Any]] = []
    for distance, mirrored, other in ([0, False, key], *near.get(key, ())):
        for split, (count, samples) in members.get(other, {}).items():
            counts[distance] += count
            found = beside if split == entry.split else elsewhere
            if len(found) < _MOST_NAMED:
                found += [[distance, mirrored, split, sample] for sample in samples]
    beside = [twin for twin in beside if twin[-1] != entry.sample][: _MOST_NAMED // 2]
    if not beside and not elsewhere:
        return None
    counts[0] -= 1  # the sample itself
    twins = elsewhere[: _MOST_NAMED - len(beside)] + beside
    score = min(twin[0] for twin in twins)
    return Measurement(float(score), notes={"split": entry.split, "twins": twins, "counts": counts})


def _key(value: int) -> str:
    return f"{value:016x}"
