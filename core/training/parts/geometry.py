"""Transforms that move photo and mask together. Loaded only by worker processes.

A mask is moved by nearest neighbour, so that no value appears that was not there before.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from core.training.parts.sample import Pixels, Results, happens, masks_of, object_pixels

_MEAN_BGR = (104, 116, 124)  # ImageNet's, which is 0 after normalising


@TRANSFORMS.register_module()
class RandomAffineCrop(BaseTransform):  # type: ignore[misc]
    """Scale, turn and cut out a piece in one step: one warp for the photo, one for each mask.

    In place of `RandomResize`, `RandomRotate` and `RandomCrop`, several times as fast and with one
    interpolation instead of two. A factor of 1 shows the photo at the size at which it fits into
    `scale`.

    Args:
        crop_size: Height and width of the piece.
        scale: Width and height that the photo fits into at factor 1; its own size for None.
        scale_range: Smallest and largest factor. It is drawn evenly by its logarithm, so that
            twice and half the size are equally frequent.
        rotate: Largest turn in degrees, either way.
        object_centred: Probability that the piece is cut out around a pixel of an object, each
            class that is there being equally likely. Otherwise it may lie anywhere in the photo.
        border: What is seen outside the photo: `reflect` (photo and mask mirrored) or `ignore`
            (the mean colour, and mask pixels that do not count).
        background: The class that is no object.
        ignore_index: Mask value that counts as no class.
        seg_pad_val: What masks hold outside the photo with the border `ignore`.
    """

    def __init__(
        self,
        crop_size: tuple[int, int],
        scale: tuple[int, int] | None = None,
        scale_range: tuple[float, float] = (0.5, 2.0),
        rotate: float = 0.0,
        object_centred: float = 0.0,
        border: str = "reflect",
        background: int = 0,
        ignore_index: int = 255,
        seg_pad_val: int = 255,
    ) -> None:
        if border not in ("reflect", "ignore"):
            raise ValueError(f"border is reflect or ignore, not {border!r}")
        if not 0 < scale_range[0] <= scale_range[1]:
            raise ValueError(f"scale_range goes from low to high, not {scale_range}")
        self.crop_size = (int(crop_size[0]), int(crop_size[1]))
        self.scale = scale
        self.scale_range = (float(scale_range[0]), float(scale_range[1]))
        self.rotate = float(rotate)
        self.object_centred = object_centred
        self.border = border
        self.background = background
        self.ignore_index = ignore_index
        self.seg_pad_val = seg_pad_val

    def transform(self, results: Results) -> Results:
        """Replace photo and masks by a piece of them."""
        image: Pixels = results["img"]
        size = image.shape[:2]
        low, high = (math.log(each) for each in self.scale_range)
        factor = self._fit(size) * math.exp(np.random.uniform(low, high))
        angle = np.random.uniform(-self.rotate, self.rotate) if self.rotate else 0.0
        window = (self.crop_size[0] / factor, self.crop_size[1] / factor)
        y, x = self._centre(results, window)
        matrix = cv2.getRotationMatrix2D((x, y), angle, factor)
        matrix[0, 2] += (self.crop_size[1] - 1) / 2 - x
        matrix[1, 2] += (self.crop_size[0] - 1) / 2 - y
        results["img"] = self._warp(image, matrix, cv2.INTER_LINEAR, _MEAN_BGR)
        for key in masks_of(results):
            results[key] = self._warp(results[key], matrix, cv2.INTER_NEAREST, self.seg_pad_val)
        results["img_shape"] = results["pad_shape"] = results["img"].shape[:2]
        results["scale_factor"] = (factor, factor)
        return results

    def _fit(self, size: tuple[int, ...]) -> float:
        if self.scale is None:
            return 1.0
        # As MMCV does it: the long side into the long edge, the short one into the short edge.
        long, short = max(self.scale), min(self.scale)
        return float(min(long / max(size), short / min(size)))

    def _centre(self, results: Results, window: tuple[float, float]) -> tuple[float, float]:
        size = results["img"].shape[:2]
        place: tuple[float, float] | None = None
        if happens(self.object_centred):
            place = self._place_in_object(results["gt_seg_map"])
        centre = []
        for axis in range(2):
            # As far as the piece can go without leaving the photo, or the photo the piece.
            low, high = sorted((window[axis] / 2, size[axis] - window[axis] / 2))
            if place is None:
                at = np.random.uniform(low, high)
            else:
                at = place[axis] + np.random.uniform(-0.25, 0.25) * window[axis]
                at = min(max(at, low), high)
            centre.append(at - 0.5)
        return centre[0], centre[1]

    def _place_in_object(self, mask: Pixels) -> tuple[float, float] | None:
        objects = object_pixels(mask, self.background, self.ignore_index)
        classes = np.flatnonzero(np.bincount(mask[objects].ravel()))
        if not classes.size:
            return None
        value = classes[np.random.randint(classes.size)]
        places = np.flatnonzero(mask == value)
        y, x = divmod(int(places[np.random.randint(places.size)]), mask.shape[1])
        return float(y), float(x)

    def _warp(self, pixels: Pixels, matrix: Pixels, how: int, fill: Any) -> Pixels:
        mode = cv2.BORDER_REFLECT_101 if self.border == "reflect" else cv2.BORDER_CONSTANT
        size = self.crop_size[::-1]
        return cv2.warpAffine(pixels, matrix, size, flags=how, borderMode=mode, borderValue=fill)


@TRANSFORMS.register_module()
class RandomRotation(BaseTransform):  # type: ignore[misc]
    """Turn photo and mask around the middle; the corners are filled by mirroring both.

    Args:
        degrees: Largest turn, either way; 0 for none.
    """

    def __init__(self, degrees: float = 0.0) -> None:
        self.degrees = float(degrees)

    def transform(self, results: Results) -> Results:
        """Turn one sample."""
        if not self.degrees:
            return results
        height, width = results["img"].shape[:2]
        angle = np.random.uniform(-self.degrees, self.degrees)
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
        for key, how in _all_fields(results):
            results[key] = cv2.warpAffine(
                results[key], matrix, (width, height), flags=how, borderMode=cv2.BORDER_REFLECT_101
            )
        return results


@TRANSFORMS.register_module()
class ElasticDeformation(BaseTransform):  # type: ignore[misc]
    """Bend photo and mask together like rubber.

    Simard et al., "Best Practices for Convolutional Neural Networks Applied to Visual Document
    Analysis", ICDAR 2003. The field of shifts is drawn on a coarse grid and interpolated, which
    looks the same as smoothing a fine one and takes a fraction of the time.

    Args:
        prob: How often.
        strength: Largest shift as a share of the smaller side.
        cells: Grid cells along each side: more are finer waves.
    """

    def __init__(self, prob: float = 0.0, strength: float = 0.04, cells: int = 4) -> None:
        self.prob = prob
        self.strength = strength
        self.cells = cells

    def transform(self, results: Results) -> Results:
        """Bend one sample, or leave it."""
        if not happens(self.prob):
            return results
        height, width = results["img"].shape[:2]
        reach = self.strength * min(height, width)
        grid = np.random.uniform(-reach, reach, (self.cells + 1, self.cells + 1, 2))
        shifts = cv2.resize(grid.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        xs = shifts[..., 0] + np.arange(width, dtype=np.float32)
        ys = shifts[..., 1] + np.arange(height, dtype=np.float32)[:, None]
        for key, how in _all_fields(results):
            results[key] = cv2.remap(
                results[key], xs, ys, interpolation=how, borderMode=cv2.BORDER_REFLECT_101
            )
        return results


def _all_fields(results: Results) -> list[tuple[str, int]]:
    masks = [(key, cv2.INTER_NEAREST) for key in masks_of(results)]
    return [("img", cv2.INTER_LINEAR), *masks]
