"""Transforms that change the photo and leave the mask. Loaded only by worker processes."""

from __future__ import annotations

from statistics import NormalDist

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from core.training.parts.sample import Pixels, Results, happens

_LEVELS = np.arange(256, dtype=np.float32)
_HUES = 180  # OpenCV's hue has 180 steps
_QUANTILES = np.array([NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)], np.float32)


@TRANSFORMS.register_module()
class ColorJitter(BaseTransform):  # type: ignore[misc]
    """MMSegmentation's `PhotoMetricDistortion` with a strength, by look-up tables.

    Brightness, contrast, saturation and hue are changed with a probability of one half each, in
    the same order and within the same ranges at strength 1 (Liu et al., "SSD: Single Shot MultiBox
    Detector", ECCV 2016). Tables and one trip to HSV in place of two take a quarter of the time.

    Args:
        strength: Share of those ranges, 0 for no change.
        hue_delta: Largest change of hue at strength 1, in OpenCV's 180 steps.
    """

    def __init__(self, strength: float = 1.0, hue_delta: int = 18) -> None:
        self.strength = float(strength)
        self.hue_delta = hue_delta

    def transform(self, results: Results) -> Results:
        """Change the colours of one photo."""
        if not self.strength:
            return results
        image: Pixels = results["img"]
        levels = _LEVELS
        if _coin():
            levels = _clipped(levels + np.random.uniform(-32, 32) * self.strength)
        contrast = np.random.uniform(-0.5, 0.5) * self.strength + 1 if _coin() else None
        contrast_first = _coin()
        if contrast is not None and contrast_first:
            levels = _clipped(levels * contrast)
        image = _looked_up(image, levels)
        image = self._in_hsv(image)
        if contrast is not None and not contrast_first:
            image = _looked_up(image, _clipped(_LEVELS * contrast))
        results["img"] = image
        return results

    def _in_hsv(self, image: Pixels) -> Pixels:
        saturation = np.random.uniform(-0.5, 0.5) * self.strength + 1 if _coin() else None
        delta = round(self.hue_delta * self.strength)
        hue = np.random.randint(-delta, delta + 1) if _coin() else 0
        if saturation is None and not hue:
            return image
        hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
        table = np.stack([_LEVELS] * 3, axis=-1)[None].astype(np.uint8)
        table[0, :_HUES, 0] = (np.arange(_HUES) + hue) % _HUES
        if saturation is not None:
            table[0, :, 1] = _clipped(_LEVELS * saturation)
        return cv2.cvtColor(cv2.LUT(hsv, table), cv2.COLOR_HSV2BGR)


@TRANSFORMS.register_module()
class GaussianBlur(BaseTransform):  # type: ignore[misc]
    """Blur the photo a little, as a lens out of focus does.

    Args:
        prob: How often.
        sigma: Smallest and largest standard deviation of the blur, in pixels.
    """

    def __init__(self, prob: float = 0.0, sigma: tuple[float, float] = (0.3, 1.5)) -> None:
        self.prob = prob
        self.sigma = sigma

    def transform(self, results: Results) -> Results:
        """Blur one photo, or leave it."""
        if happens(self.prob):
            sigma = np.random.uniform(*self.sigma)
            results["img"] = cv2.GaussianBlur(results["img"], (0, 0), sigma)
        return results


@TRANSFORMS.register_module()
class GaussianNoise(BaseTransform):  # type: ignore[misc]
    """Lay noise over the photo, as a camera in the dark does.

    Args:
        prob: How often.
        sigma: Smallest and largest standard deviation of the noise, in grey levels of 255.
    """

    def __init__(self, prob: float = 0.0, sigma: tuple[float, float] = (2.0, 12.0)) -> None:
        self.prob = prob
        self.sigma = sigma

    def transform(self, results: Results) -> Results:
        """Lay noise over one photo, or leave it."""
        if happens(self.prob):
            image: Pixels = results["img"]
            table = _QUANTILES * np.float32(np.random.uniform(*self.sigma))
            # A random byte picks one of 256 quantiles: a tenth of the time of normal numbers.
            draws = np.frombuffer(np.random.bytes(image.size), np.uint8).reshape(image.shape)
            results["img"] = cv2.add(image, cv2.LUT(draws, table), dtype=cv2.CV_8U)
        return results


def _coin() -> bool:
    return bool(np.random.randint(2))


def _clipped(levels: Pixels) -> Pixels:
    return np.clip(levels, 0, 255)


def _looked_up(image: Pixels, levels: Pixels) -> Pixels:
    return image if levels is _LEVELS else cv2.LUT(image, levels.astype(np.uint8))
