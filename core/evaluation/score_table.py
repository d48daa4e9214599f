"""The scores of ten thousand samples as a few arrays, from which single scores are made on demand.

Opening a run reads the arrays; only who looks at a sample's score has it made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from core.evaluation.errors.error_map import BACKGROUND, ErrorCounts
from core.evaluation.metrics.ratios import mean_of_present, percent_of

Cell = tuple[int, int, int]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class SampleScore(NamedTuple):
    """How right the prediction of one sample is.

    Attributes:
        sample: The sample's id.
        mDice: Mean Dice over the classes in its truth or prediction, in percent; None when every
            pixel is ignored.
        dice: Dice per class in percent; None for a class that is in neither.
        errors: Pixels by kind of error.
        cells: The sample's confusion matrix, without zeros: (true class, predicted class, pixels).
        mask_hash: Content hash of the mask that was taken for the truth; "" in older files.
    """

    sample: str
    mDice: float | None  # noqa: N815 - the study's spelling, fixed in the files
    dice: tuple[float | None, ...]
    errors: ErrorCounts
    cells: tuple[Cell, ...]
    mask_hash: str = ""


class CountedSample(NamedTuple):
    """What everything of a `SampleScore` follows from; see there."""

    sample: str
    cells: tuple[Cell, ...]
    mask_hash: str


class PixelCount:
    """What the last axis of counts of pixels by class is."""

    RIGHT = 0
    PREDICTED = 1
    TRUE = 2
    WIDTH = 3


class ScoreTable(Sequence[SampleScore]):
    """Scores as a sequence of which only the columns are kept.

    Args:
        ids: The samples' ids.
        m_dice: float64 N; nan for None.
        dice: float64 N×K; nan for None.
        errors: int64 N×4: the counts of `ErrorCounts`, in its order.
        cells: int64 M×3: the cells of all samples, one sample after the other.
        cell_counts: int64 N: how many cells each sample has.
        mask_hashes: One for each sample.

    Raises:
        ValueError: the columns do not fit together, or a cell is none of the K classes.
    """

    def __init__(
        self,
        ids: Sequence[str],
        m_dice: Floats,
        dice: Floats,
        errors: Ints,
        cells: Ints,
        cell_counts: Ints,
        mask_hashes: Sequence[str],
    ) -> None:
        count = len(ids)
        fits = (
            m_dice.shape == (count,)
            and dice.ndim == 2
            and len(dice) == count
            and errors.shape == (count, len(ErrorCounts._fields))
            and cell_counts.shape == (count,)
            and cells.shape == (int(cell_counts.sum()), 3)
            and len(mask_hashes) == count
        )
        if not fits:
            raise ValueError("the columns of the scores do not fit together")
        if cells.size and not (int(cells.min()) >= 0 and int(cells[:, :2].max()) < dice.shape[1]):
            raise ValueError("a cell is of no class")
        self.ids = ids if isinstance(ids, tuple) else tuple(ids)
        self.m_dice = m_dice
        self.dice = dice
        self.errors = errors
        self.cells = cells
        self.cell_counts = cell_counts
        self.mask_hashes = tuple(mask_hashes)

    @classmethod
    def from_scores(cls, scores: Iterable[SampleScore], num_classes: int) -> ScoreTable:
        """The table of single scores."""
        rows = list(scores)
        cells = [cell for score in rows for cell in score.cells]
        return cls(
            ids=[score.sample for score in rows],
            m_dice=np.array([score.mDice for score in rows], np.float64),
            dice=np.array([score.dice for score in rows], np.float64).reshape(-1, num_classes),
            errors=np.array([score.errors for score in rows], np.int64).reshape(-1, 4),
            cells=np.array(cells, np.int64).reshape(-1, 3),
            cell_counts=np.array([len(score.cells) for score in rows], np.int64),
            mask_hashes=[score.mask_hash for score in rows],
        )

    @classmethod
    def from_cells(
        cls,
        counted: Sequence[CountedSample | SampleScore],
        num_classes: int,
        background: int | None = BACKGROUND,
    ) -> ScoreTable:
        """The table of samples of which the pixels were counted, with all scores computed.

        Args:
            counted: The samples.
            num_classes: Number of classes.
            background: The class that is no object; None where every class is one.

        Raises:
            ValueError: a cell is of no class.
        """
        count = len(counted)
        cells = np.array([cell for each in counted for cell in each.cells], np.int64).reshape(-1, 3)
        table = cls(
            ids=[each.sample for each in counted],
            m_dice=np.full(count, np.nan),
            dice=np.full((count, num_classes), np.nan),
            errors=np.zeros((count, len(ErrorCounts._fields)), np.int64),
            cells=cells,
            cell_counts=np.array([len(each.cells) for each in counted], np.int64),
            mask_hashes=[each.mask_hash for each in counted],
        )
        pixels = table.pixel_counts()
        table.dice = percent_of(
            2 * pixels[..., PixelCount.RIGHT],
            pixels[..., PixelCount.PREDICTED] + pixels[..., PixelCount.TRUE],
        )
        table.m_dice = mean_of_present(table.dice)
        samples = np.repeat(np.arange(count), table.cell_counts)
        np.add.at(table.errors, (samples, _kinds_of(cells, background)), cells[:, 2])
        return table

    @property
    def num_classes(self) -> int:
        """Number of classes K."""
        return int(self.dice.shape[1])

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The place of each sample."""
        return {sample: row for row, sample in enumerate(self.ids)}

    def get(self, sample: str) -> SampleScore | None:
        """The score of a sample; None when it was not measured."""
        row = self.rows.get(sample)
        return None if row is None else self[row]

    def pixel_counts(self) -> Ints:
        """Pixels of each sample by class, int64 N×K×3; see `PixelCount`."""
        count, classes = len(self.ids), self.num_classes
        first = np.repeat(np.arange(count), self.cell_counts) * classes
        true, predicted, pixels = self.cells.T
        found = np.empty((count * classes, PixelCount.WIDTH), np.int64)
        for column, places, weights in (
            (PixelCount.RIGHT, first + true, np.where(true == predicted, pixels, 0)),
            (PixelCount.PREDICTED, first + predicted, pixels),
            (PixelCount.TRUE, first + true, pixels),
        ):
            # Whole numbers stay exact in float64 up to 2⁵³: no image has as many pixels.
            found[:, column] = np.bincount(places, weights, minlength=count * classes)
        return found.reshape(count, classes, PixelCount.WIDTH)

    def pooled_cells(self, rows: npt.NDArray[np.intp] | None = None) -> Ints:
        """The confusion matrix of all samples, or of some by their places.

        Returns:
            int64 K×K: true classes by predicted ones.
        """
        cells = self.cells
        if rows is not None:
            chosen = np.zeros(len(self.ids), np.bool_)
            chosen[rows] = True
            cells = cells[np.repeat(chosen, self.cell_counts)]
        side = self.num_classes
        places = cells[:, 0] * side + cells[:, 1]
        found = np.bincount(places, cells[:, 2], minlength=side * side)
        return found.astype(np.int64).reshape(side, side)

    def samples_with(self, true_class: int, predicted_class: int) -> list[tuple[str, int]]:
        """The samples that have pixels in a cell, and how many; most first."""
        samples = np.repeat(np.arange(len(self.ids)), self.cell_counts)
        chosen = (self.cells[:, 0] == true_class) & (self.cells[:, 1] == predicted_class)
        found = zip(samples[chosen].tolist(), self.cells[chosen, 2].tolist(), strict=True)
        return [(self.ids[row], pixels) for row, pixels in sorted(found, key=lambda e: -e[1])]

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> SampleScore: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SampleScore]: ...
    def __getitem__(self, index: int | slice) -> SampleScore | Sequence[SampleScore]:
        return self._made[index]

    def __iter__(self) -> Iterator[SampleScore]:
        return iter(self._made)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ScoreTable):
            return self._columns_equal(other)
        if isinstance(other, Sequence) and not isinstance(other, str):
            return list(self) == list(other)
        return NotImplemented

    # Equal by what the arrays hold.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<ScoreTable of {len(self)} samples>"

    @cached_property
    def _made(self) -> tuple[SampleScore, ...]:
        """All scores: making them one by one takes several times as long."""
        cells = list(map(tuple, self.cells.tolist()))
        ends = np.cumsum(self.cell_counts).tolist()
        return tuple(
            SampleScore(sample, mean, dice, ErrorCounts(*errors), tuple(cells[start:end]), mask)
            for sample, mean, dice, errors, start, end, mask in zip(
                self.ids,
                _with_none(self.m_dice),
                map(tuple, _with_none(self.dice)),
                self.errors.tolist(),
                [0, *ends][: len(ends)],
                ends,
                self.mask_hashes,
                strict=True,
            )
        )

    def _columns_equal(self, other: ScoreTable) -> bool:
        return (
            self.ids == other.ids
            and self.mask_hashes == other.mask_hashes
            and np.array_equal(self.m_dice, other.m_dice, equal_nan=True)
            and np.array_equal(self.dice, other.dice, equal_nan=True)
            and np.array_equal(self.errors, other.errors)
            and np.array_equal(self.cells, other.cells)
            and np.array_equal(self.cell_counts, other.cell_counts)
        )


def _kinds_of(cells: Ints, background: int | None) -> Ints:
    """In which of `ErrorCounts` the pixels of each cell are, by its place."""
    true, predicted = cells[:, 0], cells[:, 1]
    none = -1 if background is None else background
    correct, missed, false, wrong_class = range(len(ErrorCounts._fields))
    return np.select(
        [true == predicted, predicted == none, true == none],
        [correct, missed, false],
        wrong_class,
    )


def _with_none(values: Floats) -> list[Any]:
    unknown = np.isnan(values)
    if unknown.any():
        objects = values.astype(object)
        objects[unknown] = None
        return list(objects.tolist())
    return list(values.tolist())
