"""One trained model, loaded and ready to predict.

Loaded only by worker processes (imports torch and MMSegmentation).
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.model import revert_sync_batchnorm
from mmseg.registry import MODELS
from mmseg.utils import register_all_modules
from torch import Tensor

from core.errors import PetsegError
from core.evaluation.metrics.confusion import Mask
from core.evaluation.predicting.augmentation import PLAIN, Augmentation
from core.evaluation.predicting.checkpoint_loading import load_weights
from core.evaluation.predicting.checkpoints import CheckpointFile
from core.evaluation.predicting.outputs import (
    Output,
    Prepared,
    output_of,
    output_of_mean,
    probabilities_of,
    view_of,
)
from core.evaluation.run_classes import learned_classes, why_other
from core.images import read_image
from core.training.recipes.config_json import load_config

# Scopes of MMEngine's registry that a config may name, as in "mmpretrain.ConvNeXt".
_SCOPES = ("mmseg", "mmcv", "mmengine", "mmpretrain", "mmdet")
# Our own registered parts: transforms, losses, decoders, the segmentor.
_OURS = "core.training.parts"


class Segmenter:
    """The model of a run with the weights of one checkpoint, on one device.

    Args:
        run_folder: The run's folder, for its `config.json`.
        checkpoint: The weights.
        device: `auto` (the first GPU, else the CPU), `cpu` or `cuda:N`.

    Raises:
        PetsegError: the config or the checkpoint cannot be used, the two do not belong together,
            or there is no such device.
    """

    def __init__(self, run_folder: Path, checkpoint: CheckpointFile, device: str) -> None:
        self.device = choose_device(device)
        config_path = run_folder / "config.json"
        config = load_config(config_path)
        _refuse_foreign_types(config, config_path)
        register_all_modules()
        _import_modules(config, config_path)
        try:
            self._pipeline = Compose(_inference_pipeline(config))
            model_config = Config({"model": copy.deepcopy(config["model"])}).model
            model = revert_sync_batchnorm(MODELS.build(model_config))
        # The registry hands on whatever a wrong config makes a model's constructor raise.
        except Exception as error:
            raise PetsegError(
                f"The run's config gives no model ({type(error).__name__}: {error})",
                path=config_path,
                remedy="It may be damaged or of another version: restore it, or train again.",
            ) from error
        _load_into(model, checkpoint.path)
        self._class_names = learned_classes(config)
        # MMSegmentation cuts a single channel at this probability, and not at the larger one.
        is_single = getattr(model, "out_channels", 0) == 1
        self._threshold = float(model.decode_head.threshold) if is_single else None
        self._model = model.to(self.device).eval()

    @property
    def pixels_per_batch(self) -> int:
        """How many pixels to predict at once.

        On two cores, four photos of 256×256 took the least time each: with more, memory comes
        fresh from the system for every layer. A GPU wants to be filled.
        """
        return 1 << 18 if self.device.type == "cpu" else 1 << 21

    def prepare(self, image: Path) -> Prepared:
        """Read a photo and take it through the validation pipeline. Safe to call from threads.

        Raises:
            PetsegError: the photo cannot be read or used.
        """
        try:
            packed = self._pipeline(
                {"img_path": str(image), "reduce_zero_label": False, "seg_fields": []}
            )
            return Prepared(packed["inputs"], packed["data_samples"])
        except PetsegError:
            raise
        # The pipeline is the config's: its steps raise whatever they like.
        except Exception as error:
            read_image(image)  # says it in words when the file itself is the cause
            raise PetsegError(
                f"The image does not fit the run's config ({type(error).__name__}: {error})",
                path=image,
                remedy="Convert it to an 8-bit RGB file like the images the run was trained on.",
            ) from error

    def other_classes(self, classes: Sequence[str]) -> str:
        """Why this model's classes are not those, as a sentence; empty when they are."""
        count = max(2, int(getattr(self._model, "num_classes", len(classes))))
        return why_other(count, self._class_names, classes)

    def predict(
        self,
        batch: Sequence[Prepared],
        augment: Augmentation = PLAIN,
        labels: Sequence[Mask | None] | None = None,
    ) -> list[Output]:
        """Predict photos of one shape.

        A batch that is too large for the device's memory is halved until it fits.

        Args:
            batch: The photos.
            augment: From which views; their probabilities are averaged.
            labels: For each photo None, or the classes whose probability is wanted too, uint8 H×W.

        Raises:
            PetsegError: one photo alone is too large.
        """
        asked = [None] * len(batch) if labels is None else list(labels)
        try:
            return self._predict(batch, augment, asked)
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise PetsegError(
                    f"The image does not fit into the memory of {self.device}",
                    remedy="Close other programs that use the device, or predict on the CPU.",
                ) from error
        torch.cuda.empty_cache()
        half = len(batch) // 2
        return [
            *self.predict(batch[:half], augment, asked[:half]),
            *self.predict(batch[half:], augment, asked[half:]),
        ]

    @torch.inference_mode()
    def _predict(
        self, batch: Sequence[Prepared], augment: Augmentation, labels: Sequence[Mask | None]
    ) -> list[Output]:
        if augment.is_plain:
            results = self._results([(each.inputs, each.data_sample) for each in batch])
            return [output_of(result, asked) for result, asked in zip(results, labels, strict=True)]
        means: list[Tensor] = []
        for scale in augment.scales:
            for turned in (False, True) if augment.flip else (False,):
                results = self._results([view_of(each, scale, turned) for each in batch])
                seen = [probabilities_of(result) for result in results]
                means = [a.add_(b) for a, b in zip(means, seen, strict=True)] if means else seen
        return [
            output_of_mean(mean.div_(augment.views), asked, self._threshold)
            for mean, asked in zip(means, labels, strict=True)
        ]

    def _results(self, views: Sequence[tuple[Tensor, Any]]) -> list[Any]:
        data = {"inputs": [each for each, _ in views], "data_samples": [each for _, each in views]}
        results: list[Any] = self._model.test_step(data)
        return results


def choose_device(name: str) -> torch.device:
    """The device of that name; `auto` is the first GPU when there is one, else the CPU.

    Raises:
        PetsegError: there is no such device on this machine.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is not None and device.type == "cpu":
        return device
    if device is not None and device.type == "cuda" and (device.index or 0) < gpus:
        return device
    known = ["auto", "cpu", *(f"cuda:{index}" for index in range(gpus))]
    raise PetsegError(
        f"There is no device {name!r}", remedy=f"This machine has: {', '.join(known)}."
    )


def _inference_pipeline(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The validation pipeline without the steps that load the truth."""
    loader = config.get("val_dataloader") or config["test_dataloader"]
    dataset = loader["dataset"]
    while "pipeline" not in dataset:  # a dataset that wraps another one or several
        dataset = dataset["datasets"][0] if "datasets" in dataset else dataset["dataset"]
    steps = copy.deepcopy(dataset["pipeline"])
    return [step for step in steps if "Annotation" not in str(step["type"])]


def _load_into(model: torch.nn.Module, path: Path) -> None:
    weights = load_weights(path)
    expected = model.state_dict()
    missing = [name for name in expected if name not in weights]
    unknown = [name for name in weights if name not in expected]
    shapes = [
        name for name, value in expected.items()
        if name in weights and weights[name].shape != value.shape
    ]  # fmt: skip
    if missing or unknown or shapes:
        odd = (missing or unknown or shapes)[0]
        raise PetsegError(
            "The checkpoint does not fit the run's model "
            f"({len(missing)} weights missing, {len(unknown)} unknown, "
            f"{len(shapes)} of another shape, such as {odd})",
            path=path,
            remedy="It comes from another recipe: use a checkpoint that this run has saved.",
        )
    model.load_state_dict(weights)


def _import_modules(config: dict[str, Any], path: Path) -> None:
    for name in (config.get("custom_imports") or {}).get("imports", ()):
        if name != _OURS and str(name).split(".")[0] not in _SCOPES:
            raise PetsegError(
                f"The config imports the module {name!r}",
                path=path,
                remedy="Only the parts of this program and OpenMMLab's packages are loaded.",
            )
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise PetsegError(
                f"The config needs the module {name!r}, which cannot be imported ({error})",
                path=path,
                remedy="Install the package that the recipe needs.",
            ) from error


def _refuse_foreign_types(value: Any, path: Path) -> None:
    """Refuse a `type` that names code outside the registries.

    MMEngine's registry takes a dotted name that it does not know for an importable object, so
    that a config could call any function of the system.
    """
    if isinstance(value, dict):
        name = value.get("type")
        if isinstance(name, str) and "." in name:
            scope, _, rest = name.partition(".")
            if scope not in _SCOPES or "." in rest:
                raise PetsegError(
                    f"The config names {name!r}, which is no registered module",
                    path=path,
                    remedy="Use the config of a run that this program has made.",
                )
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            _refuse_foreign_types(item, path)
