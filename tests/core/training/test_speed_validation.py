"""Validation in batches: what comes out is what MMSegmentation's own loop measures."""

from __future__ import annotations

import copy

import pytest
import torch
from mmcv.cnn import ConvModule
from mmengine.config import Config
from mmengine.dataset import Compose
from mmseg.evaluation.metrics import IoUMetric
from mmseg.registry import MODELS
from mmseg.utils import register_all_modules

from core.evaluation.metrics.confusion import ConfusionMatrix
from core.training.engine.speed.batched_validation import in_batches, predict, without_batch_norm
from core.training.engine.speed.depthwise import use_quick_depthwise
from core.training.engine.speed.fused_activation import use_fused_activations
from tests.core.training.test_speed_probe import MODEL
from tests.making import blob, write_sample

SIZES = [64, 64, 50, 64, 90, 50, 64, 64]
PIPELINE = [
    {"type": "LoadImageFromFile"},
    {"type": "Resize", "scale": (64, 64), "keep_ratio": True},
    {"type": "LoadAnnotations"},
    {"type": "PackSegInputs"},
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> list:
    register_all_modules()
    root = tmp_path_factory.mktemp("val")
    pipeline = Compose(PIPELINE)
    found = []
    for number, size in enumerate(SIZES):
        write_sample(root, "val", f"{number}", {"labels": blob(size, 1 + number % 2)})
        (image,) = (root / "img" / "val").glob(f"{number}.*")
        mask = root / "labels" / "val" / f"{number}.png"
        item = {"img_path": str(image), "seg_map_path": str(mask), "seg_fields": []}
        packed = pipeline({**item, "reduce_zero_label": False, "label_map": None})
        found.append((packed["inputs"], packed["data_samples"]))
    return found


@pytest.fixture(scope="module")
def model():
    register_all_modules()
    torch.manual_seed(0)
    config = copy.deepcopy(MODEL)
    config["data_preprocessor"] |= {"test_cfg": {"size_divisor": 32}}
    return MODELS.build(Config({"model": config}).model).eval()


def test_that_samples_of_one_size_come_together_and_none_is_lost(samples):
    batches = list(in_batches(samples, pixels=64 * 64 * 3))
    sizes = [[each[1].metainfo["ori_shape"] for each in batch] for batch in batches]
    assert all(len(set(batch)) == 1 for batch in sizes)
    assert max(len(batch) for batch in batches) == 3
    seen = sorted(each[1].img_path for batch in batches for each in batch)
    assert seen == sorted(about.img_path for _, about in samples)


def test_that_order_is_kept_where_it_has_to_be(samples):
    batches = in_batches(samples, pixels=1 << 20, keeps_order=True)
    seen = [each[1].img_path for batch in batches for each in batch]
    assert seen == [about.img_path for _, about in samples]


def test_that_not_too_many_wait_for_others_of_their_size():
    drawn = []

    def of_many_sizes():
        for number in range(200):
            drawn.append(number)
            about = type("About", (), {"metainfo": {"ori_shape": (number, 1)}})
            yield torch.zeros(1, 1, 1), about

    first = next(in_batches(of_many_sizes(), pixels=1 << 20))
    assert len(first) == 1
    assert len(drawn) < 100


def test_that_metrics_are_those_of_the_stock_loop(model, samples):
    stock = IoUMetric(iou_metrics=["mIoU", "mDice"])
    stock.dataset_meta = {"classes": ("background", "cat", "dog")}
    ours = ConfusionMatrix(3)
    with torch.inference_mode():
        for inputs, about in copy.deepcopy(samples):
            outputs = model.val_step({"inputs": [inputs], "data_samples": [about]})
            stock.process({}, [each.to_dict() for each in outputs])
        for batch in in_batches(copy.deepcopy(samples), pixels=64 * 64 * 4):
            data = {"inputs": [e[0] for e in batch], "data_samples": [e[1] for e in batch]}
            for each in predict(model, data):
                prediction = each.pred_sem_seg.data[0].to(torch.uint8).numpy()
                ours.add(prediction, each.gt_sem_seg.data[0].to(torch.uint8).numpy())
    expected = stock.compute_metrics(stock.results)
    found = ours.metrics(("background", "cat", "dog"))
    for name in ("mDice", "mIoU", "mAcc", "aAcc"):
        assert getattr(found, name) == pytest.approx(expected[name], abs=0.01)


def trained_a_little(model):
    """A model whose batch norms have statistics and factors that matter."""
    model = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(1)
    for each in model.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            for values in (each.running_mean, each.running_var, each.weight, each.bias):
                values.data.uniform_(0.5, 1.5, generator=generator)
    return model


def test_that_batch_norms_are_folded_without_a_change_to_what_is_predicted(model, samples):
    model = trained_a_little(model).to(memory_format=torch.channels_last)
    use_quick_depthwise(model)
    before = copy.deepcopy(model.state_dict())
    folded = without_batch_norm(model)
    assert not any(isinstance(each, torch.nn.BatchNorm2d) for each in folded.modules())
    image, about = copy.deepcopy(samples[0])
    data = {"inputs": [image], "data_samples": [about]}
    inputs = model.data_preprocessor(data, False)["inputs"]
    with torch.inference_mode():
        expected, found = model(inputs), folded(inputs)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("activation", ["ReLU", "ReLU6"])
def test_that_activations_in_one_go_with_convolutions_change_nothing(activation):
    torch.manual_seed(0)
    module = ConvModule(4, 8, 3, stride=2, padding=1, act_cfg={"type": activation})
    deep = ConvModule(8, 8, 3, padding=2, dilation=2, groups=8, act_cfg={"type": activation})
    wide = ConvModule(8, 8, 3, padding=9, dilation=9, groups=8, act_cfg={"type": activation})
    with_norm = ConvModule(
        8, 8, 1, norm_cfg={"type": "BN"}, act_cfg={"type": activation}, inplace=False
    )
    other = ConvModule(8, 3, 1, act_cfg={"type": "Tanh"})
    model = torch.nn.Sequential(module, deep, wide, with_norm, other).eval()
    fused = copy.deepcopy(model)
    assert use_fused_activations(fused) == 2
    inputs = 4 * torch.randn(2, 4, 16, 16)
    with torch.inference_mode():
        for order in (torch.channels_last, torch.contiguous_format):
            expected, found = (each(inputs.to(memory_format=order)) for each in (model, fused))
            assert torch.allclose(found, expected, rtol=1e-5, atol=1e-6)
            first, same = model[0](inputs), fused[0](inputs)
            assert float(first.min()) == 0.0
            assert torch.allclose(same, first, rtol=1e-5, atol=1e-6)


def test_that_a_folded_model_has_its_activations_in_its_convolutions(model, samples):
    model = trained_a_little(model).to(memory_format=torch.channels_last)
    folded = without_batch_norm(model)
    assert use_fused_activations(folded) > 0
    data = {"inputs": [samples[0][0]], "data_samples": [copy.deepcopy(samples[0][1])]}
    inputs = model.data_preprocessor(data, False)["inputs"]
    with torch.inference_mode():
        expected, found = model(inputs), folded(inputs)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_that_a_batch_norm_without_statistics_is_not_folded(model):
    model = copy.deepcopy(model)
    norm = next(each for each in model.modules() if isinstance(each, torch.nn.BatchNorm2d))
    norm.running_mean = None
    assert without_batch_norm(model) is None
