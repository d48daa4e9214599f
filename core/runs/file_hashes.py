"""What the files of a label set hold now, as hashes: known ones are not computed again.

A file whose size, time and inode are as they were holds what it held. So to ask this of a hundred
thousand samples costs a look at each file's entry in its folder, and a hash of what changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from core.dataset.model import Dataset, Sample
from core.dataset.sample_table import files_of, ids_of
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.qa.scanning.states import state_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file_hashes (
    label_set TEXT NOT NULL, sample TEXT NOT NULL,
    state BLOB NOT NULL, mask TEXT NOT NULL, image TEXT NOT NULL,
    PRIMARY KEY (label_set, sample)
) WITHOUT ROWID;
"""
_AT_ONCE = 512
_THREADS = min(4, os.cpu_count() or 1)


class Hashes(NamedTuple):
    """Content hashes of a sample's mask and photo; "" for a file that is not there."""

    mask: str
    image: str


class SampleFiles(NamedTuple):
    """A sample's id and the paths of its photo and mask; None for one that it has not."""

    sample: str
    image: str | None
    mask: str | None


States = Mapping[str, bytes]
"""Size, time and inode of the files of each sample, by id."""


def states_now(dataset: Dataset, label_set: str, splits: Iterable[str] | None = None) -> States:
    """The states of the files of a label set. Taken before files are read, see `remember`."""
    samples = dataset.in_splits(splits)
    return {
        sample: state_of(image, mask)
        for sample, (image, mask) in zip(ids_of(samples), files_of(samples, label_set), strict=True)
    }


def remember(
    workspace: Workspace, label_set: str, states: States, hashes: Mapping[str, Hashes]
) -> None:
    """Keep what somebody else has computed.

    Args:
        workspace: Where to keep it.
        label_set: The label set.
        states: The files' states before they were read: one that changed since is hashed anew.
        hashes: What was read, by sample.
    """
    workspace.ensure(_SCHEMA)
    workspace.write(
        "INSERT OR REPLACE INTO file_hashes VALUES (?, ?, ?, ?, ?)",
        [
            (label_set, sample, states[sample], *found)
            for sample, found in hashes.items()
            if sample in states
        ],
    )


def current_hashes(
    dataset: Dataset,
    label_set: str,
    workspace: Workspace,
    *,
    samples: Sequence[Sample] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Hashes]:
    """What the files of a label set hold now, by sample.

    Args:
        dataset: The dataset.
        label_set: The label set; of one that the dataset has no more, every mask is missing.
        workspace: Keeps the hashes for the next time.
        samples: The samples to look at; all of them by default.
        on_progress: Called with (files hashed, files to hash in all) where something is to do.
        cancelled: Asked between files; True ends the work.

    Raises:
        PetsegError: it was cancelled, or the workspace cannot be used.
    """
    asked = dataset.samples if samples is None else samples
    files = zip(ids_of(asked), files_of(asked, label_set), strict=True)
    return hashes_of(
        [SampleFiles(sample, image, mask) for sample, (image, mask) in files],
        label_set, workspace, on_progress=on_progress, cancelled=cancelled,
    )  # fmt: skip


def hashes_of(
    files: Sequence[SampleFiles],
    label_set: str,
    workspace: Workspace | None,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Hashes]:
    """What files hold now, by sample; see `current_hashes`.

    Args:
        files: The samples of a label set, or some of them.
        label_set: The label set.
        workspace: Knows what was read before; without one every file is read.
        on_progress: Called with (files hashed, files to hash in all) where something is to do.
        cancelled: Asked between files; True ends the work.

    Raises:
        PetsegError: it was cancelled, or the workspace cannot be used.
    """
    known: dict[str, tuple[bytes, Hashes]] = {}
    if workspace is not None:
        workspace.ensure(_SCHEMA)
        known = _known(workspace, label_set, [each.sample for each in files])
    found: dict[str, Hashes] = {}
    todo: list[SampleFiles] = []
    for each in files:
        state, hashes = known.get(each.sample, (b"", Hashes("", "")))
        if state == state_of(each.image, each.mask):
            found[each.sample] = hashes
        else:
            todo.append(each)
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="hashes") as pool:
        for start in range(0, len(todo), _AT_ONCE):
            if cancelled is not None and cancelled():
                raise PetsegError("Looking for changed files was cancelled")
            chunk = todo[start : start + _AT_ONCE]
            rows = list(pool.map(_read, chunk))
            if workspace is not None:
                workspace.write(
                    "INSERT OR REPLACE INTO file_hashes VALUES (?, ?, ?, ?, ?)",
                    [(label_set, sample, state, *hashes) for sample, state, hashes in rows],
                )
            found.update((sample, hashes) for sample, _, hashes in rows)
            if on_progress is not None:
                on_progress(start + len(chunk), len(todo))
    return found


def _known(
    workspace: Workspace, label_set: str, samples: Sequence[str]
) -> dict[str, tuple[bytes, Hashes]]:
    ask = "SELECT sample, state, mask, image FROM file_hashes WHERE label_set = ?"
    if len(samples) > _AT_ONCE:
        rows = workspace.query(ask, (label_set,))
    else:
        marks = ",".join("?" * len(samples))
        rows = workspace.query(f"{ask} AND sample IN ({marks})", (label_set, *samples))
    return {sample: (state, Hashes(mask, image)) for sample, state, mask, image in rows}


def _read(wanted: SampleFiles) -> tuple[str, bytes, Hashes]:
    sample, image, mask = wanted
    state = state_of(image, mask)  # before reading: what changes meanwhile is read again
    return sample, state, Hashes(_hash_of(mask), _hash_of(image))


def _hash_of(path: str | None) -> str:
    if path is None:
        return ""
    try:
        return content_hash(read_bytes(Path(path)))
    except PetsegError:
        return ""  # as good as missing for whoever wants to train with it
