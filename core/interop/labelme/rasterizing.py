"""Shapes as the mask they cover, pixel by pixel what LabelMe makes of them.

LabelMe draws with Pillow: each shape on an empty picture, and later shapes over earlier ones.
Drawing them all into one picture, each in its class's value, gives the same, because without
smoothing every pixel is either covered or not. The rules, found by trying LabelMe 5 and 6 out:

- polygon, oriented_rectangle: filled, and their outline drawn too, one pixel wide;
- rectangle: both corners included, whichever they are;
- circle: the first point is the centre, the second on the rim; filled ellipse of Pillow's;
- line, linestrip: 10 pixels wide, without caps or joints;
- point: a disc of radius 5;
- mask: laid with its first pixel on the first point, fractions cut off.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

from core.images import Array
from core.interop.labelme.shapes import Point, Shape, corners
from core.interop.labels import LabelNames
from core.interop.problems import Problem, shown

LINE_WIDTH = 10
POINT_RADIUS = 5

Box = tuple[float, float, float, float]


def rasterize(
    shapes: Iterable[Shape], size: tuple[int, int], names: LabelNames
) -> tuple[Array, list[Problem]]:
    """Draw shapes in their order, later ones over earlier ones.

    Args:
        shapes: The shapes.
        size: Height and width of the mask.
        names: Which label is which value.

    Returns:
        The mask, uint8 H×W, 0 where nothing was drawn; and what was left out or cut off.
    """
    height, width = size
    picture = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(picture)
    problems = []
    for shape in shapes:
        value = names.value(shape.label)
        if value is None:
            problems.append(_unknown(shape, names))
            continue
        _paint(picture, draw, shape, value)
        problem = _out_of_range(shape, size) or _illegal(shape, value, names)
        if problem is not None:
            problems.append(problem)
    return np.array(picture, np.uint8), problems


def _paint(picture: Image.Image, draw: ImageDraw.ImageDraw, shape: Shape, value: int) -> None:
    points = list(shape.points)
    match shape.kind:
        case "polygon" | "oriented_rectangle":
            draw.polygon(points, fill=value, outline=value)
        case "rectangle":
            draw.rectangle(_box(points), fill=value, outline=value)
        case "circle":
            draw.ellipse(_around(points[0], math.dist(*points)), fill=value, outline=value)
        case "point":
            draw.ellipse(_around(points[0], POINT_RADIUS), fill=value, outline=value)
        case "line" | "linestrip":
            draw.line(points, fill=value, width=LINE_WIDTH)
        case "mask":
            assert shape.mask is not None
            stencil = Image.fromarray(shape.mask * np.uint8(255))
            picture.paste(value, corners(shape.points)[0], stencil)


def _box(points: list[Point]) -> Box:
    (x0, y0), (x1, y1) = points
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _around(center: Point, radius: float) -> Box:
    x, y = center
    return x - radius, y - radius, x + radius, y + radius


def _unknown(shape: Shape, names: LabelNames) -> Problem:
    meant = names.resembling(shape.label)
    if meant:
        remedy = f"Perhaps {shown(meant)} is meant: correct the label in LabelMe."
    else:
        remedy = (
            f"The classes are: {shown(', '.join(names.known))}. Correct the label in LabelMe, or "
            "add the class to the dataset."
        )
    return Problem("No class of the dataset has this label", remedy, shape.number, shape.label)


def _out_of_range(shape: Shape, size: tuple[int, int]) -> Problem | None:
    """What to say of a shape that is not wholly on the photo."""
    height, width = size
    if shape.kind == "circle":
        left, top, right, bottom = _around(shape.points[0], math.dist(*shape.points))
    else:
        left, top = (min(point[axis] for point in shape.points) for axis in (0, 1))
        right, bottom = (max(point[axis] for point in shape.points) for axis in (0, 1))
    if right < 0 or bottom < 0 or left > width or top > height:
        return Problem(
            "It lies beside the photo and covers no pixel",
            "Delete it in LabelMe, or move it onto the photo.",
            shape.number,
            shape.label,
        )
    # The rim of a circle may leave the photo on purpose: only its two points are set by hand.
    is_cut = left < 0 or top < 0 or right > width or bottom > height
    if is_cut and shape.kind != "circle":
        return Problem(
            f"It reaches beyond the photo of {width} × {height} pixels; that part was cut off",
            "",
            shape.number,
            shape.label,
            is_left_out=False,
        )
    return None


def _illegal(shape: Shape, value: int, names: LabelNames) -> Problem | None:
    if names.is_legal(value):
        return None
    return Problem(
        f"The value {value} is no class of the dataset",
        "Paint over it, or add the class.",
        shape.number,
        shape.label,
        is_left_out=False,
    )
