"""Validation in batches. Loaded only by worker processes.

MMSegmentation's loop predicts one photo at a time, resizes its logits to the photo's size even
where they have it, and counts pixels in a way that looks at each many times. Here photos of one
size go through the model together, and `ValidationHook` does the counting, once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from mmcv.cnn.utils.fuse_conv_bn import fuse_conv_bn
from mmengine.dist import get_world_size
from mmengine.registry import LOOPS
from mmengine.runner import ValLoop
from mmengine.structures import PixelData
from mmseg.models.segmentors import EncoderDecoder
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from core.training.engine.saving import unwrapped
from core.training.engine.speed.fused_activation import use_fused_activations
from core.training.engine.speed.prefetch import PrefetchingLoader
from core.training.engine.validation import ValidationHook

# On two cores sixteen photos of 256×256 take little more time each than more would, and a few
# hundred megabytes; a GPU wants to be filled.
_PIXELS_ON_CPU, _PIXELS_ON_GPU = 1 << 20, 1 << 21

# So many samples may wait for others of their size.
_MOST_WAITING = 64

# Logits of a model without batch norms may differ so much, as a share of the largest.
_TOLERANCE = 1e-3

Sample = tuple[Tensor, Any]


@LOOPS.register_module()
class BatchedValLoop(ValLoop):  # type: ignore[misc]
    """A `ValLoop` that predicts photos of one size together.

    Batch norms and, on a CPU, activations are part of the convolutions for the time. Everything is
    computed in float32: in bfloat16 mDice would move by tenths of a percent.

    The hooks are told of each batch, as by MMEngine's loop. The predicted classes are in
    `pred_sem_seg` as uint8; logits are not kept. `ValidationHook` gives the metrics.

    Args:
        runner: The runner.
        dataloader: Loader of the samples, or its config.
        evaluator: MMSegmentation's evaluator, which is not used.
        options: The others of `ValLoop`.
    """

    def __init__(self, runner: Any, dataloader: Any, evaluator: Any, **options: Any) -> None:
        super().__init__(runner, dataloader, evaluator, **options)
        # Of samples that several processes share, the last ones repeat some and are not counted.
        self.keeps_order = get_world_size() > 1
        self._is_foldable: bool | None = None

    @torch.inference_mode()
    def run(self) -> dict[str, float]:
        """Predict all samples and tell the hooks."""
        runner = self.runner
        runner.call_hook("before_val")
        runner.call_hook("before_val_epoch")
        runner.model.eval()
        model = unwrapped(runner.model)
        device = next(model.parameters()).device
        pixels = _PIXELS_ON_CPU if device.type == "cpu" else _PIXELS_ON_GPU
        # The next samples are loaded while the model computes.
        loader = PrefetchingLoader(self.dataloader, pin=device.type == "cuda")
        try:
            batches = in_batches(_single(loader), pixels, self.keeps_order)
            for index, batch in enumerate(batches):
                if index == 0:
                    model = self._folded(model, batch[0])
                self._run_batch(model, index, batch)
        finally:
            loader.close()
        measuring = [hook for hook in runner.hooks if isinstance(hook, ValidationHook)]
        metrics: dict[str, float] = measuring[0].measure() if measuring else {}
        runner.call_hook("after_val_epoch", metrics=metrics)
        runner.call_hook("after_val")
        return metrics

    def _run_batch(self, model: Any, index: int, batch: list[Sample]) -> None:
        data = {"inputs": [each[0] for each in batch], "data_samples": [each[1] for each in batch]}
        self.runner.call_hook("before_val_iter", batch_idx=index, data_batch=data)
        outputs = predict(model, data)
        self.runner.call_hook("after_val_iter", batch_idx=index, data_batch=data, outputs=outputs)

    def _folded(self, model: Any, sample: Sample) -> Any:
        """A copy without batch norms, if the first sample has shown that it predicts the same."""
        if self._is_foldable is False:
            return model
        folded = without_batch_norm(model)
        if folded is not None:
            use_fused_activations(folded)
        if self._is_foldable is None:
            self._is_foldable = folded is not None and _agree(model, folded, sample)
        return folded if self._is_foldable else model


def without_batch_norm(model: Any) -> Any:
    """A copy of a model in which the convolutions do what the batch norms after them did.

    Outside of training a batch norm is a factor and a summand for each channel, which the weights
    before it can take in; results differ by float32's rounding. It is assumed that a batch norm
    gets what the convolution listed before it gives, which is so in MMCV's and MMSegmentation's
    modules; whoever uses the copy compares it with the model.

    Returns:
        The copy; None where a batch norm keeps no statistics.
    """
    norms = [each for each in model.modules() if isinstance(each, _BatchNorm)]
    if any(each.running_mean is None or each.weight is None for each in norms):
        return None
    with torch.inference_mode(False), torch.no_grad():
        return fuse_conv_bn(copy.deepcopy(model)).eval()


def _agree(model: Any, other: Any, sample: Sample) -> bool:
    data = {"inputs": [sample[0]], "data_samples": [copy.deepcopy(sample[1])]}
    inputs = model.data_preprocessor(data, False)["inputs"]
    expected, found = (each(inputs, mode="tensor").float() for each in (model, other))
    return bool((found - expected).abs().max() <= _TOLERANCE * expected.abs().max())


def predict(model: Any, data: dict[str, Any]) -> list[Any]:
    """Predict a batch of photos of one size.

    Args:
        model: A segmentor of MMSegmentation.
        data: `inputs` and `data_samples`, as a loader gives them.

    Returns:
        The data samples; `pred_sem_seg` holds 1×H×W classes at the photo's own size.
    """
    data = model.data_preprocessor(data, False)
    if type(model).predict is not EncoderDecoder.predict:  # a segmentor with ways of its own
        return list(model(**data, mode="predict"))
    samples: list[Any] = data["data_samples"]
    metas = [sample.metainfo for sample in samples]
    logits: Tensor = model.inference(data["inputs"], metas).float()
    if not all(_is_of_size(meta, logits) for meta in metas):
        return list(model.postprocess_result(logits, samples))
    if logits.shape[1] == 1:
        classes = (logits.sigmoid() > model.decode_head.threshold).to(torch.uint8)
    else:
        classes = logits.argmax(1, keepdim=True).to(torch.uint8)
    for sample, mask in zip(samples, classes, strict=True):
        sample.pred_sem_seg = PixelData(data=mask)
    return samples


def in_batches(
    samples: Iterable[Sample], pixels: int, keeps_order: bool = False
) -> Iterator[list[Sample]]:
    """Put samples of one size together.

    Args:
        samples: Inputs (C×H×W) and data samples.
        pixels: About how many pixels a batch may have; it has one sample at least.
        keeps_order: Whether samples have to come out as they came in.
    """
    waiting: dict[Any, list[Sample]] = {}
    for sample in samples:
        inputs, about = sample
        size = (tuple(inputs.shape), tuple(about.metainfo["ori_shape"]))
        if keeps_order and waiting and size not in waiting:
            yield from waiting.values()
            waiting.clear()
        group = waiting.setdefault(size, [])
        group.append(sample)
        if (len(group) + 1) * inputs.shape[-2] * inputs.shape[-1] > pixels:
            yield waiting.pop(size)
        elif sum(map(len, waiting.values())) > _MOST_WAITING:
            yield waiting.pop(next(iter(waiting)))
    yield from waiting.values()


def use_batched_validation(config: dict[str, Any]) -> bool:
    """Let a config validate in batches, where it uses MMEngine's plain loop.

    Args:
        config: A config to build a runner from; it is changed.
    """
    loop = config.get("val_cfg")
    if not loop or loop.get("type") != "ValLoop" or loop.get("fp16"):
        return False
    loop["type"] = BatchedValLoop.__name__
    # One by one, so that sizes may differ; the loop puts together what goes together.
    config["val_dataloader"]["batch_size"] = 1
    return True


def _single(batches: Iterable[dict[str, Any]]) -> Iterator[Sample]:
    for batch in batches:
        yield from zip(batch["inputs"], batch["data_samples"], strict=True)


def _is_of_size(meta: dict[str, Any], logits: Tensor) -> bool:
    padding = meta.get("img_padding_size", meta.get("padding_size", (0, 0, 0, 0)))
    is_plain = not any(padding) and not meta.get("flip")
    return is_plain and tuple(meta["ori_shape"][:2]) == tuple(logits.shape[-2:])
