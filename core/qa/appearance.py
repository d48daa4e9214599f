"""What an object looks like, in numbers: its outline and the texture of its surface.

The numbers do not depend on the object's size, place or mirror image, nor on how bright the photo
is; colour is left out on purpose, since animals of one class come in all colours.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array

Floats = npt.NDArray[np.float32]

# Side of a square of the object's area, after scaling, in pixels: for the texture (what a smaller
# photo can still show), for stripes of three widths, and for the outline.
_TEXTURE_SIDE = 48.0
_STRIPE_SIDES = (64.0, 40.0, 27.0)
_OUTLINE_SIDE = 96.0
_MARGIN = 6
_BLURS = (1.0, 2.0, 4.0, 8.0)
_OPENINGS = (0.03, 0.05, 0.08, 0.12, 0.17)


def _gabor_filters(period: float = 5.0, directions: int = 8) -> list[tuple[Floats, Floats]]:
    """Waves of that period in pixels, as cosine and sine, in directions over half a turn."""
    y, x = np.mgrid[-5:6, -5:6]
    envelope = np.exp(-2 * (x**2 + y**2) / period**2)
    envelope /= envelope.sum()
    filters = []
    for angle in np.arange(directions) * np.pi / directions:
        phase = 2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period
        cosine, sine = envelope * np.cos(phase), envelope * np.sin(phase)
        cosine -= envelope * cosine.sum()  # plain brightness must not count as a stripe
        filters.append((np.asarray(cosine, np.float32), np.asarray(sine, np.float32)))
    return filters


_GABOR_FILTERS = _gabor_filters()


def describe(grey: Floats, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Describe one object.

    Args:
        grey: Brightness of the photo, float32 H×W, 0 to 255.
        inside: Where the object is, bool H×W, at least one pixel.

    Returns:
        float64 vector of `LENGTH` finite numbers.
    """
    rows, columns = np.nonzero(inside.any(1))[0], np.nonzero(inside.any(0))[0]
    top, bottom = max(0, rows[0] - _MARGIN), rows[-1] + 1 + _MARGIN
    left, right = max(0, columns[0] - _MARGIN), columns[-1] + 1 + _MARGIN
    patch = np.ascontiguousarray(grey[top:bottom, left:right])
    shape = inside[top:bottom, left:right].astype(np.float32)
    area = float(shape.sum())
    texture = _texture(*_scaled(patch, shape, _TEXTURE_SIDE / np.sqrt(area)))
    stripes = _stripes(patch, shape)
    _, outline_mask = _scaled(patch, shape, _OUTLINE_SIDE / np.sqrt(area))
    outline = _outline((outline_mask > 0).astype(np.uint8))
    return np.nan_to_num(np.asarray(texture + stripes + outline, np.float64))


def _scaled(patch: Floats, shape: Floats, scale: float) -> tuple[Floats, Floats]:
    size = (max(8, round(patch.shape[1] * scale)), max(8, round(patch.shape[0] * scale)))
    shrinks = scale < 1
    grey = cv2.resize(patch, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    weight = cv2.resize(shape, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    inside = np.asarray(weight >= min(0.5, float(weight.max())), np.float32)
    return np.asarray(np.clip(grey, 0, 255), np.float32), inside


def _texture(grey: Floats, weight: Floats) -> list[float]:
    """Fur and the like: 50 numbers.

    Band energies and their skewness and kurtosis (stripes, spots and smooth coats differ), the
    coherence of the structure tensor (parallel against curly), and rotation-invariant local
    binary patterns (Ojala et al., 2002) at three radii.
    """
    core = _core(weight)
    even = _evenly_lit(grey, weight)
    levels = [even, *(_weighted_blur(even, weight, sigma) for sigma in _BLURS)]
    values: list[float] = []
    energies = []
    for fine, coarse in pairwise(levels):
        band = (fine - coarse)[core]
        energies.append(float(band.var()) + 1e-5)
        values += _skew_and_tails(band)
    values += list(np.log(np.asarray(energies) / sum(energies)))
    for level, sigma in ((levels[1], 3.0), (levels[1], 4.0), (levels[2], 6.0)):
        values += _coherence(level, core, sigma)
    values += _skew_and_tails(even[core])
    for level, radius in ((levels[0], 1), (levels[1], 2), (levels[2], 4)):
        values += _binary_patterns(level, core, radius)
    return values


def _core(weight: Floats) -> npt.NDArray[np.bool_]:
    """The object without its rim, as far as enough of it remains."""
    for side, enough in ((5, 150), (3, 60)):
        eroded = cv2.erode(weight, np.ones((side, side), np.uint8)) > 0
        if int(eroded.sum()) >= enough:
            return np.asarray(eroded)
    return weight > 0


def _evenly_lit(grey: Floats, weight: Floats) -> Floats:
    """Brightness relative to the surroundings inside the object, in units of its variation."""
    light = np.log(grey + np.float32(16))
    detail = light - _weighted_blur(light, weight, 12.0)
    variance = _weighted_blur(detail * detail, weight, 12.0)
    return np.asarray(detail / np.sqrt(variance + np.float32(1e-4)) * weight, np.float32)


def _weighted_blur(values: Floats, weight: Floats, sigma: float) -> Floats:
    """Gaussian blur that looks at the object only (normalised convolution)."""
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    blurred = cv2.GaussianBlur(values * weight, (0, 0), sigma)
    return np.asarray(blurred / np.maximum(total, np.float32(1e-3)), np.float32)


def _skew_and_tails(values: Floats) -> list[float]:
    standard = (values - values.mean()) / (values.std() + np.float32(1e-6))
    skew = float(np.clip((standard**3).mean(), -3, 3))
    return [skew, float(np.log((standard**4).mean() + 0.1))]


def _coherence(level: Floats, core: npt.NDArray[np.bool_], sigma: float) -> list[float]:
    """How parallel the structures are within `sigma` pixels, and over the whole object."""
    right = cv2.Sobel(level, cv2.CV_32F, 1, 0) * core
    down = cv2.Sobel(level, cv2.CV_32F, 0, 1) * core
    products = (right * right, right * down, down * down)
    a, b, c = (cv2.GaussianBlur(product, (0, 0), sigma) for product in products)
    local = np.sqrt((a - c) ** 2 + 4 * b**2)[core].sum() / ((a + c)[core].sum() + 1e-6)
    a, b, c = (product.sum() for product in products)
    overall = np.sqrt((a - c) ** 2 + 4 * b**2) / (a + c + 1e-6)
    return [float(local), float(overall)]


def _binary_patterns(level: Floats, core: npt.NDArray[np.bool_], radius: int) -> list[float]:
    size = (level.shape[1], level.shape[0])
    brighter = []
    for step in range(8):
        dx, dy = radius * np.cos(step * np.pi / 4), -radius * np.sin(step * np.pi / 4)
        neighbour = cv2.warpAffine(
            level, np.array([[1, 0, dx], [0, 1, dy]], np.float32), size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        brighter.append((np.asarray(neighbour) > level)[core])
    bits = np.stack(brighter)
    changes = (bits != np.roll(bits, 1, axis=0)).sum(0)
    codes = np.where(changes <= 2, bits.sum(0), 9)
    return list(np.sqrt(np.bincount(codes, minlength=10) / codes.size))


def _stripes(patch: Floats, shape: Floats) -> list[float]:
    """How much one direction stands out, at three widths of stripes: 12 numbers.

    From the energy of Gabor filters (Daugman, 1985): how far the strongest direction exceeds the
    average one, weighted by energy, by pixel, and over the whole object; and each width's share.
    """
    area = float(shape.sum())
    values: list[float] = []
    energies = []
    for side in _STRIPE_SIDES:
        grey, weight = _scaled(patch, shape, side / np.sqrt(area))
        core = _core(weight)
        even = _evenly_lit(grey, weight)
        energy = np.stack(
            [
                (cv2.filter2D(even, -1, cosine) ** 2 + cv2.filter2D(even, -1, sine) ** 2)[core]
                for cosine, sine in _GABOR_FILTERS
            ]
        )
        average, strongest = energy.mean(0) + np.float32(1e-6), energy.max(0)
        energies.append(float(average.mean()))
        values.append(float(strongest.sum() / average.sum()))
        values.append(float((strongest / average).mean()))
        values.append(float(energy.mean(1).max()) / energies[-1])
    values += list(np.log(np.asarray(energies) / sum(energies)))
    return values


def _outline(mask: Array) -> list[float]:
    """Silhouette: 16 numbers.

    Solidity, extent, elongation, length of the outline, upright or lying, Hu's first moments, and
    how much of the object is thinner than given widths (legs, tails, ears).
    """
    mask = cv2.copyMakeBorder(mask, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=0).astype(np.uint8)
    area = float(mask.sum())
    side = np.sqrt(area)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull_area = max(cv2.contourArea(cv2.convexHull(np.concatenate(contours))), 1.0)
    perimeter = sum(cv2.arcLength(contour, True) for contour in contours)
    y, x = np.nonzero(mask)
    width, height = float(np.ptp(x) + 1), float(np.ptp(y) + 1)
    spread, axes = np.linalg.eigh(np.cov(np.stack([x, y])) + 1e-3 * np.eye(2))
    hu = cv2.HuMoments(cv2.moments(mask, True)).ravel()[:3]
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    values = [
        area / hull_area,
        area / (width * height),
        float(np.log(spread[1] / spread[0])),
        float(np.log(perimeter / side + 0.1)),
        float(np.log(width / height)),
        abs(float(axes[0, 1])),
        *(float(value) for value in np.log(np.abs(hu) + 1e-6)),
        float(depth.max()) / side,
        float(np.log(depth[mask > 0].mean() / side)),
    ]
    for share in _OPENINGS:
        edge = 2 * max(1, round(share * side)) + 1
        element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (edge, edge))
        values.append(float(cv2.morphologyEx(mask, cv2.MORPH_OPEN, element).sum()) / area)
    return values


LENGTH = 8 + 4 + 6 + 2 + 30 + 12 + 16
