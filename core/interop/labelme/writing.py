"""From a mask to the shapes of a LabelMe file."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np

from core.images import Array, encode_mask
from core.interop.labelme.rasterizing import rasterize
from core.interop.labelme.shapes import parse_label_file
from core.interop.labels import LabelNames
from core.interop.pieces import Piece, pieces_of, values_of

FORMAT_VERSION = "5.5.0"
"""The version that files name: the form of the file has been the same since."""

ShapeJson = dict[str, Any]


class ShapeKind(StrEnum):
    """As what a mask is written."""

    MASKS = "masks"
    POLYGONS = "polygons"


@dataclass(frozen=True, slots=True)
class ClassLoss:
    """What a class loses when its pieces are written as polygons.

    Attributes:
        value: The class.
        iou: Intersection over union of the class before and after, 0 to 1.
        lost_px: Pixels that are no longer of the class.
        gained_px: Pixels that are newly of the class; filled holes above all.
        holes: Number of holes, which a polygon cannot have.
        lost_pieces: Number of pieces of which nothing is left.
    """

    value: int
    iou: float
    lost_px: int
    gained_px: int
    holes: int
    lost_pieces: int


def shapes_of(
    mask: Array, names: LabelNames, kind: ShapeKind, tolerance: float = 0.0
) -> list[ShapeJson]:
    """A mask as shapes, either kind; see `mask_shapes` and `polygon_shapes`."""
    if kind is ShapeKind.MASKS:
        return mask_shapes(mask, names)
    return polygon_shapes(mask, names, tolerance)


def mask_shapes(mask: Array, names: LabelNames) -> list[ShapeJson]:
    """A mask as shapes of the kind `mask`: lossless, holes and specks included.

    Each 8-connected piece is a shape of its own, so that it can be picked in LabelMe; of a class
    with very many pieces the smallest ones share a shape.

    Args:
        mask: Class indices, uint8 H×W.
        names: Which label is which value.
    """
    shapes = []
    for piece in pieces_of(mask):
        words = f"{piece.pieces} small pieces" if piece.pieces > 1 else ""
        shapes.append(_mask_shape(names.label(piece.value), piece, words))
    return shapes


def polygon_shapes(mask: Array, names: LabelNames, tolerance: float = 0.0) -> list[ShapeJson]:
    """A mask as polygons: the outer outline of each 8-connected piece.

    A polygon has no holes. Smaller polygons come after larger ones and are drawn over them, so
    another class inside a hole survives; background inside a hole does not. See `polygon_loss`.

    Args:
        mask: Class indices, uint8 H×W.
        names: Which label is which value.
        tolerance: How far, in pixels, a simplified outline may be from the true one; 0 keeps every
            corner.
    """
    found = []
    for value in values_of(mask):
        label = names.label(value)
        for outline in _outlines(mask == value)[0]:
            area = cv2.contourArea(outline)
            if tolerance > 0:
                outline = cv2.approxPolyDP(outline, tolerance, closed=True)
            points = [[float(x), float(y)] for x, y in outline[:, 0].tolist()]
            while len(points) < 3:  # a piece of one or two pixels: LabelMe asks for three points
                points.append(points[-1])
            found.append((area, _shape_json(label, points, "polygon")))
    return [shape for _, shape in sorted(found, key=lambda entry: -entry[0])]


def polygon_loss(mask: Array, names: LabelNames, tolerance: float = 0.0) -> list[ClassLoss]:
    """What each class would lose as polygons, found by drawing them again; the worst first.

    Args:
        mask: Class indices, uint8 H×W.
        names: Which label is which value.
        tolerance: As in `polygon_shapes`.
    """
    text = label_json(polygon_shapes(mask, names, tolerance), "", mask.shape)
    after, _ = rasterize(parse_label_file(text).shapes, (mask.shape[0], mask.shape[1]), names)
    losses = []
    for value in values_of(mask):
        was, is_now = mask == value, after == value
        both = int(np.count_nonzero(was & is_now))
        either = int(np.count_nonzero(was | is_now))
        count, pieces = cv2.connectedComponents(was.view(np.uint8), connectivity=8)
        left = np.count_nonzero(np.bincount(pieces[was & is_now], minlength=count))
        losses.append(
            ClassLoss(
                value,
                both / either,
                int(np.count_nonzero(was)) - both,
                int(np.count_nonzero(is_now)) - both,
                _outlines(was)[1],
                count - 1 - int(left),
            )
        )
    return sorted(losses, key=lambda loss: loss.iou)


def label_json(
    shapes: Sequence[Mapping[str, Any]], image_name: str, size: tuple[int, ...]
) -> bytes:
    """The text of a LabelMe file, without the photo in it.

    Args:
        shapes: The shapes, in the order they are to be drawn.
        image_name: The photo's file name; the file is to lie beside it.
        size: Height and width of the photo.
    """
    content: dict[str, Any] = {
        "version": FORMAT_VERSION,
        "flags": {},
        "shapes": list(shapes),
        "imagePath": image_name,
        "imageData": None,
        "imageHeight": int(size[0]),
        "imageWidth": int(size[1]),
    }
    # A name with bytes that are no text has no place in UTF-8; LabelMe could not open it either.
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return text.encode("utf-8", "backslashreplace")


def _outlines(chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[list[Any], int]:
    """The outer outlines of the pieces, pieces in holes included, and the number of holes."""
    contours, tree = cv2.findContours(
        chosen.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    outer = [contour for contour, row in zip(contours, tree[0], strict=True) if row[3] < 0]
    return outer, len(contours) - len(outer)


def _mask_shape(label: str, piece: Piece, description: str) -> ShapeJson:
    rect = piece.rect
    points = [[float(rect.x), float(rect.y)], [float(rect.right - 1), float(rect.bottom - 1)]]
    picture = base64.b64encode(encode_mask(piece.stencil)).decode("ascii")
    return _shape_json(label, points, "mask", picture, description)


def _shape_json(
    label: str, points: list[list[float]], kind: str, mask: str | None = None, description: str = ""
) -> ShapeJson:
    return {
        "label": label,
        "points": points,
        "group_id": None,
        "description": description,
        "shape_type": kind,
        "flags": {},
        "mask": mask,
    }
