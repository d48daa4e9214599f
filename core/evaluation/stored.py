"""An evaluation on disk: `metrics/<split>.json` for every program, and columns beside it for ours.

The JSON holds everything. Reading it takes a while for ten thousand samples, so the same numbers
lie in `metrics/columns/<split>.npz`, which is read in a few milliseconds. It is only a cache: it
names the JSON it belongs to by size and time, and where that is another by now, or the columns are
damaged or gone, the JSON is read and they are written anew.

What an evaluation that was cut short has counted lies in `metrics/columns/<split>.unfinished.npz`,
until one is finished: those are no figures of a split, and nobody else reads them.
"""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from core.errors import PetsegError
from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.metrics.confusion import Metrics
from core.evaluation.score_table import Cell, SampleScore, ScoreTable
from core.evaluation.scores import CacheKeys, Evaluation, SkippedSample
from core.files import atomic_write, atomic_write_text

COLUMNS_FOLDER = "columns"

_VERSION = 1
# Belongs to no JSON.
_UNFINISHED = 0, 0


class _StoredErrors(BaseModel):
    correct: int
    missed: int
    false: int
    wrong_class: int


class _StoredScore(BaseModel):
    """A sample in the JSON; see `SampleScore`."""

    sample: str
    mDice: float | None  # noqa: N815 - the study's spelling, fixed in the files
    dice: tuple[float | None, ...]
    errors: _StoredErrors
    cells: tuple[Cell, ...]
    mask_hash: str = ""


class _StoredEvaluation(Metrics):
    """The JSON; see `Evaluation`."""

    run: str
    split: str
    label_set: str
    samples: int
    iteration: int | None = None
    scores: tuple[_StoredScore, ...]
    skipped: tuple[SkippedSample, ...]
    cache: CacheKeys


def save_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Write an evaluation.

    Args:
        evaluation: The evaluation.
        path: The file, in the folder of a run's figures.

    Raises:
        PetsegError: the folder cannot be written, the disk is full, or the run was deleted.
    """
    atomic_write_text(path, as_json(evaluation) + "\n", within=_run_folder(path))
    _save_columns(evaluation, path, _stamp(path))


def load_evaluation(path: Path) -> Evaluation | None:
    """Read an evaluation; None when there is none or it is damaged: then it is computed again."""
    stamp = _stamp(path)
    if stamp is None:
        return None
    known = _from_columns(columns_path(path), stamp)
    if known is not None:
        return known
    try:
        evaluation = from_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    try:
        _save_columns(evaluation, path, stamp)
    except PetsegError:
        pass  # a folder that may only be read: the JSON is read each time
    return evaluation


def save_unfinished(evaluation: Evaluation, path: Path) -> None:
    """Keep what was counted of an evaluation that is cut short.

    Args:
        evaluation: The evaluation of the samples counted, with their keys alone.
        path: The file of the whole, which stays as it is.

    Raises:
        PetsegError: the folder cannot be written, the disk is full, or the run was deleted.
    """
    data = _columns_of(evaluation, _UNFINISHED)
    atomic_write(_unfinished_path(path), data, within=_run_folder(path))


def load_unfinished(path: Path) -> Evaluation | None:
    """Read what was counted before an evaluation was cut short; None when there is nothing."""
    return _from_columns(_unfinished_path(path), _UNFINISHED)


def forget_unfinished(path: Path) -> None:
    """Remove what was kept: the whole is written."""
    _unfinished_path(path).unlink(missing_ok=True)


def _unfinished_path(path: Path) -> Path:
    return columns_path(path).with_suffix(".unfinished.npz")


def _save_columns(evaluation: Evaluation, path: Path, stamp: tuple[int, int] | None) -> None:
    data = _columns_of(evaluation, stamp)
    atomic_write(columns_path(path), data, within=_run_folder(path))


def _run_folder(path: Path) -> Path:
    return path.parents[1]  # `<run>/metrics/<split>.json`


def columns_path(path: Path) -> Path:
    """Where the columns of a JSON file are."""
    return path.parent / COLUMNS_FOLDER / f"{path.stem}.npz"


def as_json(evaluation: Evaluation) -> str:
    """The JSON of an evaluation, without line breaks; the figures come before the samples."""
    head = evaluation.model_dump_json(exclude={"scores", "skipped", "cache"})
    tail = evaluation.model_dump_json(include={"skipped", "cache"})
    # Written out, because asking each tuple for its names takes longer than writing the JSON.
    scores = [
        {
            "sample": score.sample,
            "mDice": score.mDice,
            "dice": score.dice,
            "errors": {
                "correct": score.errors.correct,
                "missed": score.errors.missed,
                "false": score.errors.false,
                "wrong_class": score.errors.wrong_class,
            },
            "cells": score.cells,
            "mask_hash": score.mask_hash,
        }
        for score in evaluation.scores
    ]
    # NaN is no JSON; there is none, since None stands for what is not there.
    listed = json.dumps(scores, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return f'{head[:-1]},"scores":{listed},{tail[1:]}'


def from_json(data: bytes) -> Evaluation:
    """Read the JSON of an evaluation.

    Raises:
        ValueError: it is not that.
    """
    stored = _StoredEvaluation.model_validate_json(data)
    classes = len(stored.classes)
    if any(len(score.dice) != classes for score in stored.scores):
        raise ValueError("a sample has figures of other classes")
    scores = ScoreTable.from_scores(
        (
            SampleScore(
                score.sample,
                score.mDice,
                score.dice,
                ErrorCounts(**score.errors.model_dump()),
                score.cells,
                score.mask_hash,
            )
            for score in stored.scores
        ),
        classes,
    )
    fields = {name: getattr(stored, name) for name in _StoredEvaluation.model_fields}
    return Evaluation(**(fields | {"scores": scores}))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _columns_of(evaluation: Evaluation, stamp: tuple[int, int] | None) -> bytes:
    """The bytes of an npz file: no pickles, arrays of numbers and of UTF-8 text only."""
    scores, cache = evaluation.scores, evaluation.cache
    head = evaluation.model_dump(mode="json", exclude={"scores", "cache"})
    head["cache"] = cache.model_dump(exclude={"samples"})
    head |= {"version": _VERSION, "stamp": stamp}
    texts = {
        "head": json.dumps(head),
        "ids": _lines(scores.ids),
        "mask_hashes": _lines(scores.mask_hashes),
        "keyed": _lines(cache.samples),
        "keys": _lines(cache.samples.values()),
    }
    arrays: dict[str, Any] = {name: getattr(scores, name) for name in _ARRAYS}
    arrays |= {name: np.frombuffer(text.encode(), np.uint8) for name, text in texts.items()}
    stream = BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def _from_columns(path: Path, stamp: tuple[int, int]) -> Evaluation | None:
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as columns:
            head = json.loads(_text(columns, "head"))
            if head.pop("version") != _VERSION or head.pop("stamp") != list(stamp):
                return None
            samples = dict(zip(_listed(columns, "keyed"), _listed(columns, "keys"), strict=True))
            scores = ScoreTable(
                ids=_listed(columns, "ids"),
                mask_hashes=_listed(columns, "mask_hashes"),
                **{name: columns[name] for name in _ARRAYS},
            )
            # Ten thousand keys need no validation: they only have to equal those of now.
            cache = CacheKeys.model_validate(head.pop("cache")).model_copy(
                update={"samples": samples}
            )
            return Evaluation(**head, scores=scores, cache=cache)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, EOFError):
        return None  # a cache that cannot be read is none


_ARRAYS = ("m_dice", "dice", "errors", "cells", "cell_counts")


def _lines(texts: Any) -> str:
    # Every text ends with its break, so that one empty text is not taken for none.
    return "".join(f"{text}\n" for text in texts)


def _text(columns: Any, name: str) -> str:
    return bytes(columns[name]).decode()


def _listed(columns: Any, name: str) -> list[str]:
    return _text(columns, name).split("\n")[:-1]
