"""Outlines of body parts in the plane, and how they become coverage on a pixel grid.

Points are complex numbers, x + y·1j with y pointing down, so that turning, scaling and moving a
part is one multiplication and one addition.
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Curve = npt.NDArray[np.complex128]

_SHIFT = 4  # OpenCV draws at 1/16 pixel


@dataclass(frozen=True, slots=True)
class Similarity:
    """`p -> factor * p + offset`, with x mirrored first when `mirror` is set."""

    factor: complex = 1.0
    offset: complex = 0.0
    mirror: bool = False

    def __call__(self, point: complex) -> complex:
        """Move one point."""
        return self.factor * self.turn(point) + self.offset

    def turn(self, vector: complex) -> complex:
        """Mirror a vector where this transformation mirrors."""
        return -vector.conjugate() if self.mirror else vector

    @property
    def scale(self) -> float:
        """How much longer a length becomes."""
        return abs(self.factor)


class Limb:
    """A soft tube along a smooth curve, with a radius at every point: leg, tail, neck, trunk."""

    def __init__(self, points: Sequence[complex], radii: Sequence[float]) -> None:
        self.points = tuple(points)
        self.radii = tuple(radii)

    def moved(self, by: Similarity) -> Limb:
        """The same tube elsewhere."""
        return Limb([by(p) for p in self.points], [r * by.scale for r in self.radii])

    def bounds(self) -> list[complex]:
        """Corner points that enclose the tube (the curve may swing out a little)."""
        pairs = zip(self.points, self.radii, strict=True)
        return [p + 1.3 * r * d for p, r in pairs for d in (-1 - 1j, 1 + 1j)]

    def fill(self, canvas: npt.NDArray[np.uint8], origin: complex) -> None:
        """Draw the tube in white; `origin` is the canvas' upper left corner."""
        length = sum(abs(b - a) for a, b in zip(self.points, self.points[1:], strict=False))
        steps = int(np.clip(length / max(0.5, 0.25 * min(self.radii)), 8, 90))
        curve = smooth_curve(self.points, steps) - origin
        radii = np.interp(
            np.linspace(0, 1, len(curve)), np.linspace(0, 1, len(self.radii)), self.radii
        )
        for center, radius in zip(curve, radii, strict=True):
            _disc(canvas, complex(center), float(radius))


class Blob:
    """An ellipse: `axis` is its half axis as a vector, `across` the other half axis' length."""

    def __init__(self, center: complex, axis: complex, across: float) -> None:
        self.center = center
        self.axis = axis
        self.across = across

    def moved(self, by: Similarity) -> Blob:
        """The same ellipse elsewhere."""
        axis = by.turn(self.axis) * by.factor
        return Blob(by(self.center), axis, self.across * by.scale)

    def bounds(self) -> list[complex]:
        """Corner points that enclose the ellipse."""
        radius = max(abs(self.axis), self.across)
        return [self.center + radius * d for d in (-1 - 1j, 1 + 1j)]

    def fill(self, canvas: npt.NDArray[np.uint8], origin: complex) -> None:
        """Draw the ellipse in white."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        unit = self.axis / max(abs(self.axis), 1e-9)
        curve = self.center + np.cos(turn) * self.axis + np.sin(turn) * 1j * unit * self.across
        _polygon(canvas, curve - origin)


class Patch:
    """A closed polygon; its corners are rounded when `smooth`."""

    def __init__(self, points: Sequence[complex], *, smooth: bool = False) -> None:
        self.points = tuple(points)
        self.smooth = smooth

    def moved(self, by: Similarity) -> Patch:
        """The same polygon elsewhere."""
        return Patch([by(p) for p in self.points], smooth=self.smooth)

    def bounds(self) -> list[complex]:
        """Corner points that enclose the polygon."""
        low, high = enclosing(self.points)
        margin = 0.12 * abs(high - low) * (1 + 1j) if self.smooth else 0
        return [low - margin, high + margin]

    def fill(self, canvas: npt.NDArray[np.uint8], origin: complex) -> None:
        """Draw the polygon in white."""
        curve = np.asarray(self.points)
        if self.smooth:
            closed = (self.points[-1], *self.points, self.points[0], self.points[1])
            steps = 8 * (len(closed) - 1)
            curve = smooth_curve(closed, steps)[8 : steps - 8]
        _polygon(canvas, curve - origin)


Shape = Limb | Blob | Patch


class Window(NamedTuple):
    """A rectangle of whole pixels that lies inside the picture."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.bottom - self.top, self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index that cuts this window out of an H×W array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def empty(self) -> bool:
        """Whether no pixel lies inside."""
        return self.right <= self.left or self.bottom <= self.top


def smooth_curve(points: Sequence[complex], steps: int) -> Curve:
    """Sample a Catmull-Rom spline through `points` at `steps` + 1 places."""
    if len(points) == 1:
        return np.repeat(np.asarray(points, np.complex128), steps + 1)
    p = np.asarray(points, np.complex128)
    p = np.concatenate([[2 * p[0] - p[1]], p, [2 * p[-1] - p[-2]]])
    place = np.linspace(0, len(points) - 1, steps + 1)
    index = np.minimum(place.astype(int), len(points) - 2)
    t = place - index
    a, b, c, d = (p[index + k] for k in range(4))
    return np.asarray(
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
    )


def enclosing(points: Sequence[complex]) -> tuple[complex, complex]:
    """Upper left and lower right corner of the box around `points`."""
    values = np.asarray(points)
    return (
        complex(values.real.min(), values.imag.min()),
        complex(values.real.max(), values.imag.max()),
    )


def window_around(shapes: Sequence[Shape], margin: float, picture: tuple[int, int]) -> Window:
    """The pixels around `shapes` plus a margin, cut to a picture of (height, width)."""
    low, high = enclosing([corner for shape in shapes for corner in shape.bounds()])
    height, width = picture
    return Window(
        max(0, int(low.real - margin)),
        max(0, int(low.imag - margin)),
        min(width, int(high.real + margin) + 2),
        min(height, int(high.imag + margin) + 2),
    )


def coverage(shapes: Sequence[Shape], window: Window) -> Floats:
    """How much of each pixel the shapes' union covers: float32 of the window's shape, 0 to 1."""
    canvas = np.zeros(window.shape, np.uint8)
    origin = complex(window.left, window.top)
    for shape in shapes:
        shape.fill(canvas, origin)
    return np.asarray(canvas.astype(np.float32) / np.float32(255), np.float32)


def polar(degrees: float, length: float = 1.0) -> complex:
    """A vector of that length; 0° points right and 90° up."""
    return cmath.rect(length, -np.deg2rad(degrees))


def _disc(canvas: npt.NDArray[np.uint8], center: complex, radius: float) -> None:
    factor = 1 << _SHIFT
    place = (round(center.real * factor), round(center.imag * factor))
    cv2.circle(canvas, place, max(1, round(radius * factor)), 255, -1, cv2.LINE_AA, _SHIFT)


def _polygon(canvas: npt.NDArray[np.uint8], curve: Curve) -> None:
    points = np.stack([curve.real, curve.imag], axis=1) * (1 << _SHIFT)
    cv2.fillPoly(canvas, [np.rint(points).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
