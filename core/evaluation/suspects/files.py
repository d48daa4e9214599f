"""What predictions say of masks, kept beside them: `label_quality/<label set>.json`.

Columns, one entry a sample, so that 10,000 samples are read in a moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, Field, ValidationError, model_validator

from core.evaluation.predicting.augmentation import PLAIN, Augmentation
from core.evaluation.predicting.files import CheckpointNote, split_folder
from core.evaluation.suspects.quality import TEMPERATURE, Box, LabelQuality, Suspicion
from core.files import atomic_write_text

FOLDER = "label_quality"

_DIGITS = 5


@dataclass(frozen=True, slots=True)
class JudgedMask:
    """The quality of a mask, and which file it is the quality of.

    Attributes:
        quality: The quality.
        mask_hash: Content hash of the mask's file.
        stamp: Its modification time in ns and its size in bytes.
        photo: Those of the photo.
    """

    quality: LabelQuality
    mask_hash: str
    stamp: tuple[int, int]
    photo: tuple[int, int]


class QualityFile(BaseModel):
    """The content of a file.

    Attributes:
        label_set: Whose masks were judged.
        classes: Names of the classes, by index.
        background: The class that was taken for no object; None where every class is something.
        checkpoint: The checkpoint that judged.
        augment: The views it judged from.
        temperature: τ of the soft minimum.
        stems: The samples; all other lists are parallel to it.
        softmin: Soft minimum over all pixels.
        agreement: How far the model agrees.
        region: Score of the most contradicted region.
        class_scores: By class, the soft minimum over its pixels; None where it does not occur.
        boxes: Left, top, width and height of the most contradicted region; None without one.
        given: The class it was given; -1 without one.
        predicted: The class the model sees; -1 without one.
        pixels: Its pixels.
        doubt: Its doubt.
        hashes: Content hash of the mask's file.
        stamps: Its modification time in ns and its size in bytes.
        photos: Those of the photo.
        refused: Masks that cannot be judged, by stem: why, and time and size of the file.
    """

    version: Literal[2] = 2
    label_set: str
    classes: tuple[str, ...]
    background: int | None = 0
    checkpoint: CheckpointNote
    augment: Augmentation = PLAIN
    temperature: float = TEMPERATURE
    stems: list[str] = Field(default_factory=list)
    softmin: list[float] = Field(default_factory=list)
    agreement: list[float] = Field(default_factory=list)
    region: list[float] = Field(default_factory=list)
    class_scores: list[list[float | None]] = Field(default_factory=list)
    boxes: list[Box | None] = Field(default_factory=list)
    given: list[int] = Field(default_factory=list)
    predicted: list[int] = Field(default_factory=list)
    pixels: list[int] = Field(default_factory=list)
    doubt: list[float] = Field(default_factory=list)
    hashes: list[str] = Field(default_factory=list)
    stamps: list[tuple[int, int]] = Field(default_factory=list)
    photos: list[tuple[int, int]] = Field(default_factory=list)
    refused: dict[str, tuple[str, int, int]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parallel(self) -> QualityFile:
        columns: tuple[Sized, ...] = (
            self.softmin, self.agreement, self.region, self.boxes, self.given, self.predicted,
            self.pixels, self.doubt, self.hashes, self.stamps, self.photos, *self.class_scores,
        )  # fmt: skip
        if any(len(column) != len(self.stems) for column in columns):
            raise ValueError("the columns are not of one length")
        if self.stems and len(self.class_scores) != len(self.classes):
            raise ValueError("there is not one column of scores for each class")
        return self

    def judged(self) -> Iterator[tuple[str, JudgedMask]]:
        """Stem and quality of every mask."""
        by_class = list(zip(*self.class_scores, strict=True)) or [()] * len(self.stems)
        for at, stem in enumerate(self.stems):
            box = self.boxes[at]
            suspicion = (
                None
                if box is None
                else Suspicion(
                    box, self.given[at], self.predicted[at], self.pixels[at], self.doubt[at]
                )
            )
            quality = LabelQuality(
                self.softmin[at], self.agreement[at], self.region[at], by_class[at], suspicion
            )
            photo = self.photos[at]
            yield stem, JudgedMask(quality, self.hashes[at], self.stamps[at], photo)

    def with_masks(
        self, masks: dict[str, JudgedMask], refused: dict[str, tuple[str, int, int]]
    ) -> QualityFile:
        """The file with these masks, by stem, instead of its own."""
        found = [(stem, each, each.quality) for stem, each in sorted(masks.items())]
        none = Suspicion((0, 0, 0, 0), -1, -1, 0, 0.0)
        places = [quality.suspicion or none for _, _, quality in found]
        return self.model_copy(
            update={
                "stems": [stem for stem, _, _ in found],
                "softmin": [_short(quality.softmin) for _, _, quality in found],
                "agreement": [_short(quality.agreement) for _, _, quality in found],
                "region": [_short(quality.region) for _, _, quality in found],
                "class_scores": [
                    [_short(quality.classes[index]) for _, _, quality in found]
                    for index in range(len(self.classes))
                ],
                "boxes": [None if place is none else place.box for place in places],
                "given": [place.given for place in places],
                "predicted": [place.predicted for place in places],
                "pixels": [place.pixels for place in places],
                "doubt": [round(place.doubt, 1) for place in places],
                "hashes": [each.mask_hash for _, each, _ in found],
                "stamps": [each.stamp for _, each, _ in found],
                "photos": [each.photo for _, each, _ in found],
                "refused": dict(sorted(refused.items())),
            }
        )


def quality_path(run_folder: Path, split: str, label_set: str) -> Path:
    """Where the quality of a split's masks is kept; a label set's name may hold slashes."""
    return split_folder(run_folder, split) / FOLDER / f"{quote(label_set, safe='')}.json"


def load_quality(run_folder: Path, split: str, label_set: str) -> QualityFile | None:
    """Read what a run says of a split's masks; None when there is nothing or it is damaged.

    A damaged file costs nothing but time: the masks are then judged anew.
    """
    try:
        data = quality_path(run_folder, split, label_set).read_bytes()
        return QualityFile.model_validate_json(data)
    except (OSError, ValidationError):
        return None


def save_quality(run_folder: Path, split: str, quality: QualityFile) -> None:
    """Write the file, atomically."""
    path = quality_path(run_folder, split, quality.label_set)
    atomic_write_text(path, quality.model_dump_json() + "\n", within=run_folder)


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
