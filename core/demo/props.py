"""Things that stand about and are no animals, though some are furry or striped."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.demo.anatomy import Color, Fur, Layer
from core.demo.coat import Coat
from core.demo.geometry import Blob, Limb, Patch, Shape, polar
from core.demo.noise import band_noise, cloud_noise

_PAINTS: tuple[Color, ...] = (
    (190, 60, 50), (60, 110, 160), (220, 180, 70), (90, 140, 90), (200, 200, 195), (120, 80, 130),
)  # fmt: skip


def draw_prop(rng: np.random.Generator, *, outdoors: bool) -> tuple[list[Layer], float]:
    """Draw a thing.

    Returns:
        Its layers (it stands on y = 0 and is about 1 high or wide), and its size as a share of
        the picture's width.
    """
    kinds = _OUTDOORS if outdoors else _INDOORS
    maker, low, high = kinds[int(rng.integers(len(kinds)))]
    return maker(rng), float(rng.uniform(low, high))


def fabric(rng: np.random.Generator, shape: tuple[int, int], unit: float, pixel: float) -> Coat:
    """A woven or fluffy cloth, as a coat that things can wear.

    Args:
        rng: Where it comes from.
        shape: (height, width) of the working picture.
        unit: Size of the thing in working pixels.
        pixel: Working pixels in a pixel of the finished photo.
    """
    light = np.asarray(_color(rng), np.float32) / np.float32(255)
    deep = light * np.float32(rng.uniform(0.45, 0.8))
    striped = bool(rng.random() < 0.35)
    weave = np.float32(0.4) + np.float32(0.25) * band_noise(
        rng, shape, float(rng.uniform(4, 8)) * pixel
    )
    return Coat(
        light=light, dark=deep, pale=light, is_striped=striped, period=0.22 * unit,
        pattern=np.clip(weave, 0, 1).astype(np.float32), warp=np.zeros(shape, np.float32),
        grain=cloud_noise(rng, (512, 512), (1.5 * pixel, 3 * pixel), 2), strength=0.05,
    )  # fmt: skip


def _cushion(rng: np.random.Generator) -> list[Layer]:
    tip = float(rng.uniform(-0.06, 0.06))
    outline = [
        complex(-0.52, -0.02), complex(-0.44, -0.36), complex(-0.50, -0.74 + tip), -0.66j,
        complex(0.50, -0.74 - tip), complex(0.44, -0.36), complex(0.52, -0.02), complex(0, -0.05),
    ]  # fmt: skip
    return [
        Layer(
            (Patch(outline, smooth=True),),
            Fur.COAT,
            (-0.5 - 0.4j, 0.5 - 0.4j),
            melt=0.02,
            roundness=0.3,
        )
    ]


def _ball(rng: np.random.Generator) -> list[Layer]:
    turn = float(rng.uniform(0, 180))
    band = Limb(
        [-0.5j + polar(turn, 0.5), -0.5j + polar(turn + 70, 0.16), -0.5j - polar(turn, 0.5)],
        [0.09] * 3,
    )
    return [
        _solid([Blob(-0.5j, 0.5, 0.5)], _color(rng), roundness=0.5),
        Layer((band,), _color(rng), roundness=0.1, inside=True, opacity=0.75),
        Layer((Blob(-0.16 - 0.70j, 0.10, 0.06),), (250, 250, 245), inside=True, opacity=0.5),
    ]


def _bowl(rng: np.random.Generator) -> list[Layer]:
    color = _color(rng)
    side = Patch([-0.40 - 0.36j, 0.40 - 0.36j, 0.5 - 0.02j, -0.5 - 0.02j])
    return [
        _solid([side, Blob(-0.04j, 0.5, 0.08)], color, roundness=0.2),
        _solid([Blob(-0.36j, 0.40, 0.12)], color, roundness=0.05),
        Layer((Blob(-0.36j, 0.34, 0.085),), (92, 62, 42)),
    ]


def _plant(rng: np.random.Generator) -> list[Layer]:
    leaves: list[Layer] = []
    for _ in range(int(rng.integers(7, 11))):
        angle = float(rng.uniform(35, 145))
        reach = float(rng.uniform(0.35, 0.62))
        root = -0.36j
        middle = root + polar(angle, 0.55 * reach)
        tip = root + polar(angle + float(rng.uniform(-25, 25)), reach)
        green: Color = (
            int(rng.integers(40, 90)),
            int(rng.integers(95, 145)),
            int(rng.integers(40, 80)),
        )
        leaves.append(
            _solid([Limb([root, middle, tip], [0.02, 0.07, 0.012])], green, roundness=0.05)
        )
    pot = Patch([-0.20 - 0.38j, 0.20 - 0.38j, 0.15 - 0.01j, -0.15 - 0.01j])
    return [*leaves, _solid([pot], (172, 98, 66), roundness=0.15)]


def _box(rng: np.random.Generator) -> list[Layer]:
    high = float(rng.uniform(0.4, 0.6))
    front = Patch([complex(-0.5, -high), complex(0.5, -high), 0.5 + 0j, -0.5 + 0j])
    lid = Patch(
        [
            complex(-0.5, -high),
            complex(0.5, -high),
            complex(0.42, -high - 0.14),
            complex(-0.42, -high - 0.14),
        ]
    )
    tape = Patch([complex(-0.05, -high), complex(0.05, -high), 0.05 - 0.0j, -0.05 - 0.0j])
    return [
        _solid([lid], (150, 112, 72), roundness=0.02),
        _solid([front], (184, 142, 96), roundness=0.02),
        Layer((tape,), (206, 178, 130), inside=True, opacity=0.8),
    ]


def _stone(rng: np.random.Generator) -> list[Layer]:
    grey = int(rng.integers(95, 150))
    bumps: list[Shape] = [
        Blob(
            complex(float(x), -0.22),
            complex(0.3, float(rng.uniform(-0.05, 0.05))),
            float(rng.uniform(0.18, 0.3)),
        )
        for x in rng.uniform(-0.22, 0.22, 3)
    ]
    return [_solid(bumps, (grey, grey - 4, grey - 10), roundness=0.3, melt=0.05)]


def _bone(rng: np.random.Generator) -> list[Layer]:
    ends: list[Shape] = [
        Blob(complex(x, y), 0.09, 0.085) for x in (-0.38, 0.38) for y in (-0.08, -0.22)
    ]
    shaft = Limb([-0.36 - 0.15j, 0.36 - 0.15j], [0.065, 0.065])
    return [_solid([*ends, shaft], (232, 224, 204), roundness=0.1, melt=0.02)]


_Maker = Callable[[np.random.Generator], list[Layer]]
_INDOORS: tuple[tuple[_Maker, float, float], ...] = (
    (_cushion, 0.30, 0.52),
    (_cushion, 0.30, 0.52),
    (_ball, 0.07, 0.13),
    (_bowl, 0.12, 0.20),
    (_plant, 0.35, 0.60),
    (_box, 0.25, 0.42),
)
_OUTDOORS: tuple[tuple[_Maker, float, float], ...] = (
    (_ball, 0.06, 0.12),
    (_stone, 0.14, 0.34),
    (_bone, 0.10, 0.16),
    (_plant, 0.30, 0.50),
)


def _solid(shapes: list[Shape], color: Color, *, roundness: float, melt: float = 0.0) -> Layer:
    return Layer(tuple(shapes), color, melt=melt, roundness=roundness, shaded=True)


def _color(rng: np.random.Generator) -> Color:
    red, green, blue = _PAINTS[int(rng.integers(len(_PAINTS)))]
    return red, green, blue
