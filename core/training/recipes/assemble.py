"""From a recipe to the full config of one run: the dataset, classes and folders put in.

The result is stock MMSegmentation: `config.py` trains with MMSegmentation's own tools too.
"""

from __future__ import annotations

import copy
from pathlib import Path

from core.errors import PetsegError
from core.runs.record import RunRecord
from core.training.data.plan import DataPlan, SplitPlan
from core.training.recipes.apply import apply_fields, apply_overrides
from core.training.recipes.config_parts import Config, tables, transforms, type_of
from core.training.recipes.fields import BY_NAME

CHECKPOINTS = "checkpoints"

# On two cores four photos of 256×256 take the least time each; more cost memory, not time.
_VAL_BATCH = 4

_NEEDED = (
    "model", "train_dataloader", "val_dataloader", "test_dataloader", "optim_wrapper", "train_cfg",
    "default_hooks",
)  # fmt: skip


def assemble(config: Config, record: RunRecord, plan: DataPlan, folder: Path) -> Config:
    """Return the resolved config of a run.

    Args:
        config: The recipe's config as plain data; it is left as it is.
        record: The run's fields and overrides.
        plan: The samples and classes.
        folder: The run's folder.

    Raises:
        PetsegError: an override names a place that does not exist.
    """
    config = copy.deepcopy(config)
    _check_parts(config, record.recipe)
    apply_fields(config, record.fields)
    _put_classes(config, plan)
    _put_data(config, plan, folder)
    config["work_dir"] = str(folder / CHECKPOINTS)
    # Last, so that what the user says in so many words holds.
    apply_overrides(config, {k: v for k, v in record.overrides.items() if k not in BY_NAME})
    return config


def _check_parts(config: Config, name: str) -> None:
    missing = [key for key in _NEEDED if not isinstance(config.get(key), dict)]
    if missing:
        raise PetsegError(
            f"The config {name} cannot be trained: it has no {', '.join(missing)}",
            remedy="A recipe needs a model, data loaders, an optimizer and a train_cfg with "
            "max_iters; look at those in configs.",
        )


def _put_classes(config: Config, plan: DataPlan) -> None:
    for table in tables(config["model"]):
        if "num_classes" in table:
            table["num_classes"] = len(plan.classes)
            if plan.ignore_index != 255:
                table["ignore_index"] = plan.ignore_index
        if "class_weight" in table:
            table["class_weight"] = plan.class_weights
        if "seg_pad_val" in table:
            table["seg_pad_val"] = plan.ignore_index
    if "class_weights" in config:
        config["class_weights"] = plan.class_weights
    if plan.ignore_index == 255:
        return
    for transform in transforms(config):
        for key in ("ignore_index", "seg_pad_val"):
            if key in transform:
                transform[key] = plan.ignore_index
        if type_of(transform) == "RandomCrop":
            transform["ignore_index"] = plan.ignore_index
        elif type_of(transform) == "RandomRotate":
            transform["seg_pad_val"] = plan.ignore_index
    for key in ("val_evaluator", "test_evaluator"):
        if key in config:
            config[key]["ignore_index"] = plan.ignore_index


def _put_data(config: Config, plan: DataPlan, folder: Path) -> None:
    train = config["train_dataloader"]
    train["dataset"] = _dataset(train["dataset"], plan, plan.train, folder)
    if plan.val.count == 0:
        for key in ("val_dataloader", "val_cfg", "val_evaluator"):
            config[key] = None
        for key in ("test_dataloader", "test_cfg", "test_evaluator"):
            config[key] = None
        config["default_hooks"]["checkpoint"]["save_best"] = None
        config["default_hooks"]["checkpoint"]["rule"] = None
        return
    for key in ("val_dataloader", "test_dataloader"):
        loader = config[key]
        loader["dataset"] = _dataset(loader["dataset"], plan, plan.val, folder)
        if plan.val.one_size:
            loader["batch_size"] = min(_VAL_BATCH, plan.val.count)


def _dataset(template: Config, plan: DataPlan, split: SplitPlan, folder: Path) -> Config:
    datasets = []
    if type_of(template) == "ConcatDataset":  # the config of an earlier run
        template = template["datasets"][0]
    for group in split.groups:
        dataset = copy.deepcopy(template)
        dataset.update(
            data_root=str(plan.root),
            data_prefix={
                "img_path": _relative(group.image_dir, plan.root),
                "seg_map_path": _relative(group.mask_dir, plan.root),
            },
            ann_file=str(folder / group.list_file),
            img_suffix=group.image_suffix,
            seg_map_suffix=group.mask_suffix,
            metainfo={
                "classes": tuple(plan.classes),
                "palette": [list(color) for color in plan.palette],
            },
            ignore_index=plan.ignore_index,
        )
        datasets.append(dataset)
    if len(datasets) == 1:
        return datasets[0]
    return {"type": "mmengine.ConcatDataset", "datasets": datasets}


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
