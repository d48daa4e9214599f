"""What training in folds comes to, before a photo is read: how many runs, and about how long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from core.dataset.sample_table import files_of, ids_of
from core.errors import PetsegError
from core.runs.store import Run, RunState
from core.training.folds.dealing import check_folds
from core.training.recipes.resolving import settle_length
from core.training.request import Asked, TrainRequest, understand

# Runs that differ in one of these take another time for an iteration.
_PACE_FIELDS = ("batch_size", "crop_size", "image_size")


@dataclass(frozen=True, slots=True)
class FoldsOutlook:
    """What is known beforehand.

    Attributes:
        folds: Number of runs.
        samples: Samples with photo and mask that are dealt out.
        iterations: Of each run; None where the recipe does not say.
        seconds: All runs together, one after the other; None where no earlier run tells.
        like: Name of the run whose pace that is reckoned from; "" for none.
    """

    folds: int
    samples: int
    iterations: int | None = None
    seconds: float | None = None
    like: str = ""

    @property
    def held_out(self) -> int:
        """About how many samples each run judges without having learned them."""
        return round(self.samples / self.folds)


def folds_outlook(
    request: TrainRequest,
    folds: int,
    splits: Sequence[str],
    *,
    runs: Iterable[Run] = (),
    excluded: Collection[str] = (),
) -> FoldsOutlook:
    """Reckon what `create_folds` would make. No photo or mask is read.

    The time is that of an iteration of the newest finished run with this recipe, this kind of
    device and pieces of this size, validations included, times the iterations of all folds. Masks
    that turn out to be unusable, and pictures that are alike, are found when the runs are made.

    Args:
        request: What is asked for.
        folds: How many folds.
        splits: The splits whose samples are dealt out.
        runs: Earlier runs, the newest first.
        excluded: Ids of samples that are left out.

    Raises:
        PetsegError: the folds cannot be made: there are fewer samples than folds, no such split,
            or the request is not valid.
    """
    dataset = request.dataset
    check_folds(folds)
    samples = dataset.in_splits(splits)
    asked = understand(request)
    usable = sum(
        photo is not None and mask is not None and sample not in excluded
        for sample, (photo, mask) in zip(
            ids_of(samples), files_of(samples, asked.label_set), strict=True
        )
    )
    check_folds(folds, usable)
    learned = usable - round(usable / folds)
    fields = settle_length(asked.recipe, asked.fields, asked.overrides, learned)
    iterations = fields.get("max_iters")
    pace, like = _pace(request, asked, runs) if iterations else (None, "")
    seconds = None if pace is None or iterations is None else folds * iterations * pace
    return FoldsOutlook(folds, usable, iterations, seconds, like)


def _pace(request: TrainRequest, asked: Asked, runs: Iterable[Run]) -> tuple[float | None, str]:
    """Seconds for an iteration, and the name of the run that took them."""
    for run in runs:
        try:
            record, summary = run.record, run.summary()
        except PetsegError:
            continue  # the list of runs says so
        if (
            record.recipe == asked.recipe.name
            and summary.state is RunState.FINISHED
            and record.gpus == request.gpus
            and _is_of_kind(summary.device, asked.device)
            and all(record.fields.get(name) == _plain(asked, name) for name in _PACE_FIELDS)
            and summary.seconds
            and summary.iteration
        ):
            return summary.seconds / summary.iteration, summary.name
    return None, ""


def _plain(asked: Asked, name: str) -> object:
    """A field as `run.json` gives it back: sizes are lists there."""
    value = asked.fields.get(name)
    return list(value) if isinstance(value, tuple) else value


def _is_of_kind(device: str, wanted: str) -> bool:
    """Whether a run's device is one of the kind that is asked for; `auto` takes what there is."""
    return wanted == "auto" or device.partition(":")[0] == wanted.partition(":")[0]
