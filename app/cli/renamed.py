"""Saying on the way that a run has learned classes under other names than the dataset has now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.progress import note

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.runs.store import Run


def note_if_renamed(dataset: Dataset, *runs: Run) -> None:
    """Say of each run which of its classes have other names by now."""
    from core.evaluation.run_classes import renamed_classes

    for run in runs:
        words = renamed_classes(dataset, run)
        if words:
            note(f"warning: {words}")
