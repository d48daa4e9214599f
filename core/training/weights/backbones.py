"""Which backbone a config names, read as text: the window asks, and executes no config."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import PetsegError
from core.training.recipes.reading import bases_of, find_base

# What a backbone is set to where a config does not say.
_DEFAULTS: Mapping[str, Any] = {"widen_factor": 1.0}

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Backbone:
    """A backbone in a config: its type, without the registry's scope, and its settings."""

    type: str
    settings: Mapping[str, Any]

    def setting(self, key: str) -> Any:
        """The value at a dotted key, lists as tuples; None where nothing is said or known."""
        value: Any = self.settings
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return _DEFAULTS.get(key)
        return tuple(value) if isinstance(value, list) else value


def backbone_of(config: Path) -> Backbone | None:
    """The backbone of a config and its bases; None when it names none in plain words.

    `dict(…)`, literals, and names of either are understood, which is what configs consist of.

    Raises:
        PetsegError: a file cannot be read, or is no Python.
    """
    model = _read(config, ()).get("model")
    backbone = model.get("backbone") if isinstance(model, dict) else None
    if not isinstance(backbone, dict) or not isinstance(backbone.get("type"), str):
        return None
    return Backbone(backbone["type"].rpartition(".")[2], backbone)


def _read(path: Path, inside: tuple[Path, ...]) -> Table:
    """Every top-level value of a config, its bases' merged in as MMEngine does it."""
    if path in inside:
        raise PetsegError("The config is its own base", path=path, remedy="Correct its _base_.")
    own: Table = {}
    for statement in _parse(path).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            own[statement.targets[0].id] = _value(statement.value, own)
    own.pop("_base_", None)
    merged: Table = {}
    for name in bases_of(path):
        base = find_base(path, name)
        if base is not None:
            merged |= _read(base, (*inside, path))
    return _merge(own, merged)


def _merge(own: Table, base: Table) -> Table:
    if own.get("_delete_"):
        return {key: value for key, value in own.items() if key != "_delete_"}
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _merge(value, below) if both and isinstance(below, dict) else value
    return merged


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """What an expression stands for; None for one that is more than data."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names.get(name)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item, names) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {
                key.value: _value(value, names)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            table: Table = {}
            for keyword in keywords:
                value = _value(keyword.value, names)
                if keyword.arg is not None:
                    table[keyword.arg] = value
                elif isinstance(value, dict):  # dict(**other)
                    table |= value
            return table
    return None


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"), filename=str(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise PetsegError(
            f"The config cannot be read ({error})",
            path=path,
            remedy="Correct the file, or install the program again.",
        ) from error
