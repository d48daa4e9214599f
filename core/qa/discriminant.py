"""A linear discriminant that judges every object by what the other samples taught it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_SHRINKAGE = 0.25
_MAX_FOLDS = 120
# Objects whose class is this unlikely teach nothing in the second round.
_SUSPECT = 0.25


def judge(values: Matrix, classes: Indices, groups: Indices) -> Matrix:
    """Probability of every class for every object, learned without the object's own sample.

    Linear discriminant analysis with the covariance shrunk towards its diagonal, cross-validated
    by sample, in two rounds: objects that look mislabelled after the first do not teach in the
    second. How sure the probabilities are is set by how well the first round, mislabelled objects
    included, agreed with the given labels.

    Args:
        values: What the objects look like, n×d.
        classes: Their classes as 0 … k-1, each class at least twice, k at least 2.
        groups: Their samples as 0, 1, …; objects of one sample never teach about each other.

    Returns:
        n×k matrix; rows add up to 1. All classes are taken for equally frequent.
    """
    spread = values.std(0)
    standard = np.clip((values - values.mean(0)) / np.where(spread > 1e-9, spread, 1.0), -3, 3)
    folds = groups % min(_MAX_FOLDS, int(groups.max()) + 1)
    teachers = np.ones(len(classes), bool)
    scores = _scores(standard, classes, folds, np.ones(len(classes), bool))
    temperature = _temperature(scores, classes)
    probabilities = _softmax(scores / temperature)
    teachers = probabilities[np.arange(len(classes)), classes] >= _SUSPECT
    if np.bincount(classes[teachers], minlength=int(classes.max()) + 1).min() < 2:
        return probabilities
    return _softmax(_scores(standard, classes, folds, teachers) / temperature)


def _scores(
    values: Matrix, classes: Indices, folds: Indices, teachers: npt.NDArray[np.bool_]
) -> Matrix:
    """Logarithm of each class's density at each object, up to a common constant."""
    count = int(classes.max()) + 1
    scores = np.zeros((len(classes), count))
    for fold in np.unique(folds):
        asked = folds == fold
        taught = teachers & ~asked
        if len(np.unique(classes[taught])) < count:
            continue  # nothing is known without this sample: its objects stay undecided
        means = np.stack([values[taught & (classes == index)].mean(0) for index in range(count)])
        within = values[taught] - means[classes[taught]]
        covariance = within.T @ within / max(1, len(within) - count)
        diagonal = np.diag(np.diag(covariance)) + 1e-3 * np.eye(values.shape[1])
        covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * diagonal
        off = values[asked][:, None, :] - means[None, :, :]
        solved = np.linalg.solve(covariance, off.reshape(-1, values.shape[1]).T).T
        scores[asked] = -0.5 * (off * solved.reshape(off.shape)).sum(2)
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
