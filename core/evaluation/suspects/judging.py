"""Judging the masks of a split while it is predicted: one at a time, each kept as a few numbers."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.errors import PetsegError
from core.evaluation.predicting.augmentation import Augmentation
from core.evaluation.predicting.files import CheckpointNote
from core.evaluation.predicting.messages import LabelTask, PredictItem
from core.evaluation.suspects.files import JudgedMask, QualityFile, load_quality, save_quality
from core.evaluation.suspects.quality import TEMPERATURE, Floats, judge_labels
from core.files import content_hash, read_bytes
from core.images import Array, decode_mask

Stamp = tuple[int, int]
"""Modification time in ns and size in bytes."""


class ReadMask(NamedTuple):
    """A mask as it was read.

    Attributes:
        labels: uint8 H×W.
        hash: Content hash of its file.
        stamp: Time and size of its file.
    """

    labels: Array
    hash: str
    stamp: Stamp


class MaskJudge:
    """What one checkpoint says of the masks of one split.

    Args:
        run_folder: The run's folder.
        split: The split.
        task: Which masks.
        checkpoint: The checkpoint in use.
        augment: The views in use. What others judged is judged anew.
    """

    def __init__(
        self,
        run_folder: Path,
        split: str,
        task: LabelTask,
        checkpoint: CheckpointNote,
        augment: Augmentation,
    ) -> None:
        self.task = task
        self.judged = 0
        self._folder = run_folder
        self._split = split
        self._lock = threading.Lock()
        self._empty = QualityFile(
            label_set=task.label_set,
            classes=task.classes,
            background=task.background,
            checkpoint=checkpoint,
            augment=augment,
        )
        known = load_quality(run_folder, split, task.label_set)
        is_ours = known is not None and (
            known.classes == task.classes
            and known.background == task.background
            and known.checkpoint == checkpoint
            and known.augment == augment
            and known.temperature == TEMPERATURE
        )
        self._masks = dict(known.judged()) if known is not None and is_ours else {}
        self._refused = dict(known.refused) if known is not None and is_ours else {}
        self._is_changed = False

    def needs(self, item: PredictItem, photo: Stamp) -> bool:
        """Whether a sample has a mask that was not judged, or is another one than was judged.

        Args:
            item: The sample.
            photo: Time and size of its photo: another photo is judged anew.
        """
        if item.mask is None:
            return False
        stamp = _stamp(item.mask)
        refused = self._refused.get(item.stem)
        if refused is not None and refused[1:] == stamp:
            return False
        known = self._masks.get(item.stem)
        if known is None or known.photo != photo:
            return True
        if stamp is None or stamp == known.stamp:
            return stamp is None
        try:
            data = read_bytes(item.mask)
        except PetsegError:
            return True  # said when it is read again
        if content_hash(data) != known.mask_hash:
            return True
        self._keep(item.stem, replace(known, stamp=stamp))
        return False

    def read(self, item: PredictItem) -> ReadMask:
        """Read a sample's mask. Safe to call from threads.

        Raises:
            PetsegError: it cannot be read, or holds values that are no class.
        """
        assert item.mask is not None, "only samples that need it are read"
        stamp = _stamp(item.mask)  # before the bytes: a mask written meanwhile is noticed
        data = read_bytes(item.mask)
        labels = decode_mask(data, item.mask, self.task.coding)
        counts = np.bincount(labels.ravel(), minlength=256)
        counts[self.task.ignore_index] = 0
        illegal = np.flatnonzero(counts[len(self.task.classes) :]) + len(self.task.classes)
        if illegal.size:
            raise PetsegError(
                f"The mask holds the value {illegal[0]}, which is no class",
                path=item.mask,
                remedy="Repair it on the Dataset page, or correct the dataset's classes.",
            )
        return ReadMask(labels, content_hash(data), stamp or (0, 0))

    def judge(
        self,
        item: PredictItem,
        photo: Stamp,
        mask: ReadMask,
        given: Floats,
        predicted: Array,
        confidence: Array,
    ) -> None:
        """Judge a sample's mask and keep what comes of it. Safe to call from threads.

        Args:
            item: The sample.
            photo: Time and size of its photo.
            mask: Its mask.
            given: Probability of each pixel's label, float32 H×W.
            predicted: The predicted classes, uint8 H×W.
            confidence: Their probabilities, uint8 H×W, 0 to 255 for 0 to 1.

        Raises:
            PetsegError: every pixel is ignored.
        """
        quality = judge_labels(
            mask.labels,
            given,
            predicted,
            confidence.astype(np.float32) / np.float32(255),
            num_classes=len(self.task.classes),
            ignore_index=self.task.ignore_index,
            background=self.task.background,
        )
        if quality is None:
            raise PetsegError(
                "Every pixel of the mask is ignored", path=item.mask, remedy="Draw what is there."
            )
        self._keep(item.stem, JudgedMask(quality, mask.hash, mask.stamp, photo))
        with self._lock:
            self.judged += 1

    def refuse(self, item: PredictItem, error: PetsegError) -> None:
        """Remember that a mask cannot be judged, so that it is not tried again as it is."""
        assert item.mask is not None
        stamp = _stamp(item.mask) or (0, 0)
        with self._lock:
            self._masks.pop(item.stem, None)
            self._refused[item.stem] = (error.what, *stamp)
            self._is_changed = True

    def save(self) -> None:
        """Write what is known, if it changed."""
        with self._lock:
            if not self._is_changed:
                return
            self._is_changed = False
            masks, refused = dict(self._masks), dict(self._refused)
        save_quality(self._folder, self._split, self._empty.with_masks(masks, refused))

    def _keep(self, stem: str, mask: JudgedMask) -> None:
        with self._lock:
            self._masks[stem] = mask
            self._refused.pop(stem, None)
            self._is_changed = True


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
