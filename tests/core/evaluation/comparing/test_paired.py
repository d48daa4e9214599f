"""Whether two runs differ by more than chance."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import numpy as np
import pytest

from core.errors import PetsegError
from core.evaluation.comparing.paired import PairedTest, paired_test
from core.evaluation.comparing.several import compare_several
from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.metrics.confusion import ConfusionMatrix
from core.evaluation.score_table import SampleScore, ScoreTable
from core.evaluation.scores import CacheKeys, Evaluation, SkippedSample

NAMES = ["background", "cat"]


def evaluation(run: str, counts: dict[str, list[list[int]]], **changes: object) -> Evaluation:
    """An evaluation with the confusion matrix of each sample."""
    total = ConfusionMatrix(2)
    scores = []
    for sample, rows in counts.items():
        matrix = ConfusionMatrix(2)
        matrix.add_counts(np.array(rows))
        total.merge(matrix)
        dice = matrix.dice()
        cells, mean = tuple(matrix.entries()), float(dice.mean())
        scores.append(SampleScore(sample, mean, tuple(dice.tolist()), ErrorCounts(), cells))
    fields: dict[str, object] = {
        "run": run,
        "split": "val",
        "label_set": "labels",
        "samples": len(scores),
        "scores": ScoreTable.from_scores(scores, 2),
        "skipped": (),
        "cache": CacheKeys(num_classes=2, ignore_index=255),
    }
    return Evaluation(**(total.metrics(NAMES).model_dump() | fields | changes))


def images(found: list[int]) -> dict[str, list[list[int]]]:
    """Images of 1000 pixels, 100 of them cat, of which so many are found."""
    return {f"val/{i}": [[900, 0], [100 - n, n]] for i, n in enumerate(found)}


@pytest.fixture
def noisy() -> Callable[[float, int], tuple[Evaluation, Evaluation]]:
    """Two runs on 60 images that scatter alike, the second better by so many pixels an image."""

    def make(gain: float, seed: int) -> tuple[Evaluation, Evaluation]:
        rng = np.random.default_rng(seed)
        first, second = rng.normal([[60], [60 + gain]], 12, (2, 60)).round().clip(0, 100)
        return (
            evaluation("a", images(first.astype(int).tolist())),
            evaluation("b", images(second.astype(int).tolist())),
        )

    return make


def test_that_a_clear_gain_is_more_than_chance(noisy):
    a, b = noisy(15, 0)
    found = paired_test(a, b)
    assert found.delta == pytest.approx(b.mDice - a.mDice)
    assert 0 < found.low < found.delta < found.high
    assert found.p_value < 0.01
    assert found.is_more_than_chance
    sentence = found.sentence("first", "second")
    assert f"second has an mDice of {b.mDice:.2f}" in sentence
    assert f"first with {a.mDice:.2f}" in sentence
    assert "That is more than chance" in sentence


def test_that_a_small_gain_is_said_to_be_possibly_chance(noisy):
    found = paired_test(*noisy(0.5, 1))
    assert found.p_value > 0.05
    assert found.low < 0 < found.high
    assert "can be chance" in found.sentence()
    assert not found.is_more_than_chance


def test_that_equal_runs_rarely_seem_different(noisy):
    seen = [paired_test(*noisy(0, seed), resamples=200).p_value for seed in range(100, 140)]
    assert sum(p < 0.05 for p in seen) <= 6
    assert 0.3 < np.mean(seen) < 0.7


def test_that_the_p_value_is_the_share_of_all_swaps_with_as_large_a_difference():
    first, second = [50, 60, 70, 40, 55, 66, 48], [58, 61, 79, 46, 52, 75, 60]
    a, b = evaluation("a", images(first)), evaluation("b", images(second))

    def gain(ours: tuple[int, ...], theirs: tuple[int, ...]) -> float:
        return (
            evaluation("y", images(list(theirs))).mDice - evaluation("x", images(list(ours))).mDice
        )

    as_large, all_swaps = 0, list(itertools.product([False, True], repeat=7))
    for swaps in all_swaps:
        pairs = [
            (y, x) if swap else (x, y) for x, y, swap in zip(first, second, swaps, strict=True)
        ]
        ours, theirs = zip(*pairs, strict=True)
        as_large += abs(gain(ours, theirs)) >= b.mDice - a.mDice - 1e-9
    found = paired_test(a, b, resamples=5000)
    assert found.p_value == pytest.approx(as_large / len(all_swaps), abs=0.01)


def test_that_a_run_against_itself_shows_nothing(noisy):
    a, _ = noisy(0, 2)
    found = paired_test(a, a)
    assert (found.delta, found.low, found.high, found.p_value) == (0, 0, 0, 1)
    assert "no difference" in found.sentence()


def test_that_the_other_way_round_is_the_same_with_the_other_sign(noisy):
    a, b = noisy(4, 3)
    one, other = paired_test(a, b), paired_test(b, a)
    assert one.delta == pytest.approx(-other.delta)
    assert one.low == pytest.approx(-other.high)
    assert one.p_value == pytest.approx(other.p_value, abs=0.05)
    assert "below" in other.sentence()


def test_that_only_samples_of_both_runs_count(noisy):
    a, b = noisy(4, 4)
    fewer = evaluation("b", dict(list(images([90] * 60).items())[::2]))
    assert paired_test(a, fewer).samples == 30
    assert paired_test(a, b).samples == 60


def test_that_samples_can_be_left_out_of_a_test(noisy):
    a, b = noisy(15, 3)
    some = set(a.scores.ids[:30])
    found = paired_test(a, b, only=some)
    assert found.samples == 30
    assert found.delta != paired_test(a, b).delta


def test_that_few_images_are_said_to_be_few():
    few = paired_test(evaluation("a", images([50, 60])), evaluation("b", images([55, 66])))
    assert "2 images are few" in few.sentence()
    one = paired_test(evaluation("a", images([50])), evaluation("b", images([55])))
    assert one.p_value is None
    assert "one image alone" in one.sentence()


def test_that_the_json_has_the_interval_of_every_class(noisy):
    data = json.loads(json.dumps(paired_test(*noisy(4, 5)).as_json(), allow_nan=False))
    assert set(data["classes"]) == set(NAMES)
    assert set(data["mDice"]) == {"delta", "low", "high", "p_value"}


def test_that_what_cannot_be_compared_is_refused(noisy):
    a, b = noisy(4, 6)
    with pytest.raises(ValueError):
        paired_test(a, evaluation("b", images([50]), split="test"))
    with pytest.raises(PetsegError, match="no measured sample in common"):
        paired_test(a, evaluation("b", {"val/other": [[1, 0], [0, 1]]}))
    with pytest.raises(ValueError):
        paired_test(a, b, level=0)


def test_that_a_sentence_names_runs_by_their_ids_unless_told_otherwise(noisy):
    found = paired_test(*noisy(4, 7))
    assert isinstance(found, PairedTest)
    assert found.sentence().startswith("On 60 images b has")


def test_that_several_runs_are_compared_on_the_samples_that_all_have():
    a = evaluation("a", images([50, 60, 70]))
    b = evaluation("b", images([80, 60, 30]))
    c = evaluation(
        "c",
        dict(list(images([90, 60, 70]).items())[:2]),
        skipped=(SkippedSample(sample="val/2", reason="it has no prediction"),),
    )
    found = compare_several([a, b, c])
    assert found.samples == ("val/0", "val/1")
    assert found.m_dice.shape == (2, 3)
    assert found.metrics[2] == c.metrics
    assert found.metrics[0].mDice != a.mDice
    assert found.deltas(1)["mDice"] == pytest.approx(
        found.metrics[1].mDice - found.metrics[0].mDice
    )
    assert found.deltas(0) == {"mDice": 0, "background": 0, "cat": 0}
    assert found.better().tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert found.best_alone().tolist() == [0, 0, 1]
    assert found.samples_better(2, than=0) == ("val/0",)
    assert found.sample_deltas(1, 0, "cat")[1] == 0
    assert [(each.sample, each.reason) for each in found.left_out] == [
        ("val/2", "c: it has no prediction")
    ]
    json.dumps(found.as_json(), allow_nan=False)


def test_that_one_run_alone_and_too_many_are_refused():
    a = evaluation("a", images([50, 60]))
    for count in (1, 7):
        with pytest.raises(ValueError):
            compare_several([a] * count)
    with pytest.raises(PetsegError, match="a and b have no measured sample"):
        compare_several([a, evaluation("b", {"val/other": [[1, 0], [0, 1]]})])
