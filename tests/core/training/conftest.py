"""Tiny datasets and short trainings with the real worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.dataset import Dataset, open_dataset
from core.runs.store import Run
from core.runs.supervisor import Supervisor
from core.training.request import TrainRequest, create_run
from tests.making import make_dataset

# The demo's network on pieces of 64×64: an iteration takes a tenth of a second.
SHORT = {
    "max_iters": 6,
    "val_interval": 3,
    "batch_size": 2,
    "image_size": 64,
    "crop_size": 64,
    "class_weights": "sqrt",
    "precision": "float32",
}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return open_dataset(make_dataset(tmp_path / "data", samples=8))


@pytest.fixture
def make_run(dataset: Dataset) -> Callable[..., Run]:
    """Makes a queued run of a few iterations."""

    def make(*, init: Path | None = None, of: Dataset = dataset, recipe="demo-cpu", **over) -> Run:
        request = TrainRequest(
            of, recipe, overrides={**SHORT, **over}, device="cpu", init=init, name=None
        )
        return create_run(of, of.workspace_dir / "runs", request)

    return make


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.end_all()
