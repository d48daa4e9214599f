"""The checks of file formats."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset import Dataset, open_dataset
from core.dataset.encoding.coding import MaskCoding
from core.flags import Severity
from core.qa.checks import CHECKS, grey_photo
from core.qa.registry import FACTS, SampleFacts
from core.qa.view import SampleView
from tests.core.qa.checking import findings
from tests.making import blob, make_dataset, photo_of, write_sample

COLORS = ((0, 0, 0), (255, 0, 0), (0, 0, 255))
RGB = MaskCoding(colors=tuple((color,) for color in COLORS))

assert grey_photo is not None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "data")


def photo_path(root: Path, suffix: str = ".png") -> Path:
    """Where to write another photo for the sample train/000; the old one goes."""
    folder = root / "img" / "train"
    for file in folder.glob("000.*"):
        file.unlink()
    return folder / f"000{suffix}"


def mask_path(root: Path) -> Path:
    return root / "labels" / "train" / "000.png"


def found_in(root: Path, coding: MaskCoding | None = None) -> dict:
    dataset = open_dataset(root)
    return findings(replace(dataset, coding=coding) if coding else dataset, "train/000")


def photo(height: int = 64, width: int = 64) -> Image.Image:
    return Image.fromarray(photo_of(np.zeros((height, width), np.uint8)))


def test_that_a_photo_with_16_bits_is_told(root: Path):
    deep = (np.arange(64 * 64).reshape(64, 64) * 15).astype(np.uint16)
    Image.fromarray(deep).save(photo_path(root))
    found = found_in(root)
    assert list(found) == ["image_format"]
    assert "16 bits per channel" in found["image_format"].message
    assert found["image_format"].severity is Severity.WARNING


def test_that_a_photo_for_print_is_told(root: Path):
    photo().convert("CMYK").save(photo_path(root, ".jpg"))
    assert "CMYK" in found_in(root)["image_format"].message


def test_that_transparency_of_a_photo_is_only_mentioned(root: Path):
    photo().convert("RGBA").save(photo_path(root))
    found = found_in(root)["image_format"]
    assert found.severity is Severity.INFO
    assert found.message == "The photo has transparency, which is left out."


def test_that_a_photo_of_several_pictures_is_told(root: Path):
    photo().save(photo_path(root, ".tif"), save_all=True, append_images=[photo(), photo()])
    assert "holds 3 pictures" in found_in(root)["image_format"].message


def test_that_a_wrong_ending_is_only_mentioned(root: Path):
    photo().save(photo_path(root, ".jpg"), "PNG")
    found = found_in(root)["image_format"]
    assert found.severity is Severity.INFO
    assert "is PNG though its name ends in .jpg: rename it" in found.message


def test_that_a_mask_in_jpeg_is_told(root: Path):
    Image.fromarray(blob()).save(mask_path(root), "JPEG")
    found = found_in(root)["mask_format"]
    assert "JPEG, which changes values" in found.message
    assert found.severity is Severity.WARNING


def test_that_a_deep_mask_and_one_of_three_channels_are_told(root: Path):
    Image.fromarray(blob().astype(np.uint16)).save(mask_path(root))
    assert "16 bits per pixel" in found_in(root)["mask_format"].message
    Image.fromarray(np.stack([blob()] * 3, -1)).save(mask_path(root))
    found = found_in(root)["mask_format"]
    assert "one grey channel three times" in found.message
    assert found.severity is Severity.INFO


def test_that_a_mask_with_transparency_is_told(root: Path):
    image = Image.fromarray(blob()).convert("LA")
    image.save(mask_path(root))
    assert "transparency" in found_in(root)["mask_format"].message


def test_that_a_palette_that_says_another_class_than_the_index_is_told(root: Path):
    dataset = open_dataset(root)
    cat, dog = (list(dataset.classes[index].color) for index in (1, 2))
    image = Image.fromarray(blob(64, 1))
    image.putpalette([0, 0, 0, *cat, *dog])
    image.save(mask_path(root))
    assert found_in(root) == {}
    image.putpalette([0, 0, 0, *dog, *cat])
    image.save(mask_path(root))
    message = found_in(root)["mask_format"].message
    assert "pixels have dog's colour but the index of cat" in message
    assert "palette_by_color" in message


def test_that_smoothed_edges_in_a_colour_mask_are_told(root: Path):
    pixels = np.array(COLORS, np.uint8)[blob()]
    Image.fromarray(pixels).save(mask_path(root))
    assert found_in(root, RGB) == {}
    small = Image.fromarray(pixels).resize((50, 50), Image.Resampling.BILINEAR)
    small.resize((64, 64), Image.Resampling.BILINEAR).save(mask_path(root))
    found = found_in(root, replace(RGB, tolerance=255))
    assert list(found) == ["mask_format"]
    assert "smoothed edges" in found["mask_format"].message


# EXIF


def turned(root: Path, orientation: int, height: int, width: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo(height, width).save(photo_path(root, ".jpg"), exif=exif)


def draw(root: Path, height: int, width: int) -> None:
    mask = np.zeros((height, width), np.uint8)
    mask[10:30, 10:30] = 1
    Image.fromarray(mask).save(mask_path(root))


def test_that_a_mask_drawn_on_the_turned_photo_is_right(root: Path):
    turned(root, 6, 40, 60)
    draw(root, 60, 40)
    assert found_in(root) == {}


def test_that_a_mask_drawn_on_the_unturned_picture_is_an_error_with_a_repair(root: Path):
    turned(root, 6, 40, 60)
    draw(root, 40, 60)
    found = found_in(root)
    assert set(found) == {"size", "exif_orientation"}
    assert found["exif_orientation"].severity is Severity.ERROR
    assert "the mask fits the unturned picture" in found["exif_orientation"].message
    assert CHECKS["exif_orientation"].repairs == ("reorient",)


def test_that_a_mask_that_lies_across_an_upright_photo_is_an_error(root: Path):
    turned(root, 1, 40, 60)
    draw(root, 60, 40)
    assert "width and height are exchanged" in found_in(root)["exif_orientation"].message


@pytest.mark.parametrize(("orientation", "words"), [(3, "turns"), (2, "mirrors"), (6, "turns")])
def test_that_a_turn_that_sizes_do_not_tell_is_a_warning(root: Path, orientation: int, words: str):
    turned(root, orientation, 50, 50)
    draw(root, 50, 50)
    found = found_in(root)["exif_orientation"]
    assert found.severity is Severity.WARNING
    assert f"EXIF data {words} the photo" in found.message


def test_that_a_mask_that_exif_data_turns_is_a_warning(root: Path):
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.fromarray(blob()).save(mask_path(root), exif=exif)
    assert "The mask's own EXIF data" in found_in(root)["exif_orientation"].message


# Size


def write_large(path: Path, width: int, height: int) -> None:
    """A grey BMP's header: large without large data."""
    size = width * height
    header = struct.pack("<2sIHHI", b"BM", 1078 + size, 0, 0, 1078)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, size, 0, 0, 256, 0)
    path.write_bytes(header + bytes(1024 + 16))


def test_that_a_picture_of_100_megapixels_is_an_error_with_a_remedy(root: Path):
    write_large(photo_path(root, ".bmp"), 10_000, 10_000)
    found = found_in(root)
    assert set(found) == {"unreadable", "huge_image"}
    assert found["huge_image"].severity is Severity.ERROR
    assert "100 megapixels (10000×10000)" in found["huge_image"].message
    assert "Split it into tiles" in found["unreadable"].message


def test_that_the_limit_of_a_huge_picture_can_be_set(root: Path):
    dataset = open_dataset(root)
    check = CHECKS["huge_image"]
    measured = check.measure(SampleView(dataset, dataset.sample("train/000"), "labels"), {})
    assert measured is not None
    assert measured.score == pytest.approx(64 * 64 / 1e6)
    assert not check.is_crossed(measured.score, None)


# Grey among colour


def facts_of(dataset: Dataset) -> list[SampleFacts]:
    take = FACTS["grey_photo"].take
    found = []
    for sample in dataset.samples:
        fact = take(SampleView(dataset, sample, "labels"))
        assert fact is not None
        found.append(SampleFacts(sample.id, sample.split, {"grey_photo": fact}))
    return found


def test_that_one_grey_photo_among_colour_is_told_and_many_are_not(tmp_path: Path):
    check = CHECKS["grey_photo"]
    for number in range(12):
        write_sample(tmp_path, "train", f"{number:03d}", {"labels": blob()})
    Image.fromarray(photo_of(blob())[..., 0]).save(photo_path(tmp_path))
    dataset = open_dataset(tmp_path)
    facts = facts_of(dataset)
    model = check.fit(facts, dataset, {})
    measured = {each.sample: check.judge(model, each, {}) for each in facts}
    grey = measured.pop("train/000")
    assert set(measured.values()) == {None}
    assert check.is_crossed(grey.score, None)
    assert "as only 8.3 % of the photos are" in check.find(grey, 10).message
    assert not check.is_crossed(100.0, None)
