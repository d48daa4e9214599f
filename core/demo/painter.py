"""Painting an animal's layers: fur, soft shading, and the exact outline an annotator sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from core.demo.anatomy import Fur, Layer
from core.demo.coat import Coat
from core.demo.geometry import Floats, Window, coverage, window_around
from core.demo.noise import blur, smoothstep


@dataclass(frozen=True, slots=True)
class Light:
    """Where the light comes from.

    Attributes:
        direction: Unit vector towards the light: x right, y down, z to the viewer.
        ambient: Brightness of what faces away from it, 0 to 1.
    """

    direction: tuple[float, float, float]
    ambient: float


@dataclass(frozen=True)
class Sprite:
    """A painted animal on an empty ground.

    Attributes:
        color: float32 H×W×3, 0 to 1, valid where `opacity` > 0.
        opacity: float32 H×W, whiskers included.
        outline: float32 H×W, the animal without whiskers.
    """

    color: Floats
    opacity: Floats
    outline: Floats


def paint(
    layers: Iterable[Layer], coat: Coat, light: Light, shape: tuple[int, int], ragged: Floats
) -> Sprite:
    """Paint layers back to front.

    Args:
        layers: In working pixels.
        coat: The animal's fur.
        light: Direction and colour of the light.
        shape: (height, width) of the picture.
        ragged: float32 noise of `shape`; makes outlines of fur uneven.
    """
    sprite = Sprite(
        np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    )
    for layer in layers:
        _paint_layer(sprite, layer, coat, light, ragged)
    return sprite


def _paint_layer(sprite: Sprite, layer: Layer, coat: Coat, light: Light, ragged: Floats) -> None:
    shape = sprite.opacity.shape
    margin = 3 * layer.melt + 2.5 * layer.roundness * bool(layer.shadow) + 2
    window = window_around(layer.shapes, margin, (shape[0], shape[1]))
    if min(window.shape) < 2:
        return
    place = window.slices
    alpha = coverage(layer.shapes, window)
    is_fur = isinstance(layer.paint, Fur)
    if layer.melt > 0.6:
        alpha = _melted(alpha, layer.melt, ragged[place] if is_fur else None)
    if layer.inside:
        alpha = alpha * sprite.outline[place]
    if layer.shadow:
        beneath = blur(alpha, layer.roundness * 0.5) * (1 - alpha)
        sprite.color[place] *= (1 - np.float32(layer.shadow) * beneath)[..., None]
    if isinstance(layer.paint, Fur):
        color = _fur_color(layer, coat, window) * _shading(alpha, layer, light)[..., None]
    elif layer.shaded:
        plain = np.asarray(layer.paint, np.float32) / 255
        color = plain * _shading(alpha, layer, light)[..., None]
    else:
        plain = np.asarray(layer.paint, np.float32) / 255 * np.float32(light.ambient + 0.55)
        color = np.broadcast_to(plain, (*window.shape, 3))
    _lay_over(sprite, place, color, alpha * np.float32(layer.opacity))
    if layer.traced:
        np.maximum(sprite.outline[place], alpha, out=sprite.outline[place])


def _lay_over(sprite: Sprite, place: tuple[slice, slice], color: Floats, alpha: Floats) -> None:
    below = sprite.opacity[place]
    total = alpha + below * (1 - alpha)
    share = (alpha / np.maximum(total, np.float32(1e-6)))[..., None]
    sprite.color[place] += share * (color - sprite.color[place])
    sprite.opacity[place] = total


def _melted(alpha: Floats, melt: float, ragged: Floats | None) -> Floats:
    soft = blur(alpha, melt)
    if ragged is not None:
        soft = soft + np.float32(0.045) * ragged
    # The ramp spans about one and a half working pixels, whatever the blur was.
    width = min(0.3, 0.30 / melt)
    return smoothstep(0.5 - width, 0.5 + width, soft)


def _shading(alpha: Floats, layer: Layer, light: Light) -> Floats:
    """Brightness of a body that swells out of the picture as far as its outline allows."""
    height = np.zeros_like(alpha)
    for share, weight in ((0.35, 0.3), (0.8, 0.4), (1.6, 0.3)):
        height += np.float32(weight) * blur(alpha, max(0.6, share * layer.roundness))
    down, right = np.gradient(height * np.float32(2.2 * layer.roundness))
    x, y, z = light.direction
    cosine = (z - x * right - y * down) / np.sqrt(1 + right**2 + down**2)
    diffuse = np.clip(cosine, 0, None)
    return np.asarray(
        layer.tone * (light.ambient + (1 - light.ambient) * 1.15 * diffuse), np.float32
    )


def _fur_color(layer: Layer, coat: Coat, window: Window) -> Floats:
    along, across = _lie_of_hair(layer, window)
    if layer.paint is Fur.PALE:
        return coat.pale_fur(along, across)
    rows, columns = window.slices
    if layer.paint is Fur.POINT:
        return coat.point_fur(rows, columns, along, across)
    return coat.albedo(rows, columns, along, across)


def _lie_of_hair(layer: Layer, window: Window) -> tuple[Floats, Floats]:
    """Pixels along the spine and away from it, blended smoothly between the spine's pieces."""
    height, width = window.shape
    step = 4
    y, x = np.mgrid[0 : height + step : step, 0 : width + step : step].astype(np.float32)
    x += window.left
    y += window.top
    if len(layer.spine) < 2:
        along, across = x, y
    else:
        along, across = _spine_coordinates(layer, x, y)
    size = (width, height)
    matrix = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    return (
        np.asarray(cv2.warpAffine(along, matrix, size, flags=flags, borderMode=border)),
        np.asarray(cv2.warpAffine(across, matrix, size, flags=flags, borderMode=border)),
    )


def _spine_coordinates(layer: Layer, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    start = 0.0
    weights = np.zeros_like(x)
    along = np.zeros_like(x)
    across = np.zeros_like(x)
    falloff = np.float32(1 / max(1.0, (0.7 * layer.roundness) ** 2))
    pairs = list(zip(layer.spine, layer.spine[1:], strict=False))
    for index, (a, b) in enumerate(pairs):
        length = max(abs(b - a), 1e-3)
        direction = (b - a) / length
        dx, dy = x - np.float32(a.real), y - np.float32(a.imag)
        u = dx * np.float32(direction.real) + dy * np.float32(direction.imag)
        v = -dx * np.float32(direction.imag) + dy * np.float32(direction.real)
        low = -np.inf if index == 0 else 0.0
        high = np.inf if index == len(pairs) - 1 else length
        beyond = u - np.clip(u, low, high)
        weight = np.float32(1) / (1 + (beyond**2 + v**2) * falloff) ** 2
        weights += weight
        along += weight * (u + np.float32(start))
        across += weight * v
        start += length
    return along / weights, across / weights
