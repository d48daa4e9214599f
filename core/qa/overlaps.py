"""Pixels that two classes claim, in the formats that can say so.

An index mask holds one class per pixel, so there is nothing to find in it. What can overlap:
LabelMe's shapes, one mask per class, and colour masks in which the colours of two classes mix.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from core.dataset.encoding.coding import Color, MaskCoding, pack, unpack
from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array
from core.images.mask_files import open_mask_file
from core.qa.view import SampleView

# What is no wider than this is the border that two shapes share, or a smoothed edge.
_BORDER = np.ones((3, 3), np.uint8)
_MOST_COLORS = 256
_MOST_SIDE = 4096
_CIRCLE = 2
_BACKGROUND_LABELS = frozenset(("_background_", "__ignore__", "background"))


class Overlap(NamedTuple):
    """Two classes that claim the same pixels.

    Attributes:
        first, second: The classes' names.
        pixels: How many pixels they share.
        area: 1 where they do, uint8 H×W.
        where: Which files say so, in words.
    """

    first: str
    second: str
    pixels: int
    area: Array
    where: str


def find_overlaps(view: SampleView) -> list[Overlap]:
    """Every overlap of two classes in what describes a sample besides its index mask.

    Raises:
        PetsegError: a LabelMe file or a mask of one class cannot be read.
    """
    return [
        *_in_shapes(view),
        *_between_class_files(view),
        *_in_mixed_colors(view),
    ]


def _overlaps(of_class: Mapping[str, Array], where: str) -> Iterator[Overlap]:
    for (first, one), (second, other) in combinations(of_class.items(), 2):
        if one.shape != other.shape:
            continue
        shared = _without_lines(one & other)
        pixels = int(np.count_nonzero(shared))
        if pixels:
            yield Overlap(first, second, pixels, shared, where)


def _without_lines(pixels: Array) -> Array:
    opened = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, _BORDER)
    return opened.astype(np.uint8, copy=False)


# LabelMe's shapes


def _in_shapes(view: SampleView) -> Iterator[Overlap]:
    for beside in (view.sample.image, view.sample.masks.get(view.label_set)):
        if beside is None:
            continue
        # Paths as text here and below: this is asked for every sample of a scan.
        file = f"{os.path.splitext(str(beside))[0]}.json"
        if os.path.exists(file):  # noqa: PTH110
            path = Path(file)
            yield from _overlaps(_rasterised(path, view), path.name)
            return


def _rasterised(path: Path, view: SampleView) -> dict[str, Array]:
    """1 inside the shapes of each label, uint8 H×W by label."""
    try:
        content = json.loads(read_bytes(path))
        shapes = content.get("shapes", [])
        width, height = int(content.get("imageWidth") or 0), int(content.get("imageHeight") or 0)
        if not width or not height:
            image = view.image if view.image is not None else view.mask
            if image is None:
                return {}
            height, width = image.shape[:2]
        scale = min(1.0, _MOST_SIDE / max(width, height, 1))
        shape = (max(1, round(height * scale)), max(1, round(width * scale)))
        by_label: dict[str, Array] = {}
        for each in shapes:
            label = str(each["label"])
            if label.casefold() in _BACKGROUND_LABELS:
                continue
            canvas = by_label.setdefault(label, np.zeros(shape, np.uint8))
            _draw(canvas, each, scale)
        return by_label
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, cv2.error) as error:
        raise PetsegError(
            "The LabelMe file beside the sample cannot be read",
            path=path,
            remedy="Save it again with LabelMe, or move it elsewhere.",
        ) from error


def _draw(canvas: Array, shape: Mapping[str, Any], scale: float) -> None:
    points = np.asarray(shape["points"], np.float64).reshape(-1, 2) * scale
    if not np.isfinite(points).all() or np.abs(points).max(initial=0) > 1e6:
        raise ValueError("points far outside")
    kind = shape.get("shape_type") or "polygon"
    if kind == "rectangle" and len(points) == 2:
        (x0, y0), (x1, y1) = points
        points = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    elif kind == "circle" and len(points) == _CIRCLE:
        center = (round(points[0, 0]), round(points[0, 1]))
        cv2.circle(canvas, center, round(float(np.hypot(*(points[1] - points[0])))), 1, -1)
        return
    elif kind != "polygon" or len(points) < 3:
        return  # lines and points have no area
    cv2.fillPoly(canvas, [np.round(points).astype(np.int32)], 1)


# One mask per class


def _between_class_files(view: SampleView) -> Iterator[Overlap]:
    classes = tuple(info.name for info in view.dataset.classes[1:])
    files, where = _class_files(view, classes)
    if len(files) < 2:
        return
    of_class = {}
    for name, path in files.items():
        pixels = open_mask_file(read_bytes(path), path).pixels
        flat = pixels.max(-1) if pixels.ndim == 3 else pixels
        of_class[name] = (flat > 0).view(np.uint8)
    yield from _overlaps(of_class, where)


def _class_files(view: SampleView, classes: tuple[str, ...]) -> tuple[dict[str, Path], str]:
    masks, stem = view.sample.masks, view.sample.stem
    sets = {name: masks[name] for name in classes if name in masks}
    if view.label_set in sets:
        return sets, "in label sets named like classes"
    mask = masks.get(view.label_set) or view.dataset.mask_path(view.sample, view.label_set)
    names, folders = _listed(os.path.dirname(str(mask)), classes)  # noqa: PTH120
    if not names and not folders:
        return {}, ""
    folder = mask.parent
    suffixed = {name: folder / file for name in classes if (file := f"{stem}_{name}.png") in names}
    if suffixed:
        return suffixed, "one file per class"
    nested = {name: folder / name / f"{stem}.png" for name in folders}
    return {name: path for name, path in nested.items() if path.exists()}, "one folder per class"


def _listed(folder: str, classes: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    try:
        changed = os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return frozenset(), ()
    return _class_names_in(folder, changed, classes)


@lru_cache(maxsize=64)
def _class_names_in(
    folder: str, _changed: int, classes: tuple[str, ...]
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The files NAME_CLASS.png in a folder, and its subfolders named like classes."""
    endings = tuple(f"_{name}.png" for name in classes)
    if not endings:
        return frozenset(), ()
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(endings):
                files.append(entry.name)
            elif entry.name in classes and entry.is_dir():
                folders.append(entry.name)
    return frozenset(files), tuple(sorted(folders))


# Colours that mix


def _in_mixed_colors(view: SampleView) -> Iterator[Overlap]:
    coding, mask, data = view.dataset.coding, view.mask, view.mask_bytes
    if coding is None or not coding.colors or mask is None or not isinstance(data, bytes):
        return
    if not view.counts[coding.illegal]:
        return
    file = open_mask_file(data, view.sample.masks[view.label_set])
    if not file.is_color:
        return
    packed = pack(file.pixels)
    strange, sizes = np.unique(packed[mask == coding.illegal], return_counts=True)
    often = strange[np.argsort(-sizes, kind="stable")][:_MOST_COLORS]
    mixes: dict[tuple[int, int], list[int]] = {}
    for number in often.tolist():
        pair = _mixed(unpack(number), coding)
        if pair is not None:
            mixes.setdefault(pair, []).append(number)
    for (one, other), numbers in mixes.items():
        area = _without_lines(np.isin(packed, numbers).view(np.uint8))
        pixels = int(np.count_nonzero(area))
        if pixels:
            first, second = view.dataset.classes[one].name, view.dataset.classes[other].name
            yield Overlap(first, second, pixels, area, "their colours mix")


def _mixed(color: Color, coding: MaskCoding) -> tuple[int, int] | None:
    """The two classes whose colours, added or averaged, give a colour; the background is none."""
    codes = [
        (index, np.array(each, np.int32))
        for index, colors in enumerate(coding.colors)
        for each in colors
        if index > 0
    ]
    wanted = np.array(color, np.int32)
    for (one, first), (other, second) in combinations(codes, 2):
        if one == other:
            continue
        added = np.minimum(first + second, 255)
        blends = (added, (first + second) // 2, np.maximum(first, second))
        if any(np.abs(blend - wanted).max() <= 2 for blend in blends):
            return one, other
    return None
