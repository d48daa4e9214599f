"""Finding the pairs of nearly equal 64-bit hashes among very many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.intp]

FARTHEST = 7
"""Pairs at this distance and nearer are found (see `near_pairs`)."""

_BANDS = 4
_BAND_BITS = 16
_BUCKETS = 1 << _BAND_BITS
# Candidates looked at in one step: what bounds the time where very many hashes are nearly equal.
_CANDIDATES = 2_000_000
# A pair is left out once each of its hashes was seen in so many pairs: what bounds the memory.
_MOST_SEEN = 24


class NearPairs(NamedTuple):
    """Pairs of hashes: their indices, `first` < `second`, and their distances in bits."""

    first: Indices
    second: Indices
    distance: npt.NDArray[np.uint8]


def near_pairs(hashes: Hashes, *, turned: int = 0) -> NearPairs:
    """Find the pairs of hashes that differ in at most `FARTHEST` bits, each pair once.

    Multi-index hashing (Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with
    Multi-Index Hashing", 2012): two hashes that differ in at most 7 bits differ in at most one bit
    in one of their four 16-bit parts. So each part is looked up as it is and with each of its bits
    turned over: 68 look-ups in all, under a second for 100,000 hashes.

    All pairs are found, unless thousands of hashes are nearly equal (the frames of a film): of a
    hash with half a dozen neighbours some pairs with other such hashes may be left out.

    Args:
        hashes: uint64[n], sorted, each once.
        turned: Bits that are turned over in one hash of every pair before comparing.

    Returns:
        The pairs, sorted by index.
    """
    turn = np.uint64(turned)
    seen = np.zeros(len(hashes), np.int32)
    codes: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    distances: list[npt.NDArray[np.uint8]] = [np.zeros(0, np.uint8)]
    for first, second in _candidates(hashes, turn):
        distance = np.bitwise_count(hashes[first] ^ hashes[second] ^ turn)
        near = np.flatnonzero((distance <= FARTHEST) & (first != second))
        low = np.minimum(first[near], second[near])
        high = np.maximum(first[near], second[near])
        kept = np.minimum(seen[low], seen[high]) < _MOST_SEEN
        low, high = low[kept], high[kept]
        codes.append(low.astype(np.int64) * len(hashes) + high)
        distances.append(distance[near[kept]].astype(np.uint8))
        for end in (low, high):
            seen += np.bincount(end, minlength=len(hashes)).astype(np.int32)
    unique, places = np.unique(np.concatenate(codes), return_index=True)
    low, high = np.divmod(unique, max(1, len(hashes)))
    return NearPairs(low.astype(np.intp), high.astype(np.intp), np.concatenate(distances)[places])


def _candidates(hashes: Hashes, turn: np.uint64) -> Iterator[tuple[Indices, Indices]]:
    """Pairs of indices whose hashes share a part but for at most one bit."""
    everyone = np.arange(len(hashes))
    most = max(16, _CANDIDATES // max(1, len(hashes)))
    for band in range(_BANDS if len(hashes) else 0):
        parts = _part(hashes, band)
        asked = _part(hashes ^ turn, band).astype(np.intp)
        order = np.argsort(parts, kind="stable")  # a radix sort, for 16-bit numbers
        sizes = np.bincount(parts, minlength=_BUCKETS)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        rank = np.empty_like(order)
        rank[order] = everyone
        # How far down its own bucket each is: where it looks first in a crowded one.
        depth = (rank - starts[parts]) / sizes[parts]
        for bit in (0, *(1 << place for place in range(_BAND_BITS))):
            key = asked ^ bit
            begin, end = starts[key], starts[key + 1]
            if turn == 0 and bit == 0:
                begin = rank + 1  # only those behind it, so that no pair comes twice
            elif turn == 0:
                end = np.where(key > asked, end, begin)  # the other one of the two asks
            count = np.minimum(end - begin, most)
            if turn != 0 or bit != 0:
                begin = begin + (depth * (end - begin - count)).astype(np.intp)
            first = np.repeat(everyone, count)
            within = np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)
            yield first, order[np.repeat(begin, count) + within]


def _part(hashes: Hashes, band: int) -> npt.NDArray[np.uint16]:
    return (hashes >> np.uint64(band * _BAND_BITS)).astype(np.uint16)
