"""Finding the classes of a dataset without settings."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from core.dataset.encoding.classes import guess_classes, guess_settings
from core.dataset.encoding.known_classes import known_classes, voc_color
from core.images import read_mask

VOC_PALETTE = [part for index in range(256) for part in voc_color(index)]


def write(folder: Path, pixels: np.ndarray, palette: list[int] | None = None) -> Path:
    image = Image.fromarray(pixels)
    if palette is not None:
        image.putpalette(palette)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    path = folder / f"{len(list(folder.iterdir())):03d}.png"
    path.write_bytes(stream.getvalue())
    return path


def rows(*values: int) -> np.ndarray:
    return np.array([values, values], np.uint8)


def test_that_every_known_list_is_valid_and_has_distinct_colours():
    names = {known.name: known.settings for known in known_classes()}
    assert len(names["voc"].classes) == 21
    assert len(names["cityscapes"].classes) == 19
    for settings in names.values():
        colors = [entry.color for entry in settings.classes]
        assert len(set(colors)) == len(colors)


def test_that_voc_s_palette_is_made_as_voc_does():
    assert [voc_color(index) for index in (0, 1, 2, 3, 8, 15, 20, 255)] == [
        (0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (64, 0, 0), (192, 128, 128),
        (0, 64, 128), (224, 224, 192),
    ]  # fmt: skip


def test_that_masks_with_voc_s_palette_and_values_get_voc_s_names(tmp_path: Path):
    masks = [
        write(tmp_path, rows(0, start, start + 1, start + 2, 255), VOC_PALETTE)
        for start in (1, 4, 7, 10, 13, 16, 18) for _ in range(2)
    ]  # fmt: skip
    classes, note = guess_classes(masks, "JPEGImages")
    assert len(classes) == 21
    assert (classes[8].name, classes[8].color) == ("cat", (64, 0, 0))
    assert "voc" in note
    assert read_mask(masks[0]).tolist()[0] == [0, 1, 2, 3, 255]


def test_that_voc_s_palette_with_few_classes_is_somebody_s_own_list(tmp_path: Path):
    masks = [write(tmp_path, rows(0, 1, 2), VOC_PALETTE) for _ in range(4)]
    classes, _ = guess_classes(masks, "JPEGImages")
    assert [info.name for info in classes] == ["background", "class 1", "class 2"]


def test_that_cityscapes_is_known_by_its_folder_and_values(tmp_path: Path):
    masks = [write(tmp_path, rows(*range(start, start + 10), 255)) for start in (0, 0, 9, 9)]
    assert guess_classes(masks, "leftImg8bit")[0][13].name == "car"
    assert guess_classes(masks, "images")[0][13].name == "class 13"


def test_that_masks_in_black_and_white_get_an_object_class_with_a_coding(tmp_path: Path):
    masks = [write(tmp_path, rows(0, 255)) for _ in range(4)]
    settings, note = guess_settings(masks, "images")
    assert [entry.name for entry in settings.classes] == ["background", "object"]
    assert "black and white" in note
    assert read_mask(masks[0], settings.coding()).tolist()[0] == [0, 1]


def test_that_a_value_of_a_single_mask_is_a_mistake_in_that_mask(tmp_path: Path):
    masks = [write(tmp_path, rows(0, 1)) for _ in range(5)] + [write(tmp_path, rows(0, 9))]
    assert len(guess_classes(masks, "images")[0]) == 2


def test_that_colour_masks_are_left_to_a_mapping_and_said(tmp_path: Path):
    masks = [write(tmp_path, np.full((4, 4, 3), (200, 10, 10), np.uint8))]
    assert "say which is which class" in guess_settings(masks, "images")[1]
