"""What undoing a batch of repairs needs, kept in files of the workspace, so that neither memory nor
a restart limits it.

`undo/<batch id>/batch.json` says what was done, `entries.jsonl` lists the masks in the order they
were repaired, and `files/` holds each one's bytes from before.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import atomic_write, atomic_write_text, content_hash, read_bytes

MOST_BATCHES = 20
"""Older batches can no longer be undone as one; the originals of their masks are still there."""

DECISION = "worklist-"
"""How the names of repairs begin that are single decisions of the worklist."""

MOST_DECISIONS = 500
"""So many decisions of the worklist can be taken back; they do not push out batches of repairs."""

_HEADER, _ENTRIES, _FILES = "batch.json", "entries.jsonl", "files"


@dataclass(frozen=True)
class Batch:
    """A batch of repairs that can be undone.

    Attributes:
        id: Its name, which sorts by time.
        repair: The repair's id.
        title: The repair's title.
        label_set: Which masks were repaired.
        options: With which options.
        time: When, in seconds since 1970.
        changed: Masks that were written.
    """

    id: str
    repair: str
    title: str
    label_set: str
    options: Mapping[str, float]
    time: float
    changed: int = 0


class Entry(NamedTuple):
    """A mask of a batch.

    Attributes:
        sample: The sample's id.
        path: The mask's file.
        kept: Where its bytes from before are; None when there was no file.
        before, after: Hashes of its bytes before and after; `after` is "" when the program ended
            while the mask was being written.
        changed_px: Pixels that differ.
    """

    sample: str
    path: Path
    kept: Path | None
    before: str
    after: str = ""
    changed_px: int = 0


def undo_dir(workspace: Workspace) -> Path:
    """The folder of all batches."""
    return workspace.path / "undo"


class BatchWriter:
    """Keeps what undoing a batch needs while it is being applied."""

    def __init__(
        self,
        workspace: Workspace,
        repair: str,
        title: str,
        label_set: str,
        options: Mapping[str, float],
    ) -> None:
        self._batch = Batch("", repair, title, label_set, dict(options), time.time())
        self._workspace = workspace
        self._folder: Path | None = None
        self._begun = 0
        self._written = 0

    @property
    def batch(self) -> Batch | None:
        """The batch as it can be undone now; None while nothing was changed."""
        if self._folder is None or not self._written:
            return None
        return Batch(**{**asdict(self._batch), "id": self._folder.name, "changed": self._written})

    def begin(self, sample: str, path: Path, data: bytes | None) -> Entry:
        """Keep a mask's bytes, before it is written.

        Raises:
            PetsegError: the workspace cannot be written.
        """
        folder = self._folder or self._make_folder()
        kept = None
        if data is not None:
            kept = folder / _FILES / f"{self._begun:07d}{path.suffix}"
            atomic_write(kept, data)
        self._begun += 1
        entry = Entry(sample, path, kept, content_hash(data) if data is not None else "")
        self._append(entry)
        return entry

    @property
    def folder_name(self) -> str:
        """The id that the batch has since its first mask was begun; "" before."""
        return "" if self._folder is None else self._folder.name

    def finish(self, entry: Entry, after: str, changed_px: int) -> None:
        """Note that the mask was written.

        Raises:
            PetsegError: the workspace cannot be written.
        """
        self._written += 1
        self._append(entry._replace(after=after, changed_px=changed_px))

    def close(self) -> Batch | None:
        """End the batch; one that changed nothing leaves nothing. Older batches are pruned."""
        if self._folder is not None and not self._written:
            shutil.rmtree(self._folder, ignore_errors=True)
        _prune(self._workspace)
        return self.batch

    def _make_folder(self) -> Path:
        root = undo_dir(self._workspace)
        try:
            root.mkdir(parents=True, exist_ok=True)
            folder = self._fresh_folder(root)
        except OSError as error:
            raise _cannot_write(root, error) from error
        self._folder = folder
        header = {key: value for key, value in asdict(self._batch).items() if key != "changed"}
        atomic_write_text(folder / _HEADER, json.dumps({**header, "id": folder.name}))
        return folder

    def _fresh_folder(self, root: Path) -> Path:
        # The name sorts by time, so it counts microseconds, in UTC: local time repeats an hour a
        # year. One that is taken already moves on to the next.
        moment = datetime.fromtimestamp(self._batch.time, UTC)
        while True:
            folder = root / f"{moment:%Y%m%d-%H%M%S-%f}-{self._batch.repair}"
            try:
                folder.mkdir()
            except FileExistsError:
                moment += timedelta(microseconds=1)
            else:
                return folder

    def _append(self, entry: Entry) -> None:
        assert self._folder is not None
        _append(self._folder, entry)


def _append(folder: Path, entry: Entry) -> None:
    line = json.dumps(
        {
            **entry._asdict(),
            "path": str(entry.path),
            "kept": entry.kept.name if entry.kept is not None else None,
        }
    )
    path = folder / _ENTRIES
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")
    except OSError as error:
        raise _cannot_write(path, error) from error


def finish_begun(workspace: Workspace, batch_id: str, after: str, changed_px: int) -> None:
    """Note of a batch of one mask that it was written, where the program was killed before it did.

    Nothing happens when it was noted, or when there is no such batch.

    Raises:
        PetsegError: the workspace cannot be written.
    """
    folder = undo_dir(workspace) / batch_id
    begun = next(entries_of(folder), None)
    if begun is not None and not begun.after:
        _append(folder, begun._replace(after=after, changed_px=changed_px))


def list_batches(workspace: Workspace) -> list[Batch]:
    """The batches of repairs that can be undone, newest first.

    Decisions of the worklist are taken back there, so that list and mask agree.
    """
    found = []
    for folder in reversed(_folders(workspace)):
        header = _header(folder)
        if header is not None and not header["repair"].startswith(DECISION):
            changed = sum(1 for _ in entries_of(folder))
            found.append(Batch(**{**header, "id": folder.name, "changed": changed}))
    return found


def kept_versions(workspace: Workspace) -> dict[str, Path]:
    """Where the bytes from before are, of all batches and decisions, by their content hash."""
    return {
        entry.before: entry.kept
        for folder in _folders(workspace)
        for entry in entries_of(folder)
        if entry.kept is not None
    }


def folder_of(workspace: Workspace, batch_id: str) -> tuple[Path, Batch]:
    """A batch and its folder.

    Raises:
        PetsegError: there is no such batch any more.
    """
    folder = undo_dir(workspace) / batch_id
    header = _header(folder) if folder in _folders(workspace) else None
    if header is None:
        raise PetsegError(
            "These repairs cannot be undone as one any more",
            path=folder,
            remedy=(
                f"The last {MOST_BATCHES} batches are kept. The first version of every mask is "
                f"in {workspace.originals_dir}."
            ),
        )
    return folder, Batch(**{**header, "id": batch_id})


def entries_of(folder: Path) -> Iterator[Entry]:
    """The masks of a batch, one after the other; a damaged line is passed over.

    A mask whose repair was begun but not finished comes last.
    """
    try:
        stream = (folder / _ENTRIES).open(encoding="utf-8")
    except FileNotFoundError:
        return
    begun: Entry | None = None
    with stream:
        for line in stream:
            entry = _entry(folder, line)
            if entry is None:
                continue
            if entry.after:
                begun = None
                yield entry
            else:
                # An earlier one was never written, for the batch went on after it.
                begun = entry
    if begun is not None:
        yield begun


def remove(folder: Path) -> None:
    """Forget a batch.

    Raises:
        PetsegError: its files cannot be removed.
    """
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _prune(workspace: Workspace) -> None:
    folders = _folders(workspace)
    decisions = [folder for folder in folders if f"-{DECISION}" in folder.name]
    repairs = [folder for folder in folders if f"-{DECISION}" not in folder.name]
    for folder in repairs[:-MOST_BATCHES] + decisions[:-MOST_DECISIONS]:
        # What cannot be removed now is tried again after the next batch, and harms nobody.
        shutil.rmtree(folder, ignore_errors=True)


def _folders(workspace: Workspace) -> list[Path]:
    root = undo_dir(workspace)
    if not root.is_dir():
        return []
    return sorted(entry for entry in root.iterdir() if (entry / _HEADER).is_file())


def _header(folder: Path) -> dict[str, Any] | None:
    """What a batch says of itself; None when its file is damaged, so that it is not offered."""
    try:
        data = json.loads(read_bytes(folder / _HEADER))
        return {
            "repair": str(data["repair"]),
            "title": str(data["title"]),
            "label_set": str(data["label_set"]),
            "options": {str(name): float(value) for name, value in data["options"].items()},
            "time": float(data["time"]),
        }
    except (PetsegError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _entry(folder: Path, line: str) -> Entry | None:
    """One line of the list; None for one that was cut off when the program was killed."""
    try:
        data = json.loads(line)
        kept = data["kept"]
        return Entry(
            str(data["sample"]),
            Path(data["path"]),
            folder / _FILES / Path(kept).name if kept is not None else None,
            str(data["before"]),
            str(data["after"]),
            int(data["changed_px"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _cannot_write(path: Path, error: OSError) -> PetsegError:
    return PetsegError(
        f"The undo files cannot be written ({error.strerror or error})",
        path=path,
        remedy="Free disk space or make the workspace writable.",
    )
