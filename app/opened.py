"""Everything the window needs to know of a dataset, read at once and off the UI thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.dataset import Dataset, open_dataset, remember_listing
from core.dataset.settings import FILE_NAME, save_settings, settings_of
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.qa.scanning.scan import known
from core.qa.scanning.table import ScanTable
from core.qa.settings import CheckSettings, load
from core.review.store import ReviewStore
from core.review.values import Review

# Of more samples than this the gallery is shown first, and then their flags.
_MANY = 10_000


@dataclass(frozen=True)
class Opened:
    """A dataset with its workspace, and what is known of it from earlier.

    Attributes:
        dataset: The dataset.
        workspace: Its workspace, open.
        label_set: The label set to begin with.
        checks: Which checks are on, with their limits.
        flags: What the last scan of that label set found; None when that has still to be read,
            because there is much of it.
        excluded: The samples left out of training, with the reasons.
        reviews: Tags, review states and notes by sample.
        problem: What could not be read of the workspace, in words.
    """

    dataset: Dataset
    workspace: Workspace
    label_set: str
    checks: CheckSettings
    flags: ScanTable | None
    excluded: dict[str, str]
    reviews: dict[str, Review]
    problem: str = ""


def open_with_workspace(
    path: Path | str,
    workspace: Path | str | None = None,
    *,
    layout: str | None = None,
    remember_layout: bool = False,
) -> Opened:
    """Open a dataset and read what its workspace knows.

    Args:
        path: The dataset's folder.
        workspace: See `open_dataset`.
        layout: How to read the folder, where it can be read in several ways.
        remember_layout: Whether to write that into the dataset's settings.

    Raises:
        PetsegError: it cannot be opened, or its workspace cannot.
        AmbiguousLayout: the folder can be read in several ways; choose one as `layout`.
    """
    dataset = open_dataset(path, workspace=workspace, layout=layout)
    if layout is not None and remember_layout:
        settings = settings_of(dataset.classes, dataset.ignore_index, dataset.coding, layout)
        save_settings(dataset.root / FILE_NAME, settings)
    opened = open_workspace(dataset)
    try:
        remember_listing(dataset)
        label_set = dataset.default_label_set
        problem = ""
        try:
            checks = load(opened)
        except PetsegError as error:
            checks, problem = CheckSettings(), f"{error} The defaults are used until then."
        return Opened(
            dataset,
            opened,
            label_set,
            checks,
            known(dataset, label_set, opened, checks) if len(dataset.samples) <= _MANY else None,
            opened.exclusions(),
            ReviewStore(opened).reviews(),
            problem,
        )
    except BaseException:
        opened.close()
        raise
