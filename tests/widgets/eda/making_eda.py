"""Making numbers for the charts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.dataset.model import ClassInfo
from widgets.eda.data import CELLS, EdaData

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (0xE6, 0x9F, 0x00)),
    ClassInfo(2, "dog", (0x00, 0x72, 0xB2)),
)
SPLITS = ("train", "val")
WEIGHTS = {
    "inverse_frequency": (0.37, 6.63, 7.9),
    "median_frequency": (0.055, 1.0, 1.19),
    "effective_number": (0.9, 1.02, 1.08),
}

# Sample, class, area in percent, x, y. Samples 0 to 3 are of train, 4 and 5 of val.
OBJECTS = (
    (0, 1, 5.0, 0.5, 0.5),
    (0, 1, 1.0, 0.1, 0.1),
    (1, 1, 10.0, 0.5, 0.5),
    (2, 2, 20.0, 0.9, 0.9),
    (3, 2, 8.0, 0.52, 0.5),
    (4, 1, 7.0, 0.5, 0.52),
    (5, 2, 0.5, 0.03, 0.97),
)


def small_data(**changes: object) -> EdaData:
    """Six samples whose numbers can be checked by hand."""
    objects = np.array(OBJECTS, np.float64)
    columns: dict[str, object] = {
        "split": np.array([0, 0, 0, 0, 1, 1], np.int16),
        "brightness": np.array([50, 100, 150, 200, 120, np.nan], np.float32),
        "contrast": np.array([20, 30, 40, 50, 60, np.nan], np.float32),
        "components": np.array([2, 1, 1, 1, 1, 1], np.int32),
        "width": np.array([256, 256, 256, 256, 640, 0], np.int32),
        "height": np.array([256, 256, 256, 256, 480, 0], np.int32),
    }
    return _data(2, objects, {**columns, **changes})


def many_data(samples: int, objects: int, classes: int = 3, seed: int = 0) -> EdaData:
    """Any number of samples and objects, drawn by chance."""
    rng = np.random.default_rng(seed)
    rows = np.empty((objects, 5))
    rows[:, 0] = np.sort(rng.integers(0, samples, objects))
    rows[:, 1] = rng.integers(1, classes, objects)
    rows[:, 2] = np.clip(rng.lognormal(1.6, 0.9, objects), 0.02, 95)
    rows[:, 3:] = np.clip(rng.normal(0.5, 0.17, (objects, 2)), 0, 0.999)
    columns = {
        "split": np.sort(rng.choice(3, samples, p=(0.7, 0.2, 0.1))).astype(np.int16),
        "brightness": np.clip(rng.normal(115, 30, samples), 0, 255).astype(np.float32),
        "contrast": np.clip(rng.normal(55, 14, samples), 0, 128).astype(np.float32),
        "components": rng.geometric(0.6, samples).astype(np.int32),
        "width": rng.choice((256, 320, 640, 512, 500, 375, 800), samples).astype(np.int32),
        "height": np.full(samples, 256, np.int32),
    }
    return _data(3, rows, columns, class_count=classes)


def _data(
    split_count: int, objects: np.ndarray, columns: dict[str, object], class_count: int = 3
) -> EdaData:
    names = (*SPLITS, "test")[:split_count]
    split = columns["split"]
    samples = len(split)
    presence = np.zeros((samples, class_count), np.bool_)
    presence[:, 0] = True
    presence[objects[:, 0].astype(int), objects[:, 1].astype(int)] = True
    pixels = np.zeros((split_count, class_count), np.int64)
    occupancy = np.zeros((split_count, class_count, CELLS, CELLS), np.float32)
    of_split = split[objects[:, 0].astype(int)]
    kind = objects[:, 1].astype(int)
    np.add.at(pixels, (of_split, kind), (objects[:, 2] * 656).astype(np.int64))
    pixels[:, 0] = np.bincount(split, minlength=split_count) * 65_536 - pixels[:, 1:].sum(axis=1)
    y, x = ((objects[:, place] * CELLS).astype(int) for place in (4, 3))
    np.add.at(occupancy, (of_split, kind, y, x), 1)
    values = {
        "classes": _classes(class_count),
        "splits": names,
        "presence": presence,
        "object_sample": objects[:, 0].astype(np.int32),
        "object_class": objects[:, 1].astype(np.uint8),
        "object_area": objects[:, 2].astype(np.float32),
        "object_x": objects[:, 3].astype(np.float32),
        "object_y": objects[:, 4].astype(np.float32),
        "pixels": pixels,
        "occupancy": occupancy,
        "weights": WEIGHTS if class_count == 3 else {},
        "weights_split": "train",
    }
    return EdaData(**{**values, **columns})  # type: ignore[arg-type]


def _classes(count: int) -> Sequence[ClassInfo]:
    more = [
        ClassInfo(index, f"kind number {index}", (37 * index % 256, 120, 200 - index))
        for index in range(3, count)
    ]
    return (*CLASSES, *more)[:count]
