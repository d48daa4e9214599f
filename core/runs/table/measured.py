"""The pooled figures that are kept with a run, read without its thousands of samples."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = "metrics"

# Figures come first in the file, samples after them; this many bytes hold the figures of a
# hundred classes.
_HEAD = 1 << 16
_SAMPLES = b',"scores":'
_FIGURES = ("mDice", "mIoU", "mAcc", "aAcc")


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one run on one split, in percent.

    Attributes:
        split: The split; "" for all of a dataset without splits.
        label_set: The masks that were taken for the truth.
        samples: Number of samples measured.
        figures: `mDice`, `mIoU`, `mAcc` and `aAcc`, those that there are.
        dice: Dice of each class.
    """

    split: str
    label_set: str
    samples: int
    figures: dict[str, float] = field(default_factory=dict)
    dice: dict[str, float] = field(default_factory=dict)


class MeasuredFiles:
    """Reads the figures of runs; files that are as they were are not read again."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], Measured | None]] = {}

    def read(self, run_folder: Path) -> tuple[list[Measured], list[str]]:
        """The figures of a run, and the names of files that cannot be read."""
        found: list[Measured] = []
        damaged: list[str] = []
        try:
            paths = sorted((run_folder / FOLDER).glob("*.json"))
        except OSError:
            return [], [FOLDER]
        for path in paths:
            try:
                measured = self._read_one(path)
            except FileNotFoundError:
                continue  # somebody has just deleted the run
            except (OSError, ValueError):
                damaged.append(f"{FOLDER}/{path.name}")
            else:
                if measured is not None:
                    found.append(measured)
        return found, damaged

    def keep_only(self, folders: set[Path]) -> None:
        """Forget the files of runs that are gone."""
        self._known = {
            path: known for path, known in self._known.items() if path.parent.parent in folders
        }

    def _read_one(self, path: Path) -> Measured | None:
        status = path.stat()
        stamp = status.st_mtime_ns, status.st_size
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        measured = read_measured(path)
        self._known[path] = stamp, measured
        return measured


def read_measured(path: Path) -> Measured | None:
    """Read the head of a file of figures.

    Returns:
        The figures; None for a JSON file of something else.

    Raises:
        ValueError: it is damaged.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        at = head.find(_SAMPLES)
        data = json.loads(head[:at] + b"}" if at >= 0 else head + stream.read())
    if not isinstance(data, dict) or not {"split", "label_set", "mDice"} <= data.keys():
        return None
    figures = {name: value for name in _FIGURES if (value := _percent(data.get(name))) is not None}
    dice: dict[str, float] = {}
    classes = data.get("classes")
    for entry in classes if isinstance(classes, list) else []:
        if isinstance(entry, dict) and (value := _percent(entry.get("dice"))) is not None:
            dice[str(entry.get("name"))] = value
    samples = data.get("samples")
    return Measured(
        str(data["split"]),
        str(data["label_set"]),
        samples if isinstance(samples, int) else 0,
        figures,
        dice,
    )


def _percent(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None
