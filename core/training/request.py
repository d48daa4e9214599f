"""Asking for a run: everything is checked here, before a process is started."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.model import Dataset
from core.dataset.workspace import open_workspace
from core.eda.class_weights import median_frequency
from core.errors import PetsegError
from core.runs.file_hashes import Hashes, remember, states_now
from core.runs.store import DatasetRecord, Run, RunStore
from core.training.checks.all import check_run
from core.training.checks.finding import Finding, Level
from core.training.checks.machine import this_machine
from core.training.checks.planned import TRAIN, VAL, PlannedRun
from core.training.checks.resources import weights_of
from core.training.data.index_masks import with_index_masks
from core.training.data.plan import DATA_FILE, DataPlan, SplitPlan, plan_split
from core.training.data.preflight import Preflight, preflight
from core.training.recipes.catalogue import Recipe, find_recipe
from core.training.recipes.foreign import read_foreign, require_trust
from core.training.recipes.resolving import difference_from, resolve_fields, settle_length
from core.training.surroundings import machine_facts, versions
from core.training.weights.catalogue import weights_for
from core.training.weights.fetching import DOWNLOAD, resolve_init

__all__ = ["TRAIN", "VAL", "TrainRequest", "class_weights", "create_run", "plan_data",
           "resolve_fields"]  # fmt: skip

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")
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
        init: What the backbone begins with: a file of weights, `download` for the published ones
            that fit the recipe, the id of published weights, or `none`; None for what a saved
            recipe says, else nothing.
        gpus: Number of processes that train together, one on each GPU.
        parent: Id of the run that is tried again with other settings.
    """

    dataset: Dataset
    recipe: str
    label_set: str | None = None
    name: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    device: str = "auto"
    init: str | Path | None = None
    gpus: int = 1
    parent: str | None = None


def create_run(
    dataset: Dataset,
    runs_dir: Path,
    request: TrainRequest,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    on_findings: Callable[[list[Finding]], None] | None = None,
    on_fetch: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Run:
    """Check a request and make its run, queued.

    Every photo and mask of the train and val splits is read once; those that cannot be used are
    left out and named in the run's first events. Weights that are not here yet are fetched, once
    everything else is in order.

    Args:
        dataset: The dataset to train on.
        runs_dir: The workspace's folder of runs.
        request: What is asked for.
        on_progress: Called with (done, total) while samples are read.
        on_findings: Called with what the checks say, before an error among them is raised.
        on_fetch: Called with bytes so far and in all while weights are fetched.
        cancelled: Asked now and then; True ends the work.

    Raises:
        PetsegError: a field, the recipe, label set, device or weights file is not valid, a check
            found an error, the weights cannot be fetched, or it was cancelled.
        UntrustedConfigError: the recipe is a config file that the user has not trusted.
    """
    recipe = find_recipe(request.recipe)
    foreign = read_foreign(recipe.path) if recipe.is_foreign else None
    if foreign is not None:
        require_trust(foreign)
    label_set = dataset.require_label_set(request.label_set)
    device = _check_device(request.device)
    fields, overrides = resolve_fields(recipe, request.overrides)
    init = recipe.init if request.init is None else request.init
    with open_workspace(dataset) as workspace:
        excluded = workspace.exclusions()
    states = states_now(dataset, label_set)  # before the files are read
    found = preflight(
        dataset, label_set, splits=(TRAIN, VAL), excluded=excluded, on_progress=on_progress,
        cancelled=cancelled,
    )  # fmt: skip
    fields = settle_length(recipe, fields, overrides, len(found.of_split(TRAIN)))
    machine = this_machine(runs_dir)
    findings = check_run(
        PlannedRun(
            dataset=dataset, label_set=label_set, recipe=recipe, fields=fields,
            overrides=overrides, found=found, machine=machine, device=device,
            init=init, gpus=request.gpus,
        )
    )  # fmt: skip
    hashes = {each.sample.id: Hashes(each.mask_hash, each.image_hash) for each in found.usable}
    with open_workspace(dataset) as workspace:
        remember(workspace, label_set, states, hashes)
    if on_findings is not None:
        on_findings(findings)
    _raise_first_error(findings)
    usable = with_index_masks(dataset, label_set, found)
    weights, weights_used = class_weights(
        fields.get("class_weights"), dataset, found, is_users="class_weights" in overrides
    )
    if weights_used is not None:
        fields["class_weights"] = weights_used
    plan = plan_data(dataset, label_set, usable).model_copy(
        update={"class_weights": weights, "notes": _notes(found)}
    )
    init_file = _init_file(init, recipe, on_fetch, cancelled)
    base = find_recipe(recipe.base) if recipe.base else recipe
    return RunStore(runs_dir).create(
        recipe=recipe.name,
        base_recipe=recipe.base if recipe.base and foreign is None else "",
        config_file=foreign.copied_to if foreign is not None else "",
        label_set=label_set,
        name=request.name,
        dataset=DatasetRecord(
            root=dataset.root,
            fingerprint={each.sample.id: each.mask_hash for each in found.usable},
            images={each.sample.id: each.image_hash for each in found.usable},
            excluded=list(found.excluded),
            left_out=dict(found.left_out),
        ),
        files={
            DATA_FILE: plan.model_dump_json(indent=1),
            **_split_lists((plan.train, plan.val)),
            **(foreign.copies if foreign is not None else {}),
        },
        fields=fields,
        overrides=overrides,
        difference=difference_from(base, fields, overrides),
        device=device,
        gpus=request.gpus,
        parent=request.parent,
        init=init_file,
        seed=int(fields.get("seed", 0)),
        versions=versions(),
        machine=machine_facts(machine),
    )


def plan_data(dataset: Dataset, label_set: str, found: Preflight) -> DataPlan:
    """What a config needs to know of the dataset.

    Args:
        dataset: The dataset.
        label_set: The masks to learn.
        found: The usable samples, with masks that are plain indices.
    """
    return DataPlan(
        root=dataset.root,
        classes=[info.name for info in dataset.classes],
        palette=[info.color for info in dataset.classes],
        ignore_index=dataset.ignore_index,
        train=plan_split(TRAIN, found.of_split(TRAIN), label_set),
        val=plan_split(VAL, found.of_split(VAL), label_set),
    )


def class_weights(
    wanted: str | list[float] | None, dataset: Dataset, found: Preflight, *, is_users: bool
) -> tuple[list[float] | None, str | list[float] | None]:
    """The weight of each class, and the field's value that stands for them.

    Args:
        wanted: The field's value.
        dataset: The dataset.
        found: The usable samples, from whose masks weights are computed.
        is_users: Whether the user gave the value: a recipe's own list that does not fit the
            dataset's classes gives way to `auto`.

    Returns:
        The weights, None for equal ones; and the value in use.

    Raises:
        PetsegError: the user's list does not fit the classes.
    """
    if wanted is None or wanted == "equal":
        return None, wanted
    if isinstance(wanted, list):
        if len(wanted) == dataset.num_classes:
            return wanted, wanted
        if is_users:
            raise PetsegError(
                f"{len(wanted)} class weights are given for {dataset.num_classes} classes",
                remedy=f"Give one for each of: {', '.join(c.name for c in dataset.classes)}.",
            )
        wanted = "auto"
    counts = [each.pixels for each in found.of_split(TRAIN)]
    weights = median_frequency(np.stack(counts))
    if wanted == "sqrt":
        weights = np.sqrt(weights)
    return [round(float(weight), 4) for weight in weights], wanted


def _raise_first_error(findings: list[Finding]) -> None:
    for finding in findings:
        if finding.level is Level.ERROR:
            raise PetsegError(finding.text.rstrip("."), remedy=finding.remedy)


def _check_device(device: str) -> str:
    if not _DEVICE.fullmatch(device):
        raise PetsegError(
            f"There is no device {device!r}", remedy="Use auto, cpu, or cuda:0, cuda:1, …"
        )
    return "cuda:0" if device == "cuda" else device


def _init_file(
    init: str | Path | None,
    recipe: Recipe,
    on_fetch: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Path | None:
    """The file of weights that is meant, fetched when need be."""
    if init == DOWNLOAD:
        init = weights_of(recipe.backbone_weights, [each.id for each in weights_for(recipe)])
    path = resolve_init(init, recipe, on_fetch, cancelled)
    if path is None:
        return None
    path = path.expanduser().resolve()
    if not path.is_file():
        raise PetsegError(
            "There is no such file of weights",
            path=path,
            remedy="Give a .pth file, or leave --init away to start without weights.",
        )
    return path


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
