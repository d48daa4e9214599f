"""The training loop and its runner around a model of one weight."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import PetsegError
from core.training.engine.checkpoints import install_safe_loading
from tests.core.training.toy import train_toy


def weight_in(path: Path) -> float:
    return torch.load(path, weights_only=True)["state_dict"]["weight"].item()


def test_that_a_run_goes_on_when_the_file_of_its_first_weights_is_gone(tmp_path):
    install_safe_loading()
    first = tmp_path / "first.pth"
    torch.save({"weight": torch.tensor([5.0])}, first)
    begun = {"loss": lambda weight, _: weight.sum(), "init": first}
    train_toy(tmp_path / "run", iterations=2, **begun)
    checkpoint = tmp_path / "run" / "checkpoints" / "iter_2.pth"
    assert weight_in(checkpoint) == pytest.approx(4.8)
    first.unlink()
    train_toy(tmp_path / "run", iterations=4, resumed=checkpoint, **begun)
    assert weight_in(checkpoint.with_name("iter_4.pth")) == pytest.approx(4.6)
    with pytest.raises(PetsegError, match="cannot be read"):
        train_toy(tmp_path / "other", iterations=2, **begun)
