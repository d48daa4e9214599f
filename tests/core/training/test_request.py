"""Asking for a run: what is checked before a process starts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.files import content_hash
from core.runs.store import RunState
from core.training.data.plan import load_data_plan
from core.training.data.preflight import preflight
from core.training.request import TrainRequest, create_run
from tests.making import blob, make_dataset, photo_of, write_sample


def create(dataset, recipe="demo-cpu", **details):
    request = TrainRequest(dataset, recipe, **details)
    return create_run(dataset, dataset.workspace_dir / "runs", request)


def test_that_a_run_records_what_it_was_asked_and_on_what(dataset):
    run = create(dataset, name="mine", overrides={"max_iters": 12, "model.neck.out_channels": 16})
    record = run.record
    assert (record.recipe, record.label_set, record.name) == ("demo-cpu", "labels", "mine")
    assert record.fields["max_iters"] == 12
    assert record.overrides == {"max_iters": 12, "model.neck.out_channels": 16}
    assert record.dataset.root == dataset.root
    assert record.state is RunState.QUEUED
    assert {"python", "numpy"} <= set(record.versions)
    mask = dataset.root / "labels" / "train" / "000.png"
    assert record.dataset.fingerprint["train/000"] == content_hash(mask.read_bytes())
    assert len(record.dataset.fingerprint) == 8
    assert (run.folder / "splits" / "train.txt").read_text().split() == [
        "000", "001", "002", "004", "005", "006",
    ]  # fmt: skip
    assert (run.folder / "splits" / "val.txt").read_text().split() == ["003", "007"]


def test_that_the_file_is_readable_json_for_other_programs(dataset):
    run = create(dataset, overrides={"crop_size": [64, 96]})
    content = json.loads((run.folder / "run.json").read_text())
    assert content["state"] == "queued"
    assert content["fields"]["crop_size"] == [64, 96]


def test_that_the_goal_is_recorded_with_the_run(dataset):
    assert create(dataset).summary().goal == 75.0
    run = create(dataset, overrides={"goal": 82})
    assert (run.record.goal, run.summary().goal) == (82.0, 82.0)


@pytest.mark.parametrize("goal", [None, "high", True, 0, -1, 101, float("nan")])
def test_that_a_goal_that_is_none_is_no_goal(dataset, goal):
    run = create(dataset)
    run.update(fields={"goal": goal})
    assert run.summary().goal is None


def test_that_excluded_samples_are_left_out_of_training(dataset):
    with open_workspace(dataset) as workspace:
        workspace.exclude(["train/000", "val/003"], "blurred")
    run = create(dataset)
    plan = load_data_plan(run.folder)
    assert "000" not in plan.train.groups[0].names
    assert plan.val.groups[0].names == ["007"]
    assert run.record.dataset.excluded == ["train/000", "val/003"]
    assert any("excluded: train/000, val/003" in note for note in plan.notes)


def test_that_masks_that_would_end_the_training_are_left_out_and_named(dataset):
    masks = dataset.root / "labels" / "train"
    Image.fromarray(blob(32)).save(masks / "000.png")
    Image.fromarray(blob(64, 9)).save(masks / "001.png")
    (masks / "002.png").write_bytes(b"\x89PNG broken")
    (masks / "004.png").unlink()
    (dataset.root / "img" / "train" / "005.png").write_bytes(b"")
    Image.fromarray(blob(64)).save(masks / "100.png")
    dataset = open_dataset(dataset.root)
    run = create(dataset)
    plan = load_data_plan(run.folder)
    assert plan.train.groups[0].names == ["006"]
    left_out = run.record.dataset.left_out
    assert "32×32 but the photo 64×64" in left_out["train/000"]
    assert "values that are no class (9)" in left_out["train/001"]
    assert "cannot be read" in left_out["train/002"]
    assert "image cannot be read" in left_out["train/005"]
    assert "no photo" in left_out["train/100"]
    assert any("no mask: train/004" in note for note in plan.notes)
    assert any("train/001" in note and "cannot be used" in note for note in plan.notes)


def test_that_the_ignored_value_is_no_mistake(dataset):
    mask = blob(64)
    mask[:5] = 255
    Image.fromarray(mask).save(dataset.root / "labels" / "train" / "000.png")
    found = preflight(dataset, "labels", splits=["train"])
    assert not found.left_out
    first = found.usable[0]
    assert first.pixels.sum() == 64 * 64 - 5 * 64
    assert first.size == (64, 64)


def test_that_nothing_to_train_on_is_an_error_that_says_why(dataset):
    with open_workspace(dataset) as workspace:
        workspace.exclude([sample.id for sample in dataset.in_splits(["train"])])
    with pytest.raises(PetsegError, match=r"Nothing is left to train on.*6 excluded"):
        create(dataset)


def test_that_masks_of_mere_background_are_an_error(tmp_path):
    root = make_dataset(tmp_path / "data")
    for path in (root / "labels" / "train").iterdir():
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(path)
    with pytest.raises(PetsegError, match="nothing but background"):
        create(open_dataset(root))


def test_that_a_dataset_without_val_is_trained_without_validation(tmp_path):
    write_sample(tmp_path / "data", "train", "a", {"labels": blob()})
    run = create(open_dataset(tmp_path / "data"))
    plan = load_data_plan(run.folder)
    assert plan.val.count == 0
    assert any("not validated" in note for note in plan.notes)


def test_that_files_of_several_suffixes_become_several_groups(tmp_path):
    root = tmp_path / "data"
    for stem, suffix in (("a", ".png"), ("b", ".jpg"), ("c", ".jpg")):
        write_sample(root, "train", stem, {"labels": blob()}, suffix=suffix)
    run = create(open_dataset(root))
    groups = load_data_plan(run.folder).train.groups
    assert [(group.image_suffix, group.names) for group in groups] == [
        (".png", ["a"]),
        (".jpg", ["b", "c"]),
    ]
    assert (run.folder / groups[1].list_file).read_text() == "b\nc\n"


def test_that_photos_of_one_size_are_noted_for_batches(tmp_path):
    root = make_dataset(tmp_path / "data", samples=8)
    assert load_data_plan(create(open_dataset(root)).folder).val.one_size
    write_sample(root, "val", "odd", {"labels": blob(32)})
    assert not load_data_plan(create(open_dataset(root)).folder).val.one_size


def test_that_class_weights_come_from_the_training_masks_in_use(dataset):
    run = create(dataset, overrides={"class_weights": "auto"})
    weights = load_data_plan(run.folder).class_weights
    assert weights is not None
    assert weights[0] < 0.2  # nearly everything is background
    assert weights[1] == pytest.approx(1, abs=0.5)
    softer = load_data_plan(create(dataset, overrides={"class_weights": "sqrt"}).folder)
    assert softer.class_weights == pytest.approx([weight**0.5 for weight in weights], abs=1e-3)
    own = load_data_plan(create(dataset, overrides={"class_weights": [1, 2, 3]}).folder)
    assert own.class_weights == [1, 2, 3]
    equal = load_data_plan(create(dataset, overrides={"class_weights": "equal"}).folder)
    assert equal.class_weights is None


def test_that_epochs_become_iterations(dataset):
    run = create(dataset, overrides={"epochs": 10, "batch_size": 4})
    assert run.record.fields["max_iters"] == 15  # 10 times 6 images in batches of 4


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"max_iter": 3}, "Did you mean max_iters"),
        ({"modle.backbone": 3}, "modle"),
        ({"precison": "float32"}, "Did you mean precision"),
        ({"lr": "fast"}, "lr"),
        ({"batch_size": 0}, "Batch size"),
        ({"class_weights": [1, 2]}, "2 class weights are given for 3 classes"),
        ({"epochs": 3, "max_iters": 4}, "only once"),
        ({"model.x": {1, 2}}, "not plain data"),
    ],
)
def test_that_a_mistaken_field_is_refused_before_anything_is_written(dataset, overrides, words):
    with pytest.raises(PetsegError, match=words):
        create(dataset, overrides=overrides)
    assert not (dataset.workspace_dir / "runs").exists()


def test_that_other_mistakes_are_refused_in_words(dataset, tmp_path):
    with pytest.raises(PetsegError, match="recipe"):
        create(dataset, recipe="resnet-9000")
    with pytest.raises(PetsegError, match="label set"):
        create(dataset, label_set="labels_fixed")
    with pytest.raises(PetsegError, match="tpu"):
        create(dataset, device="tpu")
    with pytest.raises(PetsegError, match=r"weights\.pth"):
        create(dataset, init=tmp_path / "weights.pth")


def test_that_progress_is_told_while_samples_are_read(dataset):
    seen = []
    preflight(
        dataset,
        "labels",
        splits=["train", "val", "no such split"],
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(number, 8) for number in range(1, 9)]


def test_that_an_exif_turned_photo_fits_its_mask(tmp_path):
    root = make_dataset(tmp_path / "data")
    mask = np.zeros((40, 60), np.uint8)
    mask[10:20, 10:20] = 1
    Image.fromarray(mask).save(root / "labels" / "train" / "000.png")
    (root / "img" / "train" / "000.png").unlink()
    turned = Image.fromarray(photo_of(mask)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    turned.save(root / "img" / "train" / "000.jpg", exif=exif)
    assert not preflight(open_dataset(root), "labels", splits=["train"]).left_out
