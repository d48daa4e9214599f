"""A dataset whose transforms may ask for a second sample. Loaded only by worker processes."""

from __future__ import annotations

from typing import Any

import numpy as np
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from core.training.parts.mixing import PARTNER, MixingTransform

_TRIES = 20


@DATASETS.register_module()
class MixingSegDataset(BaseSegDataset):  # type: ignore[misc]
    """A `BaseSegDataset` for pipelines with `CopyPaste`, `CutMix` or `MixUp`.

    MMSegmentation's `MultiImageMixDataset` loads the second sample whether it is needed or not, and
    splits the pipeline in two. Here a sample carries a function that gives another one, drawn at
    random and taken through the pipeline as far as the first of these transforms. It is called only
    when one of them takes effect.
    """

    def prepare_data(self, idx: int) -> Any:
        """The sample of that number after the pipeline."""
        info = self.get_data_info(idx)
        info[PARTNER] = self._draw
        return self.pipeline(info)

    def _draw(self) -> dict[str, Any]:
        for _ in range(_TRIES):
            results = self.get_data_info(int(np.random.randint(len(self))))
            for transform in self.pipeline.transforms:
                if isinstance(transform, MixingTransform) or results is None:
                    break
                results = transform(results)
            if results is not None:
                return dict(results)
        raise RuntimeError(f"The pipeline gave no second sample in {_TRIES} tries")
