"""Which kind of error a region is, and that the regions are all there is."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.dataset.model import ClassInfo
from core.evaluation.errors.background import background_of
from core.evaluation.errors.finding import find_errors
from core.evaluation.errors.kinds import KINDS, ErrorKind
from core.evaluation.errors.regions import ErrorRegion, region_mask
from core.evaluation.errors.rules import RULES
from core.evaluation.metrics.confusion import ConfusionMatrix, Mask
from core.evaluation.suspects.ranking import Suspect

SIZE = 256
CAT, DOG = 1, 2


def canvas() -> Mask:
    return np.zeros((SIZE, SIZE), np.uint8)


def disc(mask: Mask, x: int, y: int, radius: int, value: int) -> Mask:
    return cv2.circle(mask, (x, y), radius, value, -1)


def kinds_of(regions: list[ErrorRegion]) -> dict[ErrorKind, int]:
    """Pixels by kind."""
    found: Counter[ErrorKind] = Counter()
    for region in regions:
        found[region.kind] += region.pixels
    return dict(found)


def errors(prediction: Mask, truth: Mask, **options: object) -> list[ErrorRegion]:
    return find_errors(prediction, truth, num_classes=3, **options)  # type: ignore[arg-type]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mask, Mask]:
    """Blotches of few values, so that there are pieces, holes and pieces within pieces."""
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    times = draw(st.integers(1, 6))
    truth = draw(hnp.arrays(np.uint8, shape, elements=st.sampled_from([0, 0, 1, 2, 255])))
    prediction = draw(hnp.arrays(np.uint8, shape, elements=st.sampled_from([0, 0, 1, 2])))
    square = np.ones((times, times), np.uint8)
    return np.kron(prediction, square), np.kron(truth, square)


@settings(max_examples=120, deadline=None)
@given(pairs(), st.sampled_from([0, None]))
def test_that_every_wrong_pixel_lies_in_exactly_one_region(
    pair: tuple[Mask, Mask], background: int | None
) -> None:
    prediction, truth = pair
    regions = errors(prediction, truth, background=background)
    matrix = ConfusionMatrix(3)
    matrix.add(prediction, truth)
    summed = np.zeros((3, 3), np.int64)
    covered = np.zeros(truth.shape, np.int64)
    for region in regions:
        summed[region.true_class, region.predicted_class] += region.pixels
        own = region_mask(prediction, truth, region, background=background)
        covered += own
        assert int(own.sum()) == region.pixels
        assert own[region.anchor[1], region.anchor[0]]
        assert cv2.boundingRect(own.view(np.uint8)) == region.box
        assert set(truth[own].tolist()) == {region.true_class}
        assert set(prediction[own].tolist()) == {region.predicted_class}
    np.testing.assert_array_equal(summed, matrix.counts - np.diag(np.diag(matrix.counts)))
    np.testing.assert_array_equal(covered, (prediction != truth) & (truth != 255))
    assert [region.pixels for region in regions] == sorted(
        (region.pixels for region in regions), reverse=True
    )


def test_that_a_right_prediction_has_no_errors() -> None:
    mask = disc(canvas(), 100, 100, 40, CAT)
    assert errors(mask, mask.copy()) == []


def test_that_an_object_nobody_found_is_missed_with_its_size() -> None:
    truth = disc(canvas(), 60, 60, 4, DOG)
    disc(truth, 160, 160, 40, CAT)
    prediction = disc(canvas(), 160, 160, 40, CAT)
    (region,) = errors(prediction, truth)
    assert region.kind is ErrorKind.MISSED_OBJECT
    assert (region.true_class, region.predicted_class) == (DOG, 0)
    assert region.pixels == region.object_pixels == int((truth == DOG).sum())


def test_that_a_made_up_animal_is_a_false_alarm_and_so_is_what_bulges_from_a_true_one() -> None:
    truth = disc(canvas(), 100, 100, 40, CAT)
    alone = disc(truth.copy(), 210, 210, 20, DOG)
    assert kinds_of(errors(alone, truth)) == {ErrorKind.FALSE_ALARM: int((alone == DOG).sum())}
    bulging = truth.copy()
    bulging[90:110, 130:190] = CAT
    (region,) = errors(bulging, truth)
    # Not cut in two by the border's band.
    assert region.kind is ErrorKind.FALSE_ALARM
    assert region.object_pixels == 0


def test_that_an_outline_that_is_a_little_off_is_a_border_error_of_one_region_a_side() -> None:
    truth = disc(canvas(), 100, 100, 40, CAT)
    prediction = np.roll(truth, 2, axis=1)
    regions = errors(prediction, truth)
    assert kinds_of(regions) == {ErrorKind.BORDER: int((prediction != truth).sum())}
    assert {(region.true_class, region.predicted_class) for region in regions} == {(0, 1), (1, 0)}
    assert len(regions) == 2


def test_that_a_tail_missed_in_its_whole_width_is_a_missed_part_but_not_one_that_is_shaved() -> (
    None
):
    body = disc(canvas(), 100, 120, 40, CAT)
    truth = body.copy()
    truth[117:122, 135:200] = CAT
    regions = errors(body, truth)
    assert {region.kind for region in regions} == {ErrorKind.MISSED_PART}
    assert 3 <= regions[0].thickness <= 6
    assert regions[0].object_pixels == int(truth.astype(bool).sum())
    shaved = truth.copy()
    shaved[117, 145:200] = 0
    assert kinds_of(errors(shaved, truth)) == {ErrorKind.BORDER: 55}


def test_that_a_piece_missing_from_the_inside_is_a_missed_part() -> None:
    truth = disc(canvas(), 120, 120, 60, CAT)
    prediction = disc(truth.copy(), 120, 120, 20, 0)
    (region,) = errors(prediction, truth)
    assert region.kind is ErrorKind.MISSED_PART
    assert region.thickness > 50


def test_that_a_head_of_another_class_is_a_wrong_class() -> None:
    truth = disc(canvas(), 120, 120, 60, DOG)
    prediction = truth.copy()
    prediction[:100][prediction[:100] == DOG] = CAT
    (region,) = errors(prediction, truth)
    assert region.kind is ErrorKind.WRONG_CLASS
    assert (region.true_class, region.predicted_class) == (DOG, CAT)


def test_that_an_animal_swallowed_by_its_neighbour_is_merged_and_one_that_stands_alone_is_not() -> (
    None
):
    truth = canvas()
    truth[80:160, 40:120] = CAT
    truth[80:160, 120:200] = DOG
    swallowed = np.where(truth == DOG, np.uint8(CAT), truth)
    assert kinds_of(errors(swallowed, truth)) == {ErrorKind.MERGED: 80 * 80}
    apart = canvas()
    apart[10:60, 10:60] = CAT
    apart[180:240, 180:240] = DOG
    mistaken = np.where(apart == DOG, np.uint8(CAT), apart)
    assert kinds_of(errors(mistaken, apart)) == {ErrorKind.WRONG_CLASS: 60 * 60}


def test_that_the_ground_between_two_cats_drawn_as_one_is_merged() -> None:
    truth = canvas()
    truth[80:140, 30:100] = CAT
    truth[80:140, 120:190] = CAT
    bridged = truth.copy()
    bridged[100:112, 100:120] = CAT
    regions = errors(bridged, truth)
    assert kinds_of(regions) == {ErrorKind.MERGED: 12 * 20}
    whole = truth.copy()
    whole[80:140, 100:120] = CAT
    assert kinds_of(errors(whole, truth))[ErrorKind.MERGED] > 0.9 * 60 * 20


def test_that_a_picture_of_another_size_is_judged_alike() -> None:
    truth = disc(canvas(), 100, 120, 40, CAT)
    truth[117:123, 135:200] = CAT
    disc(truth, 40, 40, 12, DOG)
    prediction = disc(canvas(), 102, 120, 40, CAT)
    disc(prediction, 210, 40, 20, DOG)
    large = [np.kron(mask, np.ones((3, 3), np.uint8)) for mask in (prediction, truth)]
    small_kinds, large_kinds = kinds_of(errors(prediction, truth)), kinds_of(errors(*large))
    assert set(small_kinds) == set(large_kinds)
    for kind, pixels in small_kinds.items():
        assert large_kinds[kind] == pytest.approx(9 * pixels, rel=0.2, abs=200)


def test_that_ignored_pixels_make_no_border_of_their_own() -> None:
    truth = disc(canvas(), 120, 120, 60, 255)
    disc(truth, 120, 120, 52, CAT)
    prediction = disc(canvas(), 120, 120, 62, CAT)
    # Two pixels beyond the ring that is ignored: the animal's border may run anywhere in the ring.
    assert set(kinds_of(errors(prediction, truth))) == {ErrorKind.BORDER}


def test_that_a_large_region_the_run_is_sure_of_puts_the_label_under_suspicion() -> None:
    truth = canvas()
    prediction = disc(canvas(), 120, 120, 40, DOG)
    sure, unsure = np.full_like(truth, 250), np.full_like(truth, 180)
    (region,) = errors(prediction, truth, confidence=sure)
    assert (region.kind, region.form) == (ErrorKind.LABEL, ErrorKind.FALSE_ALARM)
    assert region.confidence == pytest.approx(250 / 255, abs=1e-4)
    (region,) = errors(prediction, truth, confidence=unsure)
    assert region.kind is ErrorKind.FALSE_ALARM
    small = disc(canvas(), 120, 120, 6, DOG)
    (region,) = errors(small, truth, confidence=sure)
    assert region.kind is ErrorKind.FALSE_ALARM


def test_that_runs_that_have_not_seen_the_sample_are_believed_over_the_run_itself() -> None:
    truth = canvas()
    prediction = disc(canvas(), 120, 120, 40, DOG)
    sure, unsure = np.full_like(truth, 250), np.full_like(truth, 180)

    def opinion(score: float, box: tuple[int, int, int, int] | None) -> Suspect:
        return Suspect(
            sample="val/0", score=score, softmin=score, region=score, worst_class=0, classes=(),
            box=box, given=0, predicted=DOG, pixels=100, run="other",
        )  # fmt: skip

    doubted = opinion(0.8, (85, 85, 70, 70))
    (region,) = errors(prediction, truth, confidence=unsure, doubt=doubted)
    assert region.kind is ErrorKind.LABEL
    (region,) = errors(prediction, truth, confidence=unsure, doubt=opinion(0.8, (0, 0, 20, 20)))
    assert region.kind is ErrorKind.FALSE_ALARM
    (region,) = errors(prediction, truth, confidence=sure, doubt=opinion(1.0, None))
    assert region.kind is ErrorKind.FALSE_ALARM


def test_that_without_a_background_pieces_are_made_up_missed_or_confused() -> None:
    road, pole, person = 0, 1, 2
    truth = canvas()
    truth[20:200, 60:66] = pole
    truth[:, 150:] = person
    prediction = truth.copy()
    prediction[20:100, 60:66] = road  # the upper half of the pole
    prediction[200:230, 20:50] = person  # somebody where nobody is
    prediction[100:160, 150:200] = road  # the road goes on where somebody is
    regions = errors(prediction, truth, background=None)
    assert kinds_of(regions) == {
        ErrorKind.MISSED_PART: 80 * 6,
        ErrorKind.FALSE_ALARM: 30 * 30,
        ErrorKind.WRONG_CLASS: 60 * 50,
    }
    nobody = np.where(truth == person, np.uint8(road), truth)
    (region,) = errors(nobody, truth, background=None)
    assert region.kind is ErrorKind.MISSED_OBJECT


@pytest.mark.parametrize(
    ("prediction", "truth", "words"),
    [
        (np.zeros((4, 4), np.uint8), np.zeros((4, 5), np.uint8), "shapes differ"),
        (np.full((4, 4), 3, np.uint8), np.zeros((4, 4), np.uint8), "no classes"),
        (np.zeros((4, 4), np.uint8), np.full((4, 4), 9, np.uint8), "no classes"),
    ],
)
def test_that_other_sizes_and_values_are_refused(prediction: Mask, truth: Mask, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        errors(prediction, truth)


def test_that_a_region_that_is_gone_has_no_pixels() -> None:
    truth = disc(canvas(), 120, 120, 40, CAT)
    (region,) = errors(canvas(), truth)
    assert not region_mask(canvas(), canvas(), region).any()
    assert not region_mask(truth, truth, region).any()


def test_that_only_a_first_class_that_is_called_so_is_the_background() -> None:
    def classes(*names: str) -> list[ClassInfo]:
        return [ClassInfo(index, name, (0, 0, 0)) for index, name in enumerate(names)]

    assert background_of(classes("Background", "cat")) == 0
    assert background_of(classes("road", "sidewalk", "car")) is None
    assert background_of(classes("cat", "background")) is None
    assert background_of(classes("background")) is None


def test_that_every_kind_is_explained_and_every_threshold_documented() -> None:
    import core.evaluation.errors.rules as rules

    assert rules.__doc__ is not None
    for kind in KINDS:
        assert kind.words
        assert kind.meaning().endswith(".")
        assert kind.meaning(has_background=False).endswith(".")
        assert kind.words.lower() in rules.__doc__.replace("\n", " ").lower()
    for name in RULES.__dataclass_fields__:
        assert f"`{name}`" in rules.__doc__
