"""What repairing labels gave: to the figures of a run that stayed the same, and to its successor.

Repaired labels move figures in two ways. The same predictions are judged by other masks; and a run
that is trained again learns from other masks. Both are told apart with three evaluations: the
parent on the labels it had, the parent on the labels now, the child on the labels now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from core.dataset.model import Dataset
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.evaluation.comparing.effect import EffectRow, RepairsEffect
from core.evaluation.comparing.paired import paired_test
from core.evaluation.errors.background import background_of
from core.evaluation.errors.error_map import errors_in
from core.evaluation.evaluate import evaluate_run
from core.evaluation.metrics.confusion import (
    ConfusionMatrix,
    mean_of_present,
    none_if_nan,
)
from core.evaluation.predicting.files import read_prediction
from core.evaluation.scores import Evaluation, SampleScore, ScoreTable
from core.files import content_hash
from core.images import decode_mask
from core.labels.earlier import EarlierMasks, version_at
from core.runs.lineage import repaired_between
from core.runs.record import RunRecord
from core.runs.run import Run

__all__ = ["EffectRow", "RepairsEffect", "repairs_effect"]

_NOT_LEARNED = ("val/", "test/")


def repairs_effect(
    dataset: Dataset,
    parent: Run,
    child: Run,
    split: str,
    *,
    exclude: Collection[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> RepairsEffect:
    """Say what repairing labels gave between two runs.

    The masks that the parent had are those of its record (train and val), else those that the edit
    log gives for the time at which it was made. Their bytes are looked for among the originals and
    in the undo store; samples whose old mask is kept nowhere are left out of all three
    evaluations, and named.

    Args:
        dataset: The dataset.
        parent: The run before the repairs.
        child: The run that was trained again.
        split: The split that both have predicted.
        exclude: See `evaluate_run`.
        on_progress: Called with (samples done, samples in all).
        cancelled: Asked now and then; True ends the work.

    Raises:
        PetsegError: the runs learned different label sets, one cannot be measured, or no sample is
            left to compare.
        EvaluationCancelled: `cancelled` said so.
    """
    before, after = parent.record, child.record
    if before.label_set != after.label_set:
        raise PetsegError(
            f"{child.name} learned {after.label_set}, and {parent.name} {before.label_set}",
            path=child.folder,
            remedy="Train it again with the label set of the first one to see what repairs gave.",
        )
    evaluations = []
    for place, run in enumerate((parent, child)):

        def report(done: int, total: int, place: int = place) -> None:
            if on_progress is not None:
                on_progress(place * total + done, 2 * total)

        evaluations.append(
            evaluate_run(
                dataset, run, split, label_set=before.label_set, exclude=exclude,
                on_progress=report, cancelled=cancelled,
            )
        )  # fmt: skip
    now, child_now = evaluations
    with open_workspace(dataset) as workspace:
        old = _scores_then(dataset, workspace, parent, now)
    measured = {score.sample for score in child_now.scores}
    kept = [each.sample for each in now.scores if each.sample in measured and each.sample in old]
    if not kept:
        raise PetsegError(
            f"There is no sample of {split or 'the dataset'} to compare {parent.name} and "
            f"{child.name} on",
            path=child.folder,
            remedy="Predict the split with both runs first.",
        )
    then = _narrowed(dataset, now, kept, old)
    now, child_now = _narrowed(dataset, now, kept), _narrowed(dataset, child_now, kept)
    hashes = {score.sample: score.mask_hash for score in now.scores}
    return RepairsEffect(
        parent=parent.id,
        child=child.id,
        split=split,
        label_set=before.label_set,
        samples=len(kept),
        learned=tuple(
            each for each in repaired_between(before, after) if not each.startswith(_NOT_LEARNED)
        ),
        rejudged=tuple(each for each in kept if old[each].mask_hash != hashes[each]),
        lost=tuple(
            each.sample
            for each in evaluations[0].scores
            if each.sample in measured and each.sample not in old
        ),
        other=_other_differences(before, after),
        rows=(
            EffectRow(parent.name, "as it had them", then.metrics),
            EffectRow(parent.name, "as they are now", now.metrics, paired_test(then, now)),
            EffectRow(
                child.name, "as they are now", child_now.metrics, paired_test(now, child_now)
            ),
        ),
        validated=before.best.mDice if split == "val" and before.best is not None else None,
    )


def _scores_then(
    dataset: Dataset, workspace: Workspace, parent: Run, now: Evaluation
) -> dict[str, SampleScore]:
    """The parent's scores on the masks it had; samples whose old mask is lost are absent."""
    record, label_set = parent.record, now.label_set
    earlier = EarlierMasks(dataset, workspace)
    scores: dict[str, SampleScore] = {}
    for score in now.scores:
        sample = dataset.sample(score.sample)
        wanted = record.dataset.fingerprint.get(sample.id) or version_at(
            workspace, sample, label_set, record.created
        )
        if wanted in ("", score.mask_hash):
            scores[sample.id] = score
            continue
        data = earlier.find(sample, label_set, wanted)
        if data is None:
            continue
        found = _score(dataset, parent, score.sample, label_set, data)
        if found is not None:
            scores[sample.id] = found
    return scores


def _score(
    dataset: Dataset, run: Run, sample_id: str, label_set: str, data: bytes
) -> SampleScore | None:
    """One sample's score against the bytes of a mask; None where they do not fit each other."""
    sample = dataset.sample(sample_id)
    try:
        truth = decode_mask(data, dataset.mask_path(sample, label_set), dataset.coding)
        prediction = read_prediction(run, sample, size=truth.shape, num_classes=dataset.num_classes)
    except PetsegError:
        return None  # as good as lost, and told as such
    matrix = ConfusionMatrix(dataset.num_classes, dataset.ignore_index)
    matrix.add(prediction, truth)
    if matrix.full_counts[-1].any():
        return None  # it held values that are no class
    dice = matrix.dice()
    return SampleScore(
        sample=sample_id,
        mDice=none_if_nan(mean_of_present(dice)),
        dice=tuple(none_if_nan(value) for value in dice),
        errors=errors_in(matrix, background_of(dataset)),
        cells=tuple(matrix.entries()),
        mask_hash=content_hash(data),
    )


def _narrowed(
    dataset: Dataset,
    evaluation: Evaluation,
    samples: Collection[str],
    others: Mapping[str, SampleScore] | None = None,
) -> Evaluation:
    """An evaluation of some samples only, with other scores for them where there are any."""
    wanted = set(samples)
    scores = ScoreTable.from_scores(
        (
            (others or {}).get(score.sample, score)
            for score in evaluation.scores
            if score.sample in wanted
        ),
        dataset.num_classes,
    )
    total = ConfusionMatrix(dataset.num_classes, dataset.ignore_index)
    total.add_counts(scores.pooled_cells())
    pooled = total.metrics([info.name for info in dataset.classes])
    return evaluation.model_copy(
        update={
            **{name: getattr(pooled, name) for name in type(pooled).model_fields},
            "samples": len(scores),
            "scores": scores,
        }
    )


def _other_differences(before: RunRecord, after: RunRecord) -> tuple[str, ...]:
    """What else than masks is different between two runs, in words."""
    said = []
    if before.recipe != after.recipe:
        said.append(f"recipe {before.recipe} and {after.recipe}")
    fields = {**before.fields, **before.overrides}, {**after.fields, **after.overrides}
    said += [
        f"{name} {fields[0].get(name)} and {fields[1].get(name)}"
        for name in sorted(fields[0].keys() | fields[1].keys())
        if fields[0].get(name) != fields[1].get(name)
    ]
    if before.init != after.init:
        said.append("other weights to begin with")
    came = after.dataset.fingerprint.keys() - before.dataset.fingerprint.keys()
    went = before.dataset.fingerprint.keys() - after.dataset.fingerprint.keys()
    if came:
        said.append(f"{_samples(came)} more")
    if went:
        said.append(f"{_samples(went)} less")
    return tuple(said)


def _samples(samples: Collection[str]) -> str:
    return "1 sample" if len(samples) == 1 else f"{len(samples):,} samples"
