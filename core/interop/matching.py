"""Which sample another program's file belongs to: found by names, no path is ever followed."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePath

from core.dataset.layouts.names import printable_name
from core.dataset.model import Dataset
from core.dataset.sample import Sample
from core.errors import PetsegError


class SampleFinder:
    """Finds the sample of a file by its stem.

    Args:
        dataset: Where to look.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._by_stem: defaultdict[str, list[Sample]] = defaultdict(list)
        for sample in dataset.samples:
            self._by_stem[sample.stem].append(sample)

    def find(self, path: Path, image_name: str = "", split: str | None = None) -> Sample:
        """The sample of a file.

        Its own stem is looked for first, then the stem of the photo it names. Where several splits
        have a sample of that stem, the folder that the file lies in says which.

        Args:
            path: The file.
            image_name: The photo's file name as the file has it, without a folder.
            split: The split, where something other than the folder says it.

        Raises:
            PetsegError: there is no such sample, or several.
        """
        stems = dict.fromkeys((path.stem, PurePath(image_name).stem))
        for stem in stems:
            found = self._by_stem.get(printable_name(stem), []) if stem else []
            if len(found) > 1:
                wanted = printable_name(path.parent.name) if split is None else split
                found = [sample for sample in found if sample.split == wanted] or found
            if len(found) == 1:
                return found[0]
            if found:
                splits = ", ".join(sample.split or "no split" for sample in found)
                raise PetsegError(
                    f"Several samples are called {found[0].stem} ({splits})",
                    path=path,
                    remedy="Put the file into a folder that is named after its split.",
                )
        raise PetsegError(
            "No sample of the dataset has this name",
            path=path,
            remedy="The file must be called as the sample's photo is, but for its ending.",
        )
