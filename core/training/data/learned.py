"""What a run really learns: its files are held against its record as its worker starts and ends.

`run.json` has the hashes of the files as they were when the run was asked for. Its worker reads
them later: after hours in the queue, and again after a pause. What is another file by then is noted
in the record, with what it was before (`core.runs.record.DataChange`).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.qa.scanning.states import state_of, state_of_file
from core.runs.events import EventWriter, Message
from core.runs.file_hashes import Hashes, SampleFiles, hashes_of
from core.runs.record import DataChange, DatasetRecord
from core.runs.run import Run
from core.training.data.plan import DataPlan

_DATABASE = "workspace.db"
_NAMED_SAMPLES = 5


class _Files(NamedTuple):
    """The files of one sample: `mask` is the one that is read, `source` the dataset's own."""

    image: str
    mask: str
    source: str

    @property
    def is_current(self) -> bool:
        """Whether the mask that is read is the dataset's own, or a copy of it as it is now."""
        return self.mask == self.source or _time_of(self.mask) == _time_of(self.source)


@dataclass(frozen=True)
class _Choice:
    """The ids of samples whose masks and whose photos are looked at."""

    masks: set[str] = field(default_factory=set)
    images: set[str] = field(default_factory=set)


class LearnedFiles:
    """Keeps the hashes in a run's record true to what its worker reads.

    Looking at a hundred thousand samples whose files are as they were takes a look at each file's
    entry in its folder; only files that nobody has read since they were written are read. All of it
    is done in a thread, so that no iteration waits.

    Args:
        folder: The run's folder; the workspace is the folder that the runs are in.
        plan: The samples of the run.
        events: Where to say what has changed.
    """

    def __init__(self, folder: Path, plan: DataPlan, events: EventWriter) -> None:
        self._run = Run(folder)
        self._plan = plan
        self._events = events
        self._iteration = 0
        self._files: dict[str, _Files] = {}
        self._states: dict[str, bytes] = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, iteration: int) -> None:
        """Hold the files against the record, in a thread; the worker is about to read them.

        Args:
            iteration: Iterations done before this attempt.
        """
        self._iteration = iteration
        self._thread = threading.Thread(target=self._look_at_start, name="learned files")
        self._thread.start()

    def end(self, iteration: int, held: Mapping[str, bytes] | None = None) -> None:
        """Look which files were changed during the attempt, and note which of them were learned.

        Args:
            iteration: Iterations done now.
            held: Files that were read once and then kept in memory, by path, with their state
                (`state_of_file`) before they were read; all others may be read at any time.
        """
        if self._thread is None:
            return
        self._thread.join()
        once, often = self._changed_since_start(held or {})
        self._compare(once, since=self._iteration, iteration=self._iteration)
        self._compare(often, since=self._iteration, iteration=iteration)

    def close(self) -> None:
        """End the looking, done or not."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look_at_start(self) -> None:
        self._files = _files_of(self._plan)
        # Before anything is hashed: what is written after this is seen at the end.
        self._states = {
            sample: state_of(files.image, files.mask) for sample, files in self._files.items()
        }
        every = _Choice(set(self._files), set(self._files))
        self._compare(every, since=self._iteration, iteration=self._iteration)

    def _changed_since_start(self, held: Mapping[str, bytes]) -> tuple[_Choice, _Choice]:
        """What was changed before it was read and kept; and what may have been read both ways.

        A file that was changed after it was read and kept is not learned: it is left out.
        """
        once, often = _Choice(), _Choice()
        for sample, before in self._states.items():
            files = self._files[sample]
            if state_of(files.image, files.mask) == before:
                continue
            half = len(before) // 2
            for path, state, kind in (
                (files.image, before[:half], "images"),
                (files.mask, before[half:], "masks"),
            ):
                now, read = state_of_file(path), held.get(path)
                if state not in (now, read):
                    getattr(once if read == now else often, kind).add(sample)
        return once, often

    def _compare(self, chosen: _Choice, *, since: int, iteration: int) -> None:
        """Note which of the chosen files are others than the record says."""
        if not chosen.masks and not chosen.images:
            return
        try:
            dataset = self._run.record.dataset
            now = self._hashes(chosen)
            change = DataChange(
                since=since,
                iteration=iteration,
                masks=_changes(dataset.fingerprint, {id_: now[id_].mask for id_ in chosen.masks}),
                images=_changes(dataset.images, {id_: now[id_].image for id_ in chosen.images}),
            )
            if not change.masks and not change.images:
                return
            self._run.update(dataset=_with(dataset, change))
        except (PetsegError, OSError, sqlite3.Error) as error:
            if not self._over.is_set():
                self._tell(
                    f"Whether masks have changed since the run was asked for is not known. {error}"
                )
            return
        self._tell(_words(change))

    def _hashes(self, chosen: _Choice) -> dict[str, Hashes]:
        """What the worker reads: a copy that is older than its mask is no news."""
        record = self._run.record
        asked = {sample: self._files[sample] for sample in chosen.masks | chosen.images}
        with _workspace_of(self._run.folder) as workspace:
            found = hashes_of(
                [SampleFiles(sample, each.image, each.source) for sample, each in asked.items()],
                record.label_set, workspace, cancelled=self._over.is_set,
            )  # fmt: skip
        known = record.dataset.fingerprint
        for sample, hashes in found.items():
            if not asked[sample].is_current:
                found[sample] = hashes._replace(mask=known.get(sample, ""))
        return found

    def _tell(self, text: str) -> None:
        self._events.write(Message(level="warning", text=text))


def _changes(known: Mapping[str, str], now: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What is another file. One that is missing ends the training, or was read before."""
    return {
        sample: {"from": known[sample], "to": found}
        for sample, found in sorted(now.items())
        if found and known.get(sample) and found != known[sample]
    }


def _with(dataset: DatasetRecord, change: DataChange) -> DatasetRecord:
    """The record with a change."""
    masks = {sample: each["to"] for sample, each in change.masks.items()}
    images = {sample: each["to"] for sample, each in change.images.items()}
    return dataset.model_copy(
        update={
            "fingerprint": {**dataset.fingerprint, **masks},
            "images": {**dataset.images, **images},
            "changes": [*dataset.changes, change],
        }
    )


def _files_of(plan: DataPlan) -> dict[str, _Files]:
    """The files of all samples, by id. Runs of older programs do not know their ids: none."""
    files = {}
    for split in (plan.train, plan.val):
        for group in split.groups:
            folders = (group.image_dir, group.mask_dir, group.source_dir or group.mask_dir)
            image_dir, mask_dir, source_dir = (f"{folder}{os.sep}" for folder in folders)
            for sample, name in zip(group.ids, group.names, strict=False):
                image = f"{image_dir}{name}{group.image_suffix}"
                mask = source = f"{mask_dir}{name}{group.mask_suffix}"
                if group.source_dir is not None:
                    source = f"{source_dir}{name}{group.source_suffix}"
                files[sample] = _Files(image, mask, source)
    return files


def _time_of(path: str) -> int | None:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return None


def _workspace_of(folder: Path) -> AbstractContextManager[Workspace | None]:
    """The workspace that a run is in; None where its folder lies elsewhere."""
    workspace = folder.parent.parent
    if not (workspace / _DATABASE).is_file():
        return nullcontext()
    return Workspace(workspace)


def _words(change: DataChange) -> str:
    counts = [
        f"{len(found)} {noun}{'' if len(found) == 1 else 's'}"
        for found, noun in ((change.masks, "mask"), (change.images, "photo"))
        if found
    ]
    what = f"{' and '.join(counts)} changed"
    names = _names({*change.masks, *change.images})
    if change.since < change.iteration:
        return (
            f"{what} between iterations {change.since} and {change.iteration}: the run may have "
            f"learned them as they were and as they are ({names})."
        )
    if change.iteration:
        return (
            f"{what} since iteration {change.iteration}: from there on the run learns them as they "
            f"are now ({names})."
        )
    return f"{what} since the run was asked for: it learns them as they are now ({names})."


def _names(samples: Iterable[str]) -> str:
    named = sorted(samples)
    more = len(named) - _NAMED_SAMPLES
    return ", ".join(named[:_NAMED_SAMPLES]) + (f" and {more} more" if more > 0 else "")
