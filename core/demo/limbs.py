"""Parts that all poses share: legs, paws, neck, tail, and white markings.

Units and axes are those of `core.demo.anatomy`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.demo.anatomy import Build, Fur, Layer
from core.demo.geometry import Blob, Limb, Shape, polar


def fur_layer(
    shapes: Sequence[Shape],
    spine: Sequence[complex],
    *,
    melt: float,
    roundness: float,
    tone: float = 1.0,
    shadow: float = 0.0,
) -> Layer:
    """Parts covered by the coat, with hair that lies along `spine`; see `Layer` for the rest."""
    return Layer(
        tuple(shapes),
        Fur.COAT,
        tuple(spine),
        tone=tone,
        melt=melt,
        roundness=roundness,
        shadow=shadow,
    )


def neck_limb(build: Build, chest: complex, head: complex) -> Limb:
    """The neck, flowing out of the chest."""
    return Limb(
        [chest, (chest + head) / 2, head],
        [build.chest * 0.85, build.neck_radius * 1.1, build.neck_radius],
    )


def paw(place: complex, build: Build) -> Blob:
    """A paw whose sole is at `place`."""
    return Blob(place + complex(0.025, -0.045), build.limb * 1.5, 0.048)


def front_leg(build: Build, shoulder: complex, swing: float) -> list[Shape]:
    """A front leg below `shoulder`, its foot `swing` ahead."""
    high = -build.leg
    foot = complex(shoulder.real + 0.01 + swing, -0.05)
    return [
        Limb(
            [
                shoulder + 0.03j,
                complex(shoulder.real - 0.02 + 0.2 * swing, high * 0.8),
                complex(shoulder.real + 0.01 + 0.7 * swing, high * 0.35),
                foot,
            ],
            [build.chest * 0.6, build.limb * 1.35, build.limb, build.limb * 0.9],
        ),
        paw(foot + 0.05j, build),
    ]


def hind_leg(build: Build, hip: complex, swing: float) -> list[Shape]:
    """A hind leg below `hip`, bent at knee and hock, its foot `swing` ahead."""
    high = -build.leg
    foot = complex(hip.real - 0.03 + swing, -0.05)
    return [
        Limb(
            [
                hip + complex(-0.02, 0.02),
                complex(hip.real + 0.06 + 0.4 * swing, high * 0.82),
                complex(hip.real - 0.08 + 0.8 * swing, high * 0.38),
                foot,
            ],
            [build.hip * 0.85, build.limb * 1.9, build.limb, build.limb * 0.9],
        ),
        paw(foot + 0.05j, build),
    ]


def draw_tail(build: Build, rng: np.random.Generator, root: complex, how: str) -> Layer:
    """A tail from `root`: in the air, on the floor behind, to the side, up, or around the feet."""
    length = build.tail
    bend = float(rng.uniform(0, 1))
    if how == "wrapped":
        y = -0.045
        points = [
            root,
            complex(root.real + 0.10, y),
            complex(root.real + 0.35, y),
            complex(root.real + 0.62, y),
        ]
    elif how == "floor":
        rise = -0.05 - 0.25 * bend * length
        points = [
            root,
            root + complex(-0.35 * length, 0.03),
            complex(root.real - 0.70 * length, -0.06),
            complex(root.real - (0.98 - 0.15 * bend) * length, rise),
        ]
    elif how == "side":
        points = [
            root,
            complex(root.real + 0.25 * length, -0.06),
            complex(root.real + 0.48 * length, -0.07 - 0.10 * bend),
            complex(root.real + (0.55 - 0.15 * bend) * length, -0.14 - 0.22 * bend),
        ]
    else:
        start = float(rng.uniform(95, 165)) if how == "air" else float(rng.uniform(70, 110))
        curl = float(rng.uniform(-70, 70))
        if not build.is_cat:
            start, curl = float(rng.uniform(110, 190)), float(rng.uniform(-60, 0))
        points = [root]
        for step in range(4):
            points.append(points[-1] + polar(start + curl * step / 3, length / 4))
    points = [complex(p.real, min(p.imag, -0.04)) for p in points]
    first, last = build.tail_radius
    middle = first if build.is_cat else first * 0.95
    radii = list(np.linspace(middle, last, len(points)))
    return Layer(
        (Limb(points, radii),), Fur.COAT, tuple(points), melt=0.02, roundness=0.06,
        shadow=0.45 if how == "wrapped" else 0.0,
    )  # fmt: skip


def socks(build: Build, rng: np.random.Generator, feet: Sequence[complex]) -> list[Layer]:
    """White paws on some animals: patches around `feet`, or nothing."""
    if rng.random() < 0.6:
        return []
    high = float(rng.uniform(0.06, 0.14))
    shapes = tuple(Blob(foot + complex(0.02, -0.04), complex(0.11), high) for foot in feet)
    return [Layer(shapes, Fur.PALE, melt=0.03, roundness=0.05, inside=True, opacity=0.9)]


def bib(build: Build, rng: np.random.Generator, chest: complex, height: float) -> list[Layer]:
    """A white chest on some animals seen from the front, or nothing."""
    if rng.random() < 0.5:
        return []
    patch = Blob(chest + 0.05j, complex(0, height * 0.3), build.chest * 0.5)
    return [
        Layer((patch,), Fur.PALE, (), melt=0.05, roundness=0.1, inside=True, opacity=0.9),
    ]
