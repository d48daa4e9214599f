"""Where the predictions of a run lie, reading them, and the note of which checkpoint made them.

Layout below the run's folder (a dataset without splits uses the folder `all`)::

    predictions/<split>/<stem>.png              classes, 8-bit grey PNG, the photo's size
    predictions/<split>/confidence/<stem>.png   probability of that class, 0..255 for 0..1
    predictions/<split>/predictions.json        which checkpoint made them, from which photos
    predictions/<split>/label_quality/<label set>.json   what they say of the masks
                                                (core.evaluation.suspects.files)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import cv2
from pydantic import BaseModel, Field, ValidationError

from core.dataset import Dataset, Sample
from core.errors import PetsegError
from core.evaluation.metrics.confusion import Mask
from core.evaluation.predicting.augmentation import PLAIN, Augmentation
from core.evaluation.predicting.checkpoints import CheckpointFile
from core.files import atomic_write_text
from core.images import read_mask

PREDICTIONS_FOLDER = "predictions"
CONFIDENCE_FOLDER = "confidence"
MANIFEST_NAME = "predictions.json"
WITHOUT_SPLITS = "all"

_PREDICT_AGAIN = "Delete the file and predict the split again."


class RunLike(Protocol):
    """What evaluation needs to know of a run."""

    @property
    def id(self) -> str:
        """The run's identity."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def folder(self) -> Path:
        """Its folder."""

    @property
    def label_set(self) -> str:
        """The label set it was trained on."""


class CheckpointNote(BaseModel):
    """Which checkpoint made the predictions: its file name in `checkpoints/`, size and time."""

    name: str
    iteration: int | None
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, checkpoint: CheckpointFile) -> CheckpointNote:
        """The note for a file."""
        return cls(
            name=checkpoint.path.name,
            iteration=checkpoint.iteration,
            size=checkpoint.size,
            mtime_ns=checkpoint.mtime_ns,
        )

    def is_copy_of(self, other: CheckpointNote) -> bool:
        """Whether it is as large and called as another: the same, perhaps on another disk."""
        return (self.name, self.iteration, self.size) == (other.name, other.iteration, other.size)


class PredictionManifest(BaseModel):
    """The content of `predictions.json`.

    Attributes:
        augment: From which views they were made.
        images: By stem: modification time in ns and size in bytes of the photo predicted from.
    """

    version: Literal[1] = 1
    checkpoint: CheckpointNote
    augment: Augmentation = PLAIN
    images: dict[str, tuple[int, int]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PredictionStatus:
    """How far the predictions of one split of a run are.

    Attributes:
        predicted: Number of samples that have a prediction of their photo.
        missing: Samples with a photo but without a prediction of it: there is none, or the photo
            was replaced since.
        iteration: Iteration of the checkpoint that made them; None when unknown.
        is_stale: The run has a better or newer checkpoint by now, or they were made from other
            views than those that were asked for, or nothing tells which checkpoint made them.
        augment: From which views they were made; None when there are none.
    """

    predicted: int
    missing: tuple[Sample, ...]
    iteration: int | None
    is_stale: bool
    augment: Augmentation | None = None

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to predict."""
        return not self.missing and not self.is_stale


def split_folder(run_folder: Path, split: str) -> Path:
    """The folder of a split's predictions."""
    return run_folder / PREDICTIONS_FOLDER / (split or WITHOUT_SPLITS)


def prediction_path(run: RunLike, sample: Sample) -> Path:
    """Where the predicted classes of a sample are, or would be written."""
    return split_folder(run.folder, sample.split) / f"{sample.stem}.png"


def confidence_path(run: RunLike, sample: Sample) -> Path:
    """Where the confidence of a sample's prediction is, or would be written."""
    return split_folder(run.folder, sample.split) / CONFIDENCE_FOLDER / f"{sample.stem}.png"


def read_prediction(
    run: RunLike,
    sample: Sample,
    *,
    size: tuple[int, int] | None = None,
    num_classes: int | None = None,
) -> Mask:
    """Read the classes a run predicts for a sample.

    Args:
        run: The run.
        sample: The sample.
        size: Height and width the prediction must have (the photo's); None accepts any.
        num_classes: Number of classes the prediction may hold; None accepts any.

    Returns:
        uint8 array H×W of class indices.

    Raises:
        PetsegError: there is none yet, or it is damaged, of another size or of other classes.
    """
    path = prediction_path(run, sample)
    if not path.exists():
        raise PetsegError(
            f"The run {run.name} has no prediction of {sample.id} yet",
            path=path,
            remedy="Predict the split first.",
        )
    prediction = decode_prediction(path)
    if size is not None and prediction.shape != size:
        raise PetsegError(
            f"The prediction is {_size(prediction.shape)}, but the photo is {_size(size)}",
            path=path,
            remedy=f"The photo was replaced since. {_PREDICT_AGAIN}",
        )
    if num_classes is not None and prediction.size and int(prediction.max()) >= num_classes:
        raise PetsegError(
            f"The prediction holds the class {int(prediction.max())}, "
            f"but the dataset has the classes 0 to {num_classes - 1}",
            path=path,
            remedy="It was made with another class list: choose a run trained on this dataset.",
        )
    return prediction


def read_confidence(run: RunLike, sample: Sample) -> Mask:
    """Read how sure a run is of its prediction.

    Returns:
        uint8 array H×W: the probability of the predicted class, 0 to 255 for 0 to 1.

    Raises:
        PetsegError: there is none yet, or it is damaged.
    """
    return decode_prediction(confidence_path(run, sample))


def encode_confidence(confidence: Mask) -> bytes:
    """Encode a confidence map, uint8 H×W, as an 8-bit grey PNG.

    OpenCV's fast setting: such a map is noisy, and stronger compression takes nine times as long
    for a tenth of the size.
    """
    is_encoded, data = cv2.imencode(".png", confidence)
    assert is_encoded  # a grey array of 8 bits is always possible
    return data.tobytes()


def decode_prediction(path: Path) -> Mask:
    """Read one of our prediction files.

    Raises:
        PetsegError: it is missing or damaged; the message says so of a prediction.
    """
    try:
        return read_mask(path)
    except PetsegError as error:
        raise PetsegError(
            "The prediction cannot be read", path=path, remedy=_PREDICT_AGAIN
        ) from error


def samples_of_split(dataset: Dataset, split: str) -> Sequence[Sample]:
    """The samples of a split; in a dataset without splits, `""` and `all` name all of them.

    Raises:
        PetsegError: there is no such split.
    """
    if not dataset.splits and split in ("", WITHOUT_SPLITS):
        return dataset.samples
    return dataset.in_splits([split])


def load_manifest(run_folder: Path, split: str) -> PredictionManifest | None:
    """Read `predictions.json`; None when there is none or it is damaged.

    A damaged one costs nothing but time: the split is then predicted anew.
    """
    try:
        data = (split_folder(run_folder, split) / MANIFEST_NAME).read_bytes()
        return PredictionManifest.model_validate_json(data)
    except (OSError, ValidationError):
        return None


def save_manifest(run_folder: Path, split: str, manifest: PredictionManifest) -> None:
    """Write `predictions.json`, atomically."""
    path = split_folder(run_folder, split) / MANIFEST_NAME
    atomic_write_text(path, manifest.model_dump_json() + "\n", within=run_folder)


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}×{shape[0]}"
