"""LabelMe files into a label set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.interop.conversion import Conversion, Progress
from core.interop.label_sets import MaskTaker, json_files, size_of_photo
from core.interop.labelme.reading import draw
from core.interop.labelme.shapes import read_label_file
from core.interop.labels import LabelNames
from core.interop.matching import SampleFinder

DEFAULT_LABEL_SET = "labels_labelme"

# Of a file that is refused, more shapes than this are not told one by one.
_TOLD = 3


def label_files(source: Path) -> list[Path]:
    """The LabelMe files of a folder and the folders in it, or the one file; sorted.

    Raises:
        PetsegError: there is no such file or folder, or no .json file in it.
    """
    return json_files(source, "LabelMe")


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
    taker = MaskTaker(dataset, workspace, label_set, overwrite=overwrite)
    finder = SampleFinder(dataset)
    names = LabelNames(dataset.classes, dataset.ignore_index)
    result = taker.result
    for done, path in enumerate(files, 1):
        if cancelled():
            result.cancelled = True
            break
        try:
            file = read_label_file(path)
            sample = finder.find(path, file.image_name)
            taker.require_free(sample, path)
            drawn = draw(file, names, size_of_photo(sample), path)
            if drawn.left_out and not drawn.mask.any():
                # An empty mask would say that somebody looked and saw nothing.
                reasons = " ".join(map(str, drawn.problems[:_TOLD]))
                raise PetsegError("None of its shapes could be taken", path=path, remedy=reasons)
            taker.take(sample, path, drawn.mask)
            result.problems += [(str(path), problem) for problem in drawn.problems]
        except PetsegError as error:
            result.refused.append((str(path), str(error)))
        if on_progress is not None:
            on_progress(done, len(files))
    return result
