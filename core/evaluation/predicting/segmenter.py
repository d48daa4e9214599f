"""One trained model, loaded and ready to predict.

Loaded only by worker processes (imports torch and MMSegmentation).
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.model import revert_sync_batchnorm
from mmseg.registry import MODELS
from mmseg.utils import register_all_modules
from torch import Tensor

from core.errors import PetsegError
from core.evaluation.metrics.confusion import Mask
from core.evaluation.predicting.checkpoint_loading import load_weights
from core.evaluation.predicting.checkpoints import CheckpointFile
from core.images import read_image
from core.training.recipes.config_json import load_config

# Scopes of MMEngine's registry that a config may name, as in "mmpretrain.ConvNeXt".
_SCOPES = ("mmseg", "mmcv", "mmengine", "mmpretrain", "mmdet")
# Our own registered parts: transforms, losses, decoders, the segmentor.
_OURS = "core.training.parts"


class Output(NamedTuple):
    """The prediction for one photo, at the photo's own size.

    Attributes:
        classes: uint8 H×W class indices.
        confidence: uint8 H×W, the probability of that class, 0 to 255 for 0 to 1.
    """

    classes: Mask
    confidence: Mask


@dataclass(frozen=True)
class Prepared:
    """A photo after the config's validation pipeline, ready for the model.

    Attributes:
        inputs: C×H×W tensor.
        data_sample: MMSegmentation's `SegDataSample` with the photo's sizes.
    """

    inputs: Tensor
    data_sample: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Photos of one shape can share a batch."""
        return tuple(self.inputs.shape)


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

    def predict(self, batch: Sequence[Prepared]) -> list[Output]:
        """Predict photos of one shape.

        A batch that is too large for the device's memory is halved until it fits.

        Raises:
            PetsegError: one photo alone is too large.
        """
        try:
            return list(self._predict(batch))
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise PetsegError(
                    f"The image does not fit into the memory of {self.device}",
                    remedy="Close other programs that use the device, or predict on the CPU.",
                ) from error
        torch.cuda.empty_cache()
        half = len(batch) // 2
        return self.predict(batch[:half]) + self.predict(batch[half:])

    @torch.inference_mode()
    def _predict(self, batch: Sequence[Prepared]) -> Iterator[Output]:
        data = {
            "inputs": [item.inputs for item in batch],
            "data_samples": [item.data_sample for item in batch],
        }
        results = self._model.test_step(data)
        return iter([_output(result) for result in results])


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


def _output(result: Any) -> Output:
    logits: Tensor = result.seg_logits.data
    classes: Tensor = result.pred_sem_seg.data.squeeze(0)
    if logits.shape[0] == 1:  # one channel: MMSegmentation has applied the sigmoid already
        probability = torch.maximum(logits[0], 1 - logits[0])
    else:
        # The largest softmax value, without making all K of them.
        probability = (logits.amax(0) - logits.logsumexp(0)).exp()
    confidence = (probability * 255).round_().clamp_(0, 255).to(torch.uint8)
    return Output(classes.to(torch.uint8).cpu().numpy(), confidence.cpu().numpy())


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
