"""Finding things in a config: nested plain dicts and lists, as MMEngine's `to_dict` gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Config = dict[str, Any]


def pipelines(config: Config) -> Iterator[list[Config]]:
    """Every data pipeline of a config: a list of transforms."""
    for key in ("train_pipeline", "test_pipeline"):
        if isinstance(config.get(key), list):
            yield config[key]
    for loader in ("train_dataloader", "val_dataloader", "test_dataloader"):
        pipeline = value_at(config, (loader, "dataset", "pipeline"))
        if isinstance(pipeline, list):
            yield pipeline


def transforms(config: Config) -> Iterator[Config]:
    """Every transform of every pipeline, nested ones included."""
    for pipeline in pipelines(config):
        yield from tables(pipeline)


def tables(value: Any) -> Iterator[Config]:
    """Every dict inside a nested value, itself included."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from tables(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tables(item)


def type_of(table: Config) -> str:
    """The name of what a table builds, without the registry's scope; "" where it says none."""
    name = table.get("type")
    return name.rpartition(".")[2] if isinstance(name, str) else ""


def value_at(config: Config, path: tuple[str, ...]) -> Any:
    """The value at a path of keys; None where there is none."""
    value: Any = config
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def schedulers(config: Config) -> list[Config]:
    """The schedulers of the learning rate. By our recipes' habit the last one is the main one."""
    found = config.get("param_scheduler") or []
    return found if isinstance(found, list) else [found]


def loss_terms(config: Config) -> Iterator[Config]:
    """The terms of the decoder's loss; auxiliary heads have losses of their own."""
    heads = value_at(config, ("model", "decode_head"))
    for head in heads if isinstance(heads, list) else [heads]:
        terms = head.get("loss_decode") if isinstance(head, dict) else None
        for term in terms if isinstance(terms, list | tuple) else [terms]:
            if isinstance(term, dict):
                yield term
