"""Whether a run still stands for the data: which of its masks and photos are others by now.

A run's record holds a hash of every file it used. A run whose files changed is *stale*: its model
has learned, and its figures were measured, on masks that are no more.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import PetsegError
from core.runs.file_hashes import Hashes
from core.runs.record import RunRecord

_USED_SPLITS = ("train/", "val/")
_METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Staleness:
    """How the data differs from what a run used. All are ids of samples, sorted.

    Attributes:
        masks: Their masks are others now.
        images: Their photos are others now.
        missing: Their mask or photo is not there any more.
        added: They could be trained on now, and were not there for the run.
        excluded: The run used them; they have been excluded since.
    """

    masks: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether any file that the run used is another one now, or gone."""
        return bool(self.masks or self.images or self.missing)

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
        return ", ".join(parts)

    def as_json(self) -> dict[str, list[str]]:
        """The samples by what is with them, for `petseg runs --json`."""
        return {
            "masks": list(self.masks),
            "images": list(self.images),
            "missing": list(self.missing),
            "added": list(self.added),
            "excluded": list(self.excluded),
        }


def staleness(
    record: RunRecord, now: Mapping[str, Hashes], excluded: Collection[str] = ()
) -> Staleness:
    """Hold a run against the data as it is now.

    Args:
        record: The run's record.
        now: What the files of its label set hold, by sample (`core.runs.file_hashes`).
        excluded: The samples that are excluded now.
    """
    used = record.dataset.fingerprint
    photos = record.dataset.images
    masks, images, missing = [], [], []
    for sample, mask in used.items():
        found = now.get(sample)
        photo = photos.get(sample, "")
        if found is None or not found.mask or not found.image:
            missing.append(sample)
            continue
        if found.mask != mask:
            masks.append(sample)
        if photo and found.image != photo:
            images.append(sample)
    passed_over = {*record.dataset.excluded, *record.dataset.left_out, *excluded}
    added = [
        sample
        for sample, found in now.items()
        if found.mask
        and found.image
        and sample not in used
        and sample not in passed_over
        and sample.startswith(_USED_SPLITS)
    ]
    since = [sample for sample in excluded if sample in used]
    return Staleness(*(tuple(sorted(ids)) for ids in (masks, images, missing, added, since)))


def stale_metrics(run_folder: Path, label_set: str, now: Mapping[str, Hashes]) -> dict[str, Any]:
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
    stale: dict[str, Any] = {}
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


def _changed_since(path: Path, label_set: str, now: Mapping[str, Hashes]) -> list[str]:
    try:
        data = json.loads(path.read_bytes())
        if data["label_set"] != label_set:
            return []
        measured = {each["sample"]: each.get("mask_hash", "") for each in data["scores"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return []  # damaged figures are measured anew when somebody asks for them
    return sorted(
        sample
        for sample, mask in measured.items()
        if mask and (sample not in now or now[sample].mask != mask)
    )


def _count(samples: Collection[str], noun: str) -> str:
    return f"{len(samples)} {noun}{'' if len(samples) == 1 else 's'}"
