"""What a scan measures of a sample besides its flags, kept as JSON beside them."""

from __future__ import annotations

from typing import Any

from core.qa.checks.class_outlier import object_features
from core.qa.view import SampleView


def measure(view: SampleView) -> dict[str, Any]:
    """Measure a sample once, for the checks over the dataset and for filtering by class.

    Returns:
        `counts`: pixels per class index, absent without a mask. `objects`: what the objects look
        like (`core.qa.checks.class_outlier`), absent without a photo of the mask's size.
    """
    if view.mask is None:
        return {}
    dataset = view.dataset
    measured: dict[str, Any] = {
        "counts": [int(count) for count in view.counts[: dataset.num_classes]]
    }
    if view.image is not None and view.is_matched:
        objects = object_features(
            view.image,
            view.mask,
            classes=[info.index for info in dataset.classes],
            ignore_index=dataset.ignore_index,
        )
        measured["objects"] = [found.to_json() for found in objects]
    return measured
