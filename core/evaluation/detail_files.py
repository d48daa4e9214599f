"""Borders, objects and confidence of a run's samples on disk: columns beside the figures.

`metrics/details/<split>.npz` names what it was counted from. It is only a cache: what cannot be
read, or was counted with other classes, is counted anew. Each width of the bands has its own file.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.evaluation.metrics.details import SampleDetails, pack, unpack
from core.files import atomic_write

FOLDER = "details"

_VERSION = 1


class KnownDetails(NamedTuple):
    """What was counted of a sample.

    Attributes:
        key: Stands for the content of the files that it was counted from.
        details: The counts.
        problem: Why its confidence is missing, as a clause; "" when it is there.
    """

    key: str
    details: SampleDetails
    problem: str


def details_path(metrics: Path, band: float | None) -> Path:
    """Where the details are kept whose figures are in `metrics`, by the width of the bands."""
    width = "" if band is None else f" band {band!r}"
    return metrics.parent / FOLDER / f"{metrics.stem}{width}.npz"


def save_details(
    path: Path, made_with: Mapping[str, Any], known: Mapping[str, KnownDetails]
) -> None:
    """Write a file: arrays of numbers and of UTF-8 text, no pickles.

    Args:
        path: The file.
        made_with: Classes and all else beside the files that decides what is counted.
        known: What was counted, by sample.

    Raises:
        PetsegError: the folder cannot be written, the disk is full, or the run was deleted.
    """
    texts = {
        "head": json.dumps({"version": _VERSION, "made_with": made_with}),
        "ids": _lines(known),
        "keys": _lines(each.key for each in known.values()),
        "problems": _lines(each.problem for each in known.values()),
    }
    arrays: dict[str, Any] = dict(pack([each.details for each in known.values()]))
    arrays |= {name: np.frombuffer(text.encode(), np.uint8) for name, text in texts.items()}
    stream = BytesIO()
    np.savez(stream, **arrays)
    run_folder = path.parents[2]  # `<run>/metrics/details/<split>.npz`
    atomic_write(path, stream.getvalue(), within=run_folder)


def load_details(path: Path, made_with: Mapping[str, Any]) -> dict[str, KnownDetails]:
    """Read a file; nothing when there is none, it is damaged or made with something else."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        texts = {
            name: bytes(arrays.pop(name)).decode() for name in ("head", "ids", "keys", "problems")
        }
        if json.loads(texts["head"]) != {"version": _VERSION, "made_with": dict(made_with)}:
            return {}
        ids, keys, problems = (texts[name].split("\n")[:-1] for name in ("ids", "keys", "problems"))
        return {
            sample: KnownDetails(key, details, problem)
            for sample, key, details, problem in zip(
                ids, keys, unpack(arrays), problems, strict=True
            )
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, EOFError):
        return {}  # a cache that cannot be read is none


def _lines(texts: Iterable[str]) -> str:
    # Every text ends with its break, so that one empty text is not taken for none.
    return "".join(f"{text}\n" for text in texts)
