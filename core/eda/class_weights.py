"""Weights that make rare classes count in a loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def median_frequency(pixel_counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Median frequency balancing over a whole set of masks.

    The weight of a class is the median of the classes' frequencies divided by its own frequency,
    where a frequency is the class's share of all labelled pixels. This is the balancing of Eigen
    and Fergus, ICCV 2015, section 6.3.2 (https://arxiv.org/abs/1411.4734), except that they
    divide by the pixels of only those images that hold the class.

    Args:
        pixel_counts: int64 N×K, the pixels of each of K classes in each of N masks.

    Returns:
        float64 K. A class that occurs in no mask gets the weight 0, as no pixel asks for it, and
        does not move the median.
    """
    pixels = pixel_counts.sum(axis=0, dtype=np.float64)
    weights = np.zeros(pixels.shape)
    occurs = pixels > 0
    if occurs.any():
        weights[occurs] = np.median(pixels[occurs]) / pixels[occurs]
    return weights
