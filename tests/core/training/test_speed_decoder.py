"""The decoder in one order of memory: the same numbers come out."""

from __future__ import annotations

import copy

import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from mmseg.utils import register_all_modules

from core.training.engine.speed.decoder_order import OrderlyASPPHead, use_orderly_decoder
from tests.core.training.test_speed_probe import MODEL, make_batch


def trained_on(model, batch) -> dict[str, torch.Tensor]:
    """The gradients of a step."""
    torch.manual_seed(0)  # dropout
    losses = model(**model.data_preprocessor(copy.deepcopy(batch), True), mode="loss")
    model.parse_losses(losses)[0].backward()
    return {name: value.grad for name, value in model.named_parameters()}


def test_that_losses_and_gradients_are_those_of_mmsegmentation_s_decoder():
    register_all_modules()
    torch.manual_seed(0)
    stock = MODELS.build(Config({"model": copy.deepcopy(MODEL)}).model).train()
    stock.to(memory_format=torch.channels_last)
    orderly = copy.deepcopy(stock)
    assert use_orderly_decoder(orderly) == 1
    assert isinstance(orderly.decode_head, OrderlyASPPHead)
    assert set(orderly.state_dict()) == set(stock.state_dict())
    batch = make_batch(4)
    expected, found = trained_on(stock, batch), trained_on(orderly, batch)
    largest = max(float(value.abs().max()) for value in expected.values())
    for name, value in expected.items():
        assert torch.allclose(found[name], value, rtol=1e-3, atol=1e-5 * largest), name
