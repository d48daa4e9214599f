"""What a photo shows, and where in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.demo.anatomy import Layer, draw_build
from core.demo.bodies import POSES, figure
from core.demo.geometry import Similarity, enclosing, polar
from core.demo.props import draw_prop

BACKGROUND, CAT, DOG = 0, 1, 2

_MIN_UNIT = 28.0

# Of every twenty photos.
_MIX = np.array(
    ["one"] * 12 + ["small", "small", "dark", "dark", "both", "touching", "touching", "pair"]
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a photo should show.

    Attributes:
        animals: CAT or DOG, from the farthest to the nearest.
        small: The animals are far away.
        dark: Dark animals in a dim place.
        touching: The animals overlap or touch.
    """

    animals: tuple[int, ...]
    small: bool = False
    dark: bool = False
    touching: bool = False


@dataclass(frozen=True)
class Actor:
    """An animal or a thing in its place.

    Attributes:
        kind: CAT, DOG, or BACKGROUND for a thing.
        layers: In working pixels.
        unit: Working pixels in a unit of length.
        ground: Where it stands, in working pixels from the top.
    """

    kind: int
    layers: list[Layer]
    unit: float
    ground: float


def draw_recipes(rng: np.random.Generator, count: int) -> list[Recipe]:
    """Decide what `count` photos show: mostly one animal, some of each hard case."""
    kinds = np.resize(_MIX, count)
    rng.shuffle(kinds)
    first = int(rng.integers(2))
    recipes = []
    for number, kind in enumerate(kinds):
        one, other = (CAT, DOG) if (number + first) % 2 else (DOG, CAT)
        match str(kind):
            case "small":
                recipes.append(Recipe((one,), small=True))
            case "dark":
                recipes.append(Recipe((one,), dark=True))
            case "both":
                recipes.append(Recipe((other, one)))
            case "touching":
                recipes.append(Recipe((other, one), touching=True))
            case "pair":
                recipes.append(Recipe((one, one)))
            case _:
                recipes.append(Recipe((one,)))
    return recipes


def place_animals(
    rng: np.random.Generator, recipe: Recipe, work: int, horizon: float, pixel: float
) -> list[Actor]:
    """Choose poses, sizes and places; the farthest animal comes first.

    Args:
        rng: Where the choices come from.
        recipe: What to show.
        work: Edge length of the working picture.
        horizon: Where the floor ends, as a share of the height.
        pixel: Working pixels in a pixel of the finished photo. No animal gets so small that its
            tail would be thinner than two of them.
    """
    count = len(recipe.animals)
    if recipe.small:
        grounds = np.sort(rng.uniform(horizon + 0.06, horizon + 0.3, count))
    else:
        grounds = np.sort(rng.uniform(max(0.66, horizon + 0.14), 0.95, count))
    gap = float(rng.uniform(0.10, 0.20) if recipe.touching else rng.uniform(0.27, 0.31))
    turn = 1 if rng.random() < 0.5 else -1
    actors = []
    for number, kind in enumerate(recipe.animals):
        layers = figure(draw_build(rng, is_cat=kind == CAT), str(rng.choice(list(POSES))), rng)
        low, high = _extent(layers)
        extent = max(high.real - low.real, 1.15 * (high.imag - low.imag))
        share = _share(rng, recipe)
        if count == 1:
            half = 0.45 * share
            center = float(np.clip(rng.uniform(0.1, 0.9), min(half, 0.5), max(1 - half, 0.5)))
        else:
            center = 0.5 + turn * gap * (2 * number - (count - 1))
        unit = max(share * work / extent, _MIN_UNIT * pixel)
        mirror = bool(rng.random() < 0.5)
        # Whoever would stick out at the top stands nearer to the viewer instead.
        ground = max(float(grounds[number]) * work, (high.imag - low.imag) * unit + 0.02 * work)
        middle = (low.real + high.real) / 2 * (-1 if mirror else 1)
        offset = complex(center * work - middle * unit, ground)
        move = Similarity(unit * polar(float(rng.uniform(-3, 3))), offset, mirror)
        actors.append(Actor(kind, [layer.moved(move) for layer in layers], unit, ground))
    return actors


def place_props(
    rng: np.random.Generator, work: int, horizon: float, *, outdoors: bool
) -> list[Actor]:
    """Put up to two things on the floor, behind where the animals will be."""
    actors = []
    for _ in range(int(rng.choice([0, 1, 2], p=[0.45, 0.4, 0.15]))):
        layers, share = draw_prop(rng, outdoors=outdoors)
        low, high = _extent(layers)
        unit = share * work / max(high.real - low.real, high.imag - low.imag)
        ground = float(rng.uniform(horizon + 0.05, max(horizon + 0.15, 0.78))) * work
        x = float(rng.choice([rng.uniform(0.05, 0.35), rng.uniform(0.65, 0.95)])) * work
        move = Similarity(unit, complex(x, ground), bool(rng.random() < 0.5))
        actors.append(Actor(BACKGROUND, [layer.moved(move) for layer in layers], unit, ground))
    return sorted(actors, key=lambda actor: actor.ground)


def _share(rng: np.random.Generator, recipe: Recipe) -> float:
    """How much of the picture's width an animal takes."""
    if recipe.small:
        return float(rng.uniform(0.22, 0.34))
    if len(recipe.animals) > 1:
        return float(rng.uniform(0.42, 0.60))
    return float(rng.uniform(0.48, 0.95))


def _extent(layers: Sequence[Layer]) -> tuple[complex, complex]:
    return enclosing(
        [c for layer in layers if layer.traced for shape in layer.shapes for c in shape.bounds()]
    )
