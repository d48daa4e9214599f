"""Masks and stored predictions in pairs: where they lie, whether they changed, reading them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.dataset import Dataset, Sample
from core.dataset.sample_table import SampleTable
from core.errors import PetsegError
from core.evaluation.metrics.confusion import Mask
from core.evaluation.predicting.files import RunLike, decode_prediction, split_folder
from core.files import content_hash, read_bytes
from core.images import decode_mask

# What stands in for a cache key where there is nothing to read, and how it is said.
_REASONS = {
    "excluded": "it is excluded",
    "no mask": "it has no mask",
    "no prediction": "it has no prediction",
}


class Job(NamedTuple):
    """A sample to measure. Paths are text: there is one of these for every sample.

    Attributes:
        sample: The sample's id.
        mask: Its mask.
        prediction: Its prediction.
        key: Time and size of the two files; or else why it cannot be measured.
        has_prediction: Whether there is a prediction, whatever else is missing.
    """

    sample: str
    mask: str
    prediction: str
    key: str
    has_prediction: bool

    @property
    def reason(self) -> str | None:
        """Why there is nothing to read, as a clause; None when there is something."""
        return _REASONS.get(self.key)


class Pair(NamedTuple):
    """A mask and its prediction, both uint8 H×W.

    Attributes:
        truth: True classes.
        prediction: Predicted classes, of the same shape.
        mask_hash: Content hash of the mask's file.
    """

    truth: Mask
    prediction: Mask
    mask_hash: str


def jobs_of(
    dataset: Dataset,
    run: RunLike,
    samples: Sequence[Sample],
    label_set: str,
    exclude: Collection[str] = (),
) -> list[Job]:
    """The jobs of some samples of one split, in order."""
    # Masks that are decoded otherwise are other masks.
    coding = f" {content_hash(repr(dataset.coding).encode())}" if dataset.coding else ""
    jobs = []
    for sample, mask, prediction in _paths(dataset, run, samples, label_set):
        mask_key, prediction_key = _file_key(mask), _file_key(prediction)
        if sample in exclude:
            key = "excluded"
        elif not mask_key:
            key = "no mask"
        elif not prediction_key:
            key = "no prediction"
        else:
            key = f"{mask_key} {prediction_key}{coding}"
        jobs.append(Job(sample, mask, prediction, key, bool(prediction_key)))
    return jobs


def read_pair(job: Job, dataset: Dataset) -> Pair | str:
    """Read what a job is about.

    Returns:
        The pair; or why it cannot be measured, as a clause. Whether all values are classes is for
        whoever counts them to say: see `illegal_values`.
    """
    if (reason := job.reason) is not None:
        return reason
    try:
        mask = Path(job.mask)
        data = read_bytes(mask)
        truth = decode_mask(data, mask, dataset.coding)
        prediction = decode_prediction(Path(job.prediction))
    except PetsegError as error:
        return error.what[:1].lower() + error.what[1:]
    if truth.shape != prediction.shape:
        return (
            f"the mask is {truth.shape[1]}×{truth.shape[0]} pixels, "
            f"but the prediction {prediction.shape[1]}×{prediction.shape[0]}"
        )
    return Pair(truth, prediction, content_hash(data))


def illegal_values(pair: Pair, dataset: Dataset) -> str | None:
    """Which values of a pair are no class, as a clause; None when all are."""
    values = set(np.unique(pair.truth).tolist()) - {dataset.ignore_index}
    if listed := _illegal(values, dataset):
        return f"the mask holds {listed}"
    if listed := _illegal(set(np.unique(pair.prediction).tolist()), dataset):
        return f"the prediction holds {listed}"
    return None


def _paths(
    dataset: Dataset, run: RunLike, samples: Sequence[Sample], label_set: str
) -> Iterator[tuple[str, str, str]]:
    """Id, mask and prediction of each sample; a mask that is missing is where it would be."""
    if not isinstance(samples, SampleTable):
        for sample in samples:
            folder = split_folder(run.folder, sample.split)
            mask = str(dataset.mask_path(sample, label_set))
            yield sample.id, mask, f"{folder}{os.sep}{sample.stem}.png"
        return
    names, codes = samples.split_codes()
    folders = [f"{split_folder(run.folder, name)}{os.sep}" for name in names]
    # What of an id comes before the stem.
    lengths = [len(name) + 1 if name else 0 for name in names]
    for row, (sample_id, code, (_, found)) in enumerate(
        zip(samples.ids(), codes.tolist(), samples.files(label_set), strict=True)
    ):
        mask = found if found is not None else str(dataset.mask_path(samples[row], label_set))
        yield sample_id, mask, f"{folders[code]}{sample_id[lengths[code] :]}.png"


def _file_key(path: str) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116 - paths as text, see Job
    except OSError:
        return ""
    return f"{status.st_mtime_ns}:{status.st_size}"


def _illegal(values: set[int], dataset: Dataset) -> str:
    found = sorted(value for value in values if value >= dataset.num_classes)
    if not found:
        return ""
    listed = ", ".join(str(value) for value in found[:5]) + (", …" if len(found) > 5 else "")
    noun, verb = ("value", "is") if len(found) == 1 else ("values", "are")
    return f"the {noun} {listed}, which {verb} no class"
