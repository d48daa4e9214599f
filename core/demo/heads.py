"""Heads of cats and dogs, from the front and from the side.

Lengths are in head radii around the middle of the skull; the side view looks to the right.
"""

from __future__ import annotations

import numpy as np

from core.demo.anatomy import Build, Color, Fur, Layer
from core.demo.geometry import Blob, Limb, Patch, Shape

_DARK: Color = (24, 20, 20)
_WHITE: Color = (250, 250, 245)
_EYES_CAT: tuple[Color, ...] = ((176, 190, 72), (206, 170, 60), (120, 178, 120), (110, 165, 190))
_EYES_DOG: tuple[Color, ...] = ((78, 46, 24), (60, 36, 22), (104, 66, 30))
_TONGUE: Color = (222, 112, 120)


def head_layers(build: Build, view: str, rng: np.random.Generator) -> list[Layer]:
    """The layers of a head, back to front.

    Args:
        build: The animal's proportions.
        view: `front` or `side`.
        rng: Draws eye colour, expression and how far the face is turned.
    """
    if build.is_cat:
        return _cat_front(rng) if view == "front" else _cat_side(rng, build.muzzle)
    return _dog_front(build, rng) if view == "front" else _dog_side(build, rng)


def _cat_front(rng: np.random.Generator) -> list[Layer]:
    yaw = float(rng.uniform(-0.14, 0.14))
    perk = float(rng.uniform(-0.06, 0.10))
    nose_color: Color = (214, 132, 128) if rng.random() < 0.6 else (92, 62, 60)
    layers = []
    for side in (-1, 1):
        tip = complex(side * (0.80 + 0.5 * perk) + 0.3 * yaw, -1.52 - perk)
        outer, inner = complex(side * 0.93, -0.20), complex(side * 0.12, -0.78)
        layers.append(
            _fur([Patch([outer, tip, inner])], Fur.COAT, [inner, tip], melt=0.05, roundness=0.3)
        )
        hollow = [outer * 0.80 + tip * 0.2 - side * 0.12, tip * 0.86, inner * 0.76 + tip * 0.24]
        layers.append(_plain([Patch(hollow)], (176, 122, 116), opacity=0.75))
    skull: list[Shape] = [
        Blob(-0.04j, 1.0, 0.84),
        Blob(-0.50 + 0.28j, 0.46, 0.38),
        Blob(0.50 + 0.28j, 0.46, 0.38),
    ]
    layers.append(
        _fur(skull, Fur.COAT, [-1 - 0.2j, 1 - 0.2j], melt=0.16, roundness=0.9, shadow=0.5)
    )
    puffs: list[Shape] = [
        Blob(yaw * 1.6 - 0.20 + 0.40j, 0.27, 0.21),
        Blob(yaw * 1.6 + 0.20 + 0.40j, 0.27, 0.21),
        Blob(yaw * 1.5 + 0.60j, 0.20, 0.16),
    ]
    layers.append(_fur(puffs, Fur.PALE, [], melt=0.06, roundness=0.25, inside=True))
    iris = _EYES_CAT[int(rng.integers(len(_EYES_CAT)))]
    wide = float(rng.uniform(0.05, 0.10))
    for side in (-1, 1):
        center = complex(side * 0.40 + yaw, -0.10)
        layers += _eye(center, 0.205, 0.16, iris, pupil=(wide, 0.15), slant=side * 0.2)
    tip = complex(yaw * 1.7, 0.30)
    nose = Patch([tip - 0.14 - 0.07j, tip + 0.14 - 0.07j, tip + 0.09j], smooth=True)
    layers.append(_plain([nose], nose_color))
    layers.append(_mouth([tip + 0.05j, tip + 0.2j, tip + 0.28j + 0.17, tip + 0.26j + 0.3]))
    layers.append(_mouth([tip + 0.05j, tip + 0.2j, tip + 0.28j - 0.17, tip + 0.26j - 0.3]))
    for side in (-1, 1):
        layers.append(_whiskers(tip + side * 0.26 + 0.12j, side, rng))
    return layers


def _cat_side(rng: np.random.Generator, muzzle: float) -> list[Layer]:
    perk = float(rng.uniform(-0.08, 0.08))
    far_ear = Patch([0.02 - 0.66j, 0.34 + perk - 1.38j, 0.60 - 0.52j])
    near_ear = Patch([-0.62 - 0.45j, -0.38 + perk - 1.50j, 0.22 - 0.74j])
    hollow = Patch([-0.40 - 0.66j, -0.33 + perk - 1.28j, 0.06 - 0.78j])
    snout = 0.62 + 0.30j
    skull: list[Shape] = [
        Blob(-0.02j, 0.96, 0.85),
        Blob(snout, 0.40 * muzzle, 0.29),
        Blob(0.35 + 0.42j, 0.45, 0.36),
    ]
    iris = _EYES_CAT[int(rng.integers(len(_EYES_CAT)))]
    tip = 0.62 + 0.38 * muzzle + 0.17j
    lie = [-1 - 0.3j, 0.2 - 0.3j, 0.9 + 0.2j]
    pale = Blob(snout + 0.06j, 0.36 * muzzle, 0.26)
    return [
        _fur([far_ear], Fur.COAT, [0.3 - 0.6j, 0.34 - 1.4j], tone=0.75, melt=0.05, roundness=0.3),
        _fur([near_ear], Fur.COAT, [-0.2 - 0.6j, -0.4 - 1.5j], melt=0.05, roundness=0.3),
        _plain([hollow], (176, 122, 116), opacity=0.65),
        _fur(skull, Fur.COAT, lie, melt=0.14, roundness=0.9, shadow=0.5),
        _fur([pale], Fur.PALE, [], melt=0.05, roundness=0.2, inside=True),
        *_eye(0.46 - 0.14j, 0.14, 0.15, iris, pupil=(0.06, 0.14), slant=0.2),
        _plain([Blob(tip, 0.10, 0.09)], (196, 118, 114)),
        _mouth([tip + 0.12j, tip - 0.14 + 0.24j, tip - 0.38 + 0.22j]),
        _whiskers(tip - 0.32 + 0.16j, 1, rng),
    ]  # fmt: skip


def _dog_front(build: Build, rng: np.random.Generator) -> list[Layer]:
    yaw = float(rng.uniform(-0.16, 0.16))
    droop = 0.16 * build.muzzle
    skull: list[Shape] = [
        Blob(-0.12j, 0.86, 0.86),
        Blob(complex(0.5 * yaw, 0.30), 0.70, 0.62),
    ]
    layers = [_fur(skull, Fur.COAT, [-1j, 1j], melt=0.16, roundness=0.9, shadow=0.5)]
    muzzle: list[Shape] = [
        Blob(complex(1.6 * yaw, 0.32 + droop), 0.40, 0.44),
        Blob(complex(1.7 * yaw - 0.22, 0.56 + droop), 0.30, 0.34),
        Blob(complex(1.7 * yaw + 0.22, 0.56 + droop), 0.30, 0.34),
        Blob(complex(1.5 * yaw, 0.86 + droop), 0.26, 0.20),
    ]
    panting = rng.random() < 0.45
    nose = complex(1.9 * yaw, 0.30 + droop)
    if panting:
        tongue = Limb([nose + 0.45j, nose + 0.75j, nose + 0.95j], [0.16, 0.17, 0.15])
        layers.append(_plain([tongue], _TONGUE))
    layers.append(_fur(muzzle, Fur.PALE, [], melt=0.10, roundness=0.45, shadow=0.35))
    if panting:
        tongue = Limb([nose + 0.52j, nose + 0.75j, nose + 0.98j], [0.13, 0.16, 0.14])
        layers.append(_plain([tongue], _TONGUE))
    iris = _EYES_DOG[int(rng.integers(len(_EYES_DOG)))]
    for side in (-1, 1):
        center = complex(side * 0.38 + yaw, -0.20)
        layers += _eye(center, 0.15, 0.15, iris, pupil=(0.08, 0.08), slant=0)
    layers.append(_plain([Blob(nose, 0.25, 0.18)], _DARK))
    layers.append(_plain([Blob(nose - 0.07 - 0.07j, 0.07, 0.04)], (120, 116, 116)))
    for side in (-1, 1):
        layers.append(
            _mouth(
                [nose + 0.1j, nose + 0.3j, nose + side * 0.2 + 0.42j, nose + side * 0.42 + 0.34j]
            )
        )
    swing = float(rng.uniform(-0.08, 0.12))
    for side in (-1, 1):
        root = complex(side * 0.62 + 0.3 * yaw, -0.72)
        if build.long_ears:
            points = [
                root,
                complex(side * (1.02 + swing), -0.25),
                complex(side * (1.0 + swing), 0.50),
            ]
            ear: Shape = Limb(points, [0.22, 0.33, 0.25])
        else:
            points = [
                root + side * -0.22 - 0.06j, root + side * 0.22 - 0.30j,
                complex(side * (1.20 + swing), -0.45), complex(side * (0.98 + swing), 0.02),
                root + side * 0.02 + 0.30j,
            ]  # fmt: skip
            ear = Patch(points, smooth=True)
        layers.append(_fur([ear], Fur.POINT, points[:3], melt=0.05, roundness=0.35, shadow=0.6))
    return layers


def _dog_side(build: Build, rng: np.random.Generator) -> list[Layer]:
    reach = build.muzzle
    skull: list[Shape] = [
        Blob(-0.05 - 0.08j, 0.86, 0.80),
        Limb(
            [0.30 + 0.12j, 0.80 * reach + 0.3 + 0.26j, 1.30 * reach + 0.3 + 0.32j],
            [0.56, 0.44, 0.34],
        ),
        Limb(
            [0.10 + 0.45j, 0.70 * reach + 0.3 + 0.56j, 1.10 * reach + 0.3 + 0.60j],
            [0.36, 0.26, 0.18],
        ),
    ]
    tip = complex(1.30 * reach + 0.55, 0.14)
    pale: list[Shape] = [
        Limb(
            [0.62 + 0.50j, 0.75 * reach + 0.35 + 0.48j, 1.30 * reach + 0.35 + 0.44j],
            [0.24, 0.30, 0.26],
        )
    ]
    iris = _EYES_DOG[int(rng.integers(len(_EYES_DOG)))]
    lie = [-1 - 0.2j, 0.2 + 0j, 1.6 + 0.3j]
    layers = [
        _fur(skull, Fur.COAT, lie, melt=0.16, roundness=0.8, shadow=0.5),
        _fur(pale, Fur.PALE, [], melt=0.10, roundness=0.3, inside=True),
        *_eye(0.42 - 0.24j, 0.14, 0.13, iris, pupil=(0.07, 0.07), slant=0),
        _plain([Blob(tip, 0.19, 0.16)], _DARK),
        _plain([Blob(tip - 0.04 - 0.07j, 0.06, 0.035)], (120, 116, 116)),
        _mouth([tip + 0.34j - 0.05, tip + 0.42j - 0.5, tip + 0.36j - 0.95]),
    ]  # fmt: skip
    if rng.random() < 0.35:
        tongue = Limb(
            [tip - 0.30 + 0.42j, tip - 0.22 + 0.66j, tip - 0.20 + 0.88j], [0.12, 0.13, 0.11]
        )
        layers.append(_plain([tongue], _TONGUE))
    swing = float(rng.uniform(-0.10, 0.10))
    if build.long_ears:
        points = [-0.30 - 0.52j, complex(-0.52 + swing, 0.0), complex(-0.44 + swing, 0.66)]
        ear: Shape = Limb(points, [0.22, 0.36, 0.26])
    else:
        points = [
            -0.52 - 0.62j, -0.20 - 0.98j, complex(0.16 + swing, -0.62),
            complex(0.02 + swing, -0.12), -0.30 - 0.30j,
        ]  # fmt: skip
        ear = Patch(points, smooth=True)
    layers.append(_fur([ear], Fur.POINT, points[:3], melt=0.05, roundness=0.35, shadow=0.6))
    return layers


def _fur(
    shapes: list[Shape],
    zone: Fur,
    spine: list[complex],
    *,
    melt: float,
    roundness: float,
    tone: float = 1.0,
    shadow: float = 0.0,
    inside: bool = False,
) -> Layer:
    return Layer(
        tuple(shapes), zone, tuple(spine), tone=tone, melt=melt, roundness=roundness,
        shadow=shadow, inside=inside,
    )  # fmt: skip


def _plain(shapes: list[Shape], color: Color, *, opacity: float = 1.0) -> Layer:
    return Layer(tuple(shapes), color, roundness=0.1, opacity=opacity)


def _eye(
    center: complex,
    wide: float,
    high: float,
    iris: Color,
    *,
    pupil: tuple[float, float],
    slant: float,
) -> list[Layer]:
    axis = complex(wide, -slant * wide)
    return [
        _plain([Blob(center, axis * 1.22, high * 1.22)], (46, 36, 32), opacity=0.85),
        _plain([Blob(center, axis, high)], iris),
        _plain([Blob(center, complex(pupil[0]), pupil[1])], _DARK),
        _plain([Blob(center + complex(0.06, -0.07), 0.045, 0.045)], _WHITE),
    ]


def _mouth(points: list[complex]) -> Layer:
    return Layer((Limb(points, [0.028] * len(points)),), _DARK, inside=True, opacity=0.7)


def _whiskers(root: complex, side: int, rng: np.random.Generator) -> Layer:
    hairs: list[Shape] = []
    for index in range(3):
        lift = -0.16 + 0.17 * index + float(rng.uniform(-0.03, 0.03))
        end = root + complex(side * 0.95, lift)
        middle = root + complex(side * 0.5, lift * 0.35 - 0.03)
        hairs.append(Limb([root, middle, end], [0.014, 0.012, 0.008]))
    return Layer(tuple(hairs), (240, 238, 230), traced=False, opacity=0.55)
