"""Which files show a sample: its layers in the linked views, and its picture in the list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.dataset import Dataset
from core.dataset.thumbnails import Thumbnail, ThumbnailStore
from core.dataset.workspace import Workspace
from core.evaluation.predicting.files import RunLike, prediction_path
from widgets.comparison.layers.sample_layers import LayerFiles
from widgets.gallery.loader import Render


def layer_files(
    dataset: Dataset, label_set: str, runs: Sequence[RunLike], sample_id: str
) -> LayerFiles:
    """The files of a sample: photo, mask of that label set, and a prediction per run."""
    sample = dataset.sample(sample_id)
    predictions = [prediction_path(run, sample) for run in runs]
    return LayerFiles(
        sample_id,
        sample.image,
        sample.masks.get(label_set),
        tuple(path if path.exists() else None for path in predictions),
        dataset.ignore_index,
        coding=dataset.coding,
    )


def photo_thumbnails(dataset: Dataset, workspace: Workspace) -> Render:
    """A function that draws a sample's photo small, without its mask."""
    store = ThumbnailStore(workspace.thumbnails_dir, dataset.coding)
    no_colors = np.zeros((256, 4), np.uint8)

    def render(sample_id: str, size: int) -> Thumbnail:
        sample = dataset.sample(sample_id)
        return store.render(sample, "", size, no_colors, with_mask=False)

    return render
