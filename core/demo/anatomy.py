"""What an animal is made of: proportions, and layers of soft parts painted back to front.

Lengths are in units of the trunk (shoulder to hip is about 0.75); the animal stands on y = 0 and
looks to the right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from core.demo.geometry import Shape, Similarity

Color = tuple[int, int, int]


class Fur(Enum):
    """Which part of the coat covers a layer."""

    COAT = "coat"
    PALE = "pale"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Layer:
    """Parts painted as one soft body.

    Attributes:
        shapes: Their union is the outline.
        paint: A zone of the coat, or a plain colour (eyes, nose, tongue).
        spine: Polyline along which the hair lies and across which stripes run.
        tone: Brightness; parts on the far side are darker.
        melt: Over what length neighbouring parts flow into each other.
        roundness: Thickness that the shading suggests.
        shadow: How strongly the layer darkens what lies just beneath it, 0 to 1.
        inside: The layer never reaches beyond what is already painted.
        traced: Whether an annotator would count it as the animal (whiskers are not).
        opacity: 1 for solid parts.
        shaded: Whether a plain colour is shaded like a body (fur always is).
    """

    shapes: tuple[Shape, ...]
    paint: Fur | Color
    spine: tuple[complex, ...] = ()
    tone: float = 1.0
    melt: float = 0.0
    roundness: float = 0.12
    shadow: float = 0.0
    inside: bool = False
    traced: bool = True
    opacity: float = 1.0
    shaded: bool = False

    def moved(self, by: Similarity) -> Layer:
        """The same layer elsewhere, lengths included."""
        return replace(
            self,
            shapes=tuple(shape.moved(by) for shape in self.shapes),
            spine=tuple(by(point) for point in self.spine),
            melt=self.melt * by.scale,
            roundness=self.roundness * by.scale,
        )


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions of one animal, in trunk lengths.

    A cat is slim on short legs with a small muzzle and a long thin tail; a dog has a deep chest, a
    tucked belly, long legs, a neck, and a shorter and thicker tail.
    """

    is_cat: bool
    leg: float
    chest: float
    waist: float
    hip: float
    limb: float
    neck: float
    neck_radius: float
    head: float
    tail: float
    tail_radius: tuple[float, float]
    long_ears: bool
    muzzle: float


def draw_build(rng: np.random.Generator, *, is_cat: bool) -> Build:
    """Draw the proportions of a cat or a dog."""
    u = rng.uniform
    if is_cat:
        plump = u(0.92, 1.15)
        return Build(
            is_cat=True,
            leg=u(0.33, 0.42),
            chest=0.155 * plump,
            waist=0.150 * plump,
            hip=0.165 * plump,
            limb=u(0.048, 0.058),
            neck=u(0.08, 0.13),
            neck_radius=0.12,
            head=u(0.185, 0.215),
            tail=u(0.80, 1.05),
            tail_radius=(0.052, 0.040),
            long_ears=False,
            muzzle=u(0.9, 1.1),
        )
    heavy = u(0.92, 1.15)
    return Build(
        is_cat=False,
        leg=u(0.46, 0.62),
        chest=0.225 * heavy,
        waist=0.145 * heavy,
        hip=0.170 * heavy,
        limb=u(0.060, 0.075),
        neck=u(0.22, 0.32),
        neck_radius=0.13 * heavy,
        head=u(0.180, 0.210),
        tail=u(0.32, 0.50),
        tail_radius=(0.075, 0.045),
        long_ears=bool(rng.random() < 0.65),
        muzzle=u(0.85, 1.2),
    )
