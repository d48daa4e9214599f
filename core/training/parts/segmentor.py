"""The segmentor of our recipes. Loaded only by worker processes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from mmengine.structures import PixelData
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.segmentors import EncoderDecoder
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import add_prefix
from torch import Tensor

from core.training.parts.mixing import SHARE
from core.training.parts.pieces import drop_faint, share_classes

Losses = dict[str, Tensor]


@MODELS.register_module()
class AugmentedEncoderDecoder(EncoderDecoder):  # type: ignore[misc]
    """An `EncoderDecoder` that can learn from mixed samples and predict from several views.

    It differs in three things, and in nothing where a config uses none of them:

    - Loss terms of weight 0 are left out, so that a config can list terms that are switched off.
    - The loss of a sample that `MixUp` has made is the share λ of the loss for the first mask and
      1-λ of that for the second, for each sample with its own λ. A batch that holds such samples
      has the mean of its samples' losses.
    - `test_cfg` may ask for `scales`, factors such as `(1.0, 1.5)`, and `flip=True`. Probabilities
      of all views are averaged; the logits are then their logarithms.
    - `test_cfg` may ask for `one_class_per_piece=True`, see `pieces.share_classes`, and for
      `surest_of_piece`, a probability such as 0.95, see `pieces.drop_faint`.

    Args:
        backbone: Config of the backbone.
        decode_head: Config of the decoder.
        options: The others of `EncoderDecoder`.
    """

    def __init__(self, backbone: Any, decode_head: Any, **options: Any) -> None:
        super().__init__(backbone, _without_idle_terms(decode_head), **options)

    def loss(self, inputs: Tensor, data_samples: Sequence[SegDataSample]) -> Losses:
        """The loss terms of a batch, by name."""
        features = self.extract_feat(inputs)
        losses: Losses = {}
        for name, head in self._heads():
            losses.update(add_prefix(_loss_of(head, features, data_samples), name))
        return losses

    def inference(self, inputs: Tensor, batch_img_metas: list[dict[str, Any]]) -> Tensor:
        """Logits (N, K, H, W) of a batch, from one view or several."""
        scales = tuple(self.test_cfg.get("scales") or (1.0,))
        turned = (False, True) if self.test_cfg.get("flip") else (False,)
        one_class = bool(self.test_cfg.get("one_class_per_piece"))
        surest = self.test_cfg.get("surest_of_piece")
        if scales == (1.0,) and turned == (False,) and not one_class and surest is None:
            return self._view(inputs, batch_img_metas)
        probabilities = self._mean_of_views(inputs, batch_img_metas, scales, turned)
        if one_class:
            probabilities = share_classes(probabilities)
        if surest is not None:
            probabilities = drop_faint(probabilities, float(surest))
        return _logits(probabilities)

    def _mean_of_views(
        self,
        inputs: Tensor,
        batch_img_metas: list[dict[str, Any]],
        scales: tuple[float, ...],
        turned: tuple[bool, ...],
    ) -> Tensor:
        total: Tensor | None = None
        for scale in scales:
            view = self._scaled(inputs, float(scale))
            for flip in turned:
                logits = self._view(view.flip(-1) if flip else view, batch_img_metas)
                logits = resize(
                    logits, size=inputs.shape[2:], mode="bilinear",
                    align_corners=self.align_corners, warning=False,
                )  # fmt: skip
                seen = _probabilities(logits.flip(-1) if flip else logits)
                total = seen if total is None else total + seen
        assert total is not None, "there is at least one scale"
        return total / (len(scales) * len(turned))

    def _view(self, inputs: Tensor, metas: list[dict[str, Any]]) -> Tensor:
        # Sliding over a photo writes into these; each view gets its own.
        logits: Tensor = super().inference(inputs, copy.deepcopy(metas))
        return logits

    def _scaled(self, inputs: Tensor, scale: float) -> Tensor:
        if scale == 1.0:
            return inputs
        step = int(self.test_cfg.get("size_divisor", 32))
        size = [max(1, round(side * scale / step)) * step for side in inputs.shape[2:]]
        resized: Tensor = resize(inputs, size=size, mode="bilinear", align_corners=False)
        return resized

    def _heads(self) -> Iterator[tuple[str, BaseDecodeHead]]:
        yield "decode", self.decode_head
        if not self.with_auxiliary_head:
            return
        if isinstance(self.auxiliary_head, torch.nn.ModuleList):
            for index, head in enumerate(self.auxiliary_head):
                yield f"aux_{index}", head
        else:
            yield "aux", self.auxiliary_head


def _without_idle_terms(decode_head: Any) -> Any:
    terms = decode_head.get("loss_decode")
    if not isinstance(terms, list | tuple):
        return decode_head
    working = [term for term in terms if term.get("loss_weight", 1.0) != 0]
    if not working:
        raise ValueError("every loss term has the weight 0: there is nothing to learn from")
    decode_head = copy.deepcopy(decode_head)
    decode_head["loss_decode"] = working
    return decode_head


def _loss_of(
    head: BaseDecodeHead, features: Sequence[Tensor], samples: Sequence[SegDataSample]
) -> Losses:
    # Called, not `head.forward`, so that hooks on the decoder see its logits.
    logits = head(features)
    mixed = [index for index, sample in enumerate(samples) if sample.gt_sem_seg.data.shape[0] > 1]
    if not mixed:
        losses: Losses = head.loss_by_feat(logits, samples)
        return losses
    plain = [index for index in range(len(samples)) if index not in mixed]
    parts: list[tuple[float, Losses]] = []
    if plain:
        losses = head.loss_by_feat(logits[plain], [samples[index] for index in plain])
        parts.append((float(len(plain)), losses))
    for index in mixed:
        share = float(samples[index].metainfo[SHARE])
        for layer, weight in ((0, share), (1, 1 - share)):
            one = _layer(samples[index], layer)
            parts.append((weight, head.loss_by_feat(logits[index : index + 1], [one])))
    names = parts[0][1]
    return {
        name: sum(weight * losses[name] for weight, losses in parts) / len(samples)  # type: ignore[misc]
        for name in names
    }


def _layer(sample: SegDataSample, layer: int) -> SegDataSample:
    mask = sample.gt_sem_seg.data[layer : layer + 1]
    return SegDataSample(metainfo=sample.metainfo, gt_sem_seg=PixelData(data=mask))


def _probabilities(logits: Tensor) -> Tensor:
    logits = logits.float()
    return logits.sigmoid() if logits.shape[1] == 1 else logits.softmax(1)


def _logits(probabilities: Tensor) -> Tensor:
    smallest = torch.finfo(probabilities.dtype).tiny
    if probabilities.shape[1] == 1:
        return torch.logit(probabilities, eps=1e-7)
    return probabilities.clamp_min(smallest).log()
