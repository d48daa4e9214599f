"""What goes into a model and what comes out of it: views of photos, and predictions.

Loaded only by worker processes (imports torch and MMSegmentation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from mmseg.structures import SegDataSample
from torch import Tensor
from torch.nn import functional

from core.evaluation.metrics.confusion import Mask
from core.evaluation.suspects.quality import Floats

# A view's sides are multiples of this, which every backbone can halve as often as it wants to.
_STEP = 32


class Output(NamedTuple):
    """The prediction for one photo, at the photo's own size.

    Attributes:
        classes: uint8 H×W class indices.
        confidence: uint8 H×W, the probability of that class, 0 to 255 for 0 to 1.
        given: float32 H×W, the probability of the classes that were asked about (a mask's labels);
            None when none were, or their array has another size than the photo.
    """

    classes: Mask
    confidence: Mask
    given: Floats | None = None


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


def view_of(photo: Prepared, scale: float, turned: bool) -> tuple[Tensor, Any]:
    """A photo at another size, or mirrored: MMSegmentation brings the logits back by itself."""
    inputs = photo.inputs
    if scale != 1.0:
        sides = [max(1, round(side * scale / _STEP)) * _STEP for side in inputs.shape[-2:]]
        inputs = functional.interpolate(
            inputs[None].float(), size=sides, mode="bilinear", align_corners=False,
            antialias=scale < 1.0,
        )[0]  # fmt: skip
    sizes = {"img_shape": tuple(inputs.shape[-2:]), "pad_shape": tuple(inputs.shape[-2:])}
    turn = {"flip": turned, "flip_direction": "horizontal" if turned else None}
    sample = SegDataSample(metainfo={**photo.data_sample.metainfo, **sizes, **turn})
    return inputs.flip(-1) if turned else inputs, sample


def output_of(result: Any, asked: Mask | None) -> Output:
    """The prediction in one of MMSegmentation's results.

    Args:
        result: `SegDataSample` with logits and classes at the photo's size.
        asked: Classes whose probability is wanted too, uint8 H×W; None for none.
    """
    logits: Tensor = result.seg_logits.data
    classes: Tensor = result.pred_sem_seg.data.squeeze(0)
    if logits.shape[0] == 1:
        # One channel: MMSegmentation has applied the sigmoid already, and cuts at a threshold: the
        # class need not be the more probable one.
        both = probabilities_of(result)
        own = both.gather(0, classes[None].long())[0]
        return _as_output(classes, own, None if asked is None else _at(both, asked))
    # The values of a softmax that are wanted, without making all K of them.
    total = logits.logsumexp(0)
    given = None if asked is None else _at(logits, asked)
    return _as_output(
        classes,
        (logits.amax(0) - total).exp(),
        None if given is None else (given - total).exp(),
    )


def output_of_mean(mean: Tensor, asked: Mask | None, threshold: float | None) -> Output:
    """The prediction from the mean of several views.

    Args:
        mean: Probabilities, K×H×W.
        asked: Classes whose probability is wanted too, uint8 H×W; None for none.
        threshold: Of a model with one channel, from which probability on a pixel is class 1; None
            for the most probable class.
    """
    if threshold is not None:
        classes = (mean[1] > threshold).to(torch.int64)
        confidence = mean.gather(0, classes[None])[0]
    else:
        confidence, classes = mean.max(0)
    return _as_output(classes, confidence, None if asked is None else _at(mean, asked))


def probabilities_of(result: Any) -> Tensor:
    """The probabilities of all classes, float32 K×H×W; of one channel, those of 0 and 1."""
    logits: Tensor = result.seg_logits.data.float()
    if logits.shape[0] == 1:
        return torch.cat([1 - logits, logits])
    return logits.softmax(0)


def _at(values: Tensor, asked: Mask) -> Tensor | None:
    """From K×H×W the value of each pixel's class, H×W; of ignored pixels that of any class."""
    if tuple(values.shape[1:]) != asked.shape:
        return None
    places = torch.from_numpy(np.minimum(asked, len(values) - 1).astype(np.int64))
    return values.gather(0, places.to(values.device)[None])[0]


def _as_output(classes: Tensor, confidence: Tensor, given: Tensor | None) -> Output:
    scaled = (confidence * 255).round_().clamp_(0, 255).to(torch.uint8)
    return Output(
        classes.to(torch.uint8).cpu().numpy(),
        scaled.cpu().numpy(),
        None if given is None else given.float().cpu().numpy(),
    )
