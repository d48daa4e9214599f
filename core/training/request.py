"""Asking for a run: everything is checked here, before a process is started."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.dataset.model import Dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.runs.file_hashes import Hashes, remember, states_now
from core.runs.store import Run, RunStore
from core.training.checks.all import check_run
from core.training.checks.finding import Finding, Level
from core.training.checks.machine import this_machine
from core.training.checks.planned import TRAIN, VAL, PlannedRun
from core.training.checks.resources import weights_of
from core.training.composing import compose
from core.training.data.index_masks import with_index_masks
from core.training.data.preflight import Preflight, preflight
from core.training.recipes.catalogue import Recipe, find_recipe
from core.training.recipes.foreign import ForeignConfig, read_foreign, require_trust
from core.training.recipes.resolving import resolve_fields, settle_length
from core.training.surroundings import machine_facts, versions
from core.training.weights.catalogue import weights_for
from core.training.weights.fetching import DOWNLOAD, resolve_init

__all__ = ["TRAIN", "VAL", "FoldOf", "TrainRequest", "create_run", "resolve_fields"]

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")


@dataclass(frozen=True)
class FoldOf:
    """Which part of its samples a run leaves out, to be validated on.

    Attributes:
        group: What the runs of all folds have in common.
        fold: Which fold, from 1.
        folds: How many there are.
        held_out: Ids of the samples in this fold.
        splits: The splits whose samples were dealt out.
    """

    group: str
    fold: int
    folds: int
    held_out: tuple[str, ...]
    splits: tuple[str, ...]


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
        parent: Id of the run that this one follows, see `RunRecord`.
        on_repaired_labels: Whether it has the parent's settings, and the labels as they are now.
        fold: The part to leave out of training; None to train on train and validate on val.
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
    on_repaired_labels: bool = False
    fold: FoldOf | None = None


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
    asked = understand(request)
    splits = (TRAIN, VAL) if request.fold is None else request.fold.splits
    found = read_samples(request, asked, splits, on_progress=on_progress, cancelled=cancelled)
    plan = plan_run(
        request, asked, found, runs_dir,
        on_findings=on_findings, on_fetch=on_fetch, cancelled=cancelled,
    )  # fmt: skip
    return RunStore(runs_dir).create(**plan)


@dataclass(frozen=True)
class Asked:
    """A request whose words have been understood.

    Attributes:
        recipe: The recipe.
        foreign: Its texts, when it is a config file from elsewhere.
        label_set: The masks to learn.
        device: `auto`, `cpu` or `cuda:N`.
        fields: The form's fields with the values in use.
        overrides: What was changed.
        init: What the backbone begins with.
    """

    recipe: Recipe
    foreign: ForeignConfig | None
    label_set: str
    device: str
    fields: dict[str, Any]
    overrides: dict[str, Any]
    init: str | Path | None


def understand(request: TrainRequest) -> Asked:
    """Look up what a request names.

    Raises:
        PetsegError: a field, the recipe, label set or device is not valid.
        UntrustedConfigError: the recipe is a config file that the user has not trusted.
    """
    recipe = find_recipe(request.recipe)
    foreign = read_foreign(recipe.path) if recipe.is_foreign else None
    if foreign is not None:
        require_trust(foreign)
    fields, overrides = resolve_fields(recipe, request.overrides)
    return Asked(
        recipe=recipe,
        foreign=foreign,
        label_set=request.dataset.require_label_set(request.label_set),
        device=_check_device(request.device),
        fields=fields,
        overrides=overrides,
        init=recipe.init if request.init is None else request.init,
    )


def read_samples(
    request: TrainRequest,
    asked: Asked,
    splits: Iterable[str],
    *,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Preflight:
    """Read every photo and mask of some splits once, and remember what the files hold.

    Raises:
        PetsegError: it was cancelled.
    """
    dataset = request.dataset
    with open_workspace(dataset) as workspace:
        excluded = workspace.exclusions()
    states = states_now(dataset, asked.label_set)  # before the files are read
    found = preflight(
        dataset, asked.label_set, splits=splits, excluded=excluded, on_progress=on_progress,
        cancelled=cancelled,
    )  # fmt: skip
    hashes = {each.sample.id: Hashes(each.mask_hash, each.image_hash) for each in found.usable}
    with open_workspace(dataset) as workspace:
        remember(workspace, asked.label_set, states, hashes)
    return found


def plan_run(
    request: TrainRequest,
    asked: Asked,
    found: Preflight,
    runs_dir: Path,
    *,
    on_findings: Callable[[list[Finding]], None] | None = None,
    on_fetch: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Check what was read, and say what `RunStore.create` makes the run of; see `create_run`.

    Args:
        request: What is asked for.
        asked: The same, understood.
        found: The samples that can be used.
        runs_dir: The workspace's folder of runs; nothing is written there.
        on_findings: Called with what the checks say.
        on_fetch: Called while weights are fetched.
        cancelled: Asked now and then.

    Raises:
        PetsegError: a check found an error, or the weights cannot be fetched.
    """
    dataset, recipe, fold = request.dataset, asked.recipe, request.fold
    if fold is not None:
        found = _with_roles(found, fold)
    fields = settle_length(recipe, asked.fields, asked.overrides, len(found.of_split(TRAIN)))
    machine = this_machine(runs_dir)
    findings = check_run(
        PlannedRun(
            dataset=dataset, label_set=asked.label_set, recipe=recipe, fields=fields,
            overrides=asked.overrides, found=found, machine=machine, device=asked.device,
            init=asked.init, gpus=request.gpus,
        )
    )  # fmt: skip
    if on_findings is not None:
        on_findings(findings)
    _raise_first_error(findings)
    usable = with_index_masks(dataset, asked.label_set, found)
    details = compose(
        dataset, asked.label_set, recipe, asked.foreign, fields, asked.overrides,
        found=found, used=usable,
    )  # fmt: skip
    init_file = _init_file(asked.init, recipe, on_fetch, cancelled)
    return {
        **details,
        "name": request.name,
        "device": asked.device,
        "gpus": request.gpus,
        "parent": request.parent,
        "on_repaired_labels": request.on_repaired_labels,
        "init": init_file,
        "versions": versions(),
        "machine": machine_facts(machine),
        **(_fields_of(fold, found) if fold is not None else {}),
    }


def _with_roles(found: Preflight, fold: FoldOf) -> Preflight:
    held_out = set(fold.held_out)
    roles = {each.sample.id: VAL if each.sample.id in held_out else TRAIN for each in found.usable}
    return replace(found, roles=roles)


def _fields_of(fold: FoldOf, found: Preflight) -> dict[str, Any]:
    held_out = [each.sample.id for each in found.of_split(VAL)]
    return {"group": fold.group, "fold": fold.fold, "folds": fold.folds, "held_out": held_out}


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
