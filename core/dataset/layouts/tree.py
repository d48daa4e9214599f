"""The folders of a dataset as they were listed, which can be kept to save listing them again."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.dataset.layouts.names import SPLIT
from core.errors import PetsegError
from core.images import IMAGE_SUFFIXES

# A folder changed less than this before it was listed may change again without its time of change
# showing it: file systems keep that time in steps, on FAT of two seconds.
_SETTLED_NS = 2_000_000_000

State = tuple[int, int, int]
"""Time of the last change of content and of status, in nanoseconds, and the inode."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies directly in a folder.

    Attributes:
        state: What the folder's status was before it was listed; None when there is no folder.
        listed_at: When that was, in nanoseconds since 1970.
        pictures: Sorted names of everything that ends like a picture, whatever it is, joined
            by "/" (no name has one; a string of 100,000 names is a fifth of their list).
        folders: Sorted names of the folders; hidden ones are left out.
        hidden: How many names end like a picture but begin with a dot.
        broken: Names of folders that cannot be used: links in a circle, and `{split}`.
        problem: Why the folder cannot be listed; "" when it can.
    """

    state: State | None = None
    listed_at: int = 0
    pictures: str = ""
    folders: tuple[str, ...] = ()
    hidden: int = 0
    broken: tuple[str, ...] = ()
    problem: str = ""

    def still_holds(self, state: State | None) -> bool:
        """Whether a folder that is now in `state` must hold what was listed."""
        if state is None or self.problem:
            return False
        return state == self.state and state[0] + _SETTLED_NS < self.listed_at


class Tree:
    """Lists folders below a root, each at most once.

    Args:
        root: The dataset's folder, absolute.
        known: Folders as an earlier session listed them, by their path below the root. One that
            has not changed since is not listed again.
    """

    def __init__(self, root: Path, known: Mapping[str, Folder] | None = None) -> None:
        self.root = root
        self._known = dict(known or {})
        self._folders: dict[str, Folder] = {}
        self._names: dict[str, list[str]] = {}
        self._is_new = False

    @property
    def is_new(self) -> bool:
        """Whether anything had to be listed, so that keeping the tree is worth it."""
        return self._is_new

    @property
    def folders(self) -> Mapping[str, Folder]:
        """The folders that were asked for, by their path below the root ("" for the root)."""
        return self._folders

    def folder(self, relative: str) -> Folder:
        """What lies directly in a folder. A missing or unreadable one is empty."""
        found = self._folders.get(relative)
        if found is None:
            path = self.path(relative)
            state = _state(path)
            known = self._known.pop(relative, None)
            if known is not None and known.still_holds(state):
                found = known
            else:
                found = _listed(path, state)
                self._is_new = self._is_new or state is not None
            self._folders[relative] = found
        return found

    def names(self, relative: str) -> list[str]:
        """The names of a folder's pictures, sorted. The list must not be changed."""
        names = self._names.get(relative)
        if names is None:
            joined = self.folder(relative).pictures
            names = self._names[relative] = joined.split("/") if joined else []
        return names

    def path(self, relative: str) -> str:
        """The absolute path of a folder."""
        return f"{self.root}{os.sep}{relative}" if relative else str(self.root)

    def release_names(self) -> None:
        """Give back the memory of the lists of names; the tree can still be kept."""
        self._names.clear()

    def problems(self) -> list[str]:
        """What could not be looked into, and what was left out, as sentences."""
        said = []
        for relative, folder in sorted(self._folders.items()):
            place = relative or "the dataset's folder"
            if folder.problem:
                said.append(f"{place} cannot be read ({folder.problem})")
            said += [
                f"{join(relative, name)} is left out: "
                + ("its name has a special meaning" if SPLIT in name else "it leads nowhere")
                for name in folder.broken
            ]
            if folder.hidden:
                said.append(f"hidden files in {place} are left out: {folder.hidden}")
        return said


def join(folder: str, name: str) -> str:
    """The path of something in a folder, both below the root."""
    return f"{folder}/{name}" if folder and name else folder or name


def is_picture(name: str) -> bool:
    """Whether a name ends like a picture's."""
    return name[name.rfind(".") :].lower() in IMAGE_SUFFIXES if "." in name else False


def require_folder(tree: Tree) -> Folder:
    """The root's content.

    Raises:
        PetsegError: there is no such folder, or it cannot be read.
    """
    top = tree.folder("")
    if top.state is None:
        raise PetsegError(
            "There is no such folder",
            path=tree.root,
            remedy="Check the path; `petseg demo DIR` draws a dataset to try the program with.",
        )
    if top.problem:
        raise PetsegError(
            f"The folder cannot be read ({top.problem})",
            path=tree.root,
            remedy="Check that you may read it.",
        )
    return top


def _state(path: str) -> State | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path of every folder would be made for nothing
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _listed(path: str, state: State | None) -> Folder:
    if state is None:
        return Folder()
    now = time.time_ns()
    pictures: list[str] = []
    folders: list[str] = []
    broken: list[str] = []
    hidden = 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    hidden += is_picture(name)
                elif is_picture(name):
                    # Also a folder, a dangling link and a pipe: reading says what is wrong with it.
                    pictures.append(name)
                else:
                    try:
                        if entry.is_dir():
                            (broken if SPLIT in name else folders).append(name)
                    except OSError:
                        broken.append(name)
    except NotADirectoryError:
        return Folder()
    except OSError as error:
        return Folder(state, now, problem=error.strerror or str(error))
    pictures.sort()
    folders.sort()
    broken.sort()
    return Folder(state, now, "/".join(pictures), tuple(folders), hidden, tuple(broken))
