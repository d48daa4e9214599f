"""Which files show a sample: its layers in the linked views, and its picture in the list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.dataset import Dataset
from core.dataset.thumbnails import Thumbnail, ThumbnailStore
from core.dataset.workspace import Workspace
from core.evaluation.errors.background import background_of
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.predicting.files import RunLike, confidence_path, prediction_path
from widgets.comparison.layers.sample_layers import LayerFiles
from widgets.gallery.loader import Render


def layer_files(
    dataset: Dataset,
    label_set: str,
    runs: Sequence[RunLike],
    sample_id: str,
    *,
    pair: tuple[int, int] | None = None,
    regions: Sequence[tuple[ErrorRegion, ...] | None] = (),
    not_asked: Sequence[bool] = (),
) -> LayerFiles:
    """The files of a sample: photo, mask of that label set, prediction and confidence per run.

    Args:
        dataset: The dataset.
        label_set: The masks that are taken for the truth.
        runs: The runs, in the order of their letters.
        sample_id: The sample.
        pair: Places of the two runs of which is told who is right where.
        regions: Per run, the regions of errors that an analysis has found; None where it has not.
        not_asked: Per run, whether it is a fold that other folds answer for.
    """
    sample = dataset.sample(sample_id)
    return LayerFiles(
        sample_id,
        sample.image,
        sample.masks.get(label_set),
        tuple(_if_there(prediction_path(run, sample)) for run in runs),
        dataset.ignore_index,
        coding=dataset.coding,
        confidences=tuple(_if_there(confidence_path(run, sample)) for run in runs),
        num_classes=dataset.num_classes,
        background=background_of(dataset),
        pair=pair,
        regions=tuple(regions),
        not_asked=tuple(not_asked),
    )


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def photo_thumbnails(dataset: Dataset, workspace: Workspace) -> Render:
    """A function that draws a sample's photo small, without its mask."""
    store = ThumbnailStore(workspace.thumbnails_dir, dataset.coding)
    no_colors = np.zeros((256, 4), np.uint8)

    def render(sample_id: str, size: int) -> Thumbnail:
        sample = dataset.sample(sample_id)
        return store.render(sample, "", size, no_colors, with_mask=False)

    return render
