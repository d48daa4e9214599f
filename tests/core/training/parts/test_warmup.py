"""The backbone looks at photos without masks."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS
from mmseg.utils import register_all_modules
from PIL import Image

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.runs.events import EventWriter, Message, read_events
from core.training.data.plan import load_data_plan
from core.training.parts.warmup import warm_up_backbone, warmup_photos
from core.training.request import TrainRequest, create_run
from tests.making import blob, make_dataset, write_sample

register_all_modules()

CONFIG = {
    "warmup_without_masks": 120,
    "data_preprocessor": {"size": (64, 64)},
    "train_dataloader": {"batch_size": 4},
    "randomness": {"seed": 3},
}


def segmentor():
    torch.manual_seed(0)
    return MODELS.build(
        ConfigDict(
            type="EncoderDecoder",
            data_preprocessor={
                "type": "SegDataPreProcessor", "bgr_to_rgb": True,
                "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375],
            },
            backbone={
                "type": "ResNet", "depth": 18, "num_stages": 3, "strides": (1, 2, 2),
                "dilations": (1, 1, 1), "out_indices": (0, 1, 2), "stem_channels": 8,
                "base_channels": 8, "norm_cfg": {"type": "BN"},
            },
            decode_head={
                "type": "FCNHead", "in_channels": 32, "channels": 8, "num_classes": 3,
                "in_index": 2, "num_convs": 1, "concat_input": False,
            },
        )
    )  # fmt: skip


def dataset_with_bare_photos(folder):
    """A dataset with photos of which some have no mask."""
    root = make_dataset(folder / "data", samples=8)
    for number in range(4):
        write_sample(root, "train", f"bare{number}", {"labels": blob(64)})
        (root / "labels" / "train" / f"bare{number}.png").unlink()
    return root


def queued(root):
    """A run on a dataset."""
    dataset = open_dataset(root)
    request = TrainRequest(dataset, "demo-cpu", overrides={"max_iters": 1})
    return create_run(dataset, dataset.workspace_dir / "runs", request)


@pytest.fixture
def run(tmp_path):
    """A run on photos of which some have no mask."""
    return queued(dataset_with_bare_photos(tmp_path))


def test_that_photos_without_masks_are_used_and_those_of_val_and_excluded_ones_are_not(tmp_path):
    root = dataset_with_bare_photos(tmp_path)
    with open_workspace(open_dataset(root)) as workspace:
        workspace.exclude(["train/001", "train/bare1"])
    names = {path.stem for path in warmup_photos(load_data_plan(queued(root).folder))}
    assert names == {"000", "002", "004", "005", "006", "bare0", "bare2", "bare3"}


def test_that_masks_beside_the_photos_are_no_photos(tmp_path):
    root = tmp_path / "flat"
    for number, split in enumerate(["train", "train", "train", "val"]):
        folder = root / split
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((64, 64, 3), 40 * number, np.uint8)).save(folder / f"{number}.jpg")
        if number != 1:
            Image.fromarray(blob(64)).save(folder / f"{number}_mask.png")
    photos = warmup_photos(load_data_plan(queued(root).folder))
    assert [path.name for path in photos] == ["0.jpg", "1.jpg", "2.jpg"]


def test_that_the_backbone_learns_to_fill_in_and_nothing_else_changes(run, tmp_path):
    model = segmentor()
    before = copy.deepcopy(model.state_dict())
    np.random.seed(1)
    torch.manual_seed(1)
    numpy_before, torch_before = np.random.get_state()[1].copy(), torch.get_rng_state()
    with EventWriter(tmp_path / "events.jsonl") as events:
        photos = warmup_photos(load_data_plan(run.folder))
        result = warm_up_backbone(model, photos, CONFIG, events)
    assert result.iterations == 120
    assert result.photos == 10
    assert result.last < 0.75 * result.first, result
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert not torch.equal(after["backbone.conv1.weight"], before["backbone.conv1.weight"])
    assert torch.equal(after["decode_head.conv_seg.weight"], before["decode_head.conv_seg.weight"])
    assert all(parameter.grad is None for parameter in model.parameters())
    assert np.array_equal(np.random.get_state()[1], numpy_before)
    assert torch.equal(torch.get_rng_state(), torch_before)
    told = [each.text for each in read_events(tmp_path / "events.jsonl")]
    assert "10 photos" in told[0]
    assert "120 of 120" in told[-1]
    assert all(isinstance(each, Message) for each in read_events(tmp_path / "events.jsonl"))


def test_that_the_same_seed_gives_the_same_backbone(run, tmp_path):
    photos = warmup_photos(load_data_plan(run.folder))
    weights = []
    for _ in range(2):
        model = segmentor()
        with EventWriter(tmp_path / "events.jsonl") as events:
            warm_up_backbone(model, photos, {**CONFIG, "warmup_without_masks": 3}, events)
        weights.append(model.state_dict()["backbone.layer3.1.conv2.weight"])
    assert torch.equal(*weights)


def test_that_it_can_be_stopped_and_passes_over_photos_that_cannot_be_read(run, tmp_path):
    photos = warmup_photos(load_data_plan(run.folder))
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no photo")
    left = iter([False, False, True])
    with EventWriter(tmp_path / "events.jsonl") as events:
        result = warm_up_backbone(
            segmentor(), [broken, *photos], CONFIG, events, stopped=lambda: next(left)
        )
        assert result.iterations == 2
        assert math.isfinite(result.last)
        with pytest.raises(PetsegError, match="no photo that can be read"):
            warm_up_backbone(segmentor(), [broken], CONFIG, events)
