"""Text files that give the splits, as in Pascal VOC's `ImageSets/Segmentation`."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.dataset.layouts.names import printable_name
from core.dataset.layouts.tree import is_picture
from core.dataset.model import SPLITS
from core.errors import PetsegError

_UNIONS = ("trainval", "all", "trainvaltest")


@dataclass(frozen=True)
class SplitLists:
    """Which sample belongs to which split.

    Attributes:
        splits: Names of the splits: train, val, test, others.
        split_of: The split by stem.
        repeated: Stems that stand in the lists of several splits; the first one counts.
    """

    splits: tuple[str, ...]
    split_of: Mapping[str, str]
    repeated: tuple[str, ...] = ()


def list_files(folder: Path) -> list[str]:
    """The names of the text files in a folder; none when it cannot be read."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return []
    return [name for name in names if name.endswith(".txt") and name[0] != "."]


def read_split_lists(folder: Path, stems: Collection[str]) -> SplitLists:
    """Read the lists of a folder: a line is a file's name, with or without suffix and folder.

    `trainval` counts only for what is in neither `train` nor `val`: a sample has one split.

    Args:
        folder: The folder of lists, one `SPLIT.txt` per split.
        stems: The stems that there are, to tell names with spaces from lines of two names.

    Raises:
        PetsegError: there is no list, or one cannot be read.
    """
    names = [name[: -len(".txt")] for name in list_files(folder)]
    if not names:
        raise PetsegError(
            "There are no lists of splits",
            path=folder,
            remedy="Put train.txt, val.txt or test.txt there, with the name of a photo per line.",
        )
    order = [name for name in (*SPLITS, *names, *_UNIONS) if name in names]
    unions = [name for name in order if name in _UNIONS]
    order = [name for name in dict.fromkeys(order) if name not in unions] + unions
    split_of: dict[str, str] = {}
    repeated: list[str] = []
    for split in order:
        for stem in _read_list(folder / f"{split}.txt", stems):
            known = split_of.setdefault(stem, printable_name(split))
            if known != split and split not in unions:
                repeated.append(stem)
    used = set(split_of.values())
    splits = tuple(name for name in map(printable_name, dict.fromkeys(order)) if name in used)
    return SplitLists(splits, split_of, tuple(repeated))


def _read_list(path: Path, stems: Collection[str]) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PetsegError(
            f"The list of a split cannot be read ({error.strerror or error})",
            path=path,
            remedy="Check that you may read it, or correct the layout in dataset.toml.",
        ) from error
    lines = (line.strip() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines())
    found = (_stem_of(os.fsdecode(line), stems) for line in lines if line)
    return [stem for stem in found if stem]


def _stem_of(line: str, stems: Collection[str]) -> str:
    whole = _bare(line)
    words = line.split()
    return whole if whole in stems or not words else _bare(words[0])


def _bare(name: str) -> str:
    name = name.replace("\\", "/").rpartition("/")[2]
    return printable_name(name.rpartition(".")[0] if is_picture(name) else name)
