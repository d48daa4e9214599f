"""Finding the classes of a dataset that comes without a `dataset.toml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.dataset.encoding.coding import MOST_CLASSES
from core.dataset.encoding.known_classes import is_voc_palette, known_classes
from core.dataset.model import ClassInfo
from core.dataset.settings import ClassSettings, DatasetSettings, default_color
from core.errors import PetsegError
from core.files import read_bytes
from core.images.mask_files import open_mask_file

_MASKS_TO_LOOK_AT = 48
_BLACK, _WHITE = 0, 255


def guess_settings(
    masks: Iterable[Path], image_folder: str, ignore_index: int = 255
) -> tuple[DatasetSettings, str]:
    """Name the classes from the values in some of the masks.

    A class list in `configs/classes` whose conditions hold gives the names. Masks in black and
    white (0 and 255) get the classes background and object, with a coding. Otherwise the classes
    are called background, class 1, class 2, and so on. A value that only a single mask holds is
    taken for a mistake in that mask, which the class_values check reports. Masks that hold colours
    say nothing here: `core.dataset.encoding.report` tells what is in them.

    Returns:
        The settings, and a sentence that says where they come from.
    """
    seen = _look_at(list(masks))
    values = seen.values - {ignore_index}
    for known in known_classes():
        if known.fits(values, image_folder, voc_palette=seen.has_voc_palette):
            return known.settings, f"class names from the known list '{known.name}'"
    if seen.values and seen.values <= {_BLACK, _WHITE} and _WHITE in seen.values:
        return _black_and_white(), "masks in black and white: 255 is read as the class object"
    highest = max(values, default=1)
    names = (_plain_name(index) for index in range(min(highest, MOST_CLASSES - 1) + 1))
    settings = DatasetSettings(
        classes=[
            ClassSettings(name=name, color=default_color(index)) for index, name in enumerate(names)
        ],
        ignore_index=ignore_index,
    )
    if seen.colorful:
        return settings, (
            "the masks hold colours: say which is which class (More → Values in the masks, or "
            "dataset.toml)"
        )
    return settings, "classes from the values in the masks; name them in dataset.toml"


def guess_classes(
    masks: Iterable[Path], image_folder: str, ignore_index: int = 255
) -> tuple[tuple[ClassInfo, ...], str]:
    """The classes of `guess_settings`, and where their names come from."""
    settings, note = guess_settings(masks, image_folder, ignore_index)
    return settings.class_infos(), note


@dataclass
class _Seen:
    """What some masks hold: values in more than one of them, colours, VOC's palette."""

    values: set[int] = field(default_factory=set)
    colorful: int = 0
    has_voc_palette: bool = False


def _look_at(paths: list[Path]) -> _Seen:
    step = max(1, len(paths) // _MASKS_TO_LOOK_AT)
    counts: Counter[int] = Counter()
    palettes: list[bool] = []
    seen = _Seen()
    looked_at = 0
    for path in paths[::step]:
        try:
            file = open_mask_file(read_bytes(path), path)
        except PetsegError:
            continue  # reported by the checks, sample by sample
        looked_at += 1
        if file.is_color:
            seen.colorful += 1
            continue
        values = np.flatnonzero(np.bincount(file.pixels.ravel())).tolist()
        counts.update(values)
        palettes.append(is_voc_palette(file.palette, [v for v in values if v < _WHITE]))
    needed = 2 if looked_at >= 4 else 1
    seen.values = {value for value, count in counts.items() if count >= needed}
    seen.has_voc_palette = bool(palettes) and all(palettes)
    return seen


def _black_and_white() -> DatasetSettings:
    return DatasetSettings(
        classes=[
            ClassSettings(name="background", color=default_color(0), mask_values=[_BLACK]),
            ClassSettings(name="object", color=default_color(1), mask_values=[_WHITE]),
        ]
    )


def _plain_name(index: int) -> str:
    return "background" if index == 0 else f"class {index}"
