"""How the filmstrip's thumbnails are drawn."""

from __future__ import annotations

import numpy as np

from core.dataset import Dataset
from core.dataset.thumbnails import Thumbnail, ThumbnailStore
from core.dataset.workspace import Workspace
from widgets import theme
from widgets.gallery import Render


def renderer(dataset: Dataset, workspace: Workspace, label_set: str) -> Render:
    """What draws a sample's thumbnail with its mask; may be called from any thread."""
    store = ThumbnailStore(workspace.thumbnails_dir, dataset.coding)
    table = theme.class_table(dataset.classes, ignore_index=dataset.ignore_index)
    colors = np.array(table, np.uint8)

    def render(sample_id: str, size: int) -> Thumbnail:
        return store.render(dataset.sample(sample_id), label_set, size, colors, with_mask=True)

    return render
