"""Where each field lives in a config of the program's own kind."""

from __future__ import annotations

import copy

import pytest

from core.training.recipes.apply import apply_fields
from core.training.recipes.config_parts import loss_terms, transforms, type_of
from core.training.recipes.fields import BY_NAME
from core.training.recipes.setters import SETTERS


def config(**more) -> dict:
    """A config with every place that a field may have; no MMEngine is needed for it."""
    terms = [
        {"type": "SmoothedCrossEntropyLoss", "loss_name": "loss_ce", "loss_weight": 1.0},
        {"type": "DiceLoss", "loss_name": "loss_dice", "loss_weight": 0.0},
        {"type": "SoftmaxFocalLoss", "loss_name": "loss_focal", "loss_weight": 0.0},
    ]
    aux = {"loss_decode": {"type": "X", "loss_name": "loss_ce", "loss_weight": 0.4}}
    pipeline = [
        {"type": "RandomAffineCrop", "scale": (64, 64), "crop_size": (64, 64)},
        {"type": "RandomResize", "scale": (64, 64)},
        {"type": "mmseg.RandomFlip", "prob": 0.5},
        *({"type": name} for name in (
            "RandomRotation", "ElasticDeformation", "CopyPaste", "CutMix", "MixUp",
            "ColorJitter", "GaussianBlur", "GaussianNoise",
        )),
    ]  # fmt: skip
    return {
        "model": {"decode_head": {"loss_decode": terms}, "auxiliary_head": aux},
        "train_pipeline": pipeline,
        "train_cfg": {"max_iters": 100, "val_interval": 10},
        "train_dataloader": {"batch_size": 4, "dataset": {"pipeline": copy.deepcopy(pipeline)}},
        "optim_wrapper": {
            "optimizer": {"type": "SGD", "lr": 0.01, "momentum": 0.9, "weight_decay": 0.0005}
        },
        "param_scheduler": [
            {"type": "PolyLR", "power": 0.9, "eta_min": 1e-4, "begin": 0, "end": 100,
             "by_epoch": False},
        ],
        **more,
    }  # fmt: skip


def applied(**fields) -> dict:
    changed = config()
    apply_fields(changed, fields)
    return changed


def main_schedule(changed: dict) -> dict:
    return changed["param_scheduler"][-1]


def test_that_every_field_has_a_setter_but_those_that_need_the_dataset():
    assert set(SETTERS) == set(BY_NAME) - {"epochs", "class_weights"}


def test_that_loss_terms_are_weighed_in_the_decoder_alone():
    changed = applied(loss_ce=0.5, loss_dice=2, loss_focal=3, focal_gamma=1, label_smoothing=0.1)
    ce, dice, focal = loss_terms(changed)
    assert (ce["loss_weight"], ce["label_smoothing"]) == (0.5, 0.1)
    assert dice["loss_weight"] == 2
    assert (focal["loss_weight"], focal["gamma"]) == (3, 1)
    assert changed["model"]["auxiliary_head"]["loss_decode"]["loss_weight"] == 0.4


@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_that_another_optimizer_gets_the_settings_that_it_knows(kind):
    optimizer = applied(optimizer=kind, lr=0.1)["optim_wrapper"]["optimizer"]
    assert optimizer == {"type": kind, "lr": 0.1, "weight_decay": 0.0005, "betas": (0.9, 0.999)}
    changed = applied(optimizer=kind, momentum=0.8)
    assert changed["optim_wrapper"]["optimizer"]["betas"] == (0.8, 0.999)
    apply_fields(changed, {"optimizer": "SGD"})
    assert changed["optim_wrapper"]["optimizer"] == {
        "type": "SGD", "lr": 0.01, "weight_decay": 0.0005, "momentum": 0.8,
    }  # fmt: skip


def test_that_another_schedule_lasts_as_long_and_ends_as_low():
    cosine = main_schedule(applied(schedule="cosine"))
    assert cosine == {
        "type": "CosineAnnealingLR", "T_max": 100, "eta_min": 1e-4, "begin": 0, "end": 100,
        "by_epoch": False,
    }  # fmt: skip
    assert main_schedule(applied(schedule="constant"))["factor"] == 1.0
    assert main_schedule(applied(schedule="poly", power=2, min_lr=0))["power"] == 2
    assert main_schedule(applied(schedule="cosine", min_lr=1e-5))["eta_min"] == 1e-5


def test_that_a_warm_up_comes_before_the_schedule_and_goes_again():
    changed = applied(warmup_iters=20, schedule="cosine")
    warmup, main = changed["param_scheduler"]
    assert (warmup["type"], warmup["begin"], warmup["end"]) == ("LinearLR", 0, 20)
    assert (main["begin"], main["end"], main["T_max"]) == (20, 100, 80)
    apply_fields(changed, {"warmup_iters": 0})
    assert [main["begin"] for main in changed["param_scheduler"]] == [0]


def test_that_a_warm_up_leaves_half_of_a_short_run():
    changed = applied(max_iters=10, warmup_iters=50)
    assert [each["end"] for each in changed["param_scheduler"]] == [5, 10]
    assert len(applied(max_iters=1, warmup_iters=50)["param_scheduler"]) == 1


def test_that_the_wave_of_a_cosine_follows_the_length():
    changed = applied(schedule="cosine", warmup_iters=10)
    apply_fields(changed, {"max_iters": 1000})
    assert (main_schedule(changed)["begin"], main_schedule(changed)["T_max"]) == (100, 900)


@pytest.mark.parametrize(
    ("field", "value", "kind", "key"),
    [
        ("flip", 0.25, "RandomFlip", "prob"),
        ("scale_range", (0.5, 1.5), "RandomResize", "ratio_range"),
        ("scale_range", (0.5, 1.5), "RandomAffineCrop", "scale_range"),
        ("rotate", 15.0, "RandomRotation", "degrees"),
        ("rotate", 15.0, "RandomAffineCrop", "rotate"),
        ("color", 0.5, "ColorJitter", "strength"),
        ("blur", 0.1, "GaussianBlur", "prob"),
        ("noise", 0.1, "GaussianNoise", "prob"),
        ("elastic", 0.1, "ElasticDeformation", "prob"),
        ("copy_paste", 0.1, "CopyPaste", "prob"),
        ("mixup", 0.1, "MixUp", "prob"),
        ("cutmix", 0.1, "CutMix", "prob"),
        ("crop_size", (32, 48), "RandomAffineCrop", "crop_size"),
        ("image_size", (32, 48), "RandomAffineCrop", "scale"),
    ],
)
def test_that_augmentation_reaches_the_pipeline_and_the_loader(field, value, kind, key):
    found = [each for each in transforms(applied(**{field: value})) if type_of(each) == kind]
    assert len(found) == 2
    expected = value[::-1] if key == "scale" else value  # MMCV says width first
    assert all(each[key] == expected for each in found)


@pytest.mark.parametrize("name", ["precision", "ema", "early_stop", "cache", "tracking", "goal"])
def test_that_what_our_worker_reads_stands_at_the_top(name):
    values = {
        "precision": "bfloat16", "ema": 0.99, "early_stop": 3, "cache": "off", "tracking": "mlflow",
        "goal": 80,
    }  # fmt: skip
    changed = config(**{name: None})
    apply_fields(changed, {name: values[name]})
    assert changed[name] == values[name]


def test_that_epochs_at_the_top_say_what_is_used():
    changed = config(epochs=100.0)
    apply_fields(changed, {"epochs": None, "max_iters": 7})
    assert (changed["epochs"], changed["train_cfg"]["max_iters"]) == (None, 7)
