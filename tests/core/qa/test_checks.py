"""Every structural check, on masks drawn to trip exactly it."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.flags import Flag
from core.qa.checks import CHECKS
from core.qa.scanning.scan import scan
from tests.making import blob, make_dataset, photo_of, write_sample

STRUCTURAL = [check.id for check in CHECKS.values() if check.structural]


def flags_of(root: Path, label_set: str = "labels") -> dict[str, list[Flag]]:
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        return scan(dataset, label_set, workspace, checks=STRUCTURAL).by_sample()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path, samples=4)


def only_flag(root: Path, mask: np.ndarray, photo: np.ndarray | None = None) -> Flag:
    """The one flag that a mask gets, in a dataset that is clean otherwise."""
    write_sample(root, "train", "000", {"labels": mask}, photo=photo)
    flags = flags_of(root)
    assert list(flags) == ["train/000"]
    (flag,) = flags["train/000"]
    return flag


def test_that_a_clean_dataset_has_no_flags(root: Path):
    assert flags_of(root) == {}


def test_that_specks_are_counted_and_shown(root: Path):
    mask = blob()
    mask[2:4, 2:4] = 1
    mask[60, 60] = 2
    flag = only_flag(root, mask)
    assert (flag.check, flag.value) == ("noise", 2)
    assert flag.message == "2 pieces are smaller than 10 pixels."
    assert set(flag.region) == {(2, 2, 2, 2), (60, 60, 1, 1)}


def test_that_an_object_in_six_pieces_is_flagged_and_one_in_five_is_not(root: Path):
    mask = np.zeros((64, 64), np.uint8)
    for number in range(5):
        mask[10:20, 2 + 12 * number : 8 + 12 * number] = 1
    write_sample(root, "train", "000", {"labels": mask})
    assert flags_of(root) == {}
    mask[40:50, 10:20] = 2
    flag = only_flag(root, mask)
    assert (flag.check, flag.value) == ("too_many_components", 6)


def test_that_a_hole_is_measured_against_the_outer_contour(root: Path):
    mask = np.zeros((64, 64), np.uint8)
    mask[10:51, 10:51] = 1
    mask[20:41, 20:41] = 0
    write_sample(root, "train", "000", {"labels": mask})
    assert flags_of(root) == {}  # 441 of 1600 px is 27.6 %
    mask[17:44, 17:44] = 0
    flag = only_flag(root, mask)
    assert flag.check == "holes"
    assert flag.value == pytest.approx(100 * 27 * 27 / 1600)
    assert flag.region == ((17, 17, 27, 27),)


def test_that_a_bay_open_to_the_border_is_no_hole(root: Path):
    mask = np.ones((64, 64), np.uint8)
    mask[8:56, 30:64] = 0
    write_sample(root, "train", "000", {"labels": mask})
    assert flags_of(root) == {}


def test_that_a_long_thin_piece_is_flagged_with_its_ratio(root: Path):
    mask = np.zeros((64, 64), np.uint8)
    mask[20:24, 4:54] = 1
    flag = only_flag(root, mask)
    assert (flag.check, flag.value) == ("aspect_ratio", 12.5)


@pytest.mark.parametrize(("pixels", "words"), [(0, "is empty"), (9, "nearly empty: 9 pixels")])
def test_that_empty_and_nearly_empty_masks_are_flagged(root: Path, pixels: int, words: str):
    mask = np.zeros((64, 64), np.uint8)
    mask.flat[:pixels] = 1
    write_sample(root, "train", "000", {"labels": mask})
    messages = {flag.check: flag.message for flag in flags_of(root)["train/000"]}
    assert words in messages["empty_or_full"]


def test_that_a_full_mask_is_flagged(root: Path):
    assert "full" in only_flag(root, np.full((64, 64), 2, np.uint8)).message


def test_that_a_mask_of_another_size_is_flagged_with_both_sizes(root: Path):
    flag = only_flag(root, blob(48), photo=photo_of(blob(64)))
    assert flag.check == "size"
    assert flag.message == "The mask is 48×48, the photo 64×64."


def test_that_illegal_values_are_counted_named_and_shown(root: Path):
    mask = blob()
    mask[30:33, 30:35] = 7
    flag = only_flag(root, mask)
    assert (flag.check, flag.value) == ("class_values", 15)
    assert "15 pixels have the value 7, which is no class (0 to 2)" in flag.message
    assert flag.region == ((30, 30, 5, 3),)


def test_that_ignored_pixels_are_no_object_and_no_illegal_value(root: Path):
    mask = blob()
    mask[0, 0] = 255
    mask[:, 63] = 255
    write_sample(root, "train", "000", {"labels": mask})
    assert flags_of(root) == {}


def test_that_missing_and_unreadable_files_are_flags_with_a_remedy(root: Path):
    (root / "labels" / "train" / "000.png").unlink()
    (root / "img" / "train" / "001.png").write_bytes(b"")
    (root / "labels" / "train" / "002.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    (root / "img" / "val" / "003.png").unlink()
    found = {sample: [f.check for f in flags] for sample, flags in flags_of(root).items()}
    assert found == {
        "train/000": ["pairs"],
        "train/001": ["unreadable"],
        "train/002": ["unreadable"],
        "val/003": ["pairs"],
    }
    (flag,) = flags_of(root)["train/001"]
    assert "001.png" in flag.message
    assert "Replace the file" in flag.message


def test_that_the_study_s_data_gives_the_study_s_flags(shared_dir: Path, tmp_path: Path):
    golden = json.loads((shared_dir / "golden" / "pets.json").read_text())["qa"]
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path)
    with open_workspace(dataset) as workspace:
        for label_set, splits in golden.items():
            found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
            for flag in scan(dataset, label_set, workspace, checks=STRUCTURAL).all_flags():
                split, stem = flag.sample.split("/")
                found[split][flag.check][stem] = flag.value
            for split, expected in splits.items():
                assert found[split] == {check: hits for check, hits in expected.items() if hits}
