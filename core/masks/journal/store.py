"""The journals of a workspace: one file for each mask, `journal/<label set>/<sample>.journal`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.errors import PetsegError
from core.files import atomic_write, read_bytes
from core.masks.journal.reader import Restored, read_journal, summarize
from core.masks.journal.records import Header
from core.masks.journal.writer import JournalWriter, OnProblem

SUFFIX = ".journal"
_ASIDE, _DAMAGED = ".discarded", ".damaged"


class Kept(NamedTuple):
    """A journal with strokes that no file holds."""

    label_set: str
    sample: str
    steps: int


@dataclass(frozen=True)
class Found:
    """The journals of a workspace.

    Attributes:
        unsaved: Those with strokes that no file holds, by label set and sample.
        clean: Label set and sample of the others, which keep a history only.
        problems: Why some cannot be used; those were renamed, and are kept.
    """

    unsaved: tuple[Kept, ...]
    clean: tuple[tuple[str, str], ...]
    problems: tuple[PetsegError, ...]


class JournalStore:
    """Finds, reads and deletes the journals in a folder.

    Only whoever holds the workspace's lock may write to them.

    Args:
        folder: The workspace's folder of journals; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, label_set: str, sample: str) -> Path:
        """Where the journal of that mask is."""
        return self.folder / label_set / f"{sample}{SUFFIX}"

    def exists(self, label_set: str, sample: str) -> bool:
        """Whether that mask has a journal."""
        return self.path(label_set, sample).is_file()

    def begin(
        self, header: Header, base: bytes, on_problem: OnProblem | None = None
    ) -> JournalWriter:
        """The writer of a new journal, which is made with its first record."""
        return JournalWriter(self.path(header.label_set, header.sample), header, base, on_problem)

    def read(self, label_set: str, sample: str) -> Restored:
        """Bring a mask back.

        Raises:
            PetsegError: the journal cannot be read, or is damaged from the start. It is kept, and
                `set_damaged_aside` makes room for another one.
        """
        return self._checked(read_journal(self.path(label_set, sample)), label_set, sample)

    def resume(self, restored: Restored, on_problem: OnProblem | None = None) -> JournalWriter:
        """The writer that goes on with a journal that was read.

        Of a damaged one a copy is kept first, as by `set_damaged_aside`: the writer cuts off what
        stands behind the damage.

        Raises:
            PetsegError: the copy cannot be written.
        """
        header = restored.header
        path = self.path(header.label_set, header.sample)
        if restored.is_damaged:
            atomic_write(path.with_name(path.name + _DAMAGED), read_bytes(path))
        return JournalWriter.continued(path, header, restored.length, on_problem)

    def find(self) -> Found:
        """Look through all journals. What was discarded the last time is deleted.

        Raises:
            PetsegError: a file cannot be renamed or deleted.
        """
        unsaved, clean, problems = [], [], []
        for path in sorted(self.folder.rglob(f"*{_ASIDE}")):
            _unlink(path)
        for path in sorted(self.folder.rglob(f"*{SUFFIX}")):
            try:
                summary = summarize(path)
            except PetsegError as error:
                problems.append(error)
                self._rename(path, _DAMAGED)
                continue
            header = summary.header
            if self.path(header.label_set, header.sample) != path:
                continue  # a copy that somebody made: its mask has a journal of its own
            if summary.is_dirty:
                unsaved.append(Kept(header.label_set, header.sample, summary.steps))
            else:
                clean.append((header.label_set, header.sample))
        return Found(tuple(unsaved), tuple(clean), tuple(problems))

    def delete(self, label_set: str, sample: str) -> None:
        """Delete a journal; nothing happens when there is none.

        Raises:
            PetsegError: it cannot be deleted.
        """
        _unlink(self.path(label_set, sample))

    def delete_clean(self) -> None:
        """Delete the journals whose strokes are all saved.

        Raises:
            PetsegError: one cannot be deleted.
        """
        for label_set, sample in self.find().clean:
            self.delete(label_set, sample)

    def set_aside(self, masks: Iterable[tuple[str, str]]) -> None:
        """Discard journals, so that `put_back` can take that back until the next `find`.

        Raises:
            PetsegError: one cannot be renamed.
        """
        for label_set, sample in masks:
            self._rename(self.path(label_set, sample), _ASIDE)

    def put_back(self, masks: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Take `set_aside` back; a mask that has another journal by now keeps that one.

        Returns:
            The masks whose journals are back.

        Raises:
            PetsegError: one cannot be renamed.
        """
        back = []
        for label_set, sample in masks:
            path = self.path(label_set, sample)
            aside = path.with_name(path.name + _ASIDE)
            if aside.exists() and not path.exists():
                try:
                    aside.rename(path)
                except OSError as error:
                    raise _cannot("renamed", aside, error) from error
                back.append((label_set, sample))
        return back

    def set_damaged_aside(self, label_set: str, sample: str) -> None:
        """Rename a journal that cannot be used, so that it is kept and not asked again.

        Raises:
            PetsegError: it cannot be renamed.
        """
        self._rename(self.path(label_set, sample), _DAMAGED)

    def _checked(self, restored: Restored, label_set: str, sample: str) -> Restored:
        header = restored.header
        if (header.label_set, header.sample) != (label_set, sample):
            raise PetsegError(
                f"The journal is of another mask ({header.sample} of {header.label_set})",
                path=self.path(label_set, sample),
                remedy="The mask is shown as its file holds it.",
            )
        return restored

    def _rename(self, path: Path, suffix: str) -> None:
        try:
            if path.exists():
                path.replace(path.with_name(path.name + suffix))
        except OSError as error:
            raise _cannot("renamed", path, error) from error


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot("deleted", path, error) from error


def _cannot(what: str, path: Path, error: OSError) -> PetsegError:
    return PetsegError(
        f"The journal of unsaved strokes could not be {what} ({error.strerror or error})",
        path=path,
        remedy="Make the folder writable.",
    )
