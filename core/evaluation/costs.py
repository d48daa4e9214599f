"""What errors cost: by how much the pooled mDice would rise without them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.ratios import mean_of_present, percent_of

Matrix = npt.NDArray[np.number]


def m_dice_of_matrix(matrix: Matrix) -> float:
    """Pooled mDice in percent of a confusion matrix K×K (true by predicted); nan without pixels."""
    return float(mean_of_present(dice_of_matrix(matrix)))


def dice_of_matrix(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Pooled Dice of each class in percent; nan for a class that occurs nowhere."""
    return percent_of(2 * np.diagonal(matrix), matrix.sum(0) + matrix.sum(1))


def cost_of(matrix: Matrix, wrong: Matrix) -> float:
    """How much the pooled mDice would rise, in points, were some of the wrong pixels right.

    Args:
        matrix: The confusion matrix of all pixels, K×K: true classes by predicted ones.
        wrong: Those of its pixels that would be right, K×K, off the diagonal.
    """
    mended = matrix - wrong + np.diag(wrong.sum(1))
    return m_dice_of_matrix(mended) - m_dice_of_matrix(matrix)


def cost_of_part(part: Matrix, rest: Matrix) -> float:
    """How much the pooled mDice would rise, in points, were a part told apart as the rest is.

    The pixels of each true class in the part are given the shares of predicted classes that the
    rest has for that class. A class that the rest does not hold stays as it is.

    Args:
        part: Confusion matrix of the part, K×K.
        rest: That of everything else.
    """
    pixels, known = part.sum(1), rest.sum(1)
    shares = np.zeros(rest.shape, np.float64)
    np.divide(rest, known[:, None], out=shares, where=known[:, None] > 0)
    alike = np.where(known[:, None] > 0, shares * pixels[:, None], part)
    return m_dice_of_matrix(rest + alike) - m_dice_of_matrix(rest + part)
