"""Each form field's place inside a config. The functions change a config in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.training.recipes.config_parts import (
    Config,
    loss_terms,
    schedulers,
    tables,
    transforms,
    type_of,
    value_at,
)

Setter = Callable[[Config, Any], None]

_SCHEDULES = {"poly": "PolyLR", "cosine": "CosineAnnealingLR", "constant": "ConstantLR"}
_WARMUP_START = 0.1


def _set_nothing(config: Config, value: Any) -> None:
    """For fields that our worker reads at the top of the config: there is no other place."""


# Length and data


def _set_max_iters(config: Config, value: int) -> None:
    train = config["train_cfg"]
    old = train["max_iters"]
    train["max_iters"] = value
    if value == old:
        return
    # Warm-up and decay keep their shares of the run.
    for scheduler in schedulers(config):
        for key in ("begin", "end", "total_steps"):
            if isinstance(scheduler.get(key), int):
                scheduler[key] = round(scheduler[key] * value / old)
        if isinstance(scheduler.get("end"), int):
            scheduler["end"] = max(scheduler["end"], scheduler.get("begin", 0) + 1)
        _fit_wave(scheduler)


def _fit_wave(scheduler: Config) -> None:
    """Let half a wave of a cosine last from the scheduler's beginning to its end."""
    if "T_max" in scheduler and isinstance(scheduler.get("end"), int):
        scheduler["T_max"] = scheduler["end"] - scheduler.get("begin", 0)


def _set_batch_size(config: Config, value: int) -> None:
    config["train_dataloader"]["batch_size"] = value


def _set_image_size(config: Config, value: tuple[int, int]) -> None:
    height, width = value
    for transform in transforms(config):
        is_scaled = type_of(transform) in ("RandomResize", "Resize", "RandomAffineCrop")
        if is_scaled and "scale" in transform:
            transform["scale"] = (width, height)  # MMCV says width first


def _set_crop_size(config: Config, value: tuple[int, int]) -> None:
    preprocessors = [each for each in tables(config) if type_of(each) == "SegDataPreProcessor"]
    if isinstance(config.get("data_preprocessor"), dict):  # a recipe's own part of one
        preprocessors.append(config["data_preprocessor"])
    for preprocessor in preprocessors:
        if preprocessor.get("size") is not None:
            preprocessor["size"] = value
    for transform in transforms(config):
        if "crop_size" in transform:
            transform["crop_size"] = value


def _set_val_interval(config: Config, value: int) -> None:
    config["train_cfg"]["val_interval"] = value
    checkpoint = value_at(config, ("default_hooks", "checkpoint"))
    if checkpoint is not None:
        checkpoint["interval"] = value


def _set_seed(config: Config, value: int) -> None:
    config.setdefault("randomness", {})["seed"] = value


def _set_num_workers(config: Config, value: int) -> None:
    loader = config["train_dataloader"]
    loader["num_workers"] = value
    if value > 0:
        loader["persistent_workers"] = True
    else:
        loader.pop("persistent_workers", None)


# Loss


def _set_term(name: str, key: str) -> Setter:
    def setter(config: Config, value: float) -> None:
        for term in loss_terms(config):
            if term.get("loss_name") == name:
                term[key] = value

    return setter


# Optimizer and schedule


def _set_optimizer(config: Config, value: str) -> None:
    optimizer = config["optim_wrapper"]["optimizer"]
    if type_of(optimizer) == value:
        return
    kept = {key: optimizer[key] for key in ("lr", "weight_decay") if key in optimizer}
    momentum = _momentum(optimizer)
    optimizer.clear()
    optimizer.update(type=value, **kept)
    _set_momentum(config, momentum)


def _momentum(optimizer: Config) -> float:
    betas = optimizer.get("betas")
    return float(optimizer.get("momentum", betas[0] if betas else 0.9))


def _set_momentum(config: Config, value: float) -> None:
    optimizer = config["optim_wrapper"]["optimizer"]
    if type_of(optimizer) == "SGD":
        optimizer["momentum"] = value
    else:
        second = optimizer["betas"][1] if optimizer.get("betas") else 0.999
        optimizer["betas"] = (value, second)


def _set_lr(config: Config, value: float) -> None:
    optimizer = config["optim_wrapper"]["optimizer"]
    old = optimizer["lr"]
    optimizer["lr"] = value
    for scheduler in schedulers(config):
        if scheduler.get("eta_max") == old:
            scheduler["eta_max"] = value


def _set_weight_decay(config: Config, value: float) -> None:
    config["optim_wrapper"]["optimizer"]["weight_decay"] = value


def _set_schedule(config: Config, value: str) -> None:
    found = schedulers(config)
    if not found or type_of(found[-1]) == _SCHEDULES[value]:
        return
    main = found[-1]
    kept = {key: main[key] for key in ("begin", "end", "by_epoch") if key in main}
    lowest = main.get("eta_min", 0.0)
    main.clear()
    main.update(type=_SCHEDULES[value], **kept)
    if value == "poly":
        main.update(power=0.9, eta_min=lowest)
    elif value == "cosine":
        main.update(T_max=0, eta_min=lowest)
        _fit_wave(main)
    else:
        main.update(factor=1.0)


def _set_power(config: Config, value: float) -> None:
    for scheduler in schedulers(config)[-1:]:
        if type_of(scheduler) == "PolyLR":
            scheduler["power"] = value


def _set_min_lr(config: Config, value: float) -> None:
    for scheduler in schedulers(config)[-1:]:
        if type_of(scheduler) in ("PolyLR", "CosineAnnealingLR"):
            scheduler["eta_min"] = value


def _set_warmup(config: Config, value: int) -> None:
    found = schedulers(config)
    if not found or not isinstance(found[-1].get("end"), int):
        return
    main = found[-1]
    length = min(value, main["end"] // 2)  # a short run has to reach its full rate too
    if length == 0:
        config["param_scheduler"] = [main]
    elif len(found) == 1:
        warmup = {"type": "LinearLR", "start_factor": _WARMUP_START, "by_epoch": False}
        config["param_scheduler"] = [{**warmup, "begin": 0, "end": length}, main]
    else:
        found[0].update(begin=0, end=length)
    main["begin"] = length
    _fit_wave(main)


# Augmentation


def _set_in(places: Mapping[str, str]) -> Setter:
    """A setter for a key of a transform, by the transform's type."""

    def setter(config: Config, value: Any) -> None:
        for transform in transforms(config):
            key = places.get(type_of(transform))
            if key is not None:
                transform[key] = value

    return setter


SETTERS: Mapping[str, Setter] = {
    "max_iters": _set_max_iters,
    "batch_size": _set_batch_size,
    "image_size": _set_image_size,
    "crop_size": _set_crop_size,
    "val_interval": _set_val_interval,
    "early_stop": _set_nothing,
    "seed": _set_seed,
    "loss_ce": _set_term("loss_ce", "loss_weight"),
    "loss_dice": _set_term("loss_dice", "loss_weight"),
    "loss_focal": _set_term("loss_focal", "loss_weight"),
    "focal_gamma": _set_term("loss_focal", "gamma"),
    "label_smoothing": _set_term("loss_ce", "label_smoothing"),
    "optimizer": _set_optimizer,
    "lr": _set_lr,
    "momentum": _set_momentum,
    "weight_decay": _set_weight_decay,
    "schedule": _set_schedule,
    "power": _set_power,
    "min_lr": _set_min_lr,
    "warmup_iters": _set_warmup,
    "ema": _set_nothing,
    "flip": _set_in({"RandomFlip": "prob"}),
    "scale_range": _set_in({"RandomResize": "ratio_range", "RandomAffineCrop": "scale_range"}),
    "rotate": _set_in({"RandomRotation": "degrees", "RandomAffineCrop": "rotate"}),
    "color": _set_in({"ColorJitter": "strength"}),
    "blur": _set_in({"GaussianBlur": "prob"}),
    "noise": _set_in({"GaussianNoise": "prob"}),
    "elastic": _set_in({"ElasticDeformation": "prob"}),
    "copy_paste": _set_in({"CopyPaste": "prob"}),
    "mixup": _set_in({"MixUp": "prob"}),
    "cutmix": _set_in({"CutMix": "prob"}),
    "precision": _set_nothing,
    "cache": _set_nothing,
    "num_workers": _set_num_workers,
    "goal": _set_nothing,
    "tracking": _set_nothing,
}
"""In the order in which they are applied: the length before what is measured in it, the kinds of
optimizer and schedule before their settings. `epochs` and `class_weights` need the dataset and are
resolved before, see `core.training.recipes.assemble`."""
