"""Analysing runs: sums, what is read again, and what cannot be looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core.evaluation.analyse as analysing
from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.analyse import analyse_run
from core.evaluation.errors.kinds import KINDS, ErrorKind
from core.evaluation.evaluate import EvaluationCancelled, evaluate_run
from core.evaluation.metrics.confusion import Mask
from core.evaluation.metrics.details import measure_details
from core.evaluation.predicting.files import read_prediction
from core.evaluation.suspects.ranking import Suspect
from core.files import atomic_write
from core.images import read_mask
from tests.core.evaluation.helpers import FakeRun, write_mask

MakeRun = Callable[..., FakeRun]


def spoilt(mask: Mask) -> Mask:
    """The animal one pixel to the right, and an invented one."""
    changed = np.roll(mask, 1, axis=1)
    changed[18:23, 20:30] = 2
    return changed


@pytest.fixture
def run(predicted_run: MakeRun) -> FakeRun:
    return predicted_run("spoilt", spoilt)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The samples whose files are read, as they are."""
    seen: list[str] = []
    read = analysing.read_pair

    def noting(job, dataset):  # type: ignore[no-untyped-def]
        seen.append(job.sample)
        return read(job, dataset)

    monkeypatch.setattr(analysing, "read_pair", noting)
    return seen


def touch(path: Path) -> None:
    """Make a file look changed."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10_000_000))


def test_that_the_sums_of_kinds_are_the_errors_of_the_confusion_matrix(
    dataset: Dataset, run: FakeRun
) -> None:
    analysis = analyse_run(dataset, run, "val")
    evaluation = evaluate_run(dataset, run, "val")
    np.testing.assert_array_equal(analysis.matrix, evaluation.scores.pooled_cells())
    wrong = int(analysis.matrix.sum() - analysis.matrix.trace())
    sums = analysis.by_kind()
    assert sum(found.pixels for found in sums.values()) == wrong > 0
    assert set(sums) == set(KINDS)
    assert sums[ErrorKind.FALSE_ALARM].samples == 6
    assert analysis.pixels_of_kinds().sum() == wrong
    costs = [found.cost for found in sums.values()]
    assert costs == sorted(costs, reverse=True)


def test_that_the_cost_of_a_kind_is_what_mending_it_would_give(
    dataset: Dataset, predicted_run: MakeRun
) -> None:
    before = evaluate_run(dataset, predicted_run("bad", spoilt), "val").mDice
    analysis = analyse_run(dataset, predicted_run("bad", spoilt), "val")
    # Without the invented animal only the shift is left.
    mended = predicted_run("mended", lambda mask: np.roll(mask, 1, axis=1))
    cost = analysis.by_kind()[ErrorKind.FALSE_ALARM].cost
    assert evaluate_run(dataset, mended, "val").mDice - before == pytest.approx(cost)


def test_that_each_sample_has_its_regions_details_and_facts(dataset: Dataset, run: FakeRun) -> None:
    analysis = analyse_run(dataset, run, "val")
    assert [each.sample for each in analysis.samples] == [f"val/{n}" for n in range(6)]
    second = analysis.of("val/1")
    assert second is not None
    assert second == analysis.samples[1] == list(analysis.samples)[1] == analysis.samples[1:2][0]
    assert {region.kind for region in second.errors} >= {ErrorKind.FALSE_ALARM}
    sample = dataset.sample("val/1")
    truth = read_mask(sample.masks["labels"])
    prediction = read_prediction(run, sample)
    assert second.details == measure_details(prediction, truth, num_classes=3)
    assert second.facts.objects == 1
    assert second.facts.classes == (2,)
    assert second.facts.object_share == pytest.approx((truth > 0).mean())
    assert not second.facts.touches_edge
    assert second.facts.brightness == pytest.approx(50, abs=10)
    assert analysis.of("val/99") is None


def test_that_samples_and_regions_are_found_by_kind_and_classes(
    dataset: Dataset, run: FakeRun
) -> None:
    analysis = analyse_run(dataset, run, "val")
    with_alarm = analysis.samples_with(ErrorKind.FALSE_ALARM)
    assert set(with_alarm) == {f"val/{n}" for n in range(6)}
    assert list(with_alarm.values()) == sorted(with_alarm.values(), reverse=True)
    missed = analysis.samples_with(true_class=1, predicted_class=0)
    assert set(missed) == {"val/0", "val/2", "val/4"}
    largest = analysis.regions_with(ErrorKind.FALSE_ALARM, most=2)
    assert len(largest) == 2
    assert all(found.region.kind is ErrorKind.FALSE_ALARM for found in largest)


def test_that_false_alarms_are_grouped_by_what_they_look_like(
    dataset: Dataset, run: FakeRun
) -> None:
    groups = analyse_run(dataset, run, "val").by_texture()
    found = [each.sample for group in groups for each in group.regions]
    assert sorted(found) == [f"val/{n}" for n in range(6)]
    assert sum(group.pixels for group in groups) == 6 * 50


def test_that_asked_again_nothing_is_read_and_one_edited_mask_costs_one_sample(
    dataset: Dataset, run: FakeRun, looked_at: list[str]
) -> None:
    first = analyse_run(dataset, run, "val")
    assert sorted(looked_at) == [f"val/{n}" for n in range(6)]
    looked_at.clear()
    again = analyse_run(dataset, run, "val")
    assert looked_at == []
    assert list(again.samples) == list(first.samples)
    mask = dataset.root / "labels" / "val" / "3.png"
    write_mask(mask, np.zeros((24, 32), np.uint8))
    edited = analyse_run(dataset, run, "val")
    assert looked_at == ["val/3"]
    assert edited.ids == first.ids
    assert edited.of("val/3") != first.of("val/3")
    others = [n for n in range(6) if n != 3]
    assert all(edited.samples[n] == first.samples[n] for n in others)
    evaluation = evaluate_run(dataset, run, "val")
    np.testing.assert_array_equal(edited.matrix, evaluation.scores.pooled_cells())


@pytest.mark.parametrize("what", ["photo", "prediction", "confidence"])
def test_that_each_file_of_a_sample_counts(
    dataset: Dataset, run: FakeRun, looked_at: list[str], what: str
) -> None:
    folder = run.folder / "predictions" / "val"
    confidence = folder / "confidence" / "2.png"
    write_mask(confidence, np.full((24, 32), 200, np.uint8))
    analyse_run(dataset, run, "val")
    looked_at.clear()
    photo = dataset.sample("val/2").image
    assert photo is not None
    touch({"photo": photo, "prediction": folder / "2.png", "confidence": confidence}[what])
    analysis = analyse_run(dataset, run, "val")
    assert looked_at == ["val/2"]
    sample = analysis.of("val/2")
    assert sample is not None
    assert all(region.confidence == pytest.approx(200 / 255) for region in sample.errors)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_that_a_damaged_or_foreign_file_is_only_a_lost_cache(
    dataset: Dataset, run: FakeRun, looked_at: list[str], damage: bytes | None
) -> None:
    first = analyse_run(dataset, run, "val")
    (path,) = (run.folder / "metrics" / "errors").iterdir()
    content = path.read_bytes()
    atomic_write(path, content[: len(content) // 2] if damage is None else damage)
    looked_at.clear()
    assert list(analyse_run(dataset, run, "val").samples) == list(first.samples)
    assert len(looked_at) == 6


def test_that_a_class_list_without_background_is_analysed_anew_and_otherwise(
    dataset: Dataset, run: FakeRun
) -> None:
    with_background = analyse_run(dataset, run, "val")
    roads = tuple(
        replace(info, name=name)
        for info, name in zip(dataset.classes, ("road", "car", "sky"), strict=True)
    )
    analysis = analyse_run(replace(dataset, classes=roads), run, "val")
    assert (with_background.background, analysis.background) == (0, None)
    assert sum(each.pixels for each in analysis.by_kind().values()) == sum(
        each.pixels for each in with_background.by_kind().values()
    )
    assert all(each.facts.objects == 0 for each in analysis.samples)
    assert all(each.facts.objects == 1 for each in with_background.samples)


def test_that_what_cannot_be_looked_at_is_said_and_the_rest_goes_on(
    dataset: Dataset, run: FakeRun
) -> None:
    folder = run.folder / "predictions" / "val"
    write_mask(folder / "0.png", np.zeros((5, 5), np.uint8))
    write_mask(folder / "1.png", np.full((24, 32), 7, np.uint8))
    (folder / "2.png").unlink()
    (dataset.root / "labels" / "val" / "3.png").write_bytes(b"\x89PNG")
    photo = dataset.sample("val/4").image
    assert photo is not None
    photo.write_bytes(b"no photo")
    write_mask(folder / "confidence" / "5.png", np.zeros((5, 5), np.uint8))
    analysis = analyse_run(dataset, run, "val")
    assert analysis.ids == ("val/4", "val/5")
    said = {skipped.sample: skipped.reason for skipped in analysis.skipped}
    assert said["val/0"] == "the mask is 32×24 pixels, but the prediction 5×5"
    assert said["val/1"] == "the prediction holds the value 7, which is no class"
    assert said["val/2"] == "it has no prediction"
    assert "val/3" in said
    without_photo, without_confidence = analysis.samples
    assert np.isnan(without_photo.facts.brightness)
    assert {region.confidence for region in without_confidence.errors} == {None}


def test_that_a_run_without_predictions_and_one_without_a_usable_sample_are_said(
    dataset: Dataset, run: FakeRun, tmp_path: Path
) -> None:
    with pytest.raises(PetsegError, match="no predictions"):
        analyse_run(dataset, FakeRun(tmp_path / "nothing"), "val")
    for path in (dataset.root / "labels" / "val").iterdir():
        path.write_bytes(b"")
    with pytest.raises(PetsegError, match="No sample of val can be looked at"):
        analyse_run(dataset, run, "val")


def test_that_it_can_be_cancelled_and_then_writes_nothing(dataset: Dataset, run: FakeRun) -> None:
    with pytest.raises(EvaluationCancelled):
        analyse_run(dataset, run, "val", cancelled=lambda: True)
    assert not (run.folder / "metrics").exists()


def test_that_excluded_samples_are_left_out_until_they_are_back(
    dataset: Dataset, run: FakeRun, looked_at: list[str]
) -> None:
    with open_workspace(dataset) as workspace:
        workspace.exclude(["val/2"])
    analysis = analyse_run(dataset, run, "val")
    assert "val/2" not in analysis.ids
    looked_at.clear()
    assert "val/2" in analyse_run(dataset, run, "val", exclude=()).ids
    assert looked_at == ["val/2"]


def test_that_other_masks_are_kept_apart(dataset: Dataset, run: FakeRun) -> None:
    for number in range(6):
        write_mask(
            dataset.root / "labels_fixed" / "val" / f"{number}.png", np.zeros((24, 32), np.uint8)
        )
    dataset = open_dataset(dataset.root)
    own = analyse_run(dataset, run, "val")
    other = analyse_run(dataset, run, "val", label_set="labels_fixed")
    assert (own.label_set, other.label_set) == ("labels", "labels_fixed")
    assert own.matrix.tolist() != other.matrix.tolist()
    assert list(analyse_run(dataset, run, "val").samples) == list(own.samples)


def test_that_doubts_of_other_runs_turn_regions_into_label_suspects(
    dataset: Dataset, run: FakeRun
) -> None:
    for number in range(6):
        path = run.folder / "predictions" / "val" / "confidence" / f"{number}.png"
        write_mask(path, np.full((24, 32), 180, np.uint8))
    analysis = analyse_run(dataset, run, "val")
    assert analysis.by_kind()[ErrorKind.LABEL].pixels == 0
    doubt = Suspect(
        sample="val/1", score=0.7, softmin=0.1, region=0.7, worst_class=0, classes=(),
        box=(20, 18, 10, 5), given=0, predicted=2, pixels=50, run="other",
    )  # fmt: skip
    suspicious = analysis.with_doubts({"val/1": doubt, "val/77": doubt})
    assert suspicious.samples_with(ErrorKind.LABEL) == {"val/1": 50}
    assert sum(each.pixels for each in suspicious.by_kind().values()) == sum(
        each.pixels for each in analysis.by_kind().values()
    )
