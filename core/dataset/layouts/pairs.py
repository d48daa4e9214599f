"""Telling photos from masks in one folder by the names alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from core.images import MASK_SUFFIXES

_MASK_TAIL = re.compile(
    r"[_\-. ](?:masks?|labels?|gt|seg|segm|segmentation|annotations?|anno?|truth|ground_?truth"
    r"|trimap|labelids|gtfine_labelids)$",
    re.IGNORECASE,
)
_PHOTO_TAIL = re.compile(
    r"[_\-. ](?:img|image|photo|picture|rgb|sat|input|leftimg8bit)$", re.IGNORECASE
)
# An ending that pairs files needs a letter, so that numbered photos (a_1, a_2) are no pairs.
_SOME_TAIL = re.compile(r"[_\-. ](?=.*[^\W\d])")

MOST_NAMES = 512
"""From this many names, evenly spread, a folder's habits are read off."""


class Pairing(NamedTuple):
    """How photos and masks of one folder are told apart.

    Attributes:
        photo_tail: What follows the stem in a photo's name.
        masks: For each label set, what follows the stem in a mask's name, and the only suffix
            ("" for any). Without any, all pictures are photos.
    """

    photo_tail: str = ""
    masks: tuple[tuple[str, str], ...] = ()


def find_pairings(names: Sequence[str]) -> list[Pairing]:
    """The ways to read a folder's pictures: one when it is clear, several when it is not.

    Args:
        names: The names of the pictures in the folder.
    """
    suffixes_of: dict[str, list[str]] = {}
    for name in names:
        base, dot, suffix = name.rpartition(".")
        suffixes_of.setdefault(base, []).append(dot + suffix.lower())
    by_word = _by_word(suffixes_of)
    if by_word is not None:
        return [by_word]
    same = sum(len(set(suffixes)) > 1 for suffixes in suffixes_of.values())
    if same:
        return _by_suffix(suffixes_of)
    tail = _common_tail(suffixes_of)
    if tail:
        return [Pairing("", ((tail, ""),)), Pairing(tail, (("", ""),)), Pairing()]
    return [Pairing()]


def mask_tail(bases: Iterable[str], stems: Collection[str]) -> str | None:
    """What follows the photo's stem in the names of masks that are in a folder of their own.

    Args:
        bases: Some of the masks' names, without suffix.
        stems: The photos' stems.

    Returns:
        "" when photo and mask have one name, else the commonest ending; None when they have
        nothing in common.
    """
    bases = list(bases)
    if any(base in stems for base in bases):
        return ""
    tails: Counter[str] = Counter()
    for base in bases:
        for end in range(len(base) - 1, 0, -1):
            if base[:end] in stems:
                tails[base[end:]] += 1
                break
    if not tails:
        return None
    tail, count = tails.most_common(1)[0]
    is_habit = 2 * count >= len(bases) and (len(bases) > 1 or _SOME_TAIL.match(tail))
    return tail if is_habit or _MASK_TAIL.fullmatch(tail) else None


def spread(names: Sequence[str], count: int = MOST_NAMES) -> Sequence[str]:
    """Some of the names, evenly spread; all of them when there are few."""
    return names[:: max(1, len(names) // count)]


def is_lossless(name: str) -> bool:
    """Whether a name's format is one that masks are kept in."""
    return name[name.rfind(".") :].lower() in MASK_SUFFIXES


def _by_word(bases: Collection[str]) -> Pairing | None:
    """Pairs told by a word at the end of the name, such as `_mask`."""
    masks: Counter[str] = Counter()
    photos: Counter[str] = Counter()
    stems_with_tail = {
        base[: found.start()]: base[found.start() :]
        for base in bases
        if (found := _PHOTO_TAIL.search(base)) is not None
    }
    for base in bases:
        found = _MASK_TAIL.search(base)
        if found is None or found.start() == 0:
            continue
        stem = base[: found.start()]
        if stem in bases:
            masks[found[0]] += 1
            photos[""] += 1
        elif stem in stems_with_tail:
            masks[found[0]] += 1
            photos[stems_with_tail[stem]] += 1
    if not masks:
        return None
    return Pairing(photos.most_common(1)[0][0], tuple((tail, "") for tail in sorted(masks)))


def _by_suffix(suffixes_of: dict[str, list[str]]) -> list[Pairing]:
    """Pairs of one name, such as a.jpg and a.png: the lossless format is the mask's."""
    paired: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for suffixes in suffixes_of.values():
        lossless = [suffix for suffix in suffixes if suffix in MASK_SUFFIXES]
        is_pair = len(set(suffixes)) > 1
        for suffix in set(lossless):
            (paired if is_pair else alone)[suffix] += 1
    if not paired:
        return [Pairing()]
    suffix = max(paired, key=lambda entry: (paired[entry], -MASK_SUFFIXES.index(entry)))
    pairing = Pairing("", (("", suffix),))
    # A few photos in a second format among many of that format are no masks.
    return [pairing] if paired[suffix] >= alone[suffix] else [pairing, Pairing()]


def _common_tail(bases: Collection[str]) -> str:
    """An ending that makes pairs of most of the names, such as `_x` in a.png and a_x.png."""
    tails: Counter[str] = Counter()
    for base in bases:
        for found in _SOME_TAIL.finditer(base, 1):
            if base[: found.start()] in bases:
                tails[base[found.start() :]] += 1
    if not tails:
        return ""
    tail, count = tails.most_common(1)[0]
    return tail if 5 * count >= 2 * len(bases) else ""
