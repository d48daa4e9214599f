from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.images import read_mask
from core.interop.voc.exporting import export_voc
from core.interop.voc.importing import import_voc
from core.interop.voc.label_map import palette, read_label_map
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def root(tmp_path):
    made = make_dataset(tmp_path / "pets")
    odd = blob(64, 1)
    odd[30:34, 30:34] = 0
    odd[1, 1] = 2
    odd[60, 60:] = 255
    odd[10, 2] = 77
    write_sample(made, "train", "odd", {"labels": odd})
    return made


def exported(root, out, **how):
    dataset = open_dataset(root)
    return export_voc(dataset, "labels", dataset.samples, out, **how)


def imported(root, source, label_set="labels_voc", **more):
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        return import_voc(dataset, workspace, source, label_set, **more)


def one_file(folder, pixels, colors=None):
    folder.mkdir(exist_ok=True)
    image = Image.fromarray(pixels)
    if colors is not None:
        image.putpalette([channel for color in colors for channel in color])
    image.save(folder / "000.png")
    return folder


def test_that_a_label_set_goes_out_and_comes_back_pixel_by_pixel(root, tmp_path):
    out = tmp_path / "out"
    assert len(exported(root, out).written) == 5
    assert (out / "ImageSets/Segmentation/val.txt").read_text() == "003\n"
    assert (out / "JPEGImages" / "003.png").exists()
    with Image.open(out / "SegmentationClass" / "odd.png") as image:
        assert image.mode == "P"
    back = imported(root, out)
    assert len(back.written) == 5
    assert [str(p) for _, p in back.problems] == [
        "Value 77: It is no class of the dataset. Paint over it, or add the class."
    ]
    for path in (root / "labels").rglob("*.png"):
        there = root / "labels_voc" / path.relative_to(root / "labels")
        assert np.array_equal(read_mask(there), read_mask(path))
    assert len(exported(root, out).refused) == 5
    assert len(imported(root, out).refused) == 5


def test_that_our_own_program_opens_what_was_written(root, tmp_path):
    exported(root, tmp_path / "out")
    dataset = open_dataset(tmp_path / "out", workspace=tmp_path / "ws")
    assert {sample.id for sample in dataset.samples} == {
        sample.id for sample in open_dataset(root).samples
    }


def test_that_the_lists_say_the_split_of_a_name_that_two_splits_have(root, tmp_path):
    out = tmp_path / "out"
    exported(root, out)
    write_sample(root, "train", "003", {"labels": blob(64, 2)})
    assert "val/003" in imported(root, out).written
    both = exported(root, tmp_path / "two")
    ((name, why),) = both.refused
    assert name == "val/003"
    assert "another split" in why


def test_that_colours_stand_for_the_labels_of_the_label_map(root, tmp_path):
    pixels = np.zeros((64, 64), np.uint8)
    pixels[:4], pixels[4:6], pixels[6] = 1, 2, 3
    red, green, void = (255, 0, 0), (0, 255, 0), (224, 224, 192)
    folder = one_file(tmp_path / "in", pixels, [(0, 0, 0), red, green, void])
    (folder / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\ndog:255,0,0::\nfish:0,255,0::\n"
    )
    result = imported(root, folder)
    mask = read_mask(root / "labels_voc" / "train" / "000.png")
    assert [int(mask[row, 0]) for row in (0, 4, 6, 9)] == [2, 0, 255, 0]
    (problem,) = [str(problem) for _, problem in result.problems]
    assert problem.startswith("Colour 2 (fish): No class of the dataset is meant")
    assert "128 pixels" in problem
    assert result.left_out == 1


def test_that_masks_in_colours_are_read_by_the_classes_colours(root, tmp_path):
    color = open_dataset(root).classes[2].color
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:4] = color
    pixels[60:] = 1, 2, 3
    result = imported(root, one_file(tmp_path / "in", pixels))
    mask = read_mask(root / "labels_voc" / "train" / "000.png")
    assert np.count_nonzero(mask == 2) == 256
    assert "(1, 2, 3)" in str(result.problems[-1][1])


def test_that_what_does_not_fit_is_refused(root, tmp_path):
    folder = one_file(tmp_path / "in", np.zeros((9, 9), np.uint8))
    (folder / "001.png").write_bytes(b"\x89PNG")
    (folder / "stranger.png").write_bytes((folder / "000.png").read_bytes())
    refused = [why for _, why in imported(root, folder).refused]
    assert len(refused) == 3
    assert "9 × 9 pixels, its photo 64 × 64" in refused[0]
    with pytest.raises(PetsegError, match="no mask of the form of VOC"):
        imported(root, tmp_path)


@pytest.mark.parametrize("line", [b"cat", b"cat:1,2", b"cat:a,b,c::", b"\xff"])
def test_that_a_damaged_label_map_is_one_clear_error(tmp_path, line):
    (tmp_path / "labelmap.txt").write_bytes(b"# remark\n\n" + line)
    with pytest.raises(PetsegError, match="label map cannot be read"):
        read_label_map(tmp_path / "labelmap.txt")


def test_that_the_palette_is_vocs_where_no_class_has_a_colour():
    colors = palette((), 255)
    assert [tuple(colors[3 * n : 3 * n + 3]) for n in (0, 1, 2, 3, 255)] == [
        (0, 0, 0),
        (128, 0, 0),
        (0, 128, 0),
        (128, 128, 0),
        (224, 224, 192),
    ]
