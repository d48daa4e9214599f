"""After the repair that a check offers, the check finds nothing any more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.qa.checks import CHECKS
from core.qa.repairs import REPAIRS
from core.qa.repairs.applying import apply_repair
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


def test_that_every_repair_that_a_check_offers_exists():
    offered = {repair for check in CHECKS.values() for repair in check.repairs}
    assert offered <= set(REPAIRS)
