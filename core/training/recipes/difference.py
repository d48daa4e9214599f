"""Two configs held against each other: which dotted keys have other values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ABSENT = object()


def flatten(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested dicts and lists by its dotted key, as `--set` takes it.

    A list of plain values is one value; a list of tables is taken apart, by number. An empty table
    or list is a value too.
    """
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from flatten(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple) and any(isinstance(each, dict) for each in value):
        for number, item in enumerate(value):
            yield from flatten(item, f"{key}.{number}")
    else:
        yield key, value


def config_changes(
    before: dict[str, Any], after: dict[str, Any]
) -> list[tuple[str, str | None, str | None]]:
    """The dotted keys whose values differ, in the order of the second config.

    Args:
        before: A config as nested plain data.
        after: Another one.

    Returns:
        Key, value before and value after, written as Python; None for a key that is not there.
    """
    old, new = dict(flatten(before)), dict(flatten(after))
    keys = [*new, *(key for key in old if key not in new)]
    return [
        (key, _text(old.get(key, _ABSENT)), _text(new.get(key, _ABSENT)))
        for key in keys
        if _same(old.get(key, _ABSENT)) != _same(new.get(key, _ABSENT))
    ]


def _text(value: Any) -> str | None:
    return None if value is _ABSENT else repr(value)


def _same(value: Any) -> Any:
    """A tuple and a list of the same values are no difference to anybody."""
    if isinstance(value, list | tuple):
        return [_same(each) for each in value]
    return value
