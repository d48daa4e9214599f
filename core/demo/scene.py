"""A whole photo: animals placed in a room or a garden, lit, and labelled exactly."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.demo.coat import draw_coat
from core.demo.geometry import Floats, Similarity, Window, window_around
from core.demo.noise import blur, cloud_noise, smoothstep
from core.demo.painter import Light, Sprite, paint
from core.demo.placement import BACKGROUND, CAT, Actor, Recipe, place_animals, place_props
from core.demo.props import fabric
from core.demo.scenery import draw_scenery
from core.images import Array

_WORKING_SIZE = 512
_MAX_SHADE = 0.72
# Tufts of fur and tips that stick out from behind something, in pixels: nobody traces them.
_CRUMB = 24


@dataclass(frozen=True)
class Picture:
    """A finished photo with its exact mask.

    Attributes:
        image: uint8 H×W×3, RGB.
        mask: uint8 H×W, BACKGROUND, CAT or DOG.
        owners: uint8 H×W, 0 or 1 + the number of the animal that is visible there.
        recipe: What it shows.
    """

    image: Array
    mask: Array
    owners: Array
    recipe: Recipe


def draw_picture(rng: np.random.Generator, recipe: Recipe, size: int) -> Picture:
    """Draw one photo of `size`×`size` pixels."""
    pixel = max(1, round(_WORKING_SIZE / size))
    work = size * pixel
    scenery = draw_scenery(rng, work, pixel, dark=recipe.dark)
    light = _draw_light(rng)
    color = scenery.color
    animals = place_animals(rng, recipe, work, scenery.horizon, pixel)
    things = place_props(rng, work, scenery.horizon, outdoors=scenery.outdoors)
    outlines = np.zeros((len(animals), size, size), np.float32)
    for number, actor in enumerate([*things, *animals], -len(things)):
        outline = _add(rng, color, actor, light, pixel, dark=recipe.dark)
        if number >= 0:
            shrunk = cv2.resize(outline, (size, size), interpolation=cv2.INTER_AREA)
            outlines *= 1 - shrunk  # whoever stands in front hides what is behind
            outlines[number] = shrunk
    owners = _owners(outlines)
    table = np.array([BACKGROUND, *recipe.animals], np.uint8)
    image = _develop(rng, color, size, dark=recipe.dark)
    return Picture(image, table[owners], owners, recipe)


def _add(
    rng: np.random.Generator,
    color: Floats,
    actor: Actor,
    light: Light,
    pixel: float,
    *,
    dark: bool,
) -> Floats:
    """Paint an animal or a thing, with its shadow, into `color`; returns its outline, H×W."""
    work = color.shape[0]
    outline = np.zeros((work, work), np.float32)
    shapes = [shape for layer in actor.layers for shape in layer.shapes]
    stage = window_around(shapes, 0.08 * actor.unit, (work, work))
    if stage.empty:
        return outline
    home = Similarity(offset=-complex(stage.left, stage.top))
    if actor.kind == BACKGROUND:
        coat = fabric(rng, stage.shape, actor.unit, pixel)
    else:
        coat = draw_coat(
            rng, stage.shape, actor.unit, is_cat=actor.kind == CAT, dark=dark, pixel=pixel
        )
    ragged = cloud_noise(rng, stage.shape, max(1.5, 0.016 * actor.unit), 2)
    sprite = paint([layer.moved(home) for layer in actor.layers], coat, light, stage.shape, ragged)
    _cast_shadow(color, sprite, stage, actor, light)
    exposure = np.float32(0.62 if dark else 1.0)
    here = color[stage.slices]
    here += (sprite.color * exposure - here) * sprite.opacity[..., None]
    outline[stage.slices] = sprite.outline
    return outline


def _owners(outlines: Floats) -> Array:
    """Each pixel goes to whoever fills most of it, if animals fill at least half of it."""
    owners = np.asarray(outlines.argmax(0) + 1, np.uint8)
    owners[outlines.sum(0) < 0.5] = 0
    for number in range(1, len(outlines) + 1):
        _, parts, stats, _ = cv2.connectedComponentsWithStats((owners == number).astype(np.uint8))
        crumbs = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < _CRUMB)
        if crumbs.size:
            owners[np.isin(parts, crumbs[crumbs > 0])] = 0
    return owners


def _draw_light(rng: np.random.Generator) -> Light:
    side = float(rng.uniform(-0.75, 0.75))
    direction = np.array([side, float(rng.uniform(-0.8, -0.35)), float(rng.uniform(0.5, 0.9))])
    direction /= np.linalg.norm(direction)
    x, y, z = (float(value) for value in direction)
    return Light((x, y, z), float(rng.uniform(0.42, 0.6)))


def _cast_shadow(color: Floats, sprite: Sprite, stage: Window, actor: Actor, light: Light) -> None:
    """Darken the floor around an animal, softly and towards the side away from the light."""
    work = color.shape[0]
    aside, below = int(0.9 * actor.unit), int(0.2 * actor.unit)
    floor = Window(
        max(0, stage.left - aside), stage.top, min(work, stage.right + aside),
        min(work, stage.bottom + below),
    )  # fmt: skip
    dx, ground = float(stage.left - floor.left), actor.ground - stage.top
    # The silhouette is pressed flat onto the floor and sheared away from the light.
    flat, shear = 0.22, -0.9 * light.direction[0]
    matrix = np.array(
        [[1, shear, dx - shear * ground], [0, flat, ground * (1 - flat) + 0.01 * actor.unit]],
        np.float32,
    )
    size = (floor.right - floor.left, floor.bottom - floor.top)
    cast = np.asarray(cv2.warpAffine(sprite.outline, matrix, size), np.float32)
    drop = np.array([[1, 0, dx], [0, 1, 0.02 * actor.unit]], np.float32)
    contact = np.asarray(cv2.warpAffine(sprite.outline, drop, size), np.float32)
    rows = np.arange(floor.shape[0], dtype=np.float32)[:, None]
    contact = blur(contact, 0.035 * actor.unit) * smoothstep(
        ground - 0.25 * actor.unit, ground, rows
    )
    shade = 0.42 * blur(cast, 0.05 * actor.unit) + 0.5 * contact
    color[floor.slices] *= (1 - np.minimum(shade, np.float32(_MAX_SHADE)))[..., None]


def _develop(rng: np.random.Generator, color: Floats, size: int, *, dark: bool) -> Array:
    """Light the scene unevenly, shrink it to the photo's size, and add the camera's noise."""
    photo = np.asarray(cv2.resize(color, (size, size), interpolation=cv2.INTER_AREA))
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / np.float32(size) - np.float32(0.5)
    angle = float(rng.uniform(0, 2 * np.pi))
    slope = float(rng.uniform(0.0, 0.45))
    field = 1 + slope * (x * np.cos(angle) + y * np.sin(angle))
    field = field * (1 - 2 * float(rng.uniform(0.05, 0.25)) * (x**2 + y**2))
    if rng.random() < 0.3:
        field = field * _window_light(rng, x, y)
    warm = float(rng.uniform(-0.06, 0.06))
    balance = np.asarray((1 + warm, 1, 1 - warm), np.float32)
    exposure = float(rng.uniform(0.85, 1.1) if dark else rng.uniform(0.82, 1.18))
    photo = photo * field[..., None].astype(np.float32) * (balance * np.float32(exposure))
    noise = rng.standard_normal(photo.shape, dtype=np.float32)
    photo = photo + noise * np.float32(rng.uniform(0.004, 0.014))
    return np.asarray(np.clip(np.rint(photo * 255), 0, 255), np.uint8)


def _window_light(rng: np.random.Generator, x: Floats, y: Floats) -> Floats:
    """A slanted bar of brighter light, as through a window."""
    lean = float(rng.uniform(-0.6, 0.6))
    center, half = float(rng.uniform(-0.3, 0.3)), float(rng.uniform(0.08, 0.2))
    distance = np.abs(x + np.float32(lean) * y - np.float32(center))
    return 1 + np.float32(0.28) * smoothstep(-half, -half + 0.05, -distance)
