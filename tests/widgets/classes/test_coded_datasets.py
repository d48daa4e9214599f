"""What shows masks of a dataset that encodes classes by colours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.pages.annotate.showing.content import MaskState, read_for_editing
from core.dataset import Dataset, open_dataset
from core.dataset.encoding.coding import MaskCoding
from core.dataset.thumbnails import ThumbnailStore
from core.dataset.workspace import open_workspace
from core.images import read_mask
from tests.making import blob, make_dataset
from widgets.comparison.layers.sample_layers import LayerFiles, load_layers
from widgets.flags.sample_content import read_sample

COLORS = ((0, 0, 0), (255, 0, 0), (0, 0, 255))
RGB = MaskCoding(colors=tuple((color,) for color in COLORS))


@pytest.fixture
def coded(tmp_path: Path) -> Dataset:
    root = make_dataset(tmp_path / "data")
    dataset = replace(open_dataset(root), coding=RGB)
    for file in (root / "labels").rglob("*.png"):
        Image.fromarray(np.array(COLORS, np.uint8)[read_mask(file)]).save(file)
    return dataset


def test_that_thumbnails_show_classes_and_are_made_anew_for_another_coding(
    coded: Dataset, tmp_path: Path
):
    path = tmp_path / "large.png"
    Image.fromarray(np.array(COLORS, np.uint8)[blob(1024, 1)]).save(path)
    shown = {}
    for colors in (RGB.colors, (*RGB.colors[:1], *RGB.colors[:0:-1])):
        store = ThumbnailStore(tmp_path / "thumbnails", replace(RGB, colors=colors))
        shown[colors] = [set(np.unique(store.mask(path, 128))) for _ in range(2)]
    assert list(shown.values()) == [[{0, 1}, {0, 1}], [{0, 2}, {0, 2}]]


def test_that_the_side_panel_counts_classes(coded: Dataset):
    content = read_sample(coded, "train/001", "labels")
    assert content.problems == ()
    assert content.share(2) == pytest.approx(float((blob() > 0).mean()))


def test_that_the_editor_gets_class_indices(coded: Dataset):
    with open_workspace(coded) as workspace:
        content = read_for_editing(coded, workspace, "train/001", "labels")
    assert content.state is MaskState.GOOD
    np.testing.assert_array_equal(content.mask, blob(64, 2))
    np.testing.assert_array_equal(content.original, blob(64, 2))


def test_that_linked_views_show_classes_as_truth(coded: Dataset):
    sample = coded.sample("train/001")
    files = LayerFiles(sample.id, sample.image, sample.masks["labels"], (), coding=coded.coding)
    layers = load_layers(files)
    np.testing.assert_array_equal(layers.truth, blob(64, 2))
