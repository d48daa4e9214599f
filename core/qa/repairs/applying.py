"""Writing a repaired mask, and taking that back to the byte."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.dataset.model import Dataset, Sample
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import atomic_write, content_hash, read_bytes
from core.images import Array, read_mask
from core.images.headers import probe
from core.masks.saving import save_mask
from core.qa.registry import Options
from core.qa.repairs.registry import Repair, RepairContext, changed_pixels


@dataclass(frozen=True, slots=True)
class RepairResult:
    """A repair that was written, with what undoing it needs.

    Attributes:
        sample: The sample's id.
        label_set: Which of its masks was repaired.
        repair: The repair's id.
        path: The mask's file.
        changed_px: Pixels that differ; all of them where the size changed; 0 when nothing was
            written.
        before: The file's bytes before the repair; None when there was no file.
        after: Hash of the file's bytes after it.
    """

    sample: str
    label_set: str
    repair: str
    path: Path
    changed_px: int
    before: bytes | None
    after: str

    @property
    def is_changed(self) -> bool:
        """Whether the file was written at all."""
        return self.changed_px > 0


def context_of(dataset: Dataset, sample: Sample) -> RepairContext:
    """What a repair may know of a sample: the classes, and the photo's size and orientation.

    A photo that is missing or unreadable is left out: repairs of pixels do without it.
    """
    size, orientation = None, 1
    if sample.image is not None:
        try:
            header = probe(read_bytes(sample.image), sample.image)
            size, orientation = header.upright_size, header.orientation
        except PetsegError:
            size = None  # the checks report it; a repair that needs the photo says so
    return RepairContext(dataset.classes, dataset.ignore_index, size, orientation)


def mask_of(dataset: Dataset, sample: Sample, label_set: str) -> Array:
    """The sample's mask, uint8 H×W.

    Raises:
        PetsegError: there is none, or it cannot be read.
    """
    path = sample.masks.get(label_set)
    if path is None:
        raise PetsegError(
            f"{sample.id} has no mask in {label_set} that could be repaired",
            path=dataset.mask_path(sample, label_set),
            remedy="Draw one in the editor.",
        )
    return read_mask(path, dataset.coding)


def mended_mask(
    dataset: Dataset, sample: Sample, label_set: str, repair: Repair, options: Options | None = None
) -> tuple[Array, Array]:
    """A sample's mask before and after a repair; nothing is written.

    Raises:
        PetsegError: the mask cannot be read, an option is out of its range, or the repair needs
            the photo and there is none.
    """
    before = mask_of(dataset, sample, label_set)
    if not repair.needs_photo:  # the photo of every sample of a batch need not be read then
        context = RepairContext(dataset.classes, dataset.ignore_index)
        return before, repair.apply(before, context, options)
    context = context_of(dataset, sample)
    if context.image_size is None:
        raise PetsegError(
            f"'{repair.title}' needs the photo of {sample.id}, which is missing or unreadable",
            path=sample.image,
            remedy="Put the photo beside the mask, or exclude the sample.",
        )
    return before, repair.apply(before, context, options)


def apply_repair(
    dataset: Dataset,
    workspace: Workspace,
    sample: Sample,
    label_set: str,
    repair: Repair,
    options: Options | None = None,
) -> RepairResult:
    """Repair a sample's mask on disk. The first version of the file is kept among the originals.

    Args:
        dataset: The dataset.
        workspace: Its workspace, which keeps the original and the edit log.
        sample: The sample.
        label_set: Which of its masks.
        repair: What to do.
        options: Options of the repair that are not the defaults.

    Returns:
        What was done; a mask that the repair leaves as it is is not written.

    Raises:
        PetsegError: see `mended_mask`; or the file cannot be written, and is as it was.
    """
    old, new = mended_mask(dataset, sample, label_set, repair, options)
    path = dataset.mask_path(sample, label_set)
    before = read_bytes(path)
    changed = int(np.count_nonzero(changed_pixels(old, new)))
    if changed:
        save_mask(dataset, workspace, sample, label_set, new)
    after = content_hash(read_bytes(path) if changed else before)
    return RepairResult(sample.id, label_set, repair.id, path, changed, before, after)


def undo_repair(workspace: Workspace, result: RepairResult) -> None:
    """Put back the file as it was before a repair, to the byte.

    Undoing what was undone already does nothing.

    Args:
        workspace: The dataset's workspace, which notes the change in the edit log.
        result: What the repair returned.

    Raises:
        PetsegError: the file was changed after the repair, or cannot be written; it stays as
            it is.
    """
    if not result.is_changed:
        return
    put_back(workspace, result, content_hash(result.before) if result.before is not None else "")


def put_back(workspace: Workspace, result: RepairResult, before_hash: str) -> None:
    """Put back the bytes that a result holds; `before_hash` is theirs. See `undo_repair`."""
    path = result.path
    now = content_hash(read_bytes(path)) if path.exists() else ""
    if now == before_hash:
        return
    if now != result.after:
        raise PetsegError(
            "The mask was changed after it was repaired, so the repair cannot be undone by itself",
            path=path,
            remedy=(
                "Undo the later change first, or take back the first version of the mask from "
                f"{workspace.originals_dir}."
            ),
        )
    if result.before is None:
        _remove(path)
    else:
        atomic_write(path, result.before)
    workspace.log_edit(result.label_set, result.sample, result.changed_px, now, before_hash)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise PetsegError(
            f"The file could not be removed ({error.strerror or error})",
            path=path,
            remedy="Make the folder writable, then undo again.",
        ) from error
