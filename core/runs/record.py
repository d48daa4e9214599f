"""`run.json`: what a run was asked to do and how it ended, validated at the border."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text
from core.runs.events import BestScore

FILE_NAME = "run.json"


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    CRASHED = "crashed"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether no process works on the run, nor will unless somebody resumes it."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


class DataChange(BaseModel):
    """Files that were found to be others than a run's record said, by sample id.

    Each is `{"from": hash, "to": hash}`: up to the iteration `since` the run has learned the former
    and after `iteration` the latter. Where these are two, the files changed between them, while
    the run read them again and again: there it may have learned either.

    Attributes:
        since: Iterations done when the file was surely the former.
        iteration: Iterations done when it was seen to be the latter; 0 before the run began.
        masks: Changed masks.
        images: Changed photos.
    """

    since: int
    iteration: int
    masks: dict[str, dict[str, str]] = Field(default_factory=dict)
    images: dict[str, dict[str, str]] = Field(default_factory=dict)


class DatasetRecord(BaseModel):
    """The version of the dataset that a run uses.

    Attributes:
        root: Absolute path of the dataset's folder.
        fingerprint: Content hash of every mask in use, by sample id: as the run was asked for, and
            once its worker has started as it was learned last.
        images: Content hash of the photo to each of them.
        changes: What these hashes were before, see `core.training.data.learned`.
        excluded: Samples left out because the user excluded them.
        left_out: Samples left out because their mask or photo cannot be trained on, with why.
    """

    root: Path
    fingerprint: dict[str, str] = Field(default_factory=dict)
    images: dict[str, str] = Field(default_factory=dict)
    changes: list[DataChange] = Field(default_factory=list)
    excluded: list[str] = Field(default_factory=list)
    left_out: dict[str, str] = Field(default_factory=dict)


class RunRecord(BaseModel):
    """The content of `run.json`.

    Attributes:
        recipe: Name of the recipe: a file in `configs/`, one that the user saved, or a config file
            from elsewhere.
        base_recipe: The recipe in `configs/` that a saved one changes; empty for the others.
        config_file: The copy of a config file from elsewhere, relative to the run's folder; empty
            for the others.
        difference: The values that differ from the recipe's, by field or dotted key, as
            `{"from": …, "to": …}`.
        fields: Every form field of the recipe with the value in use.
        overrides: What the user changed: form fields or dotted config keys.
        device: As asked for: `auto`, `cpu` or `cuda:N`.
        devices: The devices that the present attempt was given (`cpu`, or one or more of
            `cuda:N`); empty when the worker chooses.
        gpus: Number of processes that train together, one on each GPU.
        init: File of weights to begin with.
        parent: Id of the run that this one follows: it tries it again with other settings, or
            trains it again on repaired labels.
        on_repaired_labels: Whether it has the parent's settings, and the labels as they are now.
        group: What the runs of one job have in common, such as the folds of a dataset; else None.
        fold: Which of the folds this run leaves out, from 1; None for a run of its own.
        folds: How many folds there are.
        held_out: Ids of the samples of its fold: it is validated on them and has not learned them.
        events_from: Byte of `events.jsonl` where the present attempt begins (more than 0 after a
            resume).
        log_from: Byte of `worker.log` where it begins.
        attempt: How many times a worker was started for this run.
    """

    model_config = ConfigDict(extra="ignore", ser_json_inf_nan="strings")

    version: int = 1
    id: str
    name: str
    recipe: str
    base_recipe: str = ""
    config_file: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)
    difference: dict[str, dict[str, Any]] = Field(default_factory=dict)
    label_set: str
    dataset: DatasetRecord
    device: str = "auto"
    devices: list[str] = Field(default_factory=list)
    gpus: int = Field(default=1, ge=1)
    init: Path | None = None
    parent: str | None = None
    on_repaired_labels: bool = False
    group: str | None = None
    fold: int | None = None
    folds: int | None = None
    held_out: list[str] = Field(default_factory=list)
    seed: int = 0
    created: datetime
    versions: dict[str, str] = Field(default_factory=dict)
    machine: dict[str, str] = Field(default_factory=dict)
    state: RunState = RunState.QUEUED
    reason: str = ""
    best: BestScore | None = None
    events_from: int = 0
    log_from: int = 0
    attempt: int = 0

    @property
    def goal(self) -> float | None:
        """The mDice that the run is to reach, in percent; None where its recipe names none."""
        goal = self.fields.get("goal")
        if isinstance(goal, bool) or not isinstance(goal, int | float):
            return None
        return float(goal) if 0 < goal <= 100 else None


def load_record(folder: Path) -> RunRecord:
    """Read a run's `run.json`.

    Raises:
        PetsegError: it is missing or damaged.
    """
    path = folder / FILE_NAME
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"{place}: {first['msg']}" if place else first["msg"]
    raise PetsegError(
        f"The run's description cannot be read ({reason})",
        path=path,
        remedy="Restore the file from a copy, or delete the run's folder.",
    )


def save_record(folder: Path, record: RunRecord) -> None:
    """Write a run's `run.json`, atomically."""
    atomic_write_text(folder / FILE_NAME, record.model_dump_json(indent=1) + "\n")
