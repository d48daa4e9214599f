"""Whether a run still stands for the data: which of its masks and photos are others by now.

A run's record holds a hash of every file it used, as it was learned last. A run whose files changed
is *stale*: its model has learned, and its figures were measured, on masks that are no more. It is
stale, too, when files changed while it trained, be it in a pause: then it has learned both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.dataset.model import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.runs.file_hashes import Hashes, current_hashes
from core.runs.record import RunRecord
from core.runs.run import Run

_USED_SPLITS = ("train/", "val/")
_METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Staleness:
    """How the data differs from what a run used. All are ids of samples, sorted.

    Attributes:
        masks: Their masks are others now.
        images: Their photos are others now.
        missing: Their mask or photo is not there any more.
        midway: Their masks or photos changed while the run trained, whatever they are now.
        added: They could be trained on now, and were not there for the run.
        excluded: The run used them; they have been excluded since.
        metrics: Of figures that were kept (by the split's name), the samples whose masks are
            others than those that were measured. They are measured anew when somebody looks.
    """

    masks: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    midway: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    metrics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_stale(self) -> bool:
        """Whether any file that the run used is another one now or while it trained, or gone."""
        return bool(self.masks or self.images or self.missing or self.midway)

    @property
    def is_as_it_was(self) -> bool:
        """Whether nothing at all has changed, samples that came or were excluded included."""
        return self == Staleness()

    def words(self) -> str:
        """What makes the run stale: `3 masks changed, 1 photo changed`; "" when it is not."""
        parts = []
        if self.masks:
            parts.append(f"{_count(self.masks, 'mask')} changed")
        if self.images:
            parts.append(f"{_count(self.images, 'photo')} changed")
        if self.missing:
            verb = "is" if len(self.missing) == 1 else "are"
            parts.append(f"{_count(self.missing, 'sample')} {verb} gone")
        if self.midway:
            parts.append(f"{_count(self.midway, 'sample')} changed while it trained")
        return ", ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The samples by what is with them, for `petseg runs --json`."""
        return {
            "masks": list(self.masks),
            "images": list(self.images),
            "missing": list(self.missing),
            "midway": list(self.midway),
            "added": list(self.added),
            "excluded": list(self.excluded),
            "metrics": {name: list(samples) for name, samples in self.metrics.items()},
        }


def staleness(
    record: RunRecord,
    now: Mapping[str, Hashes],
    excluded: Collection[str] = (),
    *,
    only: Collection[str] | None = None,
) -> Staleness:
    """Hold a run against the data as it is now.

    Args:
        record: The run's record.
        now: What the files of its label set hold, by sample (`core.runs.file_hashes`).
        excluded: The samples that are excluded now.
        only: The samples to look at; by default all that the run used and all of `now`.
    """
    used = record.dataset.fingerprint
    photos = record.dataset.images
    masks, images, missing = [], [], []
    for sample in used if only is None else [each for each in only if each in used]:
        found = now.get(sample)
        photo = photos.get(sample, "")
        if found is None or not found.mask or not found.image:
            missing.append(sample)
            continue
        if found.mask != used[sample]:
            masks.append(sample)
        if photo and found.image != photo:
            images.append(sample)
    # The folds of a dataset are made of some of its splits, which may not be these.
    splits = (
        tuple({f"{each.rpartition('/')[0]}/" for each in used}) if record.folds else _USED_SPLITS
    )
    passed_over = {*record.dataset.excluded, *record.dataset.left_out, *excluded}
    added = [
        sample
        for sample, found in now.items()
        if found.mask
        and found.image
        and sample not in used
        and sample not in passed_over
        and sample.startswith(splits)
    ]
    return Staleness(
        masks=tuple(sorted(masks)),
        images=tuple(sorted(images)),
        missing=tuple(sorted(missing)),
        midway=changed_midway(record),
        added=tuple(sorted(added)),
        excluded=tuple(sorted(sample for sample in excluded if sample in used)),
    )


def changed_midway(record: RunRecord) -> tuple[str, ...]:
    """The samples of which a run has learned more than one version, sorted."""
    return tuple(
        sorted(
            {
                sample
                for change in record.dataset.changes
                if change.iteration > 0
                for sample in (*change.masks, *change.images)
            }
        )
    )


def updated(known: Staleness, part: Staleness, only: Collection[str]) -> Staleness:
    """What is known of a run after some samples were looked at again (`only` of `staleness`)."""
    seen = set(only)

    def merged(before: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted([each for each in before if each not in seen] + list(found)))

    return Staleness(
        masks=merged(known.masks, part.masks),
        images=merged(known.images, part.images),
        missing=merged(known.missing, part.missing),
        midway=part.midway,
        added=merged(known.added, part.added),
        excluded=part.excluded,
        metrics=known.metrics,
    )


def look_at_runs(
    dataset: Dataset,
    runs: Iterable[Run],
    workspace: Workspace,
    *,
    only: Collection[str] | None = None,
    with_metrics: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Staleness]:
    """Hold runs against the data as it is now, each against the label set that it learned.

    Args:
        dataset: The dataset.
        runs: The runs; one whose record cannot be read is left out.
        workspace: Keeps what is found out of the files.
        only: The samples to look at; all by default.
        with_metrics: Look at the kept figures too.
        on_progress: Called with (files hashed, files to hash in all) where something is to do.
        cancelled: Asked between files; True ends the work.

    Returns:
        What is with each run, by its id.

    Raises:
        PetsegError: it was cancelled, or the workspace cannot be used.
    """
    samples = None if only is None else [dataset.sample(each) for each in only]
    excluded = workspace.exclusions()
    by_label_set: dict[str, dict[str, Hashes]] = {}
    found: dict[str, Staleness] = {}
    for run in runs:
        try:
            record = run.record
        except PetsegError:
            continue  # the list of runs says so
        if record.label_set not in by_label_set:
            by_label_set[record.label_set] = current_hashes(
                dataset, record.label_set, workspace, samples=samples,
                on_progress=on_progress, cancelled=cancelled,
            )  # fmt: skip
        now = by_label_set[record.label_set]
        found[run.id] = staleness(record, now, excluded, only=only)
        if with_metrics:
            metrics = stale_metrics(run.folder, record.label_set, now)
            found[run.id] = replace(found[run.id], metrics=metrics)
    return found


def stale_metrics(
    run_folder: Path, label_set: str, now: Mapping[str, Hashes]
) -> dict[str, tuple[str, ...]]:
    """Which kept figures were measured against masks that are others now.

    Args:
        run_folder: The run's folder.
        label_set: The label set of `now`.
        now: What its files hold.

    Returns:
        For each file of figures against that label set, by its name without suffix, the samples
        whose masks changed since; files that are up to date are left out.

    Raises:
        PetsegError: the folder cannot be read.
    """
    stale: dict[str, tuple[str, ...]] = {}
    try:
        for path in sorted((run_folder / _METRICS).glob("*.json")):
            changed = _changed_since(path, label_set, now)
            if changed:
                stale[path.stem] = changed
    except OSError as error:
        raise PetsegError(
            f"The run's figures cannot be read ({error.strerror or error})", path=run_folder
        ) from error
    return stale


def _changed_since(path: Path, label_set: str, now: Mapping[str, Hashes]) -> tuple[str, ...]:
    try:
        data = json.loads(path.read_bytes())
        if data["label_set"] != label_set:
            return ()
        measured = {each["sample"]: each.get("mask_hash", "") for each in data["scores"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()  # damaged figures are measured anew when somebody asks for them
    return tuple(
        sorted(
            sample
            for sample, mask in measured.items()
            if mask and (sample not in now or now[sample].mask != mask)
        )
    )


def _count(samples: Collection[str], noun: str) -> str:
    return f"{len(samples)} {noun}{'' if len(samples) == 1 else 's'}"
