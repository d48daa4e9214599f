"""Analysing a run: one pass over its stored predictions, of which only what changed is repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection

from core.dataset import Dataset
from core.evaluation.analysis import Analysis, KindSum, SampleAnalysis
from core.evaluation.predicting.files import RunLike

__all__ = ["Analysis", "KindSum", "SampleAnalysis", "analyse_run"]


def analyse_run(
    dataset: Dataset,
    run: RunLike,
    split: str,
    *,
    label_set: str | None = None,
    exclude: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Find the errors of a run's stored predictions, and what the samples are like.

    What was found is kept beside the run's figures: asked again, only samples whose photo, mask
    or prediction changed are looked at.

    Args:
        dataset: The dataset.
        run: The run.
        split: The split.
        label_set: The masks to take for the truth; the run's own label set by default.
        exclude: Ids of samples to leave out; by default those excluded in the workspace.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked now and then; True ends the work.

    Raises:
        PetsegError: as in `evaluate_run`.
        EvaluationCancelled: `cancelled` said so.
    """
    raise NotImplementedError
