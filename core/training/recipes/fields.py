"""The fields of the training form: their names, kinds and limits.

A recipe gives them values; `--set` and the form change those. What a field means inside a config
is in `core.training.recipes.apply`.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import PetsegError

CLASS_WEIGHTS = ("auto", "sqrt", "equal")

Kind = Literal["int", "float", "size", "class_weights"]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field.

    Attributes:
        name: Name of the literal in recipes, of the key in run.json, and for `--set`.
        label: What the form shows.
        kind: `int`, `float`, `size` (height and width) or `class_weights` (one of `CLASS_WEIGHTS`
            or a number for each class).
        minimum: Smallest allowed value.
        maximum: Largest allowed value.
        unit: Unit of the value; empty when it has none.
        help: What the field does, for the tooltip.
        optional: Whether None is a value: the field is not used then.
    """

    name: str
    label: str
    kind: Kind
    minimum: float
    maximum: float
    unit: str
    help: str
    optional: bool = False

    def parse(self, value: Any) -> Any:
        """Return `value` in the field's type.

        Sizes come out as a (height, width) tuple; one number stands for a square.

        Raises:
            PetsegError: it is of another type or outside the limits.
        """
        if value is None and self.optional:
            return None
        match self.kind:
            case "int":
                return int(self._number(value, whole=True))
            case "float":
                return float(self._number(value, whole=False))
            case "size":
                return self._size(value)
            case "class_weights":
                return self._class_weights(value)

    def _number(self, value: Any, *, whole: bool) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or (whole and value != int(value)):
            raise self._refuse(value, "a whole number" if whole else "a number")
        if not self.minimum <= value <= self.maximum:
            raise self._refuse(value, "in that range")
        return value  # type: ignore[no-any-return]

    def _size(self, value: Any) -> tuple[int, int]:
        pair = value if isinstance(value, list | tuple) else (value, value)
        if len(pair) != 2:
            raise self._refuse(value, "one number or two (height, width)")
        height, width = (int(self._number(side, whole=True)) for side in pair)
        return height, width

    def _class_weights(self, value: Any) -> str | list[float]:
        if value in CLASS_WEIGHTS:
            return str(value)
        if not isinstance(value, list | tuple) or not value:
            raise self._refuse(value, f"one of {', '.join(CLASS_WEIGHTS)} or a list of numbers")
        return [float(self._number(each, whole=False)) for each in value]

    def _refuse(self, value: Any, expected: str) -> PetsegError:
        unit = f" {self.unit}" if self.unit else ""
        return PetsegError(
            f"{self.name} = {value!r} is not {expected}",
            remedy=f"{self.label}: from {self.minimum:g} to {self.maximum:g}{unit}.",
        )


FIELDS: tuple[FormField, ...] = (
    FormField(
        "max_iters", "Iterations", "int", 1, 10_000_000, "",
        "How many batches the model is trained on. The learning rate falls over all of them.",
    ),
    FormField(
        "epochs", "Epochs", "float", 0.01, 100_000, "",
        "How often every training image is seen, in place of a number of iterations.",
        optional=True,
    ),
    FormField(
        "batch_size", "Batch size", "int", 1, 1024, "images",
        "Images per iteration. More needs more memory and gives calmer gradients.",
    ),
    FormField(
        "lr", "Learning rate", "float", 1e-8, 10, "",
        "The largest step size of the optimizer; the schedule starts from it.",
    ),
    FormField(
        "weight_decay", "Weight decay", "float", 0, 1, "",
        "How strongly weights are pulled towards zero, against overfitting.",
    ),
    FormField(
        "image_size", "Image size", "size", 32, 16384, "pixels",
        "Height and width that every photo is scaled to fit into, in training and in validation. "
        "Predictions are scaled back to the photo's own size.",
    ),
    FormField(
        "crop_size", "Crop size", "size", 32, 4096, "pixels",
        "Height and width of the pieces the model sees in training.",
    ),
    FormField(
        "val_interval", "Validate every", "int", 1, 10_000_000, "iterations",
        "How often the val split is measured and a checkpoint is written.",
    ),
    FormField(
        "class_weights", "Class weights", "class_weights", 0, 1000, "",
        "Weight of each class in the cross-entropy: auto balances the classes by their median "
        "frequency in the training masks, sqrt does half of that (the square roots), equal counts "
        "every pixel the same; or one number for each class.",
    ),
    FormField(
        "seed", "Seed", "int", 0, 2**31 - 1, "",
        "Start of the random numbers: the same seed repeats the run on the same machine.",
    ),
    FormField(
        "num_workers", "Loader processes", "int", 0, 64, "",
        "Processes that load and augment images; 0 does it in the worker itself.",
    ),
)  # fmt: skip

BY_NAME: Mapping[str, FormField] = {field.name: field for field in FIELDS}


def unknown_field(name: str, known: list[str]) -> PetsegError:
    """The error for a name that is neither a field nor the start of a config key."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return PetsegError(
        f"There is no training field {name!r}",
        remedy=f"{hint}The fields are: {', '.join(BY_NAME)}; a dotted name such as "
        "model.decode_head.channels reaches into the config.",
    )
