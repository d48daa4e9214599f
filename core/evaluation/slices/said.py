"""What is said of a dataset's samples, by checks and by people, as its workspace knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.dataset import Dataset
from core.dataset.workspace import open_workspace
from core.flags import Flag
from core.qa.scanning.scan import known
from core.qa.settings import CheckSettings, load
from core.review.store import ReviewStore
from core.review.values import ReviewState


@dataclass(frozen=True)
class Said:
    """What slices are cut by beside facts; see `core.evaluation.slices.slicing.make_slices`.

    Attributes:
        flags: What the checks said at the last scan.
        tags: The users' tags.
        states: The review states.
        settings: The limits of the checks.
    """

    flags: Mapping[str, Sequence[Flag]] = field(default_factory=dict)
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    states: Mapping[str, ReviewState] = field(default_factory=dict)
    settings: CheckSettings = field(default_factory=CheckSettings)


@contextmanager
def said_of(dataset: Dataset, label_set: str) -> Iterator[Said]:
    """Read it; what it gives can be asked inside the block, while the workspace is open.

    No file of the dataset is looked at, and asking makes no workspace.

    Raises:
        PetsegError: the workspace is damaged.
    """
    if not (dataset.workspace_dir / "workspace.db").exists():
        yield Said()
        return
    with open_workspace(dataset) as workspace:
        settings = load(workspace)
        store = ReviewStore(workspace)
        flags = known(dataset, label_set, workspace, settings)
        yield Said(flags, store.tags_by_sample(), store.states(), settings)
