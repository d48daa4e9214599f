"""Tags: the ready-made ones, and what a tag may look like."""

from __future__ import annotations

from core.errors import PetsegError

READY_MADE_TAGS = (
    "difficult pose",
    "same colour as background",
    "thin structures",
    "small object",
)
"""The tags that are on offer in every dataset: what made the study's images hard."""

LONGEST_TAG = 60
TAG_SEPARATOR = ";"
"""Stands between tags where they are written in one cell; no tag holds it."""


def tidy_tag(text: str) -> str:
    """A typed tag as it is kept: without outer and double blanks and line ends.

    Raises:
        PetsegError: nothing is left, it is too long, or it holds the sign that separates tags.
    """
    tag = " ".join(text.split())
    if not tag or not tag.isprintable():
        what = "A tag needs at least one letter" if not tag else "The tag holds unprintable signs"
        raise PetsegError(what, remedy="Type a word or two, such as “small object”.")
    if len(tag) > LONGEST_TAG:
        raise PetsegError(
            f"The tag is too long ({len(tag)} letters)",
            remedy=f"Keep it below {LONGEST_TAG}; a note has room for more.",
        )
    if TAG_SEPARATOR in tag:
        raise PetsegError(
            f"A tag cannot hold a “{TAG_SEPARATOR}”",
            remedy="It separates tags in exported tables; add the tags one by one.",
        )
    return tag
