"""What a run was asked to do, as plain values under short names."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from core.runs.record import RunRecord
from core.runs.table.columns import Column, Kind, Section, Value
from core.training.recipes.fields import BY_NAME

_INTEGERS = ("int", "size")


def settings_of(record: RunRecord) -> dict[str, Value]:
    """The fields and overrides of a run, by the field's name or the dotted key of the config.

    What was not set is left out.
    """
    given: dict[str, Any] = {**record.overrides, **record.fields}
    values = {name: plain_value(value, _kind(name)) for name, value in given.items()}
    return {name: value for name, value in values.items() if value is not None}


def plain_value(value: Any, kind: str = "") -> Value:
    """A setting as a number or a text.

    Args:
        value: As `run.json` has it.
        kind: The kind of the form field, where it is one.

    Returns:
        Numbers as floats; sizes as `256×256`, ranges as `0.6 – 2`, lists as `0.35, 1, 1.2`,
        switches as `yes` and `no`, everything else as compact JSON; None for nothing.
    """
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value)
        case str():
            return value or None
        case [int() | float(), int() | float()] if kind in ("size", "pair"):
            return ("×" if kind == "size" else " – ").join(f"{each:g}" for each in value)
        case [*parts] if parts and all(isinstance(each, int | float) for each in parts):
            return ", ".join(f"{each:g}" for each in parts)
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def setting_column(name: str, kind: Kind) -> Column:
    """The column of a setting.

    Args:
        name: A form field's name, or a dotted key of the config.
        kind: What its values are in these runs.
    """
    field = BY_NAME.get(name)
    if field is None:
        return Column(name, name, kind, Section.SETTING, "A value of the config")
    return Column(name, field.label, kind, Section.SETTING, field.help, field.unit)


def setting_order(names: Mapping[str, object]) -> list[str]:
    """Names of settings as the training form has them, keys of the config after them."""
    places = {name: place for place, name in enumerate(BY_NAME)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def _kind(name: str) -> str:
    field = BY_NAME.get(name)
    return "" if field is None else field.kind


def _number(value: float) -> Value:
    try:
        number = float(value)
    except OverflowError:
        return str(value)
    return number if math.isfinite(number) else str(number)
