"""A linear discriminant that judges every object by what the other samples taught it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

FEWEST = 8
"""Classes with fewer objects are left out; too little is known of them."""

# So many models are learned, each without one part of the samples, by which that part is judged.
_FOLDS = 48
_SHRINKAGE = 0.25
# Objects whose class is this unlikely teach nothing in the second round.
_SUSPECT = 0.25
# More objects of a class than this add nothing to what is learned, only time and memory.
_MOST_TEACHERS = 4096


@dataclass(frozen=True)
class Discriminant:
    """What was learned.

    Attributes:
        classes: The classes it can tell apart, by their indices.
        center, spread: The mean and the standard deviation of every number of a description.
        weights: A model for each fold: f×k×(d+1) weights of a description's numbers, in units of
            their spread, and a constant; the class with the largest sum is the most likely.
    """

    classes: tuple[int, ...]
    center: Matrix
    spread: Matrix
    weights: Sequence[Any]

    def probabilities(self, sample: str, values: npt.NDArray[Any]) -> Matrix:
        """Probability of every class for every object of a sample, learned without that sample.

        Args:
            sample: The sample's id.
            values: Descriptions of its objects, n×d.

        Returns:
            n×k, rows add up to 1. All classes are taken for equally frequent.
        """
        weights = np.asarray(self.weights[_fold(sample)], np.float64)
        standard = _standard(np.asarray(values, np.float64), self.center, self.spread)
        return _softmax(standard @ weights[:, :-1].T + weights[:, -1])

    def to_json(self) -> dict[str, Any]:
        """A value that JSON can hold."""
        return {
            "classes": list(self.classes),
            "center": self.center.tolist(),
            "spread": self.spread.tolist(),
            "weights": np.round(np.asarray(self.weights, np.float64), 6).tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Discriminant:
        """The inverse of `to_json`."""
        return cls(
            tuple(data["classes"]),
            np.asarray(data["center"], np.float64),
            np.asarray(data["spread"], np.float64),
            data["weights"],
        )


def learn(observed: Iterable[tuple[str, int, npt.NDArray[Any]]]) -> Discriminant | None:
    """Learn what each class looks like, cross-validated by sample.

    Linear discriminant analysis with the covariance shrunk towards its diagonal (Friedman, 1989),
    in two rounds: objects that look mislabelled after the first do not teach in the second. How
    sure the probabilities are is set by how well the first round, mislabelled objects included,
    agreed with the given labels.

    Args:
        observed: Sample id, class and description (d numbers) of every object. It is read once;
            at most `_MOST_TEACHERS` objects of a class are kept, the same ones every time.

    Returns:
        None when fewer than two classes have enough objects.
    """
    chosen = _teachers(observed)
    known = sorted(value for value, rows in chosen.items() if len(rows) >= FEWEST)
    if len(known) < 2:
        return None
    values = np.array([row[2] for value in known for row in chosen[value]], np.float64)
    folds = np.array([_fold(row[1]) for value in known for row in chosen[value]], np.intp)
    classes = np.repeat(np.arange(len(known)), [len(chosen[value]) for value in known])
    center, spread = values.mean(0), values.std(0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    standard = _standard(values, center, spread)
    weights = _weights(standard, classes, folds)
    scores = _scores(standard, folds, weights)
    temperature = _temperature(scores, classes)
    given = _softmax(scores / temperature)[np.arange(len(classes)), classes]
    trusted = given >= _SUSPECT
    if np.bincount(classes[trusted], minlength=len(known)).min() >= 2:
        weights = _weights(standard[trusted], classes[trusted], folds[trusted])
    return Discriminant(tuple(known), center, spread, list(weights / temperature))


def _teachers(
    observed: Iterable[tuple[str, int, npt.NDArray[Any]]],
) -> dict[int, list[tuple[int, str, npt.NDArray[np.float32]]]]:
    """By class, the objects of the samples that come first in an order that is as good as any."""
    chosen: dict[int, list[tuple[int, str, npt.NDArray[np.float32]]]] = {}
    for sample, value, description in observed:
        rows = chosen.setdefault(value, [])
        # Copied, so that a view does not keep the facts of the whole sample.
        rows.append((crc32(sample.encode()[::-1]), sample, np.array(description, np.float32)))
        if len(rows) >= 2 * _MOST_TEACHERS:
            _keep_first(rows)
    for rows in chosen.values():
        _keep_first(rows)
    return chosen


def _keep_first(rows: list[tuple[int, str, npt.NDArray[np.float32]]]) -> None:
    rows.sort(key=lambda row: row[:2])
    del rows[_MOST_TEACHERS:]


def _fold(sample: str) -> int:
    """Which part of the samples one belongs to; it stays there whatever else changes."""
    return crc32(sample.encode()) % _FOLDS


def _standard(values: Matrix, center: Matrix, spread: Matrix) -> Matrix:
    return np.asarray(np.clip((values - center) / spread, -3, 3))


def _weights(values: Matrix, classes: Indices, folds: Indices) -> Matrix:
    """For every fold, weights f×k×(d+1) learned from all objects outside it."""
    count, size = int(classes.max()) + 1, values.shape[1]
    sums, numbers = np.zeros((_FOLDS, count, size)), np.zeros((_FOLDS, count))
    np.add.at(sums, (folds, classes), values)
    np.add.at(numbers, (folds, classes), 1)
    products = np.zeros((_FOLDS, size, size))
    for fold in np.unique(folds):
        part = values[folds == fold]
        products[fold] = part.T @ part
    all_sums, all_numbers, all_products = sums.sum(0), numbers.sum(0), products.sum(0)
    weights = np.zeros((_FOLDS, count, size + 1))
    for fold in range(_FOLDS):
        left = all_numbers - numbers[fold]
        if left.min() < 1:
            continue  # nothing is known without this part: its objects stay undecided
        means = (all_sums - sums[fold]) / left[:, None]
        scatter = all_products - products[fold] - (means.T * left) @ means
        covariance = scatter / max(1.0, left.sum() - count)
        diagonal = np.diag(np.diag(covariance)) + 1e-3 * np.eye(size)
        covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * diagonal
        solved = np.linalg.solve(covariance, means.T).T
        weights[fold, :, :-1] = solved
        weights[fold, :, -1] = -0.5 * (solved * means).sum(1)
    return weights


def _scores(values: Matrix, folds: Indices, weights: Matrix) -> Matrix:
    """Logarithm of each class's density at each object, up to a constant."""
    scores = np.zeros((len(values), weights.shape[1]))
    for fold in np.unique(folds):
        asked = folds == fold
        scores[asked] = values[asked] @ weights[fold, :, :-1].T + weights[fold, :, -1]
    return scores


def _temperature(scores: Matrix, classes: Indices) -> float:
    """The divisor of the scores under which the given labels surprise least (Platt, 1999)."""
    rows = np.arange(len(classes))

    def surprise(temperature: float) -> float:
        given = _softmax(scores / temperature)[rows, classes]
        return float(-np.log(given + 1e-12).mean())

    return float(min(np.geomspace(0.5, 100, 60), key=surprise))


def _softmax(scores: Matrix) -> Matrix:
    weights = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(weights / weights.sum(1, keepdims=True))
