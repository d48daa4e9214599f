"""Carrying out what was decided of a region: the mask on disk and the worklist always agree.

A decision is written in this order: the bytes from before go to the undo store, the worklist notes
what is intended, the file is replaced in one step, the worklist notes that it is done. Killed
anywhere between, `recover` finds the intention and asks the file which of the two it is.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.evaluation.errors.background import background_of
from core.evaluation.errors.regions import region_mask
from core.evaluation.predicting.files import RunLike, read_prediction
from core.files import content_hash, read_bytes
from core.images import Array, decode_mask
from core.masks.saving import write_mask
from core.qa.repairs.batches import undo_batch
from core.qa.repairs.undo_store import (
    DECISION,
    BatchWriter,
    finish_begun,
    folder_of,
    remove,
)
from core.qa.repairs.undo_store import (
    Entry as Kept,
)
from core.worklist.entries import Decision, Entry, State
from core.worklist.matching import is_wrong_at
from core.worklist.store import TAKE_BACK, Pending, WorklistStore


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision.

    Attributes:
        entry: The entry as it is now.
        changed_px: Pixels of its mask that were written; 0 when the file stayed as it was.
    """

    entry: Entry
    changed_px: int = 0


def decide(
    dataset: Dataset, workspace: Workspace, entry_id: int, decision: Decision, run: RunLike
) -> Decided:
    """Decide of an entry, and write its mask where the decision asks for it.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        entry_id: The entry.
        decision: MODEL gives the pixels of the region the class that the run predicts there, IGNORE
            the dataset's ignore value; KEEP leaves the mask as it is.
        run: The entry's run.

    Raises:
        PetsegError: the entry is decided already, mask or prediction cannot be read, the place is
            no error any more or another region, or the mask cannot be written. Mask and entry are
            as they were.
        ValueError: the decision is one that only follows from something else.
    """
    if decision.is_noticed:
        raise ValueError(f"nobody decides {decision.value!r}")
    store = WorklistStore(workspace)
    entry = _open_entry(store, entry_id)
    if not decision.writes:
        store.set_state(entry_id, State.DECIDED, decision)
        return Decided(store.entry(entry_id))
    sample = dataset.sample(entry.sample)
    path = dataset.mask_path(sample, entry.label_set)
    before = read_bytes(path)
    truth = decode_mask(before, path, dataset.coding)
    prediction = read_prediction(run, sample, size=truth.shape, num_classes=dataset.num_classes)
    region = _pixels(dataset, entry, prediction, truth)
    mask = truth.copy()
    mask[region] = prediction[region] if decision is Decision.MODEL else dataset.ignore_index
    writer = BatchWriter(
        workspace, f"{DECISION}{decision.value}", decision.words.capitalize(), entry.label_set, {}
    )
    kept: list[Kept] = []

    def note_intention(old: bytes | None, new: bytes) -> None:
        kept.append(writer.begin(sample.id, path, old))
        store.intend(
            entry_id, decision.value, kept[0].before, content_hash(new), writer.folder_name
        )

    try:
        written = write_mask(
            dataset, workspace, sample, entry.label_set, mask, expected=content_hash(before),
            note=f"{decision.words} ({run.name})", before_writing=note_intention,
        )  # fmt: skip
        if kept:
            writer.finish(kept[0], written.file_hash, written.changed_px)
            store.carried_out(entry_id)
    except BaseException:
        if kept:
            _settle(dataset, workspace, store)
        raise
    if not kept:
        store.set_state(entry_id, State.DECIDED, decision, mask_hash=written.file_hash)
    writer.close()
    return Decided(store.entry(entry_id), written.changed_px)


def skip(workspace: Workspace, entry_id: int) -> Entry:
    """Put an entry off; it stays open.

    Raises:
        PetsegError: it is decided already, or not on the list any more.
    """
    store = WorklistStore(workspace)
    _open_entry(store, entry_id)
    store.set_state(entry_id, State.SKIPPED)
    return store.entry(entry_id)


def take_back(dataset: Dataset, workspace: Workspace, entry_id: int) -> Decided:
    """Let an entry be to review again, its mask as it was before the decision, to the byte.

    This works after a restart too, as long as the undo store holds the decision.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        entry_id: The entry.

    Raises:
        PetsegError: the mask was changed since, or its bytes from before are not kept any more.
            Mask and entry stay as they are.
    """
    store = WorklistStore(workspace)
    entry = store.entry(entry_id)
    if not entry.batch:
        store.taken_back(entry_id)
        return Decided(store.entry(entry_id))
    folder_of(workspace, entry.batch)  # says why when it is not kept any more
    store.intend_to_take_back(entry_id)
    try:
        undone = undo_batch(workspace, entry.batch)
        if undone.failures:
            raise undone.failures[0].error
    except BaseException:
        _settle(dataset, workspace, store)  # the file says whether it was put back all the same
        raise
    store.taken_back(entry_id)
    return Decided(store.entry(entry_id), entry.region.pixels)


def recover(dataset: Dataset, workspace: Workspace) -> list[Entry]:
    """Finish or drop what was begun when the program was killed; returns the entries concerned.

    Only for the window that may edit the masks, and before it decides anything.
    """
    return _settle(dataset, workspace, WorklistStore(workspace))


def _open_entry(store: WorklistStore, entry_id: int) -> Entry:
    entry = store.entry(entry_id)
    if not entry.is_open:  # deciding anew would lose the way back
        raise PetsegError("This place is decided already", remedy="Take the decision back first.")
    return entry


def _settle(dataset: Dataset, workspace: Workspace, store: WorklistStore) -> list[Entry]:
    begun = store.pending()
    for each in begun:
        _settle_one(dataset, workspace, store, each)
    return [store.entry(each.entry.id) for each in begun]


def _settle_one(
    dataset: Dataset, workspace: Workspace, store: WorklistStore, begun: Pending
) -> None:
    entry = begun.entry
    try:
        path = dataset.mask_path(dataset.sample(entry.sample), entry.label_set)
        now = content_hash(read_bytes(path)) if path.exists() else ""
    except PetsegError:
        now = ""  # whatever it was, it is not there now
    if begun.verb == TAKE_BACK:
        if now == begun.before:
            _forget_batch(workspace, begun.batch)
            store.taken_back(entry.id)
        else:
            store.forget_intention(entry.id)
        return
    if now != begun.after:
        _forget_batch(workspace, begun.batch)
        store.forget_intention(entry.id)
        return
    finish_begun(workspace, begun.batch, begun.after, entry.region.pixels)
    if not any(edit.after == now for edit in workspace.edits_of(entry.label_set, entry.sample)):
        workspace.log_edit(
            entry.label_set, entry.sample, entry.region.pixels, begun.before, now,
            Decision(begun.verb).words,
        )  # fmt: skip
    store.carried_out(entry.id)


def _forget_batch(workspace: Workspace, batch: str) -> None:
    # It is gone already where the program was killed a moment later.
    with contextlib.suppress(PetsegError):
        remove(folder_of(workspace, batch)[0])


def _pixels(
    dataset: Dataset, entry: Entry, prediction: Array, truth: Array
) -> npt.NDArray[np.bool_]:
    """The pixels of an entry's region, bool H×W; those that the entry names and no others."""
    region = entry.region
    if not is_wrong_at(region.anchor, prediction, truth, dataset.ignore_index):
        raise PetsegError(
            f"The mask of {entry.sample} was changed since, and this place is no error any more",
            remedy="Go on with the next one.",
        )
    pixels = region_mask(
        prediction, truth, region, dataset.ignore_index, background=background_of(dataset)
    )
    if np.count_nonzero(pixels) != region.pixels or _box(pixels) != tuple(region.box):
        raise PetsegError(
            f"The run predicts another region here in {entry.sample} now",
            remedy="Look at it again, then decide.",
        )
    return pixels


def _box(pixels: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, top, width and height of what is set; something has to be."""
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1
