"""Drawing the whole demo dataset into a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.dataset.model import SPLITS
from core.dataset.settings import (
    FILE_NAME,
    ClassSettings,
    DatasetSettings,
    default_color,
    save_settings,
)
from core.demo import DEFECTS_FILE
from core.demo.defects import is_clean
from core.demo.placement import Recipe, draw_recipes
from core.demo.planting import DefectPlan, PlantedDefect
from core.demo.scene import Picture, draw_picture
from core.errors import PetsegError
from core.files import atomic_write_text
from core.images import Array, encode_mask

CLASSES = ("background", "cat", "dog")
LABEL_SET = "labels"

# Drawn in a folder of its own, then moved in this order: the list of defects comes last, so that
# a dataset that has one is complete.
_PARTIAL = ".demo.partial"
_PARTS = ("img", LABEL_SET, FILE_NAME, DEFECTS_FILE)

# The study's 200, 120 and 120 of 440 photos.
_SHARES = (200 / 440, 120 / 440)
_JPEG_QUALITY = 92
_MIN_SIZE = 64


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was drawn.

    Attributes:
        root: The dataset's folder.
        samples: Number of samples per split.
        defects: The planted label mistakes, by sample.
    """

    root: Path
    samples: Mapping[str, int]
    defects: tuple[PlantedDefect, ...]


def make_demo(
    root: Path | str,
    *,
    images: int = 96,
    size: int = 256,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> DemoReport:
    """Draw a small dataset of cats and dogs, with known label mistakes.

    The same arguments give the same bytes. Written are `img/SPLIT/*.jpg`, `labels/SPLIT/*.png`,
    `dataset.toml`, and `demo_defects.json` with the truth about the mistakes.

    Args:
        root: Folder of the new dataset; created when absent.
        images: Number of photos.
        size: Edge length of the square photos in pixels.
        seed: Another seed gives another dataset.
        on_progress: Called with (photos done, photos in all). What it raises ends the work, and
            nothing of the dataset stays behind.

    Raises:
        PetsegError: `root` holds a dataset already, or cannot be written, or an argument is out
            of range.
    """
    folder = Path(root).expanduser()
    partial = folder / _PARTIAL
    _check_arguments(folder, images, size)
    names = _sample_names(images)
    try:
        _clear(folder)
        defects = _draw_all(partial, names, size, seed, on_progress)
        _save_settings(partial)
        _save_defects(partial / DEFECTS_FILE, defects, size, seed)
        for part in _PARTS:
            (partial / part).rename(folder / part)
        partial.rmdir()
    except OSError as error:
        _clear(folder)
        raise PetsegError(
            f"The demo dataset could not be written ({error.strerror or error})",
            path=folder,
            remedy="Choose a folder that you may write into, on a disk with free space.",
        ) from error
    except BaseException:
        _clear(folder)
        raise
    samples = {split: sum(name.startswith(f"{split}/") for name in names) for split in SPLITS}
    return DemoReport(folder, samples, tuple(defects))


def _clear(folder: Path) -> None:
    """Remove what an interrupted drawing left; it is known by its folder of unfinished work."""
    if (folder / _PARTIAL).exists():
        for part in _PARTS:
            if (folder / part).is_dir():
                shutil.rmtree(folder / part, ignore_errors=True)
            else:
                (folder / part).unlink(missing_ok=True)
        shutil.rmtree(folder / _PARTIAL, ignore_errors=True)


def _check_arguments(folder: Path, images: int, size: int) -> None:
    if images < 1:
        raise PetsegError("A demo needs at least one image", remedy="Ask for 8 images or more.")
    if size < _MIN_SIZE:
        raise PetsegError(
            f"The demo cannot be drawn at {size} pixels",
            remedy=f"Ask for a size of at least {_MIN_SIZE} pixels.",
        )
    if (folder / _PARTIAL).exists():
        return
    for part in _PARTS:
        if (folder / part).exists():
            raise PetsegError(
                "The folder holds a dataset already",
                path=folder / part,
                remedy="Choose an empty folder, or delete the old dataset first.",
            )


def _sample_names(images: int) -> list[str]:
    train = max(1, round(_SHARES[0] * images))
    val = min(images - train, max(1, round(_SHARES[1] * images)))
    counts = (train, val, images - train - val)
    splits = [split for split, count in zip(SPLITS, counts, strict=True) for _ in range(count)]
    digits = max(4, len(str(images)))
    return [f"{split}/{number:0{digits}d}" for number, split in enumerate(splits, 1)]


def _draw_all(
    folder: Path,
    names: list[str],
    size: int,
    seed: int,
    on_progress: Callable[[int, int], None] | None,
) -> list[PlantedDefect]:
    for split in SPLITS:
        (folder / "img" / split).mkdir(parents=True)
        (folder / LABEL_SET / split).mkdir(parents=True)
    recipes = draw_recipes(np.random.default_rng([seed, 0]), len(names))
    plan = DefectPlan(names, seed)
    found: dict[str, PlantedDefect] = {}

    def save(name: str, mask: Array | None, defect: PlantedDefect | None) -> None:
        path = folder / LABEL_SET / f"{name}.png"
        if defect is not None:
            found[name] = defect
        if mask is not None:
            path.write_bytes(encode_mask(mask))
        else:
            path.unlink(missing_ok=True)

    for index, (name, recipe) in enumerate(zip(names, recipes, strict=True)):
        picture = _clean_picture(recipe, size, seed, index)
        (folder / "img" / f"{name}.jpg").write_bytes(_jpeg(picture.image))
        save(name, *plan.offer(name, picture))
        if on_progress is not None:
            on_progress(index + 1, len(names))
    # Few are left over; their pictures are drawn a second time.
    for split, kind in plan.left_over():
        for index, name in enumerate(names):
            if name.startswith(f"{split}/") and name not in found:
                picture = _clean_picture(recipes[index], size, seed, index)
                planted = plan.insist(kind, name, picture)
                if planted is not None:
                    save(name, *planted)
                    break
    return [found[name] for name in names if name in found]


def _clean_picture(recipe: Recipe, size: int, seed: int, index: int) -> Picture:
    """Draw until the mask is one that no structural check could complain about."""
    for attempt in range(100):
        picture = draw_picture(np.random.default_rng([seed, 1, index, attempt]), recipe, size)
        if is_clean(picture):
            return picture
        if attempt == 20:  # tiny pictures have no room for what is far away
            recipe = Recipe(recipe.animals[:1], dark=recipe.dark)
    raise PetsegError(
        f"No clean picture could be drawn at {size} pixels", remedy="Use a larger size."
    )


def _save_settings(folder: Path) -> None:
    classes = [
        ClassSettings(name=name, color=default_color(index)) for index, name in enumerate(CLASSES)
    ]
    save_settings(folder / FILE_NAME, DatasetSettings(classes=classes))


def _jpeg(image: Array) -> bytes:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise PetsegError("A demo photo could not be encoded as JPEG")
    return bytes(data)


def _save_defects(path: Path, defects: list[PlantedDefect], size: int, seed: int) -> None:
    truth = {
        "seed": seed,
        "size": size,
        "defects": [
            {"sample": d.sample, "defect": d.defect, "check": d.check, "details": dict(d.details)}
            for d in defects
        ],
    }
    atomic_write_text(path, json.dumps(truth, indent=1) + "\n")
