"""MMSegmentation's random crop, counted quickly. Loaded only by worker processes.

`RandomCrop` with `cat_max_ratio` sorts all pixels of each try to count the classes, which takes
nearly half of the time that a photo of 256×256 needs on its way into a batch. Class indices are
bytes, so they can be counted without sorting. The random numbers and the crops are the same.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from mmcv.transforms.utils import cache_randomness
from mmseg.datasets.transforms import RandomCrop
from mmseg.registry import TRANSFORMS

from core.training.recipes.config_parts import tables

_TRIES = 10

Box = tuple[int, int, int, int]


@TRANSFORMS.register_module()
class QuickRandomCrop(RandomCrop):  # type: ignore[misc]
    """A `RandomCrop` of MMSegmentation that counts classes without sorting pixels."""

    @cache_randomness  # type: ignore[untyped-decorator]
    def crop_bbox(self, results: dict[str, Any]) -> Box:
        """Top, bottom, left and right of a crop in which no class has too large a share."""
        mask = results["gt_seg_map"]
        if self.cat_max_ratio >= 1 or mask.dtype != np.uint8 or mask.ndim != 2:
            stock: Box = super().crop_bbox(results)
            return stock
        box = self._anywhere(mask.shape)
        for _ in range(_TRIES):
            pixels = np.ascontiguousarray(self.crop(mask, box))
            counts = cv2.calcHist([pixels], [0], None, [256], [0, 256]).ravel()
            if 0 <= self.ignore_index < len(counts):
                counts[self.ignore_index] = 0
            if np.count_nonzero(counts) > 1 and counts.max() / counts.sum() < self.cat_max_ratio:
                break
            box = self._anywhere(mask.shape)
        return box

    def _anywhere(self, shape: tuple[int, ...]) -> Box:
        height, width = self.crop_size
        # In this order, as the stock one draws them.
        top = np.random.randint(0, max(shape[0] - height, 0) + 1)
        left = np.random.randint(0, max(shape[1] - width, 0) + 1)
        return top, top + height, left, left + width


def use_quick_crops(config: dict[str, Any]) -> bool:
    """Let a config's training loader count classes quickly; return whether it crops at all.

    Args:
        config: A config to build a runner from; it is changed.
    """
    found = False
    for table in tables(config.get("train_dataloader") or {}):
        if table.get("type") == "RandomCrop":
            table["type"] = QuickRandomCrop.__name__
            found = True
    return found
