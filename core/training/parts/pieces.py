"""Probabilities judged by whole pieces of objects. Loaded only by worker processes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

# What a piece that is left out keeps of its pixels' probability: a little less than half.
_UNDECIDED = 0.499


def share_classes(probabilities: Tensor, background: int = 0) -> Tensor:
    """Let every connected piece of objects agree on its class.

    A small model sees the head of a cat and the back of a dog in one animal. Where objects of a
    dataset seldom touch, a piece of pixels that are no background is one object: the classes of
    its pixels are then judged together. How probable the background is stays as it is.

    With p₀ the probability of the background, the others become (1 - p₀) times the mean, over the
    piece, of their shares p/(1 - p₀). A pixel belongs to a piece where p₀ < 1/2; pieces are
    connected by sides and corners. Pixels of no piece are left alone.

    Args:
        probabilities: float (N, K, H, W), summing to 1 over the K classes.
        background: Index of the class that is no object.

    Returns:
        A new tensor of the same shape. With fewer than three classes there is nothing to share.
    """
    classes = probabilities.shape[1]
    if classes < 3:
        return probabilities
    others = [index for index in range(classes) if index != background]
    result = probabilities.clone()
    for image, objects, pieces, count in _with_pieces(result, background):
        labels = pieces.ravel()
        weights = objects.double().cpu().numpy().ravel()
        sums = np.stack(
            [
                np.bincount(labels, image[index].double().cpu().numpy().ravel(), minlength=count)
                for index in others
            ]
        )
        # What lies in no piece has the label 0, and its weight may be 0.
        whole = np.bincount(labels, weights, minlength=count)
        shares = sums / np.maximum(whole, np.finfo(np.float64).tiny)
        inside = torch.from_numpy(pieces > 0).to(image.device)
        for place, index in enumerate(others):
            share = torch.from_numpy(shares[place][pieces]).to(image)
            image[index] = torch.where(inside, objects * share, image[index])
    return result


def drop_faint(probabilities: Tensor, surest: float, background: int = 0) -> Tensor:
    """Take a piece of objects for background where none of its pixels is surely an object.

    The texture of a carpet may look a little like fur in many places; an animal has at least one
    that looks like nothing else. This is the hysteresis of Canny ("A Computational Approach to
    Edge Detection", 1986): pixels above a low threshold, here 1/2, count where a connected one is
    above the high one. Pieces are those of `share_classes`.

    Args:
        probabilities: float (N, K, H, W), summing to 1 over the K classes.
        surest: How probably an object the surest pixel of a piece must be, 0.5 to 1.
        background: Index of the class that is no object.

    Returns:
        A new tensor of the same shape. In a piece that is left out the background is a little more
        probable than all objects together, and these keep their proportions: the model stays as
        undecided there as it was.
    """
    if probabilities.shape[1] < 2:
        return probabilities
    result = probabilities.clone()
    for image, objects, pieces, count in _with_pieces(result, background):
        peaks = np.zeros(count)
        np.maximum.at(peaks, pieces.ravel(), objects.double().cpu().numpy().ravel())
        faint = peaks < surest
        faint[0] = False
        left_out = torch.from_numpy(faint[pieces]).to(image.device)
        rest = torch.where(left_out, _UNDECIDED / objects, torch.ones_like(objects))
        image *= rest
        image[background] = torch.where(left_out, 1 - _UNDECIDED, image[background])
    return result


def _with_pieces(
    images: Tensor, background: int
) -> Iterator[tuple[Tensor, Tensor, npt.NDArray[np.int32], int]]:
    """The images that have objects, to be changed in place.

    Yields:
        An image (K, H, W), how probably each pixel is an object (H, W), the connected pieces of
        objects by number (H, W) with 0 for the ground, and how many numbers there are.
    """
    for image in images:
        objects = 1 - image[background]
        found = (objects > 0.5).to(torch.uint8).cpu().numpy()
        count, pieces = cv2.connectedComponents(found, connectivity=8)
        if count > 1:
            yield image, objects, pieces, count
