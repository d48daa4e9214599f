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
from typing import Any, NamedTuple

import cv2
import numpy as np

from core.flags import Box
from core.images import Array
from core.qa.appearance import describe
from core.qa.discriminant import judge
from core.qa.seams import Bools, Seam

# A smaller object shows too few pixels of fur: side of a square of its area.
_MIN_SIDE = 40.0
# Shorter common borders say nothing.
_MIN_SEAM = 8
# Parts that touch are this many times as likely to be two objects before anything is known.
_ODDS_OF_TWO = 7.0


@dataclass(frozen=True, slots=True)
class Contact:
    """Where an object touches an object of another class.

    Attributes:
        other: The other object's place in the sample's list.
        length: Pixels of the common border.
        edge: Gradient of the photo across that border, relative to the inside of both objects:
            about 1 where there is nothing to see, 2 and more where one object ends.
        likeness: How alike the colours on both sides are, 0 (none in common) to 1 (the same).
    """

    other: int
    length: int
    edge: float
    likeness: float


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
            "contacts": [
                [c.other, c.length, round(c.edge, 4), round(c.likeness, 4)] for c in self.contacts
            ],
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
            tuple(
                Contact(int(other), int(length), float(edge), float(likeness))
                for other, length, edge, likeness in data["contacts"]
            ),
        )


Observed = tuple[str, ObjectFeatures]
"""A sample's id and one of its objects."""


class _Judgement(NamedTuple):
    """An object of a sample: how much it looks like its own class, and like which other class."""

    sample: str
    part: ObjectFeatures
    own_probability: float = 1.0
    other_class: int = 0
    confidence: float = 0.0


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
    max_edge: float = 1.8,
    min_objects: int = 8,
) -> list[Outlier]:
    """Find objects that look like another class.

    Args:
        features: Pairs of sample id and object, of the whole dataset, sample after sample.
        min_confidence: Report an object when another class has at least this probability.
        max_edge: As for `mixed_objects`, whose findings are not repeated here.
        min_objects: Classes with fewer objects are left out; too little is known of them.

    Returns:
        The outliers, most certain first; none when fewer than two classes have enough objects.
    """
    judged = _judged(tuple(features), min_objects)
    halves = {number for wrong, right, _ in _mixed(judged, max_edge) for number in (wrong, right)}
    outliers = [
        Outlier(
            entry.sample,
            entry.part.class_index,
            entry.other_class,
            entry.confidence,
            (entry.part.box,),
        )
        for number, entry in enumerate(judged)
        if entry.confidence >= min_confidence and number not in halves
    ]
    return sorted(outliers, key=lambda outlier: (-outlier.confidence, outlier.sample))


def mixed_objects(
    features: Iterable[Observed], *, max_edge: float = 1.8, min_objects: int = 8
) -> list[Outlier]:
    """Find single objects whose parts were given different classes.

    Two parts are taken for one object when no edge of the photo runs where they meet and it is
    more likely than not that they belong together, seen from how alike the colours on both sides
    are and how little the parts look like their own classes.

    Args:
        features: Pairs of sample id and object, of the whole dataset, sample after sample.
        max_edge: See `Contact.edge`; where it is larger, one object ends and another begins.
        min_objects: Classes with fewer objects are left out.

    Returns:
        One entry for each pair, most certain first: its class is that of the part that looks
        less like its class, its first box that part, its second box the other part.
    """
    judged = _judged(tuple(features), min_objects)
    outliers = []
    for wrong, right, confidence in _mixed(judged, max_edge):
        part, neighbour = judged[wrong].part, judged[right].part
        boxes = (part.box, neighbour.box)
        sample, given, other = judged[wrong].sample, part.class_index, neighbour.class_index
        outliers.append(Outlier(sample, given, other, confidence, boxes))
    return sorted(outliers, key=lambda outlier: (-outlier.confidence, outlier.sample))


# A scan asks for outliers and for mixed objects of the same features, one after the other.
@lru_cache(maxsize=2)
def _judged(features: tuple[Observed, ...], min_objects: int) -> tuple[_Judgement, ...]:
    """For every object, how much it looks like its own and like other classes."""
    counts = Counter(part.class_index for _, part in features)
    known = sorted(value for value, count in counts.items() if count >= min_objects)
    judged = [_Judgement(sample, part) for sample, part in features]
    asked = [number for number, (_, part) in enumerate(features) if part.class_index in known]
    if len(known) < 2:
        return tuple(judged)
    samples = {
        sample: number for number, sample in enumerate(dict.fromkeys(s for s, _ in features))
    }
    given = np.asarray([known.index(features[number][1].class_index) for number in asked], np.intp)
    probabilities = judge(
        np.asarray([features[number][1].values for number in asked], np.float64),
        given,
        np.asarray([samples[features[number][0]] for number in asked], np.intp),
    )
    for number, own, row in zip(asked, given, probabilities, strict=True):
        likes = float(row[own])
        row[own] = -1.0
        best = int(row.argmax())
        judged[number] = _Judgement(*features[number], likes, known[best], float(row[best]))
    return tuple(judged)


def _mixed(judged: Sequence[_Judgement], max_edge: float) -> list[tuple[int, int, float]]:
    """Pairs of parts of one object, by place: the one that looks wrong, the other, how surely."""
    first: dict[str, int] = {}
    for number, entry in enumerate(judged):
        first.setdefault(entry.sample, number)
    pairs = []
    for number, entry in enumerate(judged):
        for contact in entry.part.contacts:
            other = first[entry.sample] + contact.other
            if other < number or contact.edge > max_edge:
                continue
            wrong, right = sorted((number, other), key=lambda n: judged[n].own_probability)
            doubt = (1 - judged[wrong].own_probability) / (judged[wrong].own_probability + 1e-6)
            odds = doubt * contact.likeness / (1 - contact.likeness + 1e-6) / _ODDS_OF_TWO
            if odds > 1:
                pairs.append((wrong, right, odds / (1 + odds)))
    return pairs


def _objects(mask: Array, value: int, known: Sequence[int]) -> list[Bools]:
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


def _contacts(image: Array, found: Sequence[tuple[int, Bools]]) -> list[list[Contact]]:
    """For every object, where it touches objects of other classes."""
    contacts: list[list[Contact]] = [[] for _ in found]
    for a in range(len(found)):
        for b in range(a + 1, len(found)):
            if found[a][0] == found[b][0]:
                continue
            seam = Seam(image, found[a][1], found[b][1])
            if seam.length >= _MIN_SEAM:
                edge, likeness = seam.edge(), seam.likeness()
                contacts[a].append(Contact(b, seam.length, edge, likeness))
                contacts[b].append(Contact(a, seam.length, edge, likeness))
    return contacts
