"""Runs without a training: a folder with predictions, or with a small untrained model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.evaluation.metrics.confusion import Mask
from core.files import atomic_write
from core.images import encode_mask
from tests.making import write_sample

CLASSES = ("background", "cat", "dog")


@dataclass(frozen=True)
class FakeRun:
    """As much of a run as evaluation asks for."""

    folder: Path
    label_set: str = "labels"

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def name(self) -> str:
        return self.folder.name


def write_mask(path: Path, mask: Mask) -> None:
    atomic_write(path, encode_mask(mask))


def write_dataset(root: Path, *, val: int = 6, size: tuple[int, int] = (24, 32)) -> Path:
    """A dataset with `val` validation samples called 0, 1, … and one training sample."""
    rng = np.random.default_rng(0)
    for split, count in (("train", 1), ("val", val)):
        for index in range(count):
            mask = np.zeros(size, np.uint8)
            mask[4:16, 4 : 10 + index] = 1 + index % 2
            noise = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
            write_sample(root, split, str(index), {"labels": mask}, photo=noise, suffix=".jpg")
    tables = [f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in CLASSES]
    (root / "dataset.toml").write_text("\n".join(tables))
    return root


def tiny_config(dataset_root: Path) -> dict[str, Any]:
    """A resolved config of a very small DeepLab-like model, as a run keeps it."""
    norm = {"type": "BN", "requires_grad": True}
    pipeline = [
        {"type": "LoadImageFromFile"},
        {"type": "LoadAnnotations"},
        {"type": "PackSegInputs"},
    ]
    return {
        "default_scope": "mmseg",
        "model": {
            "type": "EncoderDecoder",
            "data_preprocessor": {
                "type": "SegDataPreProcessor",
                "mean": [123.675, 116.28, 103.53],
                "std": [58.395, 57.12, 57.375],
                "bgr_to_rgb": True,
                "size": (32, 32),
            },
            "backbone": {
                "type": "MobileNetV2",
                "widen_factor": 0.1,
                "strides": (1, 2, 1, 1, 1, 1, 1),
                "out_indices": (1, 2),
                "norm_cfg": norm,
            },
            "decode_head": {
                "type": "FCNHead",
                "in_channels": 8,
                "in_index": 0,
                "channels": 8,
                "num_convs": 1,
                "concat_input": False,
                "num_classes": len(CLASSES),
                "norm_cfg": norm,
                "loss_decode": {"type": "CrossEntropyLoss", "class_weight": [0.2, 1.0, 1.0]},
            },
            "test_cfg": {"mode": "whole"},
        },
        "val_dataloader": {
            "batch_size": 1,
            "dataset": {
                "type": "BaseSegDataset",
                "data_root": str(dataset_root),
                "pipeline": pipeline,
            },
        },
    }


def build_model(config: dict[str, Any]) -> Any:
    """The config's model as MMSegmentation builds it, with random weights."""
    import torch
    from mmengine.config import Config
    from mmseg.registry import MODELS
    from mmseg.utils import register_all_modules

    register_all_modules()
    torch.manual_seed(0)
    model = MODELS.build(Config({"model": config["model"]}).model)
    with torch.no_grad():  # spread the logits, so that every class is predicted somewhere
        for value in model.parameters():
            value.copy_(torch.randn_like(value) * 0.5)
    return model.eval()


def write_run(folder: Path, config: dict[str, Any], model: Any, *, iteration: int = 40) -> FakeRun:
    """A run's folder with config and a checkpoint such as MMEngine writes."""
    import torch
    from mmengine.logging import HistoryBuffer

    from core.training.recipes.config_json import dump_config

    checkpoints = folder / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(dump_config(config))
    content = {
        "meta": {"iter": iteration, "dataset_meta": {"classes": CLASSES}},
        "state_dict": model.state_dict(),
        "message_hub": {
            "log_scalars": {"train/loss": HistoryBuffer([1.0, 0.5], [1, 1])},
            "runtime_info": {"best_score": np.float64(0.5)},
        },
    }
    torch.save(content, checkpoints / f"best_mDice_iter_{iteration}.pth")
    return FakeRun(folder)
