"""The tables: equal to the study on its data, and right on masks that can be counted by eye."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import Dataset, open_dataset
from core.eda import tables
from core.eda.columns import Eda, collect
from core.eda.export import csv_tables, describe
from core.qa.registry import SampleFacts
from tests.core.eda.views import eda_of, write_classes
from tests.making import write_sample


def printed_numbers(text: str) -> Any:
    """JSON whose numbers remember how many digits were printed."""
    return json.loads(text, parse_float=Decimal)


def assert_equal_as_printed(found: float, expected: Decimal | int) -> None:
    if isinstance(expected, int):
        assert found == expected
    else:
        digits = -int(expected.as_tuple().exponent)
        assert round(Decimal(repr(found)), digits) == expected


@pytest.mark.parametrize("label_set", ["labels", "labels_fixed"])
def test_that_the_study_s_numbers_come_out_of_the_study_s_data(
    shared_dir: Path, tmp_path: Path, label_set: str
):
    golden = printed_numbers((shared_dir / "golden" / "pets.json").read_text())
    expected = golden["eda"][label_set]["train"]
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path)
    found = describe(eda_of(dataset, label_set).only(["train"]))
    assert found["images"] == expected["images"]
    for table in ("class_balance", "object_area_pct"):
        for name, numbers in expected[table].items():
            for key, number in numbers.items():
                assert_equal_as_printed(found[table][name][key], number)
    for method, weights in expected.get("class_weights", {}).items():
        for weight, number in zip(found["class_weights"][method], weights, strict=True):
            assert_equal_as_printed(weight, number)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Two training masks with cats, one of them with a dog, one val mask, one photo without."""
    write_classes(tmp_path)
    cat, both, dog = np.zeros((3, 20, 20), np.uint8)
    cat[0:10, 0:10] = 1
    both[0:2, 0:5] = both[10:20, 0:10] = 1
    both[0:4, 10:20] = 2
    dog[0:4, 0:4] = 2
    write_sample(tmp_path, "train", "a", {"labels": cat})
    write_sample(tmp_path, "train", "b", {"labels": both})
    write_sample(tmp_path, "val", "c", {"labels": dog})
    write_sample(tmp_path, "val", "d", {"other": dog}, photo=np.full((30, 60, 3), 90, np.uint8))
    return open_dataset(tmp_path)


@pytest.fixture
def eda(dataset: Dataset) -> Eda:
    return eda_of(dataset)


def test_that_shares_are_of_the_samples_that_have_a_mask(eda: Eda):
    assert (len(eda), eda.labelled) == (4, 3)
    background, cat, dog = tables.class_balance(eda)
    assert (background.images, background.image_share_pct) == (3, 100)
    assert (cat.images, cat.objects, cat.instances_per_image) == (2, 3, 1.5)
    assert cat.image_share_pct == pytest.approx(200 / 3)
    assert dog.pixel_share_pct == pytest.approx(100 * (40 + 16) / 1200)
    assert background.instances_per_image is None


def test_that_areas_are_in_percent_of_the_mask(eda: Eda):
    assert tables.object_areas(eda, 1).tolist() == [25, 2.5, 25]
    summary = tables.summarize(tables.object_areas(eda, 1))
    assert (summary.count, summary.median, summary.minimum, summary.p25) == (3, 25, 2.5, 13.75)


def test_that_a_split_alone_is_as_if_there_were_no_other(eda: Eda):
    val = eda.only(["val"])
    assert (val.ids, val.splits) == (("val/c", "val/d"), ("val",))
    assert [row.images for row in tables.class_balance(val)] == [1, 0, 1]
    assert tables.object_areas(val, 2).tolist() == [4]
    assert val.pixels.tolist() == [384, 0, 16]
    assert not tables.positions(val, 1).any()
    assert describe(eda)["by_split"]["val"]["images"] == 2
    assert eda.only(["train", "val"]) is eda


def test_that_positions_are_averaged_over_the_masks_that_hold_the_class(eda: Eda):
    heat = tables.positions(eda, 1)
    assert heat.shape == (16, 16)
    assert heat[0, 0] == pytest.approx(100)  # both cats' masks
    assert heat[7, 0] == pytest.approx(50, abs=0.5)  # the first alone
    assert heat[15, 15] == 0


def test_that_the_cat_s_heat_map_adds_up_to_its_pixels(eda: Eda):
    share = tables.positions(eda, 1).mean() * 2 / 100
    assert share * 400 == pytest.approx(int(eda.pixels[1]), rel=0.02)


def test_that_samples_can_be_found_again_from_what_a_chart_shows(eda: Eda):
    large = (eda.objects.class_index == 1) & (eda.objects.area_pct > 10)
    assert eda.ids_at(eda.objects.sample[large]) == ["train/a", "train/b"]
    assert eda.ids_at(eda.samples.width == 60) == ["val/d"]
    assert eda.holds().tolist() == [
        [True, True, False], [True, True, True], [True, False, True], [False, False, False],
    ]  # fmt: skip


def test_that_sizes_are_listed_the_most_frequent_first(eda: Eda):
    assert tables.sizes(eda) == [tables.Size(20, 20, 3), tables.Size(60, 30, 1)]


def test_that_class_weights_follow_from_the_training_masks_alone(eda: Eda):
    split, weights = tables.class_weights(eda)
    assert split == "train"
    assert weights == tables.class_weights(eda.only(["train"]))[1]
    without = tables.class_weights(eda.only(["val"]))
    assert without[0] == ""
    assert without[1]["median_frequency"][1] == 0


def test_that_the_json_has_the_documented_shape_and_is_json(eda: Eda):
    data = json.loads(json.dumps(describe(eda), allow_nan=False))
    assert {
        "label_set", "splits", "images", "class_balance", "object_area_pct", "class_weights",
    } <= set(data)  # fmt: skip
    assert set(data["class_balance"]["cat"]) >= {
        "images", "image_share_pct", "instances_per_image", "pixel_share_pct",
    }  # fmt: skip
    assert set(data["object_area_pct"]) == {"cat", "dog"}
    assert set(data["object_area_pct"]["cat"]) >= {
        "objects", "mean", "median", "min", "max", "p25", "p75",
    }  # fmt: skip
    bars = data["object_area_pct"]["cat"]["histogram"]
    assert sum(bars["counts"]) == 3
    assert len(bars["edges"]) == len(bars["counts"]) + 1


def test_that_every_csv_table_has_rows_as_wide_as_its_heading(eda: Eda):
    found = {table.name: table for table in csv_tables(eda)}
    for table in found.values():
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.name
    assert [row[0] for row in found["samples"].rows] == list(eda.ids)
    splits = [row[0] for row in found["class_balance"].rows]
    assert splits == ["train"] * 3 + ["val"] * 3 + ["all"] * 3


def test_that_nothing_at_all_gives_empty_tables(dataset: Dataset):
    empty = collect([], dataset, "labels")
    data = json.loads(json.dumps(describe(empty), allow_nan=False))
    assert data["images"] == 0
    assert data["object_area_pct"]["cat"]["mean"] is None
    assert empty.only(["train"]).ids == ()
    csv_tables(empty)


def test_that_samples_of_which_nothing_is_known_are_counted_and_nothing_else(dataset: Dataset):
    unknown = [SampleFacts(f"train/{number}", "train", {}) for number in range(3000)]
    eda = collect(unknown, dataset, "labels")
    assert (len(eda), eda.labelled, len(eda.objects.sample)) == (3000, 0, 0)
    assert len(tables.brightness(eda)) == 0
    assert tables.sizes(eda) == []


@given(highest=st.floats(1e-6, 1e6))
def test_that_histogram_edges_are_round_and_reach_the_highest_value(highest: float):
    edges = tables.round_edges(highest)
    step = edges[1]
    assert edges[0] == 0
    assert edges[-1] >= highest * (1 - 1e-6)
    assert edges[-2] < highest
    assert 8 <= len(edges) <= tables.BINS + 2
    mantissa = step / 10 ** np.floor(np.log10(step) + 1e-9)
    assert min(abs(mantissa - each) for each in (1, 2, 2.5, 5)) < 1e-6


@given(counts=st.lists(st.integers(0, 500), min_size=1, max_size=50))
def test_that_every_count_lies_in_a_bar(counts: list[int]):
    bars = tables.count_histogram(np.array(counts))
    assert bars.counts.sum() == len(counts)
    assert len(bars.counts) <= 2 * tables.BINS
