"""A run that is about to be made, as the checks see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.dataset.model import Dataset
from core.training.checks.machine import Machine
from core.training.data.preflight import Preflight
from core.training.recipes.reading import Recipe

TRAIN, VAL = "train", "val"


@dataclass(frozen=True)
class PlannedRun:
    """Everything that decides how a run will go.

    Attributes:
        dataset: The dataset.
        label_set: The masks to learn.
        recipe: The recipe.
        fields: The values of the form's fields in use.
        overrides: What the user changed of the recipe.
        found: What can be used of the splits train and val; None while nobody has looked.
        machine: The machine.
        device: `auto`, `cpu` or `cuda:N`.
        init: How the backbone begins; see `TrainRequest.init`.
        gpus: Number of processes that train together.
    """

    dataset: Dataset
    label_set: str
    recipe: Recipe
    fields: Mapping[str, Any]
    overrides: Mapping[str, Any]
    found: Preflight | None
    machine: Machine
    device: str = "auto"
    init: str | Path | None = None
    gpus: int = 1

    @property
    def on_gpu(self) -> bool:
        """Whether it will train on a GPU, as far as can be told without asking torch."""
        return self.device.startswith("cuda") or (self.device == "auto" and bool(self.machine.gpus))

    @property
    def crop(self) -> tuple[int, int] | None:
        """Height and width of what the model sees in training; None where the recipe says none."""
        size = self.fields.get("crop_size") or self.fields.get("image_size")
        return (int(size[0]), int(size[1])) if size is not None else None
