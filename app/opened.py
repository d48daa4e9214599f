"""Everything the window needs to know of a dataset, read at once and off the UI thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.qa.scan import known
from core.qa.settings import CheckSettings, load
from core.qa.table import ScanTable


@dataclass(frozen=True)
class Opened:
    """A dataset with its workspace, and what is known of it from earlier.

    Attributes:
        dataset: The dataset.
        workspace: Its workspace, open.
        label_set: The label set to begin with.
        checks: Which checks are on, with their limits.
        flags: What the last scan of that label set found.
        excluded: The samples left out of training, with the reasons.
    """

    dataset: Dataset
    workspace: Workspace
    label_set: str
    checks: CheckSettings
    flags: ScanTable
    excluded: dict[str, str]


def open_with_workspace(
    path: Path | str, workspace: Path | str | None = None, *, layout: str | None = None
) -> Opened:
    """Open a dataset and read what its workspace knows.

    Raises:
        PetsegError: it cannot be opened, or its workspace cannot.
        AmbiguousLayout: the folder can be read in several ways; choose one as `layout`.
    """
    dataset = open_dataset(path, workspace=workspace, layout=layout)
    opened = open_workspace(dataset)
    try:
        label_set = dataset.default_label_set
        settings = load(opened)
        return Opened(
            dataset,
            opened,
            label_set,
            settings,
            known(dataset, label_set, opened, settings),
            opened.exclusions(),
        )
    except BaseException:
        opened.close()
        raise
