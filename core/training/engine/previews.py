"""Predictions of a few fixed validation samples, so that one can watch a model learn.

Knows no torch: it is given masks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import PetsegError
from core.evaluation.metrics.confusion import Mask, none_if_nan, per_image_dice
from core.files import atomic_write
from core.images import encode_mask, read_mask
from core.runs.events import Preview
from core.training.data.plan import SplitPlan

FOLDER = "previews"
COUNT = 6

# Masks that are looked at to find one of each class; a class rarer than that may be missing.
_MOST_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class ValSample:
    """A validation sample by its id and files."""

    id: str
    image: Path
    mask: Path


def choose_previews(split: SplitPlan, num_classes: int, count: int = COUNT) -> list[ValSample]:
    """Choose samples so that every class occurs in one of them, the same ones each time.

    Samples are looked at spread over the split. Each that shows a class not seen before is taken,
    and what is missing to `count` is filled up with those spread widest.

    Args:
        split: The validation split.
        num_classes: Number of classes.
        count: How many to choose at most.
    """
    samples = list(samples_of(split))
    chosen: dict[str, ValSample] = {}
    unseen = set(range(num_classes))
    spread = _spread(len(samples))
    for index in spread[:_MOST_LOOKED_AT]:
        if not unseen or len(chosen) == count:
            break
        shown = _classes_in(samples[index].mask) & unseen
        if shown:
            unseen -= shown
            chosen[samples[index].id] = samples[index]
    for index in spread:
        if len(chosen) >= count:
            break
        chosen.setdefault(samples[index].id, samples[index])
    return sorted(chosen.values(), key=lambda each: each.id)


def samples_of(split: SplitPlan) -> Iterator[ValSample]:
    """The samples of a split in the order in which the config lists them."""
    for group in split.groups:
        for name in group.names:
            yield ValSample(
                id=f"{split.split}/{name}" if split.split else name,
                image=group.image_dir / f"{name}{group.image_suffix}",
                mask=group.mask_dir / f"{name}{group.mask_suffix}",
            )


class Previews:
    """Writes the predictions of the chosen samples below `previews/<iteration>/`.

    Args:
        folder: The run's folder.
        samples: The chosen samples.
        num_classes: Number of classes.
        ignore_index: Mask value that is not measured.
    """

    def __init__(
        self, folder: Path, samples: list[ValSample], num_classes: int, ignore_index: int
    ) -> None:
        self._folder = folder
        self._by_image = {str(each.image): each for each in samples}
        self._num_classes = num_classes
        self._ignore_index = ignore_index

    def add(self, image: str, prediction: Mask, truth: Mask, iteration: int) -> Preview | None:
        """Write the prediction of a photo if it is one of the chosen; return what to tell.

        Args:
            image: Path of the photo, as the config's dataset gives it.
            prediction: Predicted classes, uint8 H×W.
            truth: True classes, uint8 H×W.
            iteration: When it was predicted.

        Raises:
            PetsegError: the file cannot be written.
        """
        sample = self._by_image.get(image)
        if sample is None:
            return None
        _, dice = per_image_dice(prediction, truth, self._num_classes, self._ignore_index)
        path = self._folder / FOLDER / str(iteration) / f"{sample.id}.png"
        atomic_write(path, encode_mask(prediction))
        return Preview(
            iteration=iteration,
            sample=sample.id,
            path=path.relative_to(self._folder).as_posix(),
            dice=none_if_nan(dice),
        )


def _spread(count: int) -> list[int]:
    """The numbers below `count` so that each prefix is spread over all (halving the gaps)."""
    bits = max(count - 1, 0).bit_length()
    turned = (int(f"{number:0{bits}b}"[::-1], 2) if bits else 0 for number in range(1 << bits))
    return [number for number in turned if number < count]


def _classes_in(mask: Path) -> set[int]:
    try:
        values = read_mask(mask)
    except PetsegError:
        return set()  # the loader will say what is wrong with it
    return set(np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist())
