"""Everything that a run's folder begins with, from a recipe, its fields and the samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from core.dataset.model import Dataset
from core.eda.class_weights import median_frequency
from core.errors import PetsegError
from core.runs.record import DatasetRecord
from core.training.checks.planned import TRAIN, VAL
from core.training.data.plan import DATA_FILE, DataPlan, SplitPlan, plan_split
from core.training.data.preflight import Preflight
from core.training.recipes.catalogue import find_recipe
from core.training.recipes.foreign import ForeignConfig
from core.training.recipes.reading import Recipe
from core.training.recipes.resolving import difference_from

_NAMED_SAMPLES = 5


def compose(
    dataset: Dataset,
    label_set: str,
    recipe: Recipe,
    foreign: ForeignConfig | None,
    fields: Mapping[str, Any],
    overrides: Mapping[str, Any],
    *,
    found: Preflight,
    used: Preflight,
) -> dict[str, Any]:
    """What `RunStore.create` is given, but for what depends on the machine.

    Args:
        dataset: The dataset.
        label_set: The masks to learn.
        recipe: The recipe.
        foreign: Its texts, when it is a config file from elsewhere.
        fields: The values of its fields in use.
        overrides: What was changed.
        found: What can be used: it decides class weights, and is what `run.json` records.
        used: The same samples, or some of them, with masks that are plain indices.

    Raises:
        PetsegError: the user's class weights do not fit the classes.
    """
    fields = dict(fields)
    weights, weights_used = class_weights(
        fields.get("class_weights"), dataset, found, is_users="class_weights" in overrides
    )
    if weights_used is not None:
        fields["class_weights"] = weights_used
    plan = plan_data(dataset, label_set, used).model_copy(
        update={"class_weights": weights, "notes": _notes(found)}
    )
    base = find_recipe(recipe.base) if recipe.base else recipe
    return {
        "recipe": recipe.name,
        "base_recipe": recipe.base if recipe.base and foreign is None else "",
        "config_file": foreign.copied_to if foreign is not None else "",
        "label_set": label_set,
        "dataset": DatasetRecord(
            root=dataset.root,
            fingerprint={each.sample.id: each.mask_hash for each in found.usable},
            images={each.sample.id: each.image_hash for each in found.usable},
            excluded=list(found.excluded),
            left_out=dict(found.left_out),
        ),
        "files": {
            DATA_FILE: plan.model_dump_json(indent=1),
            **_split_lists((plan.train, plan.val)),
            **(foreign.copies if foreign is not None else {}),
        },
        "fields": fields,
        "overrides": dict(overrides),
        "difference": difference_from(base, fields, overrides),
        "seed": int(fields.get("seed", 0)),
    }


def plan_data(dataset: Dataset, label_set: str, found: Preflight) -> DataPlan:
    """What a config needs to know of the dataset.

    Args:
        dataset: The dataset.
        label_set: The masks to learn.
        found: The usable samples, with masks that are plain indices.
    """
    bare = (dataset.sample(sample_id) for sample_id in found.unlabelled)
    return DataPlan(
        root=dataset.root,
        classes=[info.name for info in dataset.classes],
        palette=[info.color for info in dataset.classes],
        ignore_index=dataset.ignore_index,
        train=plan_split(TRAIN, found.of_split(TRAIN), label_set),
        val=plan_split(VAL, found.of_split(VAL), label_set),
        unlabelled=[each.image for each in bare if each.split == TRAIN and each.image is not None],
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
