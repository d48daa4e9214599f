"""What a field of the training form takes, and how its values are read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import PetsegError

CLASS_WEIGHTS = ("auto", "sqrt", "equal")

Kind = Literal["int", "float", "probability", "size", "pair", "choice", "class_weights"]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field.

    Attributes:
        name: Name of the literal in recipes, of the key in run.json, and for `--set`.
        label: What the form shows.
        kind: `int`, `float`, `probability` (0 to 1), `size` (height and width), `pair` (a lower
            and an upper number), `choice` (one of `choices`) or `class_weights` (one of
            `CLASS_WEIGHTS` or a number for each class).
        minimum: Smallest allowed value; of no meaning for a choice.
        maximum: Largest allowed value; of no meaning for a choice.
        unit: Unit of the value; empty when it has none.
        help: What the field does, for the tooltip.
        section: Under which heading the form shows it; one of `core.training.recipes.fields`'
            `SECTIONS`.
        optional: Whether None is a value: the field is not used then.
        choices: The words that a choice can be.
    """

    name: str
    label: str
    kind: Kind
    minimum: float
    maximum: float
    unit: str
    help: str
    section: str = "length"
    optional: bool = False
    choices: tuple[str, ...] = ()

    def parse(self, value: Any) -> Any:
        """Return `value` in the field's type.

        Sizes come out as a (height, width) tuple, one number standing for a square; pairs as a
        (low, high) tuple.

        Raises:
            PetsegError: it is of another type or outside the limits.
        """
        if value is None and self.optional:
            return None
        match self.kind:
            case "int":
                return int(self._number(value, whole=True))
            case "float" | "probability":
                return float(self._number(value, whole=False))
            case "size":
                return self._size(value)
            case "pair":
                return self._pair(value)
            case "choice":
                return self._choice(value)
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

    def _pair(self, value: Any) -> tuple[float, float]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise self._refuse(value, "two numbers (low, high)")
        low, high = (float(self._number(each, whole=False)) for each in value)
        if low > high:
            raise self._refuse(value, "a lower number and then a higher one")
        return low, high

    def _choice(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise PetsegError(
                f"{self.name} = {value!r} is not one of {', '.join(self.choices)}",
                remedy=f"{self.label}: choose one of these.",
            )
        return value

    def _class_weights(self, value: Any) -> str | list[float]:
        if isinstance(value, str) and value in CLASS_WEIGHTS:
            return value
        if not isinstance(value, list | tuple) or not value:
            raise self._refuse(value, f"one of {', '.join(CLASS_WEIGHTS)} or a list of numbers")
        return [float(self._number(each, whole=False)) for each in value]

    def _refuse(self, value: Any, expected: str) -> PetsegError:
        unit = f" {self.unit}" if self.unit else ""
        return PetsegError(
            f"{self.name} = {value!r} is not {expected}",
            remedy=f"{self.label}: from {self.minimum:g} to {self.maximum:g}{unit}.",
        )
