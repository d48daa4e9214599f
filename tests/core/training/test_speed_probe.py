"""Ways of computing: which are open, which is chosen, and that trying them leaves no trace."""

from __future__ import annotations

import copy
import json
import random
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import register_all_modules

from core.runs.events import EventWriter, Message, read_events
from core.training.engine.speed import probe, tuning
from core.training.engine.speed.probe import Way, fastest, ways
from core.training.engine.speed.tuning import SPEED_FILE, Tuner, accelerate_config

NORM = {"type": "BN"}
MODEL = {
    "type": "EncoderDecoder",
    "data_preprocessor": {"type": "SegDataPreProcessor", "size": (32, 32)},
    "backbone": {
        "type": "MobileNetV2", "widen_factor": 0.25, "norm_cfg": NORM, "out_indices": (1, 2, 4, 6),
    },
    "decode_head": {
        "type": "DepthwiseSeparableASPPHead", "in_channels": 80, "in_index": 3, "channels": 16,
        "dilations": (1, 6), "c1_in_channels": 8, "c1_channels": 8, "dropout_ratio": 0.1,
        "num_classes": 3, "norm_cfg": NORM, "align_corners": False,
        "loss_decode": {"type": "CrossEntropyLoss"},
    },
    "train_cfg": {}, "test_cfg": {"mode": "whole"},
}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    register_all_modules()
    torch.manual_seed(0)
    return MODELS.build(copy.deepcopy(MODEL))


def make_batch(count: int) -> dict:
    samples = []
    for _ in range(count):
        truth = PixelData(data=torch.randint(0, 3, (1, 32, 32)))
        samples.append(SegDataSample(metainfo={"img_shape": (32, 32)}, gt_sem_seg=truth))
    images = [torch.randint(0, 255, (3, 32, 32), dtype=torch.uint8) for _ in range(count)]
    return {"inputs": images, "data_samples": samples}


def test_that_what_a_config_says_is_obeyed_and_what_it_leaves_open_is_tried():
    assert ways("float32", True, 2, fast_bfloat16=True) == [Way("float32", True, 2)]
    assert ways("bfloat16", False, 2, fast_bfloat16=False) == [Way("bfloat16", False, 2)]
    assert ways("auto", True, 2, fast_bfloat16=False) == [Way("float32", True, 2)]
    both = ways("auto", "auto", 4, fast_bfloat16=True)
    assert both[0] == Way("bfloat16", True, 4)
    assert len(set(both)) == 4


def test_that_without_bfloat16_in_the_cpu_only_float32_is_tried():
    assert {way.precision for way in ways("auto", "auto", 2, fast_bfloat16=False)} == {"float32"}


def test_that_trying_leaves_weights_statistics_layout_and_chance_untouched(model):
    before = copy.deepcopy(model.state_dict())
    strides = {name: value.stride() for name, value in model.state_dict().items()}
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    states = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    candidates = ways("auto", "auto", 1, fast_bfloat16=True)
    way, seconds = fastest(model, make_batch, 4, candidates, may_change_threads=False)
    assert way == min(seconds, key=seconds.get)
    assert all(value > 0 for value in seconds.values())
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert {name: value.stride() for name, value in after.items()} == strides
    assert all(parameter.grad is None for parameter in model.parameters())
    assert random.getstate() == states[0]
    assert np.random.get_state()[1].tolist() == states[1]
    assert torch.equal(torch.get_rng_state(), states[2])


def test_that_a_way_that_takes_too_long_is_left(model, monkeypatch):
    steps = []

    class Slow(probe._Trial):
        def step(self, batch, limit=float("inf")):
            steps.append(limit)
            # The first way's steps run free; no other one may take any time at all.
            return super().step(batch, limit if limit == float("inf") else 0.0)

    monkeypatch.setattr(probe, "_Trial", Slow)
    candidates = ways("float32", "auto", 1, fast_bfloat16=False)
    way, seconds = fastest(model, make_batch, 4, candidates, may_change_threads=False)
    assert way == candidates[0]
    assert list(seconds) == [candidates[0]]
    assert any(limit < float("inf") for limit in steps)


class Told(probe._Trial):
    """A trial whose steps take what `told` says for 8 images, by threads; the first takes twice."""

    told: ClassVar[dict[int, float]] = {}
    warm = False

    def step(self, batch, limit=float("inf")):
        taken = self.told[self._way.threads] * len(batch["inputs"]) / 8 * (1 if self.warm else 2)
        self.warm = True
        if taken > limit:
            raise probe._TooSlowError
        return taken


@pytest.mark.parametrize(
    ("several", "single", "chosen"),
    [
        (0.1, 0.05, 1),  # tiny steps, and threads that only get in each other's way
        (0.1, 0.09, 2),  # no more than a passing disturbance would do
        (0.4, 0.2, 2),  # a real step, whatever a busy moment says of it
        (0.9, 0.5, 2),  # the same where it was tried with two images only
    ],
)
def test_that_one_thread_is_taken_only_for_tiny_steps_and_a_clear_gain(
    model, monkeypatch, several, single, chosen
):
    monkeypatch.setattr(probe, "_Trial", Told)
    monkeypatch.setattr(Told, "told", {2: several, 1: single})
    way, _ = fastest(
        model, make_batch, 8, [Way("float32", False, 2)], may_change_threads=True
    )  # fmt: skip
    assert way.threads == chosen


class Loader:
    """As much of a data loader as is needed here."""

    num_workers, batch_size = 1, 4
    dataset = range(8)

    @staticmethod
    def collate_fn(samples):
        return make_batch(len(samples))


def tuned(tmp_path, model, iterations: int = 10_000, **config) -> tuple[SimpleNamespace, list]:
    path = tmp_path / "events.jsonl"
    runner = SimpleNamespace(model=copy.deepcopy(model), optim_wrapper={"type": "OptimWrapper"})
    loop = SimpleNamespace(
        max_iters=iterations, dataloader=Loader(), dataloader_iterator=SimpleIterator(None)
    )
    with EventWriter(path) as events:
        tuner = Tuner(tmp_path, config, "cpu", events, threads=1)
        tuner.tune(runner, loop)
        tuner.close()
    return runner, [each for each in read_events(path) if isinstance(each, Message)]


class SimpleIterator:
    def __init__(self, loader):
        self.loader = loader


def is_channels_last(runner) -> bool:
    weight = next(p for p in runner.model.parameters() if p.dim() == 4 and p.shape[1] > 1)
    return weight.is_contiguous(memory_format=torch.channels_last)


def test_that_the_choice_is_said_with_its_seconds_and_kept_by_a_resumed_run(
    tmp_path, model, monkeypatch
):
    config = {"precision": "auto", "channels_last": "auto"}
    runner, messages = tuned(tmp_path, model, **config)
    assert "Fastest of what was tried" in messages[0].text
    assert " s" in messages[0].text
    chosen = json.loads((tmp_path / SPEED_FILE).read_text())
    assert is_channels_last(runner) == chosen["channels_last"]
    half = runner.optim_wrapper["type"] == "CpuBfloat16OptimWrapper"
    assert half == (chosen["precision"] == "bfloat16")

    # Had the other order been chosen, a resumed run would keep to that.
    other = {**chosen, "channels_last": not chosen["channels_last"], "precision": "float32"}
    (tmp_path / SPEED_FILE).write_text(json.dumps(other))
    monkeypatch.setattr(tuning, "fastest", None)
    again, _ = tuned(tmp_path, model, **config)
    assert is_channels_last(again) == other["channels_last"]
    assert again.optim_wrapper["type"] == "OptimWrapper"


def test_that_a_short_run_goes_by_a_rule_of_thumb(tmp_path, model, monkeypatch):
    monkeypatch.setattr(tuning, "fastest", None)
    runner, _ = tuned(tmp_path, model, iterations=20, precision="float32", channels_last="auto")
    assert is_channels_last(runner)
    assert not (tmp_path / SPEED_FILE).exists()


def test_that_a_damaged_file_of_choices_is_made_anew(tmp_path, model):
    (tmp_path / SPEED_FILE).write_text("{")
    tuned(tmp_path, model, precision="float32", channels_last="auto")
    assert json.loads((tmp_path / SPEED_FILE).read_text())["precision"] == "float32"


def test_that_a_config_is_changed_only_where_stock_parts_stand():
    config = {
        "train_dataloader": {"dataset": {"pipeline": [{"type": "LoadImageFromFile"}]}},
        "val_cfg": {"type": "ValLoop"},
        "val_dataloader": {"batch_size": 4, "dataset": {"pipeline": []}},
        "optim_wrapper": {"optimizer": {"type": "AdamW", "lr": 1.0}},
    }
    accelerate_config(config)
    (loading,) = config["train_dataloader"]["dataset"]["pipeline"]
    assert loading["type"] == "CachedLoadImageFromFile"
    assert config["val_cfg"]["type"] == "BatchedValLoop"
    assert config["optim_wrapper"]["optimizer"]["fused"] is True
    own = {
        "cache": "off", "val_cfg": {"type": "MyLoop"},
        "optim_wrapper": {"optimizer": {"type": "LBFGS"}},
    }  # fmt: skip
    expected = copy.deepcopy(own)
    accelerate_config(own)
    assert own == expected
