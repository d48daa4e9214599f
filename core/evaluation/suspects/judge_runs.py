"""Letting runs judge masks: what they have not judged yet is predicted for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation.predicting.augmentation import Augmentation
from core.evaluation.predicting.client import PredictionClient
from core.evaluation.predicting.files import RunLike, samples_of_split
from core.evaluation.suspects.ranking import splits_or_all
from core.runs.record import load_record


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it.

    Attributes:
        predicted: Samples that were predicted for it.
        judged: Masks that were judged now.
        problems: Runs that could not judge, and why, as sentences; the others did.
        cancelled: Whether it ended before all was done.
    """

    predicted: int = 0
    judged: int = 0
    problems: tuple[str, ...] = ()
    cancelled: bool = False


def judge_with_runs(
    dataset: Dataset,
    runs: Sequence[RunLike],
    label_set: str | None,
    client: PredictionClient,
    *,
    splits: Sequence[str] | None = None,
    device: str = "auto",
    augment: Augmentation | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_message: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Judged:
    """Let each run judge the masks that it should.

    A run that is one fold of several judges the samples that it was not shown, others all samples.
    What a run's checkpoint has judged before, and is still the same, is kept. A run that cannot
    judge is named in the result, and the others go on.

    Args:
        dataset: The dataset.
        runs: The runs.
        label_set: Whose masks; the dataset's default for None.
        client: Asks the worker.
        splits: The splits; all by default.
        device: `auto`, `cpu` or `cuda:N`.
        augment: From which views; None goes on as before.
        on_progress: Called with (samples done, samples in all), over all runs.
        on_message: Called with sentences on what goes on.
        cancelled: Asked now and then; True ends the work. What is judged stays.

    Raises:
        PetsegError: there is no such split or label set.
    """
    label_set = dataset.require_label_set(label_set)
    problems: list[str] = []
    jobs: list[tuple[RunLike, str, list[str]]] = []
    for run in runs:
        try:
            held_out: Collection[str] = set(load_record(run.folder).held_out)
        except PetsegError as error:
            problems.append(f"The run {run.id} cannot judge masks. {error}")
            continue
        for split in splits_or_all(dataset, splits):
            ids = [
                sample.id
                for sample in samples_of_split(dataset, split)
                if sample.image is not None
                and label_set in sample.masks
                and (not held_out or sample.id in held_out)
            ]
            if ids:
                jobs.append((run, split, ids))
    total, before = sum(len(ids) for _, _, ids in jobs), 0
    predicted = judged = 0
    report = on_progress or (lambda done, of: None)
    failed: set[str] = set()
    for run, split, ids in jobs:
        if run.id not in failed:
            start = before  # bound for the callback below

            def tell(done: int, _of: int, start: int = start) -> None:
                report(start + done, total)

            try:
                result = client.predict(
                    run, split, dataset=dataset, device=device, augment=augment,
                    label_set=label_set, samples=ids, on_progress=tell, on_message=on_message,
                    cancelled=cancelled,
                )  # fmt: skip
            except PetsegError as error:
                failed.add(run.id)
                problems.append(f"The run {run.name} cannot judge masks. {error}")
            else:
                predicted += result.predicted
                judged += result.judged
                if result.cancelled:
                    return Judged(predicted, judged, tuple(problems), cancelled=True)
        before += len(ids)
        report(before, total)
    return Judged(predicted, judged, tuple(problems))
