"""Files of weights as they are published: what of them a backbone takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from mmengine.model import PretrainedInit
from torch import nn

from core.errors import PetsegError
from core.training.engine.checkpoints import check_init, init_config, install_safe_loading

Weights = Mapping[str, torch.Tensor]
HEAD = {"decode_head.conv_seg.weight": torch.zeros(3)}


class Backbone(nn.Module):
    def __init__(self, fill: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3)
        self.bn1 = nn.BatchNorm2d(4)
        for parameter in self.parameters():
            nn.init.constant_(parameter, fill)


def prefixed(prefix: str) -> Callable[[Weights], Weights]:
    return lambda weights: {f"{prefix}{name}": value for name, value in weights.items()}


@pytest.mark.parametrize(
    ("dress", "is_wrapped"),
    [
        (prefixed(""), False),
        (prefixed(""), True),
        (prefixed("module."), True),
        (prefixed("backbone."), True),
        (lambda weights: {**prefixed("backbone.")(weights), **HEAD}, True),
        (lambda weights: {**prefixed("module.backbone.")(weights), **prefixed("module.")(HEAD)},
         True),
    ],
    ids=["bare", "state_dict", "module", "classifier", "segmentor", "parallel segmentor"],
)  # fmt: skip
@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
def test_that_a_backbone_takes_its_part_of_a_file(tmp_path: Path, dress, is_wrapped, is_zip):
    weights = dress(Backbone(0.5).state_dict())
    content = {"state_dict": weights, "meta": {"epoch": 1}} if is_wrapped else weights
    path = tmp_path / "published-01234567.pth"
    torch.save(content, path, _use_new_zipfile_serialization=is_zip)
    own = Backbone(0.0)
    assert check_init(own, path).startswith("6 of 6 tensors")
    install_safe_loading()
    config = init_config(path)
    assert config.pop("type") == "Pretrained"
    PretrainedInit(**config)(own)
    assert all(bool((value == 0.5).all()) for value in own.parameters())


def test_that_weights_of_another_network_are_refused(tmp_path: Path):
    path = tmp_path / "other.pth"
    torch.save({"layers.0.weight": torch.zeros(2)}, path)
    with pytest.raises(PetsegError, match=r"begins with 'layers\.0\.weight'"):
        check_init(Backbone(0.0), path)
