"""Transforms that bring two samples together. Loaded only by worker processes.

The other sample comes from the dataset (`MixingSegDataset`): it has gone through the steps of the
pipeline before the first of these.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import cv2
import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS

from core.training.parts.sample import Pixels, Results, happens, object_pixels

PARTNER = "draw_partner"
"""Key of a sample's function that gives another random sample."""

OTHER_MASK, SHARE = "gt_seg_map_other", "mix_lambda"
"""Keys of a mixed sample: the mask of the photo that was laid over, and the share of the first."""


class MixingTransform(BaseTransform):  # type: ignore[misc]
    """Something that needs a second sample.

    Args:
        prob: How often.
        ignore_index: Mask value that counts as no class.
    """

    def __init__(self, prob: float = 0.0, ignore_index: int = 255) -> None:
        self.prob = prob
        self.ignore_index = ignore_index

    def transform(self, results: Results) -> Results:
        """Mix one sample with another, or leave it."""
        if not happens(self.prob):
            return results
        if PARTNER not in results:
            raise ValueError(
                f"{type(self).__name__} needs a second sample: the dataset's type has to be "
                "MixingSegDataset"
            )
        partner = results[PARTNER]()
        size = results["img"].shape[:2]
        image = _fitted(partner["img"], size, 0)
        mask = _fitted(partner["gt_seg_map"], size, self.ignore_index)
        self.mix(results, image, mask)
        return results

    @abstractmethod
    def mix(self, results: Results, image: Pixels, mask: Pixels) -> None:
        """Change `results`, given the other photo and mask at the same size."""


@TRANSFORMS.register_module()
class CopyPaste(MixingTransform):
    """Paste objects of another photo, cut out along their mask.

    Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method for Instance
    Segmentation", CVPR 2021. An object is a connected piece of one class.

    Args:
        prob: How often.
        max_objects: At most so many are pasted.
        min_area: Smaller pieces are not objects, in pixels.
        scale_range: Smallest and largest factor by which an object is scaled.
        feather: Width of the soft border, in pixels, so that no hard edge gives it away.
        background: The class that is no object.
        ignore_index: Mask value that counts as no class.
    """

    def __init__(
        self,
        prob: float = 0.0,
        max_objects: int = 2,
        min_area: int = 64,
        scale_range: tuple[float, float] = (0.6, 1.4),
        feather: float = 1.0,
        background: int = 0,
        ignore_index: int = 255,
    ) -> None:
        super().__init__(prob, ignore_index)
        self.max_objects = max_objects
        self.min_area = min_area
        self.scale_range = scale_range
        self.feather = feather
        self.background = background

    def mix(self, results: Results, image: Pixels, mask: Pixels) -> None:
        """Paste some of the other sample's objects at random places."""
        pieces = self._pieces(mask)
        if not pieces:
            return
        count = min(len(pieces), 1 + np.random.randint(self.max_objects))
        chosen = np.random.permutation(len(pieces))[:count]
        target = results["img"].copy()
        labels = results["gt_seg_map"].copy()
        for index in chosen:
            value, (left, top, width, height), shape = pieces[index]
            patch = image[top : top + height, left : left + width]
            self._paste(target, labels, patch, shape, value)
        results["img"], results["gt_seg_map"] = target, labels

    def _pieces(self, mask: Pixels) -> list[tuple[int, tuple[int, int, int, int], Pixels]]:
        """Class, box (left, top, width, height) and stencil of each object."""
        objects = object_pixels(mask, self.background, self.ignore_index)
        found = []
        for value in np.flatnonzero(np.bincount(mask[objects].ravel())):
            _, numbers, stats, _ = cv2.connectedComponentsWithStats(
                (mask == value).astype(np.uint8), connectivity=8
            )
            for number in range(1, len(stats)):
                left, top, width, height, area = (int(each) for each in stats[number])
                if area >= self.min_area:
                    stencil = numbers[top : top + height, left : left + width] == number
                    found.append((int(value), (left, top, width, height), stencil))
        return found

    def _paste(
        self, target: Pixels, labels: Pixels, patch: Pixels, stencil: Pixels, value: int
    ) -> None:
        if np.random.randint(2):
            patch, stencil = patch[:, ::-1], stencil[:, ::-1]
        factor = np.random.uniform(*self.scale_range)
        size = tuple(max(2, round(side * factor)) for side in (stencil.shape[1], stencil.shape[0]))
        patch = cv2.resize(np.ascontiguousarray(patch), size, interpolation=cv2.INTER_LINEAR)
        shape = np.ascontiguousarray(stencil, np.float32)
        alpha = cv2.resize(shape, size, interpolation=cv2.INTER_LINEAR)
        width, height = size
        # The middle lies in the photo, so at least a quarter of the box is seen.
        top = np.random.randint(target.shape[0]) - height // 2
        left = np.random.randint(target.shape[1]) - width // 2
        there = (
            slice(max(top, 0), min(top + height, target.shape[0])),
            slice(max(left, 0), min(left + width, target.shape[1])),
        )
        here = tuple(
            slice(part.start - start, part.stop - start)
            for part, start in zip(there, (top, left), strict=True)
        )
        alpha, patch = alpha[here], patch[here]
        is_object = alpha >= 0.5
        soft = cv2.GaussianBlur(alpha, (0, 0), self.feather) if self.feather else alpha
        # Blurred inwards only: outside its outline a patch shows what was behind the object.
        soft = (soft * is_object)[..., None]
        target[there] = np.rint(target[there] * (1 - soft) + patch * soft).astype(np.uint8)
        labels[there][is_object] = value


@TRANSFORMS.register_module()
class CutMix(MixingTransform):
    """Put a rectangle of another sample, photo and mask, in the place of a part of this one.

    Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable
    Features", ICCV 2019; for segmentation French et al., "Semi-supervised semantic segmentation
    needs strong, varied perturbations", BMVC 2020: every pixel keeps its own label.

    Args:
        prob: How often.
        alpha: The share of the photo that stays is drawn from Beta(alpha, alpha).
        ignore_index: Mask value that counts as no class.
    """

    def __init__(self, prob: float = 0.0, alpha: float = 1.0, ignore_index: int = 255) -> None:
        super().__init__(prob, ignore_index)
        self.alpha = alpha

    def mix(self, results: Results, image: Pixels, mask: Pixels) -> None:
        """Paste one rectangle."""
        height, width = mask.shape
        side = np.sqrt(1 - np.random.beta(self.alpha, self.alpha))
        box_height, box_width = round(height * side), round(width * side)
        top = np.random.randint(height - box_height + 1)
        left = np.random.randint(width - box_width + 1)
        box = slice(top, top + box_height), slice(left, left + box_width)
        for key, other in (("img", image), ("gt_seg_map", mask)):
            changed = results[key].copy()
            changed[box] = other[box]
            results[key] = changed


@TRANSFORMS.register_module()
class MixUp(MixingTransform):
    """Lay another photo over this one, transparently, and keep both masks.

    Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018. The loss is the share λ
    of the first mask's loss and 1-λ of the second's (`AugmentedEncoderDecoder`), which for the
    cross-entropy is the same as mixing the labels. Only transforms of the photo may follow.

    Args:
        prob: How often.
        alpha: λ is drawn from Beta(alpha, alpha).
        ignore_index: Mask value that counts as no class.
    """

    def __init__(self, prob: float = 0.0, alpha: float = 0.4, ignore_index: int = 255) -> None:
        super().__init__(prob, ignore_index)
        self.alpha = alpha

    def mix(self, results: Results, image: Pixels, mask: Pixels) -> None:
        """Blend the photos."""
        share = float(np.random.beta(self.alpha, self.alpha))
        results["img"] = cv2.addWeighted(results["img"], share, image, 1 - share, 0.0)
        results[OTHER_MASK] = mask
        results[SHARE] = share


@TRANSFORMS.register_module()
class PackMixedInputs(PackSegInputs):  # type: ignore[misc]
    """`PackSegInputs` that also packs what `MixUp` leaves.

    `gt_sem_seg` of a mixed sample has a second layer, the other photo's mask, and its metainfo says
    the share of the first as `mix_lambda`.
    """

    def transform(self, results: Results) -> dict[str, Any]:
        """Pack one sample."""
        packed: dict[str, Any] = super().transform(results)
        if OTHER_MASK in results:
            sample = packed["data_samples"]
            first = sample.gt_sem_seg.data
            second = torch.from_numpy(results[OTHER_MASK].astype(np.int64))[None]
            del sample.gt_sem_seg.data  # it may not change its shape
            sample.gt_sem_seg.data = torch.cat([first, second])
            sample.set_metainfo({SHARE: results[SHARE]})
        return packed


def _fitted(pixels: Pixels, size: tuple[int, ...], fill: int) -> Pixels:
    """The upper left part at that size, filled up below and at the right where it is smaller."""
    if pixels.shape[:2] == size:
        return pixels
    fitted = np.full((*size, *pixels.shape[2:]), fill, pixels.dtype)
    height, width = min(size[0], pixels.shape[0]), min(size[1], pixels.shape[1])
    fitted[:height, :width] = pixels[:height, :width]
    return fitted
