"""The real training loop around a model of one weight, in this process: an instant per run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from mmengine.model import BaseModel

from core.runs.events import EventWriter
from core.training.engine.hooks import EventsHook, QuietLoggerHook, QuietRuntimeInfoHook
from core.training.engine.loop import Companions, WorkbenchTrainLoop
from core.training.engine.pace import Pace
from core.training.engine.ranks import Ranks
from core.training.engine.requests import Requests
from core.training.engine.runner import WorkbenchRunner
from core.training.engine.saving import CheckpointSaver
from core.training.engine.standing import Standing

Loss = Callable[[torch.nn.Parameter, int], torch.Tensor]


class Numbers(torch.utils.data.Dataset):
    def __init__(self) -> None:
        self.metainfo: dict[str, Any] = {}

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.tensor([1.0])


class OneWeight(BaseModel):
    """A model whose loss at an iteration is what a test says."""

    def __init__(self, loss: Loss, init: Path | None = None) -> None:
        given = None if init is None else {"type": "Pretrained", "checkpoint": str(init)}
        super().__init__(init_cfg=given)
        self.weight = torch.nn.Parameter(torch.ones(1))
        self.iteration = 0
        self._loss = loss

    def forward(self, inputs: Any, mode: str = "loss") -> dict[str, torch.Tensor]:
        self.iteration += 1
        return {"loss": self._loss(self.weight, self.iteration)}

    def train_step(self, data: Any, optim_wrapper: Any) -> dict[str, torch.Tensor]:
        with optim_wrapper.optim_context(self):
            loss, values = self.parse_losses(self(data))
        optim_wrapper.update_params(loss)
        return values


def train_toy(
    folder: Path,
    loss: Loss,
    *,
    iterations: int = 12,
    interval: int = 2,
    init: Path | None = None,
    resumed: Path | None = None,
) -> None:
    """Train in `folder`, with checkpoints below `checkpoints` after every `interval` iterations.

    Args:
        folder: The run's folder.
        loss: The loss of the weight at an iteration.
        iterations: How many there are in all.
        interval: Iterations between two checkpoints.
        init: A file of weights to begin with.
        resumed: A checkpoint to go on from.
    """
    (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
    with EventWriter(folder / "events.jsonl") as events:
        pace, ranks = Pace(), Ranks()
        companions = Companions(
            events=events, pace=pace, ranks=ranks, requests=Requests(folder, ranks),
            saver=CheckpointSaver(folder / "checkpoints", events, interval=interval),
            standing=Standing(),
        )  # fmt: skip
        runner = WorkbenchRunner(
            model=OneWeight(loss, init),
            work_dir=str(folder / "checkpoints"),
            train_dataloader={
                "dataset": Numbers(), "batch_size": 1, "num_workers": 0,
                "sampler": {"type": "InfiniteSampler", "shuffle": False},
            },
            train_cfg={"type": WorkbenchTrainLoop.__name__, "max_iters": iterations},
            optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
            default_hooks={
                "checkpoint": None,
                "runtime_info": {"type": QuietRuntimeInfoHook.__name__},
                "logger": {"type": QuietLoggerHook.__name__},
            },
            experiment_name=folder.name,
            default_scope="mmengine",
            load_from=None if resumed is None else str(resumed),
            resume=resumed is not None,
        )  # fmt: skip
        runner.companions = companions
        runner.register_hook(EventsHook(events, pace, 1, 4, companions.watch))
        runner.train()
