"""How probable the labels of one mask are, given what a model predicts for its photo.

Everything is computed from three maps of the photo's size, one sample at a time: the probability of
the label that each pixel was given, the predicted class, and its probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Box = tuple[int, int, int, int]

TEMPERATURE = 0.1
"""Of the soft minimum: the lower, the more the worst pixels count."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The place of a mask that the model contradicts most.

    Attributes:
        box: Left, top, width and height in pixels.
        given: The class of the label there.
        predicted: The class that the model sees.
        pixels: How many pixels are contradicted.
        doubt: The sum over them of how much more probable the predicted class is than the given
            one, 0 to 1 each: pixels that the model would swear are wrong.
    """

    box: Box
    given: int
    predicted: int
    pixels: int
    doubt: float


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """How far the labels of one mask can be believed.

    Attributes:
        softmin: The soft minimum over all pixels of the given label's probability, 0 to 1.
        agreement: 1 where the model agrees everywhere, towards 0 the more it contradicts and the
            surer it does; see `agreement_score`. It finds wrong masks best.
        region: The same of the most contradicted region alone; see `region_score`.
        classes: The soft minimum over the pixels that were given each class; None for a class that
            the mask does not hold.
        suspicion: The most contradicted region; None where model and label agree everywhere.
    """

    softmin: float
    agreement: float
    region: float
    classes: tuple[float | None, ...]
    suspicion: Suspicion | None

    @property
    def worst_class(self) -> int | None:
        """The class whose labels are the least probable; None for a mask without labels."""
        known = [(score, index) for index, score in enumerate(self.classes) if score is not None]
        return min(known)[1] if known else None


def softmin(values: Floats, temperature: float = TEMPERATURE) -> float:
    """The soft minimum of probabilities: a mean in which low ones weigh most.

    Σᵢ pᵢ · softmaxᵢ((1 - p) / τ), after V. Lad and J. Mueller, "Estimating label quality and errors
    in semantic segmentation data via any model" (2023), with their τ = 0.1. Towards τ = 0 it is the
    minimum, towards ∞ the mean.

    Args:
        values: Probabilities of the given labels, float32, any shape, not empty.
        temperature: τ, above 0.

    Returns:
        A value between the smallest and the mean of `values`.
    """
    # Less the largest exponent, which leaves the quotient as it is and keeps it from overflowing.
    weights = np.exp((values.min() - values) / np.float32(temperature))
    return float(np.sum(values * weights, dtype=np.float64) / np.sum(weights, dtype=np.float64))


def judge_labels(
    labels: Array,
    given: Floats,
    predicted: Array,
    confidence: Floats,
    *,
    num_classes: int,
    ignore_index: int,
    background: int | None = 0,
    temperature: float = TEMPERATURE,
) -> LabelQuality | None:
    """Judge one mask.

    Args:
        labels: The mask, uint8 H×W of class indices.
        given: Probability of each pixel's label, float32 H×W; anything where the label is ignored.
        predicted: The most probable class, uint8 H×W.
        confidence: Its probability, float32 H×W.
        num_classes: Number of classes.
        ignore_index: Label of pixels that do not count.
        background: The class that is no object; None where every class is something.
        temperature: τ of the soft minimum.

    Returns:
        The quality; None when every pixel is ignored.
    """
    counted = labels != ignore_index
    if not counted.any():
        return None
    classes: list[float | None] = []
    for index in range(num_classes):
        own = given[labels == index]
        classes.append(softmin(own, temperature) if own.size else None)
    contradicted = counted & (predicted != labels)
    doubt = np.where(contradicted, np.maximum(confidence - given, 0), np.float32(0))
    drawn = counted
    if background is not None:
        drawn = counted & ((labels != background) | (predicted != background))
    suspicion = _most_contradicted(labels, predicted, contradicted, doubt)
    return LabelQuality(
        softmin=softmin(given[counted], temperature),
        agreement=agreement_score(doubt, int(np.count_nonzero(drawn))),
        region=region_score(suspicion, labels.size),
        classes=tuple(classes),
        suspicion=suspicion,
    )


def agreement_score(doubt: Floats, drawn: int) -> float:
    """How far the model agrees with a mask: 1 - √(Σ d² / √(o·n)), from 1 down to 0.

    A soft minimum forgets how many pixels are wrong: the uncertain seam around each object gives
    every mask some pixels of low probability. Here they are summed, and the square lets a sure
    contradiction count and an unsure one hardly. Dividing by √o, and not by o, stands between
    "wrong pixels" (where large objects always come first) and "the wrong part of the object" (where
    the smallest do). Of some fifty scores it found planted errors and corrected masks best, both
    together (`tests/benchmarks/suspects_report.py` measures it).

    Args:
        doubt: d, by how much the predicted class is more probable than the label; float32 H×W, 0
            where they agree and where the label is ignored. n is its size.
        drawn: o, how many pixels are an object in the mask or in the prediction: none other can be
            contradicted, which keeps the score from falling below 0.
    """
    if drawn == 0:
        return 1.0
    share = float(np.sum(doubt * doubt, dtype=np.float64)) / float(np.sqrt(drawn * doubt.size))
    return 1.0 - float(np.sqrt(min(1.0, share)))


def region_score(suspicion: Suspicion | None, pixels: int) -> float:
    """How good a mask is, judged by its most contradicted region alone: 1 - √(doubt / pixels).

    Args:
        suspicion: The region; None where there is none.
        pixels: Pixels of the whole mask.
    """
    if suspicion is None:
        return 1.0
    return 1.0 - float(np.sqrt(min(1.0, suspicion.doubt / pixels)))


def _most_contradicted(
    labels: Array, predicted: Array, contradicted: Flags, doubt: Floats
) -> Suspicion | None:
    if not contradicted.any():
        return None
    best: Suspicion | None = None
    for label, class_ in _pairs(labels, predicted, contradicted):
        here = contradicted & (labels == label) & (predicted == class_)
        count, numbers, stats, _ = cv2.connectedComponentsWithStats(
            here.astype(np.uint8), connectivity=8
        )
        sums = np.bincount(numbers.ravel(), weights=doubt.ravel(), minlength=count)
        sums[0] = -1.0  # what is outside
        number = int(sums.argmax())
        if best is None or sums[number] > best.doubt:
            left, top, width, height, pixels = (int(value) for value in stats[number])
            box = (left, top, width, height)
            best = Suspicion(box, label, class_, pixels, float(sums[number]))
    return best


def _pairs(labels: Array, predicted: Array, where: Flags) -> list[tuple[int, int]]:
    codes = labels[where].astype(np.int32) << 8 | predicted[where]
    found = np.flatnonzero(np.bincount(codes, minlength=1))
    return [(int(code) >> 8, int(code) & 255) for code in found]
