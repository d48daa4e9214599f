"""What false alarms look like: colours and textures as a few numbers, and like ones together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.errors.pieces import Labels
from core.images import Array

Floats = npt.NDArray[np.float32]

FEATURES = ("lightness", "a", "b", "contrast", "fine", "coarse", "direction")
"""What is measured of a region: mean colour (CIELAB), the standard deviation of its lightness, the
mean strength of its fine and of its coarse pattern (in units of lightness), and how far the pattern
runs one way, 0 to 1 (the coherence of the structure tensor; Bigün and Granlund 1987)."""

# What counts as alike: differences in colour as they are, of patterns so many times.
_WEIGHTS = np.array([0.6, 1.0, 1.0, 0.8, 3.0, 2.0, 20.0], np.float32)
# Textures are measured in pictures of at most this side.
_SIDE = 256
_MOST_GROUPS = 8
_ROUNDS = 25


def describe(photo: Array, regions: Labels, places: npt.NDArray[np.intp]) -> Floats:
    """Measure the textures of some regions.

    Args:
        photo: RGB, uint8 H×W×3.
        regions: int32 H×W, the number of each pixel's region.
        places: The numbers of the regions that are wanted, n of them.

    Returns:
        float32 n×7 as in `FEATURES`. A region that is lost at the size of measuring is nan.
    """
    if not len(places):
        return np.zeros((0, len(FEATURES)), np.float32)
    photo, regions = _shrunk(photo, regions)
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab -= np.array([0, 128, 128], np.float32)
    lab[..., 0] *= 100 / 255
    light = lab[..., 0]
    soft, softer = cv2.blur(light, (3, 3)), cv2.blur(light, (15, 15))
    dx, dy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    found = np.full((len(places), len(FEATURES)), np.nan, np.float32)
    place_of = np.full(max(int(regions.max()), int(places.max())) + 1, -1, np.intp)
    place_of[places] = np.arange(len(places))
    order = place_of[regions.ravel()]
    chosen = np.flatnonzero(order >= 0)
    order = order[chosen]
    count = np.bincount(order, minlength=len(places))
    some = count > 0

    def mean(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        sums = np.bincount(order, values.ravel()[chosen], minlength=len(places))
        return np.asarray(sums[some] / count[some], np.float64)

    lightness = mean(light)
    xx, yy, xy = mean(dx * dx), mean(dy * dy), mean(dx * dy)
    found[some] = np.stack(
        [
            lightness,
            mean(lab[..., 1]),
            mean(lab[..., 2]),
            np.sqrt(np.maximum(mean(light * light) - lightness**2, 0)),
            mean(np.abs(light - soft)),
            mean(np.abs(soft - softer)),
            np.hypot(xx - yy, 2 * xy) / np.maximum(xx + yy, 1e-6),
        ],
        axis=1,
    )
    return found


@dataclass(frozen=True, slots=True)
class TextureGroup:
    """Regions that look alike.

    Attributes:
        name: What they look like, in words: "dark grey, fine pattern".
        places: Their places among those that were grouped, the most typical first.
        middle: The mean of their features.
    """

    name: str
    places: tuple[int, ...]
    middle: tuple[float, ...]


def grouped(features: Floats, weights: npt.NDArray[np.number]) -> list[TextureGroup]:
    """Put like textures together, the group of the largest weight first.

    k-means (Lloyd 1982) with the seeding of k-means++ (Arthur and Vassilvitskii 2007), always with
    the same random numbers; √(n/2) groups, at most 8. Groups that would be called alike are one.

    Args:
        features: float32 n×7; rows with nan are left out.
        weights: How much each counts: its pixels. n of them.
    """
    known = np.flatnonzero(~np.isnan(features).any(1))
    if not len(known):
        return []
    points = features[known] * _WEIGHTS
    weight = np.asarray(weights, np.float64)[known]
    count = int(np.clip(round(math.sqrt(len(known) / 2)), 1, _MOST_GROUPS))
    labels = _k_means(points, weight, count)
    by_name: dict[str, list[int]] = {}
    for label in np.unique(labels).tolist():
        own = labels == label
        middle = np.average(features[known[own]], axis=0, weights=weight[own])
        by_name.setdefault(name_of(middle), []).extend(np.flatnonzero(own).tolist())
    groups = []
    for name, members in by_name.items():
        middle = np.average(points[members], axis=0, weights=weight[members])
        off = np.square(points[members] - middle).sum(1)
        order = [int(known[members[place]]) for place in np.argsort(off, kind="stable")]
        groups.append(
            (
                weight[members].sum(),
                TextureGroup(name, tuple(order), tuple((middle / _WEIGHTS).tolist())),
            )
        )
    groups.sort(key=lambda entry: -entry[0])
    return [group for _, group in groups]


def name_of(features: npt.NDArray[np.floating]) -> str:
    """A texture in words."""
    light, a, b, _, fine, coarse, direction = (float(value) for value in features)
    return f"{_color(light, a, b)}, {_pattern(fine, coarse, direction)}"


def _color(light: float, a: float, b: float) -> str:
    chroma, hue = math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360
    if light < 12:
        return "black"
    if chroma < 12:
        return "white" if light > 88 else _shade(light, "grey")
    if hue < 20 or hue >= 330:
        name = "red" if chroma > 25 else "pink"
    elif hue < 85:
        name = "brown" if light < 60 else "beige" if chroma < 30 else "orange"
    elif hue < 110:
        name = "yellow" if light > 50 else "olive"
    elif hue < 190:
        name = "green"
    elif hue < 290:
        name = "blue"
    else:
        name = "purple"
    return _shade(light, name)


def _shade(light: float, name: str) -> str:
    return f"dark {name}" if light < 35 else f"light {name}" if light > 70 else name


def _pattern(fine: float, coarse: float, direction: float) -> str:
    if fine < 0.7 and coarse < 1.5:
        return "smooth"
    lines = "stripes" if direction > 0.6 else "pattern"
    return f"fine {lines}" if fine > 0.45 * coarse else f"coarse {lines}"


def _shrunk(photo: Array, regions: Labels) -> tuple[Array, Labels]:
    longer = max(photo.shape[:2])
    if longer <= _SIDE:
        return photo, regions
    height, width = (max(1, round(side * _SIDE / longer)) for side in photo.shape[:2])
    small = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    labels = cv2.resize(regions, (width, height), interpolation=cv2.INTER_NEAREST)
    return small.astype(np.uint8, copy=False), labels.astype(np.int32, copy=False)


def _k_means(points: Floats, weight: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.intp]:
    random = np.random.default_rng(0)
    middles = points[[int(weight.argmax())]]
    while len(middles) < count:
        off = _distances(points, middles).min(1) * weight
        if not off.sum() > 0:
            break
        middles = np.concatenate([middles, points[[random.choice(len(points), p=off / off.sum())]]])
    labels = _distances(points, middles).argmin(1)
    for _ in range(_ROUNDS):
        for label in range(len(middles)):
            own = labels == label
            if own.any():
                middles[label] = np.average(points[own], axis=0, weights=weight[own])
        before, labels = labels, _distances(points, middles).argmin(1)
        if (before == labels).all():
            break
    return np.asarray(labels, np.intp)


def _distances(points: Floats, middles: Floats) -> Floats:
    return np.stack([np.square(points - middle).sum(1) for middle in middles], axis=1)
