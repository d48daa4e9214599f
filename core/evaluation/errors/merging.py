"""Two objects in one predicted piece: the pixels that were swallowed or bridged."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.errors.pieces import Bools, Floats, Labels, Pieces, near, window_of
from core.evaluation.errors.rules import Limits, Rules
from core.evaluation.metrics.confusion import Mask


def merged_pixels(
    truth: Mask,
    wrong: Bools,
    objects: Pieces,
    predicted: Pieces,
    rules: Rules,
    limits: Limits,
    background: int | None,
) -> Bools:
    """The wrong pixels that merge objects, as `rules` has it: bool H×W."""
    merged = np.zeros(wrong.shape, np.bool_)
    large = np.flatnonzero(objects.areas >= max(1.0, limits.merged_area))
    if len(large) < 2:
        return merged
    for piece, under in _covering(objects, predicted, large, rules):
        stencil = (predicted.labels == piece).view(np.uint8)
        window = window_of(stencil, 1)
        assert window is not None  # a piece has pixels
        of_piece = stencil[window].view(np.bool_) & wrong[window]
        if not of_piece.any():
            continue
        numbers = objects.labels[window]
        # Swallowed by a piece that also covers an object of its own class.
        own = objects.classes == predicted.classes[piece]
        if (under & own).any():
            merged[window] |= of_piece & (under & ~own)[numbers]
        if background is not None:
            bare = of_piece & (truth[window] == background)
            merged[window] |= _bridges(bare, numbers, under, limits.band)
    return merged


def _covering(
    objects: Pieces, predicted: Pieces, large: npt.NDArray[np.intp], rules: Rules
) -> list[tuple[int, Bools]]:
    """The predicted pieces that cover two large objects or more, and which: bool per object."""
    least = rules.merged_share * objects.areas[large]
    candidates = np.flatnonzero(predicted.areas >= np.sort(least)[:2].sum())
    # Only these are counted: of noise there may be thousands of pieces, but not of large ones.
    object_places = np.zeros(objects.count, np.int32)
    object_places[large] = np.arange(len(large)) + 1
    piece_places = np.zeros(predicted.count, np.int32)
    piece_places[candidates] = np.arange(len(candidates)) + 1
    side = len(large) + 1
    cells = piece_places[predicted.labels] * np.int32(side) + object_places[objects.labels]
    shared = np.bincount(cells.ravel(), minlength=(len(candidates) + 1) * side)
    covers = shared.reshape(-1, side)[1:, 1:] >= least
    found = []
    for place in np.flatnonzero(covers.sum(1) >= 2).tolist():
        under = np.zeros(objects.count, np.bool_)
        under[large[covers[place]]] = True
        found.append((int(candidates[place]), under))
    return found


def _bridges(bare: Bools, numbers: Labels, under: Bools, band: float) -> Bools:
    """The background of a piece that lies between two of the objects under it: bool H×W."""
    found = np.zeros(bare.shape, np.bool_)
    if not bare.any():
        return found
    distance, nearest = _nearest(numbers, under)
    for first, second in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        here, there = nearest[first], nearest[second]
        seam = (here != there) & bare[first] & bare[second]
        if not seam.any():
            continue
        gaps = distance[first][seam] + distance[second][seam] + 1
        low, high = np.minimum(here, there)[seam], np.maximum(here, there)[seam]
        for pair in np.unique(np.stack((low, high), 1), axis=0):
            of_pair = (low == pair[0]) & (high == pair[1])
            gap = float(gaps[of_pair].min())
            seeds = np.zeros(bare.shape, np.bool_)
            at = np.argwhere(seam)[of_pair & (gaps <= gap + 2 * band)]
            seeds[at[:, 0], at[:, 1]] = True
            found |= near(seeds, bare, gap / 2 + band)
    return found


def _nearest(numbers: Labels, under: Bools) -> tuple[Floats, npt.NDArray[np.int32]]:
    """For every pixel the distance to the nearest of the objects, and that object's number."""
    is_object = under[numbers]
    distance, labels = cv2.distanceTransformWithLabels(
        np.logical_not(is_object).view(np.uint8),
        cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL,
    )  # fmt: skip
    number_of = np.zeros(int(labels.max()) + 1, np.int32)
    number_of[labels[is_object]] = numbers[is_object]
    return np.asarray(distance, np.float32), number_of[labels]
