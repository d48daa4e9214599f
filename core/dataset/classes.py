"""Finding the classes of a dataset that comes without a `dataset.toml`."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.model import ClassInfo
from core.dataset.settings import ClassSettings, DatasetSettings, default_color
from core.errors import PetsegError
from core.images import read_mask

_MASKS_TO_LOOK_AT = 48


def guess_classes(
    masks: Iterable[Path], image_folder: str, ignore_index: int = 255
) -> tuple[tuple[ClassInfo, ...], str]:
    """Name the classes from the values in some of the masks.

    A class list in `configs/classes` whose conditions hold gives the names; otherwise the classes
    are called background, class 1, class 2, and so on. A value that only a single mask holds is
    taken for a mistake in that mask, which the class_values check reports.

    Returns:
        The classes, and a sentence that says where their names come from.
    """
    values = _frequent_values(masks, ignore_index)
    for name, match, settings in _known_lists():
        if match.get("image_folder") == image_folder and values <= set(match["values"]):
            return settings.class_infos(), f"class names from the known list '{name}'"
    highest = max(values, default=1)
    settings = DatasetSettings(
        classes=[
            ClassSettings(name=_plain_name(index), color=default_color(index))
            for index in range(min(highest, 254) + 1)
        ]
    )
    return settings.class_infos(), "classes from the values in the masks; name them in dataset.toml"


def _plain_name(index: int) -> str:
    return "background" if index == 0 else f"class {index}"


def _frequent_values(masks: Iterable[Path], ignore_index: int) -> set[int]:
    paths = list(masks)
    step = max(1, len(paths) // _MASKS_TO_LOOK_AT)
    counts: Counter[int] = Counter()
    looked_at = 0
    for path in paths[::step]:
        try:
            found = np.unique(read_mask(path))
        except PetsegError:
            continue  # reported by the checks, sample by sample
        looked_at += 1
        counts.update(int(value) for value in found if value != ignore_index)
    needed = 2 if looked_at >= 4 else 1
    return {value for value, count in counts.items() if count >= needed}


def _known_lists() -> list[tuple[str, dict[str, Any], DatasetSettings]]:
    known = []
    folder = resources.files("configs") / "classes"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text("utf-8"))
            match = data.pop("match")
            known.append((entry.name[:-5], match, DatasetSettings.model_validate(data)))
    return known
