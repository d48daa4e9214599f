"""Keeping the list of a dataset's files, so that opening it again need not list them.

The file `listing.jsonl` in the workspace has two lines: what it is, with a hash of the second one;
and the folders, each with the time of its last change. A folder that has changed since is listed
anew, the others are not. The file may be deleted at any time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.dataset.layouts.tree import Folder, Tree
from core.dataset.model import Dataset
from core.files import atomic_write, content_hash

FILE_NAME = "listing.jsonl"

_FORMAT = "petseg listing 1"


def remember_listing(dataset: Dataset) -> bool:
    """Keep what was listed when the dataset was opened, for the next time.

    Called once after opening, when the workspace may be written. It costs a few milliseconds per
    10,000 samples, and nothing where nothing was listed anew.

    Returns:
        Whether something was written.

    Raises:
        PetsegError: the workspace cannot be written.
    """
    tree = dataset.tree
    if tree is None or not tree.is_new:
        return False
    folders = {
        relative: [
            *folder.state, folder.listed_at, folder.pictures, folder.folders, folder.hidden,
            folder.broken,
        ]
        for relative, folder in tree.folders.items()
        if folder.state is not None and not folder.problem
    }  # fmt: skip
    body = json.dumps(folders, separators=(",", ":")).encode("ascii")
    head = {"format": _FORMAT, "root": str(tree.root), "hash": content_hash(body)}
    data = json.dumps(head).encode("ascii") + b"\n" + body + b"\n"
    atomic_write(dataset.workspace_dir / FILE_NAME, data)
    return True


def recall_tree(root: Path, workspace_dir: Path) -> Tree:
    """The folders of a dataset, as far as they were kept and have not changed since.

    A file that is missing, damaged, or of another dataset is as good as none.
    """
    try:
        data = (workspace_dir / FILE_NAME).read_bytes()
        known = _folders(data, root)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        known = {}
    return Tree(root, known)


def _folders(data: bytes, root: Path) -> dict[str, Folder]:
    head_line, _, body = data.partition(b"\n")
    head = json.loads(head_line)
    body = body.removesuffix(b"\n")
    if (head["format"], head["root"]) != (_FORMAT, str(root)):
        return {}
    if head["hash"] != content_hash(body):
        return {}
    return {relative: _folder(entry) for relative, entry in json.loads(body).items()}


def _folder(entry: Any) -> Folder:
    mtime, ctime, inode, listed_at, pictures, folders, hidden, broken = entry
    numbers = [mtime, ctime, inode, listed_at, hidden]
    if not all(isinstance(number, int) for number in numbers) or not isinstance(pictures, str):
        raise ValueError("a folder is not described by numbers and names")
    state = (mtime, ctime, inode)
    return Folder(
        state, listed_at, pictures, tuple(map(str, folders)), hidden, tuple(map(str, broken))
    )
