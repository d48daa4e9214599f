"""What is looked at before a run starts, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.dataset import open_dataset
from core.training.checks.all import check_run
from core.training.checks.estimates import FOOTPRINTS, Footprint, footprint_of, memory_needed
from core.training.checks.finding import Level, worst
from core.training.checks.machine import Gpu, Machine, this_machine
from core.training.checks.planned import PlannedRun
from core.training.data.preflight import preflight
from core.training.recipes.catalogue import find_recipe, program_recipes
from core.training.recipes.resolving import resolve_fields
from tests.making import blob, make_dataset, write_sample

GB = 10**9
MACHINE = Machine(memory=16 * GB, free_memory=8 * GB, free_disk=100 * GB)
GPU = Gpu("cuda:0", "Big", 24 * GB, 20 * GB)


def planned(dataset, recipe="demo-cpu", *, machine=MACHINE, device="cpu", init=None, **changes):
    found = find_recipe(recipe)
    changes = {"image_size": 64, "crop_size": 64, **changes}
    fields, overrides = resolve_fields(found, changes)
    return PlannedRun(
        dataset, "labels", found, fields, overrides,
        preflight(dataset, "labels", splits=("train", "val")), machine, device, init,
    )  # fmt: skip


def said(run, level=None) -> str:
    return "\n".join(str(each) for each in check_run(run) if level in (None, each.level))


def test_that_a_plan_in_order_says_so_of_everything(dataset):
    write_sample(dataset.root, "val", "cat", {"labels": blob(64, 1)})
    run = planned(open_dataset(dataset.root), batch_size=2, val_interval=50)
    run = replace(run, found=replace(run.found, usable=run.found.usable * 5))
    assert worst(check_run(run)) is Level.OK
    assert {each.topic for each in check_run(run)} == {
        "Samples", "Classes", "Sizes", "Device", "Memory", "Disk",
    }  # fmt: skip


def test_that_masks_with_values_outside_the_classes_are_named(dataset):
    Image.fromarray(blob(64, 9)).save(dataset.root / "labels" / "train" / "001.png")
    finding = next(each for each in check_run(planned(dataset)) if each.samples)
    assert finding.level is Level.WARNING
    assert "1 mask holds values that are no class (9; the classes are 0 to 2)" in finding.text
    assert finding.samples == ("train/001",)


def test_that_classes_that_nobody_drew_are_named(tmp_path):
    root = make_dataset(tmp_path / "data")
    for path in (root / "labels" / "train").iterdir():
        mask = np.array(Image.open(path))
        mask[mask == 2] = 0
        mask[:8, :8] = 1
        Image.fromarray(mask).save(path)
    words = said(planned(open_dataset(root)), Level.WARNING)
    assert "No mask in train holds dog, so the model cannot learn it." in words


def test_that_mere_background_is_an_error(tmp_path):
    root = make_dataset(tmp_path / "data")
    for path in (root / "labels" / "train").iterdir():
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(path)
    assert "hold nothing but background" in said(planned(open_dataset(root)), Level.ERROR)


@pytest.mark.parametrize("split", ["train", "val"])
def test_that_masks_of_nothing_but_ignored_pixels_are_an_error(dataset, split):
    for path in (dataset.root / "labels" / split).iterdir():
        Image.fromarray(np.full((64, 64), 255, np.uint8)).save(path)
    errors = said(planned(dataset), Level.ERROR)
    assert f"The masks of labels in {split} hold nothing but ignored pixels (255)" in errors


def test_that_what_a_class_absent_from_val_counts_is_said_truly(dataset):
    from core.evaluation.metrics.confusion import ConfusionMatrix

    for path in (dataset.root / "labels" / "val").iterdir():
        Image.fromarray(blob(64, 0)).save(path)
    words = said(planned(dataset), Level.WARNING)
    assert "No mask in val holds cat, dog, so their Dice is in no mean, or 0 as soon as" in words
    truth = np.zeros((8, 8), np.uint8)
    for stray, dice in ((0, None), (1, 0.0)):
        counts = ConfusionMatrix(3)
        prediction = truth.copy()
        prediction[0, :stray] = 2
        counts.add(prediction, truth)
        assert counts.metrics(["background", "cat", "dog"]).classes[2].dice == dice


def test_that_a_crop_larger_than_the_photos_is_told_and_one_that_fits_is_not(dataset):
    assert "smaller than the crop of 96 × 96" in said(planned(dataset, crop_size=96))
    assert "smaller than the crop" not in said(planned(dataset, crop_size=96, image_size=96))


def test_that_sizes_are_held_against_what_the_model_divides_by(dataset):
    wrong = said(planned(dataset, "unet", crop_size=60), Level.ERROR)
    assert "no multiple of 16" in wrong
    assert "Take 64 × 64." in wrong
    assert "no multiple of 32" in said(planned(dataset, crop_size=60), Level.WARNING)


def test_that_a_batch_too_small_for_the_model_is_an_error(dataset):
    assert "normalizes over the batch" in said(
        planned(dataset, "deeplabv3plus-mnv2", batch_size=1), Level.ERROR
    )
    assert "larger than the 6 photos" in said(planned(dataset, batch_size=32), Level.WARNING)


def test_that_memory_is_estimated_and_a_batch_that_fits_is_named(dataset):
    small = replace(MACHINE, free_memory=2 * GB)
    run = planned(dataset, "deeplabv3plus-mnv2", machine=small, crop_size=256, batch_size=32)
    words = said(run, Level.WARNING)
    assert "(an estimate), and the machine has only 2.0 GB free" in words
    batch = int(words.split("A batch size of ")[1].split(" ")[0])
    footprint = footprint_of(run.recipe)
    for size, fits in ((batch, True), (batch + 1, False)):
        needed = memory_needed(
            footprint, {**run.fields, "batch_size": size}, (256, 256), on_gpu=False
        )
        assert (needed <= 2 * GB) is fits


def test_that_more_than_twice_the_machine_is_an_error(dataset):
    run = planned(dataset, "deeplabv3plus-r50", crop_size=1024, batch_size=64)
    assert "of memory" in said(run, Level.ERROR)


def test_that_memory_grows_with_batch_crop_optimizer_and_average():
    footprint = Footprint(10, 1000)
    fields = {"batch_size": 4, "optimizer": "SGD", "precision": "float32"}

    def need(size=(64, 64), **more):
        return memory_needed(footprint, {**fields, **more}, size, on_gpu=False)

    assert need() < need(batch_size=8)
    assert need() < need(size=(128, 64))
    assert need() < need(optimizer="AdamW") < need(optimizer="AdamW", ema=0.99)
    assert need(precision="bfloat16") < need()


def test_that_every_recipe_of_the_program_has_a_known_footprint():
    assert [each.name for each in program_recipes() if footprint_of(each) is None] == []
    assert all(each.parameters > 0 for each in FOOTPRINTS.values())


def test_that_a_full_disk_is_an_error(dataset):
    full = replace(MACHINE, free_disk=10**6)
    assert "Checkpoints take about" in said(planned(dataset, machine=full), Level.ERROR)


def test_that_a_device_that_is_not_there_is_an_error(dataset):
    words = said(planned(dataset, device="cuda:1", machine=replace(MACHINE, gpus=(GPU,))))
    assert "There is no device cuda:1; this machine has cuda:0." in words
    other = replace(MACHINE, has_other_gpu=True)
    assert worst(check_run(planned(dataset, device="cuda:0", machine=other))) is Level.WARNING
    there = planned(dataset, device="cuda:0", machine=replace(MACHINE, gpus=(GPU,)))
    assert "Trains on cuda:0 (Big, 20.0 GB free)." in said(there)


def test_that_float16_on_a_cpu_is_an_error(dataset):
    assert "float16 is for GPUs" in said(planned(dataset, precision="float16"), Level.ERROR)


def test_that_weights_are_told_with_what_is_fetched(dataset):
    plan = planned(dataset, "deeplabv3plus-mnv2", init="download")
    assert "Begins with MobileNetV2 (ImageNet): 14 MB are fetched before the run." in said(plan)
    assert "begins without weights" in said(replace(plan, init="none"), Level.WARNING)
    assert "no such file of weights" in said(replace(plan, init=Path("/no.pth")), Level.ERROR)
    other = replace(plan, init="resnet50_v1c")
    assert "for another backbone" in said(other, Level.WARNING)
    assert "no published weights" in said(planned(dataset, init="download"), Level.ERROR)


def test_that_a_tracker_that_is_not_installed_is_an_error(dataset, monkeypatch):
    import core.training.checks.settings as settings

    absent = SimpleNamespace(title="MLflow", missing=("mlflow",))
    monkeypatch.setattr(settings, "TRACKERS", {"mlflow": absent})
    plan = planned(dataset, "deeplabv3plus-mnv2", tracking="mlflow")
    assert "needs a package that is not installed: mlflow." in said(plan, Level.ERROR)


def test_that_weights_of_a_recipe_for_other_classes_give_way(dataset):
    plan = planned(dataset, "unet")
    assert "class weights" not in said(plan)
    two = replace(plan, fields={**plan.fields, "class_weights": [1.0, 2.0]})
    assert "auto is used instead" in said(two, Level.WARNING)
    theirs = replace(two, overrides={"class_weights": [1.0, 2.0]})
    assert "2 class weights are given for 3 classes" in said(theirs, Level.ERROR)


def test_that_lengths_that_do_not_fit_are_told(dataset):
    plan = planned(dataset, "deeplabv3plus-mnv2", max_iters=10, val_interval=50, warmup_iters=8)
    words = said(plan, Level.WARNING)
    assert "only at its end" in words
    assert "half of it is used" in words


def test_that_before_anybody_looked_the_settings_are_checked_all_the_same(dataset):
    plan = replace(planned(dataset, crop_size=60), found=None)
    assert "no multiple of 32" in said(plan)
    assert "Samples" not in {each.topic for each in check_run(plan)}


def test_that_this_machine_is_looked_at_without_a_folder_of_runs(tmp_path):
    machine = this_machine(tmp_path / "not" / "there")
    assert 0 < machine.free_memory <= machine.memory
    assert machine.free_disk > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deeplabv3plus-mnv2", "lraspp-mnv2", "unet", "segformer-b2"])
def test_that_the_footprints_are_what_the_models_keep(name):
    from mmengine.config import Config
    from mmseg.utils import register_all_modules

    import core.training.parts  # noqa: F401
    from core.training.engine.footprint import measure
    from core.training.recipes.config_parts import tables

    register_all_modules(init_default_scope=True)
    recipe = find_recipe(name)
    config = Config.fromfile(recipe.path).to_dict()["model"]
    for table in tables(config):
        if table.get("size") is not None and table.get("type") == "SegDataPreProcessor":
            table["size"] = (128, 128)
        if "class_weight" in table:
            table["class_weight"] = None
    parameters, per_pixel = measure(config)
    known = footprint_of(recipe)
    assert known.parameters == pytest.approx(parameters, rel=0.05)
    assert known.bytes_per_pixel == pytest.approx(per_pixel, rel=0.1)
