"""The checks of the files themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset import Dataset, open_dataset
from core.dataset.encoding.coding import MaskCoding
from core.flags import Severity
from core.images import encode_mask
from core.qa.checks import CHECKS
from tests.core.qa.checking import FILE_CHECKS, FORMAT_CHECKS, findings
from tests.making import blob, make_dataset, photo_of, write_sample

COLORS = ((0, 0, 0), (255, 0, 0), (0, 0, 255))
RGB = MaskCoding(colors=tuple((color,) for color in COLORS))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "data")


def opened(root: Path, coding: MaskCoding | None = None) -> Dataset:
    dataset = open_dataset(root)
    return replace(dataset, coding=coding) if coding is not None else dataset


def colored(mask: np.ndarray) -> np.ndarray:
    return np.array(COLORS, np.uint8)[mask]


def save(pixels: np.ndarray, path: Path) -> None:
    Image.fromarray(pixels).save(path)


def square(left: int, right: int) -> list[list[int]]:
    return [[left, 10], [right, 10], [right, 40], [left, 40]]


def labelme(path: Path, shapes: list[tuple[str, list[list[int]]]]) -> None:
    content = {
        "imageWidth": 64,
        "imageHeight": 64,
        "shapes": [
            {"label": label, "points": points, "shape_type": "polygon"} for label, points in shapes
        ],
    }
    path.write_text(json.dumps(content))


def test_that_every_check_of_files_says_what_it_catches_and_misses():
    for name in (*FILE_CHECKS, *FORMAT_CHECKS):
        check = CHECKS[name]
        assert check.group == "Files"
        assert check.catches.endswith(".")
        assert check.misses.endswith(".")
        assert check.measure is not None
        assert check.measure.__doc__


def test_that_clean_samples_have_no_findings(root: Path):
    dataset = opened(root)
    for sample in dataset.samples:
        assert findings(dataset, sample.id) == {}


def test_that_a_missing_photo_and_a_missing_mask_are_told_apart(root: Path):
    (root / "labels" / "train" / "000.png").unlink()
    (root / "img" / "train" / "001.png").unlink()
    dataset = opened(root)
    assert findings(dataset, "train/000")["pairs"].message == (
        "There is no mask in labels: draw one in the editor."
    )
    assert findings(dataset, "train/001")["pairs"].message == (
        "There is a mask but no photo of this name."
    )


def test_that_two_photos_or_masks_of_one_name_are_told_with_the_one_that_is_used(root: Path):
    photo = root / "img" / "train" / "000.png"
    photo.with_suffix(".bmp").write_bytes(photo.read_bytes())
    found = findings(opened(root), "train/000")["pairs"]
    assert found.message == (
        "Two photos have this name (000.png, 000.bmp): only 000.png is used. "
        "Rename the others, or move them away."
    )
    mask = root / "labels" / "train" / "001.png"
    mask.with_suffix(".tif").write_bytes(mask.read_bytes())
    found = findings(opened(root), "train/001")["pairs"]
    assert "Two masks have this name (001.png, 001.tif)" in found.message


def test_that_both_files_of_a_sample_may_be_unreadable(root: Path):
    (root / "img" / "train" / "000.png").write_bytes(b"")
    (root / "labels" / "train" / "000.png").write_bytes(b"rubbish")
    found = findings(opened(root), "train/000")
    assert list(found) == ["unreadable"]
    assert found["unreadable"].value == 2
    assert found["unreadable"].message.count("Replace the file") == 2


def test_that_sizes_are_compared(root: Path):
    write_sample(root, "train", "000", {"labels": blob(48)}, photo=photo_of(blob(64)))
    found = findings(opened(root), "train/000")
    assert list(found) == ["size"]
    assert found["size"].value == 32
    assert found["size"].message == "The mask is 48×48, the photo 64×64."
    assert CHECKS["size"].repairs == ("resize_mask",)


def test_that_illegal_values_are_counted_named_and_shown(root: Path):
    mask = blob()
    mask[30:33, 30:35] = 7
    mask[0, 0] = 9
    write_sample(root, "train", "000", {"labels": mask})
    found = findings(opened(root), "train/000")["class_values"]
    assert found.value == 16
    assert found.message == "16 pixels have the value 7, 9, which is no class (0 to 2)."
    assert found.region == ((30, 30, 5, 3), (0, 0, 1, 1))


def test_that_illegal_colours_are_named_by_their_colour(root: Path):
    pixels = colored(blob())
    pixels[30:33, 30:35] = (9, 200, 9)
    path = root / "labels" / "train" / "000.png"
    save(pixels, path)
    found = findings(opened(root, RGB), "train/000")["class_values"]
    assert found.message == "15 pixels have the colour #09C809, which is mapped to no class."
    assert found.region == ((30, 30, 5, 3),)


def test_that_illegal_values_of_a_coding_are_named_as_the_file_has_them(root: Path):
    coding = MaskCoding(values=((0,), (127,), (254,)))
    mask = blob(64, 127)
    mask[0, :4] = 1
    mask[1, :2] = 3
    (root / "labels" / "train" / "000.png").write_bytes(encode_mask(mask))
    found = findings(opened(root, coding), "train/000")["class_values"]
    assert found.message == "6 pixels have the values 1, 3, which are mapped to no class."


# Overlaps


@pytest.mark.parametrize("folder", ["img", "labels"])
def test_that_shapes_of_two_classes_that_overlap_are_found(root: Path, folder: str):
    labelme(root / folder / "train" / "000.json", [("cat", square(5, 30)), ("dog", square(20, 50))])
    found = findings(opened(root), "train/000")["class_overlap"]
    assert found.value == 11 * 31
    assert found.message == "341 pixels belong to both cat and dog (000.json)."
    assert found.region == ((20, 10, 11, 31),)


def test_that_shapes_that_share_a_border_or_a_class_do_not_overlap(root: Path):
    file = root / "img" / "train" / "000.json"
    labelme(file, [("cat", square(5, 30)), ("dog", square(30, 50))])
    assert findings(opened(root), "train/000") == {}
    labelme(file, [("cat", square(5, 30)), ("cat", square(20, 50))])
    assert findings(opened(root), "train/000") == {}


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"shapes": 3}', '{"shapes": [{"label": "a", "points": [["x", 1]]}]}',
     '{"shapes": [{"label": "a", "points": [[1e400, 1], [1, 2], [3, 4]]}]}'],
)  # fmt: skip
def test_that_a_damaged_file_of_shapes_is_a_warning_with_a_remedy(root: Path, content: str):
    (root / "img" / "train" / "000.json").write_text(content)
    found = findings(opened(root), "train/000")["class_overlap"]
    assert found.severity is Severity.WARNING
    assert "000.json" in found.message
    assert "Save it again" in found.message


def test_that_masks_of_one_class_each_may_overlap(root: Path):
    labels = root / "labels" / "train"
    one, other = np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8)
    one[:40], other[30:] = 255, 255
    for name, mask in (("cat", one), ("dog", other)):
        (labels / f"000_{name}.png").write_bytes(encode_mask(mask))
    found = findings(opened(root), "train/000")["class_overlap"]
    assert found.message == "640 pixels belong to both cat and dog (one file per class)."
    for name, mask in (("cat", one), ("dog", other)):
        (labels / f"000_{name}.png").unlink()
        (labels / name).mkdir()
        (labels / name / "000.png").write_bytes(encode_mask(mask))
    found = findings(opened(root), "train/000")["class_overlap"]
    assert found.message == "640 pixels belong to both cat and dog (one folder per class)."


def test_that_label_sets_named_like_classes_may_overlap(root: Path):
    one, other = np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8)
    one[:40], other[30:] = 1, 1
    write_sample(root, "train", "000", {"labels": blob(), "cat": one, "dog": other})
    dataset = opened(root)
    assert findings(dataset, "train/000", ["class_overlap"]) == {}
    found = findings(dataset, "train/000", ["class_overlap"], label_set="cat")["class_overlap"]
    assert found.value == 640


@pytest.mark.parametrize("mix", [(255, 0, 255), (127, 0, 127)])
def test_that_mixed_colours_are_two_classes_at_once(root: Path, mix: tuple[int, int, int]):
    pixels = colored(blob())
    pixels[20:30, 20:30] = mix
    save(pixels, root / "labels" / "train" / "000.png")
    found = findings(opened(root, RGB), "train/000")
    assert found["class_overlap"].message == (
        "100 pixels belong to both cat and dog (their colours mix)."
    )
    assert found["class_overlap"].region == ((20, 20, 10, 10),)


def test_that_a_smoothed_edge_between_two_colours_is_no_overlap(root: Path):
    pixels = colored(blob())
    pixels[20, 10:50] = (127, 0, 127)
    save(pixels, root / "labels" / "train" / "000.png")
    assert "class_overlap" not in findings(opened(root, RGB), "train/000")
