"""Label mistakes planted on purpose, so that quality checks can be held against the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from core.demo.placement import CAT, DOG
from core.demo.scene import Picture
from core.demo.structure import Structure, structure
from core.images import Array

Details = Mapping[str, float | int | str | list[int]]


@dataclass(frozen=True)
class Planted:
    """A damaged mask (None: the file is left out) and the numbers that describe the damage."""

    mask: Array | None
    details: Details


@dataclass(frozen=True)
class DefectKind:
    """A kind of label mistake.

    Attributes:
        name: Its name in `demo_defects.json`.
        check: Id of the check that must find it.
        plant: Damages a picture's mask; None when this picture does not lend itself to it.
        train_only: The mistake would spoil an evaluation; it stays out of val and test.
    """

    name: str
    check: str
    plant: Callable[[Picture, np.random.Generator], Planted | None]
    train_only: bool = False


ILLEGAL_VALUE = 7


def _plant_specks(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """Several pieces of fewer than 10 pixels, apart from the animals and from each other."""
    size = picture.mask.shape[0]
    before = structure(picture.mask)
    count = min(int(rng.integers(2, 5)), 5 - before.components)
    if count < 2:
        return None
    mask = picture.mask.copy()
    value = int(rng.choice([CAT, DOG]))
    boxes: list[list[int]] = []
    for _ in range(200):
        if len(boxes) == count:
            break
        width, height = (int(side) for side in rng.integers(1, 4, 2))
        left, top = (int(place) for place in rng.integers(3, size - 6, 2))
        around = mask[top - 3 : top + height + 3, left - 3 : left + width + 3]
        if around.any():
            continue
        mask[top : top + height, left : left + width] = value
        boxes.append([left, top, width, height])
    if len(boxes) < count:
        return None
    return Planted(mask, {"pieces": count, "boxes": [side for box in boxes for side in box]})


def _plant_fragments(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """Background lines cut the animals into more than five pieces."""
    size = picture.mask.shape[0]
    width = max(2, round(2.5 * size / 256))
    y, x = np.nonzero(picture.mask)
    for _ in range(30):
        turn = float(rng.uniform(0, math.pi))
        across = x * math.cos(turn) + y * math.sin(turn)
        cuts = int(rng.integers(4, 8))
        places = np.quantile(across, (np.arange(cuts) + 0.75) / (cuts + 0.5))
        places = places + rng.uniform(-0.01, 0.01, cuts) * np.ptp(across)
        gone = (np.abs(across[:, None] - places[None, :]) < width / 2).any(1)
        mask = picture.mask.copy()
        mask[y[gone], x[gone]] = 0
        after = structure(mask)
        if after.components > 5 and _only(after, "components"):
            return Planted(mask, {"pieces": after.components})
    return None


def _plant_hole(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """The inside of an animal is left out; a ring of it remains."""
    number = 1 + int(rng.integers(len(picture.recipe.animals)))
    animal = (picture.owners == number).astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(animal, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    wanted = float(rng.uniform(0.42, 0.55))
    for level in np.arange(2.0, 0.25 * picture.mask.shape[0], 0.5):
        _, labels, stats, _ = cv2.connectedComponentsWithStats((depth > level).astype(np.uint8))
        if len(stats) < 2:
            return None
        largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        mask = picture.mask.copy()
        mask[labels == largest] = 0
        after = structure(mask)
        if after.hole_share < 0.38:
            return None
        if after.hole_share < wanted and _only(after, "hole_share"):
            left, top, width, height, area = (int(value) for value in stats[largest])
            share, box = round(after.hole_share, 3), [left, top, width, height]
            return Planted(mask, {"hole_px": area, "share": share, "box": box})
    return None


def _plant_shift(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """The whole mask is moved by 6 to 12 pixels (at 256×256), and no part of it out of sight."""
    size = picture.mask.shape[0]
    rim = np.concatenate([picture.mask[[0, -1]].ravel(), picture.mask[:, [0, -1]].ravel()])
    if picture.recipe.small or picture.recipe.dark or rim.any():
        return None
    distance = float(rng.uniform(6.5, 11.5)) * size / 256
    turn = float(rng.uniform(0, 2 * math.pi))
    dx, dy = round(distance * math.cos(turn)), round(distance * math.sin(turn))
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    mask = np.asarray(
        cv2.warpAffine(picture.mask, matrix, (size, size), flags=cv2.INTER_NEAREST), np.uint8
    )
    after = structure(mask)
    if not _only(after, None) or after.pixels < 0.03 * mask.size:
        return None
    return Planted(
        np.asarray(mask, np.uint8), {"dx": dx, "dy": dy, "px": round(math.hypot(dx, dy), 1)}
    )


def _plant_swap(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """A whole animal carries the other class."""
    number = int(rng.integers(len(picture.recipe.animals)))
    here = picture.owners == number + 1
    if picture.recipe.small or picture.recipe.dark or here.sum() < 0.035 * here.size:
        return None
    kind = picture.recipe.animals[number]
    given = DOG if kind == CAT else CAT
    reach = 2 * max(3, here.shape[0] // 32) + 1
    around = cv2.dilate(here.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    if (around & (picture.mask == given)).any():
        return None  # it would melt into a neighbour of that class
    mask = picture.mask.copy()
    mask[here] = given
    return Planted(mask, {"is": kind, "labelled": given, "box": _box(here)})


def _plant_half_swap(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """The left or right half of an animal carries the other class."""
    if len(picture.recipe.animals) != 1 or picture.recipe.small or picture.recipe.dark:
        return None
    here = picture.owners == 1
    if here.sum() < 0.08 * here.size:
        return None
    kind = picture.recipe.animals[0]
    given = DOG if kind == CAT else CAT
    y, x = np.nonzero(here)
    beyond = x > x.mean() if rng.random() < 0.5 else x < x.mean()
    half = np.zeros_like(here)
    half[y[beyond], x[beyond]] = True
    mask = picture.mask.copy()
    mask[half] = given
    if structure(mask).smallest < 30 or not 0.35 < beyond.mean() < 0.65:
        return None
    return Planted(mask, {"is": kind, "labelled": given, "box": _box(half)})


def _plant_size(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """The mask was saved at another size than the photo."""
    size = round(picture.mask.shape[0] * float(rng.choice([0.5, 0.75, 1.25])))
    mask = cv2.resize(picture.mask, (size, size), interpolation=cv2.INTER_NEAREST)
    return Planted(np.asarray(mask, np.uint8), {"width": size, "height": size})


def _plant_value(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """Part of an animal carries a value that is no class."""
    y, x = np.nonzero(picture.mask)
    index = int(rng.integers(len(x)))
    radius = 0.08 * picture.mask.shape[0]
    near = (x - x[index]) ** 2 + (y - y[index]) ** 2 < radius**2
    mask = picture.mask.copy()
    mask[y[near], x[near]] = ILLEGAL_VALUE
    return Planted(mask, {"value": ILLEGAL_VALUE, "pixels": int(near.sum())})


def _plant_missing(picture: Picture, rng: np.random.Generator) -> Planted | None:
    """There is no mask file."""
    return Planted(None, {})


SPECKS = DefectKind("noise", "noise", _plant_specks)
FRAGMENTS = DefectKind("fragments", "too_many_components", _plant_fragments)
HOLES = DefectKind("holes", "holes", _plant_hole)
SHIFT = DefectKind("border_shift", "border_shift", _plant_shift, train_only=True)
SWAP = DefectKind("class_swap", "class_outlier", _plant_swap, train_only=True)
HALF_SWAP = DefectKind("half_swap", "mixed_object", _plant_half_swap, train_only=True)
SIZE = DefectKind("size", "size", _plant_size, train_only=True)
VALUE = DefectKind("class_value", "class_values", _plant_value, train_only=True)
MISSING = DefectKind("missing", "pairs", _plant_missing, train_only=True)

# Planted in this order until the wanted number is reached, so that a small demo shows many kinds.
ORDER = (
    SPECKS, FRAGMENTS, SHIFT, SWAP, HOLES, VALUE, SIZE, MISSING, HALF_SWAP,
    SPECKS, FRAGMENTS, SHIFT, SWAP, HOLES, SPECKS, HALF_SWAP, FRAGMENTS, SHIFT, SPECKS, HOLES, SWAP,
    FRAGMENTS, SHIFT, SPECKS,
)  # fmt: skip


def is_clean(picture: Picture) -> bool:
    """Whether every animal can be seen and the mask is far from every structural threshold."""
    animals = len(picture.recipe.animals)
    seen = np.bincount(picture.owners.ravel(), minlength=animals + 1)[1:]
    found = structure(picture.mask)
    enough = seen.min() >= 0.005 * picture.mask.size
    return bool(enough and found.components <= animals + 1 and _only(found, None))


def _only(found: Structure, defect: str | None) -> bool:
    """Whether no structural check but the named one has a reason to speak, with some margin."""
    return (
        (defect == "components" or found.components <= 5)
        and found.smallest >= 20
        and found.aspect <= 6
        and (defect == "hole_share" or found.hole_share <= 0.2)
    )


def _box(where: np.ndarray) -> list[int]:
    y, x = np.nonzero(where)
    left, top = int(x.min()), int(y.min())
    return [left, top, int(x.max()) - left + 1, int(y.max()) - top + 1]
