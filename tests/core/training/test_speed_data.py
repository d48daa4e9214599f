"""Data held in memory and made ahead: the same batches come out."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmseg.utils import register_all_modules
from torch.utils.data import DataLoader

from core.qa.scanning.states import state_of_file
from core.training.engine.sampling import EndlessSampler, SeededDataset
from core.training.engine.speed import data_cache
from core.training.engine.speed.prefetch import PrefetchingLoader, use_prefetching
from tests.making import make_dataset

PIPELINE = [
    {"type": "LoadImageFromFile"},
    {"type": "LoadAnnotations"},
    {"type": "RandomResize", "scale": (48, 48), "ratio_range": (0.7, 1.4), "keep_ratio": True},
    {"type": "RandomCrop", "crop_size": (32, 32)},
    {"type": "RandomFlip", "prob": 0.5},
    {"type": "PhotoMetricDistortion"},
    {"type": "PackSegInputs"},
]


@pytest.fixture
def config(tmp_path):
    root = make_dataset(tmp_path / "data", samples=8)
    register_all_modules()
    dataset = {
        "type": "BaseSegDataset",
        "data_root": str(root),
        "img_suffix": ".png",
        "data_prefix": {"img_path": "img/train", "seg_map_path": "labels/train"},
        "metainfo": {"classes": ("background", "cat", "dog"), "palette": [[0, 0, 0]] * 3},
        "pipeline": [dict(step) for step in PIPELINE],
    }
    data_cache.forget_all()
    yield {"train_dataloader": {"dataset": dataset, "num_workers": 0}, "val_dataloader": None}
    data_cache.forget_all()


def loader_of(config) -> DataLoader:
    dataset = SeededDataset(dict(config["train_dataloader"]["dataset"]), seed=3)
    sampler = EndlessSampler(dataset, seed=3)
    return DataLoader(dataset, batch_size=3, sampler=sampler, collate_fn=pseudo_collate)


def some(loader, count: int = 6) -> list:
    batches = iter(loader)
    return [next(batches) for _ in range(count)]


def are_equal(ours: list, theirs: list) -> bool:
    return all(
        torch.equal(one, other)
        for mine, yours in zip(ours, theirs, strict=True)
        for one, other in zip(images_and_masks(mine), images_and_masks(yours), strict=True)
    )


def images_and_masks(batch) -> list[torch.Tensor]:
    return [*batch["inputs"], *(each.gt_sem_seg.data for each in batch["data_samples"])]


def test_that_cached_data_is_the_same_in_every_epoch_and_read_once(config, tmp_path):
    expected = some(loader_of(config))
    assert data_cache.use_data_cache(config)
    loader = loader_of(config)
    some(loader, 3)
    size = data_cache.held_bytes()
    assert size > 0
    files = [str(path) for path in (tmp_path / "data").rglob("train/*.png")]
    assert data_cache.held_files() == {path: state_of_file(path) for path in files}
    for path in (tmp_path / "data" / "img").rglob("*.png"):
        path.unlink()
    assert are_equal(some(loader), expected)
    assert data_cache.held_bytes() == size


def test_that_a_cache_without_room_or_switched_off_changes_nothing(config, monkeypatch):
    expected = some(loader_of(config))
    assert not data_cache.use_data_cache({**config, "cache": "off"})
    assert config["train_dataloader"]["dataset"]["pipeline"][0]["type"] == "LoadImageFromFile"
    monkeypatch.setattr(data_cache, "_free_for_cache", lambda config: 20_000)
    data_cache.use_data_cache(config)
    assert are_equal(some(loader_of(config)), expected)
    assert 0 < data_cache.held_bytes() <= 20_000


def test_that_batches_made_ahead_are_the_same_wherever_one_begins(config):
    expected = some(loader_of(config), 8)
    ahead = PrefetchingLoader(loader_of(config))
    try:
        assert are_equal(some(ahead, 8), expected)
    finally:
        ahead.close()
    resumed = PrefetchingLoader(loader_of(config))
    resumed.sampler.skip(5 * resumed.batch_size)
    try:
        assert are_equal(some(resumed, 3), expected[5:])
    finally:
        resumed.close()


def test_that_the_next_batches_are_made_while_one_is_used_and_not_more():
    made = threading.Semaphore(0)
    numbers = []

    class Source:
        num_workers = 0

        def __iter__(self):
            for number in range(100):
                numbers.append(number)
                made.release()
                yield number

    ahead = use_prefetching(Source())
    batches = iter(ahead)
    for _ in range(2):
        assert made.acquire(timeout=20)
    assert next(batches) == 0
    assert made.acquire(timeout=20)
    assert next(batches) == 1
    assert len(numbers) <= 4
    ahead.close()
    assert not any(thread.name == "next batches" for thread in threading.enumerate())


def test_that_what_a_loader_raises_arrives_where_its_batch_is_waited_for():
    def broken():
        yield 1
        raise ValueError("a broken photo")

    class Source:
        num_workers = 0

        def __iter__(self):
            return broken()

    ahead = use_prefetching(Source())
    batches = iter(ahead)
    assert next(batches) == 1
    for _ in range(2):
        with pytest.raises(ValueError, match="a broken photo"):
            next(batches)
    ahead.close()


def test_that_loaders_with_processes_are_left_alone():
    class Source:
        num_workers = 2

    source = Source()
    assert use_prefetching(source) is source


def test_that_numbers_drawn_in_the_training_step_do_not_matter(config):
    expected = some(loader_of(config), 4)
    ahead = PrefetchingLoader(loader_of(config))
    batches = iter(ahead)
    found = []
    for _ in range(4):
        found.append(next(batches))
        torch.rand(3)
    ahead.close()
    assert are_equal(found, expected)
    assert np.random.rand() >= 0
