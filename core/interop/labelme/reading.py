"""From a LabelMe file to the mask of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import PetsegError
from core.images import Array
from core.images.headers import MOST_PIXELS
from core.interop.labelme.rasterizing import rasterize
from core.interop.labelme.shapes import LabelFile, read_label_file
from core.interop.labels import LabelNames
from core.interop.problems import Problem


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMask:
    """What became of a LabelMe file.

    Attributes:
        mask: Class indices, uint8 H×W.
        problems: What was left out or cut off, in the order of the shapes.
    """

    mask: Array
    problems: tuple[Problem, ...]

    @property
    def left_out(self) -> int:
        """How many shapes are missing in the mask."""
        return sum(problem.is_left_out and problem.shape is not None for problem in self.problems)


def read_mask_of(path: Path, names: LabelNames, photo_size: tuple[int, int] | None) -> DrawnMask:
    """Read a LabelMe file and draw its shapes; see `draw`."""
    return draw(read_label_file(path), names, photo_size, path)


def draw(
    file: LabelFile, names: LabelNames, photo_size: tuple[int, int] | None, path: Path | None = None
) -> DrawnMask:
    """Draw the shapes of a file.

    Args:
        file: The file.
        names: Which label is which value.
        photo_size: Height and width of the sample's photo; None where it has none.
        path: The file, for the error message.

    Raises:
        PetsegError: it was drawn on a photo of another size, or nothing tells the size, or it is
            too large.
    """
    size = photo_size or file.size
    if size is None:
        raise PetsegError(
            "The size of the photo is not known: neither the file nor the dataset says it",
            path=path,
            remedy="Put the photo into the dataset, or save the file anew in LabelMe.",
        )
    if file.size is not None and file.size != size:
        raise PetsegError(
            f"It was drawn on a photo of {file.size[1]} × {file.size[0]} pixels, but the sample's "
            f"has {size[1]} × {size[0]}",
            path=path,
            remedy="Draw it on the photo of the dataset.",
        )
    if size[0] * size[1] > MOST_PIXELS:
        raise PetsegError(
            f"The mask would be too large ({size[1]} × {size[0]} pixels)",
            path=path,
            remedy=f"Split the photo into tiles of at most {MOST_PIXELS // 1_000_000} megapixels.",
        )
    mask, problems = rasterize(file.shapes, size, names)
    listed = sorted((*file.problems, *problems), key=lambda problem: problem.shape or 0)
    return DrawnMask(mask, tuple(listed))
