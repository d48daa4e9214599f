from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.images import read_mask
from core.interop.coco.exporting import export_coco
from core.interop.coco.importing import import_coco
from core.interop.coco.runs import decode, encode, unpack
from core.masks.geometry import Rect, whole
from tests.making import blob, make_dataset, write_sample

stencils = npst.arrays(
    np.uint8,
    npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
    elements=st.integers(0, 1),
)


def packed(counts) -> str:
    """The text of a code, as the COCO API writes it (`rleToString`)."""
    text = ""
    for place, count in enumerate(counts):
        number = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits = number & 0x1F
            number >>= 5
            more = number != -1 if bits & 0x10 else number != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


def straightforward(mask) -> list[int]:
    """The lengths of the runs, one pixel after the other."""
    counts, value = [0], 0
    for pixel in mask.T.ravel().tolist():
        if pixel != value:
            counts.append(0)
            value = pixel
        counts[-1] += 1
    return counts


@settings(deadline=None)
@given(stencils)
def test_that_runs_are_counted_column_by_column_and_come_back(stencil):
    height, width = stencil.shape
    counts = encode(stencil, whole(stencil.shape), height, width)
    assert counts == straightforward(stencil)
    assert np.array_equal(decode(counts, height, width), stencil)
    assert unpack(packed(counts)) == counts


@settings(deadline=None)
@given(stencils, st.integers(0, 5), st.integers(0, 5), st.integers(0, 3), st.integers(0, 3))
def test_that_the_runs_of_a_part_are_those_of_the_whole(stencil, x, y, right, below):
    height, width = stencil.shape[0] + y + below, stencil.shape[1] + x + right
    mask = np.zeros((height, width), np.uint8)
    rect = Rect(x, y, stencil.shape[1], stencil.shape[0])
    mask[rect.slices] = stencil
    assert encode(stencil, rect, height, width) == straightforward(mask)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_that_any_text_is_a_code_or_refused(text):
    try:
        counts = unpack(text)
    except ValueError:
        return
    assert all(isinstance(count, int) for count in counts)


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


def imported(root, files, label_set="labels_coco", **more):
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        return import_coco(dataset, workspace, files, label_set, **more)


def test_that_a_label_set_goes_out_and_comes_back_pixel_by_pixel(root, tmp_path):
    dataset = open_dataset(root)
    out = tmp_path / "out"
    assert len(export_coco(dataset, "labels", dataset.samples, out).written) == 5
    files = sorted((out / "annotations").iterdir())
    assert [path.name for path in files] == ["train.json", "val.json"]
    for path in files:
        content = json.loads(path.read_text())
        for image in content["images"]:
            assert (out / path.stem / image["file_name"]).exists()
        for each in content["annotations"]:
            x, y, width, height = each["bbox"]
            stencil = decode(each["segmentation"]["counts"], *each["segmentation"]["size"])
            assert stencil.sum() == each["area"] == stencil[y : y + height, x : x + width].sum()
    back = imported(root, files)
    assert len(back.written) == 5
    (problem,) = [str(problem) for _, problem in back.problems]
    assert "77 is no class" in problem
    for path in (root / "labels").rglob("*.png"):
        there = root / "labels_coco" / path.relative_to(root / "labels")
        assert np.array_equal(read_mask(there), read_mask(path))
    assert len(export_coco(dataset, "labels", dataset.samples, out).refused) == 5
    assert len(imported(root, files).refused) == 5


def coco(annotations, **more):
    return {
        "images": [{"id": 5, "file_name": "../../000.png", "width": 64, "height": 64}],
        "categories": [{"id": 1, "name": "cat"}, {"id": 9, "name": "fish"}],
        "annotations": annotations,
    } | more


def of(segmentation, category=1, **more):
    return {"image_id": 5, "category_id": category, "segmentation": segmentation} | more


def taken(root, content):
    path = root.parent / "train.json"
    path.write_text(json.dumps(content))
    result = imported(root, [path])
    return result, [str(problem) for _, problem in result.problems]


def test_that_polygons_of_one_object_are_filled_together(root):
    square = [10, 10, 20, 10, 20, 20, 10, 20]
    result, problems = taken(root, coco([of([square, [30, 30, 32, 30, 32, 32, 30, 32]])]))
    assert not problems
    assert result.written == ["train/000"]
    mask = read_mask(root / "labels_coco" / "train" / "000.png")
    assert np.count_nonzero(mask) == mask[10:20, 10:20].sum() + mask[30:32, 30:32].sum() == 104


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (of([[1, 1, 5, 5, 1, 5]], category=9), "No class of the dataset has this name"),
        (of([[1, 1, 5, 5, 1, 5]], category=3), "No class of the dataset has this name"),
        (of([[1, 1, 5, 5, 1, 5]], category=[]), "No class of the dataset has this name"),
        (of([[1, 1, 5, 5]]), "at least three points"),
        (of([[1, 1, 5, 5, 1e12, 5]]), "nowhere near the photo"),
        (of([[1, 1, 5, 5, float("nan"), 5]]), "nowhere near the photo"),
        (of([]), "neither polygons nor runs"),
        (of(None), "neither polygons nor runs"),
        (of({"size": [9, 9], "counts": [81]}), "its size is [9, 9]"),
        (of({"size": [64, 64], "counts": [81]}), "add up to 81 pixels, not to 4096"),
        (of({"size": [64, 64], "counts": [-1, 4097]}), "no lengths"),
        (of({"size": [64, 64], "counts": [10**30]}), "no lengths"),
        (of({"size": [64, 64], "counts": "ÿ"}), "no run-length code"),
        (of({"size": [64, 64], "counts": "oo"}), "cut off"),
        (of({"size": [64, 64]}), "has no runs"),
        ({"image_id": 6}, "a photo that the file does not list"),
        ("nothing", "belongs to no photo"),
    ],
)
def test_that_what_cannot_be_drawn_is_listed_and_the_rest_is_drawn(root, annotation, words):
    result, (problem,) = taken(root, coco([annotation, of([[10, 10, 20, 10, 20, 20, 10, 20]])]))
    assert words in problem
    assert problem.startswith("Annotation 1")
    assert result.left_out == 1
    assert read_mask(root / "labels_coco" / "train" / "000.png").sum() == 100


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"images": 1, "annotations": [], "categories": []}',
    ],
)
def test_that_what_is_no_coco_file_is_refused(root, tmp_path, data):
    (tmp_path / "bad.json").write_bytes(data)
    ((_, why),) = imported(root, [tmp_path / "bad.json"]).refused
    assert "cannot be read as a COCO file" in why


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)  # each one writes a mask to the disk
@given(st.lists(_anything | _anything.map(of), max_size=3), st.lists(_anything, max_size=2))
def test_that_any_content_is_listed_or_drawn(tmp_path_factory, annotations, images):
    root = make_dataset(tmp_path_factory.mktemp("any") / "pets", samples=1, size=64)
    content = coco(annotations)
    content["images"] += images
    result, _ = taken(root, content)
    assert result.written == ["train/000"]
    listed = {problem.shape for _, problem in result.problems}
    assert len(listed - {None}) <= len(annotations)
