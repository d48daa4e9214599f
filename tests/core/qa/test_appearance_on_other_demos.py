"""The checks of appearance, held against the truth of demos they were not looked at with."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.demo.dataset import make_demo
from core.images import read_image, read_mask
from core.qa.checks.border_shift import border_shift
from core.qa.checks.class_outlier import class_outliers, mixed_objects, object_features

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_that_every_planted_shift_and_swap_is_found_without_a_false_alarm(
    tmp_path: Path, seed: int
):
    report = make_demo(tmp_path / "demo", seed=seed)
    shifted, features = set(), []
    for file in sorted((report.root / "labels").glob("*/*.png")):
        sample = f"{file.parent.name}/{file.stem}"
        image, mask = read_image(report.root / "img" / f"{sample}.jpg"), read_mask(file)
        if mask.shape != image.shape[:2]:
            continue
        if border_shift(image, mask) is not None:
            shifted.add(sample)
        features += [(sample, part) for part in object_features(image, mask, classes=[1, 2])]
    planted = {(defect.sample, defect.check) for defect in report.defects}
    found = {(sample, "border_shift") for sample in shifted}
    found |= {(outlier.sample, "class_outlier") for outlier in class_outliers(features)}
    found |= {(outlier.sample, "mixed_object") for outlier in mixed_objects(features)}
    wanted = {"border_shift", "class_outlier", "mixed_object"}
    assert {entry for entry in planted if entry[1] in wanted} - found == set()
    defective = {defect.sample for defect in report.defects}
    assert {sample for sample, _ in found} - defective == set()
