"""Regions of many samples as columns: a hundred thousand of them load in a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from core.evaluation.errors.kinds import KINDS, ErrorKind
from core.evaluation.errors.regions import ErrorRegion

Index = npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice


@dataclass(frozen=True, slots=True, eq=False)
class RegionColumns:
    """Regions, one entry of each column per region; see `ErrorRegion` for what they hold.

    Attributes:
        form: uint8, codes of `ErrorKind`; label suspects are told later, see `label_suspects`.
        true_class, predicted_class: uint8.
        left, top, width, height, pixels, anchor_x, anchor_y, object_pixels: int32.
        confidence: float32, nan where there is none.
        thickness: float32.
    """

    form: npt.NDArray[np.uint8]
    true_class: npt.NDArray[np.uint8]
    predicted_class: npt.NDArray[np.uint8]
    left: npt.NDArray[np.int32]
    top: npt.NDArray[np.int32]
    width: npt.NDArray[np.int32]
    height: npt.NDArray[np.int32]
    pixels: npt.NDArray[np.int32]
    anchor_x: npt.NDArray[np.int32]
    anchor_y: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float32]
    object_pixels: npt.NDArray[np.int32]
    thickness: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.form)

    @classmethod
    def empty(cls) -> RegionColumns:
        """No region."""
        return cls(**{name: np.zeros(0, kind) for name, kind in COLUMN_KINDS.items()})

    @classmethod
    def joined(cls, parts: Sequence[RegionColumns]) -> RegionColumns:
        """The regions of all parts, one after the other."""
        if not parts:
            return cls.empty()
        return cls(
            **{
                name: np.concatenate([getattr(part, name) for part in parts])
                for name in COLUMN_KINDS
            }
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> RegionColumns:
        """The columns as `as_arrays` gave them.

        Raises:
            ValueError, KeyError: they are not of one length, of another kind, or some are missing.
        """
        columns = {name: arrays[name] for name in COLUMN_KINDS}
        lengths = {column.shape for column in columns.values()}
        if len(lengths) != 1 or len(next(iter(lengths))) != 1:
            raise ValueError("the columns are not of one length")
        if any(columns[name].dtype != kind for name, kind in COLUMN_KINDS.items()):
            raise ValueError("a column is of another kind")
        if len(columns["form"]) and int(columns["form"].max()) >= len(KINDS):
            raise ValueError("there is no such kind of error")
        return cls(**columns)  # type: ignore[arg-type]

    def as_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The columns by name."""
        return {name: getattr(self, name) for name in COLUMN_KINDS}

    def at(self, index: Index) -> RegionColumns:
        """Some of the regions."""
        return RegionColumns(**{name: getattr(self, name)[index] for name in COLUMN_KINDS})

    def region(self, place: int, kind: ErrorKind | None = None) -> ErrorRegion:
        """One region as an object; `kind` in place of its form."""
        form = KINDS[self.form[place]]
        sure = float(self.confidence[place])
        return ErrorRegion(
            kind=kind or form,
            true_class=int(self.true_class[place]),
            predicted_class=int(self.predicted_class[place]),
            box=(
                int(self.left[place]),
                int(self.top[place]),
                int(self.width[place]),
                int(self.height[place]),
            ),
            pixels=int(self.pixels[place]),
            anchor=(int(self.anchor_x[place]), int(self.anchor_y[place])),
            confidence=None if np.isnan(sure) else sure,
            object_pixels=int(self.object_pixels[place]),
            thickness=float(self.thickness[place]),
            form=form,
        )


_BYTES = ("form", "true_class", "predicted_class")
_FLOATS = ("confidence", "thickness")

COLUMN_KINDS: dict[str, np.dtype[np.generic]] = {
    each.name: np.dtype(
        np.uint8 if each.name in _BYTES else np.float32 if each.name in _FLOATS else np.int32
    )
    for each in fields(RegionColumns)
}
"""Every column and the kind of its entries."""
