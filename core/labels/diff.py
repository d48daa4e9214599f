"""Comparing two label sets of a dataset: which masks differ, by how much, from class to class."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from core.dataset.model import Dataset, Sample
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.labels.changes import ClassBalance, ClassFlow, MaskChange, class_balance, compare_masks
from core.labels.pair import decoded, sizes_differ
from core.labels.store import Compared, DiffStore

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

# Samples whose earlier outcomes are fetched at once, and those that a thread takes at once.
_BATCH = 1024
_PORTION = 32


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A sample whose two masks cannot be held against each other, and why, as a sentence."""

    sample: str
    reason: str


@dataclass(frozen=True)
class LabelSetDiff:
    """How two label sets differ.

    Attributes:
        a: The label set before.
        b: The label set after.
        compared_by_split: Samples whose two masks were compared, by split.
        changes: The masks that differ, most changed pixels first, then by id.
        only_in_a: Samples that have a mask in the first label set only.
        only_in_b: Samples that have a mask in the second label set only.
        not_compared: Samples whose masks differ in size or cannot be read.
        read: Samples whose files had to be read; the others were known.
        cancelled: Whether the comparison was ended before it had seen all samples.
    """

    a: str
    b: str
    compared_by_split: Mapping[str, int]
    changes: tuple[MaskChange, ...]
    only_in_a: tuple[str, ...] = ()
    only_in_b: tuple[str, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    read: int = 0
    cancelled: bool = False

    @property
    def compared(self) -> int:
        """Samples whose two masks were compared."""
        return sum(self.compared_by_split.values())

    @cached_property
    def changed_by_split(self) -> dict[str, int]:
        """Masks that differ, by split; 0 where none does."""
        changed = Counter(change.split for change in self.changes)
        return {split: changed[split] for split in self.compared_by_split}

    @cached_property
    def changed_px(self) -> int:
        """Pixels that differ, in all."""
        return sum(change.changed_px for change in self.changes)

    @cached_property
    def flows(self) -> list[ClassFlow]:
        """From which value to which over all masks, the largest flow first."""
        totals: Counter[tuple[int, int]] = Counter()
        for change in self.changes:
            for flow in change.flows:
                totals[flow.before, flow.after] += flow.px
        return [ClassFlow(*pair, px) for pair, px in totals.most_common()]

    @property
    def balance(self) -> dict[int, ClassBalance]:
        """What each value gained and lost over all masks."""
        return class_balance(self.flows)


@dataclass
class _Tally:
    """What a comparison has found so far. It grows with the changes, not with the samples."""

    compared: Counter[str] = field(default_factory=Counter)
    changes: list[MaskChange] = field(default_factory=list)
    problems: list[NotCompared] = field(default_factory=list)
    read: int = 0

    def add(self, sample: Sample, outcome: Compared) -> None:
        if outcome.problem:
            self.problems.append(NotCompared(sample.id, outcome.problem))
            return
        self.compared[sample.split] += 1
        if outcome.change.changed_px:
            self.changes.append(outcome.change)


def compare_label_sets(
    dataset: Dataset,
    a: str,
    b: str,
    workspace: Workspace,
    *,
    splits: Iterable[str] | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> LabelSetDiff:
    """Hold every mask of one label set against the same sample's mask of another.

    Masks whose files are as they were at the last comparison are not read again, whichever of the
    two came first then. Two files of the same bytes are equal without being decoded; whether they
    can be decoded at all is for the checks to say.

    Args:
        dataset: The dataset.
        a: The label set before.
        b: The label set after.
        workspace: Keeps the outcomes for the next time.
        splits: Splits to look at; all by default.
        on_progress: Called with (samples done, samples in all), from this thread.
        cancelled: Asked now and then; True ends the comparison with what was found so far.

    Raises:
        PetsegError: there is no such label set or split, or both are the same label set.
    """
    a, b = dataset.require_label_set(a), dataset.require_label_set(b)
    if a == b:
        raise PetsegError(
            f"Both label sets are {a!r}",
            path=dataset.root,
            remedy=f"Choose two of: {', '.join(dataset.label_sets)}.",
        )
    samples = dataset.in_splits(splits)
    both = [sample for sample in samples if a in sample.masks and b in sample.masks]
    tally = _Tally()
    done = 0
    stopped = cancelled is not None and cancelled()
    if not stopped:
        for portion in _outcomes(dataset, a, b, both, DiffStore(workspace, a, b)):
            for sample, outcome, is_new in portion:
                tally.add(sample, outcome)
                tally.read += is_new
            done += len(portion)
            if on_progress is not None:
                on_progress(done, len(both))
            if cancelled is not None and cancelled():
                break
    shown_splits = dict.fromkeys(sample.split for sample in samples)
    return LabelSetDiff(
        a=a,
        b=b,
        compared_by_split={split: tally.compared[split] for split in shown_splits},
        changes=tuple(
            sorted(tally.changes, key=lambda change: (-change.changed_px, change.sample))
        ),
        only_in_a=tuple(s.id for s in samples if a in s.masks and b not in s.masks),
        only_in_b=tuple(s.id for s in samples if b in s.masks and a not in s.masks),
        not_compared=tuple(tally.problems),
        read=tally.read,
        cancelled=done < len(both),
    )


_Outcome = tuple[Sample, Compared, bool]


def _outcomes(
    dataset: Dataset, a: str, b: str, samples: Sequence[Sample], store: DiffStore
) -> Iterator[list[_Outcome]]:
    """The samples with their outcomes and whether their files were read, a portion at a time."""
    context = content_hash(repr(dataset.coding).encode()) if dataset.coding is not None else ""

    def look_at(portion: Sequence[Sample], known: Mapping[str, Compared]) -> list[_Outcome]:
        found: list[_Outcome] = []
        for sample in portion:
            key = store.file_key(sample.masks, context)
            earlier = known.get(sample.id)
            if earlier is not None and earlier.key == key:
                found.append((sample, earlier, False))
            else:
                found.append((sample, _compare(dataset, sample, a, b, key), True))
        return found

    # Decoding works outside Python's lock, so threads are enough. Only a batch is under way at
    # once, so that memory does not grow with the dataset.
    pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="label-diff")
    try:
        for batch in _batches(samples):
            known = store.known([sample.id for sample in batch])
            futures = [
                pool.submit(look_at, portion, known) for portion in _portions(batch, _PORTION)
            ]
            for future in futures:
                found = future.result()
                store.keep([outcome for _, outcome, is_new in found if is_new])
                yield found
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    # Never over the border of two splits: of a stretch of names all that lies between is fetched.
    for _, of_split in groupby(samples, key=lambda sample: sample.split):
        yield from _portions(list(of_split), _BATCH)


def _portions(samples: Sequence[Sample], size: int) -> Iterator[Sequence[Sample]]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def _compare(dataset: Dataset, sample: Sample, a: str, b: str, key: str) -> Compared:
    nothing = MaskChange(sample.id, 0, 0, 0)
    path_a, path_b = sample.masks[a], sample.masks[b]
    try:
        data_a, data_b = read_bytes(path_a), read_bytes(path_b)
        if data_a == data_b:
            return Compared(key, nothing)
        before = decoded(dataset, data_a, path_a)
        after = decoded(dataset, data_b, path_b)
    except PetsegError as error:
        return Compared(key, nothing, str(error))
    if before.shape != after.shape:
        return Compared(key, nothing, sizes_differ(a, before.shape, b, after.shape))
    return Compared(key, compare_masks(sample.id, before, after))
