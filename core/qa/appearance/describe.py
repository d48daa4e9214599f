"""What an object looks like, in numbers: its outline and the texture of its surface.

The numbers do not depend on the object's size, place or mirror image, nor on how bright the photo
is; colour is left out on purpose, since animals of one class come in all colours.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.qa.appearance.objects import Piece
from core.qa.appearance.stripes import CANVAS, stripes

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

LENGTH = 14 + 4 + 20 + 12 + 11
"""How many numbers describe an object."""

# Side of a square of the object's area after scaling, in pixels: what a smaller photo can show.
SIDE = 48.0
_MARGIN = 6
_PAD = 5
# Sides of the boxes that blur, twice, to one octave after the other; and, once, to even the light.
_OCTAVES = (3, 5, 9, 19)
_LIGHT = 41
# For the coherence: which octave, and within how many pixels.
_COHERENCES = ((1, 11), (2, 19))
# For the binary patterns: which octave, and how far the neighbours are.
_PATTERNS = ((0, 1), (1, 2))
_RING_X = np.array([1, 1, 0, -1, -1, -1, 0, 1])
_RING_Y = np.array([0, -1, -1, -1, 0, 1, 1, 1])


def _uniform_patterns() -> npt.NDArray[np.uint8]:
    """For 8 bits in a ring: how many are set; 9 when they change more than twice around it."""
    codes = np.arange(256)
    bits = (codes[:, None] >> np.arange(8)) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(1)
    return np.where(changes <= 2, bits.sum(1), 9).astype(np.uint8)


_UNIFORM = _uniform_patterns()


def describe(grey: Array, piece: Piece) -> Floats:
    """Describe one object.

    Args:
        grey: Brightness of the photo, uint8 H×W.
        piece: The object.

    Returns:
        float32 vector of `LENGTH` finite numbers.
    """
    patch, weight = _scaled(grey, piece)
    core = _core(weight)
    at = np.flatnonzero(core)
    shape = weight.astype(np.float32)
    even = _evenly_lit(patch, shape)
    levels = [even, *(_weighted_blur(even, shape, side) for side in _OCTAVES)]
    values = [
        _bands(levels, at),
        *(_coherence(levels[octave], core, at, side) for octave, side in _COHERENCES),
        *(_binary_patterns(levels[octave], at, radius) for octave, radius in _PATTERNS),
        stripes(even, core),
        _outline(weight),
    ]
    return np.nan_to_num(np.concatenate(values)).astype(np.float32)


def _scaled(grey: Array, piece: Piece) -> tuple[Floats, Array]:
    """The object on the scale on which all are compared: brightness, and where it is (1 or 0)."""
    left, top, width, height = piece.box
    x0, y0 = max(0, left - _MARGIN), max(0, top - _MARGIN)
    patch = grey[y0 : top + height + _MARGIN, x0 : left + width + _MARGIN].astype(np.float32)
    below, right = patch.shape[0] - (top - y0) - height, patch.shape[1] - (left - x0) - width
    inside = cv2.copyMakeBorder(
        piece.inside, top - y0, below, left - x0, right, cv2.BORDER_CONSTANT, value=0
    )
    scale = min(SIDE / np.sqrt(piece.pixels), (CANVAS - 2 * _PAD) / max(patch.shape))
    size = (max(8, round(patch.shape[1] * scale)), max(8, round(patch.shape[0] * scale)))
    shrinks = scale < 1
    seen = cv2.resize(patch, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    share = cv2.resize(inside, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    weight = (share >= min(127.5, float(share.max()))).view(np.uint8)
    pads = (_PAD, _PAD, _PAD, _PAD)
    seen = cv2.copyMakeBorder(np.clip(seen, 0, 255), *pads, cv2.BORDER_REPLICATE)
    weight = np.asarray(cv2.copyMakeBorder(weight, *pads, cv2.BORDER_CONSTANT, value=0), np.uint8)
    return np.asarray(seen, np.float32), weight


def _core(weight: Array) -> Array:
    """The object without its rim, as far as enough of it remains."""
    for side, enough in ((5, 150), (3, 60)):
        eroded = cv2.erode(weight, np.ones((side, side), np.uint8))
        if cv2.countNonZero(eroded) >= enough:
            return np.asarray(eroded, np.uint8)
    return weight


def _evenly_lit(grey: Floats, shape: Floats) -> Floats:
    """Brightness relative to the surroundings inside the object, in units of its variation."""
    light = np.log(grey + np.float32(16))
    detail = light - _weighted_blur(light, shape, _LIGHT, 1)
    variance = _weighted_blur(detail * detail, shape, _LIGHT, 1)
    return np.asarray(detail / np.sqrt(variance + np.float32(1e-4)) * shape, np.float32)


def _weighted_blur(values: Floats, shape: Floats, side: int, times: int = 2) -> Floats:
    """Box blurs that look at the object only (normalised convolution)."""
    both = cv2.merge([values * shape, shape])
    for _ in range(times):
        both = cv2.blur(both, (side, side))
    return np.asarray(both[..., 0] / np.maximum(both[..., 1], np.float32(1e-3)), np.float32)


def _bands(levels: list[Floats], at: Places) -> Floats:
    """Band energies, their skewness and kurtosis: stripes, spots and smooth coats differ."""
    flat = np.stack([level.take(at) for level in levels])
    bands = np.concatenate([flat[:-1] - flat[1:], flat[:1]])
    bands -= bands.mean(1, keepdims=True)
    squares = bands * bands
    count = np.float32(at.size)
    variance = np.einsum("ij->i", squares) / count
    spread = np.sqrt(variance) + np.float32(1e-6)
    skewness = np.einsum("ij,ij->i", squares, bands) / count / spread**3
    tails = np.einsum("ij,ij->i", squares, squares) / count / spread**4
    energy = variance[:-1] + np.float32(1e-5)
    return np.concatenate(
        [np.clip(skewness, -3, 3), np.log(tails + 0.1), np.log(energy / energy.sum())]
    )


def _coherence(level: Floats, core: Array, at: Places, side: int) -> Floats:
    """How parallel the structures are within some pixels, and over the whole object.

    The coherence of the structure tensor (Bigün and Granlund, 1987): parallel against curly.
    """
    inside = core.astype(np.float32)
    right = cv2.Sobel(level, cv2.CV_32F, 1, 0) * inside
    down = cv2.Sobel(level, cv2.CV_32F, 0, 1) * inside
    across, along = right * right, down * down
    tensor = cv2.merge([across - along, 2 * right * down, across + along])
    whole = cv2.sumElems(tensor)
    near = cv2.blur(tensor, (side, side)).reshape(-1, 3).take(at, axis=0)
    local = np.hypot(near[:, 0], near[:, 1]).sum() / (near[:, 2].sum() + 1e-6)
    return np.array([local, np.hypot(whole[0], whole[1]) / (whole[2] + 1e-6)], np.float32)


def _binary_patterns(level: Floats, at: Places, radius: int) -> Floats:
    """Rotation-invariant local binary patterns (Ojala et al., 2002), as roots of their shares."""
    ring = radius * (_RING_Y * level.shape[1] + _RING_X)
    brighter = level.take(at + ring[:, None]) > level.take(at)
    codes = _UNIFORM[np.packbits(brighter, axis=0)[0]]
    return np.sqrt(np.bincount(codes, minlength=10) / np.float32(at.size)).astype(np.float32)


def _outline(mask: Array) -> Floats:
    """Silhouette: 11 numbers.

    Solidity, extent, elongation, length of the outline, upright or lying, Hu's first moments, and
    how thick the object is at its thickest and on average.
    """
    moments = cv2.moments(mask, True)
    area = moments["m00"]
    side = np.sqrt(area)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull_area = max(cv2.contourArea(cv2.convexHull(np.concatenate(contours))), 1.0)
    perimeter = sum(cv2.arcLength(contour, True) for contour in contours)
    _, _, width, height = cv2.boundingRect(mask)
    across, down, mixed = moments["mu20"] / area, moments["mu02"] / area, moments["mu11"] / area
    spread = np.hypot(across - down, 2 * mixed)
    long_axis, short_axis = across + down + spread, max(across + down - spread, 0) + 1e-3
    turn = 0.5 * np.arctan2(2 * mixed, across - down)
    hu = np.asarray(cv2.HuMoments(moments)).ravel()[:3]
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    return np.array(
        [
            area / hull_area,
            area / (width * height),
            np.log(long_axis / short_axis),
            np.log(perimeter / side + 0.1),
            np.log(width / height),
            abs(np.cos(turn)),
            *np.log(np.abs(hu) + 1e-6),
            float(depth.max()) / side,
            np.log(cv2.sumElems(depth)[0] / area / side),
        ],
        np.float32,
    )
