"""The trackers there are, and whether their packages are installed. No tracker is loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from core.errors import PetsegError

NOTHING = "none"


@dataclass(frozen=True, slots=True)
class TrackerKind:
    """A tracker: the form's word for it, its name, and the packages that it needs."""

    id: str
    title: str
    packages: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Its packages that are not installed."""
        return tuple(name for name in self.packages if find_spec(name) is None)


TRACKERS: tuple[TrackerKind, ...] = (
    TrackerKind("clearml", "ClearML", ("clearml",)),
    # MLflow keeps a local store in SQLite, through these two.
    TrackerKind("mlflow", "MLflow", ("mlflow", "sqlalchemy", "alembic")),
    TrackerKind("tensorboard", "TensorBoard", ("tensorboard",)),
)
BY_ID: Mapping[str, TrackerKind] = {kind.id: kind for kind in TRACKERS}


def require_tracker(tracking: Any) -> TrackerKind | None:
    """The tracker that the field `tracking` names; None for none.

    Raises:
        PetsegError: there is no such tracker, or its package is not installed.
    """
    if tracking in (None, "", NOTHING):
        return None
    kind = BY_ID.get(str(tracking))
    if kind is None:
        raise PetsegError(
            f"There is no tracker {tracking!r}", remedy=f"Use {NOTHING}, {', '.join(BY_ID)}."
        )
    if kind.missing:
        raise PetsegError(
            f"Tracking with {kind.title} needs a package that is not installed "
            f"({', '.join(kind.missing)})",
            remedy=f"Install it with: pip install petseg-workbench[{kind.id}], or set "
            f"tracking={NOTHING}.",
        )
    return kind
