"""What a tracker is told of a run: its settings once, and the figures of its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.runs.events import Event, Iteration, Validation
from core.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a tracker knows of a run from the beginning.

    Attributes:
        id: The run's id.
        name: What the user calls it.
        project: What its runs are gathered under: the dataset's folder.
        settings: Every setting by name, as text, for a table.
        config: The resolved config, for people.
        attempt: How many times a worker was started.
    """

    id: str
    name: str
    project: str
    settings: Mapping[str, str]
    config: Path
    attempt: int

    @classmethod
    def of(cls, folder: Path, record: RunRecord) -> RunFacts:
        """The facts of a run in its folder."""
        settings: dict[str, Any] = {
            "recipe": record.recipe,
            "label_set": record.label_set,
            "samples": len(record.dataset.fingerprint),
            "device": record.device,
            "init": record.init.name if record.init else "none",
            **record.fields,
            **{f"changed.{key}": value for key, value in record.overrides.items()},
            **{f"version.{name}": version for name, version in record.versions.items()},
        }
        return cls(
            id=record.id,
            name=record.name,
            project=record.dataset.root.name or "petseg",
            settings={key: str(value) for key, value in settings.items()},
            config=folder / "config.py",
            attempt=record.attempt,
        )


def figures_of(event: Event) -> tuple[int, dict[str, float]] | None:
    """The figures of an event by name, with the iteration they belong to; None for no figures."""
    match event:
        case Iteration():
            train = {f"train/{name}": value for name, value in event.losses.items()}
            train["train/lr"] = event.lr
            train["train/seconds_per_iteration"] = event.seconds_per_iteration
            return event.iteration, train
        case Validation():
            val = {"val/mDice": event.mDice, "val/mAcc": event.mAcc, "val/aAcc": event.aAcc}
            for score in event.classes:
                if score.dice is not None:
                    val[f"val/Dice/{score.name}"] = score.dice
            return event.iteration, val
    return None
