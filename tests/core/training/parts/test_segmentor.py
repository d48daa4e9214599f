"""The segmentor: loss terms, mixed samples, several views; and the decoders."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import register_all_modules

import core.training.parts  # noqa: F401 - registers them
from core.training.parts.pieces import drop_faint, share_classes

register_all_modules()

MODEL = {
    "type": "AugmentedEncoderDecoder",
    "data_preprocessor": {"type": "SegDataPreProcessor"},
    "backbone": {
        "type": "ResNet", "depth": 18, "stem_channels": 8, "base_channels": 8,
        "norm_cfg": {"type": "BN"},
    },
    "decode_head": {
        "type": "FCNHead", "in_channels": 64, "in_index": 3, "channels": 8, "num_convs": 1,
        "concat_input": False, "num_classes": 3, "dropout_ratio": 0,
        "loss_decode": [
            {"type": "SmoothedCrossEntropyLoss", "class_weight": [0.5, 1.0, 2.0]},
            {"type": "DiceLoss", "use_sigmoid": False, "loss_weight": 0.0},
        ],
    },
    "auxiliary_head": {
        "type": "FCNHead", "in_channels": 32, "in_index": 2, "channels": 8, "num_convs": 1,
        "concat_input": False, "num_classes": 3, "dropout_ratio": 0,
        "loss_decode": {"type": "CrossEntropyLoss", "loss_weight": 0.4, "avg_non_ignore": True},
    },
    "train_cfg": {},
    "test_cfg": {"mode": "whole"},
}  # fmt: skip


def build(**changes):
    torch.manual_seed(0)
    return MODELS.build(ConfigDict(copy.deepcopy({**MODEL, **changes}))).eval()


def item(seed: int, layers: int = 1, share: float | None = None) -> SegDataSample:
    torch.manual_seed(seed)
    meta = {"img_shape": (64, 64), "ori_shape": (64, 64), "pad_shape": (64, 64)}
    if share is not None:
        meta["mix_lambda"] = share
    return SegDataSample(
        metainfo=meta, gt_sem_seg=PixelData(data=torch.randint(0, 3, (layers, 64, 64)))
    )


@pytest.fixture
def photos():
    torch.manual_seed(9)
    return torch.randn(3, 3, 64, 64)


def test_that_terms_of_weight_zero_are_not_computed(photos):
    losses = build().loss(photos, [item(0), item(1), item(2)])
    assert set(losses) == {"decode.loss_ce", "decode.acc_seg", "aux.loss_ce", "aux.acc_seg"}
    head = copy.deepcopy(MODEL["decode_head"])
    for term in head["loss_decode"]:
        term["loss_weight"] = 0
    with pytest.raises(ValueError, match="nothing to learn from"):
        build(decode_head=head)


def test_that_without_mixed_samples_it_loses_as_an_encoder_decoder(photos):
    samples = [item(0), item(1), item(2)]
    head = copy.deepcopy(MODEL["decode_head"])
    del head["loss_decode"][1]
    ours = build().loss(photos, samples)
    theirs = build(type="EncoderDecoder", decode_head=head).loss(photos, samples)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert torch.equal(ours[name], theirs[name])


def test_that_a_mixed_sample_loses_by_its_share_of_both_masks(photos):
    model = build()
    mixed = item(0, layers=2, share=0.3)

    def loss_of(mask):
        plain = item(0)
        plain.gt_sem_seg = PixelData(data=mask[None])
        return model.loss(photos[:1], [plain])

    first, second = (loss_of(mask) for mask in mixed.gt_sem_seg.data)
    alone = model.loss(photos[:1], [mixed])
    for name in ("decode.loss_ce", "aux.loss_ce", "decode.acc_seg"):
        assert torch.allclose(alone[name], 0.3 * first[name] + 0.7 * second[name])
    others = [item(1), item(2)]
    rest = model.loss(photos[1:], others)
    batch = model.loss(photos, [mixed, *others])
    for name in ("decode.loss_ce", "aux.loss_ce"):
        assert torch.allclose(batch[name], (alone[name] + 2 * rest[name]) / 3)
    sum(value for name, value in batch.items() if "loss" in name).backward()
    assert model.backbone.conv1.weight.grad.abs().sum() > 0


def test_that_a_share_of_one_is_the_first_mask_alone(photos):
    model = build()
    mixed = item(0, layers=2, share=1.0)
    plain = item(0)
    plain.gt_sem_seg = PixelData(data=mixed.gt_sem_seg.data[:1])
    assert torch.allclose(
        model.loss(photos[:1], [mixed])["decode.loss_ce"],
        model.loss(photos[:1], [plain])["decode.loss_ce"],
    )


@torch.no_grad()
def test_that_views_are_averaged_as_probabilities(photos):
    one = build()
    many = build(test_cfg={"mode": "whole", "scales": (1.0, 1.5), "flip": True})
    many.load_state_dict(one.state_dict())
    metas = [item(0).metainfo for _ in photos]

    def seen(inputs):
        return one.inference(inputs, metas).softmax(1)

    larger = torch.nn.functional.interpolate(photos, size=(96, 96), mode="bilinear")
    expected = sum(
        seen(view) + seen(view.flip(-1)).flip(-1) for view in (photos, larger)
    ) / 4  # fmt: skip
    logits = many.inference(photos, metas)
    assert logits.shape == (3, 3, 64, 64)
    assert torch.allclose(logits.softmax(1), expected, atol=1e-5)
    assert torch.allclose(logits.exp().sum(1), torch.ones(3, 64, 64), atol=1e-5)
    mirrored = many.inference(photos.flip(-1), metas).flip(-1)
    assert torch.allclose(mirrored, logits, atol=1e-4)


@torch.no_grad()
def test_that_pieces_agree_on_their_class_only_where_a_config_says_so(photos):
    one = build()
    agreeing = build(test_cfg={"mode": "whole", "one_class_per_piece": True})
    agreeing.load_state_dict(one.state_dict())
    metas = [item(0).metainfo for _ in photos]
    expected = share_classes(one.inference(photos, metas).softmax(1))
    assert torch.allclose(agreeing.inference(photos, metas).softmax(1), expected, atol=1e-5)


@torch.no_grad()
def test_that_faint_pieces_are_left_out_only_where_a_config_says_so(photos):
    one = build()
    surer = build(test_cfg={"mode": "whole", "surest_of_piece": 0.8})
    surer.load_state_dict(one.state_dict())
    metas = [item(0).metainfo for _ in photos]
    plain = one.inference(photos, metas).softmax(1)
    expected = drop_faint(plain, 0.8)
    assert not torch.equal(expected, plain)
    assert torch.allclose(surer.inference(photos, metas).softmax(1), expected, atol=1e-5)


@torch.no_grad()
def test_that_views_work_for_one_output_and_for_sliding(photos):
    head = copy.deepcopy(MODEL["decode_head"])
    head.update(num_classes=2, out_channels=1, threshold=0.5)
    head["loss_decode"] = {"type": "CrossEntropyLoss", "use_sigmoid": True}
    model = build(
        decode_head=head,
        auxiliary_head=None,
        test_cfg={
            "mode": "slide", "crop_size": (48, 48), "stride": (32, 32), "flip": True,
            "scales": (1.0, 2.0),
        },
    )  # fmt: skip
    results = model.predict(photos, [item(0), item(1), item(2)])
    for result in results:
        assert result.pred_sem_seg.shape == (64, 64)
        probability = result.seg_logits.data
        assert ((probability >= 0) & (probability <= 1)).all()
        assert torch.equal(result.pred_sem_seg.data.bool(), probability > 0.5)


@pytest.mark.parametrize("kind", ["SqueezeExcitation", "ConvolutionalBlockAttention"])
def test_that_attention_weighs_features_without_changing_their_shape(kind):
    torch.manual_seed(0)
    module = MODELS.build({"type": kind, "channels": 24, "ratio": 8})
    features = torch.randn(2, 24, 5, 7)
    result = module(features)
    assert result.shape == features.shape
    ratio = result / features
    assert ((ratio > 0) & (ratio < 1)).all()
    same_in_a_channel = torch.allclose(ratio.amax((2, 3)), ratio.amin((2, 3)), atol=1e-5)
    assert same_in_a_channel == (kind == "SqueezeExcitation")
    result.sum().backward()
    assert all(parameter.grad is not None for parameter in module.parameters())
