"""What a search for errors has found so far: one that is cut short can be gone on with.

Blocks lie beside the file of the whole analysis, have its form, and go once that file is written.
However the search ended, a block is whole or not there; and what it says of a sample is believed
only while the sample's files are those that it was found in.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import PetsegError
from core.evaluation.analysis_files import (
    StoredAnalysis,
    load_analysis,
    run_folder,
    save_analysis,
)
from core.evaluation.analysis_table import AnalysisTable

_MARK = ".block-"
# Small enough that a killed search loses seconds, large enough that blocks cost next to nothing.
_BLOCK = 256


class Blocks:
    """The blocks of one analysis. Two programs that search at once do not disturb each other.

    Args:
        path: The file of the whole analysis.
        made_with: All but a sample's files that decides what is found in it.
    """

    def __init__(self, path: Path, made_with: Mapping[str, Any]) -> None:
        self._path, self._made_with = path, made_with
        self._files = _files_beside(path)
        self._unwritten: list[StoredAnalysis] = []

    def read(self) -> list[StoredAnalysis]:
        """What earlier searches left; damaged blocks and those made with something else do not."""
        found = (load_analysis(path, self._made_with) for path in self._files)
        return [stored for stored in found if stored is not None]

    def add(self, found: StoredAnalysis) -> None:
        """Take what was found in some more samples, and write a block where there are enough.

        Raises:
            PetsegError: the folder cannot be written or the disk is full.
        """
        self._unwritten.append(found)
        if sum(len(part.keys) for part in self._unwritten) >= _BLOCK:
            self.write()

    def write(self) -> None:
        """Write what is not written yet: the search ends here.

        Where the run was deleted meanwhile there is nothing to go on with, and nothing is written.

        Raises:
            PetsegError: the folder cannot be written or the disk is full.
        """
        if not self._unwritten:
            return
        path = self._path.with_name(f"{self._path.stem}{_MARK}{secrets.token_hex(8)}.npz")
        try:
            save_analysis(path, joined(self._unwritten))
        except PetsegError:
            if run_folder(path).is_dir():
                raise
            return
        self._files.append(path)
        self._unwritten.clear()

    def forget(self) -> None:
        """Remove the blocks: the whole is written."""
        for path in self._files:
            path.unlink(missing_ok=True)


def _files_beside(path: Path) -> list[Path]:
    if not path.parent.is_dir():
        return []
    start = f"{path.stem}{_MARK}"
    beside = path.parent.iterdir()
    return sorted(each for each in beside if each.name.startswith(start) and each.suffix == ".npz")


def still_true(sources: Sequence[StoredAnalysis], keys: Mapping[str, str]) -> list[StoredAnalysis]:
    """What some analyses say of samples whose files are as they were, each sample once.

    Args:
        sources: The analyses.
        keys: What stands for the content of each sample's files now.
    """
    known: set[str] = set()
    narrowed = []
    for source in sources:
        own = {
            sample: key
            for sample, key in source.keys.items()
            if keys.get(sample) == key and sample not in known
        }
        known |= own.keys()
        narrowed.append(source if len(own) == len(source.keys) else _narrowed(source, own))
    return narrowed


def joined(parts: Sequence[StoredAnalysis]) -> StoredAnalysis:
    """Analyses of different samples as one; at least one analysis."""
    return replace(
        parts[0],
        keys={sample: key for part in parts for sample, key in part.keys.items()},
        skipped={sample: reason for part in parts for sample, reason in part.skipped.items()},
        table=AnalysisTable.joined([part.table for part in parts]),
    )


def in_order(stored: StoredAnalysis, keys: Mapping[str, str]) -> StoredAnalysis:
    """An analysis with its samples in the order of the keys, all of which it knows."""
    table, skipped = stored.table, stored.skipped
    order = [table.rows[sample] for sample in keys if sample in table.rows]
    if order != list(range(len(table.ids))):
        table = table.taken(np.array(order, np.intp))
    reasons = {sample: skipped[sample] for sample in keys if sample in skipped}
    return replace(stored, keys=keys, skipped=reasons, table=table)


def _narrowed(source: StoredAnalysis, keys: Mapping[str, str]) -> StoredAnalysis:
    rows = np.flatnonzero([sample in keys for sample in source.table.ids])
    skipped = {sample: reason for sample, reason in source.skipped.items() if sample in keys}
    return replace(source, keys=keys, skipped=skipped, table=source.table.taken(rows))
