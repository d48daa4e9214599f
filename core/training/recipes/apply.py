"""Where the form's fields and dotted keys live inside an MMSegmentation config.

The functions change a config in place. A config is nested plain dicts and lists, as
`mmengine.Config.to_dict` gives it; MMEngine itself is not needed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME

Config = dict[str, Any]


def apply_fields(config: Config, fields: Mapping[str, Any]) -> None:
    """Put the values of form fields into their places in a config.

    Applying the values that the config's own recipe states changes nothing. `epochs` and
    `class_weights` need the dataset and are resolved before (see `core.training.recipes.assemble`).
    """
    for name, setter in _SETTERS.items():
        if fields.get(name) is None:
            continue
        value = BY_NAME[name].parse(fields[name])  # run.json gives lists for sizes
        setter(config, value)
        if name in config:  # keeps the literals at the head of config.py true
            config[name] = value


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
            if _get(config, alias) is not None:
                _set_at(config, [*alias, *path[1:]], value, key)


def pipelines(config: Config) -> Iterator[list[Config]]:
    """Every data pipeline of a config: a list of transforms."""
    for key in ("train_pipeline", "test_pipeline"):
        if isinstance(config.get(key), list):
            yield config[key]
    for loader in ("train_dataloader", "val_dataloader", "test_dataloader"):
        pipeline = _get(config, (loader, "dataset", "pipeline"))
        if isinstance(pipeline, list):
            yield pipeline


def tables(value: Any) -> Iterator[Config]:
    """Every dict inside a nested value, itself included."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from tables(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tables(item)


def _set_max_iters(config: Config, value: int) -> None:
    train = config["train_cfg"]
    old = train["max_iters"]
    train["max_iters"] = value
    if value == old:
        return
    # Warm-up and decay keep their shares of the run.
    for scheduler in _schedulers(config):
        for key in ("begin", "end", "total_steps", "T_max"):
            if isinstance(scheduler.get(key), int):
                scheduler[key] = round(scheduler[key] * value / old)
        if isinstance(scheduler.get("end"), int):
            scheduler["end"] = max(scheduler["end"], scheduler.get("begin", 0) + 1)


def _schedulers(config: Config) -> list[Config]:
    schedulers = config.get("param_scheduler") or []
    return schedulers if isinstance(schedulers, list) else [schedulers]


def _set_batch_size(config: Config, value: int) -> None:
    config["train_dataloader"]["batch_size"] = value


def _set_lr(config: Config, value: float) -> None:
    optimizer = config["optim_wrapper"]["optimizer"]
    old = optimizer["lr"]
    optimizer["lr"] = value
    for scheduler in _schedulers(config):
        if scheduler.get("eta_max") == old:
            scheduler["eta_max"] = value


def _set_weight_decay(config: Config, value: float) -> None:
    config["optim_wrapper"]["optimizer"]["weight_decay"] = value


def _set_image_size(config: Config, value: tuple[int, int]) -> None:
    height, width = value
    for pipeline in pipelines(config):
        for transform in tables(pipeline):
            if transform.get("type") in ("RandomResize", "Resize") and "scale" in transform:
                transform["scale"] = (width, height)  # MMCV says width first


def _set_crop_size(config: Config, value: tuple[int, int]) -> None:
    preprocessors = [
        each for each in tables(config) if each.get("type") == "SegDataPreProcessor"
    ] + [config["data_preprocessor"]] * ("data_preprocessor" in config)
    for preprocessor in preprocessors:
        if preprocessor.get("size") is not None:
            preprocessor["size"] = value
    for pipeline in pipelines(config):
        for transform in tables(pipeline):
            if "crop_size" in transform:
                transform["crop_size"] = value


def _set_val_interval(config: Config, value: int) -> None:
    config["train_cfg"]["val_interval"] = value
    checkpoint = _get(config, ("default_hooks", "checkpoint"))
    if checkpoint is not None:
        checkpoint["interval"] = value


def _set_seed(config: Config, value: int) -> None:
    config.setdefault("randomness", {})["seed"] = value


def _set_nothing(config: Config, value: Any) -> None:
    """For fields that our worker reads at the top of the config: there is no other place."""


def _set_num_workers(config: Config, value: int) -> None:
    loader = config["train_dataloader"]
    loader["num_workers"] = value
    if value > 0:
        loader["persistent_workers"] = True
    else:
        loader.pop("persistent_workers", None)


_SETTERS: dict[str, Callable[[Config, Any], None]] = {
    "max_iters": _set_max_iters,
    "batch_size": _set_batch_size,
    "lr": _set_lr,
    "weight_decay": _set_weight_decay,
    "image_size": _set_image_size,
    "crop_size": _set_crop_size,
    "val_interval": _set_val_interval,
    "seed": _set_seed,
    "num_workers": _set_num_workers,
    "precision": _set_nothing,
    "ema": _set_nothing,
    "early_stop": _set_nothing,
    "cache": _set_nothing,
    "tracking": _set_nothing,
    "goal": _set_nothing,
}

_PIPELINE_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "train_pipeline": (("train_dataloader", "dataset", "pipeline"),),
    "test_pipeline": (
        ("val_dataloader", "dataset", "pipeline"),
        ("test_dataloader", "dataset", "pipeline"),
    ),
}


def _get(config: Config, path: tuple[str, ...]) -> Any:
    value: Any = config
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


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
