"""Samples in the order in which their masks should be looked at again."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from core.dataset import Dataset, Sample
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.predicting.files import RunLike, samples_of_split
from core.evaluation.suspects.files import JudgedMask, QualityFile, load_quality
from core.evaluation.suspects.quality import Box
from core.files import content_hash, read_bytes
from core.runs.record import RunRecord, load_record

By = Literal["agreement", "region", "softmin"]
"""Which score ranks: how far the model agrees with the mask, the same of the most contradicted
region alone, or the soft minimum over all pixels."""

MEASURES: tuple[By, ...] = get_args(By)
DEFAULT: By = "agreement"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A sample and how far its mask can be believed.

    Attributes:
        sample: The sample's id.
        score: 0 to 1, the lower the more suspicious; one of the three below.
        softmin: The soft minimum of the labels' probabilities.
        region: The score of the most contradicted region.
        worst_class: The class whose labels are the least probable.
        classes: The soft minimum by class; None for a class that the mask does not hold.
        box: Where the model contradicts most: left, top, width, height; None where nowhere.
        given: The class of the label there; None where nowhere.
        predicted: The class that the model sees there; None where nowhere.
        pixels: How many pixels that region has.
        run: Id of the run that judged.
        is_edited: The mask is another one now than the one that was judged.
        was_learned: The run has learned from this very mask: it tends to believe it.
        agreement: How far the model agrees with the mask.
    """

    sample: str
    score: float
    softmin: float
    region: float
    worst_class: int | None
    classes: tuple[float | None, ...]
    box: Box | None
    given: int | None
    predicted: int | None
    pixels: int
    run: str
    is_edited: bool = False
    was_learned: bool = False
    agreement: float = 1.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """What some runs say of the masks of a label set.

    Attributes:
        label_set: The label set.
        suspects: The most suspicious sample first.
        refused: Masks that cannot be judged, and why as a clause, by sample.
        missing: Samples with photo and mask that none of the runs has judged yet.
        problems: What is wrong with a run, as sentences; the others were used.
    """

    label_set: str
    suspects: tuple[Suspect, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def of_sample(self) -> dict[str, Suspect]:
        """The suspects by sample."""
        return {each.sample: each for each in self.suspects}


def rank(
    dataset: Dataset,
    label_set: str | None,
    runs: Sequence[RunLike],
    *,
    splits: Sequence[str] | None = None,
    by: By = DEFAULT,
) -> list[Suspect]:
    """The most suspicious samples first; see `rank_masks`."""
    return list(rank_masks(dataset, label_set, runs, splits=splits, by=by).suspects)


def rank_masks(
    dataset: Dataset,
    label_set: str | None,
    runs: Sequence[RunLike],
    *,
    splits: Sequence[str] | None = None,
    by: By = DEFAULT,
    exclude: Collection[str] | None = None,
) -> Ranking:
    """Rank masks by what runs have stored beside their predictions. Loads no model.

    Of a run that is one fold of several only the samples count that it was not shown. Where several
    runs judged a sample, one that has not learned it is believed, and of those the first.

    Args:
        dataset: The dataset.
        label_set: Whose masks; the dataset's default for None.
        runs: The runs that judged.
        splits: The splits to rank together; all by default.
        by: The score that ranks.
        exclude: Ids of samples to leave out; by default those excluded in the workspace.

    Raises:
        PetsegError: there is no such split or label set.
    """
    label_set = dataset.require_label_set(label_set)
    excluded = excluded_samples(dataset) if exclude is None else exclude
    samples = [
        sample
        for split in splits_or_all(dataset, splits)
        for sample in samples_of_split(dataset, split)
        if sample.image is not None and label_set in sample.masks and sample.id not in excluded
    ]
    found: dict[str, Suspect] = {}
    refused: dict[str, str] = {}
    problems: list[str] = []
    asked: set[str] = set()
    for run in runs:
        try:
            record = load_record(run.folder)
        except PetsegError as error:
            problems.append(f"The run {run.id} was passed over. {error}")
            continue
        held_out = set(record.held_out)
        own = [sample for sample in samples if not held_out or sample.id in held_out]
        asked.update(sample.id for sample in own)
        problem = _take(dataset, label_set, run, record, held_out, own, by, found, refused)
        if problem:
            problems.append(problem)
    missing = [each for each in asked if each not in found and each not in refused]
    return Ranking(
        label_set=label_set,
        suspects=tuple(sorted(found.values(), key=lambda each: (each.score, each.sample))),
        refused={sample: why for sample, why in refused.items() if sample not in found},
        missing=tuple(sorted(missing)),
        problems=tuple(problems),
    )


def splits_or_all(dataset: Dataset, splits: Sequence[str] | None) -> Sequence[str]:
    """The splits as they are asked for; a dataset without splits has one that is called ""."""
    return splits if splits is not None else dataset.splits or ("",)


def excluded_samples(dataset: Dataset) -> Collection[str]:
    """The samples that the user excluded. Asking makes no workspace."""
    if not (dataset.workspace_dir / "workspace.db").exists():
        return ()
    with open_workspace(dataset) as workspace:
        return set(workspace.exclusions())


def _take(
    dataset: Dataset,
    label_set: str,
    run: RunLike,
    record: RunRecord,
    held_out: Collection[str],
    samples: Iterable[Sample],
    by: By,
    found: dict[str, Suspect],
    refused: dict[str, str],
) -> str:
    """Add what a run says; returns what is wrong with it, "" when nothing is."""
    names = tuple(info.name for info in dataset.classes)
    for split, of_split in _by_split(samples).items():
        quality = load_quality(run.folder, split, label_set)
        if quality is None:
            continue
        if quality.classes != names:
            return (
                f"The run {run.name} judged the masks with other classes "
                f"({', '.join(quality.classes)}): judge them again."
            )
        judged = dict(quality.judged())
        for sample in of_split:
            if sample.stem in judged:
                was_learned = _was_learned(sample, label_set, record, held_out)
                suspect = _suspect(sample, label_set, run, was_learned, judged[sample.stem], by)
                before = found.get(sample.id)
                if before is None or (before.was_learned and not suspect.was_learned):
                    found[sample.id] = suspect
            elif (reason := _still_refused(quality, sample, label_set)) is not None:
                refused[sample.id] = reason
    return ""


def _by_split(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    by_split: dict[str, list[Sample]] = {}
    for sample in samples:
        by_split.setdefault(sample.split, []).append(sample)
    return by_split


def _suspect(
    sample: Sample, label_set: str, run: RunLike, was_learned: bool, judged: JudgedMask, by: By
) -> Suspect:
    quality = judged.quality
    place = quality.suspicion
    return Suspect(
        sample=sample.id,
        score={
            "agreement": quality.agreement,
            "region": quality.region,
            "softmin": quality.softmin,
        }[by],
        softmin=quality.softmin,
        agreement=quality.agreement,
        region=quality.region,
        worst_class=quality.worst_class,
        classes=quality.classes,
        box=place.box if place else None,
        given=place.given if place else None,
        predicted=place.predicted if place else None,
        pixels=place.pixels if place else 0,
        run=run.id,
        is_edited=_is_edited(sample, label_set, judged),
        was_learned=was_learned,
    )


def _was_learned(
    sample: Sample, label_set: str, record: RunRecord, held_out: Collection[str]
) -> bool:
    if held_out:
        return sample.id not in held_out
    return (
        record.label_set == label_set
        and sample.split != "val"
        and sample.id in record.dataset.fingerprint
    )


def _is_edited(sample: Sample, label_set: str, judged: JudgedMask) -> bool:
    path = sample.masks[label_set]
    if _stamp(os.fspath(path)) == judged.stamp:
        return False
    try:
        return content_hash(read_bytes(path)) != judged.mask_hash
    except PetsegError:
        return True  # it is gone, which is another thing than what was judged


def _still_refused(quality: QualityFile, sample: Sample, label_set: str) -> str | None:
    refused = quality.refused.get(sample.stem)
    if refused is None:
        return None
    reason, *stamp = refused
    if _stamp(os.fspath(sample.masks[label_set])) not in (None, tuple(stamp)):
        return None  # it was repaired since, and is to be judged
    return reason[:1].lower() + reason[1:]


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - asked of every sample
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def runs_with_quality(
    dataset: Dataset, runs: Iterable[RunLike], label_set: str
) -> Iterator[RunLike]:
    """Those of some runs that have judged masks of a label set."""
    for run in runs:
        if any(
            load_quality(run.folder, split, label_set) is not None
            for split in dataset.splits or ("",)
        ):
            yield run
