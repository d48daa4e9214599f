"""A run without training: its events are there, and a tracker follows them.

Run as a program it does so in a process of its own: `tracked_run.py KIND FOLDER`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from core.runs.events import EventWriter
from core.runs.record import DatasetRecord, RunRecord
from core.training.tracking import following
from core.training.tracking.following import tracking
from tests.making_runs import iteration, started, validation


def make_record(folder: Path, *, attempt: int = 1) -> RunRecord:
    """Make a run's folder with some events in it.

    A later attempt does the last iterations of the one before again, as after a crash.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.py").write_text("max_iters = 20\n")
    with EventWriter(folder / "events.jsonl") as events:
        events.write(started(iteration=10 * (attempt - 1)))
        again = [10 * attempt - 5] if attempt > 1 else []
        for number in (*again, 10 * attempt, 10 * attempt + 5):
            terms = {"decode.loss_ce": 0.75 / number, "decode.loss_dice": 0.25 / number}
            events.write(iteration(number, 1.0 / number, terms=terms))
            if number in again:
                events.write(validation(number, 59.0 + attempt))
        events.write(validation(10 * attempt + 5, 60.0 + attempt))
    return RunRecord(
        id=folder.name,
        name="first try",
        recipe="demo-cpu",
        fields={"lr": 0.003, "crop_size": [64, 64], "class_weights": "sqrt"},
        overrides={"lr": 0.003},
        label_set="labels_fixed",
        dataset=DatasetRecord(root=Path("/data/pets"), fingerprint={"train/a": "1"}),
        created=datetime(2026, 1, 2, tzinfo=UTC),
        attempt=attempt,
    )


def track(kind: str, folder: Path, *, attempt: int = 1, is_complete: bool = True) -> None:
    """Let a tracker follow such a run to its end, or to where it was paused."""
    record = make_record(folder, attempt=attempt)
    with (
        EventWriter(folder / "events.jsonl") as events,
        # A busy machine takes long to load a tracker's packages.
        patch.object(following, "_FAREWELL_SECONDS", 300.0),
        tracking(kind, folder, record, events) as tracked,
    ):
        tracked.is_complete = is_complete


if __name__ == "__main__":
    track(sys.argv[1], Path(sys.argv[2]))
