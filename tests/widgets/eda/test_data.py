"""The charts' numbers, taken from the statistics of a label set."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from core.dataset import open_dataset
from core.eda import tables
from core.eda.columns import Eda, collect
from core.qa.facts import FACTS
from core.qa.registry import SampleFacts
from core.qa.view import SampleView
from tests.making import blob, make_dataset, write_sample
from widgets.eda.choice import samples_with_class
from widgets.eda.data import from_eda


@pytest.fixture
def eda(tmp_path) -> Eda:
    root = make_dataset(tmp_path / "data", samples=6)
    write_sample(root, "val", "006", {"labels": np.zeros((64, 64), np.uint8)})
    write_sample(root, "val", "007", {"labels": blob(64, 1)}, photo=np.zeros((64, 64, 3), np.uint8))
    dataset = open_dataset(root)
    facts = []
    for sample in dataset.samples:
        view = SampleView(dataset, sample, "labels")
        taken = {name: fact.take(view) for name, fact in FACTS.items()}
        facts.append(SampleFacts(sample.id, sample.split, taken))
    return collect(facts, dataset, "labels")


def test_that_the_charts_show_the_numbers_of_the_tables(eda):
    data = from_eda(eda)
    for split, name in [(None, None), *enumerate(eda.splits)]:
        part = eda if name is None else eda.only([name])
        balance = tables.class_balance(part)
        assert data.images(split).tolist() == [row.images for row in balance]
        assert data.instances(split).tolist() == [row.objects or 0 for row in balance]
        shares = [row.pixel_share_pct for row in balance]
        assert data.pixel_share(split).tolist() == pytest.approx(shares)
        assert data.masks_in(split) == part.labelled
        for info in tables.foreground(eda):
            summary = tables.summarize(tables.object_areas(part, info.index))
            numbers = data.area_numbers(info.index, split)
            found = (0, None, None) if numbers is None else (
                numbers.objects, numbers.median, numbers.p75,
            )  # fmt: skip
            assert found == (summary.count, summary.median, summary.p75)
            heat = tables.positions(part, info.index)
            np.testing.assert_allclose(data.heat(info.index, split), heat)


def test_that_positions_are_those_of_the_ids(eda):
    found = samples_with_class(from_eda(eda), 1)
    assert "val/007" in eda.ids_at(found)
    assert "val/006" not in eda.ids_at(found)


def test_that_weights_follow_from_the_training_split(eda):
    data = from_eda(eda)
    assert data.weights_split == "train"
    assert set(data.weights) == {"inverse_frequency", "median_frequency", "effective_number"}
    assert all(len(each) == len(data.classes) for each in data.weights.values())


def test_that_the_panel_alone_does_not_load_the_plotting_library():
    code = "import sys, widgets.eda.panel; print('pyqtgraph' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
