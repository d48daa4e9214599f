"""The checks held against the truth of the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.demo.dataset import make_demo
from core.qa.checks import CHECKS
from core.qa.scanning.scan import scan

APPEARANCE = ("border_shift", "border_disagreement", "class_outlier", "mixed_object")


@pytest.fixture(scope="module")
def found_and_planted(tmp_path_factory: pytest.TempPathFactory):
    root: Path = tmp_path_factory.mktemp("truth") / "demo"
    make_demo(root)
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        flags = list(scan(dataset, "labels", workspace).all_flags())
    listed = json.loads((root / "demo_defects.json").read_text())["defects"]
    return {(flag.sample, flag.check) for flag in flags}, {
        (d["sample"], d["check"]) for d in listed
    }


def test_that_every_planted_defect_is_found(found_and_planted):
    found, planted = found_and_planted
    assert {check for _, check in planted} >= {
        "pairs", "size", "class_values", "too_many_components", "noise", "holes",
        "border_shift", "class_outlier",
    }  # fmt: skip
    assert planted - found == set()


def test_that_no_clean_mask_is_flagged_by_the_structural_checks(found_and_planted):
    found, planted = found_and_planted
    defective = {sample for sample, _ in planted}
    structural = {
        (sample, check)
        for sample, check in found
        if CHECKS[check].structural and sample not in defective
    }
    assert structural == set()


def test_that_the_checks_of_appearance_leave_the_clean_masks_alone(found_and_planted):
    found, planted = found_and_planted
    defective = {sample for sample, _ in planted}
    flagged = {sample for sample, check in found if check in APPEARANCE}
    assert flagged - defective == set()
