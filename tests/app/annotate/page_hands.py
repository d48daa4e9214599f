"""The Annotate page with one of its companions, and hands that use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app.pages.annotate import companions
from tests.app.annotate.desk import Desk as Hands

T = TypeVar("T")


def companion(hands: Hands, kind: Callable[[companions.Desk], T]) -> T:
    """The page's companion of a kind; it is added to a page that has none."""
    page = hands.page
    for one in page.companions:
        if isinstance(one, kind):  # type: ignore[arg-type]
            return one
    made = kind(
        companions.Desk(hands.session, hands.jobs, page.view, page.showing.shown, page.save)
    )
    page.companions.append(made)  # type: ignore[arg-type]
    return made
