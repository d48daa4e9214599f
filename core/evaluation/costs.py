"""What errors cost: by how much the pooled mDice would rise without them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.ratios import mean_of_present, percent_of
from core.evaluation.metrics.tally import dice_of, m_dice_of
from core.evaluation.score_table import PixelCount

Matrix = npt.NDArray[Any]
Counts = npt.NDArray[Any]


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


def cost_of_part(part: Counts, rest: Counts) -> float:
    """How much the pooled mDice would rise, in points, had a part the Dice that the rest has.

    Class by class: what is missed and what is false in the part are both made so many times as
    large that its Dice is that of the rest; the true pixels stay as they are. A class of which the
    part or the rest has no true pixel stays as it is.

    Args:
        part: Pixels of the part by class, int64 K×3; see `PixelCount`.
        rest: Those of everything else.
    """
    right, predicted, true = _columns(part)
    missed, false = true - right, predicted - right
    wanted = dice_of(rest) / 100
    # 2·(true - f·missed) = wanted · (2·true - f·missed + f·false), solved for f.
    divisor = (2 - wanted) * missed + wanted * false
    times = np.ones(len(part), np.float64)
    is_known = (true > 0) & (rest[:, PixelCount.TRUE] > 0)
    np.divide(2 * true * (1 - wanted), divisor, out=times, where=is_known & (divisor > 0))
    # Nothing to enlarge where all is right: then as much is missed as is false.
    flawless = np.where(is_known & ~(divisor > 0), true * (1 - np.nan_to_num(wanted)), 0.0)
    new_missed, new_false = times * missed + flawless, times * false + flawless
    new_right = true - new_missed
    alike = np.stack([new_right, new_right + new_false, true], axis=1)
    return float(m_dice_of(rest + alike) - m_dice_of(rest + part))


def _columns(counts: Counts) -> tuple[Counts, Counts, Counts]:
    return (
        counts[:, PixelCount.RIGHT],
        counts[:, PixelCount.PREDICTED],
        counts[:, PixelCount.TRUE],
    )
