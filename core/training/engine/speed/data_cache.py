"""Photos and masks decoded once and held in memory. Loaded only by worker processes.

The loading steps of a pipeline are replaced by these when a run starts; its `config.py` keeps
MMSegmentation's own. What comes out is the same to the last bit.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from mmcv.transforms import LoadImageFromFile
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from core.qa.scanning.states import state_of_file
from core.training.checks.machine import usable_memory
from core.training.recipes.apply import tables

_SHARE_OF_FREE_MEMORY = 0.25
_WITHOUT_LIMIT = 1 << 62


@dataclass
class _Store:
    """Decoded arrays by file and way of decoding, up to a number of bytes.

    And by file the state that it had before it was read.
    """

    limit: int = 0
    held: int = 0
    arrays: dict[Any, npt.NDArray[Any]] = field(default_factory=dict)
    states: dict[str, bytes] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, key: Any, array: npt.NDArray[Any], path: str, state: bytes) -> None:
        with self.lock:
            if key not in self.arrays and self.held + array.nbytes <= self.limit:
                self.arrays[key] = array.copy()
                self.states.setdefault(path, state)
                self.held += array.nbytes


# One for the process: training and validation may show the same files.
_store = _Store()


@TRANSFORMS.register_module()
class CachedLoadImageFromFile(LoadImageFromFile):  # type: ignore[misc]
    """`LoadImageFromFile` that decodes a file once."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any] | None:
        """Put the photo into `results`, as a copy of its own."""
        path = str(results["img_path"])
        key = (path, self.color_type, self.imdecode_backend, self.to_float32)
        image = _store.arrays.get(key)
        if image is None:
            state = state_of_file(path)
            loaded: dict[str, Any] | None = super().transform(results)
            if loaded is not None:
                _store.keep(key, loaded["img"], path, state)
            return loaded
        results["img"] = image.copy()
        results["img_shape"] = results["ori_shape"] = image.shape[:2]
        return results


@TRANSFORMS.register_module()
class CachedLoadAnnotations(LoadAnnotations):  # type: ignore[misc]
    """`LoadAnnotations` of MMSegmentation that decodes a file once."""

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Put the mask into `results`, as a copy of its own."""
        labels = results.get("label_map")
        path = str(results["seg_map_path"])
        key = (
            path,
            self.imdecode_backend,
            results.get("reduce_zero_label"),
            None if labels is None else tuple(labels.items()),
        )
        mask = _store.arrays.get(key)
        if mask is None:
            state = state_of_file(path)
            loaded: dict[str, Any] = super().transform(results)
            _store.keep(key, loaded["gt_seg_map"], path, state)
            return loaded
        results["gt_seg_map"] = mask.copy()
        results["seg_fields"].append("gt_seg_map")
        return results


_CACHED = {
    "LoadImageFromFile": CachedLoadImageFromFile.__name__,
    "LoadAnnotations": CachedLoadAnnotations.__name__,
}


def use_data_cache(config: dict[str, Any], *, world: int = 1) -> bool:
    """Let a config's loaders hold decoded files in memory, as its `cache` says.

    `auto` (also where there is no such key) holds what fits into a quarter of the memory that is
    free now, in a container of what its limit leaves, shared among all processes that load; `on`
    holds everything, `off` nothing.

    Args:
        config: A config to build a runner from; it is changed.
        world: Number of processes that train together, each with its own store.

    Returns:
        Whether anything is held.
    """
    wanted = config.get("cache", "auto")
    if wanted == "off":
        return False
    for key in ("train_dataloader", "val_dataloader"):
        for table in tables(config.get(key) or {}):
            if table.get("type") in _CACHED:
                table["type"] = _CACHED[table["type"]]
    _store.limit = _WITHOUT_LIMIT if wanted == "on" else _free_for_cache(config) // world
    return True


def held_bytes() -> int:
    """Bytes that are held in this process."""
    return _store.held


def held_files() -> dict[str, bytes]:
    """The files that are held in this process, with the state that each had before it was read."""
    with _store.lock:
        return dict(_store.states)


def forget_all() -> None:
    """Let go of everything that is held in this process."""
    with _store.lock:
        _store.arrays.clear()
        _store.states.clear()
        _store.held = 0


def _free_for_cache(config: dict[str, Any]) -> int:
    loader = config.get("train_dataloader") or {}
    processes = max(1, int(loader.get("num_workers") or 0))
    _, free = usable_memory()
    return int(np.floor(free * _SHARE_OF_FREE_MEMORY / processes))
