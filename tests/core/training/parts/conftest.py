"""Samples as pipelines hand them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from tests.making import blob, photo_of


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads of torch that wait for a busy processor make small sums slow."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def sample() -> Callable[..., dict]:
    """Makes a sample: a mask and a photo whose every channel shows the mask's values times 50."""

    def make(mask=None, *, photo=None) -> dict:
        mask = blob(96) if mask is None else mask
        if photo is None:
            photo = np.repeat((mask * 50)[..., None], 3, axis=-1).astype(np.uint8)
        return {
            "img": photo,
            "gt_seg_map": mask,
            "seg_fields": ["gt_seg_map"],
            "img_shape": mask.shape,
        }

    return make


@pytest.fixture
def real_photo() -> np.ndarray:
    """A photo with patches of many colours."""
    return photo_of(blob(96), seed=4)
