"""Poses: where trunk, legs, tail and head go.

Units and axes are those of `core.demo.anatomy`: the animal stands on y = 0 and looks to the right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.demo.anatomy import Build, Layer
from core.demo.geometry import Blob, Limb, Shape, Similarity, polar
from core.demo.heads import head_layers
from core.demo.limbs import (
    bib,
    draw_tail,
    front_leg,
    fur_layer,
    hind_leg,
    neck_limb,
    paw,
    socks,
)


@dataclass(frozen=True, slots=True)
class _Neck:
    """Where the head sits, and how it is seen."""

    place: complex
    view: str
    tilt: float = 0.0


def figure(build: Build, pose: str, rng: np.random.Generator) -> list[Layer]:
    """All layers of an animal in that pose, back to front.

    Args:
        build: Proportions.
        pose: A key of `POSES`.
        rng: Draws the stride, the tail's swing and the head's tilt.
    """
    layers, neck = POSES[pose](build, rng)
    turn = Similarity(build.head * polar(neck.tilt), neck.place)
    return layers + [layer.moved(turn) for layer in head_layers(build, neck.view, rng)]


def _standing(build: Build, rng: np.random.Generator) -> tuple[list[Layer], _Neck]:
    shoulder = complex(0.34, -build.leg - build.chest * 0.95)
    hip = complex(-0.36, shoulder.imag - build.chest + build.hip + 0.02)
    waist = complex(-0.02, shoulder.imag - build.chest + build.waist + 0.045)
    stride = float(rng.uniform(-0.13, 0.13))
    view = "front" if rng.random() < 0.45 else "side"
    raised = float(rng.uniform(20, 60)) if build.is_cat else float(rng.uniform(35, 70))
    head = shoulder + polar(raised, build.chest * 0.6 + build.neck + build.head * 0.7)
    tail = draw_tail(build, rng, hip + complex(-build.hip * 0.75, -build.hip * 0.45), "air")
    far = [
        *front_leg(build, shoulder + 0.05, -stride),
        *hind_leg(build, hip + 0.06, stride),
    ]
    trunk: list[Shape] = [
        Limb([hip, waist, shoulder], [build.hip, build.waist, build.chest]),
        *front_leg(build, shoulder, stride),
        *hind_leg(build, hip, -stride),
        neck_limb(build, shoulder, head),
    ]
    spine = [hip - 0.15, hip, waist, shoulder, head]
    layers = [
        tail,
        fur_layer(far, [hip, hip + 1j], tone=0.72, melt=0.03, roundness=0.06),
        fur_layer(trunk, spine, melt=0.05, roundness=0.17, shadow=0.35),
        *socks(build, rng, [complex(0.35 + stride, 0), complex(-0.40 - stride, 0)]),
    ]
    return layers, _Neck(head, view, float(rng.uniform(-12, 12)))


def _sitting(build: Build, rng: np.random.Generator) -> tuple[list[Layer], _Neck]:
    height = build.leg + build.chest * (0.95 if build.is_cat else 0.75)
    rump = complex(-0.20, -build.hip * 1.15)
    chest = complex(0.20, -height)
    middle = complex(-0.04, -height * 0.60)
    view = "front" if rng.random() < 0.5 else "side"
    raised = float(rng.uniform(55, 85))
    head = chest + polar(raised, build.chest * 0.5 + build.neck + build.head * 0.75)
    foot = complex(0.27, 0)
    trunk: list[Shape] = [
        Limb([rump, middle, chest], [build.hip * 1.18, build.waist * 1.35, build.chest * 0.92]),
        Limb(
            [chest + 0.02j, complex(0.24, -0.3 * height), foot - 0.05j],
            [0.10, build.limb * 1.1, build.limb],
        ),
        paw(foot, build),
        neck_limb(build, chest, head),
    ]
    far: list[Shape] = [
        Limb(
            [chest, complex(0.32, -0.3 * height), foot + 0.08 - 0.05j],
            [0.09, build.limb, build.limb],
        ),
        paw(foot + 0.09, build),
    ]
    thigh: list[Shape] = [
        Blob(rump + complex(0.10, 0.01), polar(25, build.hip * 1.12), build.hip * 0.86),
        Limb(
            [rump + 0.12 + 0.08j, complex(0.06, -0.055), complex(0.14, -0.05)], [0.09, 0.06, 0.055]
        ),
    ]
    root = complex(-0.20 - build.hip * 1.05, -0.09)
    wrapped = build.is_cat and rng.random() < 0.4
    tail = draw_tail(build, rng, root, "wrapped" if wrapped else "floor")
    spine = [rump - 0.1 + 0.1j, rump, middle, chest, head]
    layers = [
        fur_layer(far, [chest, foot], tone=0.74, melt=0.03, roundness=0.06),
        fur_layer(trunk, spine, melt=0.05, roundness=0.17, shadow=0.3),
        fur_layer(thigh, [rump - 0.1 + 0.1j, rump + 0.05 - 0.1j, complex(0.14, -0.05)], melt=0.05,
              roundness=0.14, shadow=0.45),
        *socks(build, rng, [foot]),
    ]  # fmt: skip
    layers = [*layers, tail] if wrapped else [tail, *layers]
    return layers, _Neck(head, view, float(rng.uniform(-12, 12)))


def _sitting_front(build: Build, rng: np.random.Generator) -> tuple[list[Layer], _Neck]:
    height = build.leg + build.chest * (0.9 if build.is_cat else 0.7)
    broad = 1.0 if build.is_cat else 1.15
    chest = complex(0.0, -height)
    lean = float(rng.uniform(-0.05, 0.05))
    head = chest + complex(lean, -build.neck - build.chest * 0.45 - build.head * 0.7)
    rump = complex(0, -build.hip * 1.05)
    back: list[Shape] = [
        Blob(rump, 0.29 * broad, build.hip * 1.2),
        Limb(
            [rump, complex(0, -height * 0.6), chest],
            [build.hip * 1.2, build.chest * 1.05, build.chest * 0.9],
        ),
        neck_limb(build, chest, head),
    ]
    hind: list[Shape] = [
        shape
        for side in (-1, 1)
        for shape in (
            Blob(complex(side * 0.21 * broad, -0.15), polar(90 - side * 15, 0.15), 0.10),
            Blob(complex(side * 0.24 * broad, -0.05), 0.085, 0.055),
        )
    ]
    front: list[Shape] = [
        shape
        for side in (-1, 1)
        for shape in (
            Limb(
                [
                    chest + side * 0.07,
                    complex(side * 0.085, -height * 0.45),
                    complex(side * 0.09, -0.06),
                ],
                [0.10, build.limb * 1.2, build.limb * 1.05],
            ),
            Blob(complex(side * 0.095, -0.045), build.limb * 1.4, 0.05),
        )
    ]
    side = -1 if rng.random() < 0.5 else 1
    tail = draw_tail(build, rng, complex(0.22 * broad, -0.08), "side")
    tail = tail.moved(Similarity(mirror=side < 0))
    layers = [
        tail,
        fur_layer(back, [rump + 0.1j, chest, head], melt=0.05, roundness=0.2),
        fur_layer(hind, [rump + 0.1j, rump - 0.2j], melt=0.03, roundness=0.1, shadow=0.4),
        fur_layer(front, [chest, complex(0, 0)], melt=0.02, roundness=0.09, shadow=0.35),
        *bib(build, rng, chest, height),
        *socks(build, rng, [complex(-0.09, 0), complex(0.09, 0)]),
    ]
    return layers, _Neck(head, "front", float(rng.uniform(-14, 14)))


def _standing_front(build: Build, rng: np.random.Generator) -> tuple[list[Layer], _Neck]:
    chest = complex(0, -build.leg - build.chest)
    head = chest + complex(
        float(rng.uniform(-0.05, 0.05)), -build.neck * 0.8 - build.chest * 0.4 - build.head * 0.55
    )
    offset = float(rng.uniform(0.08, 0.16)) * (1 if rng.random() < 0.5 else -1)
    croup = chest + complex(offset, -0.02 - 0.3 * build.hip)
    rear: list[Shape] = [Blob(croup, build.hip * 1.05, build.hip * 1.1)]
    for side in (-1, 1):
        foot = complex(offset * 1.2 + side * build.hip * 0.75, -0.10)
        rear.append(
            Limb(
                [croup + side * 0.06 + 0.05j, foot - 0.25j, foot],
                [0.11, build.limb, build.limb * 0.9],
            )
        )
        rear.append(Blob(foot + 0.03j, build.limb * 1.2, 0.05))
    front: list[Shape] = [Blob(chest, build.chest * 0.98, build.chest * 1.15)]
    for side in (-1, 1):
        foot = complex(side * build.chest * 0.62, -0.05)
        front.append(
            Limb(
                [
                    chest + side * 0.07 + 0.04j,
                    complex(side * build.chest * 0.62, chest.imag * 0.5),
                    foot,
                ],
                [0.11, build.limb * 1.15, build.limb],
            )
        )
        front.append(Blob(foot, build.limb * 1.4, 0.052))
    front.append(neck_limb(build, chest, head))
    tail = draw_tail(build, rng, croup - 0.08j, "up")
    feet = [complex(side * build.chest * 0.62, 0) for side in (-1, 1)]
    layers = [
        tail,
        fur_layer(rear, [croup, croup + 1j], tone=0.75, melt=0.04, roundness=0.12),
        fur_layer(front, [chest + 0.4j, chest, head], melt=0.04, roundness=0.16, shadow=0.6),
        *bib(build, rng, chest, build.leg),
        *socks(build, rng, feet),
    ]
    return layers, _Neck(head, "front", float(rng.uniform(-12, 12)))


def _lying(build: Build, rng: np.random.Generator) -> tuple[list[Layer], _Neck]:
    rump = complex(-0.36, -build.hip * 1.0)
    chest = complex(0.30, -build.chest * 1.02)
    middle = complex(-0.02, -build.waist * 1.15)
    resting = rng.random() < 0.25
    if resting:
        head, view, tilt = complex(0.64, -build.head * 0.95), "side", float(rng.uniform(-10, 2))
    else:
        raised = float(rng.uniform(40, 75))
        head = chest + polar(raised, build.chest * 0.5 + build.neck + build.head * 0.75)
        view = "front" if rng.random() < 0.55 else "side"
        tilt = float(rng.uniform(-12, 12))
    reach = 0.30 if build.is_cat else 0.42
    paws: list[Shape] = [
        Limb(
            [chest + 0.05j, complex(0.46, -0.06), complex(0.34 + reach, -0.05)],
            [0.10, 0.065, build.limb],
        ),
        Blob(complex(0.36 + reach, -0.045), 0.075, 0.048),
    ]
    trunk: list[Shape] = [
        Limb([rump, middle, chest], [build.hip, build.waist * 1.12, build.chest]),
        neck_limb(build, chest, head),
    ]
    haunch: list[Shape] = [
        Blob(rump + complex(0.06, 0.01), polar(20, build.hip * 1.2), build.hip * 0.88),
        Limb([rump + 0.1 + 0.1j, complex(-0.14, -0.055), complex(0.0, -0.05)], [0.09, 0.06, 0.052]),
    ]
    wrapped = build.is_cat and rng.random() < 0.35
    tail = draw_tail(
        build, rng, complex(-0.34 - build.hip, -0.09), "wrapped" if wrapped else "floor"
    )
    far = [shape.moved(Similarity(offset=0.05 - 0.035j)) for shape in paws]
    layers = [
        fur_layer(far, [chest, complex(0.6, -0.05)], tone=0.75, melt=0.03, roundness=0.06),
        fur_layer(
            trunk, [rump - 0.15, rump, middle, chest, head], melt=0.05, roundness=0.17, shadow=0.3
        ),
        fur_layer(paws, [chest, complex(0.6, -0.05)], melt=0.03, roundness=0.07, shadow=0.35),
        fur_layer(
            haunch, [rump - 0.2, rump, complex(0, -0.05)], melt=0.05, roundness=0.14, shadow=0.45
        ),
    ]
    layers = [*layers, tail] if wrapped else [tail, *layers]
    return layers, _Neck(head, view, tilt)


def _lying_front(build: Build, rng: np.random.Generator) -> tuple[list[Layer], _Neck]:
    high = build.hip * 1.25
    lean = float(rng.uniform(-0.10, 0.10))
    head = complex(lean, -high - build.head * (0.55 if build.is_cat else 0.9))
    trunk: list[Shape] = [
        Blob(complex(0, -high * 0.95), 0.36, high * 0.92),
        Blob(complex(lean * 0.5, -high * 0.8), build.chest * 1.3, high * 0.9),
        Limb([complex(0, -high), head], [build.neck_radius * 1.15, build.neck_radius]),
    ]
    paws: list[Shape] = []
    for side in (-1, 1):
        spread = 0.11 if build.is_cat else 0.17
        paws.append(
            Limb(
                [complex(side * spread, -0.17), complex(side * spread * 1.1, -0.05)],
                [0.075, build.limb * 1.2],
            )
        )
        paws.append(Blob(complex(side * spread * 1.1, -0.045), 0.075, 0.05))
    side = -1 if rng.random() < 0.5 else 1
    tail = draw_tail(build, rng, complex(0.30, -0.08), "side").moved(Similarity(mirror=side < 0))
    layers = [
        tail,
        fur_layer(trunk, [-0.4 - high * 0.9j, 0.4 - high * 0.9j], melt=0.05, roundness=0.2),
        fur_layer(paws, [complex(0, -0.3), complex(0, 0)], melt=0.03, roundness=0.08, shadow=0.45),
        *socks(build, rng, [complex(-0.13, 0), complex(0.13, 0)]),
    ]
    return layers, _Neck(head, "front", float(rng.uniform(-14, 14)))


POSES: dict[str, Callable[[Build, np.random.Generator], tuple[list[Layer], _Neck]]] = {
    "standing": _standing,
    "sitting": _sitting,
    "sitting_front": _sitting_front,
    "standing_front": _standing_front,
    "lying": _lying,
    "lying_front": _lying_front,
}
