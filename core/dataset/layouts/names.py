"""File names as ids that can be shown, stored and typed, whatever bytes the names consist of.

A name may hold line breaks, or bytes that are no text at all. Its printable form has those as %XX,
two hexadecimal digits per byte, and is the name itself in all but such cases.
"""

from __future__ import annotations

import os
import re
from urllib.parse import unquote_to_bytes

SPLIT = "{split}"
"""Stands for the name of a split's folder in patterns. No folder can really be called so."""

_ESCAPE = re.compile(r"%[0-9A-F]{2}")


def is_plain(text: str) -> bool:
    """Whether the names in `text` are their own printable forms."""
    return text.isprintable() and "%" not in text


def printable_name(name: str) -> str:
    """The printable form of a file name. Different names have different forms.

    Bytes that cannot be shown become %XX; so does the percent sign itself, in names that have such
    bytes or that already look as if they had.
    """
    if is_plain(name) or (name.isprintable() and not _ESCAPE.search(name)):
        return name
    return escaped(name, "%")


def real_name(printable: str) -> str:
    """The file name that has that printable form: the inverse of `printable_name`."""
    if "%" not in printable or not _ESCAPE.search(printable):
        return printable
    return os.fsdecode(unquote_to_bytes(printable))


def escaped(name: str, unwanted: str) -> str:
    """A name with the characters of `unwanted`, and all that cannot be shown, as %XX."""
    return "".join(
        char
        if char.isprintable() and char not in unwanted
        else "".join(f"%{byte:02X}" for byte in os.fsencode(char))
        for char in name
    )
