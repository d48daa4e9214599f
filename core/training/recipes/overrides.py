"""`--set key=value`: parsing without evaluating anything."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from core.errors import PetsegError

_KEY = re.compile(r"[A-Za-z_]\w*(\.\w+)*")
_BARE_WORD = re.compile(r"[A-Za-z_][\w./:@+-]*")


def parse_override(text: str) -> tuple[str, Any]:
    """Split `key=value` and read the value as JSON or as a Python literal.

    A bare word is taken as text, so that `optim_wrapper.optimizer.type=SGD` needs no quotes.

    Raises:
        PetsegError: there is no key, or the value is none of these.
    """
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not _KEY.fullmatch(key):
        raise PetsegError(
            f"{text!r} is not of the form key=value",
            remedy="For example: --set max_iters=200, or --set model.decode_head.channels=64.",
        )
    return key, parse_value(value.strip(), key)


def parse_value(text: str, key: str = "value") -> Any:
    """Read one value: JSON, a Python literal, or a bare word; see `parse_override`."""
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        pass
    if _BARE_WORD.fullmatch(text):
        return text
    raise PetsegError(
        f"The value of {key} cannot be read: {text!r}",
        remedy='Give a number, text, or a list such as [0.2, 1, 1]; put text with blanks in "...".',
    )
