"""A backbone looks at photos without their masks, before it is trained.

Loaded only by worker processes. The task is masked image modelling as in SimMIM (Xie et al.,
"SimMIM: a Simple Framework for Masked Image Modeling", CVPR 2022, https://arxiv.org/abs/2111.09886):
random squares of a photo are hidden, and one linear layer on the backbone's last features has to
say which colours were there; the loss is the mean absolute error of hidden pixels. Unlike methods
that compare two views it needs neither large batches nor a queue, and works for any backbone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dist import broadcast, is_distributed
from mmengine.model import is_model_wrapper
from torch import Tensor, nn
from torch.nn import functional

from core.errors import PetsegError
from core.images import read_image
from core.runs.events import EventWriter, Message
from core.training.data.plan import DataPlan

_HIDDEN = 0.6
_PATCHES = 8  # patches along each side
_RATE = 5e-4
_DECAY = 0.05
_RISE = 0.1  # share of the iterations in which the learning rate rises
_LARGEST = 1.6
_REPORTS = 10
_MEMORY = 512 * 2**20


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What a warm-up did.

    Attributes:
        iterations: How many it took; fewer than asked for when it was stopped.
        photos: How many photos there were.
        first: Mean absolute error over the first tenth, in standard deviations of the colours.
        last: The same over the last tenth.
    """

    iterations: int
    photos: int
    first: float
    last: float


def warmup_photos(plan: DataPlan) -> list[Path]:
    """The photos of a run's split train, those without a mask included.

    Args:
        plan: The run's samples.
    """
    labelled = (
        group.image_dir / f"{name}{group.image_suffix}"
        for group in plan.train.groups
        for name in group.names
    )
    return sorted({*labelled, *plan.unlabelled})


def warm_up_backbone(
    model: nn.Module,
    images: Sequence[Path],
    config: Mapping[str, Any],
    events: EventWriter,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> WarmUp:
    """Train the backbone of a segmentor on photos alone.

    Numpy's and torch's global random numbers are left as they were, so that the training after it
    draws the same ones as without. Several processes do the same; then the first one's result
    holds for all.

    Args:
        model: The segmentor, with its first weights, on its device.
        images: Photos; those that cannot be read are passed over.
        config: The run's resolved config: `warmup_without_masks` iterations, the batch and crop
            size, and the seed.
        events: Where the progress is told.
        stopped: Asked before each iteration; true ends the warm-up.

    Raises:
        PetsegError: no photo can be read.
    """
    segmentor: Any = model.module if is_model_wrapper(model) else model
    iterations = int(config["warmup_without_masks"])
    crop = config["data_preprocessor"]["size"]
    seed = int((config.get("randomness") or {}).get("seed") or 0)
    photos = _Photos(images, (int(crop[0]), int(crop[1])), seed)
    text = f"The backbone looks at {len(images)} photos without masks, for {iterations} iterations."
    events.write(Message(text=text))
    device = next(segmentor.parameters()).device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        task = _FillIn(segmentor, photos.size).to(device)
        errors: list[float] = []
        try:
            for error in _trained(task, photos, config, iterations, stopped):
                errors.append(error)
                if len(errors) % max(1, iterations // _REPORTS) == 0:
                    text = f"Warm-up: {len(errors)} of {iterations}, error {_recent(errors):.3f}."
                    events.write(Message(text=text))
        finally:
            segmentor.backbone.zero_grad(set_to_none=True)
    if is_distributed():
        for value in segmentor.backbone.state_dict().values():
            broadcast(value)
    tenth = max(1, len(errors) // 10)
    first = float(np.mean(errors[:tenth])) if errors else math.nan
    return WarmUp(len(errors), len(images), first, _recent(errors))


def _recent(errors: Sequence[float]) -> float:
    return float(np.mean(errors[-max(1, len(errors) // 10) :])) if errors else math.nan


def _trained(
    task: _FillIn,
    photos: _Photos,
    config: Mapping[str, Any],
    iterations: int,
    stopped: Callable[[], bool],
) -> Iterator[float]:
    """Take one step after the other; the error of each."""
    batch = int(config["train_dataloader"]["batch_size"])
    optimizer = torch.optim.AdamW(task.parameters(), lr=_RATE, weight_decay=_DECAY)
    rise = max(1, round(_RISE * iterations))
    task.train()
    for iteration in range(iterations):
        if stopped():
            return
        through = max(0, iteration - rise) / max(1, iterations - rise)
        rate = min(1.0, (iteration + 1) / rise) * (1 + math.cos(math.pi * through)) / 2
        for group in optimizer.param_groups:
            group["lr"] = _RATE * rate
        inputs, hidden = photos.draw(batch)
        loss: Tensor = task(inputs, hidden)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(task.parameters(), 5.0)
        optimizer.step()
        yield float(loss.detach())


class _FillIn(nn.Module):
    """A backbone with one layer that says the colours of hidden pixels."""

    mean: Tensor
    std: Tensor

    def __init__(self, segmentor: Any, size: tuple[int, int]) -> None:
        super().__init__()
        self.backbone = segmentor.backbone
        preprocessor = segmentor.data_preprocessor
        self._is_rgb = bool(preprocessor._channel_conversion)
        self.register_buffer("mean", preprocessor.mean.detach().cpu().clone(), persistent=False)
        self.register_buffer("std", preprocessor.std.detach().cpu().clone(), persistent=False)
        self.hint = nn.Parameter(torch.zeros(1, 3, 1, 1))
        device = next(self.backbone.parameters()).device
        was_training = self.backbone.training
        self.backbone.eval()  # a trial must not touch the batch statistics
        with torch.no_grad():
            features = self._features(torch.zeros(1, 3, *size, device=device))
        self.backbone.train(was_training)
        self._stride = max(1, round(size[0] / features.shape[2]))
        self.say = nn.Sequential(
            nn.Conv2d(features.shape[1], 3 * self._stride**2, 1), nn.PixelShuffle(self._stride)
        )

    def forward(self, photos: Tensor, hidden: Tensor) -> Tensor:
        """The mean absolute error of hidden pixels.

        Args:
            photos: uint8 (N, 3, H, W), RGB.
            hidden: bool (N, 1, H, W).
        """
        photos, hidden = photos.to(self.hint.device), hidden.to(self.hint.device)
        colors = photos.float() if self._is_rgb else photos.float().flip(1)
        colors = (colors - self.mean) / self.std
        said = self.say(self._features(torch.where(hidden, self.hint, colors)))
        if said.shape[2:] != colors.shape[2:]:
            said = functional.interpolate(said, colors.shape[2:], mode="bilinear")
        total: Tensor = ((said - colors).abs() * hidden).sum()
        return total / (3 * hidden.sum().clamp_min(1))

    def _features(self, inputs: Tensor) -> Tensor:
        outputs = self.backbone(inputs)
        features: Tensor = outputs if isinstance(outputs, Tensor) else outputs[-1]
        return features


class _Photos:
    """Random pieces of photos with random squares hidden, from a generator of its own."""

    def __init__(self, paths: Sequence[Path], size: tuple[int, int], seed: int) -> None:
        self.size = size
        self._paths = list(paths)
        self._random = np.random.default_rng((seed, 7))
        self._kept: dict[Path, Any] = {}
        self._room = _MEMORY

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Photos uint8 (N, 3, H, W), RGB, and what is hidden of them, bool (N, 1, H, W)."""
        pieces = np.stack([self._piece() for _ in range(count)])
        hidden = np.stack([self._squares() for _ in range(count)])
        photos = torch.from_numpy(np.ascontiguousarray(pieces.transpose(0, 3, 1, 2)))
        return photos, torch.from_numpy(hidden)[:, None]

    def _piece(self) -> Any:
        photo = self._photo()
        height, width = photo.shape[:2]
        # Factor 1 shows as much as fits without a border.
        fit = max(self.size[0] / height, self.size[1] / width)
        factor = fit * self._random.uniform(1.0, _LARGEST)
        x = self._random.uniform(0, max(0.0, width * factor - self.size[1]))
        y = self._random.uniform(0, max(0.0, height * factor - self.size[0]))
        matrix = np.array([[factor, 0, -x], [0, factor, -y]])
        piece = cv2.warpAffine(
            photo,
            matrix,
            self.size[::-1],
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        return piece[:, ::-1] if self._random.random() < 0.5 else piece

    def _squares(self) -> Any:
        chosen = self._random.random((_PATCHES, _PATCHES)) < _HIDDEN
        chosen.flat[self._random.integers(chosen.size)] = True  # something has to be hidden
        rows = np.arange(self.size[0]) * _PATCHES // self.size[0]
        columns = np.arange(self.size[1]) * _PATCHES // self.size[1]
        return chosen[rows][:, columns]

    def _photo(self) -> Any:
        while self._paths:
            number = int(self._random.integers(len(self._paths)))
            path = self._paths[number]
            if path in self._kept:
                return self._kept[path]
            try:
                photo = read_image(path)
            except PetsegError:
                del self._paths[number]  # there are others; the checks before a run name it
                continue
            if photo.nbytes <= self._room:
                self._room -= photo.nbytes
                self._kept[path] = photo
            return photo
        raise PetsegError(
            "The backbone cannot be warmed up: there is no photo that can be read",
            remedy="Set warmup_without_masks to 0, or restore the photos.",
        )
