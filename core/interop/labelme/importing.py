"""LabelMe files into a label set."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from core.dataset.layouts.layout import NO_DATA
from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.interop.labelme.conversion import Conversion, Progress
from core.interop.labelme.labels import LabelNames
from core.interop.labelme.matching import SampleFinder
from core.interop.labelme.reading import draw, size_of_photo
from core.interop.labelme.shapes import read_label_file
from core.masks.saving import save_mask

DEFAULT_LABEL_SET = "labels_labelme"


def label_files(source: Path) -> list[Path]:
    """The LabelMe files of a folder and the folders in it, or the one file; sorted.

    Raises:
        PetsegError: there is no such file or folder, or no .json file in it.
    """
    if source.is_file():
        return [source]
    # Links are not followed: they could lead round in circles.
    found = [
        Path(folder) / name
        for folder, _, files in os.walk(source)
        for name in files
        if name.lower().endswith(".json") and not name.startswith(".")
    ]
    if not found:
        raise PetsegError(
            "There is no LabelMe file",
            path=source,
            remedy="Name a file that LabelMe saved, or the folder it lies in (*.json).",
        )
    return sorted(found)


def require_label_set_name(dataset: Dataset, name: str) -> str:
    """The name of a label set that is there or can be made.

    Raises:
        PetsegError: it cannot be a label set's folder.
    """
    if name in dataset.label_sets:
        return name
    is_one_folder = name == Path(name).name and "\\" not in name and ":" not in name
    taken = {dataset.image_folder, *dataset.splits, *NO_DATA}
    if not name or name.startswith(".") or not is_one_folder or name in taken:
        raise PetsegError(
            f"{name!r} cannot be the name of a label set",
            path=dataset.root,
            remedy="Take a plain name that no other folder of the dataset has, such as "
            f"{DEFAULT_LABEL_SET}.",
        )
    return name


def import_files(
    dataset: Dataset,
    workspace: Workspace,
    files: Sequence[Path],
    label_set: str,
    *,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Conversion:
    """Draw the masks of LabelMe files and write them into a label set.

    The sample of each file is found by its stem. What is written goes through `save_mask`, so the
    first version of a mask that is replaced is kept.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
        files: The LabelMe files.
        label_set: Which masks to write; a new name makes a new label set.
        overwrite: Replace masks that are there already.
        on_progress: Called with (files done, files in all).
        cancelled: Asked between files.

    Raises:
        PetsegError: the label set cannot have that name.
    """
    require_label_set_name(dataset, label_set)
    importer = _Importer(dataset, workspace, label_set, overwrite)
    for done, path in enumerate(files, 1):
        if cancelled():
            importer.result.cancelled = True
            break
        try:
            importer.take(path)
        except PetsegError as error:
            importer.result.refused.append((str(path), str(error)))
        if on_progress is not None:
            on_progress(done, len(files))
    return importer.result


class _Importer:
    """Takes one file after the other."""

    def __init__(
        self, dataset: Dataset, workspace: Workspace, label_set: str, overwrite: bool
    ) -> None:
        self.result = Conversion()
        self._dataset = dataset
        self._workspace = workspace
        self._label_set = label_set
        self._overwrite = overwrite
        self._finder = SampleFinder(dataset)
        self._names = LabelNames(dataset.classes, dataset.ignore_index)
        self._came_from: dict[str, Path] = {}

    def take(self, path: Path) -> None:
        file = read_label_file(path)
        sample = self._finder.find(path, file.image_name)
        if sample.id in self._came_from:
            raise PetsegError(
                f"Another file was taken for {sample.id} already ({self._came_from[sample.id]})",
                path=path,
                remedy="Keep one of the two.",
            )
        target = self._dataset.mask_path(sample, self._label_set)
        before = _signature(target)
        if before is not None and not self._overwrite:
            raise PetsegError(
                f"{sample.id} has a mask in {self._label_set} already",
                path=target,
                remedy="Choose another label set, or say that masks may be overwritten.",
            )
        drawn = draw(file, self._names, size_of_photo(sample), path)
        save_mask(self._dataset, self._workspace, sample, self._label_set, drawn.mask)
        self._came_from[sample.id] = path
        result = self.result
        result.problems += [(str(path), problem) for problem in drawn.problems]
        (result.unchanged if _signature(target) == before else result.written).append(sample.id)


def _signature(path: Path) -> tuple[int, int] | None:
    """What tells a version of a file from another: time and inode; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
