"""Which regions say more of the label than of the run: the last of the rules."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.region_columns import RegionColumns
from core.evaluation.errors.regions import Box
from core.evaluation.errors.rules import RULES, Rules

Bools = npt.NDArray[np.bool_]


class Doubt(Protocol):
    """What runs that have not seen a sample say of its mask: `core.evaluation.suspects` has it."""

    @property
    def region(self) -> float:
        """1 for a mask that is believed, towards 0 the larger and surer the contradiction is."""

    @property
    def box(self) -> Box | None:
        """Where the mask is contradicted the most; None where nowhere."""

    @property
    def given(self) -> int | None:
        """The class of the label there."""

    @property
    def predicted(self) -> int | None:
        """The class that the runs see there."""


def suspected(
    columns: RegionColumns,
    picture: float | npt.NDArray[np.int64],
    *,
    doubted: Bools | None = None,
    believed: Bools | None = None,
    rules: Rules = RULES,
) -> npt.NDArray[np.uint8]:
    """The codes of the regions' kinds, those under suspicion turned to `ErrorKind.LABEL`.

    Args:
        columns: The regions.
        picture: Pixels of the picture that each region lies in, or of the one all lie in.
        doubted: Regions where others contradict the mask the most; bool N.
        believed: Regions of masks that others believe; bool N.
        rules: The thresholds.

    Returns:
        uint8 N, a new array.
    """
    needed = np.full(len(columns), rules.sure, np.float32)
    if believed is not None:
        needed[believed] = np.inf
    if doubted is not None:
        needed[doubted] = rules.sure_if_doubted
    # A comparison with an unknown confidence is false, and so is the suspicion.
    is_suspect = (columns.pixels >= rules.label_area * np.asarray(picture)) & (
        columns.confidence >= needed
    )
    is_suspect &= columns.form != ErrorKind.BORDER.code
    kinds = columns.form.copy()
    kinds[is_suspect] = ErrorKind.LABEL.code
    return kinds


def is_believed(doubt: Doubt, rules: Rules = RULES) -> bool:
    """Whether a mask is contradicted nowhere to an extent that matters."""
    # The score is 1 - √(share of the picture that is contradicted, weighed by how surely).
    return doubt.region > 1 - math.sqrt(rules.label_area / 2)


def at_doubt(columns: RegionColumns, doubt: Doubt) -> Bools:
    """Which regions of a sample lie where its mask is contradicted the most: bool N."""
    if doubt.box is None:
        return np.zeros(len(columns), np.bool_)
    left, top, width, height = doubt.box
    across = np.minimum(columns.left + columns.width, left + width) - np.maximum(columns.left, left)
    down = np.minimum(columns.top + columns.height, top + height) - np.maximum(columns.top, top)
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    smaller = np.minimum(columns.width * columns.height, width * height)
    return np.asarray(
        (columns.true_class == doubt.given)
        & (columns.predicted_class == doubt.predicted)
        & (2 * shared >= smaller),
        np.bool_,
    )
