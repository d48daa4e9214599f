"""One of the companions of an Annotate page on which hands work."""

from __future__ import annotations

from typing import TypeVar

from tests.app.annotate.desk import Desk as Hands

__all__ = ["Hands", "companion"]

T = TypeVar("T")


def companion(hands: Hands, kind: type[T]) -> T:
    """The page's companion of a kind."""
    return next(one for one in hands.page.companions if isinstance(one, kind))
