"""A recipe with a user's changes: the values in use, and what differs from the recipe."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME, unknown_field
from core.training.recipes.reading import Recipe

_ITERATIONS, _EPOCHS, _WARMUP = "max_iters", "epochs", "warmup_iters"
_ABSENT = object()


def resolve_fields(
    recipe: Recipe, overrides: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form's fields with a user's changes, and the changes as they are recorded.

    What a saved recipe changes of its base counts as changed, and gives way to the user's own
    changes. Of the two ways to give a run's length, the user's takes the place of the recipe's.

    Args:
        recipe: The recipe.
        overrides: Form fields or dotted config keys, with values.

    Raises:
        PetsegError: a key is unknown, or a value is of the wrong type or out of range.
    """
    fields: dict[str, Any] = {_EPOCHS: None, **recipe.fields}
    changed: dict[str, Any] = {}
    for key, value in overrides.items():
        if key in BY_NAME:
            if key not in fields:
                raise PetsegError(
                    f"The recipe {recipe.name} has no field {key}",
                    remedy=f"It has: {', '.join(fields)}.",
                )
            changed[key] = fields[key] = BY_NAME[key].parse(value)
        elif key.split(".")[0] in recipe.config_keys:
            changed[key] = _as_json(key, value)
        else:
            raise unknown_field(key, [*BY_NAME, *sorted(recipe.config_keys)])
    if changed.get(_EPOCHS) is not None and _ITERATIONS in changed:
        raise PetsegError(
            "Both epochs and max_iters are given", remedy="Give the length of the run only once."
        )
    check_losses(fields)
    recorded = {**recipe.overrides, **changed}
    if changed.get(_EPOCHS) is not None:
        recorded.pop(_ITERATIONS, None)
    elif _ITERATIONS in changed and fields[_EPOCHS] is not None:
        fields[_EPOCHS] = None
        recorded.pop(_EPOCHS, None)
    return fields, recorded


def settle_length(
    recipe: Recipe, fields: dict[str, Any], overrides: Mapping[str, Any], samples: int
) -> dict[str, Any]:
    """Turn epochs into iterations, and let a warm-up that nobody changed keep its share.

    Args:
        recipe: The recipe.
        fields: What `resolve_fields` gave.
        overrides: What was changed.
        samples: How many samples there are to train on.
    """
    settled = dict(fields)
    epochs, batch = fields.get(_EPOCHS), fields.get("batch_size")
    if epochs is not None and batch is not None:
        settled[_ITERATIONS] = max(1, math.ceil(epochs * samples / batch))
    before, now = recipe.fields.get(_ITERATIONS), settled.get(_ITERATIONS)
    if settled.get(_WARMUP) and _WARMUP not in overrides and before and now and before != now:
        settled[_WARMUP] = max(1, round(settled[_WARMUP] * now / before))
    return settled


def check_losses(fields: Mapping[str, Any]) -> None:
    """Refuse a loss of which every term is off.

    Raises:
        PetsegError: every term that the recipe knows has the weight 0.
    """
    terms = [name for name in BY_NAME if name.startswith("loss_") and name in fields]
    if terms and not any(fields[name] for name in terms):
        raise PetsegError(
            "Every term of the loss has the weight 0, so there is nothing to learn from",
            remedy=f"Give one of them a weight: {', '.join(BY_NAME[n].label for n in terms)}.",
        )


def difference_from(
    base: Recipe, fields: Mapping[str, Any], overrides: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """What is another value than the recipe's: `{"from": …, "to": …}` by field or dotted key.

    Args:
        base: The recipe that nobody changed: of a saved one, its base.
        fields: The fields in use.
        overrides: What was changed; of dotted keys the old value is in the config only, so they
            have no `from`.
    """
    changes: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        before = base.fields.get(name, None if BY_NAME[name].optional else _ABSENT)
        if before is _ABSENT:
            changes[name] = {"to": value}
        elif before != value:
            changes[name] = {"from": before, "to": value}
    changes.update({key: {"to": value} for key, value in overrides.items() if key not in BY_NAME})
    return changes


def _as_json(key: str, value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise PetsegError(
            f"The value of {key} is not plain data ({error})",
            remedy="Give numbers, text, lists or tables.",
        ) from error
    return value
