"""Putting the form's fields and dotted keys into an MMSegmentation config.

The functions change a config in place. A config is nested plain dicts and lists, as
`mmengine.Config.to_dict` gives it; MMEngine itself is not needed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import PetsegError
from core.training.recipes.config_parts import Config, pipelines, tables, value_at
from core.training.recipes.fields import BY_NAME
from core.training.recipes.setters import SETTERS

__all__ = ["Config", "apply_fields", "apply_overrides", "pipelines", "tables"]


def apply_fields(config: Config, fields: Mapping[str, Any]) -> None:
    """Put the values of form fields into their places in a config.

    Applying the values that the config's own recipe states changes nothing. `epochs` and
    `class_weights` need the dataset and are resolved before (see `core.training.recipes.assemble`).
    """
    for name, setter in SETTERS.items():
        if fields.get(name) is None:
            continue
        value = BY_NAME[name].parse(fields[name])  # run.json gives lists for sizes
        setter(config, value)
        if name in config:  # keeps the literals at the head of config.py true
            config[name] = value
    if "epochs" in config and "epochs" in fields:
        config["epochs"] = fields["epochs"]


def apply_overrides(config: Config, overrides: Mapping[str, Any]) -> None:
    """Put values at dotted places, such as `model.decode_head.channels`.

    Numbers in a path pick from lists. A change below `train_pipeline` or `test_pipeline` also
    reaches the data loaders.

    Raises:
        PetsegError: a part of the path before the last does not exist.
    """
    for key, value in overrides.items():
        path = key.split(".")
        _set_at(config, path, value, key)
        for alias in _PIPELINE_PLACES.get(path[0], ()):
            if value_at(config, alias) is not None:
                _set_at(config, [*alias, *path[1:]], value, key)


_PIPELINE_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "train_pipeline": (("train_dataloader", "dataset", "pipeline"),),
    "test_pipeline": (
        ("val_dataloader", "dataset", "pipeline"),
        ("test_dataloader", "dataset", "pipeline"),
    ),
}


def _set_at(config: Config, path: list[str], value: Any, key: str) -> None:
    place: Any = config
    for part in path[:-1]:
        place = _step(place, part, key)
    last = path[-1]
    if isinstance(place, list):
        place[_index(place, last, key)] = value
    elif isinstance(place, dict):
        # JSON has no tuples, and MMSegmentation asks for them in places.
        place[last] = tuple(value) if isinstance(place.get(last), tuple) else value
    else:
        raise _no_place(key, last)


def _step(place: Any, part: str, key: str) -> Any:
    if isinstance(place, list | tuple):
        return place[_index(place, part, key)]
    if isinstance(place, dict) and part in place:
        return place[part]
    raise _no_place(key, part)


def _index(place: list[Any] | tuple[Any, ...], part: str, key: str) -> int:
    if part.isdecimal() and int(part) < len(place):
        return int(part)
    raise _no_place(key, part)


def _no_place(key: str, part: str) -> PetsegError:
    return PetsegError(
        f"The config has no place {key} (there is no {part!r} at that point)",
        remedy="Look at the recipe's file in configs for the names of its parts.",
    )
