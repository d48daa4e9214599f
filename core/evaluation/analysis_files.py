"""An analysis on disk: one file of columns beside the figures, only a cache.

`metrics/errors/<split>.npz` names what it was made from. What cannot be read, or was made with
other rules or classes, is made anew.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from core.evaluation.analysis_table import AnalysisTable
from core.files import atomic_write

FOLDER = "errors"

_VERSION = 1


@dataclass(frozen=True)
class StoredAnalysis:
    """What a file holds.

    Attributes:
        made_with: Classes, rules and all else that decides what is found in a sample.
        keys: What stands for the content of each sample's files.
        skipped: The samples that could not be looked at, with the reason.
        table: The others.
    """

    made_with: Mapping[str, Any]
    keys: Mapping[str, str]
    skipped: Mapping[str, str]
    table: AnalysisTable


def errors_path(metrics: Path) -> Path:
    """Where the analysis is kept whose figures are in `metrics`."""
    return metrics.parent / FOLDER / f"{metrics.stem}.npz"


def run_folder(path: Path) -> Path:
    """The folder of the run whose analysis is in `path`, which is `metrics/errors/<split>.npz`."""
    return path.parents[2]


def save_analysis(path: Path, stored: StoredAnalysis) -> None:
    """Write a file: arrays of numbers and of UTF-8 text, no pickles.

    Raises:
        PetsegError: the folder cannot be written, the disk is full, or the run was deleted.
    """
    head = {
        "version": _VERSION,
        "made_with": stored.made_with,
        "skipped": stored.skipped,
    }
    texts = {
        "head": json.dumps(head),
        "ids": _lines(stored.table.ids),
        "keyed": _lines(stored.keys),
        "keys": _lines(stored.keys.values()),
    }
    arrays = {name: np.frombuffer(text.encode(), np.uint8) for name, text in texts.items()}
    stream = BytesIO()
    np.savez(stream, **arrays, **stored.table.as_arrays())  # type: ignore[arg-type]
    atomic_write(path, stream.getvalue(), within=run_folder(path))


def load_analysis(path: Path, made_with: Mapping[str, Any]) -> StoredAnalysis | None:
    """Read a file; None when there is none, it is damaged, or it was made with something else."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        texts = {
            name: bytes(arrays.pop(name)).decode() for name in ("head", "ids", "keyed", "keys")
        }
        head = json.loads(texts["head"])
        # As JSON gives it back: what was a tuple is a list.
        if head["version"] != _VERSION or head["made_with"] != json.loads(json.dumps(made_with)):
            return None
        keys = dict(zip(_listed(texts["keyed"]), _listed(texts["keys"]), strict=True))
        table = AnalysisTable.from_arrays(_listed(texts["ids"]), arrays)
        return StoredAnalysis(made_with, keys, dict(head["skipped"]), table)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, EOFError):
        return None


def _lines(texts: Any) -> str:
    # Every text ends with its break, so that one empty text is not taken for none.
    return "".join(f"{text}\n" for text in texts)


def _listed(text: str) -> Sequence[str]:
    return text.split("\n")[:-1]
