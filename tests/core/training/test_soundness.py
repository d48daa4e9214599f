"""A training whose numbers go wrong: its checkpoints stay good, and it says when it happened."""

from __future__ import annotations

import pytest
import torch

from core.errors import PetsegError
from core.training.engine.soundness import LossWatch, require_numbers
from tests.core.training.toy import train_toy


def weight_of(folder):
    (path,) = (folder / "checkpoints").glob("iter_*.pth")
    return path.name, torch.load(path, weights_only=True)["state_dict"]["weight"].item()


def test_that_a_loss_that_is_no_number_never_reaches_the_checkpoint(tmp_path):
    def loss(weight, iteration):
        return (weight * (float("nan") if iteration == 8 else 1.0)).sum()

    # The eighth iteration is not one of the first, and no time passes: nobody reports it.
    with pytest.raises(PetsegError, match=r"loss is no longer a number \(iteration 8\)"):
        train_toy(tmp_path / "run", loss)
    assert weight_of(tmp_path / "run") == ("iter_6.pth", pytest.approx(0.4))


def test_that_weights_that_are_no_numbers_never_replace_good_ones(tmp_path):
    class Broken(torch.autograd.Function):
        """A loss that is a number, with a gradient that is none."""

        @staticmethod
        def forward(ctx, weight):
            return weight.sum()

        @staticmethod
        def backward(ctx, gradient):
            return gradient.expand(1) * float("inf")

    def loss(weight, iteration):
        return Broken.apply(weight) if iteration == 8 else weight.sum()

    with pytest.raises(PetsegError, match=r"weights are no longer numbers \(iteration 8\)"):
        train_toy(tmp_path / "run", loss)
    assert weight_of(tmp_path / "run") == ("iter_6.pth", pytest.approx(0.4))


def test_that_a_training_in_order_is_saved_to_its_end(tmp_path):
    train_toy(tmp_path / "run", lambda weight, _: weight.sum(), iterations=4)
    assert weight_of(tmp_path / "run") == ("iter_4.pth", pytest.approx(0.6))


def test_that_of_losses_looked_at_later_the_first_bad_one_is_named():
    watch = LossWatch()
    for iteration, loss in enumerate([1.0, float("inf"), float("nan"), 2.0], start=1):
        watch.add(iteration, torch.tensor(loss))
    with pytest.raises(PetsegError, match="iteration 2"):
        watch.look()
    watch.look()  # they have been seen


def test_that_statistics_and_averages_count_and_masks_of_attention_do_not():
    model = torch.nn.BatchNorm1d(2)
    model.register_buffer("mask", torch.tensor([0.0, float("-inf")]))
    require_numbers(model, 3)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    require_numbers(model, 3, average)
    average["weight"][0] = float("nan")
    with pytest.raises(PetsegError, match="iteration 3"):
        require_numbers(model, 3, average)
    model.running_var[1] = float("nan")
    with pytest.raises(PetsegError, match="iteration 3"):
        require_numbers(model, 3)
