"""`config.json`: a resolved MMEngine config as data.

JSON knows no tuples and no infinities, and MMSegmentation asks for tuples in places: a tuple is
written as `{"__tuple__": [...]}`, a number that JSON cannot hold as `{"__float__": "inf"}`.
Nothing is executed when the file is read.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from core.errors import PetsegError

_TUPLE, _FLOAT = "__tuple__", "__float__"


def dump_config(config: dict[str, Any]) -> str:
    """Write a config as JSON text.

    Args:
        config: Nested dicts, lists, tuples, strings, numbers, booleans and None. Keys are strings.

    Raises:
        PetsegError: it holds something else, such as a function.
    """
    return json.dumps(_encode(config, "config"), indent=1, allow_nan=False) + "\n"


def parse_config(text: str | bytes, path: Path | None = None) -> dict[str, Any]:
    """Read what `dump_config` wrote.

    Raises:
        PetsegError: the text is damaged.
    """
    try:
        config = _decode(json.loads(text))
        if isinstance(config, dict):
            return config
        reason = "it is no table"
    except (ValueError, TypeError, RecursionError) as error:
        reason = str(error)
    raise PetsegError(
        f"The run's config cannot be read ({reason})",
        path=path,
        remedy="Restore config.json from a copy, or train again.",
    )


def load_config(path: Path) -> dict[str, Any]:
    """Read a run's `config.json` as nested plain dicts.

    Raises:
        PetsegError: the file is missing or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PetsegError(
            f"The run's config cannot be read ({error.strerror or error})",
            path=path,
            remedy="The run has never begun to train, or its folder is incomplete: train again.",
        ) from error
    return parse_config(data, path)


def _encode(value: Any, place: str) -> Any:
    if isinstance(value, dict):
        encoded = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise _not_data(f"{place}: the key {key!r} is not text")
            encoded[key] = _encode(item, f"{place}.{key}")
        # A dict that looks like one of our tags is wrapped, so that it comes back as it was.
        return {_TUPLE: None, "dict": encoded} if encoded.keys() & {_TUPLE, _FLOAT} else encoded
    if isinstance(value, tuple):
        return {_TUPLE: [_encode(item, f"{place}[]") for item in value]}
    if isinstance(value, list):
        return [_encode(item, f"{place}[]") for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise _not_data(f"{place} is a {type(value).__name__}")


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TUPLE in value:
        if value[_TUPLE] is None:
            return {key: _decode(item) for key, item in value["dict"].items()}
        return tuple(_decode(item) for item in value[_TUPLE])
    if _FLOAT in value:
        return float(value[_FLOAT])
    return {key: _decode(item) for key, item in value.items()}


def _not_data(what: str) -> PetsegError:
    return PetsegError(
        f"The config is not plain data ({what})",
        remedy="Use names of registered modules instead of objects.",
    )
