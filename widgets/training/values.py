"""The text of form fields: reading and writing the values of a training form. No Qt in here."""

from __future__ import annotations

import re
from typing import Any

from core.errors import PetsegError
from core.training.recipes.fields import CLASS_WEIGHTS, FormField


def to_text(value: Any) -> str:
    """A field's value as the form shows it; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, tuple) and len(value) == 2:
        if all(isinstance(each, int) for each in value):
            return f"{value[0]} × {value[1]}"
        return f"{value[0]:g} – {value[1]:g}"
    if isinstance(value, list | tuple):
        return ", ".join(f"{each:g}" for each in value)
    return f"{value:.10g}"


def from_text(field: FormField, text: str) -> Any:
    """Read what was typed into a field.

    Raises:
        PetsegError: it is no value of that field; the message tells what would be.
    """
    text = text.strip()
    try:
        return field.parse(_candidate(field, text))
    except (PetsegError, ValueError):
        raise PetsegError(f"{field.label}: give {expected(field)}") from None


def expected(field: FormField) -> str:
    """What a field takes, in words."""
    span = f"from {_plain(field.minimum)} to {_plain(field.maximum)}"
    match field.kind:
        case "int":
            words = f"a whole number {span}"
        case "float" | "probability":
            words = f"a number {span}"
        case "pair":
            words = f"two numbers (low, high) {span}"
        case "choice":
            words = f"one of {', '.join(field.choices)}"
        case "size":
            words = f"one or two whole numbers (height × width) {span}"
        case "class_weights":
            words = f"{', '.join(CLASS_WEIGHTS)}, or a number {span} for each class"
    return f"{words}, or nothing" if field.optional else words


def _candidate(field: FormField, text: str) -> Any:
    if not text:
        return None
    match field.kind:
        case "int":
            return int(text)
        case "float" | "probability":
            return float(text)
        case "choice":
            return text
        case "pair":
            return [float(part) for part in re.split(r"[–,;\s]+", text.strip("[]() "))]
        case "size":
            sides = [int(part) for part in re.split(r"[×x*,;\s]+", text)]
            return sides if len(sides) > 1 else sides[0]
        case "class_weights":
            if text in CLASS_WEIGHTS:
                return text
            return [float(part) for part in re.split(r"[,;\s]+", text.strip("[]() "))]


def _plain(number: float) -> str:
    if number >= 1000 and number == int(number):
        return f"{int(number):,}".replace(",", "\u202f")
    return f"{number:g}"
