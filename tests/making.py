"""Making small datasets on disk for tests."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

Array = np.ndarray


def blob(size: int = 64, value: int = 1) -> Array:
    """A mask with one round object in the middle."""
    mask = np.zeros((size, size), np.uint8)
    cv2.circle(mask, (size // 2, size // 2), size // 4, value, -1)
    return mask


def photo_of(mask: Array, seed: int = 0) -> Array:
    """A photo, RGB, in which the mask's objects stand out from a ground that no other seed has."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(40, 110, (5, 5, 3), np.uint8)
    size = (mask.shape[1], mask.shape[0])
    ground = cv2.resize(patches, size, interpolation=cv2.INTER_LINEAR)
    ground += rng.integers(0, 10, ground.shape, np.uint8)
    ground[mask > 0] += 90
    return ground


def write_sample(
    root: Path,
    split: str,
    stem: str,
    masks: Mapping[str, Array],
    *,
    photo: Array | None = None,
    suffix: str = ".png",
) -> None:
    """Write a photo and its masks, by label set. Without `photo` one is made from a mask."""
    seed = zlib.crc32(f"{split}/{stem}".encode())
    image = photo if photo is not None else photo_of(next(iter(masks.values())), seed)
    _write(root / "img" / split / f"{stem}{suffix}", image[..., ::-1])
    for label_set, mask in masks.items():
        _write(root / label_set / split / f"{stem}.png", mask)


def make_dataset(root: Path, samples: int = 4, size: int = 64) -> Path:
    """Write a clean dataset with the splits train and val, and classes 1 and 2 in turn."""
    for number in range(samples):
        split = "val" if number % 4 == 3 else "train"
        write_sample(root, split, f"{number:03d}", {"labels": blob(size, 1 + number % 2)})
    return root


def _write(path: Path, image: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(path.suffix, image)
    assert done
    path.write_bytes(data.tobytes())
