"""The charts as files: all there, both kinds, readable by others, and the same again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.model import ClassInfo
from core.eda.columns import Eda, collect
from core.eda.figures import MOST_CLASSES, write_figures
from core.images import read_image
from core.qa.registry import SampleFacts
from tests.core.eda.views import eda_of, write_classes
from tests.making import make_dataset

NAMES = {
    "class_balance", "object_areas", "positions", "brightness_contrast", "components_per_image",
    "image_sizes", "class_weights",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pets")
    write_classes(folder)
    return make_dataset(folder)


@pytest.fixture(scope="module")
def eda(root: Path) -> Eda:
    return eda_of(open_dataset(root))


@pytest.fixture(scope="module")
def drawn(eda: Eda, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the charts of a small dataset."""
    folder = tmp_path_factory.mktemp("drawn") / "deep" / "figures"
    steps: list[tuple[int, int]] = []
    written = write_figures(eda, folder, lambda done, total: steps.append((done, total)))
    assert sorted(written) == sorted(folder.iterdir())
    assert steps == [(done, len(NAMES)) for done in range(1, len(NAMES) + 1)]
    return folder


def texts(path: Path) -> str:
    """What is written in an SVG; matplotlib keeps each text as a comment beside its outlines."""
    return path.read_text(encoding="utf-8")


def test_that_every_chart_is_a_picture_and_a_drawing(drawn: Path):
    assert {path.name for path in drawn.iterdir()} == {
        f"{name}.{suffix}" for name in NAMES for suffix in ("png", "svg")
    }
    for name in NAMES:
        picture = read_image(drawn / f"{name}.png")
        assert picture.min() < 60  # something is drawn on the white
        assert (picture[0] > 250).all()
        assert ET.parse(drawn / f"{name}.svg").getroot().tag.endswith("svg")


def test_that_charts_say_what_they_show_of_which_label_set(drawn: Path):
    said = texts(drawn / "object_areas.svg")
    for words in ("Areas of the objects: labels (train, val)", "area, % of the image", "cat: 2"):
        assert words in said


def test_that_the_same_data_are_drawn_the_same(eda: Eda, drawn: Path, tmp_path: Path):
    for path in write_figures(eda, tmp_path):
        assert path.read_bytes() == (drawn / path.name).read_bytes(), path.name


def test_that_a_label_set_without_masks_has_only_the_charts_of_its_photos(
    root: Path, tmp_path: Path
):
    dataset = open_dataset(root)
    light = {"light": np.array([90, 20], np.float32), "size": np.array([64, 48], np.int32)}
    photos = collect([SampleFacts("train/0", "train", light)], dataset, "labels")
    written = write_figures(photos, tmp_path / "figures")
    assert {path.stem for path in written} == {"brightness_contrast", "image_sizes"}
    assert write_figures(collect([], dataset, "labels"), tmp_path / "none") == []


def test_that_of_many_classes_the_largest_are_drawn_and_the_chart_says_so(tmp_path: Path):
    many = tuple(ClassInfo(index, f"kind{index}", (255, 255, index)) for index in range(40))
    write_classes(tmp_path, many)
    dataset = open_dataset(make_dataset(tmp_path, samples=1))
    counts = np.arange(40, 0, -1, dtype=np.int64)
    facts = {
        "counts": counts,
        "components": np.array([50], np.int32),
        "size": np.array([64, 64], np.int32),
    }
    write_figures(
        collect([SampleFacts("train/000", "train", facts)], dataset, "labels"), tmp_path / "figures"
    )
    said = texts(tmp_path / "figures" / "class_balance.svg")
    assert f"the {MOST_CLASSES} largest of 40 classes" in said
    assert "kind5" in said
    assert "kind39" not in said


def test_that_the_tables_can_be_had_without_loading_matplotlib():
    code = (
        "import sys, core.eda.figures, core.eda.export, core.eda.tables;"
        "sys.exit('matplotlib' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
