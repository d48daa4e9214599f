"""Weights that make rare classes count in a loss.

Every method takes the pixels of each class, either of all masks together (K numbers) or of each
mask (N×K), and gives K weights. A class that occurs in no mask gets the weight 0, as no pixel
asks for it, and does not move the weights of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME

Counts = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]

RECIPE_FIELD = "class_weights"
"""The field of the training form that takes the weights."""


def inverse_frequency(pixel_counts: Counts) -> Weights:
    """Inverse frequency: all classes have the same say in the loss.

    The weight of a class is P / (K · p), with p its own pixels, P the pixels of all classes and K
    the number of classes that occur. So the weights average to 1 over the pixels. This is the
    "balanced" heuristic of King and Zeng, Logistic Regression in Rare Events Data, Political
    Analysis 9, 2001, as many libraries offer it.

    Args:
        pixel_counts: int64 K or N×K, the pixels of each of K classes (in each of N masks).

    Returns:
        float64 K.
    """
    pixels, occurs = _totals(pixel_counts)
    weights = np.zeros(pixels.shape)
    if occurs.any():
        weights[occurs] = pixels.sum() / (occurs.sum() * pixels[occurs])
    return weights


def median_frequency(pixel_counts: Counts) -> Weights:
    """Median frequency balancing over a whole set of masks: the middle class weighs 1.

    The weight of a class is the median of the classes' frequencies divided by its own frequency,
    where a frequency is the class's share of all labelled pixels. This is the balancing of Eigen
    and Fergus, ICCV 2015, section 6.3.2 (https://arxiv.org/abs/1411.4734), except that they
    divide by the pixels of only those images that hold the class.

    Args:
        pixel_counts: int64 K or N×K, the pixels of each of K classes (in each of N masks).

    Returns:
        float64 K.
    """
    pixels, occurs = _totals(pixel_counts)
    weights = np.zeros(pixels.shape)
    if occurs.any():
        weights[occurs] = np.median(pixels[occurs]) / pixels[occurs]
    return weights


def effective_number(pixel_counts: Counts, beta: float | None = None) -> Weights:
    """Weights by the effective number of samples: gentler on frequent classes than their inverse.

    The weight of a class with n pixels is (1 - β) / (1 - βⁿ), scaled so that the weights of the
    classes that occur average to 1: Cui, Jia, Lin, Song and Belongie, Class-Balanced Loss Based
    on Effective Number of Samples, CVPR 2019, equations 2 and 4
    (https://arxiv.org/abs/1901.05555). β → 1 gives inverse frequency, β = 0 equal weights.

    Args:
        pixel_counts: int64 K or N×K, the pixels of each of K classes (in each of N masks).
        beta: β, from 0 to below 1. None takes (N - 1) / N with N all labelled pixels, the paper's
            relation between β and the volume N of possible samples. A fixed β such as 0.999 was
            made for images and makes all classes equal when pixels are counted, and unlike it
            this one gives the same weights to a dataset of ten times the size.

    Returns:
        float64 K.

    Raises:
        PetsegError: beta is out of its range.
    """
    if beta is not None and not 0 <= beta < 1:
        raise PetsegError(
            f"The beta of the effective number cannot be {beta:g}",
            remedy="Take a number from 0 (equal weights) to below 1 (inverse frequency).",
        )
    pixels, occurs = _totals(pixel_counts)
    weights = np.zeros(pixels.shape)
    if not occurs.any():
        return weights
    # 1 - βⁿ loses all its digits for β near 1; expm1 and log1p keep them.
    step = 1 / pixels.sum() if beta is None else 1 - beta
    raw = np.full(int(occurs.sum()), 1.0)
    if step < 1:
        raw = step / -np.expm1(pixels[occurs] * np.log1p(-step))
    weights[occurs] = raw / raw.mean()
    return weights


@dataclass(frozen=True, slots=True)
class WeightMethod:
    """A way to weigh classes, as lists and forms show it.

    Attributes:
        id: Its key in files.
        title: Its name.
        help: What it does to training and how its weights are scaled, in a sentence or two.
        weigh: Pixels per class to weights.
    """

    id: str
    title: str
    help: str
    weigh: Callable[[Counts], Weights]


METHODS: Mapping[str, WeightMethod] = {
    method.id: method
    for method in (
        WeightMethod(
            "inverse_frequency",
            "Inverse frequency",
            "Every class has the same say, however small. The weights average to 1 over all "
            "pixels.",
            inverse_frequency,
        ),
        WeightMethod(
            "median_frequency",
            "Median frequency",
            "The same proportions; the class in the middle weighs 1, so the loss stays small.",
            median_frequency,
        ),
        WeightMethod(
            "effective_number",
            "Effective number",
            "Gentler: pixels of a frequent class count less the more there are of them. The "
            "weights average to 1 over the classes.",
            effective_number,
        ),
    )
}


def all_weights(pixel_counts: Counts) -> dict[str, Weights]:
    """The weights by every method, by its id."""
    return {method.id: method.weigh(pixel_counts) for method in METHODS.values()}


def recipe_overrides(weights: Sequence[float] | Weights) -> dict[str, list[float]]:
    """What to put over a recipe's own fields so that it trains with these weights.

    Args:
        weights: One for each class, background included.

    Returns:
        The training form's field with the weights to four digits, within the field's limits.
    """
    field = BY_NAME[RECIPE_FIELD]
    # Digits, not decimals: a rare class must not round another one's weight down to nothing.
    rounded = (float(f"{float(weight):.4g}") for weight in weights)
    return {RECIPE_FIELD: [min(max(weight, field.minimum), field.maximum) for weight in rounded]}


def _totals(pixel_counts: Counts) -> tuple[Weights, npt.NDArray[np.bool_]]:
    pixels = np.atleast_2d(pixel_counts).sum(axis=0, dtype=np.float64)
    return pixels, pixels > 0
