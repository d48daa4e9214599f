"""Repairing many masks at once, undone as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.masks.saving import save_mask
from core.qa.registry import Options
from core.qa.repairs.applying import RepairResult, mended_mask, put_back
from core.qa.repairs.registry import Repair, changed_pixels
from core.qa.repairs.undo_store import (
    MOST_BATCHES,
    Batch,
    BatchWriter,
    Entry,
    entries_of,
    folder_of,
    list_batches,
    remove,
)

__all__ = [
    "MOST_BATCHES",
    "Batch",
    "BatchResult",
    "BatchUndo",
    "Failure",
    "apply_to_many",
    "list_batches",
    "undo_batch",
]

Progress = Callable[[int, int], None]
"""`progress(done, total)`, called after each sample."""


@dataclass(frozen=True)
class Failure:
    """A sample that was left as it was, and why."""

    sample: str
    error: PetsegError


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch.

    Attributes:
        batch: What can be undone; None when nothing was changed.
        changed: Ids of the samples whose mask was written.
        unchanged: How many masks the repair left as they were.
        failures: Samples that could not be repaired; the others were.
        cancelled: Whether it was stopped before the end.
    """

    batch: Batch | None
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    failures: list[Failure] = field(default_factory=list)
    cancelled: bool = False

    @property
    def words(self) -> str:
        """One sentence for the status bar."""
        parts = [f"{_masks(len(self.changed))} repaired"]
        if self.unchanged:
            parts.append(f"{self.unchanged:,} had nothing to repair")
        if self.failures:
            parts.append(f"{len(self.failures):,} could not be repaired")
        return ", ".join(parts) + (" before it was cancelled." if self.cancelled else ".")


@dataclass(frozen=True)
class BatchUndo:
    """What became of undoing a batch.

    Attributes:
        restored: Ids of the samples whose mask is again as before the batch.
        failures: Samples whose mask was left as it is, such as those changed since.
        cancelled: Whether it was stopped before the end; undoing it again goes on.
    """

    restored: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    cancelled: bool = False


def apply_to_many(
    dataset: Dataset,
    workspace: Workspace,
    samples: Sequence[str],
    label_set: str,
    repair: Repair,
    options: Options | None = None,
    *,
    progress: Progress | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> BatchResult:
    """Repair the masks of many samples. One that fails is reported and does not stop the others.

    The bytes from before are kept in the workspace, so memory does not grow with the samples.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        samples: Ids of the samples; one that is named twice is repaired once.
        label_set: Which of their masks.
        repair: What to do.
        options: Options of the repair that are not the defaults.
        progress: Told after each sample.
        is_cancelled: Asked before each sample; what was repaired until then stays repaired.

    Raises:
        PetsegError: an option is out of its range; nothing was changed.
    """
    repair.checked(options or {})
    wanted = list(dict.fromkeys(samples))
    writer = BatchWriter(workspace, repair.id, repair.title, label_set, options or {})
    changed: list[str] = []
    failures: list[Failure] = []
    unchanged, cancelled = 0, False
    for done, sample_id in enumerate(wanted, 1):
        if is_cancelled is not None and is_cancelled():
            cancelled = True
            break
        try:
            if _repair_one(dataset, workspace, sample_id, label_set, repair, options, writer):
                changed.append(sample_id)
            else:
                unchanged += 1
        except PetsegError as error:
            failures.append(Failure(sample_id, error))
        if progress is not None:
            progress(done, len(wanted))
    return BatchResult(writer.close(), changed, unchanged, failures, cancelled)


def undo_batch(
    workspace: Workspace,
    batch_id: str,
    *,
    progress: Progress | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> BatchUndo:
    """Put back every mask of a batch, to the byte, also after a restart.

    A mask that was changed since is left as it is and reported. The batch is forgotten once all
    its masks are as they were.

    Args:
        workspace: The dataset's workspace.
        batch_id: Which batch; see `list_batches`.
        progress: Told after each sample.
        is_cancelled: Asked before each sample.

    Raises:
        PetsegError: there is no such batch any more.
    """
    folder, batch = folder_of(workspace, batch_id)
    total = sum(1 for _ in entries_of(folder))
    restored: list[str] = []
    failures: list[Failure] = []
    cancelled = False
    for done, entry in enumerate(entries_of(folder), 1):
        if is_cancelled is not None and is_cancelled():
            cancelled = True
            break
        try:
            _put_back(workspace, batch, entry)
            restored.append(entry.sample)
        except PetsegError as error:
            failures.append(Failure(entry.sample, error))
        if progress is not None:
            progress(done, total)
    if not failures and not cancelled:
        remove(folder)
    return BatchUndo(restored, failures, cancelled)


def _repair_one(
    dataset: Dataset,
    workspace: Workspace,
    sample_id: str,
    label_set: str,
    repair: Repair,
    options: Options | None,
    writer: BatchWriter,
) -> bool:
    """Repair one mask of a batch; False when there was nothing to repair."""
    sample = dataset.sample(sample_id)
    old, new = mended_mask(dataset, sample, label_set, repair, options)
    changed_px = int(changed_pixels(old, new).sum())
    if not changed_px:
        return False
    path = dataset.mask_path(sample, label_set)
    entry = writer.begin(sample_id, path, read_bytes(path))
    try:
        save_mask(dataset, workspace, sample, label_set, new)
    finally:
        # Also when the file was written and only noting that in the workspace failed.
        after = content_hash(read_bytes(path))
        if after != entry.before:
            writer.finish(entry, after, changed_px)
    return True


def _put_back(workspace: Workspace, batch: Batch, entry: Entry) -> None:
    data = read_bytes(entry.kept) if entry.kept is not None else None
    result = RepairResult(
        entry.sample, batch.label_set, batch.repair, entry.path, entry.changed_px, data, entry.after
    )
    put_back(workspace, result, entry.before)


def _masks(number: int) -> str:
    return "1 mask" if number == 1 else f"{number:,} masks"
