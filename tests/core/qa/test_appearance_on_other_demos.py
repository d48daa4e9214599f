"""The checks of appearance, held against the truth of demos they were not looked at with."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.dataset import open_dataset
from core.demo.dataset import make_demo
from core.qa.view import SampleView
from tests.core.qa.looking import facts_of, found, judged, measured

pytestmark = pytest.mark.slow

ALONE = ("border_shift", "border_disagreement")
OVER_ALL = ("class_outlier", "mixed_object")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_that_every_planted_shift_and_swap_is_found_without_a_false_alarm(
    tmp_path: Path, seed: int
):
    report = make_demo(tmp_path / "demo", seed=seed)
    dataset = open_dataset(report.root)
    flagged, facts = set(), []
    for sample in dataset.samples:
        view = SampleView(dataset, sample, "labels")
        flagged |= {(sample.id, check) for check in ALONE if found(check, measured(check, view))}
        facts.append(facts_of(view))
    flagged |= set(judged(dataset, facts, OVER_ALL))
    planted = {
        (defect.sample, defect.check)
        for defect in report.defects
        if defect.check in ("border_shift", *OVER_ALL)
    }
    assert planted - flagged == set()
    defective = {defect.sample for defect in report.defects}
    assert {sample for sample, _ in flagged} - defective == set()
