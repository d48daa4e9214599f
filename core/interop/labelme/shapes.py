"""LabelMe's JSON file as values that have been checked.

A file that is no LabelMe file at all is an error. A shape that cannot be used becomes a `Problem`
and the others go on: the list of problems and the shapes together tell of everything in the file.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from core.errors import PetsegError
from core.files import read_bytes
from core.images import Array, probe
from core.images.headers import MOST_PIXELS
from core.images.mask_files import open_mask_file
from core.interop.problems import Problem, shown

Point = tuple[float, float]

MOST_BYTES = 512 * 1024 * 1024
"""A larger file is not read: no photo is that large, and its text would take gigabytes."""
FARTHEST = 1_000_000.0
"""Coordinates beyond this, in pixels, are a mistake, and would take minutes to draw."""

WIDEST_CIRCLE = 100_000.0
"""So long may a circle's radius be, in pixels: Pillow's ellipses slow down and overflow beyond."""

# How many points each kind of shape has: at least, at most. None: any number.
_POINTS: dict[str, tuple[int, int | None]] = {
    "polygon": (3, None),
    "rectangle": (2, 2),
    "circle": (2, 2),
    "line": (2, 2),
    "linestrip": (1, None),
    "point": (1, 1),
    "mask": (2, 2),
    "oriented_rectangle": (4, 4),
}
_PROMPT = "points"
_REDRAW = "Delete it in LabelMe and draw it anew."


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One shape of a file.

    Attributes:
        number: Which shape of the file it is, counted from 1.
        label: What it was labelled as.
        kind: polygon, rectangle, circle, line, linestrip, point, mask or oriented_rectangle.
        points: In pixels (x, y), finite; their number fits the kind.
        group_id: Shapes of one label and one number belong to one object; None for one alone.
        mask: For the kind mask: uint8 H×W, 1 where the shape is, as large as the box that the
            two points span, both included. Else None.
        flags: What the user ticked for the shape.
        description: What the user wrote about it.
    """

    number: int
    label: str
    kind: str
    points: tuple[Point, ...]
    group_id: int | None = None
    mask: Array | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelFile:
    """A LabelMe file.

    Attributes:
        shapes: The shapes that can be drawn, in the order drawn.
        problems: What is wrong with the others, and with the file.
        image_name: The photo's file name, without any folder: a path inside a file is never
            followed.
        size: Height and width of the photo that was drawn on; None where the file does not say.
        version: The version of LabelMe that wrote it; "" where it does not say.
    """

    shapes: tuple[Shape, ...]
    problems: tuple[Problem, ...]
    image_name: str
    size: tuple[int, int] | None
    version: str = ""


def read_label_file(path: Path) -> LabelFile:
    """Read a LabelMe file; see `parse_label_file`."""
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # reading it says what is the matter
    if size > MOST_BYTES:
        raise PetsegError(
            f"The file is too large for a LabelMe file ({size / 1e6:.0f} MB)",
            path=path,
            remedy="Save it in LabelMe without the photo (File → Save With Image Data off).",
        )
    return parse_label_file(read_bytes(path), path)


def parse_label_file(data: bytes, path: Path | None = None) -> LabelFile:
    """Check the text of a LabelMe file.

    Args:
        data: The file's bytes.
        path: The file, for the error message.

    Raises:
        PetsegError: it is no JSON, or JSON of another kind.
    """
    content = _content(data, path)
    shapes, problems = content.get("shapes"), []
    if not isinstance(shapes, list):
        raise _no_label_file("it has no list of shapes", path)
    size, problem = _size(content)
    if problem is not None:
        problems.append(problem)
    usable = []
    for number, entry in enumerate(shapes, 1):
        try:
            usable.append(_shape(number, entry))
        except _BadShape as bad:
            label = entry.get("label") if isinstance(entry, dict) else None
            known = shown(label) if isinstance(label, str) else ""
            problems.append(Problem(bad.what, bad.remedy, number, known))
    version = content.get("version")
    return LabelFile(
        tuple(usable),
        tuple(problems),
        _file_name(content.get("imagePath")),
        size,
        version if isinstance(version, str) else "",
    )


class _BadShape(Exception):  # noqa: N818 - it is what was found, not a fault
    def __init__(self, what: str, remedy: str = _REDRAW) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def _content(data: bytes, path: Path | None) -> dict[str, Any]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _no_label_file("its text is not UTF-8", path) from None
    except RecursionError:
        raise _no_label_file("its brackets are nested too deep", path) from None
    except ValueError as error:
        raise _no_label_file(f"it is no JSON: {shown(str(error))}", path) from None
    if not isinstance(content, dict):
        raise _no_label_file("it is JSON of another kind", path)
    return content


def _no_label_file(why: str, path: Path | None) -> PetsegError:
    return PetsegError(
        f"The file cannot be read as a LabelMe file ({why})",
        path=path,
        remedy="Open the photo in LabelMe and save it anew.",
    )


def _file_name(path: object) -> str:
    """The last part of a path in either system's notation; "" for none."""
    if not isinstance(path, str) or "\0" in path:
        return ""
    name = PureWindowsPath(path).name  # knows both kinds of slashes
    return "" if name in (".", "..") else name


def _size(content: Mapping[str, Any]) -> tuple[tuple[int, int] | None, Problem | None]:
    height, width = content.get("imageHeight"), content.get("imageWidth")
    if height is None and width is None:
        return None, None
    if not _is_length(height) or not _is_length(width):
        return None, Problem(
            f"The size of the photo makes no sense ({shown(width)} × {shown(height)})",
            "The size of the dataset's photo was taken.",
        )
    return (int(height), int(width)), None  # type: ignore[arg-type]


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_PIXELS


def _shape(number: int, entry: object) -> Shape:
    if not isinstance(entry, dict):
        raise _BadShape("It is no shape")
    label = entry.get("label")
    if not isinstance(label, str) or not label:
        raise _BadShape("It has no label", "Give it a label in LabelMe (Edit → Edit Label).")
    kind = entry.get("shape_type")
    kind = "polygon" if kind is None else kind
    if kind == _PROMPT:
        raise _BadShape(
            "Its points are a question to LabelMe's AI, not a shape",
            "Let LabelMe make a polygon or a mask of them.",
        )
    if not isinstance(kind, str) or kind not in _POINTS:
        raise _BadShape(f"The kind of shape {shown(kind)} is not known")
    points = _points(entry.get("points"), kind)
    if kind == "circle" and math.dist(*points) > WIDEST_CIRCLE:
        raise _BadShape("The circle is far larger than any photo")
    group = entry.get("group_id")
    flags = entry.get("flags")
    description = entry.get("description")
    return Shape(
        number,
        label,
        kind,
        points,
        group if isinstance(group, int) and not isinstance(group, bool) else None,
        _mask(entry.get("mask"), points) if kind == "mask" else None,
        _ticked(flags) if isinstance(flags, dict) else {},
        description if isinstance(description, str) else "",
    )


def _ticked(flags: dict[str, Any]) -> dict[str, bool]:
    return {name: value for name, value in flags.items() if isinstance(value, bool)}


def _points(value: object, kind: str) -> tuple[Point, ...]:
    if not isinstance(value, list):
        raise _BadShape("It has no points")
    points = []
    for place in value:
        if not isinstance(place, list) or len(place) != 2 or not all(map(_is_number, place)):
            raise _BadShape(f"One of its points is no pair of numbers ({shown(place)})")
        x, y = place
        # In this order, because a whole number may be too large for a float.
        if not (-FARTHEST <= x <= FARTHEST and -FARTHEST <= y <= FARTHEST):
            raise _BadShape(f"One of its points lies nowhere near the photo ({shown(place)})")
        points.append((float(x), float(y)))
    least, most = _POINTS[kind]
    if len(points) < least or (most is not None and len(points) > most):
        wanted = f"{least}" if most == least else f"at least {least}"
        raise _BadShape(f"A {kind.replace('_', ' ')} has {wanted} points, this one {len(points)}")
    return tuple(points)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _mask(text: object, points: tuple[Point, ...]) -> Array:
    if not isinstance(text, str) or not text:
        raise _BadShape("Its mask is missing")
    (left, top), (right, bottom) = corners(points)
    width, height = right - left + 1, bottom - top + 1
    try:
        data = base64.b64decode(text)
    except (binascii.Error, ValueError):
        raise _BadShape("Its mask is damaged (no base64)") from None
    try:
        header = probe(data, None, "mask")
        # Before anything is decoded: a few bytes can claim to be gigabytes.
        if (header.width, header.height) != (width, height) or header.pixels > MOST_PIXELS:
            raise _BadShape(
                f"Its mask has {header.width} × {header.height} pixels, but its place "
                f"{max(width, 0)} × {max(height, 0)}"
            )
        file = open_mask_file(data, Path("mask"))
    except PetsegError:
        raise _BadShape("Its mask is damaged (no picture can be read)") from None
    if file.is_color:
        raise _BadShape("Its mask is a colour picture")
    return np.not_equal(file.pixels, 0).astype(np.uint8)


def corners(points: tuple[Point, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first and last pixel (column, row) of a mask's place: fractions are cut off."""
    (left, top), (right, bottom) = points
    return (math.trunc(left), math.trunc(top)), (math.trunc(right), math.trunc(bottom))
