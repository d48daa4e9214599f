"""Drafts: runs in a temporary folder that nobody starts, made to be looked at."""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from core.errors import PetsegError
from core.runs.store import RunStore
from core.training.checks.planned import TRAIN, VAL
from core.training.composing import compose
from core.training.data.index_masks import with_index_masks
from core.training.data.preflight import Preflight, preflight
from core.training.recipes.catalogue import find_recipe
from core.training.recipes.foreign import read_foreign, require_trust
from core.training.recipes.resolving import resolve_fields, settle_length
from core.training.request import TrainRequest

# Enough that mixing finds other photos, few enough to be read while somebody waits.
_MOST = 48


class Draft:
    """The folder of a run that is only looked at; it goes with the `with` block.

    Everything is made as for a real run, from a few of its samples.

    Args:
        request: What is asked for.
        found: What can be used of train and val, where somebody has looked already. Class weights
            are those of these masks.
        seed: Which samples are taken.

    Raises:
        PetsegError: something in the request is not valid, or no sample can be used.
        UntrustedConfigError: the recipe is a config file that the user has not trusted.
    """

    def __init__(
        self, request: TrainRequest, found: Preflight | None = None, *, seed: int = 0
    ) -> None:
        recipe = find_recipe(request.recipe)
        foreign = read_foreign(recipe.path) if recipe.is_foreign else None
        if foreign is not None:
            require_trust(foreign)
        dataset = request.dataset
        label_set = dataset.require_label_set(request.label_set)
        fields, overrides = resolve_fields(recipe, request.overrides)
        some = _some_of(request, label_set, found, seed)
        if not some.of_split(TRAIN):
            raise PetsegError(
                f"There is no usable sample in the split train of {label_set}",
                path=dataset.root,
                remedy="Put photos with masks there, or choose another label set.",
            )
        whole = found or some
        fields = settle_length(recipe, fields, overrides, len(whole.of_split(TRAIN)))
        details = compose(
            dataset, label_set, recipe, foreign, fields, overrides,
            found=whole, used=with_index_masks(dataset, label_set, some),
        )  # fmt: skip
        self._top = Path(tempfile.mkdtemp(prefix="petseg-preview-"))
        try:
            self.folder = RunStore(self._top).create(**details).folder
        except BaseException:
            self.remove()
            raise

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self._top, ignore_errors=True)


def _some_of(
    request: TrainRequest, label_set: str, found: Preflight | None, seed: int
) -> Preflight:
    """A few usable samples of train, and one of val."""
    order = random.Random(seed)
    if found is not None:
        train = found.of_split(TRAIN)
        chosen = order.sample(train, min(_MOST, len(train)))
        return replace(found, usable=(*chosen, *found.of_split(VAL)[:1]))
    dataset = request.dataset
    by_split = {
        split: [
            sample.id
            for sample in dataset.in_splits([split])
            if label_set in sample.masks and sample.image is not None
        ]
        for split in (TRAIN, VAL)
        if split in dataset.splits
    }
    ids = by_split.get(TRAIN, [])
    keep = {*order.sample(ids, min(_MOST, len(ids))), *by_split.get(VAL, [])[:1]}
    others = [sample.id for sample in dataset.in_splits([TRAIN, VAL]) if sample.id not in keep]
    seen = preflight(dataset, label_set, splits=[TRAIN, VAL], excluded=others)
    return replace(seen, excluded=())
