"""Metrics against MMSegmentation's own IoUMetric."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import PetsegError
from core.evaluation.metrics.confusion import ConfusionMatrix, Mask, per_image_dice
from core.images import read_mask


def mmseg_areas(pairs: list[tuple[Mask, Mask]], num_classes: int, ignore_index: int):
    """The figures IoUMetric gives for (prediction, truth) pairs, as fractions by name."""
    torch = pytest.importorskip("torch")
    iou_metric = pytest.importorskip("mmseg.evaluation.metrics.iou_metric").IoUMetric
    areas = [
        iou_metric.intersect_and_union(
            torch.from_numpy(prediction.astype(np.int64)),
            torch.from_numpy(truth.astype(np.int64)),
            num_classes,
            ignore_index,
        )
        for prediction, truth in pairs
    ]
    totals = [sum(column) for column in zip(*areas, strict=True)]
    return iou_metric.total_area_to_metrics(*totals, metrics=["mDice", "mIoU"])


def assert_equal_to_mmseg(pairs: list[tuple[Mask, Mask]], num_classes: int, ignore_index: int):
    matrix = ConfusionMatrix(num_classes, ignore_index)
    for prediction, truth in pairs:
        matrix.add(prediction, truth)
    expected = mmseg_areas(pairs, num_classes, ignore_index)
    if matrix.labelled_pixels == 0:
        with pytest.raises(PetsegError):
            matrix.metrics([str(i) for i in range(num_classes)])
        return
    metrics = matrix.metrics([str(i) for i in range(num_classes)])
    assert metrics.aAcc == pytest.approx(100 * float(expected["aAcc"]), abs=0.01)
    for name, key in (("dice", "Dice"), ("acc", "Acc"), ("iou", "IoU")):
        mean = getattr(metrics, {"dice": "mDice", "acc": "mAcc", "iou": "mIoU"}[name])
        assert mean == pytest.approx(100 * float(np.nanmean(expected[key])), abs=0.01)
        for mine, theirs in zip(metrics.classes, expected[key], strict=True):
            value = getattr(mine, name)
            if math.isnan(theirs):
                assert value is None
            else:
                assert value == pytest.approx(100 * float(theirs), abs=0.01)


@st.composite
def cases(draw):
    # With one class only, torch.histc takes its range from the data: IoUMetric means nothing there.
    num_classes = draw(st.integers(2, 20))
    ignore_index = draw(st.sampled_from([255, 255, 0, 1, 200]))
    legal = [*range(num_classes), ignore_index]
    # Values that are no class at all belong to the comparison as well.
    values = st.sampled_from([*legal, *legal, 254])
    pairs = []
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=9))
        pairs.append(
            (
                draw(hnp.arrays(np.uint8, shape, elements=values)),
                draw(hnp.arrays(np.uint8, shape, elements=values)),
            )
        )
    return pairs, num_classes, ignore_index


@settings(max_examples=150, deadline=None)
@given(cases())
def test_that_the_figures_equal_mmsegs_for_any_masks(case):
    assert_equal_to_mmseg(*case)


def test_that_the_figures_equal_mmsegs_on_larger_masks_with_ignored_pixels_and_absent_classes():
    rng = np.random.default_rng(0)
    pairs = []
    for _ in range(5):
        truth = rng.integers(0, 3, (120, 200), dtype=np.uint8)
        prediction = np.where(rng.random(truth.shape) < 0.7, truth, rng.integers(0, 3)).astype(
            np.uint8
        )
        truth[rng.random(truth.shape) < 0.1] = 255
        pairs.append((prediction, truth))
    assert_equal_to_mmseg(pairs, 5, 255)  # classes 3 and 4 occur nowhere


def test_that_a_hundred_and_fifty_classes_are_counted_right():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 150, (64, 64), dtype=np.uint8)
    prediction = np.where(rng.random(truth.shape) < 0.5, truth, 149).astype(np.uint8)
    assert_equal_to_mmseg([(prediction, truth)], 150, 255)


def test_that_the_whole_metric_of_mmseg_prints_the_same_summary():
    torch = pytest.importorskip("torch")
    iou_metric = pytest.importorskip("mmseg.evaluation.metrics.iou_metric").IoUMetric
    rng = np.random.default_rng(2)
    metric = iou_metric(iou_metrics=["mDice", "mIoU"])
    metric.dataset_meta = {"classes": ("background", "cat", "dog")}
    matrix = ConfusionMatrix(3)
    for _ in range(4):
        truth = rng.integers(0, 3, (50, 60), dtype=np.uint8)
        prediction = np.where(rng.random(truth.shape) < 0.8, truth, 0).astype(np.uint8)
        matrix.add(prediction, truth)
        sample = {
            "pred_sem_seg": {"data": torch.from_numpy(prediction.astype(np.int64))},
            "gt_sem_seg": {"data": torch.from_numpy(truth)},
        }
        metric.process({}, [sample])
    printed = metric.compute_metrics(metric.results)
    metrics = matrix.metrics(["background", "cat", "dog"])
    for name in ("mDice", "mAcc", "aAcc", "mIoU"):
        assert getattr(metrics, name) == pytest.approx(float(printed[name]), abs=0.01)


def test_that_the_figures_on_the_studys_masks_equal_mmsegs(shared_dir):
    """The raw masks of the study, taken for predictions of the corrected ones."""
    fixed = sorted((shared_dir / "pets" / "labels_fixed" / "val").iterdir())[:60]
    raw = shared_dir / "pets" / "labels" / "val"
    assert_equal_to_mmseg([(read_mask(raw / path.name), read_mask(path)) for path in fixed], 3, 255)


def test_that_an_image_larger_than_a_block_is_counted_whole():
    truth = np.zeros((1500, 1000), np.uint8)
    truth[700:800] = 1
    matrix = ConfusionMatrix(2)
    matrix.add(truth, truth)
    assert matrix.counts.tolist() == [[1_400_000, 0], [0, 100_000]]


def test_that_merging_gives_what_counting_together_gives():
    rng = np.random.default_rng(3)
    one, two, both = ConfusionMatrix(3), ConfusionMatrix(3), ConfusionMatrix(3)
    for part in (one, two):
        prediction = rng.integers(0, 4, (9, 9), dtype=np.uint8)
        truth = rng.choice(np.array([0, 1, 2, 255], np.uint8), (9, 9))
        part.add(prediction, truth)
        both.add(prediction, truth)
    again = ConfusionMatrix(3)
    again.add_entries(one.entries())
    again.merge(two)
    assert np.array_equal(again.full_counts, both.full_counts)
    with pytest.raises(ValueError):
        one.merge(ConfusionMatrix(4))


def test_that_rows_are_the_truth_and_columns_the_prediction():
    matrix = ConfusionMatrix(2)
    matrix.add(np.array([[1, 1, 0]], np.uint8), np.array([[0, 1, 255]], np.uint8))
    assert matrix.counts.tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("prediction", "truth"),
    [
        (np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8)),
        (np.zeros((2, 2), np.int64), np.zeros((2, 2), np.uint8)),
    ],
)
def test_that_masks_that_do_not_fit_together_are_refused(prediction, truth):
    with pytest.raises(ValueError):
        ConfusionMatrix(3).add(prediction, truth)


def test_that_the_dice_of_an_image_is_the_mean_over_the_classes_in_it():
    truth = np.array([[0, 0, 1, 1]], np.uint8)
    prediction = np.array([[0, 0, 1, 0]], np.uint8)
    scores, mean = per_image_dice(prediction, truth, 3)
    assert scores[:2] == pytest.approx([80.0, 200 / 3])
    assert math.isnan(scores[2])
    assert mean == pytest.approx((80.0 + 200 / 3) / 2)


def test_that_an_image_of_ignored_pixels_has_no_dice():
    scores, mean = per_image_dice(np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8), 2)
    assert np.isnan(scores).all()
    assert math.isnan(mean)


def test_that_nothing_to_measure_is_said_in_words():
    with pytest.raises(PetsegError, match="no pixel has a class"):
        ConfusionMatrix(2).metrics(["a", "b"])
