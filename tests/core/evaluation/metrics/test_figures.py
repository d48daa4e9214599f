"""Figures with intervals, and what they are said to be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.evaluate import evaluate_run
from core.evaluation.metrics import bootstrap
from core.evaluation.metrics.bootstrap import interval, resampled_sums, swapped_sums
from core.evaluation.metrics.definitions import DEFINITIONS, markdown_table
from core.evaluation.metrics.details import measure_details, summarise
from core.evaluation.metrics.figures import Figure, figures, m_dice
from core.images import read_mask
from tests.core.evaluation.helpers import CLASSES

ROOT = Path(__file__).resolve().parents[4]


def shifted(mask: np.ndarray) -> np.ndarray:
    return np.roll(mask, 2, axis=1)


@pytest.fixture
def evaluation(dataset, predicted_run):
    return evaluate_run(dataset, predicted_run("r", shifted), "val")


@pytest.fixture
def details(dataset):
    found = {}
    for sample in dataset.in_splits(["val"]):
        truth = read_mask(sample.masks["labels"])
        confidence = np.full(truth.shape, 230, np.uint8)
        found[sample.id] = measure_details(
            shifted(truth), truth, num_classes=3, confidence=confidence
        )
    return found


def mean(values: Iterable[float | None]) -> float:
    return float(np.mean([value for value in values if value is not None]))


def test_that_pooled_figures_are_those_of_the_evaluation(evaluation):
    table = figures(evaluation)
    for name in ("mDice", "mIoU", "mAcc", "aAcc"):
        assert table.of(name).value == pytest.approx(getattr(evaluation, name))
    for entry in evaluation.classes:
        for name in ("dice", "iou", "acc"):
            assert table.of(name, entry.name).value == pytest.approx(getattr(entry, name))
        assert table.of("recall", entry.name).value == table.of("acc", entry.name).value
    pixels = evaluation.scores.pooled_cells()
    assert table.of("precision", "cat").value == pytest.approx(
        100 * pixels[1, 1] / pixels[:, 1].sum()
    )


def test_that_figures_per_image_are_means_over_the_images_that_have_one(evaluation):
    table = figures(evaluation)
    scores = evaluation.scores
    assert table.of("image_mDice").value == pytest.approx(mean(s.mDice for s in scores))
    for index, name in enumerate(CLASSES):
        expected = mean(score.dice[index] for score in scores)
        assert table.of("image_dice", name).value == pytest.approx(expected)
    assert table.of("image_mDice").value != pytest.approx(table.of("mDice").value)


def test_that_details_give_figures_of_borders_objects_and_confidence(evaluation, details):
    table = figures(evaluation, details)
    found = summarise(list(details.values()), CLASSES)
    assert table.of("boundary_iou", "cat").value == pytest.approx(found.boundary[1].iou)
    assert table.of("boundary_f1", "dog").value == pytest.approx(found.boundary[2].f1)
    assert table.of("boundary_mIoU").value == pytest.approx(mean(b.iou for b in found.boundary))
    assert table.of("hits").value == sum(each.hits for each in found.objects)
    assert table.of("object_f1", "cat").value == pytest.approx(found.objects[1].f1)
    assert table.of("ece").value == pytest.approx(found.ece)
    assert table.of("ece_of_objects").value == pytest.approx(found.ece_of_objects)
    assert not figures(evaluation).has("ece")
    with pytest.raises(KeyError):
        figures(evaluation).of("boundary_mIoU")


def test_that_every_figure_has_a_definition_and_every_definition_a_figure(evaluation, details):
    shown = {each.id for _, each in figures(evaluation, details, resamples=0).rows()}
    assert shown == set(DEFINITIONS)
    for each in DEFINITIONS.values():
        assert each.formula
        assert each.meaning
        assert each.source
        assert each.how == ("per image" if each.id.startswith("image_") else "pooled")


def test_that_the_help_page_says_what_the_definitions_say():
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert markdown_table() in page
    assert page.count("\n| `") == len(DEFINITIONS)


def test_that_intervals_hold_the_figure_and_are_the_same_each_time(evaluation, details):
    table = figures(evaluation, details)
    again = figures(evaluation, details)
    assert table == again
    dice = table.of("mDice")
    assert dice.low < dice.value < dice.high
    narrow = figures(evaluation, details, level=0.5).of("mDice")
    assert dice.low < narrow.low < narrow.high < dice.high
    assert figures(evaluation, seed=1).of("mDice") != dice
    assert figures(evaluation, resamples=0).of("mDice") == Figure("mDice", dice.value)


def test_that_some_samples_can_be_chosen(evaluation, details):
    chosen = evaluation.scores.ids[:3]
    table = figures(evaluation, details, only=chosen)
    assert table.samples == 3
    assert table.of("image_mDice").value == pytest.approx(
        mean(score.mDice for score in evaluation.scores[:3])
    )
    assert m_dice(evaluation, chosen) == table.of("mDice")
    nothing = figures(evaluation, details, only=[])
    assert nothing.of("mDice") == Figure("mDice", None)
    assert nothing.of("hits").value == 0
    assert m_dice(evaluation, []) == Figure("mDice", None)


def test_that_one_image_has_no_interval(evaluation):
    alone = figures(evaluation, only=evaluation.scores.ids[:1]).of("mDice")
    assert (alone.low, alone.high) == (None, None)


def test_that_an_impossible_level_is_refused(evaluation):
    with pytest.raises(ValueError):
        figures(evaluation, level=1.0)


def test_that_a_draw_has_as_many_images_as_there_are(monkeypatch):
    counts = np.column_stack([np.ones(50), np.arange(50)])
    sums = resampled_sums(counts, 300, seed=3)
    assert (sums[:, 0] == 50).all()
    # The mean over 50 of 0 to 49 scatters by 14.4 / √50 around 24.5.
    assert sums[:, 1].mean() / 50 == pytest.approx(24.5, abs=0.5)
    assert sums[:, 1].std() / 50 == pytest.approx(14.43 / 50**0.5, rel=0.15)
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 500)  # in small parts: the same draws
    assert np.array_equal(resampled_sums(counts, 300, seed=3), sums)


def test_that_about_half_of_the_images_are_swapped():
    sums = swapped_sums(np.eye(20), 400, seed=0)
    assert set(np.unique(sums)) == {0, 1}
    assert sums.mean() == pytest.approx(0.5, abs=0.03)
    assert len(np.unique(sums, axis=0)) > 390


def test_that_an_interval_leaves_the_same_share_on_both_sides():
    values = np.arange(101.0)[:, None] * [1, np.nan, 2]
    values[:50, 2] = np.nan
    low, high = interval(values, 0.9)
    assert (low[0], high[0]) == (pytest.approx(5), pytest.approx(95))
    assert np.isnan(low[1])
    assert low[2] > 100


def test_that_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Of 200 samples of 60 images, 95 % intervals of their mean hold the true mean 0.5."""
    rng = np.random.default_rng(5)
    hits = 0
    for number in range(200):
        values = rng.random((60, 1))
        low, high = interval(resampled_sums(values, 300, seed=number) / 60)
        hits += bool(low[0] <= 0.5 <= high[0])
    assert 180 <= hits <= 198
