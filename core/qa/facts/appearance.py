"""The facts "objects" and "contacts": what the objects of a mask look like in its photo."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box
from core.images import Array
from core.qa.appearance.describe import LENGTH, describe
from core.qa.appearance.objects import find_objects
from core.qa.appearance.seams import Contact, find_contacts
from core.qa.appearance.small import small_of
from core.qa.registry import Facts, fact
from core.qa.view import SampleView

Floats = npt.NDArray[np.float32]

_KEY = "appearance.objects"
# Class, box and area come first in a row of the fact "objects".
_HEAD = 6


class Looks(NamedTuple):
    """What the large objects of a sample look like, as its facts hold it.

    Attributes:
        classes: The class of each object.
        boxes: Its bounding box (x, y, width, height), in pixels of the mask.
        values: Its description, float32 n×`LENGTH`; see `core.qa.appearance.describe`.
        contacts: Where objects of different classes touch.
    """

    classes: list[int]
    boxes: list[Box]
    values: Floats
    contacts: list[Contact]


def looks_in(facts: Facts) -> Looks | None:
    """Read the facts of this module; None when the sample has no objects."""
    objects = facts.get("objects")
    if objects is None or objects.ndim != 2 or len(objects) == 0:
        return None
    heads = objects[:, :_HEAD].astype(int).tolist()
    return Looks(
        [head[0] for head in heads],
        [(head[1], head[2], head[3], head[4]) for head in heads],
        objects[:, _HEAD:],
        [
            Contact(int(one), int(other), int(length), edge, likeness)
            for one, other, length, edge, likeness in facts.get(
                "contacts", np.zeros((0, 5))
            ).tolist()
        ],
    )


@fact("objects")
def objects(view: SampleView) -> Floats | None:
    """The largest objects of a mask: float32 n×(6+`LENGTH`).

    Each row: class, bounding box (x, y, width, height) and area in pixels of the mask, and what
    the object looks like. None unless photo and mask are there and match.
    """
    return _measured(view)[0]


@fact("contacts")
def contacts(view: SampleView) -> Floats | None:
    """Where objects of different classes touch: float32 n×5, rows as in `Contact`."""
    return _measured(view)[1]


def _measured(view: SampleView) -> tuple[Floats | None, Floats | None]:
    kept = vars(view)
    if _KEY not in kept:
        small = small_of(view)
        if small is None:
            kept[_KEY] = (None, None)
        else:
            ignored = view.dataset.ignore_index
            classes = [c.index for c in view.dataset.classes if c.index not in (0, ignored)]
            kept[_KEY] = measure_objects(small.image, small.mask, classes, small.factor)
    found: tuple[Floats | None, Floats | None] = kept[_KEY]
    return found


def measure_objects(
    image: Array, mask: Array, classes: list[int], factor: float = 1.0
) -> tuple[Floats, Floats]:
    """Measure the largest objects of a mask.

    Args:
        image: RGB uint8 H×W×3.
        mask: Class indices, uint8 H×W.
        classes: The classes whose objects are wanted.
        factor: Pixels of the whole mask for one pixel of this one.

    Returns:
        The facts "objects" and "contacts". The same input gives the same numbers.
    """
    pieces = find_objects(mask, classes)
    if not pieces:
        return np.zeros((0, _HEAD + LENGTH), np.float32), np.zeros((0, 5), np.float32)
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    rows = [
        np.concatenate(
            [
                [piece.class_index],
                np.rint(np.multiply(piece.box, factor)),
                [piece.pixels * factor**2],
                describe(grey, piece),
            ]
        )
        for piece in pieces
    ]
    touching = find_contacts(image, pieces)
    return np.array(rows, np.float32), np.array(touching, np.float32).reshape(-1, 5)
