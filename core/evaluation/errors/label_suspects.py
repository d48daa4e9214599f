"""Which regions say more of the label than of the run: the last of the rules."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.region_columns import RegionColumns
from core.evaluation.errors.rules import RULES, Rules

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]


def suspected(
    columns: RegionColumns,
    picture: float | Floats,
    label_quality: float | Floats | None = None,
    rules: Rules = RULES,
) -> npt.NDArray[np.uint8]:
    """The codes of the regions' kinds, those under suspicion turned to `ErrorKind.LABEL`.

    Args:
        columns: The regions.
        picture: Pixels of the picture that each region lies in, or of the one all lie in.
        label_quality: How right the label there is by runs that have not seen it, 0 to 1, nan
            where that is not known; one for each region, or one for all.
        rules: The thresholds.

    Returns:
        uint8 N, a new array.
    """
    needed = np.full(len(columns), rules.sure, np.float32)
    if label_quality is not None:
        quality = np.broadcast_to(np.asarray(label_quality, np.float32), len(columns))
        needed[quality < rules.poor_label] = rules.sure_if_poor
        needed[quality > rules.good_label] = np.inf
    is_large = columns.pixels >= rules.label_area * np.asarray(picture)
    # A comparison with an unknown confidence is false, and so is the suspicion.
    is_suspect = is_large & (columns.confidence >= needed)
    is_suspect &= columns.form != ErrorKind.BORDER.code
    kinds = columns.form.copy()
    kinds[is_suspect] = ErrorKind.LABEL.code
    return kinds
