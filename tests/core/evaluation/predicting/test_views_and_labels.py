"""What is predicted and judged anew, and what is kept: with a model that needs no torch."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import Dataset, open_dataset
from core.errors import PetsegError
from core.evaluation.predicting.augmentation import (
    PLAIN,
    Augmentation,
    make_augmentation,
    parse_scales,
)
from core.evaluation.predicting.checkpoints import CheckpointFile
from core.evaluation.predicting.files import load_manifest, prediction_path
from core.evaluation.predicting.job import PredictionJob
from core.evaluation.predicting.locking import split_lock
from core.evaluation.predicting.messages import (
    LabelTask,
    PredictionResult,
    PredictItem,
    PredictRequest,
)
from core.evaluation.predicting.status import prediction_status
from core.evaluation.suspects.files import load_quality
from core.images import read_image, read_mask
from tests.core.evaluation.helpers import CLASSES, FakeRun, write_dataset, write_mask

SIZE = (24, 32)


@dataclass
class FakeSegmenter:
    """Sees cats everywhere, quite surely."""

    device: str = "cpu"
    pixels_per_batch: int = 2 * SIZE[0] * SIZE[1]
    other: str = ""
    views: list[Augmentation] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    alive: int = 0
    most_alive: int = 0

    def prepare(self, image: Path) -> SimpleNamespace:
        return SimpleNamespace(shape=(3, *read_image(image).shape[:2]))

    def other_classes(self, classes: tuple[str, ...]) -> str:
        return self.other

    def predict(self, batch, augment, labels):
        self.views.append(augment)
        self.batches.append(len(batch))
        outputs = []
        for prepared, asked in zip(batch, labels, strict=True):
            shape = prepared.shape[1:]
            given = None
            if asked is not None and asked.shape == shape:
                given = np.where(asked == 1, 0.9, 0.05).astype(np.float32)
                self.alive += 1
                self.most_alive = max(self.most_alive, self.alive)
                weakref.finalize(given, self._gone)
            outputs.append(
                SimpleNamespace(
                    classes=np.ones(shape, np.uint8),
                    confidence=np.full(shape, 230, np.uint8),
                    given=given,
                )
            )
        return outputs

    def _gone(self) -> None:
        self.alive -= 1


@dataclass
class Desk:
    """A run and what is asked of it."""

    dataset: Dataset
    run: FakeRun
    model: FakeSegmenter = field(default_factory=FakeSegmenter)
    loads: int = 0
    said: list[str] = field(default_factory=list)

    def predict(
        self,
        augment: Augmentation = PLAIN,
        *,
        labels: str | None = "labels",
        cancelled: Callable[[], bool] = lambda: False,
        classes: tuple[str, ...] = CLASSES,
        background: int | None = 0,
    ) -> PredictionResult:
        task = None
        if labels is not None:
            task = LabelTask(
                label_set=labels, classes=classes, ignore_index=255, background=background
            )
        items = tuple(
            PredictItem(
                sample=each.id, stem=each.stem, image=each.image, mask=each.masks.get("labels")
            )
            for each in self.dataset.in_splits(["val"])
        )
        request = PredictRequest(
            id=1, run=self.run.folder, split="val", items=items, augment=augment, labels=task
        )
        checkpoint = CheckpointFile(self.run.folder / "best_mDice_iter_4.pth", 4, True, 1, 1)

        def load() -> FakeSegmenter:
            self.loads += 1
            return self.model

        return PredictionJob(
            request, checkpoint, load=load, report=lambda done, total: None,
            say=self.said.append, cancelled=cancelled,
        ).run()  # type: ignore[arg-type]  # fmt: skip

    def quality(self):
        return load_quality(self.run.folder, "val", "labels")

    def mask(self, stem: str) -> Path:
        return self.dataset.sample(f"val/{stem}").masks["labels"]


@pytest.fixture
def desk(dataset: Dataset) -> Desk:
    run = FakeRun(dataset.workspace_dir / "runs" / "first")
    run.folder.mkdir(parents=True)
    return Desk(dataset, run)


def test_that_another_setting_predicts_anew_and_the_manifest_says_which_was_used(desk):
    assert desk.predict(labels=None).predicted == 6
    assert load_manifest(desk.run.folder, "val").augment == PLAIN
    flipped = Augmentation(flip=True, scales=(1.5, 1.0))
    status = prediction_status(desk.dataset, desk.run, "val", augment=flipped)
    assert status.is_stale
    assert desk.predict(flipped, labels=None).predicted == 6
    assert desk.model.views[-1] == flipped
    assert load_manifest(desk.run.folder, "val").augment.words() == "flip, scales 1 and 1.5"
    status = prediction_status(desk.dataset, desk.run, "val", augment=flipped)
    assert (status.augment, status.is_stale) == (flipped, False)
    assert desk.predict(flipped, labels=None).reused == 6
    assert desk.loads == 2


def with_checkpoint(desk: Desk) -> Path:
    """The checkpoint that the desk's predictions were made with, as a file."""
    path = desk.run.folder / "checkpoints" / "best_mDice_iter_4.pth"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, ns=(1, 1))
    return path


def test_that_a_replaced_photo_has_no_prediction_yet(desk):
    with_checkpoint(desk)
    desk.predict(labels=None)
    assert prediction_status(desk.dataset, desk.run, "val").is_complete
    touched, larger = (desk.dataset.sample(f"val/{stem}").image for stem in "13")
    os.utime(touched, ns=(5, 5))
    larger.write_bytes(larger.read_bytes() + b"0")
    status = prediction_status(desk.dataset, desk.run, "val")
    assert [each.id for each in status.missing] == ["val/1", "val/3"]
    assert (status.predicted, status.is_stale) == (4, False)
    desk.predict(labels=None)
    assert prediction_status(desk.dataset, desk.run, "val").is_complete


def test_that_a_dataset_copied_to_another_disk_keeps_its_predictions(desk):
    checkpoint = with_checkpoint(desk)
    desk.predict(labels=None)
    for path in (checkpoint, *(each.image for each in desk.dataset.samples)):
        os.utime(path, ns=(9, 9))
    assert prediction_status(desk.dataset, desk.run, "val").is_complete


def test_that_a_checkpoint_written_over_since_makes_predictions_stale(desk):
    checkpoint = with_checkpoint(desk)
    desk.predict(labels=None)
    manifest = desk.run.folder / "predictions" / "val" / "predictions.json"
    later = manifest.stat().st_mtime_ns + 1
    os.utime(checkpoint, ns=(later, later))
    assert prediction_status(desk.dataset, desk.run, "val").is_stale
    os.utime(checkpoint, ns=(1, 1))
    checkpoint.write_bytes(b"xy")
    os.utime(checkpoint, ns=(1, 1))
    assert prediction_status(desk.dataset, desk.run, "val").is_stale


@pytest.mark.parametrize("text", [None, "half a fi"])
def test_that_predictions_of_which_nothing_tells_the_origin_are_stale(desk, text):
    desk.predict(labels=None)
    manifest = desk.run.folder / "predictions" / "val" / "predictions.json"
    manifest.unlink() if text is None else manifest.write_text(text)
    # Without a checkpoint they cannot be made anew, and with one but no predictions none are old.
    assert not prediction_status(desk.dataset, desk.run, "val").is_stale
    with_checkpoint(desk)
    assert prediction_status(desk.dataset, desk.run, "val").is_stale
    assert not prediction_status(desk.dataset, desk.run, "train").is_stale
    assert desk.predict(labels=None).predicted == 6
    assert prediction_status(desk.dataset, desk.run, "val").is_complete


def test_that_two_programs_do_not_predict_one_split_at_once(desk):
    desk.predict(labels=None)
    desk.dataset.sample("val/0").image.touch()
    with split_lock(desk.run.folder / "predictions" / "val"):
        with pytest.raises(PetsegError, match="val is being predicted by another program"):
            desk.predict(Augmentation(flip=True), labels=None)
        assert load_manifest(desk.run.folder, "val").augment == PLAIN
    assert desk.loads == 1
    assert desk.predict(labels=None).predicted == 1


def test_that_predictions_from_before_there_were_views_count_as_plain(desk):
    desk.predict(labels=None)
    path = desk.run.folder / "predictions" / "val" / "predictions.json"
    path.write_text(path.read_text().replace('"augment":{"flip":false,"scales":[1.0]},', ""))
    assert '"augment"' not in path.read_text()
    assert desk.predict(labels=None).reused == 6


def test_that_masks_are_judged_anew_when_another_class_is_the_background(desk):
    assert desk.predict().judged == 6
    assert desk.predict(background=None).judged == 6
    assert desk.quality().background is None
    assert desk.predict(background=None).judged == 0


def test_that_large_views_make_small_batches(desk):
    desk.predict(labels=None)
    assert max(desk.model.batches) == 2
    desk.model.batches.clear()
    desk.predict(Augmentation(scales=(1.5,)), labels=None)
    assert max(desk.model.batches) == 1


def test_that_masks_are_judged_on_the_way_and_kept(desk):
    result = desk.predict()
    assert (result.predicted, result.judged, result.unjudged) == (6, 6, ())
    quality = desk.quality()
    assert quality.stems == ["0", "1", "2", "3", "4", "5"]
    # Even ones hold cats, as predicted, on background, which was not.
    judged = dict(quality.judged())["0"].quality
    assert judged.classes[1] == pytest.approx(0.9, abs=1e-4)
    assert judged.worst_class == 0
    assert (judged.suspicion.given, judged.suspicion.predicted) == (0, 1)
    again = desk.predict()
    assert (again.predicted, again.judged, again.reused, again.cancelled) == (0, 0, 6, False)
    assert desk.loads == 1


def test_that_predictions_made_without_judging_are_judged_later_and_left_as_they_are(desk):
    desk.predict(labels=None)
    path = prediction_path(desk.run, desk.dataset.sample("val/0"))
    before = path.stat().st_mtime_ns
    result = desk.predict()
    assert (result.predicted, result.reused, result.judged) == (0, 6, 6)
    assert path.stat().st_mtime_ns == before


def test_that_only_an_edited_mask_is_judged_again(desk):
    desk.predict()
    before = dict(desk.quality().judged())
    mask = read_mask(desk.mask("2"))
    mask[:] = 1
    write_mask(desk.mask("2"), mask)
    os.utime(desk.mask("3"), ns=(1, 1))  # touched, but the same
    result = desk.predict()
    assert (result.predicted, result.judged) == (0, 1)
    after = dict(desk.quality().judged())
    assert [stem for stem in before if after[stem].quality != before[stem].quality] == ["2"]
    assert after["2"].quality.suspicion is None
    assert desk.predict().judged == 0
    assert desk.loads == 2


def test_that_a_replaced_photo_is_predicted_and_its_mask_judged_again(desk):
    desk.predict()
    os.utime(desk.dataset.sample("val/1").image, ns=(1, 1))
    assert desk.predict(labels=None).predicted == 1
    assert desk.predict().judged == 1


def test_that_masks_that_cannot_be_judged_are_named_once_and_the_rest_goes_on(desk):
    write_mask(desk.mask("1"), np.zeros((5, 7), np.uint8))
    illegal = read_mask(desk.mask("2"))
    illegal[0, 0] = 9
    write_mask(desk.mask("2"), illegal)
    write_mask(desk.mask("3"), np.full(SIZE, 255, np.uint8))
    desk.mask("4").write_bytes(b"no mask")
    result = desk.predict()
    assert (result.predicted, result.judged, result.failed) == (6, 2, ())
    reasons = {each.sample: each.reason for each in result.unjudged}
    assert "7×5 pixels, but the photo 32×24" in reasons["val/1"]
    assert "the value 9, which is no class" in reasons["val/2"]
    assert "ignored" in reasons["val/3"]
    assert set(reasons) == {"val/1", "val/2", "val/3", "val/4"}
    assert any(said.startswith("The mask of val/1 was not judged.") for said in desk.said)
    again = desk.predict()
    assert (again.unjudged, desk.loads) == ((), 1)
    assert set(desk.quality().refused) == {"1", "2", "3", "4"}
    write_mask(desk.mask("1"), np.ones(SIZE, np.uint8))
    assert desk.predict().judged == 1
    assert set(desk.quality().refused) == {"2", "3", "4"}


def test_that_other_classes_are_said_in_one_sentence_and_the_predictions_go_on(desk):
    desk.model.other = "the run knows 2 classes, but the dataset has 3."
    result = desk.predict()
    assert (result.predicted, result.judged, result.cancelled) == (6, 0, False)
    assert desk.said == [
        "The masks are not judged: the run knows 2 classes, but the dataset has 3."
    ]
    assert desk.quality() is None


def test_that_a_cancelled_job_keeps_what_it_judged_and_goes_on_there(desk):
    asked = iter([False, False, True])
    result = desk.predict(cancelled=lambda: next(asked, True))
    assert result.cancelled
    assert 0 < result.judged < 6
    assert len(desk.quality().stems) == result.judged
    rest = desk.predict()
    assert rest.judged == 6 - result.judged
    assert not rest.cancelled


@pytest.mark.parametrize("batches", [1, 2])
def test_that_a_run_deleted_while_it_predicts_stays_deleted(desk, batches):
    see = desk.model.predict

    def predict(*asked):
        if len(desk.model.batches) + 1 == batches:
            desk.run.folder.rename(desk.run.folder.with_name(".first.deleted"))
        return see(*asked)

    desk.model.predict = predict
    with pytest.raises(PetsegError, match="deleted or moved meanwhile"):
        desk.predict()
    assert not desk.run.folder.exists()


def test_that_a_damaged_file_of_qualities_is_made_anew(desk):
    desk.predict()
    path = desk.run.folder / "predictions" / "val" / "label_quality" / "labels.json"
    path.write_text(path.read_text().replace('"stems":["0",', '"stems":['))
    assert desk.quality() is None
    assert desk.predict().judged == 6


def test_that_the_probabilities_of_few_samples_are_held_at_once(tmp_path):
    dataset = open_dataset(write_dataset(tmp_path / "data", val=20))
    desk = Desk(dataset, FakeRun(tmp_path / "run"))
    assert desk.predict().judged == 20
    assert desk.model.most_alive <= 3 * max(desk.model.batches)


def test_that_masks_are_judged_from_the_views_that_predict(desk):
    desk.predict()
    flipped = Augmentation(flip=True)
    assert desk.predict(flipped).judged == 6
    assert desk.quality().augment == flipped
    assert desk.predict(flipped, classes=("background", "cat", "wolf")).judged == 6


@pytest.mark.parametrize("text", ["", "1,big", "0", "1,-1", "nan", "inf", "1,5", "1;2"])
def test_that_scales_that_are_none_are_refused_in_words(text):
    with pytest.raises(PetsegError, match="no scales for predicting"):
        parse_scales(text)


@given(st.text(alphabet="0123456789.,- einf", max_size=30))
def test_that_scales_are_sorted_and_in_range_or_refused(text):
    try:
        scales = parse_scales(text)
    except PetsegError:
        return
    assert list(scales) == sorted(set(scales))
    assert all(0.25 <= scale <= 4 for scale in scales)


def test_that_views_are_said_in_words():
    assert make_augmentation().words() == "none"
    assert make_augmentation(flip=True).words() == "flip"
    assert make_augmentation(scales=[2]).words() == "scale 2"
    assert make_augmentation(flip=True, scales=(1, 0.75, 1.25)).views == 6
