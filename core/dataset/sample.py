"""A sample: one image and its masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """One image and its masks.

    Attributes:
        split: `train`, `val`, `test` or another folder name; "" in a dataset without splits.
        stem: What the names of the photo and its masks have in common, unique inside its split.
            It can always be shown and written down (see `core.dataset.layouts.names`), whatever
            bytes the files' names consist of.
        image: The photo; None when only a mask was found.
        masks: Mask file by label set; a label set without a file for this sample is absent.
        others: Further files of the same name and role, such as `a.png` beside the photo `a.jpg`;
            they are not used.
    """

    split: str
    stem: str
    image: Path | None
    masks: Mapping[str, Path]
    others: tuple[Path, ...] = ()

    @property
    def id(self) -> str:
        """The sample's identity, `split/stem`."""
        return f"{self.split}/{self.stem}" if self.split else self.stem
