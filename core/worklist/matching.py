"""Finding the places of the worklist again, once a mask or a prediction is another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.evaluation.errors.background import background_of
from core.evaluation.errors.finding import find_errors
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.regions import Box, ErrorRegion, region_mask
from core.evaluation.predicting.files import (
    RunLike,
    confidence_path,
    read_confidence,
    read_prediction,
)
from core.files import content_hash, read_bytes
from core.images import Array, decode_mask
from core.worklist.entries import Decision, Entry, State
from core.worklist.store import WorklistStore

# Of the smaller of two boxes, so much has to lie in the other for them to be one place.
SAME_PLACE = 0.5

RunOf = Callable[[str], RunLike | None]
"""The run with an id; None when it is gone."""


def bring_up_to_date(
    dataset: Dataset,
    workspace: Workspace,
    label_set: str,
    samples: Iterable[str],
    run_of: RunOf,
) -> int:
    """Look at the entries of samples whose mask or prediction may be another one now.

    An open entry moves to where its error is now. One that is no error any more is decided, by
    what happened (EDITED, GONE). An entry that was decided comes back when its mask was changed
    so that the error is there again: when somebody reverted the mask, say.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        label_set: The label set.
        samples: Ids of the samples.
        run_of: Finds runs. Entries of runs that are gone, or that have no prediction of the sample
            any more, stay as they are, and so do those of a mask that cannot be read.

    Returns:
        How many entries are others now.
    """
    store = WorklistStore(workspace)
    changed = 0
    for sample_id in dict.fromkeys(samples):
        entries = store.entries(label_set, sample=sample_id)
        by_run: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.decision is not Decision.KEEP:
                by_run.setdefault(entry.run, []).append(entry)
        for run_id, of_run in by_run.items():
            run = run_of(run_id)
            if run is None:
                continue
            try:
                now = _Now(dataset, run, sample_id, label_set)
            except PetsegError:
                continue  # what is wrong with the files is said where they are looked at
            changed += _follow(store, of_run, now)
    return changed


def is_wrong_at(place: tuple[int, int], prediction: Array, truth: Array, ignore_index: int) -> bool:
    """Whether the prediction is wrong at the pixel (x, y), and whether that counts."""
    x, y = place
    if not (0 <= y < truth.shape[0] and 0 <= x < truth.shape[1]):
        return False
    return bool(truth[y, x] != prediction[y, x] and truth[y, x] != ignore_index)


class _Now:
    """The errors of one sample as they are now.

    Raises:
        PetsegError: a file is missing or cannot be used.
    """

    def __init__(self, dataset: Dataset, run: RunLike, sample_id: str, label_set: str) -> None:
        sample = dataset.sample(sample_id)
        path = dataset.mask_path(sample, label_set)
        data = read_bytes(path)
        self.mask_hash = content_hash(data)
        self.truth = decode_mask(data, path, dataset.coding)
        self.prediction = read_prediction(
            run, sample, size=self.truth.shape, num_classes=dataset.num_classes
        )
        self.ignore_index = dataset.ignore_index
        self.background = background_of(dataset)
        confidence = None
        if confidence_path(run, sample).exists():
            confidence = read_confidence(run, sample)
        if confidence is not None and confidence.shape != self.truth.shape:
            confidence = None
        try:
            self.errors: Sequence[ErrorRegion] = find_errors(
                self.prediction, self.truth, num_classes=dataset.num_classes,
                ignore_index=dataset.ignore_index, background=self.background,
                confidence=confidence,
            )  # fmt: skip
        except ValueError as error:
            raise PetsegError(f"The mask of {sample_id} cannot be judged ({error})") from error

    def is_error_at(self, place: tuple[int, int]) -> bool:
        return is_wrong_at(place, self.prediction, self.truth, self.ignore_index)

    def again(self, region: ErrorRegion) -> ErrorRegion | None:
        """The region that a former one has become."""
        alike = [
            each
            for each in self.errors
            if (each.true_class, each.predicted_class)
            == (region.true_class, region.predicted_class)
        ]
        for each in alike:
            if tuple(each.anchor) == tuple(region.anchor) or each.box == region.box:
                return each
        if self.is_error_at(region.anchor):
            for each in alike:
                if _holds(each.box, region.anchor) and self._pixels(each)[region.anchor[::-1]]:
                    return each
        shares = [(shared_part(each.box, region.box), each.pixels, each) for each in alike]
        best = max(shares, key=lambda share: share[:2], default=None)
        return best[2] if best is not None and best[0] >= SAME_PLACE else None

    def _pixels(self, region: ErrorRegion) -> npt.NDArray[np.bool_]:
        return region_mask(
            self.prediction, self.truth, region, self.ignore_index, background=self.background
        )


def _follow(store: WorklistStore, entries: Sequence[Entry], now: _Now) -> int:
    changed = 0
    moved = []
    for entry in entries:
        is_noticed = entry.decision is not None and entry.decision.is_noticed
        if not (entry.is_open or is_noticed):
            # It comes back only when the mask was changed after it, and its error is there again.
            if entry.mask_hash == now.mask_hash or not now.is_error_at(entry.region.anchor):
                continue
            is_noticed = True
        found = now.again(entry.region)
        if found is not None:
            if entry.region.kind is ErrorKind.LABEL:  # which other runs may have said
                found = replace(found, kind=ErrorKind.LABEL)
            if is_noticed:
                store.set_state(entry.id, State.TO_REVIEW)
            if is_noticed or found != entry.region or entry.mask_hash != now.mask_hash:
                moved.append((entry.id, found, now.mask_hash))
                changed += 1
        elif entry.is_open:
            is_same = entry.mask_hash == now.mask_hash
            store.set_state(
                entry.id, State.DECIDED, Decision.GONE if is_same else Decision.EDITED,
                mask_hash=now.mask_hash,
            )  # fmt: skip
            changed += 1
    store.move(moved)
    return changed


def _holds(box: Box, place: tuple[int, int]) -> bool:
    left, top, width, height = box
    return left <= place[0] < left + width and top <= place[1] < top + height


def shared_part(one: Box, other: Box) -> float:
    """How much of the smaller of two boxes lies in the other, 0 to 1."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    smaller = min(one[2] * one[3], other[2] * other[3])
    return max(width, 0) * max(height, 0) / smaller if smaller else 0.0
