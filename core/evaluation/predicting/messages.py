"""What the window and the prediction worker say to each other: one JSON object a line.

To the worker::

    {"id": 1, "do": "predict", "run": DIR, "split": "val", "device": "auto", "items": [...],
     "augment": {...}, "labels": {...}}
    {"do": "cancel"}

From the worker, any number of the first two and then one of the others::

    {"id": 1, "progress": [done, total]}
    {"id": 1, "message": "a sentence"}
    {"id": 1, "done": {...}}
    {"id": 1, "error": "a sentence"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from core.dataset.encoding.coding import MaskCoding
from core.evaluation.predicting.augmentation import PLAIN, Augmentation


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)

    def to_line(self) -> bytes:
        """The message as one line of UTF-8 JSON, with the line's end."""
        return self.model_dump_json(exclude_none=True).encode() + b"\n"


class PredictItem(_Message):
    """A sample to predict: its id, the stem of its files, its photo, and the mask to judge."""

    sample: str
    stem: str
    image: Path
    mask: Path | None = None


class LabelTask(_Message):
    """Judge the masks of a label set while predicting.

    Attributes:
        label_set: Its name.
        classes: The dataset's classes, which must be those that the model knows.
        ignore_index: Mask value that is not judged.
        background: The class that is no object; None where every class is something.
        coding: How the mask files encode classes; None for plain indices.
    """

    label_set: str
    classes: tuple[str, ...]
    ignore_index: int
    background: int | None = 0
    coding: MaskCoding | None = None


class PredictRequest(_Message):
    """Predict those samples with a run's checkpoint.

    Attributes:
        run: The run's folder.
        split: Name of the split, for the folder of the predictions.
        device: `auto`, `cpu` or `cuda:N`.
        augment: From which views. Predictions made with another setting are made anew.
        labels: Judge these masks too; None to predict only.
    """

    id: int
    do: Literal["predict"] = "predict"
    run: Path
    split: str
    device: str = "auto"
    items: tuple[PredictItem, ...]
    augment: Augmentation = PLAIN
    labels: LabelTask | None = None


class CancelRequest(_Message):
    """End the request at work as soon as possible; what is predicted stays."""

    do: Literal["cancel"] = "cancel"


class FailedSample(_Message):
    """A sample that could not be predicted or judged, and why, as a sentence."""

    sample: str
    reason: str


class PredictionResult(_Message):
    """What a prediction did.

    Attributes:
        checkpoint: File name of the checkpoint.
        iteration: Its iteration, when known.
        device: The device in use.
        predicted: Samples predicted now.
        reused: Samples that this checkpoint had predicted before.
        failed: Samples that could not be predicted.
        judged: Masks that were judged now, where that was asked for.
        unjudged: Masks that could not be judged.
        cancelled: Whether it ended before all samples were done.
        seconds: Wall time, loading of the model included.
    """

    split: str
    checkpoint: str
    iteration: int | None
    device: str
    predicted: int
    reused: int
    failed: tuple[FailedSample, ...] = ()
    judged: int = 0
    unjudged: tuple[FailedSample, ...] = ()
    cancelled: bool = False
    seconds: float


class Reply(_Message):
    """An answer of the worker; exactly one of the optional fields is set."""

    id: int
    progress: tuple[int, int] | None = None
    message: str | None = None
    done: PredictionResult | None = None
    error: str | None = None


Request = Annotated[PredictRequest | CancelRequest, Field(discriminator="do")]
_REQUEST: TypeAdapter[PredictRequest | CancelRequest] = TypeAdapter(Request)


def parse_request(line: bytes) -> PredictRequest | CancelRequest:
    """Parse a line sent to the worker.

    Raises:
        pydantic.ValidationError: it is no request.
    """
    return _REQUEST.validate_json(line)


def parse_reply(line: bytes) -> Reply:
    """Parse a line sent by the worker.

    Raises:
        pydantic.ValidationError: it is no reply.
    """
    return Reply.model_validate_json(line)
