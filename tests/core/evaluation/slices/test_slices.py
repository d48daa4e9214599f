"""Slices: who is in them, what they cost, and the study's claim on dark animals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import Dataset, open_dataset
from core.evaluation.analyse import Analysis, analyse_run
from core.evaluation.costs import cost_of_part
from core.evaluation.evaluate import evaluate_run
from core.evaluation.metrics.bootstrap import interval, resampled_sums
from core.evaluation.metrics.tally import m_dice_of
from core.evaluation.scores import Evaluation
from core.evaluation.slices.dark import DarkOnDark, Verdict, judge_dark_on_dark
from core.evaluation.slices.facts import measure_facts
from core.evaluation.slices.slicing import Slice, interval_of, make_slices
from core.flags import Flag, Severity
from core.qa.settings import CheckSettings
from core.review.values import ReviewState
from tests.core.evaluation.helpers import CLASSES, FakeRun, write_mask
from tests.making import write_sample

SIZE = 40
BLACK, GREY, WHITE = 10, 40, 230


def make_pets(
    root: Path, *, dark: int, light: int, lost_dark: int, lost_light: int
) -> tuple[Dataset, FakeRun]:
    """Dark animals on dark and on white ground, of each some whole columns of 20 not found."""
    run = FakeRun(root / ".petseg" / "runs" / "r")
    for number in range(dark + light):
        is_dark = number < dark
        mask = np.zeros((SIZE, SIZE), np.uint8)
        mask[10:30, 10:30] = 1 + number % 2
        photo = np.full((SIZE, SIZE, 3), GREY if is_dark else WHITE, np.uint8)
        photo[mask > 0] = BLACK
        write_sample(root, "val", f"{number:02d}", {"labels": mask}, photo=photo)
        lost = (lost_dark if is_dark else lost_light) + number % 3 - 1
        mask[:, 30 - max(0, lost) : 30] = 0
        write_mask(run.folder / "predictions" / "val" / f"{number:02d}.png", mask)
    tables = [f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in CLASSES]
    (root / "dataset.toml").write_text("\n".join(tables))
    return open_dataset(root), run


@pytest.fixture
def pets(tmp_path: Path) -> tuple[Dataset, Evaluation, Analysis]:
    dataset, run = make_pets(tmp_path / "p", dark=8, light=16, lost_dark=6, lost_light=1)
    return dataset, evaluate_run(dataset, run, "val"), analyse_run(dataset, run, "val")


def by_id(slices: list[Slice]) -> dict[str, Slice]:
    return {each.id: each for each in slices}


def test_that_dark_animals_on_dark_ground_are_the_slice_that_costs_most(
    pets: tuple[Dataset, Evaluation, Analysis],
) -> None:
    slices = make_slices(*pets)
    costs = [each.cost for each in slices]
    assert costs == sorted(costs, reverse=True)
    dark = by_id(slices)["dark_on_dark"]
    assert dark.samples == tuple(f"val/{number:02d}" for number in range(8))
    assert dark.cost == max(costs) > 0
    assert dark.low <= dark.mDice <= dark.high
    assert set(dark.dice) == set(CLASSES)
    whole = pets[1].mDice
    assert dark.mDice < whole


def test_that_a_limit_moved_on_the_dataset_page_moves_what_is_dark(
    pets: tuple[Dataset, Evaluation, Analysis],
) -> None:
    lower = CheckSettings(limits={"dark_on_dark": 2.0})
    assert "dark_on_dark" not in by_id(make_slices(*pets, settings=lower))
    assert judge_dark_on_dark(pets[1], pets[2], settings=lower).samples == 0


def test_that_flags_tags_and_review_states_are_slices(
    pets: tuple[Dataset, Evaluation, Analysis],
) -> None:
    def flag(sample: str, check: str) -> list[Flag]:
        return [Flag(sample, check, Severity.WARNING, 1.0, "looks so")]

    slices = by_id(
        make_slices(
            *pets,
            flags={"val/03": flag("val/03", "noise"), "val/04": flag("val/04", "dark_on_dark")},
            tags={"val/05": ("hairy", "wet"), "val/06": ("wet",), "train/9": ("gone",)},
            states={"val/07": ReviewState.DONE},
        )
    )
    assert slices["flag:noise"].samples == ("val/03",)
    assert "flag:dark_on_dark" not in slices
    assert len(slices["flag:none"].samples) == 22
    assert slices["tag:wet"].samples == ("val/05", "val/06")
    assert slices["tag:hairy"].samples == ("val/05",)
    assert "tag:gone" not in slices
    assert slices["state:done"].samples == ("val/07",)
    assert len(slices["state:to_do"].samples) == 23
    assert np.isnan(slices["tag:wet"].low)
    assert slices["tag:wet"].as_json()["low"] is None


def test_that_thirds_hold_every_sample_once(pets: tuple[Dataset, Evaluation, Analysis]) -> None:
    slices = by_id(make_slices(*pets))
    in_classes = [*slices["only:1"].samples, *slices["only:2"].samples]
    assert sorted(in_classes) == list(pets[2].ids)
    assert slices["objects:1"].samples == pets[2].ids
    # All objects are of one size, and thirds of that would mean nothing.
    assert not any(id.startswith("object_size") for id in slices)


def test_that_an_evaluation_of_other_masks_is_refused(
    pets: tuple[Dataset, Evaluation, Analysis],
) -> None:
    dataset, evaluation, analysis = pets
    other = evaluation.model_copy(update={"label_set": "labels_fixed"})
    with pytest.raises(ValueError, match="different"):
        make_slices(dataset, other, analysis)


@pytest.mark.parametrize(
    ("lost_dark", "verdict", "words"),
    [
        (7, Verdict.CONFIRMED, "This confirms the study's 15 to 20 % loss."),
        (1, Verdict.REFUTED, "This refutes the study's 15 to 20 % loss: less is lost."),
        (14, Verdict.REFUTED, "This refutes the study's 15 to 20 % loss: more is lost."),
    ],
)
def test_that_the_claim_on_dark_animals_is_confirmed_or_refuted(
    tmp_path: Path, lost_dark: int, verdict: Verdict, words: str
) -> None:
    dataset, run = make_pets(tmp_path / "p", dark=12, light=12, lost_dark=lost_dark, lost_light=1)
    found = judge_dark_on_dark(evaluate_run(dataset, run, "val"), analyse_run(dataset, run, "val"))
    assert (found.samples, found.others) == (12, 12)
    assert found.low <= found.loss <= found.high
    assert found.verdict is verdict
    assert found.sentence().endswith(words)


def test_that_of_too_few_samples_and_too_wide_an_interval_nothing_is_told() -> None:
    wide = DarkOnDark(8, 60, 60.0, 75.0, 20.0, 4.0, 41.0)
    assert wide.verdict is Verdict.OPEN
    assert "cannot be told" in wide.sentence()
    assert "there is a loss is certain enough" in wide.sentence()
    few = DarkOnDark(3, 60, 60.0, 75.0, 20.0, float("nan"), float("nan"))
    assert few.verdict is Verdict.OPEN
    assert "too few samples" in few.sentence()
    assert few.as_json()["low"] is None
    none = DarkOnDark(0, 60, float("nan"), 75.0, *[float("nan")] * 3)
    assert "cannot be tested" in none.sentence()


def test_that_the_interval_of_many_samples_is_that_of_drawing_each_of_them() -> None:
    random = np.random.default_rng(1)
    true = random.integers(50, 100, (3000, 2))
    right = (true * random.uniform(0.4, 1, (3000, 2))).astype(np.int64)
    counts = np.stack([right, right + 5, true], axis=2)
    low, high = interval_of(counts, 0.95, 1000, 0)
    ends = interval(m_dice_of(resampled_sums(counts.reshape(3000, -1), 1000, 0).reshape(-1, 2, 3)))
    assert low == pytest.approx(float(ends[0]), abs=0.1)
    assert high == pytest.approx(float(ends[1]), abs=0.1)
    assert interval_of(counts, 0.95, 1000, 0) == (low, high)


counts = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 60)), min_size=3, max_size=3
).map(lambda rows: np.array([[r, r + false, r + missed] for r, false, missed in rows]))


@settings(max_examples=60, deadline=None)
@given(counts, counts)
def test_that_the_cost_of_a_part_is_nothing_where_it_is_as_good_as_the_rest(
    part: np.ndarray, rest: np.ndarray
) -> None:
    assert cost_of_part(rest * 3, rest) == pytest.approx(0, abs=1e-9)
    # Once it is as good as the rest, so is the whole.
    assert m_dice_of(part + rest) + cost_of_part(part, rest) == pytest.approx(
        float(m_dice_of(rest)), abs=1e-6
    )


def test_that_facts_tell_what_a_sample_is_like() -> None:
    truth = np.zeros((40, 60), np.uint8)
    truth[0:20, 10:30] = 1
    truth[25:30, 40:50] = 2
    truth[35:40, 0:10] = 255
    photo = np.full((40, 60, 3), 255, np.uint8)
    photo[(truth == 1) | (truth == 2)] = 0
    facts = measure_facts(photo, truth, num_classes=3)
    assert (facts.objects, facts.classes, facts.touches_edge) == (2, (1, 2), True)
    assert facts.object_share == pytest.approx(450 / 2350)
    assert facts.light_inside == pytest.approx(0, abs=1)
    assert facts.light_outside == pytest.approx(100, abs=1)
    assert facts.difference == pytest.approx(100, abs=2)
    assert facts.brightness == pytest.approx(100 * (1 - 450 / 2400), abs=3)
    nothing = measure_facts(None, np.zeros((4, 4), np.uint8), num_classes=3)
    assert (nothing.objects, nothing.object_share) == (0, 0)
    assert np.isnan(nothing.brightness)
    roads = measure_facts(photo, truth, num_classes=3, background=None)
    assert (roads.classes, roads.objects) == ((0, 1, 2), 0)
    ignored = measure_facts(None, np.full((4, 4), 255, np.uint8), num_classes=3)
    assert np.isnan(ignored.object_share)


def test_that_a_class_list_without_background_is_cut_by_its_classes(
    tmp_path: Path, predicted_run: Callable[..., FakeRun], dataset: Dataset
) -> None:
    text = (dataset.root / "dataset.toml").read_text().replace("background", "road")
    (dataset.root / "dataset.toml").write_text(text)
    roads = open_dataset(dataset.root)
    run = predicted_run("r", lambda mask: np.roll(mask, 1, axis=1))
    slices = by_id(
        make_slices(roads, evaluate_run(roads, run, "val"), analyse_run(roads, run, "val"))
    )
    assert slices["with:1"].samples == ("val/0", "val/2", "val/4")
    assert "dark_on_dark" not in slices
    assert "touches_edge" not in slices
