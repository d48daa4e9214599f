"""Masks that encode classes by values, colours or palettes."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from core.dataset import Dataset, open_dataset
from core.dataset.encoding.coding import MaskCoding, pack, unpack
from core.dataset.encoding.known_classes import voc_color
from core.dataset.encoding.report import suggest_coding
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.images import decode_mask, encode_mask, read_mask
from core.images.mask_files import open_mask_file, save_mask_file
from core.masks.saving import save_mask
from tests.making import blob, make_dataset

SOMEWHERE = Path("somewhere.png")
COLORS = ((0, 0, 0), (255, 0, 0), (0, 0, 255))
RGB = MaskCoding(colors=tuple((color,) for color in COLORS), ignore_colors=((255, 255, 255),))
GREY = MaskCoding(values=((0,), (127,), (254,)))
indices = npst.arrays(
    np.uint8,
    npst.array_shapes(min_dims=2, max_dims=2, max_side=30),
    elements=st.sampled_from([0, 1, 2, 255]),
)


def png(pixels: np.ndarray, palette: list[int] | None = None, kind: str = "PNG") -> bytes:
    image = Image.fromarray(pixels)
    if palette is not None:
        image.putpalette(palette)
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def colored(mask: np.ndarray) -> np.ndarray:
    table = np.full((256, 3), 255, np.uint8)
    table[:3] = COLORS
    return table[mask]


@given(indices)
def test_that_colours_give_the_classes_they_stand_for(mask: np.ndarray):
    decoded = decode_mask(png(colored(mask)), SOMEWHERE, RGB)
    np.testing.assert_array_equal(decoded, mask)


@given(indices, st.sampled_from([RGB, GREY]))
def test_that_a_mask_survives_encoding_and_decoding_by_any_coding(
    mask: np.ndarray, coding: MaskCoding
):
    data = save_mask_file(coding.encode(mask))
    np.testing.assert_array_equal(decode_mask(data, SOMEWHERE, coding), mask)


@given(indices)
def test_that_grey_values_give_the_classes_they_stand_for(mask: np.ndarray):
    codes = np.zeros(256, np.uint8)
    codes[[0, 1, 2, 255]] = (0, 127, 254, 255)
    np.testing.assert_array_equal(decode_mask(png(codes[mask]), SOMEWHERE, GREY), mask)
    deep = png(codes[mask].astype(np.uint16))
    np.testing.assert_array_equal(decode_mask(deep, SOMEWHERE, GREY), mask)


def test_that_a_class_may_have_the_value_of_the_ignore_index():
    coding = MaskCoding(values=((0,), (255,)))
    assert decode_mask(png(np.array([[0, 255]], np.uint8)), SOMEWHERE, coding).tolist() == [[0, 1]]


def test_that_a_black_file_in_a_set_of_colour_masks_is_background():
    black = np.zeros((4, 4), np.uint8)
    assert not decode_mask(png(black), SOMEWHERE, RGB).any()
    assert not decode_mask(png(np.stack([black] * 3, -1)), SOMEWHERE, RGB).any()


def test_that_codes_that_stand_for_nothing_are_told_with_their_pixels():
    pixels = colored(np.zeros((4, 4), np.uint8))
    pixels[0, :3], pixels[1, 0] = (9, 9, 200), (1, 2, 3)
    file = open_mask_file(png(pixels), SOMEWHERE)
    decoded = RGB.decode(file, SOMEWHERE)
    assert (decoded == RGB.illegal).sum() == 4
    assert RGB.unknown_codes(file) == [((9, 9, 200), 3), ((1, 2, 3), 1)]


def test_that_near_colours_count_when_a_tolerance_is_given():
    pixels = np.array([[(250, 5, 0), (128, 0, 0), (3, 3, 3)]], np.uint8)
    data = png(pixels)
    assert (decode_mask(data, SOMEWHERE, RGB) == RGB.illegal).all()
    near = replace(RGB, tolerance=20)
    assert decode_mask(data, SOMEWHERE, near).tolist() == [[1, near.illegal, 0]]
    grey = png(np.array([[118, 136, 150]], np.uint8))
    assert decode_mask(grey, SOMEWHERE, replace(GREY, tolerance=10)).tolist() == [[1, 1, 254]]


def test_that_a_jpeg_of_flat_colours_is_decoded_with_a_tolerance():
    mask = blob(64, 1)
    stream = io.BytesIO()
    Image.fromarray(colored(mask)).save(stream, "JPEG", quality=95, subsampling=0)
    decoded = decode_mask(stream.getvalue(), SOMEWHERE, replace(RGB, tolerance=255))
    assert (decoded == mask).mean() > 0.99


def test_that_palette_files_go_by_index_or_by_colour_as_is_said():
    # The palette shows class 2 at index 1 and class 1 at index 2.
    data = png(np.array([[0, 1, 2]], np.uint8), [0, 0, 0, 0, 0, 255, 255, 0, 0])
    assert decode_mask(data, SOMEWHERE).tolist() == [[0, 1, 2]]
    assert decode_mask(data, SOMEWHERE, RGB).tolist() == [[0, 1, 2]]
    by_color = replace(RGB, palette_by_color=True)
    assert decode_mask(data, SOMEWHERE, by_color).tolist() == [[0, 2, 1]]
    file = open_mask_file(data, SOMEWHERE)
    again = save_mask_file(by_color.encode(np.array([[1, 1, 0]], np.uint8), file))
    assert decode_mask(again, SOMEWHERE).tolist() == [[2, 2, 0]]


def test_that_a_colour_mask_without_a_known_class_is_refused_with_a_remedy():
    with pytest.raises(PetsegError, match="no class is known.*mask_colors"):
        decode_mask(png(colored(blob())), SOMEWHERE)
    with pytest.raises(PetsegError, match="only grey values.*mask_colors"):
        decode_mask(png(colored(blob())), SOMEWHERE, GREY)


@given(npst.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_that_packed_colours_can_be_unpacked(colors: np.ndarray):
    packed = pack(colors)
    for row, numbers in zip(colors.tolist(), packed.tolist(), strict=True):
        assert [unpack(number) for number in numbers] == [tuple(color) for color in row]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    root = make_dataset(tmp_path / "data")
    for file in (root / "labels").rglob("*.png"):
        file.write_bytes(png(colored(read_mask(file))))
    return replace(open_dataset(root), coding=RGB)


@pytest.fixture
def workspace(dataset: Dataset):
    with open_workspace(dataset) as opened:
        yield opened


def test_that_an_edit_in_a_colour_file_writes_colours_and_touches_nothing_else(
    dataset: Dataset, workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    pixels = colored(blob())
    pixels[10, 10] = (77, 66, 55)  # no class: it stays what it is
    path.write_bytes(png(pixels))
    mask = read_mask(path, dataset.coding)
    mask[0:4, 0:4] = 2
    save_mask(dataset, workspace, sample, "labels", mask)
    with Image.open(path) as saved:
        assert saved.mode == "RGB"
        after = np.array(saved)
    pixels[0:4, 0:4] = COLORS[2]
    np.testing.assert_array_equal(after, pixels)
    ((_, _, changed),) = workspace.edits("labels")
    assert changed == 16


def test_that_saving_an_unchanged_colour_mask_leaves_its_bytes(dataset: Dataset, workspace):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    before = path.read_bytes()
    save_mask(dataset, workspace, sample, "labels", read_mask(path, dataset.coding))
    assert path.read_bytes() == before


def test_that_a_new_mask_in_a_coded_dataset_is_written_in_its_colours(dataset: Dataset, workspace):
    sample = dataset.sample("train/001")
    path = dataset.mask_path(sample, "labels")
    path.unlink()
    save_mask(dataset, workspace, sample, "labels", blob(64, 2))
    written = open_mask_file(path.read_bytes(), path).pixels
    np.testing.assert_array_equal(written, colored(blob(64, 2)))


def test_that_a_class_without_a_code_is_refused_before_anything_is_written(
    dataset: Dataset, workspace
):
    sample = dataset.sample("train/000")
    path = dataset.mask_path(sample, "labels")
    before = path.read_bytes()
    coding = replace(RGB, colors=(*RGB.colors[:2], ()))
    with pytest.raises(PetsegError, match="No value or colour stands for class 2"):
        save_mask(replace(dataset, coding=coding), workspace, sample, "labels", blob(64, 2))
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["TIFF", "BMP"])
def test_that_a_mask_keeps_its_file_format(tmp_path: Path, kind: str):
    root = make_dataset(tmp_path / "data")
    path = root / "labels" / "train" / "000.png"
    path.write_bytes(png(blob(), kind=kind))
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        save_mask(dataset, workspace, dataset.sample("train/000"), "labels", blob(64, 2))
    with Image.open(path) as saved:
        assert saved.format == kind
    np.testing.assert_array_equal(read_mask(path), blob(64, 2))


# What is in some masks


def write(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def test_that_class_indices_need_no_mapping(tmp_path: Path):
    paths = [write(tmp_path, f"{n}.png", encode_mask(blob(32, n))) for n in (1, 2)]
    report = suggest_coding(paths)
    assert (report.kind, report.needs_mapping, report.looked_at) == ("indices", False, 2)
    assert [found.code for found in report.codes] == [0, 1, 2]
    assert report.codes[2].example == paths[1]
    assert sum(found.share for found in report.codes) == pytest.approx(1)


@pytest.mark.parametrize("values", [(0, 255), (0, 127, 254), (0, 100, 200)])
def test_that_values_with_gaps_get_a_class_each(tmp_path: Path, values: tuple[int, ...]):
    codes = np.array(values, np.uint8)
    data = png(codes[np.arange(36).reshape(6, 6) % len(values)])
    report = suggest_coding([write(tmp_path, "a.png", data)])
    assert report.kind == "values"
    assert report.suggestion is not None
    assert [entry.mask_values for entry in report.suggestion.classes] == [[v] for v in values]
    coding = report.suggestion.coding()
    assert decode_mask(data, SOMEWHERE, coding).max() == len(values) - 1


def test_that_colours_are_listed_with_share_and_example(tmp_path: Path):
    paths = [write(tmp_path, f"{n}.png", png(colored(blob(32, n)))) for n in (1, 2)]
    report = suggest_coding([*paths, write(tmp_path, "black.png", encode_mask(blob(32, 0)))])
    assert report.kind == "colors"
    assert [found.code for found in report.codes] == [(0, 0, 0), (0, 0, 255), (255, 0, 0)]
    assert [found.masks for found in report.codes] == [3, 1, 1]
    assert "hold the colours #000000, #0000FF, #FF0000" in report.words
    assert report.suggestion is not None
    assert report.suggestion.classes[0].mask_colors == ["#000000"]


def test_that_smoothed_edges_are_not_taken_for_classes(tmp_path: Path):
    large = Image.fromarray(colored(blob(256, 1))).resize((150, 150), Image.Resampling.LANCZOS)
    report = suggest_coding([write(tmp_path, "a.png", png(np.array(large)))])
    assert [found.code for found in report.codes] == [(0, 0, 0), (255, 0, 0)]
    assert 0 < report.others < 0.1
    assert "in-between" in report.words
    assert report.suggestion is not None
    assert report.suggestion.color_tolerance > 0


def test_that_colours_of_a_known_list_come_with_its_names(tmp_path: Path):
    table = np.array([voc_color(index) for index in range(21)] + [(224, 224, 192)], np.uint8)
    data = png(table[np.array([[0, 8, 12, 15, 21]])])
    report = suggest_coding([write(tmp_path, "a.png", data)])
    assert report.suggestion is not None
    assert report.suggestion.classes[8].name == "cat"
    assert report.suggestion.ignore_colors == ["#E0E0C0"]
    assert decode_mask(data, SOMEWHERE, report.suggestion.coding()).tolist() == [
        [0, 8, 12, 15, 255]
    ]


def test_that_unreadable_masks_are_named_and_no_masks_are_no_mistake(tmp_path: Path):
    broken = write(tmp_path, "broken.png", b"nothing")
    report = suggest_coding([broken])
    assert (report.kind, report.unreadable) == ("none", (broken,))
    assert suggest_coding([]).words == "There are no masks yet."
