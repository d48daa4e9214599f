"""After the repair that a check offers, the check finds nothing any more."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.images import read_mask
from core.qa.checks import CHECKS
from core.qa.repairs import REPAIRS
from core.qa.repairs.applying import apply_repair, mended_mask
from core.qa.settings import CheckSettings
from core.qa.view import SampleView
from tests.making import blob, photo_of, write_sample


def with_specks() -> np.ndarray:
    mask = blob()
    mask[2:4, 2:4] = 1
    mask[60, 60] = 2
    return mask


def in_pieces() -> np.ndarray:
    mask = np.zeros((64, 64), np.uint8)
    mask[::16, ::16] = 1
    mask[30:34, 30:40] = 2
    return mask


def with_a_hole() -> np.ndarray:
    mask = blob()
    mask[22:42, 24:40] = 0
    return mask


def with_illegal_values() -> np.ndarray:
    mask = blob()
    mask[30:34, 30:34] = 77
    mask[0, 0] = 200
    return mask


CASES = {
    ("noise", "drop_specks"): with_specks,
    ("too_many_components", "keep_largest"): in_pieces,
    ("too_many_components", "drop_specks"): in_pieces,
    ("holes", "fill_holes"): with_a_hole,
    ("class_values", "snap_values"): with_illegal_values,
    ("size", "resize_mask"): lambda: blob(32),
}


@pytest.mark.parametrize(("check_id", "repair_id"), list(CASES))
def test_that_a_repaired_sample_is_not_flagged_again(tmp_path: Path, check_id: str, repair_id: str):
    write_sample(
        tmp_path, "train", "a", {"labels": CASES[check_id, repair_id]()}, photo=photo_of(blob())
    )
    for number in range(4):
        write_sample(tmp_path, "train", f"clean{number}", {"labels": blob(64, 1 + number % 2)})
    dataset = open_dataset(tmp_path)
    sample = dataset.sample("train/a")
    check = CHECKS[check_id]

    def is_flagged() -> bool:
        found = check.measure(SampleView(dataset, sample, "labels"), check.default_options())
        return found is not None and check.is_crossed(found.score, None)

    assert is_flagged()
    repair = REPAIRS[repair_id]
    options = repair.default_options(CheckSettings().limit_of)
    with open_workspace(dataset) as workspace:
        result = apply_repair(dataset, workspace, sample, "labels", repair, options)
    assert result.is_changed
    assert not is_flagged()


def test_that_a_mask_drawn_on_the_unturned_photo_is_turned_once(tmp_path: Path):
    write_sample(tmp_path, "train", "a", {"labels": np.zeros((40, 60), np.uint8)})
    mask = np.zeros((40, 60), np.uint8)
    mask[:10, :20] = 1
    write_sample(tmp_path, "train", "b", {"labels": mask})
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "img" / "train" / "b.png").unlink()
    Image.new("RGB", (60, 40)).save(tmp_path / "img" / "train" / "b.jpg", exif=exif)
    dataset = open_dataset(tmp_path)
    sample = dataset.sample("train/b")
    check = CHECKS["exif_orientation"]
    assert check.measure(SampleView(dataset, sample, "labels"), {}) is not None
    with open_workspace(dataset) as workspace:
        repair = REPAIRS["reorient"]
        assert apply_repair(dataset, workspace, sample, "labels", repair).is_changed
        assert not apply_repair(dataset, workspace, sample, "labels", repair).is_changed
    assert check.measure(SampleView(dataset, sample, "labels"), {}) is None
    assert read_mask(sample.masks["labels"])[:20, -10:].all()


def test_that_every_repair_that_a_check_offers_exists():
    offered = {repair for check in CHECKS.values() for repair in check.repairs}
    assert offered <= set(REPAIRS)


def test_that_the_study_s_specks_are_dropped_and_nothing_else(
    tmp_path: Path, shared_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PETSEG_WORKSPACE", str(tmp_path))
    dataset = open_dataset(shared_dir / "pets")
    golden = json.loads((shared_dir / "golden" / "pets.json").read_text("utf-8"))
    changed = {}
    for sample in dataset.in_splits(["train"]):
        before, after = mended_mask(dataset, sample, "labels", REPAIRS["drop_specks"])
        if (before != after).any():
            changed[sample.stem] = cv2.connectedComponents(foreground(before))[0]
            changed[sample.stem] -= cv2.connectedComponents(foreground(after))[0]
    assert changed == golden["qa"]["labels"]["train"]["noise"]


def foreground(mask: np.ndarray) -> np.ndarray:
    return (mask > 0).astype(np.uint8)
