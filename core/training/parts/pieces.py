"""Probabilities of objects that have one class each. Loaded only by worker processes."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor


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
    for image in result:
        objects = 1 - image[background]
        found = (objects > 0.5).to(torch.uint8).cpu().numpy()
        count, pieces = cv2.connectedComponents(found, connectivity=8)
        if count < 2:
            continue
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
        inside = torch.from_numpy(found.astype(bool)).to(image.device)
        for place, index in enumerate(others):
            share = torch.from_numpy(shares[place][pieces]).to(image)
            image[index] = torch.where(inside, objects * share, image[index])
    return result
