"""A small dataset, and runs with stored predictions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.evaluation.metrics.confusion import Mask
from core.images import read_mask
from tests.core.evaluation.helpers import FakeRun, write_dataset, write_mask


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(write_dataset(tmp_path / "data"))


@pytest.fixture
def predicted_run(dataset: Dataset) -> Callable[..., FakeRun]:
    """Makes a run whose predictions of val are the masks, changed by `change`."""

    def make(name: str, change: Callable[[Mask], Mask], label_set: str = "labels") -> FakeRun:
        run = FakeRun(dataset.workspace_dir / "runs" / name, label_set)
        for path in sorted((dataset.root / "labels" / "val").iterdir()):
            write_mask(run.folder / "predictions" / "val" / path.name, change(read_mask(path)))
        return run

    return make
