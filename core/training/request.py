"""Asking for a run: everything is checked here, before a process is started."""

from __future__ import annotations

import json
import math
import os
import platform
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.model import Dataset
from core.dataset.workspace import open_workspace
from core.eda.class_weights import median_frequency
from core.errors import PetsegError
from core.runs.store import DatasetRecord, Run, RunStore
from core.training.data.index_masks import with_index_masks
from core.training.data.plan import DATA_FILE, DataPlan, SplitPlan, plan_split
from core.training.data.preflight import Preflight, preflight
from core.training.recipes.catalogue import Recipe, find_recipe
from core.training.recipes.fields import BY_NAME, unknown_field

TRAIN, VAL = "train", "val"

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")
_PACKAGES = (
    "petseg-workbench", "torch", "onedl-mmengine", "onedl-mmcv", "onedl-mmsegmentation",
    "numpy", "opencv-python",
)  # fmt: skip
_NAMED_SAMPLES = 5


@dataclass(frozen=True)
class TrainRequest:
    """What a user asks for.

    Attributes:
        dataset: The dataset to train on.
        recipe: Name of a recipe.
        label_set: The masks to learn; the dataset's default for None.
        name: A name for the run; its id for None.
        overrides: Form fields (`core.training.recipes.fields`) or dotted config keys, with values.
        device: `auto`, `cpu` or `cuda:N`.
        init: File of weights for the backbone.
        gpus: Number of processes that train together, one on each GPU.
        parent: Id of the run that is tried again with other settings.
    """

    dataset: Dataset
    recipe: str
    label_set: str | None = None
    name: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    device: str = "auto"
    init: Path | None = None
    gpus: int = 1
    parent: str | None = None


def create_run(
    dataset: Dataset,
    runs_dir: Path,
    request: TrainRequest,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Check a request and make its run, queued.

    Every photo and mask of the train and val splits is read once; those that cannot be used are
    left out and named in the run's first events.

    Args:
        dataset: The dataset to train on.
        runs_dir: The workspace's folder of runs.
        request: What is asked for.
        on_progress: Called with (done, total) while samples are read.

    Raises:
        PetsegError: a field, the recipe, label set, device or weights file is not valid, or
            nothing is left to train on.
    """
    recipe = find_recipe(request.recipe)
    label_set = dataset.require_label_set(request.label_set)
    device = _check_device(request.device)
    init = _check_init(request.init)
    fields, overrides = resolve_fields(recipe, request.overrides)
    with open_workspace(dataset) as workspace:
        excluded = workspace.exclusions()
    found = preflight(
        dataset, label_set, splits=(TRAIN, VAL), excluded=excluded, on_progress=on_progress
    )
    plan = _plan(dataset, label_set, with_index_masks(dataset, label_set, found), fields)
    fields = _with_epochs(fields, len(found.of_split(TRAIN)))
    weights = _class_weights(fields.get("class_weights"), dataset, found)
    return RunStore(runs_dir).create(
        recipe=recipe.name,
        label_set=label_set,
        name=request.name,
        dataset=DatasetRecord(
            root=dataset.root,
            fingerprint={each.sample.id: each.mask_hash for each in found.usable},
            excluded=list(found.excluded),
            left_out=dict(found.left_out),
        ),
        files={
            DATA_FILE: plan.model_copy(
                update={"class_weights": weights, "notes": _notes(found)}
            ).model_dump_json(indent=1),
            **_split_lists((plan.train, plan.val)),
        },
        fields=fields,
        overrides=overrides,
        device=device,
        gpus=request.gpus,
        parent=request.parent,
        init=init,
        seed=int(fields.get("seed", 0)),
        versions=_versions(),
        machine=_machine(),
    )


def resolve_fields(
    recipe: Recipe, overrides: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form's fields with a user's changes, and the changes as they are recorded.

    Raises:
        PetsegError: a key is unknown, or a value is of the wrong type or out of range.
    """
    fields: dict[str, Any] = {"epochs": None, **recipe.fields}
    recorded: dict[str, Any] = {}
    for key, value in overrides.items():
        if key in BY_NAME:
            if key not in fields:
                raise PetsegError(
                    f"The recipe {recipe.name} has no field {key}",
                    remedy=f"It has: {', '.join(fields)}.",
                )
            recorded[key] = fields[key] = BY_NAME[key].parse(value)
        elif key.split(".")[0] in recipe.config_keys:
            recorded[key] = _as_json(key, value)
        else:
            raise unknown_field(key, [*BY_NAME, *sorted(recipe.config_keys)])
    if recorded.get("epochs") is not None and "max_iters" in recorded:
        raise PetsegError(
            "Both epochs and max_iters are given", remedy="Give the length of the run only once."
        )
    return fields, recorded


def _as_json(key: str, value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise PetsegError(
            f"The value of {key} is not plain data ({error})",
            remedy="Give numbers, text, lists or tables.",
        ) from error
    return value


def _check_device(device: str) -> str:
    if not _DEVICE.fullmatch(device):
        raise PetsegError(
            f"There is no device {device!r}", remedy="Use auto, cpu, or cuda:0, cuda:1, …"
        )
    return "cuda:0" if device == "cuda" else device


def _check_init(init: Path | None) -> Path | None:
    if init is None:
        return None
    path = init.expanduser().resolve()
    if not path.is_file():
        raise PetsegError(
            "There is no such file of weights",
            path=path,
            remedy="Give a .pth file, or leave --init away to start without weights.",
        )
    return path


def _plan(
    dataset: Dataset, label_set: str, found: Preflight, fields: Mapping[str, Any]
) -> DataPlan:
    usable = found.of_split(TRAIN)
    if not usable:
        raise PetsegError(
            f"Nothing is left to train on in the split {TRAIN!r} of {label_set!r}"
            + (f" ({_why_nothing(found)})" if _why_nothing(found) else ""),
            path=dataset.root,
            remedy="Put photos into the folder train with masks of the same names, and mend or "
            "include the samples that were left out.",
        )
    if not any(each.pixels[1:].any() for each in usable) and dataset.num_classes > 1:
        raise PetsegError(
            f"The masks of {label_set!r} hold nothing but {dataset.classes[0].name}",
            path=dataset.root,
            remedy="Draw what the model should learn, or choose another label set.",
        )
    return DataPlan(
        root=dataset.root,
        classes=[info.name for info in dataset.classes],
        palette=[info.color for info in dataset.classes],
        ignore_index=dataset.ignore_index,
        train=plan_split(TRAIN, usable, label_set),
        val=plan_split(VAL, found.of_split(VAL), label_set),
    )


def _why_nothing(found: Preflight) -> str:
    parts = []
    if found.excluded:
        parts.append(f"{len(found.excluded)} excluded")
    if found.unlabelled:
        parts.append(f"{len(found.unlabelled)} without a mask")
    if found.left_out:
        first, reason = next(iter(found.left_out.items()))
        parts.append(f"{len(found.left_out)} unusable, such as {first}: {reason}")
    return "; ".join(parts)


def _with_epochs(fields: dict[str, Any], samples: int) -> dict[str, Any]:
    if fields.get("epochs") is None:
        return fields
    per_epoch = samples / fields["batch_size"]
    return {**fields, "max_iters": max(1, math.ceil(fields["epochs"] * per_epoch))}


def _class_weights(
    wanted: str | list[float] | None, dataset: Dataset, found: Preflight
) -> list[float] | None:
    if wanted is None or wanted == "equal":
        return None
    if isinstance(wanted, list):
        if len(wanted) != dataset.num_classes:
            raise PetsegError(
                f"{len(wanted)} class weights are given for {dataset.num_classes} classes",
                remedy=f"Give one for each of: {', '.join(c.name for c in dataset.classes)}.",
            )
        return wanted
    counts = [each.pixels for each in found.of_split(TRAIN)]
    weights = median_frequency(np.stack(counts))
    if wanted == "sqrt":
        weights = np.sqrt(weights)
    return [round(float(weight), 4) for weight in weights]


def _split_lists(splits: Iterable[SplitPlan]) -> dict[str, str]:
    return {
        group.list_file: "".join(f"{name}\n" for name in group.names)
        for split in splits
        for group in split.groups
    }


def _notes(found: Preflight) -> list[str]:
    notes = []
    if found.left_out:
        named = [f"{name} ({reason})" for name, reason in found.left_out.items()]
        more = len(named) - _NAMED_SAMPLES
        text = "; ".join(named[:_NAMED_SAMPLES]) + (f"; and {more} more" if more > 0 else "")
        notes.append(f"Left out because they cannot be used: {text}.")
    if found.unlabelled:
        notes.append(f"Left out because they have no mask: {_names(found.unlabelled)}.")
    if found.excluded:
        notes.append(f"Left out because they are excluded: {_names(found.excluded)}.")
    if not found.of_split(VAL):
        notes.append("There is no usable sample in the split 'val': the run is not validated.")
    return notes


def _names(ids: tuple[str, ...]) -> str:
    more = len(ids) - _NAMED_SAMPLES
    return ", ".join(ids[:_NAMED_SAMPLES]) + (f" and {more} more" if more > 0 else "")


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _machine() -> dict[str, str]:
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": str(os.cpu_count() or 1),
    }
