"""The checks over the dataset leave the demo's clean samples alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.demo.dataset import make_demo
from core.qa.checks import areas, duplicates, gaps
from core.qa.checks.splits import split_differences
from core.qa.facts import FACTS
from core.qa.registry import CHECKS, SampleFacts
from core.qa.view import SampleView

NEEDED = ("phash", "light", "contrast", "counts", "pieces", "size", "mask_size")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, list[SampleView], set[str]]:
    root: Path = tmp_path_factory.mktemp("demo") / "demo"
    make_demo(root, images=48)
    dataset = open_dataset(root)
    planted = json.loads((root / "demo_defects.json").read_text())["defects"]
    views = [SampleView(dataset, sample, "labels") for sample in dataset.samples]
    return dataset, views, {defect["sample"] for defect in planted}


@pytest.fixture(scope="module")
def facts(demo) -> list[SampleFacts]:
    _, views, _ = demo
    taken = []
    for view in views:
        found = {name: FACTS[name].take(view) for name in NEEDED}
        kept = {name: value for name, value in found.items() if value is not None}
        taken.append(SampleFacts(view.sample.id, view.sample.split, kept))
    return taken


@pytest.mark.parametrize(
    "check_id", [duplicates.duplicate_image.__name__, areas.area_outlier.__name__]
)
def test_that_clean_samples_are_not_flagged_over_the_dataset(demo, facts, check_id):
    dataset, _, defective = demo
    check = CHECKS[check_id]
    assert check.fit is not None
    assert check.judge is not None
    options = check.default_options()
    model = json.loads(json.dumps(check.fit(facts, dataset, options)))
    measured = {entry.sample: check.judge(model, entry, options) for entry in facts}
    flagged = {
        sample for sample, found in measured.items()
        if found is not None and check.is_crossed(found.score, None)
    }  # fmt: skip
    assert flagged <= defective


@pytest.mark.parametrize("check_id", [gaps.unlabelled_sliver.__name__, gaps.clipped_piece.__name__])
def test_that_clean_masks_have_no_slivers_and_no_cuts(demo, check_id):
    _, views, defective = demo
    check = CHECKS[check_id]
    assert check.measure is not None
    measured = {view.sample.id: check.measure(view, check.default_options()) for view in views}
    flagged = {
        sample for sample, found in measured.items()
        if found is not None and check.is_crossed(found.score, None)
    }  # fmt: skip
    assert flagged <= defective


def test_that_the_demo_s_splits_do_not_differ(demo, facts):
    dataset, _, _ = demo
    assert split_differences(facts, dataset) == []
