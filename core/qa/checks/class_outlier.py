"""Does an object look like the other class?

Every object's appearance is measured once (`object_features`). Over the whole dataset a linear
discriminant then learns what each class looks like, and judges every object by what the *other*
samples taught it. An object that looks like another class with high confidence was probably given
the wrong class; two classes that meet inside one object without an edge are probably one object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array
from core.qa.appearance import describe
from core.qa.discriminant import judge

# A smaller object shows too few pixels of fur: side of a square of its area.
_MIN_SIDE = 40.0
# Shorter common borders say nothing.
_MIN_SEAM = 8

_Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Contact:
    """Where an object touches an object of another class.

    Attributes:
        other: The other object's place in the sample's list.
        length: Pixels of the common border.
        edge: Gradient of the photo across that border, relative to the inside of both objects:
            about 1 where there is nothing to see, 2 and more where one object ends.
    """

    other: int
    length: int
    edge: float


@dataclass(frozen=True, slots=True)
class ObjectFeatures:
    """One object of a mask: neighbouring pieces of one class, holes filled.

    Attributes:
        class_index: The class the mask gives it.
        box: Bounding box (x, y, width, height).
        pixels: Its area.
        values: What it looks like; see `core.qa.appearance`.
        contacts: Where it touches objects of other classes.
    """

    class_index: int
    box: Box
    pixels: int
    values: tuple[float, ...]
    contacts: tuple[Contact, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A value that JSON can hold."""
        return {
            "class": self.class_index,
            "box": list(self.box),
            "pixels": self.pixels,
            "values": [round(value, 4) for value in self.values],
            "contacts": [[c.other, c.length, round(c.edge, 4)] for c in self.contacts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ObjectFeatures:
        """The inverse of `to_json`, to four decimals."""
        x, y, width, height = (int(number) for number in data["box"])
        return cls(
            int(data["class"]),
            (x, y, width, height),
            int(data["pixels"]),
            tuple(float(value) for value in data["values"]),
            tuple(Contact(int(o), int(n), float(e)) for o, n, e in data["contacts"]),
        )


Observed = tuple[str, ObjectFeatures]
"""A sample's id and one of its objects."""

_Judgement = tuple[str, ObjectFeatures, int, float]


@dataclass(frozen=True, slots=True)
class Outlier:
    """An object that looks like another class than the one it was given.

    Attributes:
        sample: The sample's id.
        class_index: The class it was given.
        looks_like: The class it looks like.
        confidence: Probability of that class, 0 to 1.
        boxes: Where it is, as (x, y, width, height).
    """

    sample: str
    class_index: int
    looks_like: int
    confidence: float
    boxes: tuple[Box, ...]


def object_features(
    image: Array, mask: Array, *, classes: Sequence[int] | None = None, ignore_index: int = 255
) -> list[ObjectFeatures]:
    """Measure every object of a mask that is large enough to tell its class.

    Args:
        image: Photo, RGB uint8 H×W×3.
        mask: Class indices, uint8 H×W; 0 is background.
        classes: The classes' indices; other values belong to no object. All values but 0 and
            `ignore_index` when None.
        ignore_index: Mask value that belongs to no object.

    Returns:
        The objects, ordered by class and place. The same input gives the same numbers.

    Raises:
        ValueError: image and mask differ in size.
    """
    if image.shape[:2] != mask.shape:
        raise ValueError(f"the photo is {image.shape[:2]}, the mask {mask.shape}")
    known = [int(v) for v in (np.unique(mask) if classes is None else classes)]
    known = [value for value in known if value not in (0, ignore_index)]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = [
        (value, inside)
        for value in known
        for inside in _objects(mask, value, known)
        if int(inside.sum()) >= _MIN_SIDE**2
    ]
    contacts = _contacts(image, found)
    objects = []
    for number, (value, inside) in enumerate(found):
        x, y, width, height = cv2.boundingRect(inside.astype(np.uint8))
        objects.append(
            ObjectFeatures(
                value,
                (x, y, width, height),
                int(inside.sum()),
                tuple(float(v) for v in describe(grey, inside)),
                tuple(contacts[number]),
            )
        )
    return objects


def class_outliers(
    features: Iterable[Observed],
    *,
    min_confidence: float = 0.9,
    max_edge: float = 1.5,
    min_objects: int = 8,
) -> list[Outlier]:
    """Find objects that look like another class.

    Args:
        features: Pairs of sample id and object, of the whole dataset.
        min_confidence: Report an object when another class has at least this probability.
        max_edge: As for `mixed_objects`, whose findings are not repeated here.
        min_objects: Classes with fewer objects are left out; too little is known of them.

    Returns:
        The outliers, most certain first; none when fewer than two classes have enough objects.
    """
    judged = _judged(tuple(features), min_objects)
    halves = {number for pair in _mixed(judged, max_edge) for number in pair}
    outliers = [
        Outlier(sample, part.class_index, looks_like, confidence, (part.box,))
        for number, (sample, part, looks_like, confidence) in enumerate(judged)
        if looks_like != part.class_index and confidence >= min_confidence and number not in halves
    ]
    return sorted(outliers, key=lambda outlier: (-outlier.confidence, outlier.sample))


def mixed_objects(
    features: Iterable[Observed], *, max_edge: float = 1.5, min_objects: int = 8
) -> list[Outlier]:
    """Find single objects whose parts were given different classes.

    Two parts are taken for one object when no edge of the photo runs where they meet and one of
    them looks like the class of the other.

    Args:
        features: Pairs of sample id and object, of the whole dataset.
        max_edge: See `Contact.edge`; where it is larger, one object ends and another begins.
        min_objects: Classes with fewer objects are left out.

    Returns:
        One entry for each pair, most certain first: its class is that of the part that looks
        wrong, its first box that part, its second box the other part.
    """
    judged = _judged(tuple(features), min_objects)
    outliers = []
    for wrong, right in _mixed(judged, max_edge):
        sample, part, looks_like, confidence = judged[wrong]
        boxes = (part.box, judged[right][1].box)
        outliers.append(Outlier(sample, part.class_index, looks_like, confidence, boxes))
    return sorted(outliers, key=lambda outlier: (-outlier.confidence, outlier.sample))


# A scan asks for outliers and for mixed objects of the same features, one after the other.
@lru_cache(maxsize=2)
def _judged(features: tuple[Observed, ...], min_objects: int) -> tuple[_Judgement, ...]:
    """For every object: its sample, itself, the class it looks like, and how surely."""
    counts = Counter(part.class_index for _, part in features)
    known = sorted(value for value, count in counts.items() if count >= min_objects)
    judged = [(sample, part, part.class_index, 0.0) for sample, part in features]
    asked = [number for number, (_, part) in enumerate(features) if part.class_index in known]
    if len(known) < 2:
        return tuple(judged)
    samples = {
        sample: number for number, sample in enumerate(dict.fromkeys(s for s, _ in features))
    }
    probabilities = judge(
        np.asarray([features[number][1].values for number in asked], np.float64),
        np.asarray([known.index(features[number][1].class_index) for number in asked], np.intp),
        np.asarray([samples[features[number][0]] for number in asked], np.intp),
    )
    for number, row in zip(asked, probabilities, strict=True):
        best = int(row.argmax())
        judged[number] = (*features[number], known[best], float(row[best]))
    return tuple(judged)


def _mixed(judged: Sequence[_Judgement], max_edge: float) -> list[tuple[int, int]]:
    """Pairs of objects (which looks wrong, which it belongs to), as places in `judged`."""
    first: dict[str, int] = {}
    for number, (sample, *_) in enumerate(judged):
        first.setdefault(sample, number)
    pairs: dict[frozenset[int], tuple[int, int]] = {}
    for number, (sample, part, looks_like, confidence) in enumerate(judged):
        for contact in part.contacts:
            other = first[sample] + contact.other
            if contact.edge > max_edge or looks_like != judged[other][1].class_index:
                continue
            pair = frozenset((number, other))
            if pair not in pairs or confidence > judged[pairs[pair][0]][3]:
                pairs[pair] = (number, other)
    return list(pairs.values())


def _objects(mask: Array, value: int, known: Sequence[int]) -> list[_Bools]:
    """Where the objects of a class are: pieces a few pixels apart are one, holes are filled."""
    own = (mask == value).astype(np.uint8)
    if not own.any():
        return []
    reach = max(1, round(max(mask.shape) / 128))
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    count, labels = cv2.connectedComponents(cv2.dilate(own, element), connectivity=8)
    free = (mask == value) | ~np.isin(mask, list(known))
    objects = []
    for number in range(1, count):
        piece = ((labels == number) & (own > 0)).astype(np.uint8)
        edge = 2 * reach + 2
        piece = np.pad(piece, edge)
        piece = cv2.morphologyEx(piece, cv2.MORPH_CLOSE, element).astype(np.uint8)
        contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(piece, contours, -1, 1, cv2.FILLED)
        objects.append((piece[edge:-edge, edge:-edge] > 0) & free)
    return objects


def _contacts(image: Array, found: Sequence[tuple[int, _Bools]]) -> list[list[Contact]]:
    """For every object, where it touches objects of other classes."""
    contacts: list[list[Contact]] = [[] for _ in found]
    for a in range(len(found)):
        for b in range(a + 1, len(found)):
            if found[a][0] == found[b][0]:
                continue
            length, edge = _seam(image, found[a][1], found[b][1])
            if length >= _MIN_SEAM:
                contacts[a].append(Contact(b, length, edge))
                contacts[b].append(Contact(a, length, edge))
    return contacts


def _seam(image: Array, one: _Bools, other: _Bools) -> tuple[int, float]:
    """Length of the common border, and how much more of an edge runs there than beside it."""
    near = cv2.dilate(other.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    y, x = np.nonzero(one & near)
    if x.size < _MIN_SEAM:
        return int(x.size), 0.0
    scale = max(1.0, max(one.shape) / 256)
    side = cv2.GaussianBlur(one.astype(np.float32) - other, (0, 0), 3 * scale)
    across = cv2.Sobel(side, cv2.CV_32F, 1, 0)[y, x]
    down = cv2.Sobel(side, cv2.CV_32F, 0, 1)[y, x]
    norm = np.hypot(across, down) + 1e-6
    across, down = across / norm, down / norm
    soft = cv2.GaussianBlur(image, (0, 0), 1.2 * scale).astype(np.float32)
    right = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    below = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    inside = one | other

    def edge_at(offset: float) -> tuple[npt.NDArray[np.float32], _Bools]:
        columns = np.rint(x + offset * across).astype(int).clip(0, inside.shape[1] - 1)
        rows = np.rint(y + offset * down).astype(int).clip(0, inside.shape[0] - 1)
        change = right[rows, columns] * across[:, None] + below[rows, columns] * down[:, None]
        return np.sqrt((change**2).sum(1)), inside[rows, columns]

    def strongest_around(offset: float) -> tuple[npt.NDArray[np.float32], _Bools]:
        tries = [edge_at(offset + step * scale) for step in (-1, 0, 1)]
        return np.max([strength for strength, _ in tries], axis=0), tries[1][1]

    beside = []
    for offset in (-8, -6, -4, 4, 6, 8):
        strength, valid = strongest_around(offset * scale)
        if valid.sum() >= 6:
            beside.append(float(strength[valid].mean()))
    here = float(strongest_around(0)[0].mean())
    return int(x.size), here / (float(np.mean(beside)) + 1e-6) if beside else 2.0
