"""Backgrounds: a floor seen from a person's height, and what stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.demo.geometry import Floats
from core.demo.noise import band_noise, blur, cloud_noise, smooth_noise, smoothstep

Rgb = tuple[float, float, float]

_SHIFT = 4  # OpenCV draws at 1/16 pixel


@dataclass(frozen=True)
class Scenery:
    """A background.

    Attributes:
        color: float32 H×W×3, 0 to 1.
        horizon: Where floor and wall meet, as a share of the height.
        outdoors: Whether the sun shines there.
    """

    color: Floats
    horizon: float
    outdoors: bool


def draw_scenery(rng: np.random.Generator, size: int, pixel: float, *, dark: bool) -> Scenery:
    """Draw a background of `size`×`size` working pixels.

    Args:
        rng: Where it comes from.
        size: Edge length in working pixels.
        pixel: Working pixels in a pixel of the finished photo.
        dark: A dim place, for dark animals that are hard to see.
    """
    kind = str(rng.choice(list(_PLACES)))
    floors, walls, outdoors = _PLACES[kind]
    floor = floors[int(rng.integers(len(floors)))]
    wall = walls[int(rng.integers(len(walls)))]
    horizon = float(rng.uniform(0.28, 0.58))
    edge = int(horizon * size)
    color = np.empty((size, size, 3), np.float32)
    color[:edge] = wall(rng, (edge, size), pixel)
    if floor is _grass:
        color[edge:] = floor(rng, (size - edge, size), pixel)
    else:
        color[edge:] = _receding(floor(rng, (size, size), pixel), size - edge)
    if floor is _grass:
        color = _ragged_edge(rng, color, edge, pixel)
    else:
        _skirting(rng, color, edge, pixel)
    if dark:
        color *= np.float32(0.42)
    behind = blur(color, float(rng.uniform(0.5, 1.6)) * pixel)
    depth = smoothstep(-0.05, 0.25, np.linspace(0, 1, size, dtype=np.float32)[:, None] - horizon)
    color = behind + (color - behind) * depth[..., None]
    return Scenery(np.clip(color, 0, 1), horizon, outdoors)


def _wood(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    width = shape[1]
    base = _pick(
        rng, [(0.62, 0.42, 0.25), (0.45, 0.28, 0.16), (0.74, 0.58, 0.40), (0.52, 0.42, 0.34)]
    )
    board = float(rng.uniform(0.07, 0.12)) * width
    column = np.arange(width, dtype=np.float32)
    index = (column / board).astype(int)
    tones = rng.normal(1, 0.10, index.max() + 1).astype(np.float32)[index]
    grain = cloud_noise(rng, shape, (0.5 * width, 3.2 * pixel), 3)
    seam = 1 - 0.45 * np.exp(-(((column % board) / (1.2 * pixel)) ** 2)).astype(np.float32)
    value = tones[None, :] * (1 + np.float32(0.10) * grain) * seam[None, :]
    return _tinted(base, value)


def _carpet(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    base = _pick(
        rng,
        [
            (0.62, 0.54, 0.44),
            (0.46, 0.20, 0.20),
            (0.30, 0.36, 0.46),
            (0.66, 0.62, 0.56),
            (0.38, 0.40, 0.34),
        ],
    )
    loops = band_noise(rng, shape, float(rng.uniform(4.5, 8.0)) * pixel)
    wear = cloud_noise(rng, shape, 0.3 * shape[1], 3)
    return _tinted(base, 1 + np.float32(0.14) * loops + np.float32(0.06) * wear)


def _rug(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    color = _carpet(rng, shape, pixel)
    accent = np.asarray(
        _pick(rng, [(0.75, 0.62, 0.40), (0.28, 0.30, 0.42), (0.55, 0.22, 0.18)]), np.float32
    )
    period = float(rng.uniform(0.12, 0.22)) * shape[1]
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    angle = float(rng.choice([0.0, np.pi / 2, np.pi / 4]))
    wave = np.cos((x * np.cos(angle) + y * np.sin(angle)) * np.float32(2 * np.pi / period))
    share = smoothstep(0.35, 0.6, wave) * np.float32(0.7)
    brightness = color.mean(2, keepdims=True) * np.float32(1.6)
    return np.asarray(color + (accent * brightness - color) * share[..., None], np.float32)


def _grass(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    """A lawn seen at a slant: blades of grass, longer and farther apart towards the viewer."""
    height, width = shape
    base = np.asarray(
        _pick(rng, [(0.34, 0.46, 0.18), (0.44, 0.50, 0.24), (0.28, 0.40, 0.20)]), np.float32
    )
    tufts = cloud_noise(rng, shape, (0.05 * width, 0.12 * width), 3)
    dry = smoothstep(0.4, 1.6, cloud_noise(rng, shape, (0.06 * width, 0.2 * width), 3))[..., None]
    straw = np.asarray((0.62, 0.54, 0.34), np.float32)
    ground = base + (straw - base) * dry * np.float32(0.7)
    blades = np.full(shape, 0.62, np.float32) + np.float32(0.10) * tufts
    # From far to near, in a few shades: one call draws all blades of a shade.
    for row in np.linspace(0, 1, 14):
        for tone in rng.normal(1.0, 0.22, 9):
            y = height * np.clip(row + rng.uniform(-0.04, 0.04, 20), 0, 1)
            x = rng.uniform(0, width, 20)
            length = (2.5 + 9 * row) * pixel
            tip_x = x + rng.normal(0, 0.35, 20) * length
            foot = np.stack([x, y + 0.3 * length], 1)
            lines = np.stack([foot, np.stack([tip_x, y - 0.7 * length], 1)], 1)
            thick = max(1, round((0.5 + 0.8 * row) * pixel))
            cv2.polylines(
                blades, list(_sixteenths(lines)), False, float(tone), thick, cv2.LINE_8, _SHIFT
            )
    return ground * blades[..., None]


def _gravel(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    base = _pick(rng, [(0.58, 0.55, 0.52), (0.62, 0.54, 0.44), (0.46, 0.46, 0.48)])
    stones = band_noise(rng, shape, float(rng.uniform(4, 7)) * pixel)
    large = cloud_noise(rng, shape, 0.1 * shape[1], 3)
    return _tinted(base, 1 + np.float32(0.13) * stones + np.float32(0.08) * large)


def _tiles(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    base = _pick(rng, [(0.72, 0.68, 0.62), (0.56, 0.40, 0.32), (0.50, 0.54, 0.56)])
    edge = float(rng.uniform(0.14, 0.24)) * shape[1]
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    tones = rng.normal(1, 0.05, (int(shape[0] / edge) + 1, int(shape[1] / edge) + 1)).astype(
        np.float32
    )
    value = tones[(y / edge).astype(int), (x / edge).astype(int)]
    gap = np.minimum(np.minimum(x % edge, edge - x % edge), np.minimum(y % edge, edge - y % edge))
    value = value * (0.72 + 0.28 * smoothstep(0.6 * pixel, 2.2 * pixel, gap))
    return _tinted(base, value * (1 + np.float32(0.05) * cloud_noise(rng, shape, 20 * pixel, 4)))


def _plaster(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    base = _pick(
        rng,
        [
            (0.80, 0.76, 0.68),
            (0.62, 0.68, 0.72),
            (0.70, 0.62, 0.56),
            (0.56, 0.62, 0.54),
            (0.48, 0.46, 0.50),
        ],
    )
    value = 1 + 0.03 * cloud_noise(rng, shape, 0.3 * shape[1], 3)
    value += np.float32(0.02) * smooth_noise(rng, shape, 2 * pixel)
    return _tinted(base, value)


def _wallpaper(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    color = _plaster(rng, shape, pixel)
    period = float(rng.uniform(0.05, 0.12)) * shape[1]
    x = np.arange(shape[1], dtype=np.float32)
    wave = smoothstep(-0.2, 0.2, np.cos(x * np.float32(2 * np.pi / period)))
    tone = float(rng.choice([0.80, 0.88, 1.10]))
    return color * (1 + (tone - 1) * wave)[None, :, None]


def _curtain(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    base = _pick(
        rng, [(0.55, 0.24, 0.22), (0.34, 0.42, 0.52), (0.66, 0.58, 0.44), (0.36, 0.44, 0.36)]
    )
    x = np.arange(shape[1], dtype=np.float32) / shape[1]
    sway = smooth_noise(rng, (1, shape[1]), 0.1 * shape[1])[0]
    folds = np.cos(2 * np.pi * float(rng.uniform(7, 13)) * x + 1.2 * sway).astype(np.float32)
    weave = smooth_noise(rng, shape, (2 * pixel, 1.5 * pixel))
    return _tinted(base, 1 + np.float32(0.22) * folds[None, :] + np.float32(0.03) * weave)


def _sofa(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    """A sofa's back with cushions; the fabric of some looks a little like fur."""
    color = _plaster(rng, shape, pixel)
    height, width = shape
    base = np.asarray(
        _pick(
            rng, [(0.50, 0.40, 0.32), (0.34, 0.38, 0.46), (0.56, 0.32, 0.26), (0.62, 0.58, 0.50)]
        ),
        np.float32,
    )
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    count = int(rng.integers(2, 4))
    top = float(rng.uniform(0.15, 0.4)) * height
    fabric = 1 + 0.08 * band_noise(rng, shape, float(rng.uniform(5, 9)) * pixel)
    for index in range(count):
        left, right = (index - 0.1) * width / count, (index + 1.1) * width / count
        u = np.abs((x - (left + right) / 2) / ((right - left) / 2))
        v = np.abs((y - (top + height * 1.1) / 2) / ((height * 1.1 - top) / 2))
        bulge = 1 - np.clip(u**5 + v**5, 0, 1)
        inside = smoothstep(0.0, 0.05, bulge)[..., None]
        tone = (0.55 + 0.55 * bulge**0.35 - 0.12 * (y - top) / height)[..., None] * fabric[
            ..., None
        ]
        color = color + (base * tone - color) * inside
    return np.asarray(color, np.float32)


def _hedge(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    """Leaves on the shadow between them."""
    height, width = shape
    base = _pick(rng, [(0.24, 0.38, 0.18), (0.34, 0.42, 0.20), (0.30, 0.36, 0.24)])
    clumps = cloud_noise(rng, shape, 0.14 * width, 3)
    leaves = np.full(shape, 0.38, np.float32)
    around = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    for tone in rng.normal(1.0, 0.2, 36):
        count = 40
        center = np.stack([rng.uniform(0, width, count), rng.uniform(0, height, count)], 1)
        turn = rng.uniform(0, np.pi, count)[:, None]
        long = rng.uniform(2.2, 4.8, count)[:, None] * pixel
        along, across = long * np.cos(around), 0.45 * long * np.sin(around)
        x = along * np.cos(turn) - across * np.sin(turn)
        y = along * np.sin(turn) + across * np.cos(turn)
        outlines = np.stack([x, y], 2) + center[:, None]
        cv2.fillPoly(leaves, list(_sixteenths(outlines)), float(tone), cv2.LINE_8, _SHIFT)
    return _tinted(base, leaves * (1 + np.float32(0.28) * clumps))


def _fence(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    color = _wood(rng, shape, pixel)
    sky = _tinted((0.66, 0.76, 0.86), 1 + 0.05 * cloud_noise(rng, shape, 0.3 * shape[1], 3))
    y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    top = float(rng.uniform(0.1, 0.35))
    inside = smoothstep(top - 0.01, top + 0.01, y)[..., None]
    return sky + (color - sky) * inside


def _brick(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Floats:
    base = _pick(rng, [(0.58, 0.32, 0.24), (0.62, 0.56, 0.48)])
    high = float(rng.uniform(0.035, 0.055)) * shape[1]
    wide = high * 2.6
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    row = (y / high).astype(int)
    x = x + (row % 2) * np.float32(wide / 2)
    tones = rng.normal(1, 0.10, (row.max() + 1, int(shape[1] / wide) + 3)).astype(np.float32)
    value = tones[row, (x / wide).astype(int)]
    gap = np.minimum(np.minimum(x % wide, wide - x % wide), np.minimum(y % high, high - y % high))
    mortar = smoothstep(0.5 * pixel, 1.6 * pixel, gap)[..., None]
    color = _tinted(base, value * (1 + np.float32(0.06) * smooth_noise(rng, shape, 2 * pixel)))
    return np.asarray((0.66, 0.64, 0.60), np.float32) * (1 - mortar) + color * mortar


_Texture = Callable[[np.random.Generator, tuple[int, int], float], Floats]
_PLACES: dict[str, tuple[tuple[_Texture, ...], tuple[_Texture, ...], bool]] = {
    "living room": ((_wood, _carpet, _rug), (_plaster, _wallpaper, _curtain), False),
    "sofa": ((_carpet, _rug, _wood), (_sofa,), False),
    "kitchen": ((_tiles, _wood), (_plaster, _wallpaper), False),
    "garden": ((_grass,), (_hedge, _fence, _brick), True),
    "yard": ((_gravel, _tiles, _grass), (_brick, _fence, _hedge), True),
}


def _pick(rng: np.random.Generator, colors: list[Rgb]) -> Rgb:
    red, green, blue = colors[int(rng.integers(len(colors)))]
    tint = rng.normal(1, 0.05, 3)
    return red * tint[0], green * tint[1], blue * tint[2]


def _tinted(base: Rgb, value: Floats) -> Floats:
    return np.asarray(
        np.asarray(base, np.float32) * np.asarray(value, np.float32)[..., None], np.float32
    )


def _sixteenths(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    return np.rint(points * (1 << _SHIFT)).astype(np.int32)


def _receding(flat: Floats, height: int) -> Floats:
    """Lay a flat texture down so that it recedes towards the horizon."""
    size = flat.shape[1]
    source = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    spread = 0.45 * size
    target = np.array([[0, 0], [size, 0], [size + spread, height], [-spread, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    return np.asarray(
        cv2.warpPerspective(
            flat, matrix, (size, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
        ),
        np.float32,
    )


def _skirting(rng: np.random.Generator, color: Floats, edge: int, pixel: float) -> None:
    high = int(float(rng.uniform(3, 8)) * pixel)
    if rng.random() < 0.6:
        board = np.asarray(_pick(rng, [(0.84, 0.82, 0.78), (0.40, 0.28, 0.20)]), np.float32)
        color[max(0, edge - high) : edge] = board
    shade = np.linspace(0.6, 1, max(2, int(10 * pixel)), dtype=np.float32)
    rows = color[edge : edge + len(shade)]
    rows *= shade[: len(rows), None, None]


def _ragged_edge(rng: np.random.Generator, color: Floats, edge: int, pixel: float) -> Floats:
    """Grass does not end in a straight line."""
    size = color.shape[0]
    lift = 1.8 * pixel * cloud_noise(rng, (1, size), 4 * pixel, 3)[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    near = np.exp(-(((y - edge) / (8 * pixel)) ** 2))
    return np.asarray(
        cv2.remap(
            color, x, y + near * lift[None, :], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
    )
